"""The reader of literals against whatever bytes come: one error of its own, bounded room, no body under another UID."""

import tracemalloc
from io import BytesIO

import pytest
from hypothesis import given, seed, settings
from hypothesis import strategies as st

from console.mail.imap.answers import AnswerBroken, Data, Status, read_answer, tokens
from console.mail.imap.fetching import _merging
from console.mail.imap.rows import Row, _read_any, _read_plain, read_row
from console.mail.imap.uids import UidRanges, UidsBroken, in_order, written

BOUND = 1000


class Bytes:
    """A source that ends, and notes how much it was asked for."""

    def __init__(self, said: bytes) -> None:
        self._said = BytesIO(said)
        self.most = 0

    def line(self) -> bytes:
        line = self._said.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        return line

    def exactly(self, size: int) -> bytes:
        self.most = max(self.most, size)
        read = self._said.read(size)
        if len(read) < size:
            raise EOFError
        return read


def take_all(said: bytes) -> dict[int, Row]:
    """Read to the end or the first error; return the rows found."""
    source, found = Bytes(said), {}
    take = _merging(frozenset(range(1, 50)), found)
    try:
        while True:
            answer = read_answer(source, lambda _: BOUND)
            if isinstance(answer, Data):
                answer.tokens()
                take(answer)
    except (AnswerBroken, EOFError):
        pass
    assert source.most <= BOUND
    return found


PIECES = st.sampled_from(
    [
        b"* ",
        b"1 FETCH ",
        b"(",
        b")",
        b"UID ",
        b"7",
        b" ",
        b"BODY[] ",
        b"{3}\r\n",
        b"{4294967295}\r\n",
        b"{1001}\r\n",
        b"~{2}\r\n",
        b"abc",
        b'"',
        b"\\",
        b"NIL",
        b"FLAGS (\\Seen)",
        b"\r\n",
        b"[",
        b"]",
        b"P1 OK [",
        b"MODSEQ (5)",
        b"\x00",
        b"\xff",
        b"+ ",
        b"RFC822.SIZE 3",
        b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"',
        b"* VANISHED (EARLIER) 1:5",
        b"* ESEARCH UID ALL 1:9",
    ]
)
ANY = st.one_of(st.binary(max_size=300), st.lists(PIECES, max_size=40).map(b"".join))


@seed(20261122)
@settings(max_examples=1000, deadline=None)
@given(ANY)
def test_whatever_comes_there_is_one_error_and_bounded_room(said: bytes) -> None:
    take_all(said)
    take_all(b"* 1 FETCH (" + said + b")\r\n")
    take_all(b"* 1 FETCH (UID 7 BODY[] {3}\r\nabc" + said + b")\r\n")


MESSAGES = st.dictionaries(st.integers(1, 49), st.binary(max_size=200), max_size=8)


@st.composite
def conversations(draw: st.DrawFn) -> tuple[dict[int, bytes], bytes]:
    """What an honest server says for some messages, in any of the ways it may."""
    messages = draw(MESSAGES)
    said = b""
    for turn, (uid, body) in enumerate(messages.items(), 1):
        items = [b"UID %d" % uid, b"FLAGS (\\Seen $x)", b"MODSEQ (9)"]
        items = draw(st.permutations(items))
        at = draw(st.integers(0, len(items)))
        quotable = body.isalnum() and body.isascii() and draw(st.booleans())
        literal = b'BODY[] "%s"' % body if quotable else b"BODY[] {%d}\r\n%s" % (len(body), body)
        said += b"* %d FETCH (%s)\r\n" % (turn, b" ".join([*items[:at], literal, *items[at:]]))
        said += draw(st.sampled_from([b"", b"* 9 EXISTS\r\n", b"* OK Still {5}\r\n", b"* 3 FETCH (FLAGS ())\r\n"]))
    return messages, said


@seed(20261123)
@settings(max_examples=300, deadline=None)
@given(conversations())
def test_an_honest_server_is_understood_whatever_its_messages_hold(case: tuple[dict[int, bytes], bytes]) -> None:
    messages, said = case
    assert {uid: row.body for uid, row in take_all(said).items()} == messages


