"""`retention`: how long each mailbox keeps mail, and erasing what is older."""

import re
import sys
from typing import TYPE_CHECKING

from console.cli.errors import DONE, Failed, Usage
from console.cli.output import columns
from console.cli.parser import Group
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.retention import Aged, Period


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "retention",
        None,
        words=_("how long each mailbox keeps mail"),
        more=_(
            "What is resolved, closed, spam or in the trash is kept for so long after its last message.\n"
            "`retention run` erases what is older as `customer erase` does: numbers and figures stay, the mail is not\n"
            "taken in again, and it cannot be undone. Nothing is erased by itself: let cron run it."
        ),
    )
    under = group.under(parser)
    under.command("list", run_list, words=_("each mailbox, its period, and what is older"))
    parser = under.command("set", run_set, words=_("lay down a period"))
    parser.add_argument("mailbox", metavar="MAILBOX")
    parser.add_argument("period", metavar="PERIOD", help=_("24m for months, 3y for years, off for ever"))
    parser = under.command("run", run_run, words=_("erase what is older, for ever"))
    parser.add_argument("mailbox", nargs="?", metavar="MAILBOX", help=_("only this one"))
    parser.add_argument("--preview", action="store_true", help=_("say what would go, and erase nothing"))
    parser.add_argument(
        "--servers",
        choices=("keep", "delete"),
        default="keep",
        help=_("their mail on the mail servers; kept without it"),
    )
    parser.add_argument("--yes", action="store_true", help=_("erase without asking"))


def run_list(call: "Call") -> int:
    """Print the periods."""
    for one in _periods(call):
        _listed(call, one)
    return DONE


def run_set(call: "Call") -> int:
    """Lay down a period."""
    from storage.commands import erasing

    months = _months(call.options.period)
    call.desk.tell_now(erasing.keep_period, call.options.mailbox, months, actor=call.desk.actor, now=call.now)
    for one in _periods(call):
        if one.mailbox == call.options.mailbox:
            _listed(call, one)
    return DONE


def run_run(call: "Call") -> int:
    """Erase what is older."""
    from console.cli.erasing import finished
    from storage.commands import erasing
    from storage.kinds.errors import NoSuch
    from storage.kinds.retention import Aged

    options = call.options
    periods = [one for one in _periods(call) if options.mailbox in {None, one.mailbox}]
    if options.mailbox is not None and not periods:
        raise NoSuch("mailbox", options.mailbox)
    due = [one for one in periods if one.messages]
    if options.preview:
        for one in due:
            _listed(call, one)
        return DONE
    if due and not options.yes:
        _must_be_agreed(call, due)
    done = Aged()
    for one in due:
        while (
            some := call.desk.tell_now(
                erasing.erase_old,
                one.mailbox_id,
                on_servers=options.servers == "delete",
                actor=call.desk.actor,
                now=call.now,
            )
        ).messages:
            done += some
            call.out.progress(_messages(done))
    done += call.desk.tell_now(erasing.erase_forgotten, actor=call.desk.actor, now=call.now)
    call.out.progress_done()
    clean = finished(call)
    _said(call, done, clean=clean)
    return DONE


def _periods(call: "Call") -> "tuple[Period, ...]":
    from storage.queries.retention import periods

    found: tuple[Period, ...] = call.ask(periods, now=call.now)
    return found


def _months(period: str) -> int | None:
    if period == "off":
        return None
    found = re.fullmatch(r"(\d{1,4})([my])", period)
    if found is None:
        raise Usage(_("«{word}» is no period: write 24m, 3y or off.").format(word=period[:40]))
    return int(found[1]) * (12 if found[2] == "y" else 1)


def _must_be_agreed(call: "Call", due: "list[Period]") -> None:
    from console.cli.erasing import typed

    if not sys.stdin.isatty():
        raise Usage(_("There is no terminal to ask on: say {option}.").format(option="--yes"))
    for one in due:
        _listed(call, one)
    call.out.error(_("This cannot be undone. Type erase to go on:"))
    if typed("erase").lower() != "erase":
        raise Failed(_("Nothing was erased."))


def _listed(call: "Call", one: "Period") -> None:
    if call.out.json_lines:
        call.out.object(
            {
                "mailbox": one.mailbox,
                "months": one.months,
                "older_conversations": one.conversations,
                "older_messages": one.messages,
            }
        )
        return
    period = _("for ever") if one.months is None else ngettext("{count} month", "{count} months", one.months)
    older = "" if one.months is None else _("older: {conversations} conversations, {messages} messages")
    call.out.line(
        columns(
            [(one.mailbox, 20), (period.format(count=one.months), 14)],
            last=older.format(conversations=one.conversations, messages=one.messages),
            width=call.out.width,
        )
    )


def _messages(done: "Aged") -> str:
    return ngettext("{count} message", "{count} messages", done.messages).format(count=done.messages)


def _said(call: "Call", done: "Aged", *, clean: bool) -> None:
    from widgets.erasing import left_words

    if call.out.json_lines:
        call.out.object(
            {
                "conversations": done.conversations,
                "messages": done.messages,
                "people": done.people,
                "deletions_asked": done.asked,
                "files_clean": clean,
            }
        )
        return
    sentence = _("erased: {messages} messages in {conversations} conversations, {people} people known by them alone")
    call.out.line(sentence.format(messages=done.messages, conversations=done.conversations, people=done.people))
    if done.asked:
        words = _("deletions asked of the mail servers: {count}; the next sync makes them")
        call.out.line(words.format(count=done.asked))
    if not clean:
        call.out.line(left_words())
