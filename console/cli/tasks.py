"""`task`: something to do that nobody wrote for, begun by hand: it stands in the queue when it is due."""

from typing import TYPE_CHECKING

from console.cli.errors import DONE, Usage
from console.cli.parser import Group
from storage.kinds import Subject
from storage.kinds.clean import clean_line
from storage.kinds.errors import NoSuch
from storage.kinds.tasks import Task
from widgets.language import _

if TYPE_CHECKING:
    from datetime import datetime

    from console.cli.call import Call


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "task",
        None,
        words=_("what is to be done though nobody wrote"),
        more=_(
            "A task is a conversation: `list kind:task` shows them, and it is taken, snoozed and resolved as any other."
        ),
    )
    under = group.under(parser)
    parser = under.command("add", run_add, words=_("begin a task; it stands in the queue when it is due"))
    parser.add_argument("title", nargs="+", metavar="TITLE", help=_("what is to be done, in one line"))
    parser.add_argument("--due", metavar="WHEN", help=_("2h, tomorrow 9:00, mon, 2026-12-24 08:30; now without it"))
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--customer", metavar="WHO", help=_("about whom: a number, an address or a whole name"))
    whose.add_argument("--organization", metavar="ORG", help=_("about which: a number, a name or a domain"))
    parser.add_argument("--owner", metavar="NAME", help=_("an agent, me, or none"))
    parser.add_argument("--text", default="", metavar="TEXT", help=_("more on it"))


def run_add(call: "Call") -> int:
    """Begin a task."""
    from datetime import UTC

    from console.mail.tasks import begin
    from storage.queries.customers import named
    from widgets.moments import moment_words

    options, due = call.options, _due(call)
    subject = subject_id = None
    if options.customer:
        subject, subject_id = Subject.PERSON, call.ask(named, Subject.PERSON, options.customer)
    elif options.organization:
        subject, subject_id = Subject.ORGANIZATION, call.ask(named, Subject.ORGANIZATION, options.organization)
    task = Task(
        " ".join(options.title),
        text=options.text,
        subject=subject,
        subject_id=subject_id,
        due=None if due is None else due.astimezone(UTC),
        assignee_id=_owner(call),
    )
    agent, now = call.settings.agent_name(), call.now.astimezone(UTC)
    _action, number = begin(call.store, task, agent=agent, actor=call.desk.actor, now=now)
    if call.out.json_lines:
        call.out.object(
            {
                "conversation_id": number,
                "title": clean_line(task.title),
                "due": None if task.due is None else task.due.isoformat(),
                "done": options.done,
            }
        )
        return DONE
    when = _("due {moment}").format(moment=moment_words(due, call.now)) if due is not None else _("due now")
    call.out.line(_("#{number}: task begun, {when}").format(number=number, when=when))
    return DONE


def _due(call: "Call") -> "datetime | None":
    from widgets.when import NoMoment, read_moment

    if not call.options.due or call.options.due.strip().lower() == "now":
        return None
    try:
        return read_moment(call.options.due, now=call.now)
    except NoMoment as none:
        raise Usage(str(none)) from none


def _owner(call: "Call") -> int | None:
    from storage.queries.agents import agent_meant

    name = clean_line(call.options.owner or "")
    if name.casefold() in {"", "none", "nobody"}:
        return None
    number: int | None = call.desk.agent_id if name.casefold() == "me" else call.ask(agent_meant, name=name)
    if number is None:
        raise NoSuch("agent", name)
    return number
