# ruff: noqa: PT017, PERF401 - either outcome is right
"""Whatever the bytes, a message is read or refused with its reason, in bounded time; nothing else is raised."""

import os
import random
import time
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from console.mail.parse import LIMITS, Limits, Unreadable, headers, looks_like_mail, parse, part
from storage.kinds import QuarantineReason
from storage.kinds.clean import clean

CORPUS = Path(os.environ.get("PLANTAO_CORPUS", Path(__file__).parents[5] / "shared" / "corpus"))
HEAD = b"From: Ana <ana@x.example>\nTo: b@x.example\nSubject: s\nDate: Thu, 12 Mar 2020 10:15:00 -0300\nMIME-Version: 1.0\n"
PLAIN = HEAD + b"Content-Type: text/plain; charset=utf-8\n\n"
HTML = HEAD + b"Content-Type: text/html; charset=utf-8\n\n"


def nested(depth: int) -> bytes:
    pieces = [HEAD]
    for level in range(depth):
        pieces.append(b'Content-Type: multipart/mixed; boundary="b%d"\n\n--b%d\n' % (level, level))
    pieces.append(b"Content-Type: text/plain\n\nhello\n")
    pieces += [b"--b%d--\n" % level for level in reversed(range(depth))]
    return b"".join(pieces)


def attached(depth: int) -> bytes:
    return b"".join([HEAD, *[b"Content-Type: message/rfc822\n\n" + HEAD] * depth, b"\nhello\n"])


def parts(number: int) -> bytes:
    one = b"--b\nContent-Type: text/plain\n\nx\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + one * number + b"--b--\n"


REFUSED = {
    "too large": (PLAIN + b"x" * LIMITS.message, QuarantineReason.TOO_LARGE),
    "10,000 headers": (HEAD + b"X-A: 1\n" * 10_000 + b"\nhello", QuarantineReason.TOO_MANY_HEADERS),
    "a header of 10 MB": (HEAD + b"X-A: " + b"a" * 10_000_000 + b"\n\nhello", QuarantineReason.TOO_MANY_HEADERS),
    "a folded header of 10 MB": (HEAD + b"X-A: 1\n" + b" 1\n" * 3_000_000 + b"\nh", QuarantineReason.TOO_MANY_HEADERS),
    "nested 200 deep": (nested(200), QuarantineReason.TOO_DEEP),
    "attached 200 deep": (attached(200), QuarantineReason.TOO_DEEP),
    "2,000 parts": (parts(2_000), QuarantineReason.TOO_MANY_PARTS),
    "500,000 parts": (parts(500_000), QuarantineReason.TOO_MANY_PARTS),
    "boundaries in a row": (parts(0)[:-5] + b"--b\n" * 3_000_000, QuarantineReason.TOO_MANY_PARTS),
    "empty": (b"", QuarantineReason.NOT_MAIL),
    "blank": (b"\r\n\r\n", QuarantineReason.NOT_MAIL),
    "prose": (b"Dear all,\n\nthis is no mail.\n", QuarantineReason.NOT_MAIL),
    "a picture": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0", QuarantineReason.NOT_MAIL),
    "zeros": (bytes(100_000), QuarantineReason.NOT_MAIL),
}

