"""`report`: what a period of the desk comes to, each figure with its n and with what was left out."""

from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE, Usage
from console.cli.parser import Group
from storage.kinds import Tier
from widgets.language import _, drawn

if TYPE_CHECKING:
    from datetime import date

    from console.cli.call import Call
    from storage.kinds.reports import Asked, Figure, Report

_TOUCHES = ("high", "mid", "low", "tech")


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "report",
        run_report,
        words=_("the figures of a period, such as solved, response, transfers and clocks"),
        more=_(
            "Without a period the last 28 days, today among them. A figure says its n and what was left out of it;\n"
            "mailbox, tier, agent and touch model are those that a conversation has now."
        ),
    )
    parser.add_argument("--from", dest="since", metavar="DAY", help=_("the first day: 2026-12-24"))
    parser.add_argument("--until", metavar="DAY", help=_("the last day; today otherwise"))
    parser.add_argument("--mailbox", metavar="NAME", help=_("only conversations of this mailbox"))
    parser.add_argument("--agent", metavar="NAME", help=_("only conversations of this agent"))
    parser.add_argument("--tier", choices=[str(one) for one in Tier], help=_("only conversations of this tier"))
    parser.add_argument("--touch", choices=_TOUCHES, help=_("only customers of this touch model"))
    parser.add_argument("--of", default="", metavar="QUERY", help=_("only conversations that this query finds"))
    parser.add_argument("--history", action="store_true", help=_("also what came before its mailbox was live"))
    parser.add_argument("--csv", action="store_true", help=_("a row for each figure, for a spreadsheet"))


def run_report(call: "Call") -> int:
    """Print a report."""
    from storage.queries.reports import report

    if call.options.csv and call.out.json_lines:
        raise Usage(_("Choose one of --csv and --json."))
    told = call.ask(report, asked_for(call), now=call.now)
    if call.out.json_lines:
        call.out.object(_object(told))
        return DONE
    if call.options.csv:
        from console.files.report_table import table

        call.out.line(table(told, call.now.tzinfo).removesuffix("\n"))
        return DONE
    from widgets.report import lines

    for line in lines(told, call.now.tzinfo):
        call.out.line("".join(text for text, _role in line).rstrip())
    return DONE


def asked_for(call: "Call") -> "Asked":
    """Return what is asked for."""
    from storage.kinds.reports import Asked
    from storage.queries.agents import agents
    from storage.queries.mailboxes import states
    from storage.rules.reports import period

    options = call.options
    begin, end = period(_day(options.since), _day(options.until), call.now)
    if begin >= end:
        raise Usage(_("{since} is after {until}.").format(since=options.since, until=options.until or _("today")))
    known = {one.name: one.mailbox_id for one in call.ask(states)}
    names = {name: number for number, name in call.ask(agents).items()}
    return Asked(
        begin,
        end,
        _named(options.mailbox, known, _("There is no mailbox {name}; there are {known}.")),
        _named(options.agent, names, _("There is no agent {name}; there are {known}.")),
        Tier(options.tier) if options.tier else None,
        options.touch,
        options.history,
        options.of.strip(),
        call.agent_id,
    )


def _named(name: str | None, known: dict[str, int], words: str) -> int | None:
    if name is None:
        return None
    found = next((number for each, number in known.items() if each.casefold() == name.casefold()), None)
    if found is None:
        raise Usage(words.format(name=name[:60], known=", ".join(sorted(known)) or drawn("–")))  # noqa: RUF001 - a dash
    return found


def _day(text: str | None) -> "date | None":
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Usage(_("{text} is no day: write one as 2026-12-24.").format(text=text[:60])) from None


def _object(told: "Report") -> dict[str, Any]:
    return {
        "from": told.asked.since,
        "until": told.asked.until,
        "conversations": told.began,
        "left_out": {str(why): count for why, count in told.left_out},
        "figures": [_figure(one) for one in told.figures],
        "clocks": [
            {
                "metric": str(one.metric),
                "n": one.met + one.breached,
                "share_met": one.share,
                "met": one.met,
                "breached": one.breached,
                "left_out": {"running": one.running, "dropped": one.dropped},
            }
            for one in told.clocks
        ],
        "transfers": [
            {
                "from_tier": str(one.from_tier),
                "to_tier": str(one.to_tier),
                "n": one.transfers,
                "accepted": one.accepted,
                "handed_back": one.handed_back,
                "returned": one.returned,
                "open": one.open,
                "escalated": one.escalated,
                "bounces": one.bounces,
                "misrouted": one.misrouted,
                "acceptance": _figure(one.acceptance),
            }
            for one in told.borders
        ],
    }


def _figure(one: "Figure") -> dict[str, Any]:
    return {
        "measure": str(one.measure),
        "unit": str(one.unit),
        "n": one.n,
        "value": one.value,
        "p50": one.p50,
        "p90": one.p90,
        "left_out": {str(why): count for why, count in one.left_out},
    }
