"""A search taken apart by who answers it: the index, the conversation's columns, or both."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import Connection, and_
from sqlmodel import Session

from storage.queries.conditions import Condition, Every, Ground, condition, only_conversation, served
from storage.queries.tables import SEARCH_ENTRY
from storage.rules.query import And, BadQuery, Moment, Node, Not, Or, Query, Sort, Text, Trouble, Where
from storage.search.index import ceiling
from storage.search.matching import WITHIN, Wordings, answers, wordings, written
from storage.search.snippets import Wanted


@dataclass(frozen=True, slots=True)
class Plan:
    """A query, taken apart by who answers it.

    Attributes:
        words: the index's expression; `None` when no words are asked for.
        wordings: the same by words, where lists of them may be met; else nothing.
        barred: the expression of words that must not be there, where none are asked for: the index knows what
            has a word, not what has none.
        begun: the words that only begin so. Asking the index whether one entry has one of a thousand words is
            slower than looking into its text; `whole` and `never` are what is left to ask: the other words, and
            those that must not be there.
        from_number, to_number: the entries' numbers between which the answer lies, for top-level moments.
        filtered: everything that the words do not answer, looked up for each entry.
        starts: of the conversation's columns those of which an index tells who meets them, each alone.
        conversation: what all of the conversation's columns answer.
        rest: what needs both.
        oldest_first: the order.
    """

    words: str | None
    wordings: tuple[Wordings, ...]
    barred: str | None
    whole: str | None
    never: str | None
    begun: tuple[tuple[Wanted, tuple[str, ...]], ...]
    from_number: int | None
    to_number: int | None
    filtered: Condition | None
    starts: tuple[Condition, ...]
    conversation: Condition | None
    rest: Condition | None
    oldest_first: bool


def plan(session: Session, query: Query, agent_id: int | None) -> Plan:
    """Take a query apart.

    Raises:
        BadQuery: it asks for an order that a search has not, or names what is not there.
    """
    if query.sort is Sort.URGENCY:
        raise BadQuery(Trouble.UNKNOWN_VALUE, place=query.sort_at, word="sort:urgency", known=("newest", "oldest"))
    parts: Sequence[Node] = ()
    if query.where is not None:
        parts = query.where.parts if isinstance(query.where, And) else (query.where,)
    connection = session.connection()
    words: list[Node] = []
    barred: list[Not] = []
    columns: list[Node] = []
    rest: list[Node] = []
    floors: list[int] = []
    ceilings: list[int] = []
    for part in parts:
        if isinstance(part, Moment):
            (ceilings if part.before else floors).append(ceiling(part.at))
        elif only_conversation(part):
            columns.append(part)
        elif isinstance(part, Not) and answers(part.part):
            barred.append(part)
        elif answers(part):
            words.append(part)
        else:
            rest.append(part)
    ground = Ground(session, agent_id, _among, _moment, probed=Every())
    conversation = [condition(ground, part) for part in columns]
    both = [condition(ground, part) for part in rest]
    filtered = [*conversation, *both]
    begun = [part for part in words if isinstance(part, Text) and part.prefix]
    without: list[Node] = (
        [Or(tuple(part.part for part in barred))] if len(barred) > 1 else [each.part for each in barred]
    )
    return Plan(
        words=_together(connection, [*words, *barred]) if words else None,
        wordings=wordings([*words, *barred]) if connection.dialect.name == "sqlite" else (),
        barred=_together(connection, without) if not words else None,
        whole=_together(connection, [part for part in words if part not in begun]) if begun else None,
        never=_together(connection, without) if begun else None,
        begun=tuple((Wanted(replace(part, where=Where.ANYWHERE)), _columns(part)) for part in begun),
        from_number=max(floors, default=None),
        to_number=min(ceilings, default=None),
        filtered=and_(*filtered) if filtered else None,
        starts=tuple(condition(replace(ground, probed=frozenset()), part) for part in columns if served(part)),
        conversation=and_(*conversation) if conversation else None,
        rest=and_(*both) if both else None,
        oldest_first=query.sort is Sort.OLDEST,
    )


def _together(connection: Connection, nodes: Sequence[Node]) -> str | None:
    """Return the expression of all of these; `None` when there is none."""
    if not nodes:
        return None
    return written(connection, And(tuple(nodes)) if len(nodes) > 1 else nodes[0])


def _columns(text: Text) -> tuple[str, ...]:
    return tuple(WITHIN[text.where].split())


def _among(numbers: Any) -> Condition:
    return SEARCH_ENTRY.c.id.in_(numbers)


def _moment(moment: Moment) -> Condition:
    return SEARCH_ENTRY.c.id < ceiling(moment.at) if moment.before else SEARCH_ENTRY.c.id >= ceiling(moment.at)
