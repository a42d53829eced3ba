"""`list` and `search`: conversations, most urgent first, and messages, newest first, one a row."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group, Parser
from storage.kinds import PUT_AWAY, SETTLED
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.views import QueueRow, SearchHit

STILL = SETTLED | PUT_AWAY
"""Where nobody waits for us, whatever was left unanswered."""

_AT_ONCE = 200


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "list",
        run_list,
        words=_("conversations, most urgent first"),
        more=_(
            'Without a query, those that are open. A query has words, "phrases", -not, OR, and fields:\n'
            "is: tier: owner: from: to: tag: channel: mailbox: kind: priority: subject: has:attachment before: after:\n"
            "org: touch: service: persona: lifecycle: stage: field.NAME: sort:"
        ),
    )
    parser.add_argument("query", nargs="*", metavar="QUERY")
    _limit(parser, None)
    parser = group.command("search", run_search, words=_("messages, newest first, with the text around what was found"))
    parser.add_argument("query", nargs="+", metavar="QUERY")
    _limit(parser, 50)


def _limit(parser: Parser, count: int | None) -> None:
    words = _("at most so many") if count is None else _("at most so many ({count}); 0 for all").format(count=count)
    parser.add_argument("-n", "--limit", type=int, default=count, metavar="COUNT", help=words)


def run_list(call: "Call") -> int:
    """Print the conversations that a query finds."""
    found = 0
    with call.out.paged():
        for row in _rows(call, " ".join(call.options.query) or "is:open", call.options.limit or None):
            found += 1
            if call.out.json_lines:
                call.out.object(_row_object(row))
            else:
                call.out.line(_row_words(call, row))
    if not found and call.out.terminal:
        call.out.error(_nothing_words(call))
    return DONE


def _nothing_words(call: "Call") -> str:
    if call.options.query:
        return _("No conversation is like that.")
    if call.settings.accounts:
        return _("Nothing is open.")
    return _(
        "Nothing is open, and there is no account yet: `plantao account add` makes one, `plantao import` takes files."
    )


def run_search(call: "Call") -> int:
    """Print the messages that a query finds."""
    from storage.queries.find import search

    limit = call.options.limit or 1 << 62
    with call.out.paged(), call.store.reading() as session:
        hits = search(session, query=" ".join(call.options.query), agent_id=call.agent_id, now=call.now, limit=limit)
        for hit in hits:
            if call.out.json_lines:
                call.out.object(_hit_object(hit))
            else:
                _print_hit(call, hit)
    return DONE


def _rows(call: "Call", query: str, limit: int | None) -> Iterator["QueueRow"]:
    from storage.queries.inbox import window

    place, left = None, limit
    while left is None or left > 0:
        size = _AT_ONCE if left is None else min(left, _AT_ONCE)
        shown = call.ask(window, query=query, agent_id=call.agent_id, now=call.now, after=place, size=size)
        yield from shown.rows
        if not shown.rows or not shown.after:
            return
        place = shown.rows[-1].place
        left = None if left is None else left - len(shown.rows)


def _row_words(call: "Call", row: "QueueRow") -> str:
    from widgets.text import status_words, tier_words
    from widgets.urgency import clock_width, clock_words

    cells = [
        (f"#{row.conversation_id}", 7),
        (clock_words(row, call.now)[0], clock_width()),
        (status_words(row.status), 8),
        (tier_words(row.tier), 2),
    ]
    width = call.out.width
    if width >= 60:
        cells.append((row.customer, max(12, min(24, (width - 45) // 3))))
    if width >= 100:
        cells += [(row.mailbox, 10), (row.assignee, 8)]
    tags = "".join(f" +{tag}" for tag in row.tags)
    return columns(cells, last=f"{row.subject or _('(no subject)')}{tags}", width=width)


def _row_object(row: "QueueRow") -> dict[str, object]:
    return {
        "conversation_id": row.conversation_id,
        "subject": row.subject,
        "status": row.status,
        "tier": row.tier,
        "priority": row.priority,
        "customer": row.customer,
        "organization": row.organization,
        "mailbox": row.mailbox,
        "assignee": row.assignee or None,
        "waiting_since": row.waiting_since,
        "due_at": row.due_at,
        "warn_at": row.warn_at,
        "due_metric": row.due_metric,
        "last_message_at": row.last_message_at,
        "snoozed_until": row.snoozed_until,
        "message_count": row.message_count,
        "tags": row.tags,
        "unread": row.unread,
    }


def _print_hit(call: "Call", hit: "SearchHit") -> None:
    from widgets.moments import moment_words

    author = hit.author.name or hit.author.address
    if hit.direction == "internal":
        author = _("note · {author}").format(author=author)
    cells = [(f"#{hit.conversation_id}", 7), (moment_words(hit.arrived_at, call.now), 11), (author, 22)]
    call.out.line(columns(cells, last=hit.subject or _("(no subject)"), width=call.out.width))
    if hit.snippet:
        call.out.line(columns([("", 7)], last=hit.snippet, width=call.out.width))


def _hit_object(hit: "SearchHit") -> dict[str, object]:
    return {
        "message_id": hit.message_id,
        "conversation_id": hit.conversation_id,
        "subject": hit.subject,
        "from_name": hit.author.name,
        "from_addr": hit.author.address,
        "arrived_at": hit.arrived_at,
        "direction": hit.direction,
        "status": hit.status,
        "mailbox": hit.mailbox,
        "snippet": hit.snippet,
        "hits": hit.hits,
    }
