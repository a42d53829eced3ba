"""Which open conversations a change of calendars or policies touches, before it is made, and how deadlines move."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.clocks import last_of_each
from storage.apply.stories import stories
from storage.kinds import PUT_AWAY, SETTLED
from storage.kinds.hours import KeptCalendar
from storage.kinds.moments import microseconds, moment
from storage.kinds.policies import KeptPolicy, Metric
from storage.queries.hours import Terms, terms
from storage.queries.tables import CONVERSATION
from storage.rules.clocks import Laid, Reckoned, Story

_C = CONVERSATION.c
_AT_ONCE: Final = 2_000


@dataclass(frozen=True, slots=True)
class Moved:
    """A clock that runs, or stands, and would do so by another target or to another deadline.

    Attributes:
        before, after: its deadline as it is, and as it would be; `None` where it has none, as while it is paused.
        starts, ends: it has no target yet, or would have none any more.
    """

    conversation_id: int
    metric: Metric
    before: datetime | None
    after: datetime | None
    starts: bool = False
    ends: bool = False


@dataclass(frozen=True, slots=True)
class Touched:
    """What a change of calendars or policies would touch.

    Attributes:
        open: how many conversations are open.
        moved: the clocks that it touches, those first that would be due first.
        late: conversations that would be late at once, and are not.
    """

    open: int
    moved: tuple[Moved, ...]
    late: tuple[int, ...]

    @property
    def conversation_ids(self) -> tuple[int, ...]:
        """The conversations whose clocks it touches."""
        return tuple(sorted({one.conversation_id for one in self.moved}))


def touched(session: Session, value: KeptCalendar | KeptPolicy, *, now: datetime) -> Touched:
    """Return how the clocks of open conversations move when a calendar or a policy says something else.

    Args:
        session: of any transaction.
        value: as it would be, with the dates of its versions.
        now: the moment.
    """
    connection = session.connection()
    here = terms(session)
    then = here.laid(value)
    chosen = select(_C.id).where(_C.status.not_in((*SETTLED, *PUT_AWAY)), _C.joined_into.is_(None)).order_by(_C.id)
    numbers = list(connection.execute(chosen).scalars())
    asks = any(one.when.touch for each in (here, then) for one in each.versions())
    held, made = _by(here), _by(then)
    moved: list[Moved] = []
    late: list[int] = []
    for place in range(0, len(numbers), _AT_ONCE):
        for number, story in stories(connection, numbers[place : place + _AT_ONCE], touches=asks).items():
            before, after = held(story), made(story)
            moved += _moved(number, before, after)
            if _is_late(after, now) and not _is_late(before, now):
                late.append(number)
    moved.sort(key=lambda one: (one.after is None, one.after or now, one.conversation_id, one.metric))
    return Touched(len(numbers), tuple(moved), tuple(late))


def _by(laid: Terms) -> Callable[[Story], dict[Metric, Reckoned]]:
    policies, calendars = Laid(laid.versions()), cache(laid.hours)

    def run(story: Story) -> dict[Metric, Reckoned]:
        found = last_of_each(story, policies, calendars)
        return {metric: one for metric, one in found.items() if one.round.stopped_at is None}

    return run


def _moved(number: int, before: dict[Metric, Reckoned], after: dict[Metric, Reckoned]) -> Iterator[Moved]:
    for metric in Metric:
        was, will = before.get(metric), after.get(metric)
        if was is None and will is None:
            continue
        if was is not None and will is not None and (was.due_at, _target(was)) == (will.due_at, _target(will)):
            continue
        before_at, after_at = (None if one is None or one.due_at is None else moment(one.due_at) for one in (was, will))
        yield Moved(number, metric, before_at, after_at, starts=was is None, ends=will is None)


def _target(one: Reckoned) -> timedelta:
    return one.policy.targets[one.round.metric]


def _is_late(found: dict[Metric, Reckoned], now: datetime) -> bool:
    present = microseconds(now)
    return any(one.due_at is not None and one.due_at < present for one in found.values())
