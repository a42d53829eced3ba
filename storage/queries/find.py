"""Search: messages newest first, streamed in bounded steps, with the words that were found shown in their text.

The index gives the words' messages newest first, by its own order; fields are looked up for a few thousand of
them at a time. Where that leads nowhere soon, because a field is rarer than the words, the road is turned round:
the field's few messages are asked of the index one by one. Every statement is small, so whoever reads may
stop between two rows; within one, SQLite asks `stopped` every few thousand steps.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, func, select
from sqlalchemy.exc import OperationalError
from sqlmodel import Session

from storage.kinds import Direction, Status
from storage.kinds.mail import Correspondent
from storage.models.types import moment
from storage.prepared import Prepared, among, many
from storage.queries.planning import Plan, plan
from storage.queries.roads import Stopped, steps
from storage.queries.tables import CONVERSATION, MAILBOX, MESSAGE, SEARCH_ENTRY, TEXT
from storage.rules.query_reader import parse
from storage.search.snippets import Wanted, snippet
from storage.views import SearchHit

COUNTED = 1000
"""How far hits are counted; as many as that are shown as 999+."""

_SHOWN_AT_ONCE = 50
_LOOK_INTO = 50_000  # characters of a message's text that a snippet is sought in
_STEPS = 20_000  # of SQLite's machine between two looks at `stopped`: about a millisecond


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
    asked_of = plan(session, asked, agent_id)
    start = _number_of(session, before) if before is not None else None
    return _hits(session, asked_of, Wanted(asked.where), start, limit, stopped)


def count(session: Session, *, query: str, agent_id: int | None, now: datetime, stopped: Stopped = never) -> int:
    """Return how many messages a query finds, counted up to `COUNTED`.

    Raises:
        BadQuery: the query cannot be read.
    """
    asked_of = plan(session, parse(query, now=now), agent_id)
    told = _told_by_lists(session.connection(), asked_of)
    if told is not None:
        return told
    found = 0
    with _stoppable(session.connection(), stopped):
        for numbers in steps(session.connection(), asked_of, start=None, wanted=COUNTED, stopped=stopped):
            found += len(numbers)
            if found >= COUNTED:
                break
    return min(found, COUNTED)


def _told_by_lists(connection: Connection, plan: Plan) -> int | None:
    """Return the count of a query that asks for words alone, where lists of them tell it."""
    bounds = (plan.filtered, plan.barred, plan.from_number, plan.to_number)
    if not plan.wordings or any(one is not None for one in bounds):
        return None
    from storage.search.meeting import counted  # the bitmaps' library takes two milliseconds

    return counted(connection, plan.wordings, most=COUNTED)


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


def _number_of(session: Session, message_id: int) -> int | None:
    found = select(SEARCH_ENTRY.c.id).where(SEARCH_ENTRY.c.message_id == message_id)
    number: int | None = session.connection().execute(found).scalar()
    return number


def _hits(
    session: Session, plan: Plan, wanted: Wanted, start: int | None, limit: int, stopped: Stopped
) -> Iterator[SearchHit]:
    numbers = (
        number
        for step in steps(session.connection(), plan, start=start, wanted=limit, stopped=stopped)
        for number in step
    )
    left = limit
    with _stoppable(session.connection(), stopped):
        while left > 0 and (some := list(islice(numbers, min(left, _SHOWN_AT_ONCE)))):
            left -= len(some)
            yield from _shown(session, some, wanted)


def _found(dialect: str) -> Any:
    rows = (
        SEARCH_ENTRY.join(MESSAGE, MESSAGE.c.id == SEARCH_ENTRY.c.message_id)
        .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .join(MAILBOX, MAILBOX.c.id == MESSAGE.c.mailbox_id)
        .join(TEXT, TEXT.c.message_id == MESSAGE.c.id)
    )
    columns = (
        SEARCH_ENTRY.c.id,
        SEARCH_ENTRY.c.message_id,
        MESSAGE.c.conversation_id,
        MESSAGE.c.arrived_at,
        MESSAGE.c.direction,
        CONVERSATION.c.status,
        MAILBOX.c.name,
        TEXT.c.subject,
        TEXT.c.from_name,
        TEXT.c.from_address,
        func.substr(TEXT.c.text, 1, _LOOK_INTO),
    )
    return select(*columns).select_from(rows).where(SEARCH_ENTRY.c.id.in_(among(dialect)))


_FOUND = Prepared(_found)
_STATUSES = {member.value: member for member in Status}
_DIRECTIONS = {member.value: member for member in Direction}


def _shown(session: Session, numbers: Sequence[int], wanted: Wanted) -> Iterator[SearchHit]:
    connection = session.connection()
    rows = {row[0]: row for row in _FOUND.rows(connection, numbers=many(connection, numbers))}
    for number in numbers:
        if number not in rows:
            continue
        _, message_id, conversation_id, arrived, direction, status, mailbox, subject, name, address, text = rows[number]
        line, places = snippet(text, wanted)
        yield SearchHit(
            message_id=message_id,
            conversation_id=conversation_id,
            subject=subject,
            author=Correspondent(name, address),
            arrived_at=moment(arrived),
            direction=_DIRECTIONS[direction],
            status=_STATUSES[status],
            mailbox=mailbox,
            snippet=line,
            hits=places,
        )
