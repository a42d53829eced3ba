"""Where clocks stand, kept in step with what happens: what makes the queue sortable, and finds what is due.

Nothing here follows from the time of day: a deadline stands where it is until something happens, so that whoever makes
the rows anew gets the very same ones.
"""

import gc
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import BigInteger, Connection, String, bindparam, column, delete, exists, insert, or_, select, update
from sqlalchemy import table as named

from storage.apply.base import chunks, table
from storage.apply.stories import columns, said, ticks, told
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
from storage.kinds.moments import microseconds
from storage.kinds.policies import Metric
from storage.models import Alarm, Clock, Conversation, Message, Person
from storage.models.statements import Lookup, Write, some_values
from storage.rules.clocks import Calendars, Laid, Reckoned, Story, phases, reckoned, rounds

_C, _M, _K, _A, _P = table(Conversation), table(Message), table(Clock), table(Alarm), table(Person)

_MOVING: Final = (StatusChanged, Joined, TaskBegun, KindChanged, Transferred, Accepted, Returned, Escalated)
_ALARMING: Final = (ClockWarned, ClockBreached, BreachExplained)
_LAID: Final = (EntryKind.POLICY, EntryKind.CALENDAR)
_LOT: Final = 1_000  # so many stories are held at once: more only make Python look through them for garbage
_NAMES: Final = ("state", "started_at", "due_at", "warn_at", "stopped_at", "policy", "next_at")
_WARNED, _BREACHED = str(Mark.WARNED), str(Mark.BREACHED)
# Its words and moments are at hand as the table keeps them.
_RAW: Final = named("clock", *(column(name) for name in ("conversation_id", "metric", *_NAMES)))
_RUNNING: Final = ClockState.RUNNING

Row = tuple[str, int, int | None, int | None, int | None, str, int | None]
"""What a row of `Clock` holds beside its key, in the order of its columns; moments as microseconds since 1970."""


def _live() -> Any:
    """Return that a conversation holds what is no history, so that clocks may run in it."""
    return exists(select(_M.c.id).where(_M.c.conversation_id == _C.c.id, ~_M.c.history)).correlate(_C)


def _at_rest() -> Any:
    return or_(_C.c.joined_into.is_not(None), *(_C.c.status == status for status in sorted(SETTLED | PUT_AWAY)))


def _rows() -> Any:
    held = exists(select(_K.c.metric).where(_K.c.conversation_id == _C.c.id)).correlate(_C)
    more = (_C.c.joined_into, ticks(_C.c.due_at), ticks(_C.c.warn_at), said(_C.c.due_metric))
    # What is history, and what rests and rested before, is not even looked at: so mail by the thousand pays nothing.
    return columns().add_columns(*more).where(_C.c.id.in_(some_values()), or_(~_at_rest() & _live(), held))


_ROWS: Final = Lookup(_rows)


def _held() -> Any:
    chosen = (_K.c[name] if name == "policy" else (said if name == "state" else ticks)(_K.c[name]) for name in _NAMES)
    return select(_K.c.conversation_id, said(_K.c.metric), *chosen).where(_K.c.conversation_id.in_(some_values()))


_HELD: Final = Lookup(_held)
_ALARMS: Final = Lookup(
    lambda: select(_A.c.conversation_id, said(_A.c.metric), ticks(_A.c.due_at), said(_A.c.mark)).where(
        _A.c.conversation_id.in_(some_values())
    )
)
_GONE: Final = Write(
    lambda: delete(_K).where(
        _K.c.conversation_id == bindparam("number"), _K.c.metric == bindparam("which", type_=String)
    )
)
_NEW: Final = Write(lambda: insert(_RAW))
_DUE: Final = Write(
    lambda: (
        update(_C)
        .where(_C.c.id == bindparam("row"))
        .values(
            due_at=bindparam("due", type_=BigInteger),
            warn_at=bindparam("warns", type_=BigInteger),
            due_metric=bindparam("which", type_=String),
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
    held: dict[tuple[int, str], Row] = {(row[0], row[1]): tuple(row[2:]) for row in _HELD(connection, everyone)}
    alarms = {tuple(row) for row in _ALARMS(connection, stories)} if stories else set()
    stands: dict[tuple[int, str], Row] = {}
    due: list[dict[str, Any]] = []
    for row in rows:
        running = None
        if (story := stories.get(row.id)) is not None:
            for metric, one in last_of_each(story, laid, calendars).items():
                place = stands[row.id, metric.value] = _row(row.id, one, alarms)
                if one.state is _RUNNING and place[2] is not None and (running is None or place[2] < running[0]):
                    running = place[2], place[3], metric.value
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
    metric, next_at = one.round.metric.value, None
    started, due, warns, stopped = (
        None if at is None else microseconds(at)
        for at in (one.round.started_at, one.due_at, one.warn_at, one.round.stopped_at)
    )
    assert started is not None
    if stopped is None and due is not None and (number, metric, due, _BREACHED) not in alarms:
        next_at = due
        if warns is not None and (number, metric, due, _WARNED) not in alarms:
            next_at = warns
    return one.state.value, started, due, warns, stopped, one.policy.name, next_at


def _write(connection: Connection, held: Mapping[Any, Row], stands: Mapping[Any, Row]) -> None:
    gone = [key for key, row in held.items() if stands.get(key) != row]
    _GONE(connection, [{"number": number, "which": metric} for number, metric in gone])
    new = [
        {"conversation_id": key[0], "metric": key[1], **dict(zip(_NAMES, row, strict=True))}
        for key, row in stands.items()
        if held.get(key) != row
    ]
    _NEW(connection, new)


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
    told_of = [
        one for one in facts if isinstance(one, Belongs) or (isinstance(one, ProfileChanged) and one.field in TELLING)
    ]
    if told_of and _asks(terms_in(connection)):
        numbers.update(_of_subjects(connection, told_of))
    if everything:
        settle_all(connection)
    else:
        settle(connection, numbers)


def settle_those_of(connection: Connection, subject: Subject, numbers: Iterable[int]) -> None:
    """Let the open conversations of persons, or of organizations and their people, stand as profiles say by now."""
    if _asks(terms_in(connection)):
        settle(connection, _theirs(connection, {subject: set(numbers)}))


def settle_all(connection: Connection) -> int:
    """Let the clocks of all conversations stand anew that are not at rest; return how many those are."""
    held = select(_K.c.conversation_id).distinct()
    numbers = set(connection.execute(select(_C.c.id).where(~_at_rest())).scalars())
    # Stories are many small things without a circle among them: to look through them for garbage takes a third of it.
    collects = gc.isenabled()
    gc.disable()
    try:
        for some in chunks(numbers | set(connection.execute(held).scalars()), _LOT):
            settle(connection, some)
    finally:
        if collects:
            gc.enable()
    return len(numbers)


def _asks(terms: Terms) -> bool:
    """Say whether any policy asks for who is served."""
    return any(policy.when.touch or policy.when.organization for policy in terms.versions())


def _of_subjects(connection: Connection, facts: Iterable[Belongs | ProfileChanged]) -> set[int]:
    """Return the open conversations of those whom facts are about."""
    subjects: dict[Subject, set[int]] = {subject: set() for subject in Subject}
    for fact in facts:
        subjects[fact.subject].add(fact.subject_id)
    return _theirs(connection, subjects)


def _theirs(connection: Connection, subjects: Mapping[Subject, set[int]]) -> set[int]:
    """Return the open conversations of persons, and of organizations and their people."""
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
