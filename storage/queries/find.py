"""Search: messages newest first, streamed in bounded steps, with the words that were found shown in their text.

The index gives the words' messages newest first, by its own order; fields are looked up for a few thousand of
them at a time. Where that leads nowhere soon, because a field is rarer than the words, the road is turned round:
the field's few messages are asked of the index one by one. Every statement is small, so whoever reads may
stop between two rows; within one, SQLite asks `stopped` every few thousand steps.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, and_, func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.kinds.mail import Correspondent
from storage.queries.conditions import Condition, Ground, condition, listed, only_conversation
from storage.queries.tables import CONVERSATION, MAILBOX, MESSAGE, SEARCH_ENTRY, TEXT
from storage.rules.query import And, BadQuery, Moment, Node, Not, Or, Query, Sort, Text, Trouble, Where, parse
from storage.search.index import ceiling, columns_of
from storage.search.matching import WITHIN, matching, written
from storage.search.snippets import Wanted, snippet
from storage.search.words import composed
from storage.views import SearchHit

COUNTED = 1000
"""How far hits are counted; as many as that are shown as 999+."""

_FIRST_STEP, _LONGEST_STEP = 250, 4000  # entries looked at by one statement
_PATIENCE = 2000  # entries looked at before the other road is tried
_RARE_CONVERSATIONS, _RARE_MESSAGES = 1000, 2000  # what a field may have and still be called rare
_ONE_BY_ONE = 100  # entries asked of the index in one statement
_SHOWN_AT_ONCE = 50
_LOOK_INTO = 50_000  # characters of a message's text that a snippet is sought in
_STEPS = 20_000  # of SQLite's machine between two looks at `stopped`: about a millisecond

Stopped = Callable[[], bool]


def never() -> bool:
    """Say no: nobody stops this search."""
    return False


def search(
    session: Session,
    *,
    query: str,
    agent_id: int | None,
    now: datetime,
    limit: int = 50,
    before: int | None = None,
    stopped: Stopped = never,
) -> Iterator[SearchHit]:
    """Find messages, newest first (``sort:oldest`` turns it round), as many as are asked for.

    Args:
        session: of any transaction; it must live as long as the iterator is read.
        query: in the query language. Messages are found once they are indexed, a moment after they came.
        agent_id: what ``me`` is.
        now: aware, in the agent's own time zone.
        limit: how many hits.
        before: only hits after this message in the order of the search: the last one read so far.
        stopped: asked often, also from within a long statement on SQLite; the search ends when it says yes.

    Returns:
        The hits, found as they are read. Closing the iterator ends the search.

    Raises:
        BadQuery: the query cannot be read; raised at once, not at the first hit.
    """
    asked = parse(query, now=now)
    plan = _plan(session, asked, agent_id)
    start = _number_of(session, before) if before is not None else None
    return _hits(session, plan, Wanted(asked.where), start, limit, stopped)


def count(session: Session, *, query: str, agent_id: int | None, now: datetime, stopped: Stopped = never) -> int:
    """Return how many messages a query finds, counted up to `COUNTED`.

    Raises:
        BadQuery: the query cannot be read.
    """
    plan = _plan(session, parse(query, now=now), agent_id)
    found = 0
    with _stoppable(session.connection(), stopped):
        for numbers in _steps(session, plan, None, COUNTED, stopped):
            found += len(numbers)
            if found >= COUNTED:
                break
    return min(found, COUNTED)


@dataclass(frozen=True, slots=True)
class _Plan:
    """A query, taken apart by who answers it.

    Attributes:
        words: the index's expression; `None` when no words are asked for.
        barred: the expression of words that must not be there, where none are asked for: the index knows what
            has a word, not what has none.
        begun: the words that only begin so. Asking the index whether one entry has one of a thousand words is
            slower than looking into its text; `whole` and `never` are what is left to ask: the other words, and
            those that must not be there.
        from_number, to_number: the entries' numbers between which the answer lies, for top-level moments.
        conversation: what the conversation's columns answer.
        rest: what needs both.
        oldest_first: the order.
    """

    words: str | None
    barred: str | None
    whole: str | None
    never: str | None
    begun: tuple[tuple[Wanted, tuple[str, ...]], ...]
    from_number: int | None
    to_number: int | None
    conversation: Condition | None
    rest: Condition | None
    oldest_first: bool

    @property
    def filtered(self) -> Condition | None:
        parts = [part for part in (self.conversation, self.rest) if part is not None]
        return and_(*parts) if parts else None


def _plan(session: Session, query: Query, agent_id: int | None) -> _Plan:
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
        elif isinstance(part, Not) and written(connection, part.part) is not None:
            barred.append(part)
        elif written(connection, part) is not None:
            words.append(part)
        else:
            rest.append(part)
    ground = Ground(session, agent_id, _among, _moment)
    begun = [part for part in words if isinstance(part, Text) and part.prefix]
    without: list[Node] = (
        [Or(tuple(part.part for part in barred))] if len(barred) > 1 else [each.part for each in barred]
    )
    return _Plan(
        words=_together(connection, [*words, *barred]) if words else None,
        barred=_together(connection, without) if not words else None,
        whole=_together(connection, [part for part in words if part not in begun]) if begun else None,
        never=_together(connection, without) if begun else None,
        begun=tuple((Wanted(replace(part, where=Where.ANYWHERE)), _columns(part)) for part in begun),
        from_number=max(floors, default=None),
        to_number=min(ceilings, default=None),
        conversation=and_(*(condition(ground, part) for part in columns)) if columns else None,
        rest=and_(*(condition(ground, part) for part in rest)) if rest else None,
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


def _number_of(session: Session, message_id: int) -> int | None:
    found = select(SEARCH_ENTRY.c.id).where(SEARCH_ENTRY.c.message_id == message_id)
    number: int | None = session.connection().execute(found).scalar()
    return number


# The two roads.


def _steps(session: Session, plan: _Plan, start: int | None, wanted: int, stopped: Stopped) -> Iterator[list[int]]:
    """Yield the numbers of the entries found, in their order, a step at a time; empty steps, too."""
    connection = session.connection()
    filtered = plan.filtered
    step = wanted if filtered is None and plan.barred is None else _FIRST_STEP
    looked = kept = 0
    turned = False
    while not stopped():
        candidates = _candidates(connection, plan, start, step)
        passed = _without(connection, plan, candidates)
        passed = passed if filtered is None else _passing(connection, passed, filtered, plan)
        yield passed
        if len(candidates) < step:
            return
        start = candidates[-1]
        looked += step
        kept += len(passed)
        if not turned and looked >= _PATIENCE and kept < wanted and plan.conversation is not None:
            turned = True
            rare = _rare(connection, plan, start)
            if rare is not None:
                yield from _one_by_one(connection, plan, rare, stopped)
                return
        step = min(step * 2, _LONGEST_STEP)


def _candidates(connection: Connection, plan: _Plan, start: int | None, step: int) -> list[int]:
    """Return the next entries that have the words, whatever their fields."""
    below, above = plan.to_number, plan.from_number
    if start is not None and plan.oldest_first:
        above = max(start + 1, above) if above is not None else start + 1
    elif start is not None:
        below = min(start, below) if below is not None else start
    if plan.words is not None:
        chosen = matching(connection, plan.words, below=below, above=above)
    else:
        chosen = select(SEARCH_ENTRY.c.id)
        chosen = chosen.where(SEARCH_ENTRY.c.id < below) if below is not None else chosen
        chosen = chosen.where(SEARCH_ENTRY.c.id >= above) if above is not None else chosen
    (number,) = chosen.selected_columns
    chosen = chosen.order_by(number.asc() if plan.oldest_first else number.desc()).limit(step)
    return list(connection.execute(chosen).scalars())


def _without(connection: Connection, plan: _Plan, numbers: Sequence[int]) -> list[int]:
    """Return the entries that have none of the barred words, asked of the stretch of the index where they lie."""
    if plan.barred is None or not numbers:
        return list(numbers)
    stretch = matching(connection, plan.barred, below=max(numbers) + 1, above=min(numbers))
    having = set(connection.execute(stretch).scalars())
    return [number for number in numbers if number not in having]


def _passing(connection: Connection, numbers: Sequence[int], filtered: Condition, plan: _Plan) -> list[int]:
    """Return which of the entries meet the fields, in the plan's order."""
    if not numbers:
        return []
    chosen = (
        select(SEARCH_ENTRY.c.id)
        .select_from(
            SEARCH_ENTRY.join(MESSAGE, MESSAGE.c.id == SEARCH_ENTRY.c.message_id).join(
                CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id
            )
        )
        .where(SEARCH_ENTRY.c.id.in_(listed(connection, numbers)), filtered)
    )
    return sorted(connection.execute(chosen).scalars(), reverse=not plan.oldest_first)


