"""Sets of UIDs: as the server writes them, as we write them, and bounded whatever a server claims (RFC 3501 §9)."""

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator

UID_MOST = 4_294_967_295
SET_BYTES = 8_000
"""How long a set may grow in one command: RFC 7162 §4 asks clients to keep lines under 8,192 bytes."""
UIDS_MOST = 20_000_000
"""More messages than this in one folder is not believed."""


class UidsBroken(ValueError):
    """What was to be a set of UIDs is none."""


class UidRanges:
    """A set of UIDs as ranges, never written out: a server may claim four thousand million of them in one word."""

    __slots__ = ("_firsts", "_lasts")

    def __init__(self, pairs: Iterable[tuple[int, int]] = ()) -> None:
        self._firsts: list[int] = []
        self._lasts: list[int] = []
        for first, last in sorted((min(each), max(each)) for each in pairs):
            if self._lasts and first <= self._lasts[-1] + 1:
                self._lasts[-1] = max(self._lasts[-1], last)
            else:
                self._firsts.append(first)
                self._lasts.append(last)

    @classmethod
    def read(cls, text: str) -> "UidRanges":
        """Read ``1:5,7``.

        Raises:
            UidsBroken: it is no such set.
        """
        return cls(ranges(text))

    def __contains__(self, uid: int) -> bool:
        at = bisect_right(self._firsts, uid) - 1
        return at >= 0 and uid <= self._lasts[at]

    def __len__(self) -> int:
        return sum(last - first + 1 for first, last in zip(self._firsts, self._lasts, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, UidRanges) and (self._firsts, self._lasts) == (other._firsts, other._lasts)

    __hash__ = None  # type: ignore[assignment]  # it may still be added to

    def __repr__(self) -> str:
        return f"UidRanges({len(self)} uids)"

    def written_out(self) -> "array[int]":
        """Return every UID, ascending.

        Raises:
            UidsBroken: there are more than any folder has.
        """
        if len(self) > UIDS_MOST:
            raise UidsBroken(f"{len(self)} UIDs in one folder")
        found = array("I")
        for first, last in zip(self._firsts, self._lasts, strict=True):
            found.extend(range(first, last + 1))
        return found


def ranges(text: str) -> Iterator[tuple[int, int]]:
    """Read the pairs of a set such as ``1:5,7``, as they stand: a pair may be the wrong way round.

    Raises:
        UidsBroken: it is no such set.
    """
    for word in text.split(","):
        first, colon, last = word.partition(":")
        low = uid(first)
        yield low, uid(last) if colon else low


def uid(text: str | bytes) -> int:
    """Read one UID.

    Raises:
        UidsBroken: it is no number from 1 to 2^32 - 1.
    """
    # The length first: int() of a million digits takes long.
    if not 0 < len(text) <= 10 or not text.isdigit() or not text.isascii():
        raise UidsBroken("a UID that is no number")
    number = int(text)
    if not 0 < number <= UID_MOST:
        raise UidsBroken("a UID out of bounds")
    return number


def in_order(text: str, most: int) -> list[int]:
    """Write out a set in the order in which it stands, as COPYUID wants it (RFC 4315 §3).

    Raises:
        UidsBroken: it is no set, or has more than `most` members.
    """
    found: list[int] = []
    for first, last in ranges(text):
        step = 1 if last >= first else -1
        if abs(last - first) + len(found) >= most:
            raise UidsBroken("more UIDs than were asked for")
        found.extend(range(first, last + step, step))
    return found


def sets(uids: Iterable[int], *, most: int | None = None) -> Iterator[tuple[str, list[int]]]:
    """Split UIDs, in the order given, into sets for commands, with the members of each.

    Args:
        uids: numbers from 1 to 2^32 - 1; doubles are dropped within a set.
        most: how many UIDs one set may have.

    Raises:
        ValueError: a UID is out of bounds.
    """
    members: list[int] = []
    length = 0
    for each in uids:
        if not 0 < each <= UID_MOST:
            raise ValueError(f"{each} is no UID")
        # A run grows a set by nothing, a lone number by itself and a comma: counted at its longest in between.
        grows = 0 if members and abs(each - members[-1]) == 1 else 22
        if members and (length + grows > SET_BYTES or len(members) == most):
            yield written(members), members
            members, length = [], 0
        members.append(each)
        length += grows
    if members:
        yield written(members), members


def written(uids: Iterable[int]) -> str:
    """Write a set, as short as can be: ``1:5,7``."""
    runs: list[list[int]] = []
    for each in sorted(set(uids)):
        if runs and each == runs[-1][1] + 1:
            runs[-1][1] = each
        else:
            runs.append([each, each])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in runs)
