"""The queue: a window of rows out of any query, most urgent first, read by its keys and never by counting up."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, false, func, literal, or_, select, tuple_, type_coerce
from sqlmodel import Session

from storage.queries.conditions import (
    Condition,
    Ground,
    asks_for_trash,
    condition,
    customers,
    only_conversation,
    standing,
    stands,
    walked_past,
)
from storage.queries.making import Key
from storage.queries.rows import shown
from storage.queries.several import listed
from storage.queries.tables import CONVERSATION, MESSAGE, SEARCH_ENTRY
from storage.rules.query import And, Field, Moment, Node, Query, Sort, State
from storage.rules.query_reader import parse
from storage.views import QueueWindow

COUNTED = 1000
"""How far rows are counted; as many as that are shown as 999+."""

Place = tuple[int, int, int]
"""Where a row stands: as a `Key`."""

_C = CONVERSATION.c
_MOST = frozenset({State.SETTLED, State.RESOLVED, State.CLOSED})
_FEW = 5000  # conversations whose messages are asked of the index, rather than the index's of them
_SORTED_BY_TIME = 0  # what stands first in a place where no rank does


def window(
    session: Session,
    *,
    query: str = "is:open",
    agent_id: int | None,
    now: datetime,
    after: Place | None = None,
    before: Place | None = None,
    around: int | None = None,
    size: int = 100,
) -> QueueWindow:
    """Read a run of rows.

    Args:
        session: of any transaction.
        query: in the query language; conversations that were joined to another are in none. Words, ``from:``,
            ``to:``, ``subject:`` and ``has:`` follow the search index, which lags behind new mail by a moment.
        agent_id: for whom: what ``me`` is, and what is unread.
        now: aware, in the agent's own time zone.
        after: only rows below this place of a row read earlier.
        before: only rows above it, those next to it.
        around: the conversation in whose neighbourhood the window lies, whether or not it is in the queue any more.
        size: how many rows.

    Raises:
        BadQuery: the query cannot be read.
    """
    asked = _asked(session, parse(query, now=now), agent_id)
    if around is not None and after is None and before is None:
        middle = _place_of(session, asked.order, around)
        if middle is not None:
            above = _keys(session, asked, before=middle, size=size // 2)
            below = _keys(session, asked, after=middle, including=True, size=size - len(above) + 1)
            keys = [*above, *below]
            first = len(above) < size // 2
            return _window(session, asked, agent_id, keys[:size], first=first, goes_on=len(keys) > size)
    if before is not None:
        keys = _keys(session, asked, before=before, size=size + 1)
        return _window(session, asked, agent_id, keys[-size:], first=len(keys) <= size, goes_on=None)
    if after is not None or asked.order.by_time:
        keys = _keys(session, asked, after=after, size=size + 1)
        return _window(session, asked, agent_id, keys[:size], first=after is None, goes_on=len(keys) > size)
    # The keys alone are so cheap that those which are counted come with those which are shown.
    keys = _keys(session, asked, size=max(COUNTED, size + 1))
    total = min(len(keys), COUNTED)
    return _window(session, asked, agent_id, keys[:size], first=True, goes_on=len(keys) > size, total=total)


def count(session: Session, *, query: str = "is:open", agent_id: int | None, now: datetime) -> int:
    """Return how many conversations a query finds, counted up to `COUNTED`.

    Raises:
        BadQuery: the query cannot be read.
    """
    return _count(session, _asked(session, parse(query, now=now), agent_id).where)


def numbers(session: Session, *, query: str = "is:open", agent_id: int | None, now: datetime) -> list[int]:
    """Return every conversation that a query finds, by number, in the order of the queue.

    Raises:
        BadQuery: the query cannot be read.
    """
    asked = _asked(session, parse(query, now=now), agent_id)
    ways = [column.desc() if asked.order.descending else column for column in asked.order.columns]
    return list(session.connection().execute(select(_C.id).where(asked.where).order_by(*ways)).scalars())


@dataclass(frozen=True, slots=True)
class _Order:
    """How a queue is sorted: by which columns, and which way."""

    columns: tuple[ColumnElement[Any], ...]
    descending: bool

    @property
    def by_time(self) -> bool:
        """Whether time alone sorts it, not urgency."""
        return len(self.columns) == 2

    @property
    def key(self) -> tuple[ColumnElement[Any], ...]:
        """The columns of a `Key`."""
        if self.by_time:
            return (literal(_SORTED_BY_TIME), *self.columns)
        return self.columns

    def below(self, place: Place, *, including: bool) -> Condition:
        """Return that a row stands below a place."""
        return self._beside(place, greater=not self.descending, including=including)

    def above(self, place: Place) -> Condition:
        """Return that a row stands above a place."""
        return self._beside(place, greater=self.descending, including=False)

    def _beside(self, place: Place, *, greater: bool, including: bool) -> Condition:
        values: tuple[Any, ...] = place[-len(self.columns) :]
        mine, theirs = tuple_(*self.columns), tuple_(*values, types=[each.type for each in self.columns])
        if greater:
            return mine >= theirs if including else mine > theirs
        return mine <= theirs if including else mine < theirs

    def sorted(self, statement: Select[Any], *, backwards: bool) -> Select[Any]:
        down = self.descending != backwards
        return statement.order_by(*(column.desc() if down else column.asc() for column in self.columns))


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query, understood.

    Attributes:
        where: what a row must meet.
        freely: the same, said so that no index serves its states: the order, or a place, has a better one.
        long: most of the desk meets it: there is no sorting it, only walking along the order.
    """

    where: Condition
    freely: Callable[[], Condition]
    order: _Order
    long: bool


