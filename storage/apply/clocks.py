"""Where clocks stand, kept in step with what happens: what makes the queue sortable, and finds what is due.

Nothing here follows from the time of day: a deadline stands where it is until something happens, so that whoever makes
the rows anew gets the very same ones.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, exists, or_, select, update

from storage.apply.base import chunks, insert, table
from storage.apply.stories import columns, told
from storage.apply.terms import Terms, terms_in
from storage.apply.touch import TELLING
from storage.events import (
    Accepted,
    Belongs,
    BreachExplained,
    ClockBreached,
    ClockWarned,
    EntryKept,
    Escalated,
    Fact,
    Joined,
    KindChanged,
    ProfileChanged,
    Returned,
    StatusChanged,
    TaskBegun,
    Transferred,
)
from storage.kinds import PUT_AWAY, SETTLED, EntryKind, Subject
from storage.kinds.clocks import ClockState, Mark
from storage.kinds.policies import Metric
from storage.models import Alarm, Clock, Conversation, Message, Person
from storage.models.statements import Lookup, Write, some_values
from storage.rules.clocks import Calendars, Laid, Reckoned, Story, phases, reckoned, rounds

_C, _M, _K, _A, _P = table(Conversation), table(Message), table(Clock), table(Alarm), table(Person)

_MOVING: Final = (StatusChanged, Joined, TaskBegun, KindChanged, Transferred, Accepted, Returned, Escalated)
_ALARMING: Final = (ClockWarned, ClockBreached, BreachExplained)
_LAID: Final = (EntryKind.POLICY, EntryKind.CALENDAR)
_LOT: Final = 1_000  # so many stories are held at once: more only make Python look through them for garbage
_RUNNING: Final = ClockState.RUNNING

Row = tuple[ClockState, datetime, datetime | None, datetime | None, datetime | None, str, datetime | None]
"""What a row of `Clock` holds beside its key, in the order of its columns."""


def _live() -> Any:
    """Return that a conversation holds what is no history, so that clocks may run in it."""
    return exists(select(_M.c.id).where(_M.c.conversation_id == _C.c.id, ~_M.c.history)).correlate(_C)


def _at_rest() -> Any:
    return or_(_C.c.joined_into.is_not(None), *(_C.c.status == status for status in sorted(SETTLED | PUT_AWAY)))


def _rows() -> Any:
    held = exists(select(_K.c.metric).where(_K.c.conversation_id == _C.c.id)).correlate(_C)
    more = (_C.c.joined_into, _C.c.due_at, _C.c.warn_at, _C.c.due_metric)
    # What is history, and what rests and rested before, is not even looked at: so mail by the thousand pays nothing.
    return columns().add_columns(*more).where(_C.c.id.in_(some_values()), or_(~_at_rest() & _live(), held))


_ROWS: Final = Lookup(_rows)
_HELD: Final = Lookup(lambda: select(_K).where(_K.c.conversation_id.in_(some_values())))
_ALARMS: Final = Lookup(
    lambda: select(_A.c.conversation_id, _A.c.metric, _A.c.due_at, _A.c.mark).where(
        _A.c.conversation_id.in_(some_values())
    )
)
_GONE: Final = Write(
    lambda: delete(_K).where(
        _K.c.conversation_id == bindparam("number"), _K.c.metric == bindparam("which", type_=_K.c.metric.type)
    )
)
_DUE: Final = Write(
    lambda: (
        update(_C)
        .where(_C.c.id == bindparam("row"))
        .values(
            due_at=bindparam("due", type_=_C.c.due_at.type),
            warn_at=bindparam("warns", type_=_C.c.warn_at.type),
            due_metric=bindparam("which", type_=_C.c.due_metric.type),
        )
    )
)


def settle(connection: Connection, numbers: Iterable[int]) -> None:
    """Let the clocks of conversations stand where what happened says, by what the desk has laid down by now."""
    rows = _ROWS(connection, numbers)
    if not rows:
        return
    terms = terms_in(connection)
    laid, calendars = Laid(terms.versions()), cache(terms.hours)
    awake = [row for row in rows if not rests(row)]
    touches = any(policy.when.touch for policy in laid.policies)
    stories = told(connection, awake, touches=touches) if awake else {}
    everyone = [row.id for row in rows]
    held: dict[tuple[int, Metric], Row] = {(row[0], row[1]): tuple(row[2:]) for row in _HELD(connection, everyone)}
    alarms = {tuple(row) for row in _ALARMS(connection, stories)} if stories else set()
    stands: dict[tuple[int, Metric], Row] = {}
    due: list[dict[str, Any]] = []
    for row in rows:
        running = None
        if (story := stories.get(row.id)) is not None:
            for metric, one in last_of_each(story, laid, calendars).items():
                stands[row.id, metric] = _row(row.id, one, alarms)
                if one.state is _RUNNING and one.due_at is not None and (running is None or one.due_at < running[0]):
                    running = one.due_at, one.warn_at, metric
        now = running or (None, None, None)
        if now != (row.due_at, row.warn_at, row.due_metric):
            due.append({"row": row.id, "due": now[0], "warns": now[1], "which": now[2]})
    _write(connection, held, stands)
    _DUE(connection, due)


def rests(row: Any) -> bool:
    """Say whether no clock can run in a conversation as its row stands."""
    return row.joined_into is not None or row.status in SETTLED or row.status in PUT_AWAY


def last_of_each(story: Story, laid: Laid, calendars: Calendars) -> dict[Metric, Reckoned]:
    """Return the last run of each metric on which a policy has a word."""
    stretches = phases(story)
    last = {one.metric: one for one in rounds(story, stretches, laid)}
    found = {metric: reckoned(one, stretches, laid, calendars, task=story.task) for metric, one in last.items()}
    return {metric: one for metric, one in found.items() if one is not None}


def _row(number: int, one: Reckoned, alarms: set[Any]) -> Row:
    metric, due, next_at = one.round.metric, one.due_at, None
    if one.round.stopped_at is None and due is not None and (number, metric, due, Mark.BREACHED) not in alarms:
        next_at = due
        if one.warn_at is not None and (number, metric, due, Mark.WARNED) not in alarms:
            next_at = one.warn_at
    return one.state, one.round.started_at, due, one.warn_at, one.round.stopped_at, one.policy.name, next_at


def _write(connection: Connection, held: Mapping[Any, Row], stands: Mapping[Any, Row]) -> None:
    gone = [key for key, row in held.items() if stands.get(key) != row]
    _GONE(connection, [{"number": number, "which": metric} for number, metric in gone])
    names = ("state", "started_at", "due_at", "warn_at", "stopped_at", "policy", "next_at")
    new = [
        {"conversation_id": key[0], "metric": key[1], **dict(zip(names, row, strict=True))}
        for key, row in stands.items()
        if held.get(key) != row
    ]
    insert(connection, Clock, new)


def settle_after(connection: Connection, facts: Sequence[Fact], touched: Iterable[int]) -> None:
    """Let the clocks stand anew that facts which were applied have a word on.

    Args:
        connection: of the transaction that applied them.
        facts: all of them.
        touched: the conversations whose messages they changed.
    """
    numbers = set(touched)
    everything = False
    for fact in facts:
        if isinstance(fact, _MOVING + _ALARMING):
            if fact.about is not None:
                numbers.add(fact.about)
        elif isinstance(fact, EntryKept):
            everything = everything or fact.entry_kind in _LAID or fact.entry_kind is EntryKind.PLAYBOOK
    said = [
        one for one in facts if isinstance(one, Belongs) or (isinstance(one, ProfileChanged) and one.field in TELLING)
    ]
    if said and _asks(terms_in(connection)):
        numbers.update(_of_subjects(connection, said))
    if everything:
        settle_all(connection)
    else:
        settle(connection, numbers)


def settle_all(connection: Connection) -> int:
    """Let the clocks of all conversations stand anew that are not at rest; return how many those are."""
    held = select(_K.c.conversation_id).distinct()
    numbers = set(connection.execute(select(_C.c.id).where(~_at_rest())).scalars())
    for some in chunks(numbers | set(connection.execute(held).scalars()), _LOT):
        settle(connection, some)
    return len(numbers)


def _asks(terms: Terms) -> bool:
    """Say whether any policy asks for who is served."""
    return any(policy.when.touch or policy.when.organization for policy in terms.versions())


def _of_subjects(connection: Connection, facts: Iterable[Belongs | ProfileChanged]) -> set[int]:
    """Return the open conversations of persons, and of organizations and their people."""
    subjects: dict[Subject, set[int]] = {subject: set() for subject in Subject}
    for fact in facts:
        subjects[fact.subject].add(fact.subject_id)
    found: set[int] = set()
    for subject, numbers in subjects.items():
        for some in chunks(numbers):
            mine = [_C.c.customer_id.in_(some)]
            if subject is Subject.ORGANIZATION:
                people = select(_P.c.id).where(_P.c.organization_id.in_(some))
                mine = [_C.c.customer_id.in_(people), _C.c.organization_id.in_(some)]
            for theirs in mine:
                found.update(connection.execute(select(_C.c.id).where(theirs, ~_at_rest())).scalars())
    return found
