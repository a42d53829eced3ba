"""`customer erase`: what was said of somebody lies in no file any more, and comes back from nowhere."""

import json
import re
import sqlite3
import zlib
from contextlib import closing
from pathlib import Path

import pytest
from made.letters import letter
from made.lists import make_lists
from sqlmodel import select

from storage.drivers import sqlite_driver
from storage.kinds.erasing import Elsewhere, Named, chosen
from storage.models import PostingList
from storage.search import postings
from storage.store import open_store

ANA = "Ana Souza <ana@cliente.example>"
SECRET = "abacaxi-roxo-quarenta"
WORDS = ("abacaxi", "souza", "ana@cliente.example", "recife", "segredo-no-rascunho", "planilha-da-ana")


@pytest.fixture
def known(run, home: Path, tmp_path: Path) -> Path:
    """A desk that knows Ana: her mail, an answer's draft, notes, a rule; and mail of two others, one quoting her."""
    folder = tmp_path / "letters"
    folder.mkdir()
    attached = (
        "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n"
        f"From: {ANA}\nTo: suporte@plantao.example\nSubject: Planilha abacaxi\nMessage-ID: <4@cliente.example>\n"
        "Date: Tue, 03 Nov 2026 09:00:00 -0300\n\n--b\nContent-Type: text/plain\n\nSegue.\n--b\n"
        "Content-Type: text/csv\nContent-Disposition: attachment; filename=planilha-da-ana.csv\n\n1,2\n--b--\n"
    ).encode()
    mails = (
        letter(1, sender=ANA, body=f"Minha senha secreta é {SECRET}, me ajudem por favor."),
        letter(
            2,
            sender="Mariana Lima <mariana@cliente.example>",
            answers=1,
            subject="Re: Fatura em dobro",
            body=f"Concordo.\n\n> Minha senha secreta é {SECRET}, me ajudem por favor.",
            more="Cc: Ana Souza <ana@cliente.example>\n",
        ),
        letter(3, sender="Outro <outro@longe.example>", subject="Nada a ver", body="Bom dia a todos."),
        attached,
    )
    for number, raw in enumerate(mails, 1):
        (folder / f"{number}.eml").write_bytes(raw)
    text = tmp_path / "draft.txt"
    text.write_text("segredo-no-rascunho")
    for arguments in (
        ("import", folder, "--address", "suporte@plantao.example"),
        ("customer", "set", "ana@cliente.example", "role=Diretora em Recife"),
        ("customer", "note", "add", "ana@cliente.example", "gosta de abacaxi"),
        ("rule", "add", "deana", "--from", "ana@cliente.example", "--tag", "vip"),
        ("reply", "1", "--draft", "--file", text),
    ):
        done = run(*arguments)
        assert done.status == 0, done.err
    lines = home / "state" / "lines"
    lines.parent.mkdir(exist_ok=True)
    lines.write_text(":customer ana@cliente.example\n:theme dark\n")
    return folder


def everything(home: Path) -> bytes:
    """What lies in the files of a desk: as it lies there, and its mail unpacked."""
    said = [path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file()]
    mail = sqlite3.connect(home / "data" / "mail.db")
    said += [zlib.decompress(packed) for (packed,) in mail.execute("SELECT packed FROM mail_content WHERE NOT erased")]
    mail.close()
    return b"\n".join(said).lower()


def left(home: Path) -> list[str]:
    """Which of their words lie there still; `mariana@…` is somebody else."""
    said = everything(home)
    return [word for word in WORDS if re.search(rb"(?<!mari)" + re.escape(word.encode()), said)]


def assert_whole(run) -> None:
    said = run("doctor", "--json").out
    found = {one["what"]: one["ok"] for one in map(json.loads, said.splitlines())}
    assert all(found[what] for what in ("chain", "search", "integrity")), said


def terms(home: Path) -> set[str]:
    desk = sqlite_driver().connect(home / "data" / "desk.db")
    found = {term for (term,) in desk.execute("SELECT DISTINCT term FROM search_index_terms")}
    desk.close()
    return found