def _rare(connection: Connection, plan: _Plan, start: int) -> list[int] | None:
    """Return the entries after `start` whose conversations meet the fields; `None` when they are too many."""
    assert plan.conversation is not None
    chosen = select(CONVERSATION.c.id).where(plan.conversation).limit(_RARE_CONVERSATIONS + 1)
    conversations = list(connection.execute(chosen).scalars())
    if len(conversations) > _RARE_CONVERSATIONS:
        return None
    entries = (
        select(SEARCH_ENTRY.c.id)
        .select_from(MESSAGE.join(SEARCH_ENTRY, SEARCH_ENTRY.c.message_id == MESSAGE.c.id))
        .where(MESSAGE.c.conversation_id.in_(conversations))
        .where(SEARCH_ENTRY.c.id > start if plan.oldest_first else SEARCH_ENTRY.c.id < start)
        .limit(_RARE_MESSAGES + 1)
    )
    if plan.from_number is not None:
        entries = entries.where(SEARCH_ENTRY.c.id >= plan.from_number)
    if plan.to_number is not None:
        entries = entries.where(SEARCH_ENTRY.c.id < plan.to_number)
    numbers = list(connection.execute(entries).scalars())
    return None if len(numbers) > _RARE_MESSAGES else sorted(numbers, reverse=not plan.oldest_first)


