"""What import finds: mail by its content, mboxes parted where they should be, bytes kept, and what is no mail named."""

import io
import os
import tracemalloc
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.mail.importing import Found, Skipped, Why, find
from console.mail.importing.mbox import TooLong, is_mbox, messages
from console.mail.importing.taking import arrived_at
from console.mail.parse import parse

ONE = b"From: a@example.org\nSubject: one\n\nfirst\n"
TWO = b"From: b@example.org\nSubject: two\n\nsecond\n"
PARTING = b"From a@example.org Sat Jan  2 20:39:58 2016\n"


def split(raw: bytes, **choices) -> list[bytes]:
    return list(messages(io.BytesIO(raw), **choices))


def test_an_mbox_gives_back_the_bytes_that_went_in():
    assert split(PARTING + ONE + b"\n" + PARTING + TWO + b"\n") == [ONE, TWO]
    assert split(PARTING + ONE + b"\n" + PARTING + TWO) == [ONE, TWO]


def test_line_ends_of_dos_stay():
    raw = ONE.replace(b"\n", b"\r\n")
    assert split(PARTING.replace(b"\n", b"\r\n") + raw + b"\r\n" + PARTING.replace(b"\n", b"\r\n") + raw) == [raw, raw]


@pytest.mark.parametrize(
    "parting",
    [
        b"From a@example.org Sat Jan  2 20:39:58 2016\n",
        b"From a@example.org Sat Jan  2 20:39:58 +0100 2016\n",
        b"From MAILER-DAEMON Fri Jul  8 12:08:34 2011\n",
        b'From "odd sender"@example.org Fri Jul  8 12:08 MET 2011\n',
        b"From - \n",
        b"From - Fri Jul 08 12:08:34 2011\n",
        b"From 1844347792267117879@xxx Fri Sep 26 17:18:40 +0000 2025\n",
        b"From 1844347792267117879@xxx\n",
    ],
)
def test_every_program_writes_the_parting_line_its_own_way(parting):
    assert is_mbox(parting + ONE)
    assert split(parting + ONE + b"\n" + parting + TWO) == [ONE, TWO]


def test_a_message_ends_without_an_empty_line_where_the_form_is_certain():
    assert split(b"From - \n" + ONE + b"From - \n" + TWO) == [ONE, TWO]


@pytest.mark.parametrize(
    "line",
    [
        b"From here on it gets interesting.\n",
        b"From here on it gets interesting.\nNote: at 10:30 it ends\n",
        b"From what I heard it is 10:30 now\nNote: so it ends\n",
        b"From a@example.org Sat Jan  2 20:39:58 2016\nand nothing like a header follows\n",
        b"> From a@example.org Sat Jan  2 20:39:58 2016\nSubject: quoted\n",
        b">From a@example.org Sat Jan  2 20:39:58 2016\nSubject: quoted\n",
    ],
)
def test_prose_that_begins_with_from_parts_nothing(line):
    body = ONE + b"\n" + line + b"the end\n"
    assert split(PARTING + body + b"\n" + PARTING + TWO) == [body, TWO]


def test_a_content_length_that_lies_is_not_believed():
    short = b"From: a@example.org\nContent-Length: 2\n\na long body\nof two lines\n"
    long = b"From: a@example.org\nContent-Length: 90000\n\nshort\n"
    assert split(PARTING + short + b"\n" + PARTING + long + b"\n" + PARTING + TWO) == [short, long, TWO]


def test_only_an_mboxrd_loses_a_quote_mark_before_from():
    body = b"From: a@example.org\n\n>From me\n>>From you\n> From them\n"
    assert split(PARTING + body) == [body]
    assert split(PARTING + body, unquote=True) == [b"From: a@example.org\n\nFrom me\n>From you\n> From them\n"]


def test_a_parting_line_is_found_wherever_the_chunks_end(monkeypatch):
    monkeypatch.setattr("console.mail.importing.mbox._CHUNK", 37)
    monkeypatch.setattr("console.mail.importing.mbox._LONGEST_LINE", 100)
    raws = [b"From: %d@example.org\nSubject: s\n\n%s\n" % (n, b"x" * n) for n in range(60)]
    assert split(b"\n".join(PARTING + raw for raw in raws)) == raws


def test_a_message_too_large_for_memory_is_told_and_the_next_one_is_read(monkeypatch):
    monkeypatch.setattr("console.mail.importing.mbox._CHUNK", 1000)
    monkeypatch.setattr("console.mail.importing.mbox.LARGEST", 20_000)
    large = b"From: a@example.org\n\n" + b"line\n" * 10_000
    found = split(PARTING + ONE + b"\n" + PARTING + large + b"\n" + PARTING + TWO)
    assert found[0] == ONE
    assert isinstance(found[1], TooLong)
    assert found[1].number == 2
    assert found[2] == TWO