def _asked(session: Session, query: Query, agent_id: int | None) -> _Asked:
    looked_up: list[Condition] = []

    def among(numbers: Any) -> Condition:
        """Return that one of a conversation's messages is among the entries found."""
        found = _conversations(session, numbers, _narrow(session, query.where, agent_id))
        looked_up.append(_C.id.in_(listed(session.connection(), found)))
        return looked_up[-1]

    match query.sort:
        case Sort.NEWEST | Sort.OLDEST:
            newest = type_coerce(_C.last_message_at, BigInteger)
            order = _Order((newest, _C.id), descending=query.sort is Sort.NEWEST)
        case _:
            order = _Order((_C.queue_rank, _C.queue_order, _C.id), descending=False)

    those = customers(session, query.where, agent_id)
    probed = walked_past(session, query.where, agent_id, those)

    def where(ground: Ground) -> Condition:
        barred = query.where is not None and stands(query.where)
        parts = [] if barred else [standing(ground, trash=asks_for_trash(query.where))]
        if query.where is not None:
            parts.append(condition(ground, query.where))
        if order.by_time:
            parts.append(_dated(ground))
        return and_(*parts)

    first = where(Ground(session, agent_id, among, _moment, probed=probed, among=those))

    def freely() -> Condition:
        again = iter(looked_up)  # what was looked up already, in the same order
        ground = Ground(session, agent_id, lambda _: next(again), _moment, freely=True, timely=order.by_time)
        return where(replace(ground, probed=probed, among=those))

    return _Asked(first, freely, order, long=order.by_time and _mostly_settled(query.where))


def _mostly_settled(node: Node | None) -> bool:
    """Say whether a query finds most of a desk's conversations: nearly all are settled."""
    match node:
        case None:
            return True
        case Field(name="is", value=value):
            return value in _MOST
        case And(parts):
            return all(_mostly_settled(part) for part in parts)
        case _:
            return False


def _narrow(session: Session, node: Node | None, agent_id: int | None) -> Sequence[int] | None:
    """Return the conversations that meet a query's own columns; `None` when they are many."""
    parts = node.parts if isinstance(node, And) else ()
    columns = [part for part in parts if only_conversation(part)]
    if not columns:
        return None
    ground = Ground(session, agent_id, lambda _: false(), _moment)
    chosen = select(_C.id).where(*(condition(ground, part) for part in columns)).limit(_FEW + 1)
    found = session.connection().execute(chosen).scalars().all()
    return found if len(found) <= _FEW else None


