"""`outbox`: what is on its way, what keeps it, and what an agent decides about it."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Failed
from console.cli.output import columns
from console.cli.parser import Group, Parser
from storage.kinds.clean import clean_line
from storage.kinds.errors import Refused
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.outbox import DeliveryView, OutboxRow


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "outbox",
        None,
        words=_("what is on its way: list, hold, release, drop, settle"),
        more=_("A message is named m91 or 91. What may have been sent is never sent again by itself: settle it."),
    )
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("what is on its way or waits for you, in the order it leaves"))
    parser.add_argument(
        "--done", dest="left", action="store_true", help=_("what has left or was taken back, newest first, instead")
    )
    parser.add_argument("-n", "--limit", type=int, default=500, metavar="COUNT", help=_("at most so many (500)"))
    _about(under.command("hold", run_hold, words=_("keep messages from leaving")))
    _about(under.command("release", run_release, words=_("let messages leave: held, put off, or refused before")))
    _about(under.command("drop", run_drop, words=_("give messages up that did not leave; their drafts come back")))
    parser = under.command("settle", run_settle, words=_("say what became of a message that may have been sent"))
    parser.add_argument("message", metavar="MESSAGE", help=_("m91 or 91"))
    parser.add_argument("how", choices=("sent", "again", "lost"), help=_("it was sent; send it again; it was not"))


def _about(parser: Parser) -> Parser:
    parser.add_argument("message", nargs="+", metavar="MESSAGE", help=_("m91, 91, or - for standard input"))
    return parser


def run_list(call: "Call") -> int:
    """Print the outbox."""
    from storage.queries.outbox import outbox

    with call.out.paged():
        for row in call.ask(outbox, done=call.options.left, limit=max(1, call.options.limit)):
            if call.out.json_lines:
                call.out.object(_row_object(row))
            else:
                _print_row(call, row)
    return DONE


def run_hold(call: "Call") -> int:
    """Keep messages from leaving."""
    from storage.commands.outbox import acts

    return _act(call, acts.hold)


def run_release(call: "Call") -> int:
    """Let messages leave."""
    from storage.commands.outbox import acts

    return _act(call, acts.release)


def run_drop(call: "Call") -> int:
    """Give messages up."""
    from storage.commands.outbox import acts

    return _act(call, acts.drop)


def run_settle(call: "Call") -> int:
    """Say what became of a message."""
    from storage.commands.outbox import acts

    (number,) = ids.messages([call.options.message])
    return _told(
        call,
        [number],
        lambda: call.desk.tell_now(acts.settle, number, call.options.how, actor=call.desk.actor, now=call.now),
    )


def _act(call: "Call", command: Callable[..., Any]) -> int:
    numbers = ids.messages(call.options.message)
    return _told(call, numbers, lambda: call.desk.tell_now(command, numbers, actor=call.desk.actor, now=call.now))


def _told(call: "Call", numbers: list[int], act: Callable[[], Any]) -> int:
    """Do something with messages, all of them or none, and say how they stand then.

    Raises:
        Failed: one stands so that it cannot be done.
    """
    from storage.queries.outbox import delivery

    try:
        act()
    except Refused as refused:
        words = {
            "has_left": _("m{number} has left, or may have: nothing was changed."),
            "already": _("m{number} is held already: nothing was changed."),
            "not_uncertain": _("What became of m{number} is known: nothing was changed."),
        }.get(refused.rule)
        if words is None or not refused.ids:
            raise
        raise Failed(words.format(number=refused.ids[0])) from None
    for number in numbers:
        item = call.ask(delivery, number)
        if call.out.json_lines:
            call.out.object({**delivery_object(item), "done": call.options.done})
        else:
            call.out.line(f"m{number}: {_state_words(call, item)}")
    return DONE


def _print_row(call: "Call", row: "OutboxRow") -> None:
    from widgets.deliveries import delivery_lines

    item = row.delivery
    number = f"#{row.conversation_id}" if row.conversation_id is not None else ""
    to = ", ".join(one.address or _("(erased)") for one in item.recipients[:3])
    if len(item.recipients) > 3:
        to += f" +{len(item.recipients) - 3}"
    cells = [(f"m{item.message_id}", 7), (number, 7), (_state_words(call, item), 26), (to, 30)]
    call.out.line(columns(cells, last=row.subject, width=call.out.width))
    for line in delivery_lines(item, call.now):
        call.out.line(" " * 8 + clean_line("".join(text for text, _role in line)))


def _state_words(call: "Call", item: "DeliveryView") -> str:
    """Return how far a message is; of one that can be taken back by undo, when it leaves."""
    from storage.kinds import Delivery
    from widgets.deliveries import delivery_words

    waits = item.state is Delivery.QUEUED and item.hold is None and not item.trouble
    if waits and item.leaves_at > call.now:
        return _("leaves at {moment}").format(moment=f"{item.leaves_at.astimezone(call.now.tzinfo):%H:%M:%S}")
    return delivery_words(item)[0]


def _row_object(row: "OutboxRow") -> dict[str, object]:
    return {
        "conversation_id": row.conversation_id,
        "mailbox": row.mailbox,
        "customer": row.customer,
        "subject": row.subject,
        **delivery_object(row.delivery),
    }


def delivery_object(item: "DeliveryView") -> dict[str, object]:
    """Return how far a message is, as JSON gives it."""
    return {
        "message_id": item.message_id,
        "agent": item.agent,
        "state": item.state,
        "hold": item.hold,
        "queued_at": item.queued_at,
        "leaves_at": item.leaves_at,
        "trouble": item.trouble,
        "next_at": item.next_at,
        "recipients": [
            {"address": one.address, "state": one.state, "code": one.code, "words": one.words}
            for one in item.recipients
        ],
    }
