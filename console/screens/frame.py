"""What the rows around the panes say, made of what is known: views, counts, sync, titles, troubles, emptiness."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from console.screens import standing
from console.screens.asking import LATE, QUIET, Elsewhere, SyncState, View
from console.screens.commands.base import Where
from storage.kinds.outbox import OPEN, OutboxRow, needs_agent
from storage.views import MailboxView
from widgets.arrangement import TWO_PANES, arranged
from widgets.bars import BRAND, PaneTitle, Trouble, ViewLabel
from widgets.context import ContextPane, context_title
from widgets.conversation import ConversationPane
from widgets.deliveries import delivery_words, reasons
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.moments import count_words, moment_words, now_words
from widgets.queue import Queue
from widgets.text import trouble_words


class Panes(Protocol):
    """A screen with the three panes, as far as their titles need it."""

    queue: Queue
    conversation: ConversationPane
    context: ContextPane
    writers: dict[int, str]
    lookers: dict[int, str]
    view: View
    narrowed: str
    reading: bool


_SORT = re.compile(r"(?:^|\s)sort:\S+")  # the title says what is shown, not in which order
_LINK_FELT = 0.02  # seconds; less is this machine's own
_LINK_SLOW = 0.25  # from here on keys are typed ahead of what is seen
_TENS = 0.1  # from here on milliseconds are told by tens
_AS_BEFORE = 0.2  # of what is shown
PASSWORD_TROUBLES = frozenset({"SignInRefused", "PasswordMissing", "KeyringUnusable"})
"""The errors of a mailbox that another password mends."""


@dataclass(slots=True)
class Frame:
    """What is known beside the panes' own contents.

    Attributes:
        opening: whether the desk is not open yet; `failure` says why it will not be.
        counts: by the key of each view.
        blind: why the feed cannot look; empty when it can.
        elsewhere: what the desk holds beside a view that is empty.
        outbox: what is on its way, and what waits for an agent.
        agent_id: who sits here: only their own mail that did not leave stands as an error.
        form: whether a mailbox can be set up here.
        link: seconds that the way to the terminal and back takes, as last shown; `None` while unknown.
    """

    opening: bool = True
    failure: str = ""
    wide: bool = False
    blind: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    sync: SyncState = field(default_factory=lambda: SyncState(()))
    elsewhere: Elsewhere = field(default_factory=Elsewhere)
    outbox: tuple[OutboxRow, ...] = ()
    agent_id: int | None = None
    form: bool = False
    link: float | None = None

    def linked(self, seconds: float) -> bool:
        """Take how long the line takes; say whether that is to be drawn: a little more or less is not."""
        if self.link is not None and abs(seconds - self.link) <= self.link * _AS_BEFORE:
            return False
        before, self.link = self.link, seconds
        return max(seconds, before or 0.0) >= _LINK_FELT

    @property
    def unsent(self) -> tuple[OutboxRow, ...]:
        """What this agent sent and what does not leave by itself: failed, uncertain, or held by something that came."""
        mine = (one for one in self.outbox if one.delivery.agent_id in {self.agent_id, None})
        return tuple(one for one in mine if needs_agent(one.delivery))

    def nothing(self, queue: Queue) -> bool:
        """Say whether the queue has nothing to show."""
        return self.opening or bool(self.failure) or not queue.rows

    def labels(self, views: Sequence[View], current: View) -> list[ViewLabel]:
        """Return the views that have a key, for the first row."""
        counts = {key: count_words(count) for key, count in self.counts.items()}
        return [
            ViewLabel(
                view.key,
                view.name,
                counts.get(view.key, ""),
                view == current,
                quiet=view.words in QUIET or (view.words == LATE and not self.counts.get(view.key)),
                lit=view.words == LATE and bool(self.counts.get(view.key)),
            )
            for view in views
            if view.key
        ]

    def window_title(self, views: Sequence[View], offered: int = 0) -> str:
        """Return the title of the window: what is late, and what waits to be accepted.

        Args:
            views: those whose counts are known.
            offered: handoffs that this agent is asked to accept.
        """
        late = next((self.counts.get(view.key, 0) for view in views if view.key and view.words == LATE), 0)
        parts = [_("{count} to accept").format(count=count_words(offered))] if offered else []
        parts += [_("{count} late").format(count=count_words(late))] if late else []
        return f"{', '.join(parts)} - {BRAND}" if parts else BRAND

    def asides(self, now: datetime, width: int) -> list[Span]:
        """Return the right end of the first row: what is well is silent at 80 columns."""
        clock: Span = (now_words(now) if width >= TWO_PANES else f"{now:%H:%M}", "text")
        if self.sync.stopped:
            return [clock, (_("mail stopped"), "late")]
        if self.sync.progress:
            done, total = self.sync.progress
            return [clock, (_("{done} of {total}").format(done=f"{done:,}", total=f"{total:,}"), "muted")]
        if self.sync.lost:
            return [clock, (_("mail unreachable"), "soon")]
        leaving = sum(one.delivery.state in OPEN and one.delivery.hold is None for one in self.outbox)
        going: list[Span] = []
        if leaving:
            going = [(ngettext("{count} leaves", "{count} leave", leaving).format(count=leaving), "muted")]
        if not self.sync.mailboxes or width < TWO_PANES:
            return [*going, *self._link(width), clock]
        return [*going, (_("sync ok"), "ok"), *self._link(width), clock]

    def _link(self, width: int) -> list[Span]:
        """Return how long the line takes, in two digits, where that is felt."""
        if self.link is None or self.link < (_LINK_FELT if width >= TWO_PANES else _LINK_SLOW):
            return []
        milliseconds = round(self.link * 1000, -1 if self.link >= _TENS else 0)
        return [(f"{milliseconds:.0f} ms", "soon" if self.link >= _LINK_SLOW else "muted")]

    def titles(self, shown: Panes, width: int) -> list[PaneTitle]:
        """Return the panes' titles: as many as there are panes."""
        share = arranged(width)
        queue, reading = shown.queue, shown.reading
        total = count_words(queue.total) if not self.opening and not self.failure else ""
        words = _SORT.sub("", f"{shown.view.words} {shown.narrowed}")
        marks = len(queue.marked)
        counted = ngettext("{count} marked", "{count} marked", marks).format(count=f"{marks:,}") if marks else ""
        aside = counted or f"{words.strip()}  {total}".rstrip()
        of_queue = PaneTitle(share.queue, shown.view.name, aside, not reading)
        view = shown.conversation.view
        title = f"#{view.conversation_id} {view.subject}" if view else ""
        writer = shown.writers.get(view.conversation_id, "") if view else ""
        looker = shown.lookers.get(view.conversation_id, "") if view else ""
        writes = _("{who} writes").format(who=one_line(writer)) if writer else ""
        if looker and not writer:
            writes = _("{who} looks").format(who=one_line(looker))
        if share.panes == 1 and not reading:
            return [of_queue]
        if share.panes == 1:
            chosen = queue.chosen
            here = chosen is not None and view is not None and chosen.conversation_id == view.conversation_id
            number = queue.number if here else None
            place = _("{number} of {total}").format(number=number, total=total) if number else ""
            place = writes or place
            return [PaneTitle(width, title, place, focused=True)]
        of_conversation = PaneTitle(share.conversation, title, writes, reading)
        if share.panes == 2:
            return [of_queue, of_conversation]
        name, kind = context_title(view, shown.context.beside)
        return [of_queue, of_conversation, PaneTitle(share.context, name, kind)]

    @staticmethod
    def useful(
        keys: list[tuple[str, str]], where: Where, *, nothing: bool, offered: bool = False
    ) -> list[tuple[str, str]]:
        """Return the keys of the last row; where there is nothing to act on, only those that still do something.

        Args:
            keys: all of them.
            where: what has the keys.
            nothing: whether there is nothing to act on.
            offered: whether what is pointed at waits to be accepted: it is accepted or returned then, not handed on.
        """
        if nothing and where == "queue":
            return [pair for pair in keys if pair[0] in {"/", "u", "q", "J"}]
        taking = {_("accept"), _("return")}
        if offered:
            first = 1 if where == "queue" else 0
            keys = [pair for pair in keys if pair[1] != _("transfer")]
            rest = [pair for pair in keys if pair[1] not in taking]
            keys = [*rest[:first], *(pair for pair in keys if pair[1] in taking), *rest[first:]]
        else:
            keys = [pair for pair in keys if pair[1] not in taking]
        if where == "queue":  # it is chosen for a customer who has been read: the room is for what is done unread
            return [pair for pair in keys if pair[1] != _("canned")]
        return keys

    @staticmethod
    def lasting(keys: list[tuple[str, str]], *, wide: bool) -> list[tuple[str, str]]:
        """Return the keys at the right edge of the last row: beside one pane there is no room for the line's."""
        return [pair for pair in keys if wide or pair[1] != _("command")]

    def troubles(self, now: datetime, asks_password: Callable[[MailboxView], bool]) -> list[Trouble]:
        """Return the errors that stand.

        Args:
            now: the present, in the reader's zone.
            asks_password: says whether the key that mends a mailbox asks for its password.
        """
        found = []
        others = len(self.sync.mailboxes) - len(self.sync.stopped)
        for mailbox in self.sync.stopped:
            since = _("Since {moment}.").format(moment=moment_words(mailbox.since, now)) if mailbox.since else ""
            safe = _("Nothing is lost; new mail stays on the server.")
            goes_on = _("The other mailboxes go on.") if others else ""
            more = " ".join(filter(None, (since, safe, goes_on)))
            sentence = f"{mailbox.name}: {mailbox.words or trouble_words(mailbox.trouble)}"
            found.append(
                Trouble(
                    _("mail stopped"),
                    sentence,
                    more,
                    "x",
                    _("new password") if asks_password(mailbox) else _("tries again"),
                )
            )
        found += [_unsent(row, now) for row in self.unsent]
        if self.blind:
            found.append(Trouble(_("no news"), self.blind, _("What is shown may be old; it is tried again.")))
        return found

    def empty(self, view: View, views: Sequence[View], narrowed: str, now: datetime) -> standing.Said:
        """Return what stands in an empty queue's place: a sentence, facts, keys."""
        if self.failure or self.opening:
            return standing.opening(self.failure)
        if not self.sync.mailboxes:
            return standing.first_start(form=self.form)
        if narrowed:
            return standing.nothing_found(view, narrowed)
        return standing.empty_view(view, views, self.counts, self.sync, self.elsewhere, now)


def _unsent(row: OutboxRow, now: datetime) -> Trouble:
    """Return a message that did not leave as an error that stands."""
    delivery = row.delivery
    words, _role = delivery_words(delivery)
    number = f"#{row.conversation_id}" if row.conversation_id is not None else ""
    sentence = " ".join(filter(None, (number, one_line(row.subject), reasons(delivery, now))))
    safe = _("Nothing is lost, and nothing is sent again by itself.")
    return Trouble(words, sentence, safe, "x", _("outbox"))
