"""`plantao customer import`: files in whatever form and encoding, previewed, all or nothing; faults by row and column."""

import json

import pytest

HEAD = "Correio;name;company;Função;phone\n"
ROWS = 'ana@loja.example;"Conceição; Ana";Loja do Bairro;Compras;1\nleo@loja.example;Léo;Loja do Bairro;;2\n'
MAP = ("--map", "Correio=address", "--map", "Função=role", "--map", "phone=none")


@pytest.fixture
def imports(run, tmp_path):
    """Import a file with these bytes."""

    def imports(data, *options, name="customers.csv"):
        path = tmp_path / name
        path.write_bytes(data if isinstance(data, bytes) else data.encode())
        return run("customer", "import", str(path), *options)

    return imports


def known(run) -> list[tuple]:
    listed = [json.loads(line) for line in run("customer", "list", "--json").out.splitlines()]
    return [(one["addresses"][0]["address"], one["name"], one["organization"]) for one in listed]


KNOWN = [
    ("ana@loja.example", "Conceição; Ana", "Loja do Bairro"),
    ("leo@loja.example", "Léo", "Loja do Bairro"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
def test_a_table_is_read_in_whatever_encoding(run, imports, encoding):
    assert imports((HEAD + ROWS).encode(encoding), *MAP).status == 0
    assert known(run) == KNOWN


def test_an_encoding_may_be_named(run, imports):
    assert imports((HEAD + ROWS).encode("mac-roman"), *MAP, "--encoding", "mac-roman").status == 0
    assert known(run) == KNOWN
    assert imports(HEAD, *MAP, "--encoding", "klingon").status == 2
    said = imports((HEAD + ROWS).encode("cp1252"), *MAP, "--encoding", "utf-8")
    assert (said.status, "--encoding" in said.err) == (1, True)


@pytest.mark.parametrize("sign", [",", "\t"])
def test_what_parts_the_cells_is_found_out(run, imports, sign):
    table = (HEAD + ROWS).replace(";", sign).replace(f"Conceição{sign}", "Conceição;")
    assert imports(table.replace("\n", "\r\n"), *MAP).status == 0
    assert known(run) == KNOWN


def test_json_lines_are_taken_in(run, imports):
    lines = [
        {"address": ["ana@loja.example", "a@home.example"], "name": "Conceição; Ana", "organization": "Loja do Bairro"},
        {"address": "leo@loja.example", "name": "Léo", "organization": "Loja do Bairro", "org.size": 12, "role": None},
    ]
    assert imports("\n\n".join(map(json.dumps, lines)), name="customers.jsonl").status == 0
    assert known(run) == KNOWN


def test_a_preview_writes_nothing_and_a_second_time_changes_nothing(run, imports):
    said = imports(HEAD + ROWS, *MAP, "--preview")
    assert said.status == 0
    assert "ana@loja.example" in said.out.splitlines()[0]
    assert "2 would be made" in said.out
    assert known(run) == []
    told = json.loads(imports(HEAD + ROWS, *MAP, "--preview", "--json").out)
    assert (told["preview"], told["action_id"], told["first"][1]["row"]) == (True, None, 3)
    told = json.loads(imports(HEAD + ROWS, *MAP, "--json").out)
    assert (told["rows"], told["made"], told["organizations"]) == (2, 2, 1)
    told = json.loads(imports(HEAD + ROWS, *MAP, "--json").out)
    assert (told["same"], told["action_id"]) == (2, None)
    assert run("undo").status == 0
    assert known(run) == []


@pytest.mark.parametrize(
    ("table", "where"),
    [
        (b'address,name\na@b.example,x\n"c@d.example,y\n', "row 3: a quote does not close"),
        (b"address,name\n\na@b.example,x\0\n", "row 3, column name: there are NUL"),
        (b"address,name\na@b.example\n", "row 2: 1 cells, where the head has 2"),
        (b"address,\na@b.example,\n", "row 1: the column at place 2 has no name"),
        (b"address,name,name\n", "row 1, column name: it fills the same field"),
        (b"address,shoe\na@b.example,43\n", "row 1, column shoe: shoe is no field"),
        (b"name\nx\n", "row 1: no column is called address"),
        (b"address,since\na@b.example,soon\n", "row 2, column since: since: soon is no date"),
        (b"address\na@b.example\nA@B.example\n", "row 3, column address: a@b.example stands in row 2"),
        (b"", "there is no row in it"),
        (b'{"address": "a@b.example"}\n{"address": \n', "row 2: this is no object of JSON"),
        (b'{"address": {"a": 1}}\n', "row 1, column address: this holds an object"),
        (b'{"address": "a@b.example", "name": "x", "name": "y"}\n', "row 1, column name: it fills the same field"),
    ],
)
def test_what_is_wrong_with_a_file_is_said_in_a_line_and_nothing_is_taken_in(run, imports, table, where):
    said = imports(table)
    assert (said.status, said.out) == (1, "")
    assert said.err.splitlines()[0].startswith(f"plantao: {where}")
    assert known(run) == []
    told = [json.loads(line) for line in imports(table, "--json").out.splitlines()]
    assert set(told[0]) == {"row", "column", "reason", "words"}


def test_what_is_no_file_is_said(run, tmp_path):
    assert run("customer", "import", str(tmp_path / "none.csv")).status == 1
    said = run("customer", "import", str(tmp_path))
    assert (said.status, "is no file" in said.err) == (1, True)


def test_a_column_cannot_be_mapped_twice(imports):
    assert imports(HEAD, "--map", "Correio=address", "--map", "Correio=name").status == 2
    assert imports(HEAD, "--map", "Correio").status == 2


USES = "Empresa;feature;date;figure\nLoja do Bairro;Boletos;2026-03-01;12,5\nLoja do Bairro;boletos;2026-03-08;0\n"


def test_figures_of_use_are_previewed_taken_in_once_shown_and_taken_back(run, imports):
    assert imports(HEAD + ROWS, *MAP).status == 0
    given = ("--usage", "--map", "Empresa=organization")
    said = imports(USES, *given, "--preview", name="uses.csv")
    assert "2 figures would be new" in said.out
    assert "Boletos 2026-03-01: 12.5" in said.out
    assert run("organization", "usage", "Loja do Bairro").out == ""
    assert json.loads(imports(USES, *given, "--json", name="uses.csv").out)["made"] == 2
    assert json.loads(imports(USES, *given, "--json", name="uses.csv").out)["same"] == 2
    told = json.loads(run("organization", "usage", "Loja do Bairro", "--json").out)
    assert (told["feature"], told["figures"], told["last"]) == ("Boletos", [12.5, 0], "2026-03-08")
    assert json.loads(run("customer", "usage", "ana@loja.example", "--json").out)["figures"] == [12.5, 0]
    assert "Boletos" in run("customer", "usage", "ana@loja.example").out
    said = imports(USES.replace("12,5", "many"), *given, name="uses.csv")
    assert (said.status, "row 2, column figure: many is no figure" in said.err) == (1, True)
    assert run("undo").status == 0
    assert run("organization", "usage", "Loja do Bairro").out == ""
