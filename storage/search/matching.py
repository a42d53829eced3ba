"""A query's words made ready for one engine's index: no text of a person ever reaches it unquoted."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from sqlalchemy import (
    BigInteger,
    ColumnClause,
    Connection,
    Integer,
    Select,
    Table,
    bindparam,
    column,
    literal_column,
    select,
    table,
    text,
)
from sqlalchemy import cast as as_type

from storage.models import SearchEntry
from storage.prepared import Prepared
from storage.rules.query import And, BadQuery, Field, Node, Not, Or, Text, Trouble, Where
from storage.rules.stemming import composed, forms
from storage.search.index import ATTACHED
from storage.search.reach import WORDS, eligible
from storage.search.vectors import STEM, lexeme

BROADEST = 1500
"""Words of the store that a prefix may stand for: as many take about a tenth of a second."""

_ENTRY = cast("Table", SearchEntry.__table__)  # type: ignore[attr-defined]
_ROWID: ColumnClause[int] = column("rowid", BigInteger)
_FTS = table("search_index", _ROWID)
WITHIN = {
    Where.ANYWHERE: WORDS,
    Where.SUBJECT: "subject",
    Where.FROM: "author",
    Where.TO: "recipients",
}
"""The columns in which words are looked for."""

_LAST = 1 << 62  # no entry's number is as great
_WEIGHTS = {Where.ANYWHERE: "ABC", Where.SUBJECT: "A", Where.FROM: "B", Where.TO: "D"}
_TERMS = text(
    """
    WITH RECURSIVE beginning (term) AS (
        SELECT (SELECT term FROM search_index_terms WHERE term >= :first LIMIT 1)
        UNION ALL
        SELECT (SELECT term FROM search_index_terms WHERE term >= beginning.term || char(1) LIMIT 1)
        FROM beginning WHERE beginning.term < :past
    )
    SELECT term FROM beginning WHERE term < :past LIMIT :most
    """
)
"""Each step is one seek, past all the places of a term; counting them, as FTS5's own prefix does, takes seconds."""


def answers(node: Node) -> bool:
    """Say whether the index alone can answer `node`; `written` then gives how it is asked."""
    match node:
        case Text() | Field(name="has"):
            return True
        case And(parts):
            kept = [part for part in parts if not isinstance(part, Not)]
            return bool(kept) and all(answers(part.part if isinstance(part, Not) else part) for part in parts)
        case Or(parts):
            return all(map(answers, parts))
        case _:
            return False


def written(connection: Connection, node: Node) -> str | None:
    """Return `node` in the index's own language, or `None` when the index alone cannot answer it.

    Raises:
        BadQuery: too many words of the store begin with a prefix.
    """
    if not answers(node):  # before the words that begin with a prefix are looked for
        return None
    language = _Fts(connection) if connection.dialect.name == "sqlite" else _Vectors()
    return language.written(node)


@dataclass(frozen=True, slots=True)
class Wordings:
    """A word that is asked for, or barred, as the words of SQLite's index of which any will do."""

    words: tuple[str, ...]
    barred: bool = False


def wordings(nodes: Sequence[Node]) -> tuple[Wordings, ...]:
    """Return what all of `nodes` ask for, word by word; nothing where it is more than plain words.

    Each of those words is one that FTS5's tokenizer leaves as it is, so that a list of it (`storage.search.postings`)
    has what the index finds.
    """
    found: list[Wordings] = []
    for node in nodes:
        words = _any_of(node.part if isinstance(node, Not) else node)
        if not words:
            return ()
        found.append(Wordings(words, barred=isinstance(node, Not)))
    return tuple(found) if any(not one.barred for one in found) else ()


def _any_of(node: Node) -> tuple[str, ...]:
    match node:
        case Or(parts):
            each = [_any_of(part) for part in parts]
            return tuple(dict.fromkeys(word for words in each for word in words)) if all(each) else ()
        case Text() if _plain(node):
            words = _alike(composed(node.words))
            return words if all(map(eligible, words)) else ()
        case _:
            return ()


def _plain(node: Text) -> bool:
    return (
        not node.exact and not node.prefix and node.where is Where.ANYWHERE and len(composed(node.words).split()) == 1
    )


def _alike(word: str) -> tuple[str, ...]:
    """Return the words of the index that are looked for where one word is."""
    word = word.strip()
    return tuple(dict.fromkeys((_unaccented(word), *forms(word))))


def matching(
    connection: Connection,
    expression: str,
    *,
    below: int | None = None,
    above: int | None = None,
    among: Sequence[int] | None = None,
) -> Select[Any]:
    """Select the numbers of the entries that an expression of `written` finds, in no order yet.

    Args:
        connection: tells which engine it is.
        expression: what `written` gave.
        below, above: only entries under the one, and from the other on.
        among: only these.
    """
    number, found = _finding(connection.dialect.name, bindparam("words", expression, unique=True))
    if below is not None:
        found = found.where(number < below)
    if above is not None:
        found = found.where(number >= above)
    if among is not None:
        found = found.where(number.in_(among))
    return found


