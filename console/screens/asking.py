"""What the screens ask of the record: small readings made of its queries, each one thread hop and one transaction.

Nothing of the store is imported until a function is called, in the thread that calls it: the frame is painted before.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from storage.views import ConversationView, MailboxView, QueueWindow, SearchHit
from widgets.language import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.commands.undoing import Undone
    from storage.events import Actor

Place = tuple[int, datetime, int]

_END: Place = (99, datetime(9999, 1, 1, tzinfo=UTC), 2**62)
"""A place below every row of a queue in its usual order."""


@dataclass(frozen=True, slots=True)
class View:
    """A query with a name, shown by a number key."""

    key: str
    name: str
    words: str


def views() -> tuple[View, ...]:
    """Return the views of the thin console, in the reader's language."""
    return (
        View("1", _("Mine"), "is:open is:mine"),
        View("2", _("Unassigned"), "is:open is:unassigned"),
        View("3", _("All"), "is:open"),
        View("4", _("Settled"), "is:settled sort:newest"),
        View("5", _("Spam"), "is:spam sort:newest"),
    )


def last_rows(session: "Session", *, words: str, agent_id: int | None, now: datetime, size: int = 200) -> QueueWindow:
    """Return the last rows of a queue."""
    from storage.queries import inbox

    if "sort:newest" in words:  # there the last is the oldest
        end = (0, datetime(1970, 1, 1, tzinfo=UTC), 0)
        return inbox.window(session, query=words, agent_id=agent_id, now=now, before=end, size=size)
    return inbox.window(session, query=words, agent_id=agent_id, now=now, before=_END, size=size)


def rows_around(
    session: "Session",
    *,
    words: str,
    agent_id: int | None,
    now: datetime,
    around: int | None,
    place: Place | None,
    size: int = 200,
) -> QueueWindow:
    """Return the rows around a conversation, or around the place where it stood when it is not in this queue now."""
    from storage.queries import inbox

    if around is None or place is None:
        return inbox.window(session, query=words, agent_id=agent_id, now=now, size=size)
    window = inbox.window(session, query=words, agent_id=agent_id, now=now, around=around, size=size)
    if any(row.conversation_id == around for row in window.rows):
        return window
    above = inbox.window(session, query=words, agent_id=agent_id, now=now, before=place, size=size // 2)
    below = inbox.window(session, query=words, agent_id=agent_id, now=now, after=place, size=size - len(above.rows))
    if not above.rows:
        return below
    return QueueWindow(
        (*above.rows, *below.rows), above.before, below.after if below.rows else False, above.position, above.total
    )


def counts(session: "Session", *, agent_id: int | None, now: datetime) -> dict[str, int]:
    """Return how many conversations each view holds, by its key, counted up to 1000."""
    from storage.queries import inbox

    return {view.key: inbox.count(session, query=view.words, agent_id=agent_id, now=now) for view in views()}


@dataclass(frozen=True, slots=True)
class SyncState:
    """How the mailboxes stand, in the terms of the first row."""

    mailboxes: tuple[MailboxView, ...]

    @property
    def stopped(self) -> tuple[MailboxView, ...]:
        """Those that wait for the agent."""
        return tuple(mailbox for mailbox in self.mailboxes if mailbox.state == "stopped")

    @property
    def lost(self) -> tuple[MailboxView, ...]:
        """Those that cannot be reached now, and are tried again."""
        return tuple(mailbox for mailbox in self.mailboxes if mailbox.state == "lost")

    @property
    def progress(self) -> tuple[int, int] | None:
        """Messages that are in, and all, while a first sync runs."""
        total = sum(mailbox.total for mailbox in self.mailboxes)
        done = sum(mailbox.done for mailbox in self.mailboxes)
        return (done, total) if done < total else None


def found(
    session: "Session", *, words: str, agent_id: int | None, now: datetime, stopped: Callable[[], bool], limit: int = 50
) -> list[SearchHit]:
    """Return the newest messages that a query finds; fewer when it is stopped.

    Raises:
        BadQuery: the query cannot be read.
    """
    from storage.queries import find

    hits = find.search(session, query=words, agent_id=agent_id, now=now, limit=limit, stopped=stopped)
    return list(hits)


def first_rows(session: "Session", *, words: str, agent_id: int | None, now: datetime) -> QueueWindow:
    """Return the first rows of a queue."""
    from storage.queries import inbox

    return inbox.window(session, query=words, agent_id=agent_id, now=now, size=200)


def rows_before(
    session: "Session", *, words: str, agent_id: int | None, now: datetime, place: Place | None
) -> QueueWindow:
    """Return the rows above a place, those next to it."""
    from storage.queries import inbox

    return inbox.window(session, query=words, agent_id=agent_id, now=now, before=place, size=200)


def rows_after(
    session: "Session", *, words: str, agent_id: int | None, now: datetime, place: Place | None
) -> QueueWindow:
    """Return the rows below a place."""
    from storage.queries import inbox

    return inbox.window(session, query=words, agent_id=agent_id, now=now, after=place, size=200)


def conversation(
    session: "Session", *, conversation_id: int, agent_id: int | None
) -> tuple[ConversationView, dict[int, str]]:
    """Return a conversation, joins followed, and the names of the desk's agents.

    Raises:
        NoSuch: there is none of that number.
    """
    from storage.queries import conversations
    from storage.queries.tables import AGENT

    names = {row.id: row.name for row in session.connection().execute(AGENT.select()) if row.name}
    return conversations.read(session, conversation_id, agent_id=agent_id), names


def undo(session: "Session", *, actor: "Actor", now: datetime) -> "Undone":
    """Take the agent's last action back; errors as `storage.commands.undoing`."""
    from storage.commands import undoing

    return undoing.undo(session, actor=actor, now=now)


def redo(session: "Session", *, actor: "Actor", now: datetime) -> "Undone":
    """Do again what was taken back; errors as `storage.commands.undoing`."""
    from storage.commands import undoing

    return undoing.redo(session, actor=actor, now=now)


def sync_state(session: "Session") -> SyncState:
    """Return how the mailboxes stand."""
    from storage.queries import mailboxes

    return SyncState(mailboxes.states(session))


def mark_read(session: "Session", *, conversation_id: int, message_id: int, agent_id: int) -> None:
    """Note how far an agent has read: a local row, no fact, never on the server."""
    from storage.queries.tables import READ_MARK

    connection = session.connection()
    which = {"agent_id": agent_id, "conversation_id": conversation_id}
    marks = READ_MARK.c
    of = (marks.agent_id == agent_id) & (marks.conversation_id == conversation_id)
    if not connection.execute(READ_MARK.update().where(of).values(message_id=message_id)).rowcount:
        connection.execute(READ_MARK.insert().values(**which, message_id=message_id))