@seed(20261124)
@settings(max_examples=300, deadline=None)
@given(conversations(), st.data())
def test_a_cut_conversation_gives_whole_bodies_only(case: tuple[dict[int, bytes], bytes], data: st.DataObject) -> None:
    messages, said = case
    cut = data.draw(st.integers(0, len(said)))
    found = take_all(said[:cut])
    assert all(messages[uid] == row.body for uid, row in found.items() if row.body is not None)


@seed(20261125)
@settings(max_examples=600, deadline=None)
@given(conversations(), st.data())
def test_a_broken_conversation_gives_no_body_twice_and_none_too_long(
    case: tuple[dict[int, bytes], bytes], data: st.DataObject
) -> None:
    _, said = case
    at = data.draw(st.integers(0, len(said)))
    said = said[:at] + data.draw(st.binary(max_size=8)) + said[at + data.draw(st.integers(0, 8)) :]
    for uid, row in take_all(said).items():
        assert row.uid == uid
        assert row.body is None or len(row.body) <= BOUND or row.body in said


ITEM = st.sampled_from(
    [
        b"UID 7",
        b"UID 0",
        b"UID 99999999999",
        b"FLAGS ()",
        b"FLAGS (\\Seen)",
        b"FLAGS (\\SEEN nil a]b  c)",
        b"FLAGS ((x))",
        b"MODSEQ (5)",
        b"MODSEQ 5",
        b"MODSEQ (99999999999999999999)",
        b"RFC822.SIZE 12",
        b"RFC822.SIZE x",
        b"FLAGS ([a b] c)",
        b'INTERNALDATE "17-Jul-1996 02:44:25 -0700"',
        b'INTERNALDATE "00-Xxx-0000 99:99:99 +9999"',
        b"INTERNALDATE NIL",
        b"X-Y z",
    ]
)


@seed(20261126)
@settings(max_examples=1000, deadline=None)
@given(
    st.lists(ITEM, max_size=5),
    st.one_of(st.none(), st.binary(max_size=20)),
    st.sampled_from([b")", b"", b") ", b" UID 8)"]),
)
def test_the_fast_road_reads_what_the_careful_road_reads(items: list[bytes], body: bytes | None, end: bytes) -> None:
    text = b"(" + b" ".join(items)
    pieces = [text + end] if body is None else [text + b" BODY[] ", body, end]
    fast = _read_plain(pieces)
    if fast is not None:
        assert fast == _read_any(Data(1, "FETCH", pieces))


def test_the_fast_road_is_taken_for_ordinary_answers() -> None:
    said = b'(UID 7 FLAGS (\\Seen $x) INTERNALDATE "17-Jul-1996 02:44:25 -0700" RFC822.SIZE 3 MODSEQ (5) BODY[] '
    assert _read_plain([said, b"abc", b")"]) is not None
    assert _read_plain([b"(UID 7 FLAGS ())"]) is not None


@pytest.mark.parametrize(
    "said",
    [
        b"* 1 FETCH " + b"(" * 1_000_000 + b"\r\n",
        b"* 1 FETCH (" + b"[" * 1_000_000 + b")\r\n",
        b'* 1 FETCH ("' + b"\\" * 1_000_001 + b")\r\n",
        b"* 1 FETCH (FLAGS (" + b"a " * 500_000 + b"))\r\n",
        b"* 1 FETCH (UID " + b"9" * 1_000_000 + b")\r\n",
        b"* 1 FETCH (" + b"{0}\r\n" * 100_000 + b")\r\n",
        b"* OK [" + b"A" * 1_000_000 + b"]\r\n",
        b"* " + b"9" * 1_000_000 + b" EXISTS\r\n",
    ],
    ids=["depth", "brackets", "escapes", "flags", "digits", "literals", "code", "number"],
)
@pytest.mark.timeout(20)
def test_long_hostile_lines_take_linear_time(said: bytes) -> None:
    take_all(said)


