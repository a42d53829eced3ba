"""import: the sum, what is no mail, twice the same, what is quarantined; export: its fields and what they hold."""

import json
import zlib
from pathlib import Path

from made.letters import letter

from storage.store.engine import sqlite_driver

sqlite3 = sqlite_driver()  # two SQLites in one process do not see each other's locks

SUM = "fetched {} = joined {} + new {} + known {} + quarantined {} + ignored {}\n"
FIELDS = [
    "file",
    "message_id",
    "subject",
    "from_name",
    "from_addr",
    "date_utc",
    "conversation_key",
    "joined_by",
    "text",
    "reply_text",
    "attachments",
    "original_from_addr",
    "original_subject",
]


def test_the_sum_adds_up_and_a_second_import_knows_all(run, filled: Path):
    again = run("import", filled)
    assert again.status == 0
    assert again.out == SUM.format(7, 0, 0, 7, 0, 0)
    assert json.loads(run("import", filled, "--json").out) == {
        "fetched": 7,
        "joined": 0,
        "new": 0,
        "known": 7,
        "quarantined": 0,
        "ignored": 0,
        "ignored_by": {},
        "skipped": 0,
    }


def test_a_file_that_is_no_mail_is_named_and_the_others_go_in(run, tmp_path: Path):
    (tmp_path / "a.eml").write_bytes(b"\x89PNG\r\n\x1a\n")
    (tmp_path / "b.eml").write_bytes(letter(1))
    said = run("import", tmp_path / "a.eml", tmp_path / "nowhere.eml", tmp_path / "b.eml")
    assert said.status == 1
    assert said.out == SUM.format(1, 0, 1, 0, 0, 0)
    assert f"{tmp_path}/a.eml: this is no mail" in said.err
    assert f"{tmp_path}/nowhere.eml: there is no such file" in said.err


def test_what_cannot_be_read_is_quarantined_with_its_bytes(run, home: Path, tmp_path: Path):
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level) for level in range(200)
    )
    raws = [letter(1)[: -len("x\n")] + b"\n", b"From: a@example.org\nSubject: deep\n" + deep + b"\nend\n"]
    raws.append(b"From: a@example.org\n" + b"".join(b"X-%d: y\n" % n for n in range(10_000)) + b"\nmany headers\n")
    raws.append(b"From: a@example.org\nSubject: line\n\n" + b"x" * 1_000_000 + b"\n")
    raws.append(b"Subject: nobody, no Message-ID, no date\n\n\n")
    for number, raw in enumerate(raws):
        (tmp_path / f"{number}.eml").write_bytes(raw)
    said = run("import", *(tmp_path / f"{number}.eml" for number in range(len(raws))))
    assert said.status == 0
    assert said.out == SUM.format(5, 0, 3, 0, 2, 0)
    kept = "It is kept as it came: plantao export quarantined"
    assert said.err.splitlines() == [
        f"plantao: {tmp_path}/1.eml: this cannot be read (too deep). {kept}",
        f"plantao: {tmp_path}/2.eml: this cannot be read (too many headers). {kept}",
    ]
    listed = [json.loads(line) for line in run("export", "quarantined", "--json").out.splitlines()]
    assert {(one["mailbox"], one["reason"], one["size"]) for one in listed} == {
        ("import", "too_deep", len(raws[1])),
        ("import", "too_many_headers", len(raws[2])),
    }
    assert "import: too deep" in run("export", "quarantined").out
    (tmp_path / "out").mkdir()
    for one in listed:
        [saved] = run("export", "quarantined", one["number"], "--to", tmp_path / "out", "--json").out.splitlines()
        assert Path(json.loads(saved)["saved"]).read_bytes() in raws[1:3]
    assert run("export", "quarantined", 999).status == 2
    assert run("export", "quarantined", listed[0]["number"], "--to", tmp_path / "nowhere").status == 1
    with sqlite3.connect(home / "data/mail.db") as mail:
        kept = {zlib.decompress(packed) for (packed,) in mail.execute("SELECT packed FROM mail_content")}
    mail.close()
    assert kept == set(raws)


