"""Where clocks stand, kept in step with what happens: what makes the queue sortable, and finds what is due.

Nothing here follows from the time of day: a deadline stands where it is until something happens, so that whoever makes
the rows anew gets the very same ones.
"""

from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import cache, lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import BigInteger, Connection, String, bindparam, column, delete, exists, insert, or_, select, update
from sqlalchemy import table as named

from storage.apply.base import chunks, table
from storage.apply.late import Late, keep_late, runs_late
from storage.apply.standing import joined_under, numbers_today
from storage.apply.stories import columns, said, ticks, told
from storage.apply.terms import Rows, Terms, laid_down, terms_in, terms_of
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
from storage.models import Alarm, Clock, Conversation, Handoff, Message, Person
from storage.models.conversations import SHOWN_BELOW
from storage.models.statements import Lookup, Write, some_values
from storage.prepared import Prepared
from storage.rules.clocks import Calendars, Laid, Reckoned, Story, phases, reckoned, rounds
from storage.uncollected import uncollected

_C, _M, _K, _A, _P = table(Conversation), table(Message), table(Clock), table(Alarm), table(Person)
_H: Final = table(Handoff)

_MOVING: Final = (StatusChanged, Joined, TaskBegun, KindChanged, Transferred, Accepted, Returned, Escalated)
_HANDED: Final = (Transferred, Accepted, Returned, Escalated)
_SETTLING: Final = (*_MOVING, ClockWarned, ClockBreached, BreachExplained)
_DUE_THEN: Final = (ClockWarned, ClockBreached, BreachExplained, Escalated)
_LAID: Final = (EntryKind.POLICY, EntryKind.CALENDAR)
_LOT: Final = 128  # stories that are held at once: so many stay in the processor's own memory
_NAMES: Final = ("state", "started_at", "due_at", "warn_at", "stopped_at", "policy", "next_at")
_REST: Final = frozenset(map(str, SETTLED | PUT_AWAY))
_AWAY: Final = frozenset(map(str, PUT_AWAY))
_HOLDS, _INTO = 8, -4  # where `holds` and `joined_into` stand in what `_rows` gives
_WARNED, _BREACHED = str(Mark.WARNED), str(Mark.BREACHED)
# Its words and moments are at hand as the table keeps them.
_RAW: Final = named("clock", *(column(name) for name in ("conversation_id", "metric", *_NAMES)))
_RUNNING: Final = ClockState.RUNNING
_METRICS: Final = tuple(sorted(Metric))  # as the rows of a conversation come

Row = tuple[int, str, str, int, int | None, int | None, int | None, str, int | None]
"""A row of `Clock`, in the order of its columns; moments as microseconds since 1970."""

Runs = tuple[int | None, int | None, str | None]
"""The clock that is due first: when, when it warns, and of which metric."""

_IDLE: Final[Runs] = (None, None, None)


def _live() -> Any:
    """Return that a conversation holds what is no history, or was handed on, so that clocks may run in it."""
    message = exists(select(_M.c.id).where(_M.c.conversation_id == _C.c.id, ~_M.c.history)).correlate(_C)
    # The note of a handoff is no history, but may have been split off.
    return or_(message, exists(select(_H.c.id).where(_H.c.conversation_id == _C.c.id)).correlate(_C))


def _at_rest() -> Any:
    status = said(_C.c.status)
    return or_(_C.c.joined_into.is_not(None), *(status == word for word in sorted(_REST)))


def _rows(*, resting: bool = False) -> Any:
    held = exists(select(_K.c.metric).where(_K.c.conversation_id == _C.c.id)).correlate(_C)
    more = (_C.c.joined_into, ticks(_C.c.due_at), ticks(_C.c.warn_at), said(_C.c.due_metric))
    # What is history, and what rests and rested before, is not even looked at: so mail by the thousand pays nothing.
    chosen = (
        columns()
        .add_columns(*more)
        .where(_C.c.id.in_(some_values()), or_(held, _live() if resting else ~_at_rest() & _live()))
    )
    return chosen.order_by(_C.c.id)


_ROWS: Final = Lookup(_rows, plain=True)
_HAPPENED: Final = Lookup(lambda: _rows(resting=True), plain=True)
_AWAKE: Final = Prepared(lambda _: select(_C.c.id).where(_C.c.queue_rank < SHOWN_BELOW))
_MEASURED: Final = Prepared(lambda _: select(_K.c.conversation_id).distinct())


