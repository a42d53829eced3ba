"""`handover`: what changed in a shift, what is owed, who is on next; and that whoever comes on read it."""

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.handover import HandoverRow, HandoverView

_SPAN: Final = re.compile(r"[0-9]{1,4} ?(m|min|h|d|w)", re.IGNORECASE)


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "handover",
        run,
        words=_("what is handed over with a shift, and who is on next"),
        more=_(
            "Since my turn on call began, else since the last handover that was read, else of twelve hours.\n"
            "It is one page, for a pager or a pipe; whoever comes on acknowledges it, and `undo` takes that back."
        ),
    )
    parser.add_argument("--since", metavar="TIME", help=_("from when on; last for since the last one that was read"))
    parser.add_argument(
        "--acknowledge", nargs="?", const="", metavar="TEXT", help=_("say that you read it, and what you say to it")
    )


def run(call: "Call") -> int:
    """Print a handover, or say that it was read."""
    from storage.queries.handover import handover

    now = call.now.astimezone(UTC)
    since = _since(call, now)
    if call.options.acknowledge is not None:
        return _acknowledge(call, since, now)
    view: HandoverView = call.ask(handover, since, now=now)
    if call.out.json_lines:
        call.out.object(_object(view, call.now))
        return DONE
    with call.out.paged():
        for line, bold in _page(view, call):
            call.out.line(line, bold=bold)
    return DONE


def _acknowledge(call: "Call", since: datetime, now: datetime) -> int:
    from storage.commands.handing_over import acknowledge
    from widgets.moments import moment_words

    call.desk.tell_now(acknowledge, since, call.options.acknowledge, actor=call.desk.actor, now=now)
    if call.out.json_lines:
        call.out.object({"since": since, "agent": call.desk.agent, "at": now, "done": call.options.done})
    else:
        words = _("Acknowledged: what was handed over since {moment} is read.")
        call.out.line(words.format(moment=moment_words(since, call.now)))
    return DONE


def _since(call: "Call", now: datetime) -> datetime:
    from storage.queries.handover import SHIFT, last_handover, shift_began

    text: str | None = call.options.since
    if text is None:
        began: datetime = call.ask(shift_began, agent_id=call.agent_id, now=now)
        return began
    if text.casefold() == "last":
        last = call.ask(last_handover)
        return last.at if last is not None else now - SHIFT
    return past(call, text)


def past(call: "Call", text: str) -> datetime:
    """Return a moment that is over, as people type it: spans are counted back, and a time is the last such.

    Raises:
        Usage: it names none, or one to come.
    """
    from widgets.when import NoMoment, read_moment

    try:
        moment = read_moment(text, now=call.now)
    except NoMoment as none:
        raise Usage(str(none)) from none
    ahead = moment - call.now
    if ahead > timedelta():
        if _SPAN.fullmatch(text.strip()):  # `2h` is two hours from now for a snooze, and two hours ago here
            moment = call.now - ahead
        else:  # a weekday or a time alone, which is the next such: the one before it is meant
            moment -= timedelta(days=7 if text[:1].isalpha() else 1)
    if moment > call.now:
        raise Usage(_("{moment} is yet to come: a shift began before now.").format(moment=clean_line(text)))
    return moment.astimezone(UTC)


def _page(view: "HandoverView", call: "Call") -> list[tuple[str, bool]]:
    from widgets.moments import moment_words
    from widgets.on_call import on_call_words

    now, width = call.now, call.out.width
    since, until = moment_words(view.since, now), moment_words(view.until, now)
    rows: list[tuple[str, bool]] = [(_("Handover from {since} to {until}").format(since=since, until=until), True)]
    if view.last is not None:
        words = _("last read by {name}, {moment}").format(name=view.last_agent, moment=moment_words(view.last.at, now))
        rows.append((f"  {words}: {view.last.text}" if view.last.text else f"  {words}", False))
    for word, title in _titles().items():
        told = view.changed[word]
        if not told.count:
            continue
        rows.append((title if word == "silent" else f"{title}: {told.count}", True))
        rows += [(_row(one, now, width), False) for one in told.rows]
        if told.count > len(told.rows) and word != "silent":
            rows.append(("  " + _("and {count} more").format(count=told.count - len(told.rows)), False))
    if view.promises:
        rows.append((_("Promises due: {count}").format(count=len(view.promises)), True))
        for one in view.promises:
            first = [(moment_words(one.due, now), 12), (f"#{one.conversation_id or '-'}", 8), (one.agent, 12)]
            rows.append(("  " + columns(first, last=one.text, width=width - 2), False))
    if view.on:
        rows.append((_("On call"), True))
        for duty in view.on:
            last = f"{duty.rota}: {on_call_words(duty, now)}"
            rows.append(("  " + columns([(_("now"), 12)], last=last, width=width - 2), False))
        for duty in view.then:
            last = f"{duty.rota}: {on_call_words(duty, now)}"
            rows.append(("  " + columns([(moment_words(duty.since, now), 12)], last=last, width=width - 2), False))
    return rows


def _titles() -> dict[str, str]:
    return {
        "late": _("Late"),
        "breached": _("Deadlines missed"),
        "offered": _("Handed on, not accepted"),
        "new": _("New"),
        "transferred": _("Handed on"),
        "resolved": _("Resolved"),
        "silent": _("Customers who wait longest"),
    }


def _row(one: "HandoverRow", now: datetime, width: int) -> str:
    from widgets.moments import moment_words

    cells = [
        (moment_words(one.at, now), 12),
        (f"#{one.conversation_id}", 8),
        (one.tier.upper(), 3),
        (one.customer, 18),
        (one.who, 12),
    ]
    return "  " + columns(cells, last=one.subject or _("(no subject)"), width=width - 2)


def _object(view: "HandoverView", now: datetime) -> dict[str, Any]:
    from console.cli.rotas import as_object

    return {
        "since": view.since,
        "until": view.until,
        **{
            word: {
                "count": told.count,
                "rows": [
                    {
                        "conversation_id": one.conversation_id,
                        "subject": one.subject,
                        "customer": one.customer,
                        "tier": one.tier,
                        "status": one.status,
                        "at": one.at,
                        "agent": one.who or None,
                    }
                    for one in told.rows
                ],
            }
            for word, told in view.changed.items()
        },
        "promises": [
            {"number": one.entry_id, "text": one.text, "due": one.due, "conversation_id": one.conversation_id}
            for one in view.promises
        ],
        "on": [as_object(one, now) for one in view.on],
        "then": [as_object(one, now) for one in view.then],
        "acknowledged": None
        if view.last is None
        else {"agent": view.last_agent, "at": view.last.at, "since": view.last.since, "text": view.last.text},
    }
