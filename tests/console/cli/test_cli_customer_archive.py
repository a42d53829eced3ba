"""`plantao customer export`: all that is held on one person, and nothing that is held on another."""

import json
import stat
from pathlib import Path
from zipfile import ZipFile

import pytest


@pytest.fixture
def mail(tmp_path: Path) -> list[bytes]:
    """Ana writes, Bob answers her and Carla, and Carla writes to the desk alone."""
    letters = [
        (1, "ana@acme.example", "support@desk.example", "", "Fatura", "Está errada."),
        (
            2,
            "bob@acme.example",
            "support@desk.example, ana@acme.example",
            "m1@acme.example",
            "Re: Fatura",
            "Também acho.",
        ),
        (3, "carla@other.example", "support@desk.example", "", "Preço", "Quanto custa?"),
        (4, "bob@acme.example", "support@desk.example", "m1@acme.example", "Re: Fatura", "Só para o suporte."),
    ]
    return [
        (
            f"From: {by}\nTo: {to}\nSubject: {subject}\nMessage-ID: <m{number}@acme.example>\n"
            + (f"In-Reply-To: <{answers}>\n" if answers else "")
            + f"Date: Mon, 07 Sep 2026 09:0{number}:00 +0000\nContent-Type: text/plain; charset=utf-8\n\n{text}\n"
        ).encode()
        for number, by, to, answers, subject, text in letters
    ]


@pytest.fixture
def desk(run, home, tmp_path, mail):
    folder = tmp_path / "mail"
    folder.mkdir()
    for number, letter in enumerate(mail, 1):
        (folder / f"{number}.eml").write_bytes(letter)
    assert run("import", folder, "--address", "support@desk.example").status == 0
    return run


def number_of(desk, who: str) -> int:
    return json.loads(desk("customer", "show", who, "--json").out)["customer_id"]


def archive(desk, who: str, folder: Path) -> ZipFile:
    said = json.loads(desk("customer", "export", who, "--to", folder, "--json").out)
    assert stat.S_IMODE(Path(said["saved"]).stat().st_mode) == 0o600
    return ZipFile(said["saved"])


def test_the_archive_holds_all_of_theirs_as_it_came_and_nothing_of_others(desk, mail, tmp_path):
    assert desk("customer", "set", "ana@acme.example", "role=Compras", "name=Ana Souza").status == 0
    assert desk("customer", "note", "add", "ana@acme.example", "Prefere telefone").status == 0
    assert desk("customer", "set", "carla@other.example", "role=Secreta").status == 0
    assert desk("note", "1", "Ligar", "amanhã").status == 0
    with archive(desk, "ana@acme.example", tmp_path) as opened:
        assert opened.testzip() is None
        mails = [opened.read(name) for name in opened.namelist() if name.startswith("mail/")]
        assert sorted(mails) == sorted(mail[:2])
        rows = [json.loads(line) for line in opened.read("messages.jsonl").splitlines()]
        known = json.loads(opened.read("customer.json"))
        history = [json.loads(line) for line in opened.read("history.jsonl").splitlines()]
        page, conversation = opened.read("README.md").decode(), opened.read("conversations/1.md").decode()
        everything = b"".join(map(opened.read, opened.namelist())).decode()
    assert [row["text"].strip() for row in rows] == ["Está errada.", "Também acho.", "Ligar amanhã"]
    assert (known["name"], known["fields"]["role"]) == ("Ana Souza", "Compras")
    assert known["addresses"][0]["address"] == "ana@acme.example"
    assert [one["text"] for one in known["entries"]] == ["Prefere telefone"]
    assert [one["conversation_id"] for one in known["conversations"]] == [1]
    assert {("profile_changed", "Compras"), ("profile_changed", "Ana Souza")} <= {
        (one["what"], one["values"].get("after")) for one in history if isinstance(one["values"].get("after"), str)
    }
    assert "# Ana Souza" in page
    assert "[#1](conversations/1.md) Fatura" in page
    assert "Está errada." in conversation
    assert "Só para o suporte." not in everything
    assert "Quanto custa" not in everything
    assert "Secreta" not in everything


def test_who_was_merged_is_in_the_archive_of_who_stays(desk, mail, tmp_path):
    ana, bob = number_of(desk, "ana@acme.example"), number_of(desk, "bob@acme.example")
    assert desk("customer", "set", str(bob), "name=Bob Reis").status == 0
    assert desk("customer", "merge", str(ana), str(bob)).status == 0
    with archive(desk, str(ana), tmp_path) as opened:
        mails = [opened.read(name) for name in opened.namelist() if name.startswith("mail/")]
        known = json.loads(opened.read("customer.json"))
        whats = {json.loads(line)["what"] for line in opened.read("history.jsonl").splitlines()}
    assert sorted(mails) == sorted((mail[0], mail[1], mail[3]))
    assert known["also_known_as"] == [{"customer_id": bob, "name": "Bob Reis"}]
    assert "customers_merged" in whats


def test_it_is_saved_beside_what_is_there_and_refuses_what_it_cannot(desk, tmp_path):
    first = desk("customer", "export", "ana@acme.example", "--to", tmp_path)
    second = desk("customer", "export", "ana@acme.example", "--to", tmp_path)
    assert (first.status, second.status) == (0, 0)
    assert "2 messages, 1 conversation" in first.out
    assert len(list(tmp_path.glob("customer-*.zip"))) == 2
    assert desk("customer", "export", "nobody@x.example", "--to", tmp_path).status == 1
    said = desk("customer", "export", "ana@acme.example", "--to", tmp_path / "nowhere")
    assert (said.status, "nowhere" in said.err) == (1, True)
    assert len(list(tmp_path.glob("*.part"))) == 0