def words_listed(home: Path, monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """Make lists of all words, as a sync that stays does of common ones, and return the words."""
    monkeypatch.setattr(postings, "FEWEST", 1)
    with closing(open_store(str(home / "data"))) as store:
        make_lists(store)
        with store.reading() as session:
            return set(session.exec(select(PostingList.term)))


def test_nothing_of_them_lies_in_any_file(run, home: Path, known: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert left(home) == list(WORDS)
    listed = words_listed(home, monkeypatch)
    assert {"abacaxi", "souza", "ana", "recife"} & listed == {"abacaxi", "souza", "ana"}
    done = run("customer", "erase", "ana@cliente.example", "--elsewhere", "erase", "--name", "Ana Souza", "--json")
    assert done.status == 0, done.err
    receipt = json.loads(done.out)
    assert (receipt["messages"], receipt["drafts"], receipt["elsewhere"], receipt["lines_struck"]) == (3, 1, 2, 1)
    assert receipt["files_clean"] is True
    assert left(home) == []
    assert not {"abacaxi", "souza", "ana", "recife"} & terms(home)
    assert all(word in everything(home) for word in (b"theme dark", b"outro@longe.example", b"mariana@cliente.example"))
    assert_whole(run)
    assert [one["conversation_id"] for one in map(json.loads, run("search", "todos", "--json").out.splitlines())] == [2]
    assert run("search", "abacaxi").out == ""
    assert "erased" in run("show", "1").out


def test_what_others_wrote_is_kept_where_it_is_said_so(run, home: Path, known: Path) -> None:
    shown = run("customer", "erase", "ana@cliente.example", "--preview", "--json")
    elsewhere = json.loads(shown.out)["elsewhere"]
    assert [(one["what"], one["quotes"]) for one in elsewhere] == [("message", True), ("rule", False)]
    done = run("customer", "erase", "ana@cliente.example", "--elsewhere", "keep", "--name", "Ana Souza", "--json")
    assert json.loads(done.out)["kept_elsewhere"] == 2
    assert "Concordo." in run("show", "1").out
    assert "deana" in run("rule", "list").out
    assert run("customer", "show", "mariana@cliente.example").status == 0


@pytest.mark.parametrize(
    ("text", "places"),
    [
        ("1,3-5", [1, 3, 4, 5]),
        (" 1 , 3 - 5 ", [1, 3, 4, 5]),
        ("14", [14]),
        ("KEEP", []),
        ("erase", [*range(1, 15)]),
        *((wrong, None) for wrong in ("1 3", "1 3-5", "1-", "-1", "2-1", "0", "15", "1-15", "1,,2", "x", "9" * 5000)),
    ],
)
def test_numbers_mean_what_they_say_or_nothing(text: str, places: list[int] | None) -> None:
    listed = [Elsewhere(Named.RULE, number, "") for number in range(1, 15)]
    found = chosen(listed, text)
    assert (found and [one.number for one in found]) == places


def test_what_others_hold_is_decided_one_by_one_by_its_number(run, home: Path, known: Path) -> None:
    shown = run("customer", "erase", "ana@cliente.example", "--preview").out
    assert "  1  #" in shown
    assert "  2  a rule: deana" in shown
    for wrong in ("3", "0", "1,x", "both", "", "1-", "-2", "2-1", "1,2-1", "1-9"):
        said = run("customer", "erase", "ana@cliente.example", "--elsewhere", wrong, "--name", "Ana Souza")
        assert (said.status, "is neither keep nor erase" in said.err) == (2, True), wrong
    done = run("customer", "erase", "ana@cliente.example", "--elsewhere", "2", "--name", "Ana Souza", "--json")
    receipt = json.loads(done.out)
    assert (receipt["elsewhere"], receipt["kept_elsewhere"], receipt["left_on_servers"]) == (1, 1, [])
    assert "Concordo." in run("show", "1").out
    assert "deana" not in run("rule", "list").out


def test_it_does_not_come_back_and_what_is_written_later_does(run, home: Path, known: Path) -> None:
    assert run("customer", "erase", "1", "--elsewhere", "erase", "--name", "Ana Souza").status == 0
    older = letter(8, sender=ANA, subject="Antes", body="De antes do pedido.", day=1)
    other = letter(1, sender=ANA, body=f"Minha senha secreta é {SECRET}, me ajudem por favor.", more="X-Copy: 1\n")
    (known / "8.eml").write_bytes(older)
    (known / "9.eml").write_bytes(other)
    again = run("import", known, "--json")
    assert again.status == 0, again.err
    assert json.loads(again.out.splitlines()[-1])["ignored_by"] == {"erased": 5}
    assert left(home) == []
    later = letter(10, sender=ANA, subject="De novo", body="Escrevo de novo.").replace(b"Nov 2026", b"Dec 2026")
    (known / "10.eml").write_bytes(later)
    run("import", known / "10.eml")
    assert "De novo" in run("search", "escrevo").out


def test_it_asks_for_the_name_and_cannot_be_undone(run, home: Path, known: Path) -> None:
    erase = ("customer", "erase", "ana@cliente.example", "--elsewhere", "erase")
    assert run(*erase).status == 2
    assert run("customer", "erase", "ana@cliente.example", "--name", "Ana Souza").status == 2
    wrong = run(*erase, "--name", "Ana")
    assert (wrong.status, "nothing was erased" in wrong.err) == (1, True)
    assert "abacaxi" in run("show", "1").out
    assert run(*erase, "--name", "Ana Souza").status == 0
    said = []
    while (undone := run("undo")).status == 0:  # what names others may be taken back
        said.append(undone.out)
    assert "erased" not in "".join(said)
    assert left(home) == []
    assert_whole(run)
