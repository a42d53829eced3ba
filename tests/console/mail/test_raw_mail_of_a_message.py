"""What stands behind a message: source, headers, parts and their content, bounded and clean."""

import hashlib
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.mail.parse import Unreadable, parse
from console.mail.raw import content, headers, part_bytes, parts, raw_mail, source
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, take_in
from storage.kinds.clean import clean
from storage.kinds.errors import NoSuch
from storage.store import Store, open_store

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)
EVIL = "\x1b]0;x\x07\u202eevil\x9b31m"

MAIL = (
    "From: =?utf-8?Q?Jo=C3=A3o?= <joao@acme.example>\r\nReceived: from a\r\n by b\r\nReceived: from c\r\n"
    "Subject: =?utf-8?B?Q29icmFuw6dh?=\r\nX-Evil: a\x1b[31mb\r\nMIME-Version: 1.0\r\n"
    "Content-Type: multipart/mixed; boundary=m\r\n\r\n"
    "--m\r\nContent-Type: multipart/alternative; boundary=a\r\n\r\n"
    "--a\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nOlá\r\n\r\nbegin 644 notas.txt\r\n#0V%T\r\n`\r\nend\r\n"
    "--a\r\nContent-Type: text/html\r\n\r\n<p>Ol&aacute;\r\n"
    "--a\r\nContent-Type: text/calendar\r\n\r\nBEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n--a--\r\n"
    "--m\r\nContent-Type: application/pdf; name=boleto.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n"
    "--m\r\nContent-Type: message/rfc822\r\n\r\nFrom: x@y.example\r\nSubject: inner\r\nContent-Type: multipart/mixed;"
    " boundary=i\r\n\r\n--i\r\nContent-Type: image/png\r\n\r\nPNG\r\n--i--\r\n"
    "--m\r\nContent-Type: application/pgp-signature; name=sig.asc\r\n\r\nsig\r\n--m--\r\n"
).encode()


@pytest.fixture
def store(tmp_path: Path):
    store = open_store(str(tmp_path / "desk"))
    with store.writing() as session:
        mailbox_as(session, name="a", address="a@lumen.example", live_since=NOW, now=NOW)
    yield store
    store.close()


def taken(store: Store, raw: bytes) -> None:
    digest = hashlib.sha256(raw).digest()
    store.content.put({digest: raw})
    with store.writing() as session:
        take_in(session, [Delivery(1, digest, len(raw), NOW, parsed=parse(raw))], now=NOW)


def test_the_mail_of_a_message_comes_back_as_it_came(store):
    taken(store, MAIL)
    assert raw_mail(store, 1) == MAIL
    assert part_bytes(store, 1, "2") == b"%PDF-"
    with pytest.raises(NoSuch):
        raw_mail(store, 99)
    with pytest.raises(NoSuch):
        part_bytes(store, 1, "9")
    store.content.erase([hashlib.sha256(MAIL).digest()])
    with pytest.raises(NoSuch):
        raw_mail(store, 1)


def test_every_part_is_listed_with_what_it_is():
    listed = [(one.section, one.depth, one.media_type, one.name, one.what, one.saveable) for one in parts(MAIL)]
    assert listed == [
        ("", 0, "multipart/mixed", "", "container", False),
        ("1", 1, "multipart/alternative", "", "container", False),
        ("1.1", 2, "text/plain", "", "text", True),
        ("1.1/0", 3, "application/octet-stream", "notas.txt", "file", True),
        ("1.2", 2, "text/html", "", "html", True),
        ("1.3", 2, "text/calendar", "", "invitation", True),
        ("2", 1, "application/pdf", "boleto.pdf", "file", True),
        ("3", 1, "message/rfc822", "", "message", True),
        ("3", 2, "multipart/mixed", "", "container", False),
        ("3.1", 3, "image/png", "", "picture", True),
        ("4", 1, "application/pgp-signature", "sig.asc", "signature", True),
    ]


def test_every_part_that_can_be_saved_has_the_size_that_is_said():
    for one in parts(MAIL):
        if one.saveable:
            assert len(content(MAIL, one.section)) == one.size, one
    assert content(MAIL, "1.1/0") == b"Cat"
    assert content(MAIL, "3").startswith(b"From: x@y.example")


def test_every_attachment_is_one_of_the_parts():
    listed = {one.section: one for one in parts(MAIL) if one.saveable}
    attachments = parse(MAIL).attachments
    assert len(attachments) >= 4
    for one in attachments:
        assert listed[one.section].size == one.size


def test_headers_are_all_there_decoded_and_in_order():
    assert headers(MAIL) == [
        ("From", "João <joao@acme.example>"),
        ("Received", "from a by b"),
        ("Received", "from c"),
        ("Subject", "Cobrança"),
        ("X-Evil", "a[31mb"),
        ("MIME-Version", "1.0"),
        ("Content-Type", "multipart/mixed; boundary=m"),
    ]


@pytest.mark.parametrize(
    "raw",
    [
        MAIL,
        ("é" * 200_000 + "\r\n").encode() * 2,
        b"x" * 500_000,
        b"\xff" * 200_000,
        b"a\r\n" * 70_000,
        ("日" * 100_000).encode(),
        b"\r" * 100_000,
        b"",
    ],
    ids=range(8),
)
def test_the_source_is_the_whole_mail_clean_and_cut_nowhere_badly(raw):
    assert "".join(source(raw)) == clean(raw.decode("utf-8", "replace"))


def test_the_source_of_fifty_megabytes_costs_what_is_looked_at():
    raw = MAIL + b"A" * 76 * 650_000
    began = time.process_time()
    pieces = source(raw)
    first = [next(pieces) for _ in range(3)]
    assert time.process_time() - began < 0.2
    assert first[0].startswith("From: =?utf-8?Q?Jo")


def test_nothing_that_acts_comes_out():
    raw = (
        f"From: {EVIL} <a@b.example>\r\nX-{EVIL}: {EVIL}\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
        f"--m\r\nContent-Type: text/{EVIL}; name*=utf-8''{EVIL}; charset=\"{EVIL}\"\r\n"
        f"Content-Transfer-Encoding: {EVIL}\r\n\r\n{EVIL}\r\n--m--\r\n"
    ).encode()
    for one in parts(raw):
        for text in (one.media_type, one.name, one.charset, one.encoding, one.section):
            assert clean(text) == text
    for name, value in headers(raw):
        assert clean(name + value) == name + value
    text = "".join(source(raw))
    assert clean(text) == text
    assert "evil" in text


def test_what_passes_a_bound_has_a_source_all_the_same():
    deep = b"From: a@b.example\r\n" + b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(200)
    )
    with pytest.raises(Unreadable):
        parts(deep)
    assert "".join(source(deep)) == deep.decode().replace("\r\n", "\n")
