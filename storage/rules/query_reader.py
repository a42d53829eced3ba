"""Reading a query: a text becomes the tree of `storage.rules.query`, or an error that points at the place."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import NoReturn

from storage.kinds.clean import clean_line
from storage.rules.query import (
    COMPUTED,
    CONSULT,
    DEEPEST,
    FIELDS,
    FIGURE,
    FITS,
    LONGEST,
    MOMENTS,
    OWN,
    PROMISE,
    SHORTEST_PREFIX,
    SLA,
    TEXTS,
    TIMELY,
    VALUES,
    And,
    BadQuery,
    Field,
    Moment,
    Node,
    Not,
    Or,
    Query,
    Sort,
    Text,
    Trouble,
    Where,
)
from storage.rules.query_asked import (
    LEFT_KNOWN,
    UNITS,
    due_asked,
    engagement_asked,
    fit_asked,
    health_asked,
    sla_asked,
)
from storage.rules.word import WORD

_FIELD = re.compile(r"([A-Za-z][A-Za-z_]*|(?i:field)\.[A-Za-z0-9_]+):(?!//)|((?i:sla|promise|consult))(?=[<>])")
_AFTER_NAME = re.compile(r'[<>=][^\s()"]*')
_NAME = re.compile(r'"((?:[^"]|"")*+)"')
_PLAIN = re.compile(r'[^\s()"]+')
_AGO = re.compile(r"(\d{1,6})([hdw])")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")


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

    def _quoted_name(self, at: int) -> tuple[str, int]:
        """Return a name that stands in quotes, a quote inside it twice, and where it ends."""
        said = _NAME.match(self._text, at)
        if said is None:
            raise BadQuery(Trouble.OPEN_QUOTE, place=at, word=self._text[at:])
        return said[1].replace('""', '"'), said.end()

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
            value, end = self._quoted_name(named.end())
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
        known = tuple(str(member) for member in (LEFT_KNOWN if name == SLA else VALUES.get(name, ())))
        if not value:
            raise BadQuery(Trouble.MISSING_VALUE, place=at, word=typed, known=known)
        if name in TEXTS:
            self._word(value, at, end, exact=exact, where=TEXTS[name])
        elif name in MOMENTS:
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
        if name not in COMPUTED and name not in TIMELY and name != FIGURE:
            return Field(name, value, at)
        asked = Field(name, value, at, self._now.date(), self._now)
        if name == SLA:
            sla_asked(asked)
        elif name == "health":
            health_asked(asked)
        elif name == "engagement":
            engagement_asked(asked)
        elif name in {PROMISE, CONSULT}:
            due_asked(asked)
        elif name == FIGURE:
            from storage.rules.dashboard import figure_asked  # late: few queries ask for it

            figure_asked(asked)
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
        lambda: now - int(ago[1]) * UNITS[ago[2]] if (ago := _AGO.fullmatch(value)) else None,
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
