"""`files`, and `show` with --source, --headers or --parts: listed, saved under safe names, and hostile mail."""

import json
from pathlib import Path

import pytest

EVIL = "\x1b]0;x\x07\u202efdp\x9b31m"


def mail(number: int, *files: tuple[str, bytes], answers: int | None = None) -> bytes:
    reference = f"In-Reply-To: <{answers}@files.example>\n" if answers else ""
    parts = "".join(
        f"--b\nContent-Type: application/pdf\nContent-Disposition: attachment; filename*=utf-8''"
        f"{''.join(f'%{byte:02X}' for byte in name.encode())}\n\n{content.decode()}\n"
        for name, content in files
    )
    return (
        f"From: Ana <ana@acme.example>\nTo: suporte@plantao.example\nSubject: Boleto\n"
        f"Message-ID: <{number}@files.example>\n{reference}Date: Mon, 2 Nov 2026 09:0{number}:00 -0300\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nSegue {number}.\n{parts}--b--\n"
    ).encode()


@pytest.fixture
def with_files(home: Path, run, tmp_path: Path) -> Path:
    folder = tmp_path / "mails"
    folder.mkdir()
    (folder / "1.eml").write_bytes(mail(1, ("boleto.pdf", b"one"), (f"../../{EVIL}.pdf", b"two")))
    (folder / "2.eml").write_bytes(mail(2, ("boleto.pdf", b"three"), answers=1))
    assert run("import", folder).status == 0
    saved = tmp_path / "saved"
    saved.mkdir()
    return saved


def test_files_of_a_conversation_and_of_a_message_are_listed(with_files, run):
    lines = run("files", "1").out.splitlines()
    assert [line.split()[:2] for line in lines] == [["1", "m1"], ["2", "m1"], ["3", "m2"]]
    assert lines[0].endswith("application/pdf          boleto.pdf")
    assert len(run("files", "m2").out.splitlines()) == 1
    (first, second, third) = map(json.loads, run("files", "1", "--json").out.splitlines())
    assert first == {
        "number": 1,
        "message_id": 1,
        "name": "boleto.pdf",
        "media_type": "application/pdf",
        "size": 3,
        "section": "2",
        "inline": False,
    }
    assert (second["name"], third["message_id"]) == ("../../]0;xfdp31m.pdf", 2)


def test_all_are_saved_under_safe_names_and_over_nothing(with_files, run):
    (with_files / "boleto.pdf").write_bytes(b"mine")
    said = run("files", "1", "--save", "all", "--to", with_files)
    assert said.status == 0
    assert {one.name: one.read_bytes() for one in with_files.iterdir()} == {
        "boleto.pdf": b"mine",
        "boleto-2.pdf": b"one",
        "]0;xfdp31m.pdf": b"two",
        "boleto-3.pdf": b"three",
    }
    assert f"saved {with_files}/boleto-2.pdf\n" in said.out


def test_one_is_saved_by_its_number_and_json_says_where(with_files, run):
    said = json.loads(run("files", "m2", "--save", "1", "--to", with_files, "--json").out)
    assert said["saved"] == str(with_files / "boleto.pdf")
    assert (with_files / "boleto.pdf").read_bytes() == b"three"


def test_without_a_folder_the_configured_one_is_used(with_files, run, home):
    (home / "config.toml").write_text(f'download_folder = "{with_files}"\n')
    assert run("files", "1", "--save", "3").status == 0
    assert [one.name for one in with_files.iterdir()] == ["boleto.pdf"]


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("1", "--save", "9"), 2, "There is no file 9: there are 3."),
        (("1", "--save", f"{EVIL}"), 2, "There is no file"),
        (("1", "--save", "all", "--to", "/nowhere/at/all"), 1, "There is no folder /nowhere/at/all; nothing was saved"),
        (("1", "--save", "all", "--to", f"/nowhere/{EVIL}"), 1, "There is no folder /nowhere/]0;x"),
        (("1", "--to", "/tmp"), 2, "--to says where to save"),
        (("99",), 1, "no conversation #99"),
        (("m99",), 1, "no message m99"),
        (("x",), 2, "is no conversation"),
        (("1-2",), 0, ""),
    ],
)
def test_what_cannot_be_done_is_a_sentence(with_files, run, arguments, status, words):
    said = run("files", *arguments)
    assert said.status == status
    assert words in said.err
    assert "\x1b" not in said.err
    assert list(with_files.iterdir()) == []


def test_nothing_attached_is_said(filled, run):
    assert run("files", "2").out == "Nothing is attached.\n"
    assert run("files", "2", "--json").out == ""


def test_show_gives_source_headers_or_parts_alone(with_files, run):
    assert run("show", "m2", "--source").out == run("show", "m2", "--raw").out
    assert run("show", "m2", "--source").out.startswith("From: Ana <ana@acme.example>\n")
    headers = run("show", "m2", "--headers").out.splitlines()
    assert headers[:2] == ["From: Ana <ana@acme.example>", "To: suporte@plantao.example"]
    assert "Segue" not in "\n".join(headers)
    parts = run("show", "m2", "--parts").out.splitlines()
    assert [line.split()[:2] for line in parts] == [
        ["-", "multipart/mixed"],
        ["1", "text/plain"],
        ["2", "application/pdf"],
    ]
    assert parts[2].endswith("boleto.pdf")
    both = json.loads(run("show", "m2", "--parts", "--json").out)["messages"][0]["parts"]
    assert both[2]["section"] == "2"
    assert both[2]["what"] == "file"
    assert json.loads(run("show", "m2", "--headers", "--json").out)["messages"][0]["headers"][0]["name"] == "From"
    assert run("show", "m2", "--parts", "--headers").status == 2


def test_the_source_keeps_its_lines_however_long(home, run, tmp_path):
    body = "á" * 300_000 + "\n\n" + "x" * 200_000 + "\nend\n"
    raw = f"From: a@b.example\nSubject: long\nMessage-ID: <l@x>\n\n{body}"
    (tmp_path / "l.eml").write_text(raw)
    assert run("import", tmp_path / "l.eml").status == 0
    assert run("show", "m1", "--source").out == raw


def test_an_invitation_is_shown_and_given(home, run, tmp_path):
    (tmp_path / "i.eml").write_bytes(
        b"From: ana@acme.example\nSubject: x\nMessage-ID: <i@x>\nDate: Mon, 2 Nov 2026 09:00:00 -0300\nMIME-Version: 1.0\n"
        b"Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:Reuniao\nDTSTART:20261124T100000\n"
        b"DTEND;VALUE=DATE:20261125\nLOCATION:Sala\nEND:VEVENT\nEND:VCALENDAR\n"
    )
    assert run("import", tmp_path / "i.eml").status == 0
    said = run("show", "1")
    assert said.err == ""
    said = said.out
    assert "  meeting   Reuniao\n  when      Tue 24\u00a0Nov 10:00 (in a time zone that is not known here)\n" in said
    (notice,) = json.loads(run("show", "1", "--json").out)["messages"][0]["notices"]
    assert (notice["kind"], notice["summary"], notice["starts"]) == ("invitation", "Reuniao", "2026-11-24T10:00:00")
