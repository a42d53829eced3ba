"""How a folder stands, as SELECT, STATUS and CHANGEDSINCE tell it."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from console.mail.imap.answers import MODSEQ_MOST, AnswerBroken, Token, number
from console.mail.imap.dialogue import Ended

if TYPE_CHECKING:
    from console.mail.imap.rows import FlagRow
    from console.mail.imap.uids import UidRanges

NUMBER_MOST = 2**32 - 1


@dataclass(frozen=True, slots=True)
class FolderState:
    r"""A folder as it stood when it was selected or asked about.

    Attributes:
        name: as asked for.
        uidvalidity: with it, UIDs name messages; when it changes, all UIDs are void (RFC 3501 §2.3.1.1).
        uidnext: no message has this UID yet.
        highestmodseq: the last change's number; `None` without CONDSTORE.
        exists: how many messages.
        permanent_flags: the flags that can be changed for good, ``\*`` for new keywords; empty from `status`.
        readonly: whether the server lets nothing be changed.
    """

    name: str
    uidvalidity: int
    uidnext: int
    highestmodseq: int | None
    exists: int
    permanent_flags: frozenset[str] = frozenset()
    readonly: bool = False

    def with_uidnext(self, uidnext: int) -> "FolderState":
        """Return the same with another UIDNEXT."""
        return replace(self, uidnext=uidnext)


@dataclass(frozen=True, slots=True)
class Changes:
    """What changed in a folder since a modification sequence.

    Attributes:
        rows: the messages that are new or whose flags changed.
        vanished: UIDs that are gone, among others that never were ours; `None` when the server cannot say, and all
            UIDs must be compared.
        modseq: where the next question may begin: nothing up to here is missing.
    """

    rows: "list[FlagRow]"
    vanished: "UidRanges | None"
    modseq: int


def read_selected(name: str, ended: Ended, exists: int) -> FolderState:
    """Read what SELECT said; UIDNEXT is 0 when it did not say.

    Raises:
        AnswerBroken: there is no UIDVALIDITY, or a number is none.
    """
    from console.mail.imap.rows import FLAGS_MOST, read_flags  # late: a look for news selects nothing

    uidvalidity, uidnext, modseq, permanent = (
        ended.argument(code) for code in ("UIDVALIDITY", "UIDNEXT", "HIGHESTMODSEQ", "PERMANENTFLAGS")
    )
    words = (permanent or "").strip("()").split()[:FLAGS_MOST]
    return FolderState(
        name=name,
        uidvalidity=number(uidvalidity, NUMBER_MOST),
        uidnext=0 if uidnext is None else number(uidnext, NUMBER_MOST),
        highestmodseq=None if modseq is None else number(modseq, MODSEQ_MOST),
        exists=exists,
        permanent_flags=read_flags(tuple(words)),
        readonly=ended.last.code == "READ-ONLY",
    )


def read_status(name: str, said: list[Token]) -> FolderState:
    """Read what STATUS said.

    Raises:
        AnswerBroken: something is missing, or a number is none.
    """
    items = said[-1] if said else None
    if not isinstance(items, list) or len(items) % 2:
        raise AnswerBroken("a STATUS that says nothing")
    values = {str(items[at]).upper(): items[at + 1] for at in range(0, len(items), 2)}
    modseq = values.get("HIGHESTMODSEQ")
    return FolderState(
        name=name,
        uidvalidity=number(values.get("UIDVALIDITY"), NUMBER_MOST),
        uidnext=number(values.get("UIDNEXT"), NUMBER_MOST),
        highestmodseq=None if modseq is None else number(modseq, MODSEQ_MOST) or None,
        exists=number(values.get("MESSAGES"), NUMBER_MOST),
    )