def searched(
    connection: Connection,
    expression: str,
    *,
    below: int | None,
    above: int | None,
    oldest_first: bool,
    limit: int,
) -> list[int]:
    """Return the numbers of the first entries that an expression of `written` finds, in their order.

    Args:
        connection: of any transaction.
        expression: what `written` gave.
        below, above: only entries under the one, and from the other on.
        oldest_first: begin with the smallest number.
        limit: how many.
    """
    rows = _SEARCHED[oldest_first].rows(
        connection,
        words=expression,
        below=_LAST if below is None else below,
        above=-_LAST if above is None else above,
        limit=limit,
    )
    return [row[0] for row in rows]


def _searched(dialect: str, *, oldest_first: bool) -> Any:
    number, found = _finding(dialect, bindparam("words"))
    found = found.where(number < bindparam("below"), number >= bindparam("above"))
    return found.order_by(number.asc() if oldest_first else number.desc()).limit(bindparam("limit", type_=Integer))


_SEARCHED = {oldest: Prepared(partial(_searched, oldest_first=oldest)) for oldest in (False, True)}


def _finding(dialect: str, words: Any) -> tuple[Any, Select[Any]]:
    """Return the column of the numbers, and the selection of those that words find."""
    if dialect == "sqlite":
        return _ROWID, select(_ROWID).select_from(_FTS).where(literal_column("search_index").op("MATCH")(words))
    from sqlalchemy.dialects.postgresql import TSQUERY, TSVECTOR

    number = _ENTRY.c.id
    return number, select(number).where(column("vector", TSVECTOR).op("@@")(as_type(words, TSQUERY)))


class _Language:
    """What the two engines' languages have in common: how *and*, *or* and *not* nest."""

    both = either = but = ""

    def leaf(self, node: Text) -> str:
        raise NotImplementedError

    def attached(self) -> str:
        raise NotImplementedError

    def written(self, node: Node) -> str | None:
        match node:
            case Text():
                return self.leaf(node)
            case Field(name="has"):
                return self.attached()
            case And(parts):
                wanted = [self.written(part) for part in parts if not isinstance(part, Not)]
                barred = [self.written(part.part) for part in parts if isinstance(part, Not)]
                if not wanted or None in wanted or None in barred:
                    return None
                whole = self.both.join(part for part in wanted if part)
                if barred:
                    whole = f"({whole}){self.but}({self.either.join(part for part in barred if part)})"
                return f"({whole})"
            case Or(parts):
                known = [self.written(part) for part in parts]
                return None if None in known else f"({self.either.join(part for part in known if part)})"
            case _:
                return None


class _Fts(_Language):
    """The language of FTS5."""

    both, either, but = " AND ", " OR ", " NOT "

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def leaf(self, node: Text) -> str:
        words = composed(node.words).split()
        within = WITHIN[node.where]
        if node.prefix:
            head = words[:-1]
            wanted = [" ".join([*head, last]) for last in self._beginning(words[-1], node)]
        elif _plain(node):
            wanted = list(_alike(words[0]))
            within += " stems"
        else:
            wanted = [" ".join(words)]
        return f"{{{within}}} : ({' OR '.join(map(_quoted, dict.fromkeys(wanted)))})"

    def attached(self) -> str:
        return f"files : {_quoted(ATTACHED)}"

    def _beginning(self, prefix: str, node: Text) -> list[str]:
        """Return the words of the store that begin with `prefix`, or one that is nowhere."""
        first = _unaccented(prefix)
        values = {"first": first, "past": f"{first}\U0010ffff", "most": BROADEST + 1}
        terms = list(self._connection.execute(_TERMS, values).scalars())
        if len(terms) > BROADEST:
            raise BadQuery(Trouble.BROAD_PREFIX, place=node.place, word=f"{prefix}*")
        return terms or [first]


class _Vectors(_Language):
    """The language of PostgreSQL's `tsquery`."""

    both, either, but = " & ", " | ", " & !"

    def leaf(self, node: Text) -> str:
        weights = _WEIGHTS[node.where]
        words = [lexeme(word) for word in composed(node.words).split()]
        if len(words) == 1 and not node.exact and not node.prefix and node.where is Where.ANYWHERE:
            wanted = [form for each in forms(words[0]) for form in (f"'{each}':{weights}", f"'{STEM}{each}'")]
            return f"({' | '.join(dict.fromkeys(wanted))})"
        star = "*" if node.prefix else ""
        parts = [f"'{word}':{weights}" for word in words[:-1]] + [f"'{words[-1]}':{star}{weights}"]
        return f"({' <-> '.join(parts)})"

    def attached(self) -> str:
        return f"'{ATTACHED}':C"


def _quoted(words: str) -> str:
    """Return words as one string of FTS5: its tokenizer sees them, its query language does not."""
    return '"' + words.replace('"', '""').replace("\x00", "") + '"'


def _unaccented(word: str) -> str:
    """Return a word as FTS5's tokenizer keeps it; `folded` takes more signs apart, such as ligatures."""
    apart = unicodedata.normalize("NFD", word.lower())
    return "".join(sign for sign in apart if not unicodedata.combining(sign))
