"""`rule`, `block` and `unblock`: what the desk does by itself with mail that arrives, tried before it acts."""

from typing import TYPE_CHECKING, Any, Final

from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group, Parser
from storage.kinds.clean import clean_line
from storage.kinds.errors import NoSuch
from widgets.language import _, ngettext
from widgets.rules import deed_words

if TYPE_CHECKING:
    from datetime import datetime

    from console.cli.call import Call
    from storage.kinds.filing import Conditions, Deeds
    from storage.views import RuleView, Tried

_FLAGS: Final = {
    "from": "--from",
    "to": "--to",
    "subject": "--subject",
    "list": "--list",
    "over": "--over",
    "under": "--under",
}


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "rule",
        None,
        words=_("what is done with mail of a certain kind as it arrives"),
        more=_(
            "All conditions that are given must hold. Text is met as whole words, whatever their case and accents;\n"
            "with an @ it is an address, or a domain: @example.org. Only mail that arrives from now on is met, never\n"
            "history, and what an agent decided stays as it is."
        ),
    )
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the rules that stand, in the order in which they act"))
    parser.add_argument("--all", action="store_true", help=_("those that were dropped, too"))
    parser = _conditions(under.command("add", run_add, words=_("lay a rule down, and say what it would have met")))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--tag", action="append", default=[], metavar="TAG", help=_("put a tag on; may be repeated"))
    parser.add_argument("--assign", metavar="NAME", help=_("give it to an agent, or me, if nobody has it"))
    parser.add_argument("--view", default="", metavar="NAME", help=_("show it in a shared view, made if need be"))
    parser.add_argument("--spam", action="store_true", help=_("it is spam"))
    parser.add_argument("--ignore", action="store_true", help=_("keep it, and ask nobody to answer"))
    parser = _conditions(under.command("try", run_try, words=_("say what a rule would have met, before it acts")))
    parser.add_argument("name", nargs="?", metavar="NAME", help=_("a rule that stands; else the conditions"))
    parser.add_argument("--since", default="30d", metavar="WHEN", help=_("30d, 2026-11, 2026-11-23 (30d)"))
    parser.add_argument("-n", "--limit", type=int, default=10, metavar="COUNT", help=_("show so many (10)"))
    parser = under.command("drop", run_drop, words=_("let a rule act no more"))
    parser.add_argument("name", metavar="NAME")
    for name, run, words in (
        ("block", run_block, _("let all mail from an address or a domain be spam from now on")),
        ("unblock", run_unblock, _("let mail from an address or a domain in again")),
    ):
        parser = group.command(name, run, words=words)
        parser.add_argument("who", metavar="ADDRESS|@DOMAIN")


def _conditions(parser: Parser) -> Parser:
    parser.add_argument("--from", dest="sender", default="", metavar="WHO", help=_("an address, @domain, or words"))
    parser.add_argument("--to", dest="recipient", default="", metavar="WHO", help=_("the same, of To and Cc"))
    parser.add_argument("--subject", default="", metavar="WORDS", help=_("words of the subject"))
    parser.add_argument("--list", dest="list_id", default="", metavar="NAME", help=_("the mailing list (List-Id)"))
    parser.add_argument("--over", metavar="SIZE", help=_("at least so large: 500k, 2M"))
    parser.add_argument("--under", metavar="SIZE", help=_("smaller than that"))
    return parser


def run_list(call: "Call") -> int:
    """Print the rules."""
    from storage.queries.ruling import rules

    for rule in call.ask(rules, ended=call.options.all):
        if call.out.json_lines:
            call.out.object(_object(rule))
            continue
        ended = _("dropped") if rule.valid_until is not None else ""
        cells = [(rule.name or _("(erased)"), 24), (ended, 8), (_condition_words(rule.conditions), 40)]
        call.out.line(columns(cells, last=deed_words(rule), width=call.out.width))
    return DONE


def run_add(call: "Call") -> int:
    """Lay a rule down."""
    from storage.commands import ruling

    conditions, deeds = _asked(call), _wanted(call)
    options = call.options
    number = call.desk.tell_now(
        ruling.lay_down, options.name, conditions, deeds, view=options.view, actor=call.desk.actor, now=call.now
    )
    return _laid_down(call, number)


def run_try(call: "Call") -> int:
    """Say what a rule would have met."""
    from storage.queries.ruling import rule_called

    options = call.options
    conditions = _asked(call)
    if options.name is not None:
        if conditions.written():
            raise Usage(_("Name a rule or give conditions, not both."))
        conditions = call.ask(rule_called, clean_line(options.name)).conditions
    elif not conditions.written():
        raise Usage(_("There is nothing to try: name a rule, or give a condition such as --from."))
    since = _since(call, options.since)
    done = _tried(call, conditions, since, limit=max(0, options.limit))
    if call.out.json_lines:
        first = [
            {
                "message_id": one.message_id,
                "conversation_id": one.conversation_id,
                "from_name": one.author.name,
                "from_addr": one.author.address,
                "subject": one.subject,
                "arrived_at": one.arrived_at,
            }
            for one in done.first
        ]
        call.out.object({"count": done.count, "looked_at": done.looked_at, "since": since, "first": first})
        return DONE
    call.out.line(_met_words(done, since, call.now))
    _print_first(call, done)
    return DONE