READ = {
    "a line of 5,000,000 signs": PLAIN + b"a" * 5_000_000,
    "5,000,000 lines": PLAIN + b"\n" * 5_000_000,
    "2,000,000 short lines": PLAIN + b"a\n" * 2_000_000,
    "3,000 recipients": HEAD + b"Cc: " + b", ".join(b"p%d <p%d@x.example>" % (n, n) for n in range(3_000)) + b"\n\nh",
    "a subject of 1 MB": b"From: a@b.example\nSubject: " + b"=?utf-8?q?a?= " * 70_000 + b"\n\nh",
    "openings of words": b"From: a@b.example\nSubject: " + b"=?a?q?" * 150_000 + b"\n\nh",
    "openings of words, one end": b"From: a@b.example\nSubject: " + b"=?a?q?" * 150_000 + b"?=\n\nh",
    "half words": b"From: a@b.example\nSubject: " + b"=?" * 450_000 + b"\n\nh",
    "open comments": b"From: " + b"(" * 900_000 + b"\n\nh",
    "closed comments": b"From: " + b"()" * 450_000 + b"\n\nh",
    "open quotes": b"From: " + b'"' * 900_001 + b"\n\nh",
    "backslashes": b'From: "' + b"\\" * 900_001 + b"\n\nh",
    "angles": b"From: " + b"<" * 900_000 + b"\nTo: " + b"<>" * 400_000 + b"\n\nh",
    "colons and commas": b"From: " + b":,;" * 300_000 + b"\nTo: " + b"@," * 300_000 + b"\n\nh",
    "a long word in From": b"From: " + b"a" * 900_000 + b"\nTo: " + b"a@" * 400_000 + b"\n\nh",
    "parameters": HEAD + b"Content-Type: text/plain" + b"; a*0*=b" * 100_000 + b"\n\nh",
    "broken parameters": HEAD + b"Content-Type: text/plain" + b';="' * 300_000 + b"\n\nh",
    "ids": HEAD + b"References: " + b"<a@b> " * 150_000 + b"\nIn-Reply-To: " + b"<" * 500_000 + b"\n\nh",
    "a date": b"From: a@b.example\nDate: " + b"1 " * 400_000 + b"\n\nh",
    "boundaries that do not close": HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b" * 3_000_000,
    "boundary lines that go on": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\n\n"
    + b"--b" * 900
    + b"\n" * 900_000,
    "a boundary of one dash": HEAD + b"Content-Type: multipart/mixed; boundary=-\n\n" + b"-" * 5_000_000,
    "base64 with holes": PLAIN.replace(b"\n\n", b"\nContent-Transfer-Encoding: base64\n\n") + b"YQ==\n" * 500_000,
    "base64 of equal signs": PLAIN.replace(b"\n\n", b"\nContent-Transfer-Encoding: base64\n\n") + b"=" * 5_000_000,
    "quoted-printable of equal signs": PLAIN.replace(b"\n\n", b"\nContent-Transfer-Encoding: quoted-printable\n\n")
    + b"=" * 5_000_000,
    "uuencode that begins": PLAIN + b"begin 644 a\n" * 300_000,
    "uuencode that ends": PLAIN + b"begin 644 a\n#86)C\nend\n" * 20_000,
    "yEnc that begins": PLAIN + b"=ybegin name=a\n" * 300_000,
    "divisions, deep": HTML + b"<div>" * 300_000,
    "quotations, deep": HTML + b"<blockquote>a" * 100_000,
    "lists, deep": HTML + b"<ul><li>a" * 100_000,
    "tables, deep": HTML + b"<table><tr><td>a" * 50_000,
    "formats that are never closed": HTML + b"<b><i><u><font><a><p>x" * 40_000,
    "anchors": HTML + b'<a href="http://x.example/">a' * 60_000,
    "one attribute": HTML + b'<p style="' + b"display:" * 200_000 + b'">x',
    "attributes": HTML + b"<p " + b"a=b " * 400_000 + b">x",
    "comments": HTML + b"<!--" * 400_000,
    "less-than signs": HTML + b"<" * 1_900_000,
    "ampersands": HTML + b"&" * 1_900_000,
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed\n\n" + b"a \n" * 500_000,
    "html stub": HEAD
    + b"Content-Type: multipart/alternative; boundary=b\n\n--b\n\n"
    + b"html " * 300_000
    + b"\n--b\nContent-Type: text/html\n\n<p>x\n--b--",
    "tnef": HEAD + b"Content-Type: application/ms-tnef\n\n" + b"\x78\x9f\x3e\x22" + b"\1" * 1_000_000,
    "utf-7": HEAD + b"Content-Type: text/plain; charset=utf-7\n\n" + b"+AGE-" * 200_000,
    "iso-2022": HEAD + b"Content-Type: text/plain; charset=iso-2022-jp\n\n" + b"\x1b$B" * 300_000,
}


@pytest.mark.parametrize(("raw", "reason"), REFUSED.values(), ids=REFUSED.keys())
def test_what_passes_a_bound_is_refused_with_its_reason(raw: bytes, reason: QuarantineReason) -> None:
    started = time.process_time()
    with pytest.raises(Unreadable) as refused:
        parse(raw)
    assert refused.value.reason is reason
    assert refused.value.detail
    assert time.process_time() - started < 3


@pytest.mark.slow
@pytest.mark.parametrize("raw", READ.values(), ids=READ.keys())
def test_what_keeps_the_bounds_is_read_in_linear_time(raw: bytes) -> None:
    started = time.process_time()
    message = parse(raw)
    assert time.process_time() - started < 6
    assert len(message.text) <= LIMITS.text * 1.5
    assert len(message.subject) <= LIMITS.subject
    assert max(len(message.to), len(message.cc), len(message.reply_to)) <= LIMITS.recipients


def test_a_message_of_50_mb_takes_little_memory_beyond_itself() -> None:
    head = HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\n"
    head += b"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
    raw = head + b"QUJD" * 19 * 600_000 + b"\n--b--\n"
    assert len(raw) > 45_000_000
    tracemalloc.start()
    message = parse(raw)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert message.text == "hello"
    assert message.attachments[0].size == 19 * 600_000 * 3
    assert peak < 3 * len(raw)


def test_300_recipients_are_kept() -> None:
    assert len(parse(READ["3,000 recipients"]).cc) == 300


def test_limits_can_be_narrowed() -> None:
    with pytest.raises(Unreadable) as refused:
        parse(parts(5), limits=Limits(parts=3))
    assert refused.value.reason is QuarantineReason.TOO_MANY_PARTS


