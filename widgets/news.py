"""What is new of a customer since the reader last looked, in the fewest words: ``since Tue 14:02: 2 messages``."""

from collections.abc import Iterator
from datetime import datetime

from storage.kinds.looking import News
from storage.views import ConversationView
from widgets.facts import event_words
from widgets.known import field_words
from widgets.language import _, ngettext
from widgets.line import Span, one_line
from widgets.moments import count_words, moment_words


def news_spans(news: News, view: ConversationView | None, now: datetime, agent_id: int | None) -> tuple[Span, ...]:
    """Return what is new, after since when.

    Args:
        news: what there is.
        view: the conversation whose events it means; `None` for none.
        now: the present, in the reader's zone.
        agent_id: who "you" is.
    """
    since = _("since {moment}").format(moment=moment_words(news.since, now))
    return (f"{since}: ", "muted"), (", ".join(news_words(news, view, now, agent_id)), "bright")


def news_words(news: News, view: ConversationView | None, now: datetime, agent_id: int | None) -> list[str]:
    """Return each thing that is new."""
    return list(_words(news, view, now, agent_id))


def _words(news: News, view: ConversationView | None, now: datetime, agent_id: int | None) -> Iterator[str]:
    if news.messages:
        yield ngettext("{count} message", "{count} messages", news.messages).format(count=count_words(news.messages))
    if news.elsewhere and view is not None:
        yield ngettext("{count} elsewhere", "{count} elsewhere", news.elsewhere).format(
            count=count_words(news.elsewhere)
        )
    elif news.elsewhere:
        yield ngettext("{count} message", "{count} messages", news.elsewhere).format(count=count_words(news.elsewhere))
    if view is not None:
        names = {view.assignee_id: view.assignee} if view.assignee_id is not None else {}
        told = [one for one in view.events if one.event_id in news.event_ids]
        last = {one.kind: one for one in told}  # of each sort of decision how it stands now
        for one in last.values():
            if words := event_words(one, now, names, you=agent_id):
                yield one_line(f"{words} ({one.agent})" if one.agent else words)
    for name in news.fields:
        yield _("{field} changed").format(field=field_words(name))
    if news.notes:
        yield ngettext("{count} note", "{count} notes", news.notes).format(count=count_words(news.notes))
    if news.promises:
        yield ngettext("{count} promise", "{count} promises", news.promises).format(count=count_words(news.promises))
