"""Fetches flags, sizes and whole messages in bulk, each checked to be what was asked for before anybody sees it."""

import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from console.mail.imap.answers import TOO_LONG, AnswerBroken, Data
from console.mail.imap.dialogue import Dialogue, Sent
from console.mail.imap.errors import LiteralTooLong, ServerRefused, ServerSpokeNonsense
from console.mail.imap.rows import Fetched, FlagRow, Row, Sized, TooLarge, read_row
from console.mail.imap.uids import UIDS_MOST, UidRanges, UidsBroken, ranges, sets, written

MESSAGE_MOST = 50 * 1024 * 1024
"""Bytes of a message beyond which it is left on the server, unless the caller says otherwise."""
BATCH_MESSAGES = 200
BATCH_BYTES = 8 * 1024 * 1024
SIZES_AT_ONCE = 2000
FLAGS_AT_ONCE = 50_000
SLACK = 65_536
_UID_SAID = re.compile(rb"[( ]UID (\d{1,10})[ )]", re.IGNORECASE)


def _items(dialogue: Dialogue, *items: str) -> str:
    modseq = ("MODSEQ",) if dialogue.modseqs else ()
    return f"({' '.join(('UID', *items, *modseq))})"


def flags(dialogue: Dialogue, uids: Iterable[int] | None) -> Iterator[FlagRow]:
    """Give the flags of the messages asked for, or of all; each command is heard out before its first row is given."""
    if uids is None:
        yield from _flag_rows(dialogue, "1:*", None)
        return
    for text, members in sets(uids, most=FLAGS_AT_ONCE):
        yield from _flag_rows(dialogue, text, frozenset(members))


def _flag_rows(dialogue: Dialogue, text: str, asked: frozenset[int] | None) -> Iterator[FlagRow]:
    heard = FlagsHeard(asked)
    dialogue.run("FETCH FLAGS", "UID FETCH", text, _items(dialogue, "FLAGS"), take=heard.take)
    return heard.rows()


class FlagsHeard:
    """Collects flags in 20 bytes a message: a folder of a million is asked for in one command.

    Args:
        asked: the UIDs wanted; `None` for any.
    """

    def __init__(self, asked: frozenset[int] | None) -> None:
        self._asked = asked
        self._uids = array("I")
        self._modseqs = array("Q")
        self._flags: list[frozenset[str]] = []
        self._vanished: list[tuple[int, int]] = []

    def take(self, data: Data) -> bool:
        """Take a FETCH or VANISHED answer."""
        if data.name == "VANISHED":
            return self._take_vanished(data)
        if data.name != "FETCH":
            return False
        row = read_row(data)
        if row.uid is None or row.flags is None:
            return False
        if self._asked is None or row.uid in self._asked:
            if len(self._uids) > UIDS_MOST:
                raise AnswerBroken("more flags than any folder has")
            self._uids.append(row.uid)
            self._modseqs.append(row.modseq or 0)
            self._flags.append(row.flags)
        return True

    def _take_vanished(self, data: Data) -> bool:
        # With "(EARLIER)" it is an answer, without it happens just now: either way they are gone.
        text = data.tokens()[-1:]
        try:
            self._vanished.extend(ranges(str(text[0]) if text else ""))
        except UidsBroken as broken:
            raise AnswerBroken(str(broken)) from None
        if len(self._vanished) > UIDS_MOST:
            raise AnswerBroken("more UIDs than any folder had")
        return True

    @property
    def vanished(self) -> UidRanges:
        """The UIDs that are gone."""
        return UidRanges(self._vanished)

    def rows(self) -> Iterator[FlagRow]:
        """Give what was heard, in the server's order; said twice, the later stands later."""
        for uid, words, modseq in zip(self._uids, self._flags, self._modseqs, strict=True):
            yield FlagRow(uid, words, modseq or None)


def sizes(dialogue: Dialogue, uids: Iterable[int]) -> Iterator[Sized]:
    """Give what is known of messages without their bodies; those that are gone do not appear."""
    for text, members in sets(uids, most=SIZES_AT_ONCE):
        found: dict[int, Row] = {}
        take = _merging(frozenset(members), found)
        asked = _items(dialogue, "FLAGS", "INTERNALDATE", "RFC822.SIZE")
        dialogue.run("FETCH RFC822.SIZE", "UID FETCH", text, asked, take=take)
        for uid in members:
            row = found.pop(uid, None)
            if row is not None and row.size is not None:
                yield Sized(uid, row.flags or frozenset(), row.internaldate, row.size, row.modseq)


def _merging(asked: frozenset[int], found: dict[int, Row]) -> Callable[[Data], bool]:
    def take(data: Data) -> bool:
        if data.name != "FETCH":
            return False
        row = read_row(data)
        if row.uid is None:
            if row.body is not None:
                raise AnswerBroken("a body without its UID")
            return False
        if row.uid not in asked:
            return row.body is not None
        known = found.setdefault(row.uid, row)
        if known is not row:
            _merge(known, row)
        # Flags alone were not asked for: somebody changed them just now.
        return row.body is not None or row.size is not None

    return take


