"""The query language of queue, search and views: its fields, the tree that a text becomes, and what can be wrong.

Words and "phrases" are joined by *and*; ``OR`` binds closer than that (``is:open tier:n1 OR tier:n2`` is open and
either tier), ``-`` negates what follows it, parentheses group. The fields are those of `FIELDS`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from storage.kinds import Channel, ConversationKind, Priority, Tier
from storage.kinds.errors import DeskError

LONGEST = 1000
"""Characters that a query may have."""

DEEPEST = 20
"""Parentheses that may stand inside each other."""

SHORTEST_PREFIX = 2
"""Letters that ``word*`` needs before the star."""


class Trouble(StrEnum):
    """What is wrong with a query."""

    UNKNOWN_FIELD = "unknown_field"
    UNKNOWN_VALUE = "unknown_value"
    MISSING_VALUE = "missing_value"
    BAD_DATE = "bad_date"
    OPEN_QUOTE = "open_quote"
    OPEN_PARENTHESIS = "open_parenthesis"
    STRAY_PARENTHESIS = "stray_parenthesis"
    EMPTY_PARENTHESES = "empty_parentheses"
    NOTHING_BESIDE_OR = "nothing_beside_or"
    NO_WORD = "no_word"  # only signs, nothing that could be found
    SHORT_PREFIX = "short_prefix"
    BROAD_PREFIX = "broad_prefix"  # too many words of the store begin so
    SORT_INSIDE = "sort_inside"  # sort: is for the query as a whole
    TOO_LONG = "too_long"
    TOO_DEEP = "too_deep"


class BadQuery(DeskError):
    """A query that cannot be read.

    Attributes:
        trouble: what is wrong.
        place: the first character of the word that is wrong; `word` that word as typed.
        known: what could have stood there, if that is a short list.
    """

    def __init__(self, trouble: Trouble, *, place: int, word: str, known: tuple[str, ...] = ()) -> None:
        super().__init__(trouble.value, place, word, known)
        self.trouble = trouble
        self.place = place
        self.word = word
        self.known = known


class State(StrEnum):
    """The values of ``is:``."""

    OPEN = "open"  # all that is not settled, gone or spam: those that stand still included
    NEW = "new"
    WAITING = "waiting"
    ON_HOLD = "on_hold"
    RESOLVED = "resolved"
    CLOSED = "closed"
    SETTLED = "settled"  # resolved or closed
    SPAM = "spam"
    TRASH = "trash"  # what lies there is in no other view
    SNOOZED = "snoozed"
    UNREAD = "unread"
    MINE = "mine"
    UNASSIGNED = "unassigned"
    OFFERED = "offered"  # a handoff that the agent, or anybody of the tier, is asked to accept
    BOUNCING = "bouncing"  # crossed one border twice
    PROMISED = "promised"  # something was promised there that is open
    CONSULTING = "consulting"  # a colleague is asked there, and has yet to answer


class Sort(StrEnum):
    """The values of ``sort:``."""

    URGENCY = "urgency"
    NEWEST = "newest"
    OLDEST = "oldest"


class Where(StrEnum):
    """Where words must stand."""

    ANYWHERE = "anywhere"
    SUBJECT = "subject"
    FROM = "from"
    TO = "to"


class Reached(StrEnum):
    """The values of ``milestone:``."""

    OVERDUE = "overdue"
    OPEN = "open"
    DONE = "done"


class Has(StrEnum):
    """The values of ``has:``."""

    ATTACHMENT = "attachment"


class Sla(StrEnum):
    """The words of ``sla:``, beside what is left: ``sla<1h``, ``sla>2h``."""

    LATE = "late"
    WARNED = "warned"  # inside the share of its time from which it warns, and not late
    PAUSED = "paused"  # stands for the customer or for a third party
    NONE = "none"  # no clock is there at all


@dataclass(frozen=True, slots=True)
class Text:
    """Words to be found, one after the other.

    Attributes:
        words: as typed, clean; at least one word is in it.
        exact: quoted: other forms of the word do not do.
        prefix: the last word may go on.
    """

    words: str
    where: Where
    exact: bool
    prefix: bool
    place: int


@dataclass(frozen=True, slots=True)
class Field:
    """A field and its value; the value is a known word, or a name where names are free (owner, tag, mailbox).

    Attributes:
        day: on which it is asked, where the answer may be another one on another day.
        now: the moment itself, where hours matter.
    """

    name: str
    value: str
    place: int
    day: date | None = None
    now: datetime | None = field(default=None, compare=False)

    @property
    def word(self) -> str:
        """The field as it may have been typed."""
        return f"{self.name}{'' if self.name in TIMELY and self.value[:1] in '<>' else ':'}{self.value}"


@dataclass(frozen=True, slots=True)
class Moment:
    """Before a moment (UTC), or from it on."""

    before: bool
    at: datetime
    place: int


@dataclass(frozen=True, slots=True)
class Not:
    """The opposite."""

    part: "Node"


@dataclass(frozen=True, slots=True)
class And:
    """All of the parts, at least two."""

    parts: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Or:
    """One of the parts, at least two."""

    parts: tuple["Node", ...]


Node = Text | Field | Moment | Not | And | Or


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was understood; an empty one has no `where` and finds everything. `sort_at` is sort's place."""

    where: Node | None
    sort: Sort | None
    sort_at: int = field(default=0, compare=False)


VALUES: Mapping[str, type[StrEnum]] = {
    "is": State,
    "tier": Tier,
    "channel": Channel,
    "kind": ConversationKind,
    "priority": Priority,
    "has": Has,
    "milestone": Reached,
    "sort": Sort,
}
"""The fields whose values are a fixed list."""

TEXTS = {"subject": Where.SUBJECT, "from": Where.FROM, "to": Where.TO}
"""Fields that look for words in one part of a message."""

_NAMES = ("owner", "tag", "mailbox", "org")
FITS = ("icp", "fit")
"""Fields that ask how far the customer's organization is what the desk wishes."""

FIT_WORDS = ("good", "poor", "unknown")
"""The values of ``fit:``, beside a share: ``fit:>=70``."""

COMPUTED = ("lifecycle", "engagement", "health", "milestone")
"""Fields that ask for what is computed of the customer, or of their organization."""

PROFILES = ("touch", "service", "persona", "lifecycle", "stage", "typology")
"""Fields of the customer's profile, or else of their organization's, that have a word of their own."""

SLA = "sla"
"""The field that asks for clocks."""

OWN = "field."
"""What stands before the name of any field of profiles, such as those that the desk made itself."""

PROMISE = "promise"
"""The field that asks for what was promised and is due within so long: ``promise<1h``, ``promise:late``."""

MOMENTS = ("before", "after")
"""Fields that take a day or a span."""

CONSULT = "consult"
"""The field that asks for colleagues who are asked, by when: ``consult<1h``, ``consult:late``."""

FIGURE = "figure"
"""The field that asks for the conversations behind a figure: ``figure:solved@2026-11-01..2026-11-28``."""

TIMELY = (SLA, PROMISE, CONSULT)
"""Fields that are asked at a moment, and take what is left: ``sla<1h``."""

FIELDS = tuple(sorted({*VALUES, *TEXTS, *_NAMES, *FITS, *COMPUTED, *PROFILES, *MOMENTS, *TIMELY, FIGURE}))
"""Every field that a query may name today, beside those of profiles behind `OWN`."""


def of_customer(name: str) -> bool:
    """Say whether a field asks something of the customer."""
    return name == "org" or name in FITS or name in COMPUTED or name in PROFILES or name.startswith(OWN)
