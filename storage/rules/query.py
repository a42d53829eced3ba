"""The query language of queue, search and views: a text becomes a small tree, or an error that points at the place.

Words and "phrases" are joined by *and*; ``OR`` binds closer than that (``is:open tier:n1 OR tier:n2`` is open and
either tier), ``-`` negates what follows it, parentheses group. The fields are those of `FIELDS`.
"""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NoReturn

from storage.kinds import Channel, ConversationKind, Priority, Tier
from storage.kinds.clean import clean_line
from storage.kinds.errors import DeskError
from storage.kinds.journey import Engaged
from storage.rules.word import WORD

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
        return f"{self.name}{'' if self.name in {SLA, PROMISE} and self.value[:1] in '<>' else ':'}{self.value}"


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

_TEXTS = {"subject": Where.SUBJECT, "from": Where.FROM, "to": Where.TO}
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

_MOMENTS = ("before", "after")

FIELDS = tuple(sorted({*VALUES, *_TEXTS, *_NAMES, *FITS, *COMPUTED, *PROFILES, *_MOMENTS, SLA, PROMISE}))
"""Every field that a query may name today, beside those of profiles behind `OWN`."""

_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*|(?i:field)\.[A-Za-z0-9_]+):(?!//)|((?i:sla|promise))(?=[<>])")
_LEFT = re.compile(r"(?P<sign><=?|>=?)\s*(?P<amount>\d{1,6})(?P<unit>m|h|d|w)", re.IGNORECASE)
_SHARE = re.compile(r"(?P<name>.*?)\s*(?P<sign>>=|<=|>|<|=)\s*(?P<share>[0-9]{1,3}%?|(?i:good|poor|unknown))")
_AFTER_NAME = re.compile(r'[<>=][^\s()"]*')
_PLAIN = re.compile(r'[^\s()"]+')
_AGO = re.compile(r"(\d{1,6})([hdw])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LEFT_UNITS = {"m": timedelta(minutes=1), **_UNITS}
_LEFT_KNOWN = (*Sla, "<1h", ">2h")


def of_customer(name: str) -> bool:
    """Say whether a field asks something of the customer."""
    return name == "org" or name in FITS or name in COMPUTED or name in PROFILES or name.startswith(OWN)


@dataclass(frozen=True, slots=True)
class FitAsked:
    """What is asked of a fit.

    Attributes:
        name: of the definition; empty for the best of all there are.
        stands: one of `FIT_WORDS`; empty where a share is asked for.
        least, most: that share, in percent.
    """

    name: str
    stands: str = ""
    least: int = 0
    most: int = 100


def fit_asked(field: Field) -> FitAsked:
    """Return what ``icp:NAME``, ``icp:NAME>=70`` or ``fit:good`` asks for.

    Raises:
        BadQuery: it cannot be read.
    """
    said = _SHARE.fullmatch(field.value)
    name = (said["name"] if said else field.value).strip()
    known = (*FIT_WORDS, ">=70")
    if field.name == "fit":
        stands = "" if said else name.lower()
        if (said is not None and name) or (not said and stands not in FIT_WORDS):
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known)
        name = ""
    else:
        stands = "" if said else "good"
        if not name:
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word)
    if said is None:
        return FitAsked(name, stands)
    if (word := said["share"].lower()) in FIT_WORDS:
        if said["sign"] != "=":
            raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known)
        return FitAsked(name, word)
    least, most = _between(said["sign"], word)
    return FitAsked(name, least=least, most=most)


def _between(sign: str, word: str) -> tuple[int, int]:
    """Return from which percent to which a share lies."""
    share = int(word.removesuffix("%"))
    return {
        ">=": (share, 100),
        "<=": (0, share),
        ">": (share + 1, 100),
        "<": (0, share - 1),
        "=": (share, share),
    }[sign]


@dataclass(frozen=True, slots=True)
class SlaAsked:
    """What is asked of the clock that is due first.

    Attributes:
        word: how it stands; `None` where what is left is asked for.
        before: whether it is due before `at`, else after it.
        at: that moment, or the present where a word asks.
    """

    word: Sla | None
    at: datetime
    before: bool = True


