"""`oncall` and `rota`: who is on call, why, and who is next; rotas laid down, overridden and checked."""

import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from console.cli import ids
from console.cli.errors import DONE, FAILED, Usage
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.rotas import Finding, KeptRota, OnCall
    from storage.queries.on_call import Roster

_AHEAD: Final = timedelta(days=90)  # a check and an export look so far


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "oncall",
        run_oncall,
        words=_("the console of whoever is on call; who that is, why, and who is next"),
        more=_("Without a moment, on a terminal: one pane, the brief first. With one, or in a pipe: who answers then."),
    )
    parser.add_argument("--at", metavar="TIME", help=_("at which moment; now without it"))
    parser.add_argument("--tier", metavar="TIER", help=_("only n1, n2 or n3"))
    parser = group.command("rota", None, words=_("who is on call in turn"))
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the rotas, and who is on now"))
    parser.add_argument("--all", action="store_true", help=_("those that have ended too"))
    parser = under.command("show", run_show, words=_("what one says, its overrides, and who is on next"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command(
        "set",
        run_set,
        words=_("lay one down, or change it from now on"),
        more=_(
            "tier=n3 or topic=billing, zone=America/Sao_Paulo, agents='Ana, Rui' in their order, turn=weekly|daily,\n"
            "at='mon 09:00' when turns change, hours='mon-fri 18:00-24:00' or calendar=NAME for what it covers,\n"
            "lead=Ana, begin=2026-03-02. Who was on call stays as it was; whoever is on ends their turn."
        ),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("knob", nargs="+", metavar="KNOB=VALUE")
    parser = under.command("override", run_override, words=_("put somebody on for a while, whoever's turn it is"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("agent", nargs="?", metavar="AGENT", help=_("who stands in; me, which is you"))
    parser.add_argument("--from", dest="since", metavar="WHEN", help=_("from when on; now without it"))
    parser.add_argument("--until", metavar="WHEN", help=_("until when"))
    parser.add_argument("--end", type=int, metavar="NUMBER", help=_("end the override that `rota show` counts so"))
    parser = under.command("check", run_check, words=_("gaps, overlaps, and agents who left"))
    parser.add_argument("name", nargs="?", metavar="NAME")
    parser.add_argument("--days", type=int, default=_AHEAD.days, metavar="DAYS", help=_("how far ahead; 90"))
    parser = under.command("remove", run_remove, words=_("let one end: who was on call stays known"))
    parser.add_argument("name", metavar="NAME")
    from console.cli.rota_files import add_files

    add_files(under)


def run_oncall(call: "Call") -> int:
    """Open the console of whoever is on call; print who that is for a moment, or where there is no terminal."""
    asks = call.options.at is not None or call.options.tier is not None or call.out.json_lines
    if not asks and sys.stdout.isatty():
        from console.cli.opening import run_console

        return run_console(call, on_call=True)
    return _tell_who(call)


def _tell_who(call: "Call") -> int:
    from storage.kinds import Tier
    from storage.queries.on_call import on_call
    from widgets.moments import moment_words
    from widgets.on_call import why_words

    at = moment(call, call.options.at)
    tier = call.options.tier
    if tier is not None and tier.casefold() not in tuple(Tier):
        raise Usage(_("There is no tier {tier}: n1, n2, n3.").format(tier=clean_line(tier)))
    found = call.ask(on_call, at, tier=Tier(tier.casefold()) if tier else None, now=call.now.astimezone(UTC))
    for one in found:
        if call.out.json_lines:
            call.out.object(as_object(one, call.now))
            continue
        where = one.tier.upper() if one.tier else one.topic
        call.out.line(columns([(where, 4), (one.rota, 16)], last=_row(one, call.now), width=call.out.width), bold=True)
        call.out.line("  " + why_words(one.why, one.names, call.now))
        if one.lead:
            call.out.line("  " + _("duty lead: {name}").format(name=one.lead))
    if not found and not call.out.json_lines:
        call.out.line(_("Nobody is on call {moment}.").format(moment=moment_words(at, call.now)))
    return DONE


def run_list(call: "Call") -> int:
    """Print the rotas."""
    from storage.queries.on_call import on_call_in
    from widgets.on_call import turn_words

    here, now = roster_of(call), call.now.astimezone(UTC)
    for kept in here.rotas.values():
        rota = kept.at(now)
        if not (rota.agents or call.options.all):
            continue
        on = next(iter(on_call_in(here, now, rota=kept.name)), None)
        if call.out.json_lines:
            call.out.object(rota_object(here, kept, now, on))
            continue
        where = rota.tier.upper() if rota.tier else rota.topic
        says = _row(on, call.now) if on else (_("nobody now") if rota.agents else _("ended"))
        row = columns([(kept.name, 16), (where, 8), (turn_words(rota), 26)], last=says, width=call.out.width)
        call.out.line(row)
    return DONE


def run_show(call: "Call") -> int:
    """Print what a rota says."""
    from storage.kinds.hour_words import windows_text
    from storage.queries.on_call import as_told, on_call_in
    from storage.rules.rotas import spells
    from widgets.moments import moment_words
    from widgets.on_call import turn_words, why_words

    here, now = roster_of(call), call.now.astimezone(UTC)
    kept = kept_in(here, call.options.name)
    rota = kept.at(now)
    on = next(iter(on_call_in(here, now, rota=kept.name)), None)
    if call.out.json_lines:
        call.out.object(rota_object(here, kept, now, on))
        return DONE
    call.out.line(kept.name, bold=True)
    names = ", ".join(_agent(here, one) for one in rota.agents)
    covers = rota.calendar or windows_text(rota.windows) or _("all of the time")
    for word, said in (
        (_("tier"), rota.tier.upper() if rota.tier else ""),
        (_("topic"), rota.topic),
        (_("agents"), names or _("none: it has ended")),
        (_("turns"), f"{turn_words(rota)}, {rota.zone}"),
        (_("covers"), covers),
        (_("duty lead"), _agent(here, rota.lead) if rota.lead is not None else ""),
        (_("since"), moment_words(rota.valid_from, call.now) if rota.valid_from else ""),
    ):
        if said:
            call.out.line("  " + columns([(word, 12)], last=said, width=call.out.width - 2))
    for number, one in enumerate(kept.overrides, 1):
        if one.until > now:
            words = _("override {number}: {name} from {since} to {until}").format(
                number=number,
                name=_agent(here, one.agent_id),
                since=moment_words(one.since, call.now),
                until=moment_words(one.until, call.now),
            )
            call.out.line("  " + words)
    held = spells(kept, now, now + timedelta(days=28), hours=here.hours, people=here.people)
    for _place, duty in zip(range(6), held, strict=False):
        told = as_told(here, duty)
        since = moment_words(duty.since, call.now)
        last = f"{told.agent or _('nobody')}: {why_words(told.why, told.names, call.now)}"
        call.out.line("  " + columns([(since, 12)], last=last, width=call.out.width - 2))
    return DONE


def run_set(call: "Call") -> int:
    """Lay a rota down, or change it."""
    from storage.commands.rota_line import change_rota

    knobs = dict(ids.pair(word) for word in call.options.knob)
    if "agents" in knobs:
        names = [_me(call, name) for name in knobs["agents"].split(",")]
        knobs["agents"] = ",".join(names)
    call.desk.tell_now(change_rota, call.options.name, knobs, actor=call.desk.actor, now=call.now.astimezone(UTC))
    return told(call, clean_line(call.options.name))


def run_override(call: "Call") -> int:
    """Put somebody on for a while, or end that."""
    from storage.commands import rotas

    options = call.options
    given: dict[str, Any] = {"actor": call.desk.actor, "now": call.now.astimezone(UTC)}
    name = clean_line(options.name)
    if options.end is not None:
        call.desk.tell_now(rotas.end_override, name, options.end, **given)
        return told(call, name)
    if not (options.agent and options.until):
        raise Usage(_("Say who stands in, and --until when; or --end NUMBER."))
    agent_id = roster_of(call).named(_me(call, options.agent))
    since, until = moment(call, options.since), moment(call, options.until)
    call.desk.tell_now(rotas.override, name, [(agent_id, since, until)], **given)
    return told(call, name)


def run_check(call: "Call") -> int:
    """Print what is wrong with rotas."""
    from storage.rules.rotas import check
    from widgets.on_call import finding_words

    here, now = roster_of(call), call.now.astimezone(UTC)
    days = call.options.days
    if not 1 <= days <= 366:
        raise Usage(_("A check looks 1 to 366 days ahead, not {days}.").format(days=days))
    wanted = [kept_in(here, call.options.name)] if call.options.name else list(here.rotas.values())
    wanted = [kept for kept in wanted if kept.at(now).agents]
    found: list[Finding] = [*calendars_missing(here, wanted, now)]
    found += check(wanted, now, now + timedelta(days=days), hours=here.hours, people=here.people)
    for one in found:
        if call.out.json_lines:
            call.out.object(
                {
                    "rota": one.rota,
                    "fault": one.fault,
                    "since": one.since,
                    "until": one.until,
                    "agent": here.names.get(one.agent_id, "") if one.agent_id is not None else None,
                    "other": one.other or None,
                }
            )
        else:
            words = finding_words(one, here.names, call.now)
            call.out.line(columns([(one.rota, 16)], last=words, width=call.out.width))
    if not found and not call.out.json_lines:
        checked = ngettext(
            "{count} rota checked: nothing is wrong.", "{count} rotas checked: nothing is wrong.", len(wanted)
        )
        call.out.line(checked.format(count=len(wanted)))
    return FAILED if found else DONE


def run_remove(call: "Call") -> int:
    """Let a rota end."""
    from storage.commands import rotas

    name = clean_line(call.options.name)
    call.desk.tell_now(rotas.end_rota, name, actor=call.desk.actor, now=call.now.astimezone(UTC))
    return told(call, name)


def calendars_missing(here: "Roster", wanted: "list[KeptRota]", now: datetime) -> "list[Finding]":
    """Return the rotas that name a calendar which is not there."""
    from storage.kinds.rotas import Fault, Finding

    named = [(kept.name, kept.at(now).calendar) for kept in wanted]
    return [
        Finding(name, Fault.CALENDAR, other=calendar)
        for name, calendar in named
        if calendar and not here.terms.has_calendar(calendar)
    ]


def roster_of(call: "Call") -> "Roster":
    """Return who works here."""
    from storage.queries.on_call import roster

    here: Roster = call.ask(roster)
    return here


def kept_in(here: "Roster", name: str) -> "KeptRota":
    """Return the rota of a name.

    Raises:
        NoSuch: there is none.
    """
    from storage.kinds.errors import NoSuch

    kept = here.rotas.get(clean_line(name))
    if kept is None:
        raise NoSuch("rota", clean_line(name))
    return kept


def moment(call: "Call", text: str | None) -> datetime:
    """Return a moment as people type it, in UTC; the present where there is none.

    Raises:
        Usage: it names none.
    """
    from widgets.when import NoMoment, read_moment

    if text is None or text.casefold() == "now":
        return call.now.astimezone(UTC)
    try:
        return read_moment(text, now=call.now).astimezone(UTC)
    except NoMoment as none:
        raise Usage(str(none)) from none


def told(call: "Call", name: str) -> int:
    """Print how a rota stands after a change."""
    from storage.queries.on_call import on_call_in

    here, now = roster_of(call), call.now.astimezone(UTC)
    kept = here.rotas[name]
    on = next(iter(on_call_in(here, now, rota=name)), None)
    if call.out.json_lines:
        call.out.object({**rota_object(here, kept, now, on), "done": call.options.done})
    elif not kept.at(now).agents:
        call.out.line(_("{rota}: ended").format(rota=name))
    else:
        call.out.line(f"{name}: {_row(on, call.now) if on else _('nobody now')}")
    return DONE


def rota_object(here: "Roster", kept: "KeptRota", now: datetime, on: "OnCall | None") -> dict[str, Any]:
    """Return a rota as JSON tells it."""
    from storage.kinds.hour_words import windows_text

    rota = kept.at(now)
    return {
        "rota": kept.name,
        "tier": rota.tier,
        "topic": rota.topic or None,
        "zone": rota.zone,
        "agents": [here.names.get(one, "") for one in rota.agents],
        "turn": rota.every,
        "at": f"{rota.at:%H:%M}",
        "begun": rota.begun.isoformat(),
        "hours": windows_text(rota.windows) or None,
        "calendar": rota.calendar or None,
        "lead": here.names.get(rota.lead, "") if rota.lead is not None else None,
        "valid_from": rota.valid_from,
        "ended": not rota.agents,
        "on": on.agent if on else None,
        "overrides": [
            {"number": number, "agent": here.names.get(one.agent_id, ""), "since": one.since, "until": one.until}
            for number, one in enumerate(kept.overrides, 1)
        ],
    }


def as_object(one: "OnCall", now: datetime) -> dict[str, Any]:
    """Return who is on call as JSON tells it."""
    from widgets.on_call import why_words

    return {
        "rota": one.rota,
        "tier": one.tier,
        "topic": one.topic or None,
        "agent": one.agent or None,
        "since": one.since,
        "until": one.until,
        "next": one.next_agent or None,
        "lead": one.lead or None,
        "turn": one.why.turn or None,
        "override": one.why.override is not None,
        "passed": [{"agent": one.names.get(number, ""), "because": why} for number, why in one.why.passed],
        "why": why_words(one.why, one.names, now),
    }


def _row(one: "OnCall", now: datetime) -> str:
    from widgets.on_call import on_call_words

    return on_call_words(one, now)


def _agent(here: "Roster", number: int) -> str:
    return here.names.get(number) or _("agent {number}").format(number=number)


def _me(call: "Call", name: str) -> str:
    name = clean_line(name)
    return call.settings.agent_name() if name.casefold() == "me" else name