def run_drop(call: "Call") -> int:
    """Let a rule act no more."""
    from storage.commands import ruling
    from storage.queries.ruling import rule_called

    rule = call.ask(rule_called, clean_line(call.options.name))
    call.desk.tell_now(ruling.drop, rule.rule_id, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({**_object(rule), "done": call.options.done})
    else:
        call.out.line(_("{name} acts no more; `plantao undo` lets it stand again.").format(name=rule.name))
    return DONE


def run_block(call: "Call") -> int:
    """Let all mail from an address or a domain be spam."""
    from storage.commands import ruling

    return _laid_down(call, call.desk.tell_now(ruling.block, call.options.who, actor=call.desk.actor, now=call.now))


def run_unblock(call: "Call") -> int:
    """Let mail from an address or a domain in again."""
    from storage.commands import ruling

    who = clean_line(call.options.who)
    call.desk.tell_now(ruling.unblock, who, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"who": who, "done": call.options.done})
    else:
        call.out.line(_("{who} is not blocked any more.").format(who=who))
    return DONE


def _laid_down(call: "Call", number: int) -> int:
    from storage.queries.ruling import rules

    (rule,) = (one for one in call.ask(rules) if one.rule_id == number)
    since = _since(call, "30d")
    done = _tried(call, rule.conditions, since, limit=0)
    if call.out.json_lines:
        call.out.object({**_object(rule), "would_have_met": done.count})
        return DONE
    sentence = _("{name} stands from now on: {conditions} → {deeds}.")
    call.out.line(sentence.format(name=rule.name, conditions=_condition_words(rule.conditions), deeds=deed_words(rule)))
    call.out.line(_met_words(done, since, call.now))
    return DONE


def _tried(call: "Call", conditions: "Conditions", since: "datetime", *, limit: int) -> "Tried":
    from storage.queries.ruling import tried

    done: Tried = call.ask(tried, conditions, since=since, limit=limit)
    return done


def _print_first(call: "Call", done: "Tried") -> None:
    from widgets.moments import moment_words

    for one in done.first:
        cells = [
            (f"#{one.conversation_id}", 7),
            (moment_words(one.arrived_at, call.now), 11),
            (one.author.name or one.author.address, 22),
        ]
        call.out.line(columns(cells, last=one.subject or _("(no subject)"), width=call.out.width))


def _met_words(done: "Tried", since: "datetime", now: "datetime") -> str:
    from widgets.moments import moment_words

    return ngettext(
        "It would have met {count} of {all} messages since {moment}.",
        "It would have met {count} of {all} messages since {moment}.",
        done.count,
    ).format(count=done.count, all=done.looked_at, moment=moment_words(since, now))


def _asked(call: "Call") -> "Conditions":
    from storage.kinds.filing import Conditions

    options = call.options
    return Conditions(
        sender=clean_line(options.sender),
        recipient=clean_line(options.recipient),
        subject=clean_line(options.subject),
        list_id=clean_line(options.list_id),
        over=_bytes(options.over),
        under=_bytes(options.under),
    )


def _wanted(call: "Call") -> "Deeds":
    from storage.kinds.filing import Deeds

    options = call.options
    assignee = None if options.assign is None else _agent(call, clean_line(options.assign))
    return Deeds(tuple(options.tag), assignee, spam=options.spam, ignores=options.ignore)


def _agent(call: "Call", name: str) -> int:
    from storage.queries.agents import agent_called

    if name.casefold() == "me":
        return call.desk.agent_id
    number: int | None = call.ask(agent_called, name=name)
    if number is None:
        raise NoSuch("agent", name)
    return number


def _bytes(word: str | None) -> int | None:
    if word is None:
        return None
    from storage.rules.rule_line import size_in

    size = size_in(word)
    if size is None:
        raise Usage(_("«{word}» is no size: write 800, 500k or 2M.").format(word=clean_line(word)[:60]))
    return size


def _since(call: "Call", word: str) -> "datetime":
    """Return the moment that ``after:`` would mean.

    Raises:
        BadQuery: it is none.
    """
    from storage.rules.query import Moment
    from storage.rules.query_reader import parse

    where = parse(f"after:{''.join(word.split())}", now=call.now).where
    if not isinstance(where, Moment):
        raise Usage(_("«{word}» is no date: write 30d, 2026-11 or 2026-11-23.").format(word=clean_line(word)[:60]))
    return where.at


def _condition_words(conditions: "Conditions") -> str:
    """Return conditions as they are typed in a shell."""
    from shlex import quote

    typed = (f"{_FLAGS[word]} {quote(str(value))}" for word, value in conditions.written().items())
    return " ".join(typed) or _("(erased)")


def _object(rule: "RuleView") -> dict[str, Any]:
    return {
        "rule_id": rule.rule_id,
        "name": rule.name,
        "conditions": rule.conditions.written(),
        "tags": rule.deeds.tags,
        "assignee": rule.assignee or None,
        "spam": rule.deeds.spam,
        "ignore": rule.deeds.ignores,
        "valid_from": rule.valid_from,
        "valid_until": rule.valid_until,
    }
