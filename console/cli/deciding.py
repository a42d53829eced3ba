"""What an agent decides: take, assign, wait, hold, resolve, reopen, spam, trash, restore, snooze, tag, join, split."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, FAILED, Usage, sentence_of
from console.cli.parser import Group, Parser
from storage.kinds import Status
from storage.kinds.clean import clean_line
from storage.kinds.errors import NoSuch
from widgets.language import _, ngettext
from widgets.troubles import numbers_words

if TYPE_CHECKING:
    from console.cli.call import Call


def add(group: Group) -> None:
    """Add the commands."""
    _reason(_about(group.command("take", run_take, words=_("make conversations yours"))))
    parser = _about(group.command("assign", run_assign, words=_("give conversations to an agent")))
    parser.add_argument("--to", required=True, metavar="NAME", help=_("the agent; me, or none for nobody"))
    _reason(parser)
    for name, status, words in (
        ("wait", Status.WAITING, _("the customer has to answer")),
        ("hold", Status.ON_HOLD, _("a third party has to answer")),
        ("spam", Status.SPAM, _("nobody wants this mail")),
    ):
        _about(group.command(name, run_status, words=words)).set_defaults(status=status)
    parser = _about(group.command("resolve", run_resolve, words=_("the work is done")))
    parser.add_argument("--cause", default="", metavar="TEXT", help=_("what was the cause; support needs it"))
    parser.add_argument("--solution", default="", metavar="TEXT", help=_("what solved it"))
    parser.add_argument("--unknown", default="", metavar="WHY", help=_("why the cause is unknown"))
    parser.add_argument("--anyway", action="store_true", help=_("also where N1 only directs"))
    _about(
        group.command("trash", run_trash, words=_("throw conversations away; they come back if the customer writes"))
    )
    _about(
        group.command(
            "restore", run_restore, words=_("bring conversations back from the trash or from spam, as they were")
        )
    )
    _about(group.command("reopen", run_reopen, words=_("bring conversations back to open")))
    parser = _about(group.command("snooze", run_snooze, words=_("put conversations aside until a moment")))
    parser.add_argument(
        "--until", required=True, metavar="WHEN", help=_("2h, tomorrow 9:00, mon, 2026-12-24 08:30; now ends a snooze")
    )
    parser = _about(group.command("tag", run_tag, words=_("put tags on conversations, and take others off")), plus=True)
    parser.add_argument(
        "--add", action="append", default=[], metavar="TAG", help=_("a tag to put on; +TAG does as well")
    )
    parser.add_argument("--remove", action="append", default=[], metavar="TAG", help=_("a tag to take off"))
    _about(group.command("join", run_join, words=_("make several conversations one; the lowest number stays")))
    parser = group.command("split", run_split, words=_("take messages out into a conversation of their own"))
    parser.add_argument("message", nargs="+", metavar="MESSAGE", help=_("as `plantao show` gives it: m17"))


def _about(parser: Parser, *, plus: bool = False) -> Parser:
    words = _("4213, #4213, 10-20, or - for standard input")
    parser.add_argument("id", nargs="+", metavar="ID|+TAG" if plus else "ID", help=words)
    return parser


def _reason(parser: Parser) -> None:
    parser.add_argument("--reason", default="", metavar="WHY", help=_("why one more than the model allows in work"))


def run_take(call: "Call") -> int:
    """Make conversations the agent's own."""
    from storage.commands import triage

    return _bulk(call, triage.take, _("taken"), reason=call.options.reason)


def run_assign(call: "Call") -> int:
    """Give conversations to an agent, or to nobody."""
    from storage.commands import triage
    from storage.queries.agents import agent_meant, agents

    name = clean_line(call.options.to)
    if name.casefold() in {"none", "nobody"}:
        return _bulk(call, triage.assign, _("assigned to nobody"), to=None)
    to = call.desk.agent_id if name.casefold() == "me" else call.ask(agent_meant, name=name)
    if to is None:
        raise NoSuch("agent", name)
    whole = name if to == call.desk.agent_id else call.ask(agents)[to]
    return _bulk(call, triage.assign, _("assigned to {name}").format(name=whole), to=to, reason=call.options.reason)


def run_status(call: "Call") -> int:
    """Move conversations to the status of the command."""
    from storage.commands import triage
    from widgets.text import status_words

    to = call.options.status
    return _bulk(call, triage.set_status, status_words(to), to=to)