def test_a_refusal_crosses_from_process_to_process() -> None:
    import pickle

    refused = pickle.loads(pickle.dumps(Unreadable(QuarantineReason.TOO_DEEP, "why")))
    assert (refused.reason, refused.detail) == (QuarantineReason.TOO_DEEP, "why")


def is_clean(text: str) -> bool:
    return clean(text) == text


def check(raw: bytes) -> None:
    """Read bytes through the whole public face; only `Unreadable` may come out, and only clean text."""
    looks_like_mail(raw)
    for name, value in headers(raw):
        assert is_clean(name)
        assert is_clean(value)
        assert "\n" not in value
    try:
        message = parse(raw)
    except Unreadable as refused:
        assert refused.reason is not QuarantineReason.PARSER_FAILED, refused
        return
    lines = [message.subject, message.header_id, *message.references, *message.in_reply_to, message.author.name]
    lines += [message.author.address, *(one.name for one in message.attachments)]
    lines += [word for one in (*message.to, *message.cc, *message.reply_to) for word in (one.name, one.address)]
    if message.original:
        lines += [message.original.subject, message.original.author.name, message.original.author.address]
        assert is_clean(message.original.text)
    assert all(is_clean(line) and "\n" not in line for line in lines)
    assert is_clean(message.text)
    assert is_clean(message.reply_text)
    assert is_clean(message.quoted_text)
    assert all(is_clean(link) for link in message.links)
    message.text.encode("utf-8")
    for one in message.attachments:
        assert len(part(raw, one.section)) == one.size


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.binary(max_size=2_000))
def test_random_bytes(raw: bytes) -> None:
    check(raw)
    check(PLAIN + raw)
    check(HTML + raw)
    check(HEAD + raw)


_PIECES = [
    b"Content-Type: multipart/mixed; boundary=b\n", b"Content-Type: text/html; charset=x\n", b"--b\n", b"--b--\n", b"\n",
    b"\r\n", b"Subject: =?utf-8?b?\xff?=\n", b"Content-Type: message/rfc822\n", b"Content-Transfer-Encoding: base64\n",
    b"=?iso-2022-jp?q?=1b$B?=", b"From: <a@b>, ;:(\n", b"> ", b"On 12/03/2020 a <a@b.example> wrote:\n", b"From: x <a@b.c>\nTo: y\nSubject: z\n",
    b"begin 644 a\n", b"end\n", b"Content-Disposition: attachment; filename*0*=utf-8''%ff;\n filename*1=x\n", b"\0", b"\x1b[31m", b"\xe2\x80\xae",
    b"Content-Type: application/ms-tnef; name=winmail.dat\n", b"<div style='display:none'>", b"<pre>", b"<blockquote>", b"</div>", b"-- \n",
    b"----- Forwarded message -----\n", b"Date: Mon, 99 Foo 9999 99:99:99 +9999\n", b"Date: 1 Jan 0001 00:00 +1400\n", b"Message-ID: <<>>\n",
]  # fmt: skip


@settings(max_examples=500, deadline=None, derandomize=True)
@given(st.lists(st.sampled_from(_PIECES) | st.binary(max_size=12), max_size=40))
def test_pieces_of_mail_in_any_order(pieces: list[bytes]) -> None:
    check(HEAD + b"".join(pieces))
    check(b"".join(pieces))


@pytest.mark.corpus
@pytest.mark.slow
@pytest.mark.skipif(not CORPUS.is_dir(), reason=f"the shared corpus of real mail is not at {CORPUS}")
def test_mutated_real_messages() -> None:
    chance = random.Random(20_260_101)
    files = [path for path in sorted(CORPUS.rglob("*")) if path.is_file() and 100 < path.stat().st_size < 60_000]
    for path in chance.sample(files, 400):
        raw = bytearray(path.read_bytes())
        for _ in range(chance.randrange(1, 12)):
            place = chance.randrange(len(raw))
            match chance.randrange(4):
                case 0:
                    raw[place] = chance.randrange(256)
                case 1:
                    del raw[place : place + chance.randrange(1, 40)]
                case 2:
                    raw[place:place] = chance.choice(_PIECES)
                case _:
                    other = chance.randrange(len(raw))
                    raw[place:place] = raw[other : other + chance.randrange(1, 200)]
            if not raw:
                break
        check(bytes(raw))


@settings(max_examples=200, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=300))
def test_any_subject_survives_being_encoded(text: str) -> None:
    from base64 import b64encode

    from storage.kinds.clean import clean_line

    data = text.encode("utf-8", "surrogatepass").decode("utf-8", "ignore").encode()
    word = b"=?utf-8?B?" + b64encode(data) + b"?="
    assert parse(b"From: a@b.example\nSubject: " + word + b"\n\nh").subject == clean_line(data.decode())
