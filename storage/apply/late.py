"""Breaches that ended before anybody recorded them: they wait in a list for whoever holds the sync's lease.

The list is this store's own: it is written when something happens, by what the desk has laid down at that moment, so
that no later edit makes late what was kept; replaying a log writes none. What was recorded is a fact, and in the log.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, bindparam, delete, select

from storage.apply.base import insert, table
from storage.kinds.clocks import ClockState
from storage.models import Desk
from storage.models.statements import Write
from storage.prepared import Prepared
from storage.rules.clocks import Calendars, Laid, Story, phases, reckoned, rounds

_D: Final = table(Desk)
_HEAD: Final = "late "
_BEHIND: Final = "late!"


class Late(NamedTuple):
    """A run of a clock that was stopped after its deadline; a moment is microseconds since 1970."""

    conversation_id: int
    metric: str
    due_at: int
    policy: str

    @property
    def name(self) -> str:
        """Return what it is kept under: once, whoever finds it how often."""
        return f"{_HEAD}{self.conversation_id} {self.metric} {self.due_at}"


def _listed(dialect: str) -> Any:
    # By the letters' numbers, as SQLite compares, so that its key finds them: elsewhere the table is small.
    name = _D.c.name if dialect == "sqlite" else _D.c.name.collate("C")
    chosen = select(_D.c.name, _D.c.value).where(name >= bindparam("head"), name < bindparam("behind"))
    return chosen.order_by(name).limit(bindparam("most"))


_LISTED: Final = Prepared(_listed)
_GONE: Final = Write(lambda: delete(_D).where(_D.c.name == bindparam("which")))


def runs_late(number: int, story: Story, laid: Laid, calendars: Calendars, since: int) -> list[tuple[Late, int, int]]:
    """Return the runs of a conversation that were stopped after their deadline, at or after a moment.

    Each comes with when it was started and stopped.
    """
    stretches = phases(story)
    found = []
    for one in rounds(story, stretches, laid):
        if one.stopped_at is None or one.stopped_at < since:
            continue
        by = reckoned(one, stretches, laid, calendars, task=story.task)
        if by is not None and by.state is ClockState.BREACHED and by.due_at is not None:
            late = Late(number, str(one.metric), by.due_at, by.policy.name)
            found.append((late, one.started_at, one.stopped_at))
    return found


def keep_late(connection: Connection, found: Iterable[Late]) -> None:
    """Put runs on the list; what is on it stays as it is."""
    rows: Sequence[Mapping[str, Any]] = [{"name": one.name, "value": one.policy.encode()} for one in found]
    if rows:
        insert(connection, Desk, rows, lenient=True)


def listed_late(connection: Connection, most: int) -> list[Late]:
    """Return what is on the list, at most so many."""
    found = []
    for name, policy in _LISTED.rows(connection, head=_HEAD, behind=_BEHIND, most=most):
        number, metric, due = name.removeprefix(_HEAD).split(" ")
        found.append(Late(int(number), metric, int(due), bytes(policy).decode()))
    return found


def strike_late(connection: Connection, done: Iterable[Late]) -> None:
    """Take runs off the list."""
    _GONE(connection, [{"which": one.name} for one in done])
