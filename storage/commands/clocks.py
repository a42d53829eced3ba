"""Warnings and breaches are recorded when their moment comes, breaches are explained, and clocks made anew."""

from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from sqlalchemy import delete, or_, select, update
from sqlmodel import Session

from storage.apply import settle
from storage.apply.base import insert, standing, table
from storage.apply.late import Late, listed_late, strike_late
from storage.apply.stories import said, ticks
from storage.events import Actor, BreachExplained, ClockBreached, ClockWarned
from storage.kinds.clean import clean_line
from storage.kinds.clocks import BreachView, Mark
from storage.kinds.errors import BadField, Refused
from storage.kinds.moments import microseconds, moment
from storage.kinds.policies import Metric
from storage.models import Alarm, Clock, Conversation, Desk
from storage.models.statements import Lookup, some_values
from storage.queries.clocks import breaches, next_moment
from storage.record import record

AT_ONCE: Final = 200
"""Moments that are recorded in one transaction."""

LOT: Final = 2_000
"""Conversations whose clocks are made anew in one transaction: others get their turn in between."""

LONGEST: Final = 2_000
"""Letters of a cause, and of what is done about it."""

_CLOCK: Final = Actor(None, "clock")
_C, _K, _D = table(Conversation), table(Clock), table(Desk)
_A: Final = table(Alarm)
_BREACHES: Final = Lookup(
    lambda: select(_A.c.conversation_id, said(_A.c.metric), ticks(_A.c.due_at)).where(
        _A.c.conversation_id.in_(some_values()), _A.c.mark == Mark.BREACHED
    ),
    plain=True,
)
_MARK: Final = "clocks"
_VERSION: Final = "1"


def any_due(session: Session, *, now: datetime) -> bool:
    """Say whether a warning or a breach is to be recorded, so that only then the store's lock is taken."""
    at = next_moment(session)
    return (at is not None and at < now) or bool(_listed(session, now, AT_ONCE))


def note_due(session: Session, *, now: datetime, limit: int = AT_ONCE) -> int:
    """Record the warnings and breaches whose moment has come, each once; return how many.

    They happened when they were due, and are recorded now. Of a clock that is late already the warning is left out;
    what was late and has stopped since is recorded as well. A machine whose clock is set back finds what it recorded,
    and records nothing before its time.

    Args:
        session: of a writing transaction.
        now: the moment.
        limit: how many at once.
    """
    due = select(_K).where(_K.c.next_at < now).order_by(_K.c.next_at, _K.c.conversation_id, _K.c.metric).limit(limit)
    connection = session.connection()
    facts: dict[tuple[int, Metric, datetime], ClockWarned | ClockBreached] = {}
    for row in connection.execute(due).all():
        late = row.due_at < now
        kind = ClockBreached if late else ClockWarned
        facts[row.conversation_id, row.metric, row.due_at] = kind(
            conversation_id=row.conversation_id,
            metric=row.metric,
            due_at=row.due_at,
            policy=row.policy,
            noticed_at=now,
            happened_at=row.due_at if late else row.next_at,
        )
    waited = _listed(session, now, limit)
    there = standing(connection, Conversation, "id", (one.conversation_id for one in waited))
    known = set(_BREACHES(connection, there))
    for one in waited:
        at = moment(one.due_at)
        if one.conversation_id in there and (one.conversation_id, one.metric, one.due_at) not in known:
            facts[one.conversation_id, Metric(one.metric), at] = ClockBreached(
                conversation_id=one.conversation_id,
                metric=Metric(one.metric),
                due_at=at,
                policy=one.policy,
                noticed_at=now,
                happened_at=at,
            )
    strike_late(connection, waited)
    if facts:
        # Runs of one kind are applied at once.
        record(session, sorted(facts.values(), key=lambda fact: fact.kind), actor=_CLOCK, now=now)
    return len(facts)


def _listed(session: Session, now: datetime, limit: int) -> list[Late]:
    present = microseconds(now)
    return [one for one in listed_late(session.connection(), limit) if one.due_at < present]


