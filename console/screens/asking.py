"""What the screens ask of the record beyond its queries: readings made of several, each one thread hop and transaction.

Nothing of the store is imported until a function is called, in the thread that calls it: the frame is painted before.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final

from console.ahead import ROWS
from storage.views import ContextView, ConversationView, MailboxView, QueueRow, QueueWindow, SavedView, SearchHit
from widgets.language import _

if TYPE_CHECKING:
    from sqlmodel import Session

Place = tuple[int, int, int]

_END: Place = (99, 2**62, 2**62)
"""A place below every row of a queue in its usual order."""


@dataclass(frozen=True, slots=True)
class View:
    """A query with a name.

    Attributes:
        key: the number key that shows it; empty for none.
        name: as the first row has it.
        words: the query.
        view_id: of a saved view; `None` for the console's own.
        shared: whether all agents have it.
    """

    key: str
    name: str
    words: str
    view_id: int | None = None
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What the desk holds beside an empty view.

    Attributes:
        next_row: the conversation that will be let down first; `None` when nothing waits at all.
        waiting, on_hold, snoozed: conversations that stand still, counted up to 1000.
    """

    next_row: QueueRow | None = None
    waiting: int = 0
    on_hold: int = 0
    snoozed: int = 0


def views() -> tuple[View, ...]:
    """Return the console's own views, in the reader's language; the tiers have no key until somebody keeps them."""
    return (
        View("1", _("Mine"), "is:open is:mine"),
        View("2", _("Unassigned"), "is:open is:unassigned"),
        View("3", _("All"), "is:open"),
        View("4", _("Settled"), _SETTLED),
        View("5", _("Spam"), _SPAM),
        View("9", _("Late"), LATE),
        View("", _("N1"), "is:open tier:n1"),
        View("", _("N2"), "is:open tier:n2"),
        View("", _("N3"), "is:open tier:n3"),
    )


_SETTLED: Final = "is:settled sort:newest"
_SPAM: Final = "is:spam sort:newest"
LATE: Final = "is:open sla:late"
"""The query of what is late."""

_FIRST: Final = frozenset("12345")
"""The keys of views that somebody who takes one means to have instead."""

QUIET: Final = frozenset({_SETTLED, _SPAM})
"""Queries of views in which nothing is to be done."""


def merged(kept: Sequence[SavedView]) -> tuple[View, ...]:
    """Return all views by their keys, the console's own and the saved ones; a saved one may stand on another's key."""
    taken, names = {one.key for one in kept if one.key}, {one.name.casefold() for one in kept}
    found = [view for view in views() if view.key and view.key not in taken]
    found += [View(one.key, one.name, one.query, one.view_id, one.shared) for one in kept if one.key]
    found.sort(key=lambda view: view.key)
    found += [View("", one.name, one.query, one.view_id, one.shared) for one in kept if not one.key]
    # What has no key of its own, or lost it to a saved one, is still there by its name.
    spare = [view for view in views() if view.key in {"", *taken} - _FIRST and view.name.casefold() not in names]
    return (*found, *(replace(view, key="") for view in spare))


def make_ready() -> None:
    """Import what keys will need, in the thread that opens the desk: no key waits for it later."""
    from console.screens import composer, history, rules, searching  # noqa: F401
    from storage.commands import bulk, reading, triage, undoing  # noqa: F401
    from storage.queries import agents, context, conversations, find, inbox, mailboxes, views  # noqa: F401


def last_rows(session: "Session", *, query: str, agent_id: int | None, now: datetime, size: int = ROWS) -> QueueWindow:
    """Return the last rows of a queue."""
    from storage.queries import inbox

    if "sort:newest" in query:  # there the last is the oldest
        end = (0, 0, 0)
        return inbox.window(session, query=query, agent_id=agent_id, now=now, before=end, size=size)
    return inbox.window(session, query=query, agent_id=agent_id, now=now, before=_END, size=size)


