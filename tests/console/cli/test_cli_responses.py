"""`plantao response`: kept, found, changed, brought in and written out, checked and rendered; all of it undone."""

import json
from pathlib import Path

import pytest

GREETING = "Olá{% if customer.first_name %}, {{ customer.first_name }}{% endif %}! {{ promised.date }}"


def rows(said) -> list[dict]:
    return [json.loads(line) for line in said.out.splitlines()]


def listed(run, *words) -> list[str]:
    said = run("response", "list", *words, "--json")
    assert said.status == 0
    return [f"{row['shortcode']}.{row['language']}" for row in rows(said)]


@pytest.fixture
def kept(run, filled: Path, tmp_path: Path):
    (tmp_path / "kept").mkdir()
    done = run(
        "response", "add", "ola", "--language", "pt_BR", "--title", "Saudação", "--text", GREETING, "--tag", "oi"
    )
    assert (done.status, done.out) == (0, ";ola is kept.\n")
    return tmp_path / "kept"


def test_a_response_is_kept_shown_changed_and_taken_away(run, kept: Path):
    assert listed(run) == ["ola.pt_BR"]
    shown = run("response", "show", ";ola")
    assert shown.out.startswith("---\nshortcode: ola\ntitle: Saudação\nlanguage: pt_BR\ntags:\n- oi\n")
    changed = run("response", "edit", "ola", "--title", "Oi", "--shared", "--status", "waiting", "--put", "greeted")
    assert changed.status == 0
    (row,) = rows(run("response", "show", "#1", "--json"))
    assert (row["title"], row["shared"], row["owner"], row["text"]) == ("Oi", True, None, GREETING)
    assert row["actions"] == {"status": "waiting", "add": ["greeted"]}
    assert run("response", "drop", "ola").status == 0
    assert listed(run) == []
    assert run("undo").status == run("undo").status == 0
    assert rows(run("response", "show", "ola", "--json"))[0]["title"] == "Saudação"
    assert "response ;ola changed" in run("history").out or "response kept" in run("history").out


def test_it_is_edited_in_the_editor(run, kept: Path, monkeypatch):
    monkeypatch.setenv("VISUAL", "sed -i s/Saudação/Aceno/")
    assert run("response", "edit", "ola").status == 0
    assert rows(run("response", "show", "ola", "--json"))[0]["title"] == "Aceno"
    monkeypatch.setenv("VISUAL", "false")
    done = run("response", "edit", "ola")
    assert (done.status, "the text stays as it was" in done.err) == (1, True)
    monkeypatch.setenv("VISUAL", "sed -i s/promised.date/agent.shoe/")
    done = run("response", "edit", "ola")
    assert (done.status, "there is no field agent.shoe" in done.err) == (1, True)


def test_the_starter_comes_in_goes_out_and_changes_nothing_when_it_comes_back(run, kept: Path):
    seen = run("response", "import", "--starter", "--preview")
    assert seen.status == 0
    assert seen.out.endswith("Nothing was done yet: 96 new, 0 changed, 0 taken away, 0 as they are.\n")
    assert len(listed(run)) == 1
    assert run("response", "import", "--starter").out.endswith("96 new, 0 changed, 0 taken away, 0 as they were.\n")
    assert len(listed(run)) == 97
    folder = kept / "library"
    assert json.loads(run("response", "export", folder, "--json").out)["responses"] == 97
    before = {path: path.read_bytes() for path in folder.rglob("*.md")}
    assert len(before) == 97
    assert run("response", "import", folder).out == "0 new, 0 changed, 0 taken away, 97 as they were.\n"
    assert json.loads(run("response", "export", folder, "--json").out)["written"] == []
    assert {path: path.read_bytes() for path in folder.rglob("*.md")} == before
    (folder / "ack.en.md").unlink()
    pruned = run("response", "import", folder, "--prune", "--json")
    assert [row["shortcode"] for row in rows(pruned) if row["done"] == "dropped"] == ["ack"]
    assert run("response", "check").out == "96 responses looked at, 0 wrong.\n"
    assert run("undo").status == run("undo").status == 0
    assert listed(run) == ["ola.pt_BR"]


def test_what_is_wrong_in_one_file_keeps_all_out(run, kept: Path):
    (kept / "a.md").write_text("---\nshortcode: a\ntitle: A\nlanguage: en\n---\nGood.\n")
    (kept / "b.md").write_text("---\nshortcode: b\ntitle: B\nlanguage: en\n---\n\n{{ customer.nmae }}\n")
    done = run("response", "import", kept)
    assert (done.status, done.out) == (1, "")
    assert "b.md:7:4: there is no field customer.nmae." in done.err
    assert listed(run) == ["ola.pt_BR"]
    (kept / "b.md").write_text("---\nshortcode: b\ntitle: B\nlanguage: en\nowner: Nobody\n---\nx\n")
    assert "Nobody here is called Nobody" in run("response", "import", kept).err
    assert listed(run) == ["ola.pt_BR"]