def test_room_is_made_after_the_bound_was_asked_not_before() -> None:
    asked = []

    def bound(before: bytes) -> int:
        asked.append(before)
        return 10

    source = Bytes(b"* 5 FETCH (UID 5 BODY[] {4294967295}\r\n")
    tracemalloc.start()
    with pytest.raises(AnswerBroken):
        read_answer(source, bound)
    assert tracemalloc.get_traced_memory()[1] < 100_000
    tracemalloc.stop()
    assert asked == [b"(UID 5 BODY[] {4294967295}"]
    assert source.most == 0


def test_literals_of_one_answer_are_bounded_together() -> None:
    said = b"* LIST () {6}\r\nabcdef {6}\r\nabcdef\r\n"
    with pytest.raises(AnswerBroken):
        read_answer(Bytes(said), lambda _: 10)
    answer = read_answer(Bytes(said), lambda _: 12)
    assert isinstance(answer, Data)
    assert answer.tokens() == [[], b"abcdef", b"abcdef"]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b"* OK [UIDNEXT 5] Predicted\r\n", ("", "OK", "UIDNEXT", "5", "Predicted")),
        (b"* ok ready {5}\r\n", ("", "OK", "", "", "ready {5}")),
        (b"P1 NO [TRYCREATE] No\r\n", ("P1", "NO", "TRYCREATE", "", "No")),
        (b"* OK [PERMANENTFLAGS (\\* a]b)] x\r\n", ("", "OK", "PERMANENTFLAGS", "(\\* a]b)", "x")),
        (b"* BYE\r\n", ("", "BYE", "", "", "")),
        (b"P2 OK [COPYUID 1 2:3 4:5] ok\n", ("P2", "OK", "COPYUID", "1 2:3 4:5", "ok")),
        (b"* OK [never closed\r\n", ("", "OK", "", "", "[never closed")),
    ],
)
def test_status_answers_are_taken_apart(said: bytes, expected: tuple[str, ...]) -> None:
    answer = read_answer(Bytes(said))
    assert isinstance(answer, Status)
    assert (answer.tag, answer.word, answer.code, answer.argument, answer.text) == expected


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (b'(a "b \\" \\\\") NIL', [["a", b'b " \\'], None]),
        (b"BODY[HEADER.FIELDS (X Y)]<0> x", ["BODY[HEADER.FIELDS (X Y)]<0>", "x"]),
        (b"(\\Seen $a [Gmail] a] b[)", [["\\Seen", "$a", "[Gmail]", "a]", "b["]]),
    ],
)
def test_data_is_taken_apart(said: bytes, expected: list[object]) -> None:
    assert tokens([said]) == expected


def test_an_item_said_twice_is_an_error() -> None:
    for said in (b"(UID 7 UID 8)", b"(UID 7 BODY[] NIL BODY[] NIL)", b"(UID 7", b"(UID)", b"UID 7", b"(UID 7) x"):
        with pytest.raises(AnswerBroken):
            read_row(Data(1, "FETCH", [said]))


@seed(20261127)
@settings(max_examples=300, deadline=None)
@given(
    st.sets(st.integers(1, 300)),
    st.text(max_size=30),
    st.lists(st.sampled_from(["1", ":", ",", "4294967295", "*", "0", "7"])),
)
def test_sets_of_uids_are_read_as_they_are_written(uids: set[int], junk: str, pieces: list[str]) -> None:
    if uids:
        assert set(UidRanges.read(written(uids)).written_out()) == uids
        assert in_order(written(uids), 300) == sorted(uids)
    for text in (junk, "".join(pieces)):
        try:
            ranges = UidRanges.read(text)
            assert len(ranges) >= 1
            in_order(text, 100)
            ranges.written_out() if len(ranges) < 1000 else None
        except UidsBroken:
            pass


def test_a_claim_of_four_thousand_million_uids_is_not_written_out() -> None:
    claimed = UidRanges.read("1:4294967295")
    assert 77 in claimed
    with pytest.raises(UidsBroken):
        claimed.written_out()
    with pytest.raises(UidsBroken):
        in_order("4294967295:1", 5)
    assert in_order("5:3,9", 4) == [5, 4, 3, 9]