def rows_around(
    session: "Session",
    *,
    query: str,
    agent_id: int | None,
    now: datetime,
    around: int | None,
    place: Place | None,
    aim: int | None = None,
    size: int = ROWS,
) -> QueueWindow:
    """Return the rows around a conversation, or around the place where it stood when it is not in this queue now.

    One that is aimed at comes before it, if it is there.
    """
    from storage.queries import inbox

    for number in (aim, around):
        if number is not None:
            window = inbox.window(session, query=query, agent_id=agent_id, now=now, around=number, size=size)
            if any(row.conversation_id == number for row in window.rows):
                return window
    if place is None:
        return inbox.window(session, query=query, agent_id=agent_id, now=now, size=size)
    above = inbox.window(session, query=query, agent_id=agent_id, now=now, before=place, size=size // 2)
    below = inbox.window(session, query=query, agent_id=agent_id, now=now, after=place, size=size - len(above.rows))
    if not above.rows:
        return below
    return QueueWindow(
        (*above.rows, *below.rows), above.before, below.after if below.rows else False, above.position, above.total
    )


def counted(session: "Session", *, agent_id: int | None, now: datetime) -> tuple[tuple[View, ...], dict[str, int]]:
    """Return the agent's views, the console's own and the saved ones, and how many conversations those on keys hold.

    They are counted up to 1000, by key; one whose query cannot be asked any more, as when a name in it is gone, has
    no count.
    """
    from storage.queries import inbox
    from storage.queries import views as saved
    from storage.rules.query import BadQuery

    known = merged(saved.views(session, agent_id=agent_id))
    found = {}
    for view in known:
        if view.key:
            try:
                found[view.key] = inbox.count(session, query=view.words, agent_id=agent_id, now=now)
            except BadQuery:
                continue
    return known, found


def elsewhere(session: "Session", *, agent_id: int | None, now: datetime) -> Elsewhere:
    """Return what the desk holds beside a view that is empty."""
    from storage.queries import inbox

    def counted(query: str) -> int:
        return inbox.count(session, query=query, agent_id=agent_id, now=now)

    return Elsewhere(
        most_urgent(session, agent_id=agent_id, now=now, but=None),
        counted("is:waiting"),
        counted("is:on_hold"),
        counted("is:snoozed"),
    )


def most_urgent(session: "Session", *, agent_id: int | None, now: datetime, but: int | None) -> QueueRow | None:
    """Return the row of the conversation that will be let down first, among one's own and those nobody has.

    Args:
        session: of any transaction.
        agent_id: for whom.
        now: the present.
        but: the conversation that is read already.
    """
    from storage.queries import inbox

    mine = "is:open -is:waiting -is:on_hold (owner:me OR owner:none)"
    for query in (f"{mine} sla:late", mine, "is:open"):
        window = inbox.window(session, query=query, agent_id=agent_id, now=now, size=2)
        for row in window.rows:
            if row.conversation_id != but and (row.waiting_since is not None or row.due_at is not None):
                return row
    return None


def most_urgent_and_why(
    session: "Session", *, agent_id: int | None, now: datetime, but: int | None
) -> tuple[QueueRow | None, str]:
    """Return what `most_urgent` does, and the policy whose clock makes it so urgent; empty where none runs."""
    from storage.queries.urgency import policy_behind

    row = most_urgent(session, agent_id=agent_id, now=now, but=but)
    return row, "" if row is None else policy_behind(session, row.conversation_id, row.due_metric)


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
    session: "Session", *, query: str, agent_id: int | None, now: datetime, stopped: Callable[[], bool], limit: int
) -> list[SearchHit]:
    """Return the newest messages that a query finds, while the transaction lasts; fewer when stopped.

    Raises:
        BadQuery: the query cannot be read.
    """
    from storage.queries import find

    return list(find.search(session, query=query, agent_id=agent_id, now=now, limit=limit, stopped=stopped))


def conversation(
    session: "Session", *, conversation_id: int, agent_id: int | None, now: datetime
) -> tuple[ConversationView, ContextView, dict[int, str]]:
    """Return a conversation, joins followed, what stands beside it, and the names of the desk's agents.

    Raises:
        NoSuch: there is none of that number.
    """
    from storage.queries import agents, context, conversations

    view = conversations.read(session, conversation_id, agent_id=agent_id)
    return view, context.read(session, view, agent_id=agent_id, now=now), agents.agents(session)


def last_told(session: "Session", *, conversation_id: int) -> int:
    """Return the number of the last event of a conversation, 0 where it has none."""
    from storage.queries.history import last_event

    return last_event(session, conversation_id)


def company(session: "Session", *, agent_id: int | None, now: datetime) -> tuple[dict[int, str], dict[int, str]]:
    """Return who writes in which conversation now, and who only has it open: a colleague's name by its number."""
    from storage.kinds import Doing
    from storage.queries import drafts, presence

    writers = {
        one.conversation_id: one.agent
        for one in reversed(drafts.writers(session, now=now, but=agent_id))
        if not one.note
    }
    there = presence.present(session, now=now, but=agent_id)
    writing = {one.conversation_id: one.agent for one in reversed(there) if one.doing is Doing.WRITING}
    lookers = {one.conversation_id: one.agent for one in reversed(there) if one.doing is Doing.LOOKING}
    return {**writing, **writers}, lookers
