"""What the rows around the panes say, made of what is known: views, counts, sync, titles, troubles, emptiness."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from console.screens.asking import SyncState, View, views
from console.screens.keys import Where, footer
from widgets.bars import PaneTitle, Trouble, ViewLabel
from widgets.conversation import ConversationPane
from widgets.language import _
from widgets.line import Span
from widgets.moments import count_words, moment_words, now_words
from widgets.queue import Queue
from widgets.text import trouble_words

TWO_PANES = 90
"""Columns from which queue and conversation stand side by side (LOOK §4)."""


def arranged(width: int) -> tuple[int, int] | None:
    """Return the widths of queue and conversation, or `None` where there is room for one of them."""
    if width < TWO_PANES:
        return None
    queue = 36 if width < 110 else 45
    if width >= 140:  # the conversation grows up to 84, then the queue up to 119
        queue = max(45, min(119, width - 1 - 84))
    return queue, width - 1 - queue


@dataclass(slots=True)
class Frame:
    """What is known beside the panes' own contents.

    Attributes:
        opening: whether the desk is not open yet; `failure` says why it will not be.
        counts: by the key of each view.
        blind: why the feed cannot look; empty when it can.
    """

    opening: bool = True
    failure: str = ""
    wide: bool = False
    blind: str = ""
    counts: dict[str, int] = field(default_factory=dict)
    sync: SyncState = field(default_factory=lambda: SyncState(()))

    def nothing(self, queue: Queue) -> bool:
        """Say whether the queue has nothing to show."""
        return self.opening or bool(self.failure) or not queue.rows

    def labels(self, current: View) -> list[ViewLabel]:
        """Return the views for the first row."""
        counts = {key: count_words(count) for key, count in self.counts.items()}
        return [ViewLabel(view.key, view.name, counts.get(view.key, ""), view == current) for view in views()]

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
        if not self.sync.mailboxes or width < TWO_PANES:
            return [clock]
        return [(_("sync ok"), "ok"), clock]

    def titles(
        self, queue: Queue, conversation: ConversationPane, view: View, width: int, *, reading: bool
    ) -> list[PaneTitle]:
        """Return the panes' titles, one or two."""
        panes = arranged(width)
        total = count_words(queue.total) if not self.opening and not self.failure else ""
        of_queue = PaneTitle(
            panes[0] if panes else width, view.name, f"{view.words.split(' sort:')[0]}  {total}".rstrip(), not reading
        )
        shown = conversation.view
        title = f"#{shown.conversation_id} {shown.subject}" if shown else ""
        of_conversation = PaneTitle(panes[1] if panes else width, title, "", reading)
        if panes:
            return [of_queue, of_conversation]
        if not reading:
            return [of_queue]
        number = queue.number
        place = _("{number} of {total}").format(number=number, total=total) if number else ""
        return [PaneTitle(width, title, place, focused=True)]

    def keys(self, where: Where, *, nothing: bool) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
        """Return the keys of the last row; where there is nothing to act on, only those that still do something."""
        keys, always = footer(where)
        if nothing and where == "queue":
            keys = [pair for pair in keys if pair[0] in {"/", "u", "q"}]
        return keys, always

    def troubles(self, now: datetime) -> list[Trouble]:
        """Return the errors that stand."""
        found = []
        others = len(self.sync.mailboxes) - len(self.sync.stopped)
        for mailbox in self.sync.stopped:
            since = _("Since {moment}.").format(moment=moment_words(mailbox.since, now)) if mailbox.since else ""
            safe = _("Nothing is lost; new mail stays on the server.")
            goes_on = _("The other mailboxes go on.") if others else ""
            remedy = _("plantao account check {name} tries again.").format(name=mailbox.name)
            more = " ".join(filter(None, (since, safe, goes_on, remedy)))
            found.append(
                Trouble(_("mail stopped"), f"{mailbox.name}: {mailbox.words or trouble_words(mailbox.trouble)}", more)
            )
        if self.blind:
            found.append(Trouble(_("no news"), self.blind, _("What is shown may be old; it is tried again.")))
        return found

    def empty(self, view: View) -> tuple[str, Sequence[tuple[str, str]], Sequence[tuple[str, str]]]:
        """Return what stands in an empty queue's place: a sentence, facts, keys."""
        if self.failure:
            return self.failure, (), (("q", _("leave")),)
        if self.opening:
            return _("Opening the desk."), (), ()
        if not self.sync.mailboxes:
            return (
                _("No mailbox yet."),
                (
                    (_("add one"), "plantao account add NAME --address A --imap HOST:PORT --user U"),
                    (_("or try"), "plantao demo"),
                ),
                (("q", _("leave")),),
            )
        facts = []
        if self.sync.progress:
            done, total = self.sync.progress
            facts.append((_("mail is read"), _("{done} of {total}").format(done=f"{done:,}", total=f"{total:,}")))
        others = [other for other in views() if other != view and self.counts.get(other.key)]
        keys = [(other.key, f"{other.name}, {count_words(self.counts[other.key])}") for other in others[:3]]
        sentence = _("Nothing waits for you.") if view.key == "1" else _("Nothing here.")
        return sentence, facts, [*keys, ("/", _("search all messages"))]