def _one_by_one(connection: Connection, plan: _Plan, numbers: Sequence[int], stopped: Stopped) -> Iterator[list[int]]:
    """Yield those of the entries that have the words, and meet what is left to meet."""
    for at in range(0, len(numbers), _ONE_BY_ONE):
        if stopped():
            return
        some: Sequence[int] = numbers[at : at + _ONE_BY_ONE]
        asked = plan.whole if plan.begun else plan.words
        if asked is not None:
            some = _having(connection, asked, some)
        if plan.never is not None:
            barred = set(_having(connection, plan.never, some))
            some = [number for number in some if number not in barred]
        some = _begun(connection, plan, some)
        some = _without(connection, plan, some)
        yield _passing(connection, some, plan.rest, plan) if plan.rest is not None else list(some)


def _having(connection: Connection, expression: str, numbers: Sequence[int]) -> list[int]:
    """Return those of a few entries that the index finds."""
    found = set(connection.execute(matching(connection, expression, among=numbers)).scalars())
    return [number for number in numbers if number in found]


def _begun(connection: Connection, plan: _Plan, numbers: Sequence[int]) -> list[int]:
    """Return the entries in whose texts every word that was only begun is found."""
    if not plan.begun or not numbers:
        return list(numbers)
    chosen = (
        select(
            SEARCH_ENTRY.c.id,
            TEXT.c.subject,
            TEXT.c.from_name,
            TEXT.c.from_address,
            TEXT.c.details,
            TEXT.c.text,
        )
        .select_from(SEARCH_ENTRY.join(TEXT, TEXT.c.message_id == SEARCH_ENTRY.c.message_id))
        .where(SEARCH_ENTRY.c.id.in_(listed(connection, numbers)))
    )
    having: set[int] = set()
    for row in connection.execute(chosen):
        texts = columns_of(row, "")
        if all(
            any(next(wanted.places(composed(texts[column])), None) for column in columns)
            for wanted, columns in plan.begun
        ):
            having.add(row.id)
    return [number for number in numbers if number in having]


@contextmanager
def _stoppable(connection: Connection, stopped: Stopped) -> Iterator[None]:
    """Let `stopped` end a statement of SQLite from within, and take its error for the end of the search."""
    driver: Any = connection.connection.dbapi_connection
    watched = stopped is not never and hasattr(driver, "set_progress_handler")
    if watched:
        driver.set_progress_handler(lambda: 1 if stopped() else 0, _STEPS)
    try:
        yield
    except OperationalError as error:
        if not (watched and "interrupted" in str(error.orig)):
            raise
    finally:
        if watched:
            driver.set_progress_handler(None, 0)


# What is shown.


def _hits(
    session: Session, plan: _Plan, wanted: Wanted, start: int | None, limit: int, stopped: Stopped
) -> Iterator[SearchHit]:
    numbers = (number for step in _steps(session, plan, start, limit, stopped) for number in step)
    left = limit
    with _stoppable(session.connection(), stopped):
        while left > 0 and (some := list(islice(numbers, min(left, _SHOWN_AT_ONCE)))):
            left -= len(some)
            yield from _shown(session, some, wanted, plan)


def _shown(session: Session, numbers: Sequence[int], wanted: Wanted, plan: _Plan) -> Iterator[SearchHit]:
    rows = (
        SEARCH_ENTRY.join(MESSAGE, MESSAGE.c.id == SEARCH_ENTRY.c.message_id)
        .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .join(MAILBOX, MAILBOX.c.id == MESSAGE.c.mailbox_id)
        .join(TEXT, TEXT.c.message_id == MESSAGE.c.id)
    )
    chosen = (
        select(
            SEARCH_ENTRY.c.message_id,
            MESSAGE.c.conversation_id,
            MESSAGE.c.arrived_at,
            MESSAGE.c.direction,
            CONVERSATION.c.status,
            MAILBOX.c.name.label("mailbox"),
            TEXT.c.subject,
            TEXT.c.from_name,
            TEXT.c.from_address,
            func.substr(TEXT.c.text, 1, _LOOK_INTO).label("text"),
        )
        .select_from(rows)
        .where(SEARCH_ENTRY.c.id.in_(numbers))
        .order_by(SEARCH_ENTRY.c.id.asc() if plan.oldest_first else SEARCH_ENTRY.c.id.desc())
    )
    for row in session.connection().execute(chosen):
        line, places = snippet(row.text, wanted)
        yield SearchHit(
            message_id=row.message_id,
            conversation_id=row.conversation_id,
            subject=row.subject,
            author=Correspondent(row.from_name, row.from_address),
            arrived_at=row.arrived_at,
            direction=row.direction,
            status=row.status,
            mailbox=row.mailbox,
            snippet=line,
            hits=places,
        )