def test_content_decides_not_the_name(tmp_path: Path):
    (tmp_path / "a.pdf").write_bytes(ONE)
    (tmp_path / "b.eml").write_bytes(b"%PDF-1.7\n\x00\x01")
    (tmp_path / "c.txt").write_bytes(PARTING + ONE + b"\n" + PARTING + TWO)
    (tmp_path / "d.eml").write_bytes(b"")
    (tmp_path / ".hidden").write_bytes(ONE)
    found = list(find(str(tmp_path)))
    assert [one.raw for one in found if isinstance(one, Found)] == [ONE, ONE, TWO]
    assert [(Path(one.source).name, one.why) for one in found if isinstance(one, Skipped)] == [
        ("b.eml", Why.NO_MAIL),
        ("d.eml", Why.EMPTY),
    ]
    assert found[-2].source == str(tmp_path / "c.txt")


def test_a_maildir_gives_what_is_delivered_and_its_subfolders(tmp_path: Path):
    for name in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new", ".Sent/tmp"):
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "cur/1:2,S").write_bytes(ONE)
    (tmp_path / "new/2").write_bytes(TWO)
    (tmp_path / "tmp/3").write_bytes(b"From: half")
    (tmp_path / ".Sent/cur/4:2,S").write_bytes(TWO)
    (tmp_path / "dovecot-uidlist").write_bytes(b"3 V1 N2")
    found = list(find(str(tmp_path)))
    assert sorted(one.source.removeprefix(str(tmp_path)) for one in found) == [
        "/.Sent/cur/4:2,S",
        "/cur/1:2,S",
        "/new/2",
    ]
    assert all(isinstance(one, Found) for one in found)


def test_what_cannot_be_read_is_named_and_nothing_hangs(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "gone").symlink_to(tmp_path / "nowhere")
    (tmp_path / "z.eml").write_bytes(ONE)
    found = {Path(one.source).name: one for one in find(str(tmp_path))}
    assert found["pipe"].why is Why.NO_FILE
    assert found["gone"].why is Why.MISSING
    assert isinstance(found["z.eml"], Found)
    assert [one.why for one in find(str(tmp_path / "nowhere"))] == [Why.MISSING]
    assert [one.why for one in find("a\0b")] == [Why.UNREADABLE]


def test_names_of_files_cannot_act(tmp_path: Path):
    folder = os.fsencode(tmp_path)
    (tmp_path / "x\x1b[31m\u202ey.eml").write_bytes(ONE)
    Path(os.fsdecode(folder + b"/\xff.eml")).write_bytes(ONE)
    sources = [one.source.removeprefix(str(tmp_path)) for one in find(str(tmp_path))]
    assert sources == ["/x[31my.eml", "/\N{REPLACEMENT CHARACTER}.eml"]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        (b"Date: Mon, 2 Nov 2026 09:00:00 -0300\nReceived: by x; Mon, 2 Nov 2026 13:00:00 +0000", (2026, 11, 2, 12)),
        (
            b"Date: yesterday\nReceived: by x; Mon, 2 Nov 2026 13:00:00 +0000\nReceived: by y; Sun, 1 Nov 2026 1:0:0 +0000",
            (2026, 11, 2, 13),
        ),
        (b"Date: Mon, 2 Nov 2099 09:00:00 -0300\nReceived: by x; Mon, 2 Nov 2026 13:00:00 +0000", (2026, 11, 2, 13)),
        (b"Subject: no date", (2020, 5, 6, 7)),
    ],
)
def test_a_message_came_when_its_date_says_else_its_newest_received_line_else_the_file(fields, expected):
    raw = b"From: a@example.org\n" + fields + b"\n\nx\n"
    found = Found(raw, "x.eml", datetime(2020, 5, 6, 7, tzinfo=UTC))
    assert arrived_at(found, parse(raw)) == datetime(*expected, tzinfo=UTC)


class Endless(io.RawIOBase):
    """An mbox of messages of 4 kB that is made as it is read."""

    def __init__(self, count: int) -> None:
        self._left = count

    def read(self, size: int = -1) -> bytes:
        count = min(self._left, size // 4096)
        self._left -= count
        one = PARTING + ONE + b"x" * (4094 - len(PARTING + ONE)) + b"\n\n"
        return one * count


def test_a_large_mbox_takes_no_more_memory_than_a_small_one():
    tracemalloc.start()
    try:
        assert sum(1 for _ in messages(Endless(25_000))) == 25_000  # 100 MB
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 10_000_000


def test_a_line_that_a_program_put_above_a_message_is_forgiven(tmp_path: Path):
    (tmp_path / "1").write_bytes(b"---- Original email message ----\r\nReturn-Path: <a@example.org>\r\n" + ONE)
    (tmp_path / "2").write_bytes(b"---- Original Message ----\nFrom: a@example.org\nSent: today\n\nonly quoted\n")
    assert [type(one) for one in find(str(tmp_path))] == [Found, Skipped]