def sla_asked(field: Field) -> SlaAsked:
    """Return what ``sla:late`` or ``sla<1h`` asks for; what is late has less than nothing left, and is due before.

    Raises:
        BadQuery: it cannot be read.
    """
    assert field.now is not None
    said = _LEFT.fullmatch(field.value)
    if said is not None:
        left = int(said["amount"]) * _LEFT_UNITS[said["unit"].lower()]
        with suppress(OverflowError):
            return SlaAsked(None, (field.now + left).astimezone(UTC), before=said["sign"][0] == "<")
    elif field.value.lower() in set(Sla):
        return SlaAsked(Sla(field.value.lower()), field.now.astimezone(UTC))
    raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=_LEFT_KNOWN)


def health_asked(field: Field) -> tuple[int, int] | None:
    """Return from which health to which ``health:<50`` asks; `None` for ``health:unknown``.

    Raises:
        BadQuery: it cannot be read.
    """
    said = _SHARE.fullmatch(field.value)
    if said is None and field.value.lower() == "unknown":
        return None
    if said is None or said["name"] or not said["share"].removesuffix("%").isdecimal():
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=("<50", ">=70", "unknown"))
    return _between(said["sign"], said["share"])


def engagement_asked(field: Field) -> tuple[str, Engaged]:
    """Return which feature, and what is made of it, ``engagement:API=frustrated`` asks for; empty for any feature.

    Raises:
        BadQuery: it cannot be read.
    """
    feature, _sign, state = field.value.rpartition("=")
    try:
        return feature.strip(), Engaged(state.strip().lower())
    except ValueError:
        lead = f"{feature}=" if feature else ""
        known = tuple(lead + one for one in Engaged)
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=known) from None


def due_asked(field: Field) -> datetime:
    """Return before which moment that must be due which ``promise<1h`` asks for, or ``promise:late``.

    Raises:
        BadQuery: it cannot be read.
    """
    assert field.now is not None
    if field.value.lower() == "late":
        return field.now
    said = _LEFT.fullmatch(field.value)
    if said is not None and said["sign"] == "<":
        with suppress(OverflowError):
            return field.now + int(said["amount"]) * _LEFT_UNITS[said["unit"].lower()]
    raise BadQuery(Trouble.UNKNOWN_VALUE, place=field.place, word=field.word, known=("<1h", "<2d", "late"))


def parse(text: str, *, now: datetime) -> Query:
    """Read a query.

    Args:
        text: as typed.
        now: aware, in the agent's own time zone: days begin at its midnight.

    Raises:
        BadQuery: it cannot be read; nothing else is ever raised, whatever the text.
    """
    if len(text) > LONGEST:
        raise BadQuery(Trouble.TOO_LONG, place=LONGEST, word=plain(text[LONGEST : LONGEST + 20]))
    return _Reader(plain(text), now).query()


def plain(text: str) -> str:
    """Return `text` with nothing in it that could act, and every sign still at its place."""
    return "".join(sign if clean_line(sign) else " " for sign in text)


@dataclass(frozen=True, slots=True)
class _Token:
    """A piece of the query: a sign, or a node that needs no others."""

    kind: str  # ( ) - OR word sort
    place: int
    typed: str
    node: Node | None = None
    sort: Sort | None = None