def _held() -> Any:
    chosen = (_K.c[name] if name == "policy" else (said if name == "state" else ticks)(_K.c[name]) for name in _NAMES)
    mine = select(_K.c.conversation_id, said(_K.c.metric), *chosen).where(_K.c.conversation_id.in_(some_values()))
    return mine.order_by(_K.c.conversation_id, _K.c.metric)


_HELD: Final = Lookup(_held, plain=True)
_ALARMS: Final = Lookup(
    lambda: select(_A.c.conversation_id, said(_A.c.metric), ticks(_A.c.due_at), said(_A.c.mark)).where(
        _A.c.conversation_id.in_(some_values())
    ),
    plain=True,
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


class Measures(NamedTuple):
    """By what clocks run.

    Attributes:
        touches: whether any policy asks for the touch model.
    """

    laid: Laid
    calendars: Calendars
    touches: bool


@lru_cache(maxsize=4)
def measures_of(rows: Rows) -> Measures:
    """Return by what clocks run; what was found out about policies and calendars is kept while they stay the same."""
    terms = terms_of(rows)
    policies = terms.versions()
    return Measures(Laid(policies), cache(terms.hours), any(policy.when.touch for policy in policies))


def settle(connection: Connection, numbers: Iterable[int], *, since: Mapping[int, int] | None = None) -> None:
    """Let the clocks of conversations stand where what happened says, by what the desk has laid down by now.

    Args:
        connection: of the transaction.
        numbers: of conversations.
        since: where something happened just now, from which moment on, by conversation: what was stopped since, and
            was late, is listed for whoever records breaches.
    """
    rows = (_ROWS if since is None else _HAPPENED)(connection, numbers)
    if not rows:
        return
    measures = measures_of(laid_down(connection))
    told_of = [row for row in rows if not rests(row, _REST if since is None else _AWAY)]
    stories = told(connection, told_of, touches=measures.touches) if told_of else {}
    held = _HELD(connection, [row[0] for row in rows])
    alarms = _recorded(connection, told_of)
    stands: list[Row] = []
    due: list[dict[str, Any]] = []
    for row in rows:
        number, *_, due_at, warn_at, due_metric = row
        runs = _IDLE if rests(row) else _measure(number, stories[number], measures, alarms, stands)
        if runs != (due_at, warn_at, due_metric):
            which = None if runs[2] is None else str(runs[2])
            due.append({"row": number, "due": runs[0], "warns": runs[1], "which": which})
    if since is not None:
        keep_late(connection, _late(stories, measures, held, alarms, since))
    if stands != held:
        _write(connection, held, stands)
    _DUE(connection, due)


def _recorded(connection: Connection, rows: Sequence[Any]) -> set[Any]:
    """Return what was recorded of clocks, by the number that stands: what was joined brings its own along."""
    if not rows:
        return set()
    under = joined_under(connection, joined) if (joined := [row[0] for row in rows if row[_HOLDS]]) else {}
    found = _ALARMS(connection, [*(row[0] for row in rows), *under])
    return {(under.get(number, number), *more) for number, *more in found}


def _late(
    stories: Mapping[int, Story],
    measures: Measures,
    held: Iterable[Row],
    alarms: set[Any],
    since: Mapping[int, int],
) -> Iterator[Late]:
    """Give what was stopped too late just now, and is neither recorded nor was it stopped before."""
    before = {(row[0], row[1], row[3], row[6]) for row in held if row[6] is not None}
    for number, story in stories.items():
        if (at := since.get(number)) is None:
            continue
        for one, started, stopped in runs_late(number, story, measures.laid, measures.calendars, at):
            known = (number, one.metric, started, stopped) in before
            if not known and (number, one.metric, one.due_at, _BREACHED) not in alarms:
                yield one


def _measure(number: int, story: Story, measures: Measures, alarms: set[Any], stands: list[Row]) -> Runs:
    """Add the rows of a conversation; return what runs in it and is due first."""
    runs = _IDLE
    last = last_of_each(story, measures.laid, measures.calendars)
    for metric in _METRICS:
        if (one := last.get(metric)) is None:
            continue
        (_, started, stopped, _, _), state, ends, warns, policy = one
        next_at = None
        if stopped is None and ends is not None:
            if state is _RUNNING and (runs[0] is None or ends < runs[0]):
                runs = ends, warns, metric
            next_at = ends if warns is None else warns
            if alarms:
                next_at = _next(number, metric, ends, next_at, alarms)
        stands.append((number, metric, state, started, ends, warns, stopped, policy.name, next_at))
    return runs


def rests(row: Any, states: Container[str] = _REST) -> bool:
    """Say whether a conversation stands in one of these states, or for another one, as its row has it."""
    return row[_INTO] is not None or row[1] in states


def last_of_each(story: Story, laid: Laid, calendars: Calendars) -> dict[Metric, Reckoned]:
    """Return the last run of each metric on which a policy has a word."""
    stretches = phases(story)
    found = {}
    for metric, one in {one.metric: one for one in rounds(story, stretches, laid)}.items():
        by = reckoned(one, stretches, laid, calendars, task=story.task)
        if by is not None:
            found[metric] = by
    return found


def _next(number: int, metric: str, due: int, warns: int, alarms: set[tuple[int, str, int, str]]) -> int | None:
    """Return when something is to be recorded of a clock that goes on; `None` where all was."""
    if (number, metric, due, _BREACHED) in alarms:
        return None
    return due if (number, metric, due, _WARNED) in alarms else warns


def _write(connection: Connection, held: Sequence[Row], stands: Sequence[Row]) -> None:
    """Let the rows be those that shall stand, where each of both is in its order."""
    before, after = set(held), set(stands)
    _GONE(connection, [{"number": row[0], "which": row[1]} for row in held if row not in after])
    _NEW(
        connection,
        [
            {
                "conversation_id": number,
                "metric": str(metric),
                "state": str(state),
                **dict(zip(_NAMES[1:], more, strict=True)),
            }
            for number, metric, state, *more in (row for row in stands if row not in before)
        ],
    )


def settle_after(connection: Connection, facts: Sequence[Fact], touched: Iterable[int]) -> None:
    """Let the clocks stand anew that facts which were applied have a word on.

    Args:
        connection: of the transaction that applied them.
        facts: all of them.
        touched: the conversations whose messages they changed.
    """
    numbers = set(touched)
    everything = False
    handed: set[int] = set()
    told_of: list[Belongs | ProfileChanged] = []
    since = _happened(facts)
    for fact in facts:
        number = fact.about
        if isinstance(fact, _SETTLING):
            if number is not None:
                numbers.add(number)
                if isinstance(fact, _HANDED):
                    handed.add(number)
        elif isinstance(fact, EntryKept):
            everything = everything or fact.entry_kind in _LAID or fact.entry_kind is EntryKind.PLAYBOOK
        elif isinstance(fact, Belongs) or (isinstance(fact, ProfileChanged) and fact.field in TELLING):
            told_of.append(fact)
    # A handoff may be of a number that stands for another conversation since: its clock runs there.
    today = numbers_today(connection, handed)
    numbers.update(today.values())
    since = {stands: since[number] for number, stands in today.items() if number in since} | since
    if told_of and _asks(terms_in(connection)):
        numbers.update(_of_subjects(connection, told_of))
    if everything:
        settle_all(connection)
    else:
        settle(connection, numbers, since=since)


def _happened(facts: Iterable[Fact]) -> dict[int, int]:
    """Return since when something happened in conversations by which a clock may have been stopped.

    What the desk records of a moment that was due long ago stops none: what was kept since is none of its business.
    """
    found: dict[int, datetime] = {}
    for fact in facts:
        number = fact.about
        if isinstance(fact, _DUE_THEN):
            continue
        if number is not None and (number not in found or fact.happened_at < found[number]):
            found[number] = fact.happened_at
    return {number: microseconds(at) for number, at in found.items()}


def settle_those_of(connection: Connection, subject: Subject, numbers: Iterable[int]) -> None:
    """Let the open conversations of persons, or of organizations and their people, stand as profiles say by now."""
    if _asks(terms_in(connection)):
        settle(connection, _theirs(connection, {subject: set(numbers)}))


def settle_all(connection: Connection) -> int:
    """Let the clocks of all conversations stand anew that are not at rest; return how many those are."""
    numbers = {row[0] for row in _AWAKE.rows(connection)}
    measured = {row[0] for row in _MEASURED.rows(connection)}
    with uncollected():
        for some in chunks(numbers | measured, _LOT):
            settle(connection, some)
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
