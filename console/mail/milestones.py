"""Milestones that were not reached in time become tasks: each once, for whoever owns the customer."""

import time
from datetime import datetime
from typing import Final

from storage.events import Actor
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.tasks import Task
from storage.store import Store
from widgets.language import _

_EVERY: Final = 600.0  # seconds between two looks: what is due is due by days


class Overdue:
    """Looks for milestones that are overdue, now and then.

    Args:
        store: where.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._looked: float | None = None

    def look(self) -> int:
        """Begin tasks, unless it was looked a short while ago; return how many were begun."""
        if self._looked is not None and time.monotonic() < self._looked + _EVERY:
            return 0
        self._looked = time.monotonic()
        return begin_overdue(self._store, now=datetime.now().astimezone())


def begin_overdue(store: Store, *, now: datetime) -> int:
    """Begin a task for each milestone that is overdue and has none; return how many were begun.

    Args:
        store: where.
        now: the moment, in the zone in which days begin here.
    """
    from console.mail.tasks import begin  # late: what makes a message, and most desks have nothing overdue
    from storage.commands.knowing import milestones

    with store.reading() as session:
        found = milestones.untold(session, today=now.date())
    begun = 0
    for one in found:
        milestone, (subject, number) = one.laid.milestone, one.laid.account
        task = Task(
            _("Overdue: {name}").format(name=milestone.name),
            text=_("This milestone was due on {day}.").format(day=milestone.due.isoformat()),
            subject=subject,
            subject_id=number,
            assignee_id=one.owner_id,
            key=one.key,
        )
        try:
            begin(store, task, agent="", actor=Actor(None, "clock"), now=now)
        except (Refused, NoSuch):  # another process was faster; there is no mailbox yet, or nobody any more
            continue
        begun += 1
    return begun
