"""`retention`: what is done and older than its mailbox keeps mail goes for ever, and nothing else does."""

import json
from pathlib import Path

from made.letters import letter

ANA, RUI = "Ana Souza <ana@cliente.example>", "Rui Lima <rui@longe.example>"


def old(number: int, **given) -> bytes:
    return letter(number, **given).replace(b"Nov 2026", b"Nov 2023")


def filled(run, folder: Path) -> None:
    """Two of three years ago, one of them still open and one that a note keeps known; and two of this month."""
    folder.mkdir()
    mails = (
        old(1, sender=ANA, subject="Antiga", body="Um abacaxi de antigamente."),
        old(2, sender=RUI, subject="Antiga aberta", body="Ainda espero."),
        old(5, sender="Li <li@outra.example>", subject="Antiga conhecida", body="Outro abacaxi."),
        letter(3, sender=RUI, subject="Nova", body="Bom dia."),
        letter(4, sender="Bo <bo@outra.example>", subject="Outra", body="Boa tarde."),
    )
    for number, raw in enumerate(mails, 1):
        (folder / f"{number}.eml").write_bytes(raw)
    assert run("import", folder, "--address", "suporte@plantao.example").status == 0
    assert run("reopen", found(run, "espero")).status == 0
    assert run("customer", "set", "li@outra.example", "role=Compras").status == 0


def found(run, word: str) -> str:
    return str(json.loads(run("search", word, "--json").out.splitlines()[0])["conversation_id"])


def test_what_is_older_and_done_goes_and_stays_away(run, home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "mail"
    filled(run, folder)
    assert (
        run("retention", "run", "--yes", "--json").out
        == '{"conversations": 0, "messages": 0, "people": 0, "deletions_asked": 0, "files_clean": true}\n'
    )
    said = json.loads(run("retention", "set", "import", "2y", "--json").out)
    assert (said["months"], said["older_conversations"], said["older_messages"]) == (24, 2, 2)
    assert json.loads(run("retention", "run", "--preview", "--json").out)["older_messages"] == 2
    assert run("retention", "run").status == 2  # nobody to ask
    assert run("search", "abacaxi").out != ""
    done = json.loads(run("retention", "run", "--yes", "--json").out)
    assert (done["conversations"], done["messages"], done["people"], done["files_clean"]) == (2, 2, 1, True)
    said = b"".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())
    assert b"abacaxi" not in said.lower()
    assert b"ana@cliente" not in said.lower()
    assert run("customer", "show", "li@outra.example").status == 0
    assert run("search", "espero").out != ""
    assert json.loads(run("import", folder, "--json").out.splitlines()[-1])["ignored_by"] == {"erased": 2}
    assert json.loads(run("retention", "run", "--yes", "--json").out)["messages"] == 0
    again = letter(9, sender=ANA, subject="Volto", body="Escrevo de novo.")
    (folder / "9.eml").write_bytes(again)
    run("import", folder / "9.eml")
    assert "Volto" in run("search", "escrevo").out


def test_a_period_is_laid_down_and_taken_back(run, tmp_path: Path) -> None:
    filled(run, tmp_path / "mail")
    assert run("retention", "set", "nowhere", "2y").status == 1
    wrong = run("retention", "set", "import", "soon")
    assert (wrong.status, "24m, 3y or off" in wrong.err) == (2, True)
    assert run("retention", "set", "import", "0m").status == 2
    assert run("retention", "set", "import", "30m").status == 0
    assert json.loads(run("retention", "list", "--json").out)["months"] == 30
    assert run("retention", "set", "import", "30m").status == 1
    assert run("undo").status == 0
    assert json.loads(run("retention", "list", "--json").out)["months"] is None
    run("retention", "set", "import", "3y")
    assert run("retention", "set", "import", "off").status == 0
    assert json.loads(run("retention", "list", "--json").out)["months"] is None
