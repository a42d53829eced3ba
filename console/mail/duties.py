"""What the desk is to do though nobody wrote, found out and begun by itself: each once, whoever looks and dies."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from sqlmodel import Session

from console.config.errors import ConsoleError
from storage.events import Actor
from storage.kinds import ConversationKind
from storage.kinds.errors import DeskError
from storage.kinds.tasks import Task
from storage.queries.check_ins import to_make
from storage.queries.history import last_event
from storage.queries.playbooks import agent_ids
from storage.store import Store
from widgets.language import _, ngettext

CLOCK: Final = Actor(None, "clock")
AT_ONCE: Final = 200
"""Tasks that one look begins at most."""

_EVERY: Final = 10.0  # seconds between two looks


def check_ins(session: Session, now: datetime) -> Sequence[Task]:
    """Return the check-ins that are to be."""
    agents = agent_ids(session)
    found = []
    for one in to_make(session, now=now, limit=AT_ONCE):
        every = ngettext(
            "Asked every {count} day how they fare. Resolved, the next one comes by itself.",
            "Asked every {count} days how they fare. Resolved, the next one comes by itself.",
            one.days,
        )
        found.append(
            Task(
                _("Check-in with {name}").format(name=one.name or f"#{one.subject_id}"),
                text=every.format(count=one.days),
                subject=one.subject,
                subject_id=one.subject_id,
                due=one.due,
                assignee_id=agents.get(one.owner),
                kind=ConversationKind.CHECK_IN,
                key=one.key,
            )
        )
    return found


SOURCES: Final[Sequence[Callable[[Session, datetime], Sequence[Task]]]] = (check_ins,)
"""What finds tasks; each of theirs has a key, which says what makes it another one."""


class Duties:
    """Looks now and then, and only when anything was recorded since it looked: by time alone nothing comes to be."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._seen = -1
        self._looked = float("-inf")

    def look(self, now: datetime) -> int:
        """Begin what is to be done, if it is time to look; return how many tasks began."""
        if time.monotonic() - self._looked < _EVERY:
            return 0
        self._looked = time.monotonic()
        with self._store.reading() as session:
            newest = last_event(session)
        if newest == self._seen:
            return 0
        begun = begin_due(self._store, now)
        if not begun:
            self._seen = newest
        return begun


def begin_due(store: Store, now: datetime) -> int:
    """Begin what is to be done and not begun; return how many tasks began.

    Args:
        store: where.
        now: the moment.
    """
    begun = 0
    for source in SOURCES:
        with store.reading() as session:
            found = source(session, now)
        if not found:
            continue
        from console.mail import tasks  # what writes a note, with all that it needs; there is seldom a duty

        for task in found:
            try:
                tasks.begin(store, task, agent="", actor=CLOCK, now=now)
            except (ConsoleError, DeskError):  # another process began it, or whom it is about went meanwhile
                continue
            begun += 1
    return begun