def test_a_mail_of_a_hundred_megabytes_is_set_aside_whole(run, tmp_path: Path):
    large = tmp_path / "large.eml"
    with large.open("wb") as opened:
        opened.write(letter(1))
        for _ in range(100):
            opened.write(b"0123456789abcde\n" * 65_536)
    (tmp_path / "small.eml").write_bytes(letter(2, subject="Outra coisa"))
    said = run("import", large, tmp_path / "small.eml")
    assert said.status == 0
    assert said.out == SUM.format(2, 0, 1, 0, 1, 0)
    assert [json.loads(line)["subject"] for line in run("export", "messages").out.splitlines()] == ["Outra coisa"]


def test_imported_mail_is_history_and_ours_counts_as_sent(run, tmp_path: Path):
    (tmp_path / "1.eml").write_bytes(letter(1))
    (tmp_path / "2.eml").write_bytes(
        letter(
            2,
            subject="Re: Fatura em dobro",
            sender="Suporte <suporte@plantao.example>",
            to="ana@cliente.example",
            answers=1,
        )
    )
    said = run("import", tmp_path, "--mailbox", "antigo", "--address", "suporte@plantao.example")
    assert said.status == 0
    assert run("list").out == ""
    shown = json.loads(run("show", 1, "--json").out)
    assert shown["status"] == "closed"
    assert shown["mailbox"] == "antigo"
    assert [one["direction"] for one in shown["messages"]] == ["incoming", "outgoing"]


def test_exported_messages_have_the_fields_of_the_design_in_their_order(run, tmp_path: Path):
    body = "Veja abaixo.\n\n-- \nAna\n"
    attached = (
        b"From: =?utf-8?q?Jo=C3=A3o?= <joao@cliente.example>\nSubject: anexo\nMessage-ID: <9@cliente.example>\n"
        b"Date: Mon, 02 Nov 2026 10:00:00 -0300\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n"
        b"--b\nContent-Type: text/plain\n\nsegue\n--b\nContent-Type: application/pdf; name=a.pdf\n"
        b"Content-Disposition: attachment; filename=a.pdf\nContent-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"
    )
    box = tmp_path / "box"
    box.write_bytes(
        b"From - Mon Nov  2 09:00:00 2026\n" + letter(1, body=body) + b"\nFrom - Mon Nov  2 09:00:00 2026\n" + attached
    )
    assert run("import", box).status == 0
    for arguments in (("export", "messages", "--json"), ("export", "messages"), ("--json", "export", "messages")):
        one, other = map(json.loads, run(*arguments).out.splitlines())
        assert list(one) == list(other) == FIELDS
        assert one["file"] == other["file"] == str(box)
        assert one["message_id"] == "1@cliente.example"
        assert one["date_utc"] == "2026-11-02T12:01:00Z"
        assert one["joined_by"] == "new"
        assert one["conversation_key"] != other["conversation_key"]
        assert one["reply_text"].strip() == "Veja abaixo."
        assert "Ana" in one["text"]
        assert (other["from_name"], other["from_addr"]) == ("João", "joao@cliente.example")
        assert other["attachments"] == [{"name": "a.pdf", "type": "application/pdf", "size": 4}]
        assert other["original_from_addr"] is None


def test_a_file_in_a_folder_is_exported_with_its_way_there(run, filled: Path):
    files = {json.loads(line)["file"] for line in run("export", "messages").out.splitlines()}
    assert files == {str(filled / f"{number}.eml") for number in range(1, 8)}


def test_an_account_is_not_imported_into_with_other_addresses(run, home: Path, filled: Path):
    assert run("import", filled, "--address", "no-address").status == 2
    assert run("import", filled, "--mailbox", "").status == 2


def test_many_messages_go_through_workers_and_come_out_in_order(run, tmp_path: Path):
    box = tmp_path / "many.mbox"
    with box.open("wb") as opened:
        for number in range(600):
            opened.write(
                b"From - Mon Nov  2 09:00:00 2026\n"
                + letter(number, subject=f"assunto {number}", body="x " * 300)
                + b"\n"
            )
    said = run("import", box)
    assert said.status == 0
    assert said.out == SUM.format(600, 0, 600, 0, 0, 0)
    assert len(run("search", "assunto", "-n", "0", "--json").out.splitlines()) == 600