class _Reader:
    """Reads one query by recursive descent."""

    def __init__(self, text: str, now: datetime) -> None:
        self._text = text
        self._now = now
        self._tokens: list[_Token] = []
        self._at = 0
        self._sort: Sort | None = None
        self._sort_at = 0
        self._scan()

    def query(self) -> Query:
        where = self._all(depth=0)
        if self._at < len(self._tokens):
            self._fail(Trouble.STRAY_PARENTHESIS, self._tokens[self._at])
        if where is None and self._tokens and self._sort is None:
            self._fail(Trouble.NO_WORD, self._tokens[0])
        return Query(where, self._sort, self._sort_at)

    # The grammar.

    def _all(self, *, depth: int) -> Node | None:
        parts: list[Node] = []
        while self._at < len(self._tokens) and self._tokens[self._at].kind != ")":
            part = self._either(depth=depth)
            if part is not None:
                parts.append(part)
        return And(tuple(parts)) if len(parts) > 1 else parts[0] if parts else None

    def _either(self, *, depth: int) -> Node | None:
        if self._tokens[self._at].kind == "OR":
            self._fail(Trouble.NOTHING_BESIDE_OR, self._tokens[self._at])
        first = self._at
        parts = [self._one(depth=depth)]
        while self._at < len(self._tokens) and self._tokens[self._at].kind == "OR":
            sign = self._tokens[self._at]
            self._at += 1
            if self._at == len(self._tokens) or self._tokens[self._at].kind in {")", "OR"}:
                self._fail(Trouble.NOTHING_BESIDE_OR, sign)
            parts.append(self._one(depth=depth))
        if len(parts) > 1:
            for token in self._tokens[first : self._at]:
                if token.kind == "sort":
                    self._fail(Trouble.SORT_INSIDE, token)
        known = tuple(part for part in parts if part is not None)
        return Or(known) if len(known) > 1 else known[0] if known else None

    def _one(self, *, depth: int) -> Node | None:
        negated = False
        while self._tokens[self._at].kind == "-":  # the scan makes sure that something follows
            negated = not negated
            self._at += 1
        token = self._tokens[self._at]
        self._at += 1
        node = token.node
        if token.kind == "(":
            if depth == DEEPEST:
                self._fail(Trouble.TOO_DEEP, token)
            inside = self._at
            node = self._all(depth=depth + 1)
            if self._at == len(self._tokens):
                self._fail(Trouble.OPEN_PARENTHESIS, token)
            if inside == self._at:
                self._fail(Trouble.EMPTY_PARENTHESES, token)
            self._at += 1
        elif token.kind == ")":
            self._fail(Trouble.STRAY_PARENTHESIS, token)
        elif token.kind == "OR":
            self._fail(Trouble.NOTHING_BESIDE_OR, token)
        elif token.kind == "sort":
            if depth or negated:
                self._fail(Trouble.SORT_INSIDE, token)
            self._sort, self._sort_at = token.sort, token.place
        return Not(node) if negated and node is not None else node

    # The signs.

    def _scan(self) -> None:
        text, at = self._text, 0
        while at < len(text):
            sign = text[at]
            if sign.isspace():
                at += 1
            elif sign in "()":
                self._tokens.append(_Token(sign, at, sign))
                at += 1
            elif sign == "-" and at + 1 < len(text) and (text[at + 1] in '-("' or text[at + 1].isalnum()):
                if self._something(at):
                    self._tokens.append(_Token("-", at, sign))
                at += 1
            elif sign == '"':
                quoted, end = self._quoted(at)
                self._word(quoted, at, end, exact=True)
                at = end
            else:
                at = self._chunk(at)

    def _something(self, at: int) -> bool:
        """Say whether anything but further minus signs and spaces comes at once after the sign at `at`."""
        rest = self._text[at:].lstrip("-")
        return bool(rest) and not rest[0].isspace() and rest[0] != ")"

    def _quoted(self, at: int) -> tuple[str, int]:
        end = self._text.find('"', at + 1)
        if end < 0:
            raise BadQuery(Trouble.OPEN_QUOTE, place=at, word=self._text[at:])
        return self._text[at + 1 : end], end + 1

    def _chunk(self, at: int) -> int:
        text = self._text
        named = _FIELD.match(text, at)
        if named is None:
            plain = _PLAIN.match(text, at)
            assert plain is not None  # the scan stands on a sign that is none of those
            if plain[0] == "OR":
                self._tokens.append(_Token("OR", at, "OR"))
            else:
                self._word(plain[0], at, plain.end(), exact=False)
            return plain.end()
        name = (named[1] or named[2]).lower()
        if named.end() < len(text) and text[named.end()] == '"':
            value, end = self._quoted(named.end())
            exact = True
            if name == "icp" and (share := _AFTER_NAME.match(text, end)):
                value, end = f"{value}{share[0]}", share.end()
        else:
            plain = _PLAIN.match(text, named.end())
            value, end = (plain[0], plain.end()) if plain else ("", named.end())
            exact = False
        if name not in FIELDS and not name.startswith(OWN):
            if not value:  # a pasted subject: "Re: the invoice"
                self._word(named[0], at, end, exact=False)
                return end
            raise BadQuery(Trouble.UNKNOWN_FIELD, place=at, word=named[1], known=FIELDS)
        self._field(name, value.strip(), at, end, exact=exact)
        return end

    def _word(self, value: str, at: int, end: int, *, exact: bool, where: Where = Where.ANYWHERE) -> None:
        typed = self._text[at:end]
        prefix = not exact and value.endswith("*")
        words = WORD.findall(value)
        node = None
        if words:
            if prefix and len(words[-1]) < SHORTEST_PREFIX:
                raise BadQuery(Trouble.SHORT_PREFIX, place=at, word=typed)
            node = Text(" ".join(words), where, exact, prefix, at)
        elif where is not Where.ANYWHERE:
            raise BadQuery(Trouble.NO_WORD, place=at, word=typed)
        self._tokens.append(_Token("word", at, typed, node))

    def _field(self, name: str, value: str, at: int, end: int, *, exact: bool) -> None:
        typed = self._text[at:end]
        known = tuple(str(member) for member in (_LEFT_KNOWN if name == SLA else VALUES.get(name, ())))
        if not value:
            raise BadQuery(Trouble.MISSING_VALUE, place=at, word=typed, known=known)
        if name in _TEXTS:
            self._word(value, at, end, exact=exact, where=_TEXTS[name])
        elif name in _MOMENTS:
            moment = _moment(value, self._now)
            if moment is None:
                raise BadQuery(Trouble.BAD_DATE, place=at, word=typed)
            self._tokens.append(_Token("word", at, typed, Moment(name == "before", moment, at)))
        elif name in VALUES:
            value = value.lower().replace("-", "_").replace(" ", "_")
            if value not in known:
                raise BadQuery(Trouble.UNKNOWN_VALUE, place=at, word=typed, known=known)
            if name == "sort":
                self._tokens.append(_Token("sort", at, typed, sort=Sort(value)))
            else:
                self._tokens.append(_Token("word", at, typed, self._computed(name, value, at)))
        elif name in FITS:
            field = Field(name, value, at, self._now.date())
            fit_asked(field)
            self._tokens.append(_Token("word", at, typed, field))
        else:
            self._tokens.append(_Token("word", at, typed, self._computed(name, value, at)))

    def _computed(self, name: str, value: str, at: int) -> Field:
        """Return a field; one that asks for what is computed can be read, and says when it was asked."""
        if name not in COMPUTED and name not in {SLA, PROMISE}:
            return Field(name, value, at)
        asked = Field(name, value, at, self._now.date(), self._now)
        if name == SLA:
            sla_asked(asked)
        elif name == "health":
            health_asked(asked)
        elif name == "engagement":
            engagement_asked(asked)
        elif name == PROMISE:
            due_asked(asked)
        return asked

    @staticmethod
    def _fail(trouble: Trouble, token: _Token) -> NoReturn:
        raise BadQuery(trouble, place=token.place, word=token.typed)


def _moment(value: str, now: datetime) -> datetime | None:
    """Return the moment (UTC) that a date names: a day's, month's or year's begin, or so long ago."""
    value = value.lower()
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    readers: tuple[Callable[[], datetime | None], ...] = (
        lambda: midnight if value == "today" else None,
        lambda: midnight - timedelta(days=1) if value == "yesterday" else None,
        lambda: now - int(ago[1]) * _UNITS[ago[2]] if (ago := _AGO.fullmatch(value)) else None,
        lambda: (
            midnight.replace(year=int(date[1]), month=int(date[2] or 1), day=int(date[3] or 1))
            if (date := _DATE.fullmatch(value))
            else None
        ),
    )
    try:
        for reader in readers:
            moment = reader()
            if moment is not None:
                return moment.astimezone(UTC)
    except (ValueError, OverflowError):  # no such day, or before the first of all years
        return None
    return None