def run_resolve(call: "Call") -> int:
    """Resolve conversations, with cause and solution where they are given."""
    from storage.commands import resolving
    from widgets.text import status_words

    options = call.options
    said = {name: getattr(options, name) for name in ("cause", "solution", "unknown", "anyway")}
    return _bulk(call, resolving.resolve, status_words(Status.RESOLVED), **said)


def run_trash(call: "Call") -> int:
    """Throw conversations away."""
    from storage.commands import trash

    return _bulk(call, trash.throw_away, _("put into the trash"))


def run_restore(call: "Call") -> int:
    """Bring conversations back to where they stood before they were put away."""
    from storage.commands import trash

    return _bulk(call, trash.restore, _("brought back"))


def run_reopen(call: "Call") -> int:
    """Bring conversations back to open."""
    from storage.commands import triage

    return _bulk(call, triage.reopen, _("reopened"))


def run_snooze(call: "Call") -> int:
    """Put conversations out of sight until a moment."""
    from datetime import UTC

    from storage.commands import triage
    from widgets.moments import moment_words
    from widgets.when import NoMoment, read_moment

    if call.options.until.strip().lower() == "now":
        return _bulk(call, triage.snooze, _("in sight again"), until=None)
    try:
        until = read_moment(call.options.until, now=call.now)
    except NoMoment as none:
        raise Usage(str(none)) from none
    words = _("snoozed until {moment}").format(moment=moment_words(until, call.now))
    return _bulk(call, triage.snooze, words, until=until.astimezone(UTC))


def run_tag(call: "Call") -> int:
    """Put tags on conversations, and take others off."""
    from storage.commands import triage

    plus = [word[1:] for word in call.options.id if word.startswith("+")]
    call.options.id = [word for word in call.options.id if not word.startswith("+")]
    added, removed = [*call.options.add, *plus], call.options.remove
    if not added and not removed:
        raise Usage(_("No tag was named: write +TAG, --add TAG or --remove TAG."))
    shown = " ".join([*(f"+{clean_line(one)}" for one in added), *(f"-{clean_line(one)}" for one in removed)])
    return _bulk(call, triage.tag, _("tagged {tags}").format(tags=shown), add=added, remove=removed)


def run_join(call: "Call") -> int:
    """Make several conversations one."""
    from storage.commands import joining
    from storage.queries.conversations import resolve_number

    numbers = ids.conversations(call, call.options.id)
    call.desk.tell_now(joining.join, numbers, actor=call.desk.actor, now=call.now)
    winner = call.ask(resolve_number, min(numbers))
    others = [number for number in numbers if number != winner]
    return _done(call, [winner], _("{others} joined to it").format(others=numbers_words(others)))


def run_split(call: "Call") -> int:
    """Take messages out into a conversation of their own."""
    from storage.commands import joining

    messages = ids.messages(call.options.message)
    _action, number = call.desk.tell_now(joining.split, messages, actor=call.desk.actor, now=call.now)
    count = len(messages)
    words = ngettext("{count} message split off", "{count} messages split off", count).format(count=count)
    return _done(call, [number], words)


def _bulk(call: "Call", command: Callable[..., int], words: str, **choices: Any) -> int:
    """Do the same to many conversations: in parts, so that others get their turn, as one action for undo."""
    from storage.commands.bulk import in_parts
    from storage.commands.triage import AT_ONCE
    from storage.queries.conversations import resolve_number

    numbers = ids.conversations(call, call.options.id)
    with call.store.reading() as session:
        for number in numbers:  # a wrong number is told before anything is done
            resolve_number(session, number)
    progress = None
    for progress in in_parts(call.store, command, numbers, actor=call.desk.actor, clock=lambda: call.now, **choices):
        if len(numbers) > AT_ONCE:
            call.out.progress(f"{progress.done}/{progress.total}")
    call.out.progress_done()
    if progress is None:
        return DONE
    if progress.why is not None and not progress.changed:
        raise progress.why
    done = _done(call, progress.changed, words)
    if progress.why is None or progress.why.rule in {"already", "not_put_away"}:
        return done
    call.out.error(f"plantao: {sentence_of(progress.why)}")
    return FAILED


def _done(call: "Call", numbers: Sequence[int], words: str) -> int:
    if call.out.json_lines:
        for number in numbers:
            call.out.object({"conversation_id": number, "done": call.options.done})
    else:
        call.out.line(f"{numbers_words(numbers)}: {words}")
    return DONE
