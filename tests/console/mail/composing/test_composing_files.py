"""What goes with a draft is read when it is queued; what vanished meanwhile is named."""

import hashlib
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.mail.composing import AttachmentGone, File, load_files
from console.mail.parse import parse
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, take_in
from storage.kinds.drafts import Attached
from storage.store import Store, open_store

NOW = datetime(2026, 11, 27, 9, 32, tzinfo=UTC)
MAIL = (
    b"From: joao@acme.example\r\nSubject: boleto\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=m\r\n\r\n"
    b"--m\r\nContent-Type: text/plain\r\n\r\noi\r\n"
    b"--m\r\nContent-Type: application/pdf; name=boleto.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0=\r\n"
    b"--m--\r\n"
)
PART = Attached("boleto.pdf", "application/pdf", 5, message_id=1, section="2")
WHOLE = Attached("boleto", "message/rfc822", len(MAIL), message_id=1)


@pytest.fixture
def store(tmp_path: Path):
    store = open_store(str(tmp_path / "desk"))
    with store.writing() as session:
        mailbox_as(session, name="a", address="a@lumen.example", live_since=NOW, now=NOW)
    digest = hashlib.sha256(MAIL).digest()
    store.content.put({digest: MAIL, hashlib.sha256(b"of a response").digest(): b"of a response"})
    with store.writing() as session:
        take_in(session, [Delivery(1, digest, len(MAIL), NOW, parsed=parse(MAIL))], now=NOW)
    yield store
    store.close()


def attached(path: Path) -> Attached:
    return Attached(path.name, "text/plain", 3, path=str(path), modified=1)


def test_files_parts_whole_messages_and_a_response_s_files_are_read(store: Store, tmp_path: Path):
    file = tmp_path / "log.txt"
    file.write_bytes(b"longer than it was when it was attached")
    brought = Attached("termo.txt", "text/plain", 13, digest=hashlib.sha256(b"of a response").hexdigest())
    assert load_files(store, (attached(file), PART, WHOLE, brought)) == (
        File("log.txt", "text/plain", file.read_bytes()),
        File("boleto.pdf", "application/pdf", b"%PDF-"),
        File("boleto", "message/rfc822", MAIL),
        File("termo.txt", "text/plain", b"of a response"),
    )


def test_a_file_that_vanished_or_is_none_is_named(store: Store, tmp_path: Path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir())) if descriptors.is_dir() else 0
    for path in (tmp_path / "gone\x1b.txt", tmp_path, pipe, tmp_path / "a\0b", tmp_path / "x" / "y"):
        with pytest.raises(AttachmentGone) as gone:
            load_files(store, [attached(path)])
        assert str(gone.value).startswith(gone.value.name)
        assert "\x1b" not in str(gone.value)
    if before:
        assert len(list(descriptors.iterdir())) == before


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads what nobody may")
def test_a_file_that_may_not_be_read_is_named(store: Store, tmp_path: Path):
    file = tmp_path / "secret.txt"
    file.write_bytes(b"x")
    file.chmod(0)
    with pytest.raises(AttachmentGone):
        load_files(store, [attached(file)])


@pytest.mark.parametrize(
    "one",
    [
        Attached("a", "text/plain", 1, message_id=1, section="9"),
        Attached("b", "text/plain", 1, message_id=99, section="1"),
        Attached("c", "message/rfc822", 1, message_id=99),
        Attached("d", "text/plain", 1, digest="00" * 32),
        Attached("e", "text/plain", 1, digest="no hex"),
    ],
)
def test_a_part_that_is_kept_no_more_is_named(store: Store, one: Attached):
    with pytest.raises(AttachmentGone) as gone:
        load_files(store, [PART, one])
    assert gone.value.name == one.name
    assert one.name in str(gone.value)
