"""`transfer`, `accept`, `return`, `consult`, `kind`: a conversation goes to another tier, or a colleague is asked."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, FAILED, Failed, Usage, sentence_of
from console.cli.parser import Group, Parser
from storage.kinds import Tier
from storage.kinds.clean import clean_line
from storage.kinds.errors import DeskError, NoSuch
from widgets.language import _
from widgets.troubles import numbers_words

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.commands.transferring import Handed, Transfer
    from storage.kinds.handoffs import Contents, Promised, Visit


def add(group: Group) -> None:
    """Add the commands."""
    _transfer(group)
    _about(group.command("accept", run_accept, words=_("accept conversations that were handed on: they are yours")))
    parser = _about(group.command("return", run_return, words=_("return conversations to whoever handed them on")))
    parser.add_argument("--reason", required=True, metavar="TEXT", help=_("why"))
    parser = group.command("consult", run_consult, words=_("ask a colleague in a note; the conversation stays yours"))
    parser.add_argument("id", metavar="ID", help=_("the conversation: 4213 or #4213"))
    parser.add_argument("agent", metavar="AGENT", help=_("who is asked; their next note there is the answer"))
    parser.add_argument("--text", required=True, metavar="TEXT", help=_("the question"))
    parser.add_argument("--within", default="4h", metavar="SPAN", help=_("until when: 30m, 4h, 2d (4h)"))
    parser = group.command("kind", run_kind, words=_("say what sort of work conversations are"))
    parser.add_argument("id", nargs="+", metavar="ID", help=_("4213, #4213, 10-20, or - for standard input"))
    parser.add_argument("--to", required=True, choices=("care", "support"), help=_("care, or support with a cause"))


def _transfer(group: Group) -> None:
    parser = _about(
        group.command(
            "transfer",
            run_transfer,
            words=_("hand conversations to another tier, with a brief"),
            more=_(
                "plantao transfer 4213 --to n3 --asked 'Stop the second capture.'\n"
                "plantao transfer 4213 --to n2 --asked TEXT --reason WHY --site 'Dock 4' --from 'mon 9:00' --until"
                " 'mon 12:00'\n\n"
                "What was tried, facts of the thread and open promises go along by themselves: `plantao show ID"
                " --brief` shows them. Undo takes all of it back until somebody accepts."
            ),
        )
    )
    parser.add_argument("--to", required=True, choices=[str(one) for one in Tier], help=_("the tier"))
    for name, metavar, words in (
        ("asked", "TEXT", _("what is asked of whoever receives it; needed")),
        ("tried", "TEXT", _("what was tried beside the notes")),
        ("told", "TEXT", _("what the customer is told, in an answer that leaves with it")),
        ("promise", "TEXT", _("what the customer is promised; --due says until when")),
        ("due", "WHEN", _("until when it is promised")),
        ("reason", "TEXT", _("why it is handed on; N2 needs it")),
        ("site", "TEXT", _("where a visit goes")),
        ("asset", "TEXT", _("what a visit is about")),
        ("from", "WHEN", _("from when on somebody can come")),
        ("until", "WHEN", _("until when")),
        ("destination", "TEAM", _("the team")),
        ("agent", "AGENT", _("who shall accept it")),
    ):
        dest = "begins" if name == "from" else name
        parser.add_argument(f"--{name}", dest=dest, default="", metavar=metavar, help=words)
    parser.add_argument("--anybody", action="store_true", help=_("ask nobody by name, whoever is on call"))
    parser.add_argument(
        "--promises",
        action="store_true",
        help=_("promise what the customer is told with a time, as found in it"),
    )
    parser.add_argument("--anyway", action="store_true", help=_("where the playbook says to consult: all the same"))


def _about(parser: Parser) -> Parser:
    words = _("4213, #4213, 10-20, or - for standard input")
    parser.add_argument("id", nargs="+", metavar="ID", help=words)
    return parser


def run_transfer(call: "Call") -> int:
    """Hand conversations on, each in one step."""
    from storage.commands.transferring import Transfer

    options = call.options
    if options.agent and options.anybody:
        raise Usage(_("--agent names somebody and --anybody nobody: give one of them."))
    to_agent_id = _agent(call, options.agent) if options.agent else None
    visit, promises = _visit(call), _promises(call)
    wanted = [
        Transfer(
            number,
            Tier(options.to),
            _contents(call, number, visit),
            to_agent_id=to_agent_id,
            destination=options.destination,
            promises=promises,
            anyway=options.anyway,
            anybody=options.anybody,
        )
        for number in ids.conversations(call, options.id)
    ]
    status = _each(call, [(one.conversation_id, one) for one in wanted], lambda one: _hand_on(call, one))
    if to_agent_id is not None:
        _tell_of(call, to_agent_id)
    return status


def _tell_of(call: "Call", agent_id: int) -> None:
    """Say of whoever is asked that they are away, have enough or are not at work: it is handed on all the same."""
    from storage.queries.askable import askable
    from widgets.handing import busy_words

    found = [one for one in call.ask(askable, Tier(call.options.to), call.now) if one.agent_id == agent_id]
    words = busy_words(found[0]) if found else _("works for other tiers")
    if words:
        call.out.error(f"plantao: {clean_line(found[0].name if found else call.options.agent)}: {words}")


def _contents(call: "Call", number: int, visit: "Visit | None") -> "Contents":
    from dataclasses import replace

    from storage.kinds.handoffs import Tried
    from storage.queries.briefing import draw_up

    options = call.options
    drawn: Contents = call.ask(draw_up, number)
    tried = drawn.tried
    if options.tried.strip():
        tried = (*tried, Tried(call.now.astimezone(UTC), call.settings.agent_name(), clean_line(options.tried)))
    return replace(
        drawn,
        asked=options.asked,
        reason=options.reason,
        told=options.told,
        tried=tried,
        visit=visit,
    )


def _hand_on(call: "Call", wanted: "Transfer") -> "Handed":
    from console.mail.transferring import hand_on, told_draft, told_findings
    from storage.kinds.review import Severity
    from widgets.findings import finding_words

    told = wanted.contents.told
    if told.strip():
        draft = told_draft(call.store, wanted.conversation_id, told, agent_id=call.desk.agent_id, now=call.now)
        stops = [one for one in told_findings(call.store, draft, now=call.now) if one.severity is Severity.STOP]
        for one in stops:
            call.out.error(f"plantao: {finding_words(one, call.now, conversation_id=wanted.conversation_id)}")
        if stops:
            raise Failed(
                _("#{number} was not handed on: what the customer is told needs another look.").format(
                    number=wanted.conversation_id
                )
            )
    return hand_on(
        call.store,
        wanted,
        accounts=call.settings.accounts,
        agent=call.settings.agent_name(),
        actor=call.desk.actor,
        now=call.now,
        undo_window=timedelta(seconds=call.settings.undo_window),
    )


def run_accept(call: "Call") -> int:
    """Accept conversations."""
    from storage.commands import transferring

    return _decided(call, transferring.accept, _("accepted, and yours"))


def run_return(call: "Call") -> int:
    """Return conversations."""
    from storage.commands import transferring

    return _decided(call, transferring.give_back, _("returned"), call.options.reason)


def run_consult(call: "Call") -> int:
    """Ask a colleague."""
    from console.mail.transferring import ask_colleague
    from storage.queries.agents import agents
    from widgets.moments import moment_words

    options = call.options
    within = _span(options.within)
    number = ids.conversation(call, options.id)
    asked = _agent(call, options.agent)
    name = call.ask(agents).get(asked, options.agent)  # in full: of the first name alone it is said who was meant
    _action, consult_id = ask_colleague(
        call.store,
        number,
        asked,
        options.text,
        within=within,
        agent=call.settings.agent_name(),
        actor=call.desk.actor,
        now=call.now,
    )
    if call.out.json_lines:
        call.out.object(
            {
                "conversation_id": number,
                "consult_id": consult_id,
                "agent": clean_line(name),
                "due_at": call.now + within,
                "done": options.done,
            }
        )
        return DONE
    words = _("#{number}: {name} is asked, until {moment}; the note is never sent.")
    moment = moment_words(call.now + within, call.now)
    call.out.line(words.format(number=number, name=clean_line(name), moment=moment))
    return DONE


def run_kind(call: "Call") -> int:
    """Set what sort of work conversations are."""
    from storage.commands import solving
    from storage.kinds import ConversationKind
    from widgets.text import kind_words

    to = ConversationKind(call.options.to)
    numbers = ids.conversations(call, call.options.id)
    call.desk.tell_now(solving.set_kind, numbers, to=to, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        for number in numbers:
            call.out.object({"conversation_id": number, "kind": to, "done": call.options.done})
    else:
        call.out.line(f"{numbers_words(numbers)}: {kind_words(to)}")
    return DONE


def _decided(call: "Call", command: Callable[..., int], words: str, *given: Any) -> int:
    numbers = ids.conversations(call, call.options.id)

    def decide(number: int) -> None:
        call.desk.tell_now(command, number, *given, actor=call.desk.actor, now=call.now)

    return _each(call, [(number, number) for number in numbers], decide, words)


def _each(call: "Call", wanted: Sequence[tuple[int, Any]], act: Callable[[Any], Any], words: str = "") -> int:
    """Do it to each; what is refused of several is said, and the others are done."""
    failed = 0
    for number, one in wanted:
        try:
            made = act(one)
        except (DeskError, Failed) as error:
            if len(wanted) == 1:
                raise
            failed += 1
            call.out.error(f"plantao: {sentence_of(error)}")
            continue
        _told(call, number, made, words)
    return FAILED if failed else DONE


def _told(call: "Call", number: int, made: Any, words: str) -> None:
    from storage.queries.handoffs import handoffs_of
    from widgets.briefs import accept_span, handed_words

    view = call.ask(handoffs_of, number)[-1]
    if call.out.json_lines:
        shown = handoff_object(view)
        call.out.object({**shown, "told_id": view.told_id, "done": call.options.done})
        return
    if made is None:
        call.out.line(f"#{number}: {words}")
        return
    due = accept_span(view, call.now)[0] if view.due_at is not None else ""
    call.out.line(f"#{number}: {handed_words(view, call.now)}; {due}")
    if view.told_id is not None:
        call.out.line(_("The customer is told in m{number}.").format(number=view.told_id))


def handoff_object(view: Any) -> dict[str, Any]:
    """Return a handoff as commands print it."""
    from dataclasses import asdict

    shown = asdict(view)
    contents = shown.pop("contents")
    return {**shown, "brief": contents}


def _agent(call: "Call", name: str) -> int:
    from storage.queries.agents import agent_meant

    tidy = clean_line(name)
    found = call.desk.agent_id if tidy.casefold() == "me" else call.ask(agent_meant, name=tidy)
    if found is None:
        raise NoSuch("agent", tidy)
    return int(found)


def _visit(call: "Call") -> "Visit | None":
    from storage.kinds.handoffs import Visit

    options = call.options
    given = [options.site, options.asset, options.begins, options.until]
    if not any(one.strip() for one in given):
        return None
    if not options.begins or not options.until:
        raise Usage(_("A visit needs a time window: --from WHEN and --until WHEN."))
    return Visit(
        options.site,
        options.asset,
        _moment(call, options.begins, "--from"),
        _moment(call, options.until, "--until"),
    )


def _promises(call: "Call") -> "tuple[Promised, ...]":
    """Return what is promised: what an option says, and what is found in what the customer is told."""
    from storage.kinds.handoffs import Promised

    options = call.options
    if bool(options.promise.strip()) != bool(options.due.strip()):
        raise Usage(_("A promise needs both: --promise TEXT and --due WHEN."))
    found: tuple[Promised, ...] = ()
    if options.promise.strip():
        due = _moment(call, options.due, "--due")
        if due <= call.now:
            raise Usage(_("{moment} has passed: a promise is due later.").format(moment=options.due))
        found = (Promised(clean_line(options.promise), due),)
    if options.promises:
        from storage.rules.promised import promised

        told = promised(options.told, now=call.now)
        if not told:
            raise Usage(_("What the customer is told promises nothing by a time that --promises could keep."))
        found += tuple(Promised(one.text, one.due.astimezone(UTC)) for one in told)
    return found


def _moment(call: "Call", words: str, option: str) -> datetime:
    from widgets.when import NoMoment, read_moment

    try:
        return read_moment(words, now=call.now).astimezone(UTC)
    except NoMoment as wrong:
        raise Usage(f"{option}: {wrong}") from None


def _span(words: str) -> timedelta:
    from widgets.when import read_span

    span = read_span(words)
    if span is None:
        raise Usage(_("{words} is no span of time: write 30m, 4h or 2d.").format(words=clean_line(words)[:40]))
    return span
