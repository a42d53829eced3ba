"""What stands in an empty queue's place: a sentence that says what is, facts, and the keys that lead on."""

from collections.abc import Sequence
from datetime import datetime

from console.screens.asking import Elsewhere, SyncState, View
from storage.views import MailboxView, QueueRow
from widgets.language import _
from widgets.line import one_line
from widgets.moments import count_words, moment_words, span_words
from widgets.text import tier_words

Said = tuple[str, Sequence[tuple[str, str]], Sequence[tuple[str, str]]]
"""A sentence, labelled facts, and keys with what they do, as `widgets.empty.Empty` takes them."""

_SHELL = "plantao account add NAME --address A --imap HOST:PORT --user U"
_NAMED = 3  # mailboxes that are named in a row


def opening(failure: str) -> Said:
    """Say that the desk is being opened, or why it cannot be."""
    return (failure, (), (("q", _("leave")),)) if failure else (_("Opening the desk."), (), ())


def first_start(*, form: bool = False) -> Said:
    """Say what to do where there is no mailbox yet.

    Args:
        form: whether one can be set up here.
    """
    other = ((_("or try"), "plantao demo"), (_("old mail"), "plantao import PATH"))
    keys = (("q", _("leave")), ("?", _("every key and command")))
    if form:
        add = ((_("add one"), ":account add"), (_("or a line"), _SHELL))
        return _("No mailbox yet."), (*add, *other), (("x", _("set up a mailbox")), *keys)
    then = (_("then"), _("plantao again: it reads the newest mail first, in seconds"))
    return _("No mailbox yet."), ((_("add one"), _SHELL), then, *other), keys


def nothing_found(view: View, narrowed: str) -> Said:
    """Say that a filter leaves nothing, and how to take it off."""
    sentence = _("Nothing here for: {query}").format(query=narrowed)
    return sentence, (), (("Esc", _("all of {view}").format(view=view.name)), ("\\", _("another filter")))


def empty_view(
    view: View,
    views: Sequence[View],
    counts: dict[str, int],
    sync: SyncState,
    elsewhere: Elsewhere,
    now: datetime,
) -> Said:
    """Say that a view holds nothing, what comes next in the desk, and where else there is work.

    Args:
        view: the one that is shown.
        views: all there are.
        counts: by the key of each view.
        sync: how the mailboxes stand.
        elsewhere: what the desk holds beside this view.
        now: the present, in the reader's zone.
    """
    facts = _mail(sync, now)
    if elsewhere.next_row is not None:
        facts.append((_("waits longest"), _row_words(elsewhere.next_row, now)))
    still = [
        (elsewhere.waiting, _("{count} for customers")),
        (elsewhere.on_hold, _("{count} on hold")),
        (elsewhere.snoozed, _("{count} snoozed")),
    ]
    words = ", ".join(text.format(count=count_words(count)) for count, text in still if count)
    if words:
        facts.append((_("stand still"), words))
    keys = [
        (other.key, f"{other.name}, {count_words(counts[other.key])}")
        for other in views
        if other != view and other.key and counts.get(other.key)
    ][:3]
    if elsewhere.next_row is not None:
        keys.append(("J", _("read the one that waits longest")))
    sentence = _("Nothing waits for you.") if view.key == "1" else _("Nothing here.")
    if sync.stopped and len(sync.stopped) == len(_on_servers(sync)):  # what waits there is not known
        sentence = _("Nothing here, but no mail comes in.")
    elif sync.progress and not counts.get("3"):
        sentence = _("The newest mail comes first.")
    if sync.stopped:
        keys.insert(0, ("x", _("mend the mail that stopped")))
    return sentence, facts, [*keys, ("/", _("search all messages"))]


def _on_servers(sync: SyncState) -> tuple[MailboxView, ...]:
    """Return the mailboxes that are kept in step with a server; what was imported has none."""
    return tuple(mailbox for mailbox in sync.mailboxes if mailbox.live_since is not None)


def _mail(sync: SyncState, now: datetime) -> list[tuple[str, str]]:
    """Return what keeps this view from telling everything: mail that is still to come, or does not come."""
    facts: list[tuple[str, str]] = []
    if sync.progress:
        done, total = sync.progress
        counted = _("{done} of {total}").format(done=f"{done:,}", total=f"{total:,}")
        facts += [(_("mail is read"), counted), (_("old mail"), _("is history: settled, and nothing rings"))]
    said = (
        (sync.stopped, _("mail stopped")),
        (sync.lost, _("unreachable")),
        (tuple(mailbox for mailbox in _on_servers(sync) if mailbox.state == "never"), _("not read yet")),
    )
    for mailboxes, label in said:
        if mailboxes:
            named = ", ".join(one_line(mailbox.name) for mailbox in mailboxes[:_NAMED])
            more = len(mailboxes) - _NAMED
            since = min((mailbox.since for mailbox in mailboxes if mailbox.since is not None), default=None)
            words = f"{named} +{more}" if more > 0 else named
            if since is not None:
                words = _("{names}, since {moment}").format(names=words, moment=moment_words(since, now))
            facts.append((label, words))
    return facts


def _row_words(row: QueueRow, now: datetime) -> str:
    waits = span_words(now - row.waiting_since) if row.waiting_since else ""
    owner = one_line(row.assignee) if row.assignee_id is not None else _("unassigned")
    return f"{waits}  {tier_words(row.tier)} {one_line(row.customer)}, {owner}".strip()
