"""`promise`: what was promised a customer, with a date: written down, kept, withdrawn, listed."""

from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group, Parser
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.promises import PromiseView


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("promise", None, words=_("what was promised customers, and when it is due"))
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the promises that are open, what is due first before the others"))
    parser.add_argument("--mine", action="store_true", help=_("only those that you gave"))
    parser.add_argument("--overdue", action="store_true", help=_("only those whose time has passed"))
    parser.add_argument("--broken", action="store_true", help=_("only those whose time passed before they were kept"))
    parser.add_argument("--kept", action="store_true", help=_("those that were kept instead, the newest first"))
    parser = under.command("add", run_add, words=_("write down what you promised the customer of a conversation"))
    parser.add_argument("id", metavar="ID", help=_("the conversation: 4213 or #4213"))
    parser.set_defaults(gathers="text")
    parser.add_argument("text", nargs="*", metavar="TEXT", help=_("what was promised"))
    parser.add_argument("--due", required=True, metavar="WHEN", help=_("2h, tomorrow 9:00, mon, 2026-12-24 08:30"))
    _numbered(under, "keep", run_keep, _("say that a promise was kept"))
    _numbered(under, "drop", run_drop, _("take a promise away that will not be kept, or was never given"))


def _numbered(group: Group, name: str, run: Any, words: str) -> None:
    parser: Parser = group.command(name, run, words=words)
    parser.add_argument("number", metavar="NUMBER", type=int, help=_("as `plantao promise list` gives it"))


def run_list(call: "Call") -> int:
    """Print promises."""
    from storage.queries.promises import promises

    options = call.options
    views = call.ask(promises, kept=options.kept)
    if options.mine:
        name = call.settings.agent_name()
        views = [one for one in views if one.agent == name]
    if options.broken:
        views = [one for one in views if one.broken or (not one.kept and one.due < call.now)]
    if options.overdue:
        views = [one for one in views if not one.kept and one.due < call.now]
    for one in views:
        _show(call, one)
    return DONE


def run_add(call: "Call") -> int:
    """Write a promise down."""
    from datetime import UTC

    from storage.commands import promising
    from widgets.when import NoMoment, read_moment

    options = call.options
    try:
        due = read_moment(options.due, now=call.now)
    except NoMoment as wrong:
        raise Usage(str(wrong)) from None
    if due <= call.now:
        raise Usage(_("{moment} has passed: a promise is due later.").format(moment=options.due))
    number, _action = call.desk.tell_now(
        promising.promise,
        ids.conversation(call, options.id),
        " ".join(options.text),
        due.astimezone(UTC),
        actor=call.desk.actor,
        now=call.now,
    )
    return _told(call, number)


def run_keep(call: "Call") -> int:
    """Say that a promise was kept."""
    from storage.commands import promising

    number = call.options.number
    call.desk.tell_now(promising.keep, number, actor=call.desk.actor, now=call.now)
    return _told(call, number)


def run_drop(call: "Call") -> int:
    """Take a promise away."""
    from storage.commands import promising

    number = call.options.number
    call.desk.tell_now(promising.withdraw, number, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"promise_id": number, "done": call.options.done})
    else:
        call.out.line(_("Number {number} is taken away; `plantao undo` brings it back.").format(number=number))
    return DONE


def _told(call: "Call", number: int) -> int:
    from storage.queries.promises import promise

    view = call.ask(promise, number)
    if view is not None:
        _show(call, view)
    return DONE


def _show(call: "Call", one: "PromiseView") -> None:
    from widgets.owed import due_words

    if call.out.json_lines:
        call.out.object(
            {
                "promise_id": one.entry_id,
                "text": one.text,
                "due": one.due,
                "overdue": not one.kept and one.due < call.now,
                "kept": one.kept,
                "broken": one.broken or (not one.kept and one.due < call.now),
                "agent": one.agent or None,
                "conversation_id": one.conversation_id,
                "customer_id": one.person_id,
                "customer": one.customer or None,
                "done": getattr(call.options, "done", None),
            }
        )
        return
    number = f"#{one.conversation_id}" if one.conversation_id else ""
    due = (_("kept late") if one.broken else _("kept")) if one.kept else due_words(one, call.now)
    cells = [(str(one.entry_id), 6), (due, 20), (number, 8), (one.customer, 18), (one.agent, 10)]
    call.out.line(columns(cells, last=one.text, width=call.out.width))