def test_check_names_what_would_come_out_blank(run, kept: Path):
    run("response", "add", "bad", "--language", "en", "--title", "Bad", "--text", "Hi\n{{ customer.first_name }}!")
    done = run("response", "check")
    assert done.status == 1
    assert done.out.startswith(";bad.en:2:4: customer.first_name would come out blank")
    (row,) = rows(run("response", "check", "--json"))
    assert (row["source"], row["line"], row["column"]) == (";bad.en", 2, 4)
    assert run("response", "check", "--starter").status == 0


def test_a_persona_is_greeted_in_the_customers_language_and_check_tries_those_of_the_desk(run, kept: Path):
    run("customer", "set", "c1@cliente.example", "persona=diretora", "language=es", "tone=formal")
    greeting = "{% if customer.persona == 'diretora' %}{{ customer.role }}{% endif %} {{ customer.first_name }}"
    run("response", "add", "ola", "--language", "es", "--title", "Saludo", "--text", greeting)
    (row,) = [one for one in rows(run("response", "check", "--json")) if one["customer"]]
    assert (row["source"], row["line"], row["column"]) == (";ola.es", 1, 43)
    assert row["customer"] == {"customer.persona": "diretora", "customer.role": None}
    said = run("response", "render", "ola", "--for", "1", "--set", "customer.role=Dra.", "--json")
    assert json.loads(said.out)["text"] == "Dra. Cliente"
    run("response", "import", "--starter")
    said = run("response", "render", "refund", "--for", "1", "--set", "amount=9 €", "--set", "promised.date=mañana")
    assert said.out.startswith("Estimado/a Cliente 1:\n")


def test_render_fills_in_what_is_known_and_names_what_is_not(run, kept: Path):
    done = run("response", "render", "ola", "--for", "1")
    assert done.status == 1
    assert done.out == "Olá, Cliente! {{ promised.date }}\n"
    assert "promised.date is not known: give it with --set promised.date=…" in done.err
    said = run("response", "render", "ola", "--for", "1", "--set", "promised.date=até amanhã", "--json")
    assert said.status == 0
    assert json.loads(said.out) == {
        "response_id": 1,
        "language": "pt_BR",
        "text": "Olá, Cliente! até amanhã",
        "missing": [],
    }


def test_the_list_finds_as_the_picker_does(run, kept: Path):
    run("response", "import", "--starter")
    assert listed(run, "refund", "--language", "en")[0] == "refund.en"
    assert listed(run, "saudacao")[0] == "ola.pt_BR"
    assert listed(run, "refnud", "--language", "es")[0] == "refund.es"
    assert len(listed(run, "--for", "1")) == 97


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("show", "nothing"), 1, "no response nothing"),
        (("add", "a b", "--language", "en", "--title", "x", "--text", "x"), 1, "A shortcode"),
        (("add", "x", "--language", "en", "--title", "x", "--text", "{{ x"), 1, "Line 1, column 1"),
        (("add", "x", "--language", "en", "--title", "x", "--text", "x", "--status", "spam"), 1, "resolve"),
        (("import",), 2, "nothing to bring in"),
        (("import", "/nowhere"), 1, "no such file"),
        (("render", "ola", "--for", "99"), 1, "no conversation #99"),
        (("render", "ola", "--for", "1", "--set", "x"), 2, "NAME=TEXT"),
    ],
)
def test_what_cannot_be_done_is_said(run, kept: Path, words, status, said):
    done = run("response", *words)
    assert (done.status, said in done.err) == (status, True), done.err


def test_attachments_come_in_and_go_out_with_their_bytes(run, kept: Path):
    (kept / "attachments").mkdir()
    (kept / "attachments" / "guia.pdf").write_bytes(b"%PDF-1.4 \x00\xff")
    (kept / "guide.md").write_text(
        "---\nshortcode: guide\ntitle: Guide\nlanguage: en\nattachments: [guia.pdf]\n---\nHere it is.\n"
    )
    assert run("response", "import", kept).status == 0
    (row,) = rows(run("response", "show", "guide", "--json"))
    assert row["attachments"] == [{"name": "guia.pdf", "size": 11}]
    assert run("response", "export", kept.parent / "out").status == 0
    assert (kept.parent / "out" / "attachments" / "guia.pdf").read_bytes() == b"%PDF-1.4 \x00\xff"
    (kept / "attachments" / "guia.pdf").write_bytes(b"another")
    seen = rows(run("response", "import", kept, "--preview", "--json"))
    assert [row["would_be"] for row in seen if row["shortcode"] == "guide"].count("changed") == 1