def _merge(known: Row, row: Row) -> None:
    if row.body is not None:
        if known.body is not None:
            raise AnswerBroken("two bodies for one UID")
        known.body = row.body
    known.flags = known.flags if row.flags is None else row.flags
    known.size = known.size if row.size is None else row.size
    known.modseq = known.modseq if row.modseq is None else row.modseq
    if row.dated:
        known.internaldate, known.dated = row.internaldate, True


@dataclass(slots=True)
class _Batch:
    """One FETCH of bodies: said, and heard at the latest before the next command is said.

    Attributes:
        sizes: the announced size of each message.
        limit: bytes that no message passes.
        at: of which message a body was announced last.
    """

    sizes: dict[int, int]
    limit: int
    sent: Sent | None = None
    found: dict[int, Row] = field(default_factory=dict)
    heard: bool = False
    refused: ServerRefused | None = None
    at: int | None = None

    def say(self, dialogue: Dialogue) -> None:
        asked = _items(dialogue, "FLAGS", "INTERNALDATE", "RFC822.SIZE", "BODY.PEEK[]")
        self.sent = dialogue.say("FETCH BODY", "UID FETCH", written(self.sizes), asked)
        dialogue.settle = lambda: self.hear(dialogue)

    def hear(self, dialogue: Dialogue) -> None:
        assert self.sent is not None
        if self.heard:
            return
        self.heard = True
        dialogue.settle = None
        rooms = {uid: _room(size, self.limit) for uid, size in self.sizes.items()}
        widest = max(rooms.values())

        def bound(said: bytes) -> int:
            uid = _UID_SAID.search(said)
            self.at = int(uid[1]) if uid else None
            return rooms.get(self.at or 0, widest)

        try:
            dialogue.hear(self.sent, take=_merging(frozenset(rooms), self.found), bound=bound)
        except ServerRefused as refused:
            self.refused = refused  # for whoever wants the messages, not for whose command made us listen
        except ServerSpokeNonsense as nonsense:
            if nonsense.words == TOO_LONG and self.at in rooms:
                raise LiteralTooLong(nonsense, uid=self.at) from None
            raise

    def messages(self) -> Iterator[Fetched]:
        # A server may give some messages and refuse others with one NO; those it gave are whole.
        if self.refused is not None and not any(row.body is not None for row in self.found.values()):
            raise self.refused
        found, self.found = self.found, {}
        for uid in sorted(self.sizes):
            row = found.pop(uid, None)
            if row is None or row.body is None:
                continue  # it was expunged meanwhile
            size = self.sizes[uid] if row.size is None else row.size
            yield Fetched(uid, row.flags or frozenset(), row.internaldate, size, row.modseq, row.body)


def _room(size: int, limit: int) -> int:
    # Some servers reckon RFC822.SIZE roughly (Exchange), some give 0; a body may be twice what was announced.
    return min(2 * size, limit) + SLACK if size else limit + SLACK


def bodies(
    dialogue: Dialogue, uids: Iterable[int], *, max_size: int = MESSAGE_MOST, known: Mapping[int, int] | None = None
) -> Iterator[Fetched | TooLarge]:
    """Give whole messages; the contract stands at `Session.bodies`."""
    wanted = iter(uids)
    ahead: _Batch | None = None
    while part := list(islice(wanted, SIZES_AT_ONCE)):
        for batch in _batches(_sized(dialogue, part, known or {}), max_size):
            if isinstance(batch, int):
                if ahead is not None:
                    ahead.hear(dialogue)
                    yield from ahead.messages()
                    ahead = None
                yield from left_there(dialogue, batch)
                continue
            # The next batch is asked for before this one is given, so that server and caller work at once.
            if ahead is not None:
                ahead.hear(dialogue)
            batch.say(dialogue)
            if ahead is not None:
                yield from ahead.messages()
            ahead = batch
    if ahead is not None:
        ahead.hear(dialogue)
        yield from ahead.messages()


def left_there(dialogue: Dialogue, uid: int) -> Iterator[TooLarge]:
    """Give a message that is left on the server, unless it is gone by now."""
    for each in sizes(dialogue, [uid]):
        yield TooLarge(each.uid, each.flags, each.internaldate, each.size, each.modseq)


def _sized(dialogue: Dialogue, uids: list[int], known: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """Give UID and size in the order asked for, one question for all that are not known."""
    unknown = [uid for uid in uids if uid not in known]
    found: dict[int, Row] = {}
    for text, members in sets(unknown):
        take = _merging(frozenset(members), found)
        dialogue.run("FETCH RFC822.SIZE", "UID FETCH", text, "(UID RFC822.SIZE)", take=take)
    for uid in dict.fromkeys(uids):
        if uid in known:
            yield uid, known[uid]
        elif (row := found.get(uid)) is not None and row.size is not None:
            yield uid, row.size


def _batches(messages: Iterable[tuple[int, int]], max_size: int) -> Iterator[_Batch | int]:
    """Sort messages, in their order, into batches; one that is too large comes as its UID."""
    batch: dict[int, int] = {}
    room = BATCH_BYTES
    for uid, size in messages:
        if batch and (size > max_size or len(batch) == BATCH_MESSAGES or size > room):
            yield _Batch(batch, max_size)
            batch, room = {}, BATCH_BYTES
        if size > max_size:
            yield uid
            continue
        batch[uid] = size
        room -= size
    if batch:
        yield _Batch(batch, max_size)