def explain(
    session: Session,
    conversation_id: int,
    *,
    cause: str,
    corrective: str,
    metric: Metric | None = None,
    actor: Actor,
    now: datetime,
) -> BreachView:
    """Say why a breach came about and what is done about it; return the breach as it was.

    Args:
        session: of a writing transaction.
        conversation_id: whose breach: the last one that is not explained, else the last one.
        cause, corrective: lines of text; `corrective` may be empty.
        metric: only a breach of this clock.
        actor: who says so.
        now: the moment.

    Raises:
        NoSuchConversation: there is none with that number.
        Refused: no breach of it was recorded (rule ``no_breach``).
        BadField: there is no cause, or a text is too long.
    """
    said = {"cause": clean_line(cause), "corrective": clean_line(corrective)}
    if not said["cause"]:
        raise BadField("cause", "", "empty")
    for name, text in said.items():
        if len(text) > LONGEST:
            raise BadField(name, text, "long")
    found = [
        one for one in breaches(session, conversation_id=conversation_id) if metric is None or one.metric is metric
    ]
    if not found:
        raise Refused("no_breach", (conversation_id,))
    chosen = next((one for one in found if one.explained_at is None), found[0])
    fact = BreachExplained(
        conversation_id=chosen.conversation_id,
        metric=chosen.metric,
        due_at=chosen.due_at,
        before_at=chosen.explained_at,
        after_at=now,
        cause_before=chosen.cause or None,
        corrective_before=chosen.corrective or None,
        **said,
        happened_at=now,
    )
    record(session, [fact], actor=actor, now=now)
    return chosen


def outdated(session: Session) -> bool:
    """Say whether clocks were made by another version of what reckons them, or never, as in older stores."""
    kept = session.connection().execute(select(_D.c.value).where(_D.c.name == _MARK)).scalar()
    return kept != _version()


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A lot of conversations whose clocks were made anew.

    Attributes:
        last: the number of its last one; `None` where there was none left.
        done: how many there were.
        changed: how many rows are there now, or were, that are not there in both.
    """

    last: int | None
    done: int
    changed: int


def rebuild_lot(session: Session, *, after: int, limit: int = LOT) -> Rebuilt:
    """Make the clocks of the next conversations anew; after the last ones it is put down that all are.

    Args:
        session: of a writing transaction.
        after: the number of the last one that is done.
        limit: how many at once.
    """
    connection = session.connection()
    page = select(_C.c.id).where(_C.c.id > after).order_by(_C.c.id).limit(limit)
    numbers = list(connection.execute(page).scalars())
    if not numbers:
        connection.execute(delete(_D).where(_D.c.name == _MARK))
        insert(connection, Desk, [{"name": _MARK, "value": _version()}])
        return Rebuilt(None, 0, 0)
    bounds = numbers[0], numbers[-1]
    before = _rows(session, *bounds)
    connection.execute(delete(_K).where(_K.c.conversation_id.between(*bounds)))
    held = or_(_C.c.due_at.is_not(None), _C.c.warn_at.is_not(None), _C.c.due_metric.is_not(None))
    empty = update(_C).where(_C.c.id.between(*bounds), held)
    connection.execute(empty.values(due_at=None, warn_at=None, due_metric=None))
    settle(connection, numbers)
    return Rebuilt(numbers[-1], len(numbers), len(before ^ _rows(session, *bounds)))


def _rows(session: Session, first: int, last: int) -> set[tuple[object, ...]]:
    connection = session.connection()
    clocks = select(_K).where(_K.c.conversation_id.between(first, last))
    due = select(_C.c.id, _C.c.due_at, _C.c.warn_at, _C.c.due_metric).where(
        _C.c.id.between(first, last), _C.c.due_at.is_not(None)
    )
    return {tuple(row) for chosen in (clocks, due) for row in connection.execute(chosen)}


def _version() -> bytes:
    try:
        holidays = version("holidays")
    except PackageNotFoundError:
        holidays = ""
    return f"{_VERSION} {holidays}".encode()