def _conversations(session: Session, numbers: Any, among: Sequence[int] | None) -> Sequence[int]:
    """Return the conversations of which a message is among the entries found; `among` are the only ones it can be."""
    number = SEARCH_ENTRY.c.id
    of = (
        select(MESSAGE.c.conversation_id)
        .distinct()
        .select_from(SEARCH_ENTRY.join(MESSAGE, MESSAGE.c.id == SEARCH_ENTRY.c.message_id))
        .where(MESSAGE.c.conversation_id.is_not(None))
    )
    if among is None:
        of = of.where(number.in_(numbers))
    else:  # from the conversations to their entries, not from the many entries of a common word
        of = of.where(MESSAGE.c.conversation_id.in_(listed(session.connection(), among)), (number + 0).in_(numbers))
    return session.connection().execute(of).scalars().all()


def _dated(ground: Ground) -> Condition:
    """Return that a conversation has a newest message, as what time sorts must have.

    The queue's indexes hold `queue_order`, which is 0 where there is none: a thousand rows are counted without a look
    at the rows themselves.
    """
    has = _C.last_message_at.is_not(None)
    return has if ground.freely else or_(_C.queue_order != 0, has)


def _moment(moment: Moment) -> Condition:
    """Return that a conversation's newest message came before a moment, or from it on."""
    return _C.last_message_at < moment.at if moment.before else _C.last_message_at >= moment.at


def _place_of(session: Session, order: _Order, conversation_id: int) -> Place | None:
    """Return where a conversation stands, or the one that it was joined to."""
    for _ in range(100):  # a chain of joins this long was made by hand
        row = (
            session.connection().execute(select(_C.joined_into, *order.columns).where(_C.id == conversation_id)).first()
        )
        if row is None:
            return None
        if row.joined_into is None:
            place = (_SORTED_BY_TIME, *row[1:])[-3:]
            return None if place[1] is None else place
        conversation_id = row.joined_into
    return None


def _keys(
    session: Session,
    asked: _Asked,
    *,
    after: Place | None = None,
    before: Place | None = None,
    including: bool = False,
    size: int,
) -> list[Key]:
    """Return where some rows stand, in the queue's order: what an index holds, and nothing else."""
    where = asked.freely() if asked.long or before is not None else asked.where
    if after is not None:
        where = and_(where, asked.order.below(after, including=including))
    if before is not None:
        where = and_(where, asked.order.above(before))
    chosen = select(*asked.order.key).where(where).limit(size)
    found = session.connection().execute(asked.order.sorted(chosen, backwards=before is not None)).all()
    keys: list[Key] = [(row[0], row[1], row[2]) for row in found]
    if before is not None:
        keys.reverse()
    return keys


def _window(
    session: Session,
    asked: _Asked,
    agent_id: int | None,
    keys: Sequence[Key],
    *,
    first: bool,
    goes_on: bool | None,
    total: int | None = None,
) -> QueueWindow:
    """Return the window that rows make.

    Args:
        session: of any transaction.
        asked: the query.
        agent_id: for whom.
        keys: where its rows stand.
        first: whether the queue is known to begin with them.
        goes_on: whether it goes on below them; `None` when that is not known.
        total: how many rows the queue has, when that is known.
    """
    rows = tuple(shown(session.connection(), keys, agent_id))
    if first and goes_on is False:
        return QueueWindow(rows, before=False, after=False, position=0, total=min(len(rows), COUNTED))
    if total is None:
        total = _count(session, asked.where)
    if not rows:
        return QueueWindow((), before=False, after=False, position=None, total=total)
    above = 0 if first else _count(session, and_(asked.freely(), asked.order.above(rows[0].place)))
    return QueueWindow(
        rows,
        before=above > 0,
        after=_goes_on(session, asked, rows[-1].place) if goes_on is None else goes_on,
        position=above if above < COUNTED else None,
        total=total,
    )


def _goes_on(session: Session, asked: _Asked, place: Place) -> bool:
    where = asked.freely() if asked.long else asked.where
    chosen = select(_C.id).where(where, asked.order.below(place, including=False)).limit(1)
    return session.connection().execute(chosen).first() is not None


def _count(session: Session, where: Condition) -> int:
    some = select(_C.id).where(where).limit(COUNTED).subquery()
    return int(session.connection().execute(select(func.count()).select_from(some)).scalar_one())
