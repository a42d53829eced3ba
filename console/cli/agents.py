"""`agent`: who works here, for which tiers, what they know, when, and how much; and who does not any more."""

from datetime import UTC
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.agents import AgentCard
    from storage.queries.on_call import Roster


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("agent", None, words=_("who works here: tiers, skills, hours, limits"))
    under = group.under(parser)
    under.command("list", run_list, words=_("the agents, and what is laid down of each"))
    parser = under.command("show", run_show, words=_("what is laid down of one"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command(
        "set",
        run_set,
        words=_("lay down what one can do, when, and how much"),
        more=_(
            "tiers='n2, n3', skills='vpn, printers' (tags or words of conversations), languages='pt, es',\n"
            "hours=CALENDAR, limit=10, quiet=22:00-07:00, zone=America/Sao_Paulo, address=ana@desk.example.\n"
            "Nothing after the sign takes away. An agent of a new name joins the desk."
        ),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("knob", nargs="+", metavar="KNOB=VALUE")
    parser = under.command("retire", run_retire, words=_("say that one does not work here any more"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--back", action="store_true", help=_("they work here again"))


def run_list(call: "Call") -> int:
    """Print the agents."""
    from storage.queries.on_call import roster

    here: Roster = call.ask(roster)
    for number, name in sorted(here.names.items(), key=lambda one: one[1].casefold()):
        if call.out.json_lines:
            call.out.object(_object(call, here, number))
        else:
            call.out.line(columns([(name, 24)], last=_says(call, here, number), width=call.out.width))
    return DONE


def run_show(call: "Call") -> int:
    """Print what is laid down of an agent."""
    from storage.queries.on_call import roster

    here: Roster = call.ask(roster)
    number = here.named(_name(call))
    if call.out.json_lines:
        call.out.object(_object(call, here, number))
        return DONE
    call.out.line(here.names[number], bold=True)
    card = here.card(number)
    for word, said in _rows(card):
        call.out.line("  " + columns([(word, 12)], last=said, width=call.out.width - 2))
    call.out.line("  " + _says(call, here, number))
    return DONE


def run_set(call: "Call") -> int:
    """Lay down what an agent can do."""
    from storage.commands.desk import agent_named
    from storage.commands.rota_line import change_agent

    name, knobs = _name(call), dict(ids.pair(word) for word in call.options.knob)
    now = call.now.astimezone(UTC)

    def laid(session: Any, /, **given: Any) -> None:
        from storage.queries.on_call import roster

        if "@" not in name and name.casefold() not in {one.casefold() for one in roster(session).names.values()}:
            agent_named(session, name, now=now)
        change_agent(session, name, knobs, **given)

    call.desk.tell_now(laid, actor=call.desk.actor, now=now)
    return _told(call, name)


def run_retire(call: "Call") -> int:
    """Say that an agent does not work here any more."""
    from storage.commands.rotas import retire
    from storage.queries.on_call import roster

    name, now = _name(call), call.now.astimezone(UTC)
    number = call.ask(roster).named(name)
    call.desk.tell_now(retire, number, back=call.options.back, actor=call.desk.actor, now=now)
    return _told(call, name)


def _told(call: "Call", name: str) -> int:
    from storage.queries.on_call import roster

    here: Roster = call.ask(roster)
    number = here.named(name)
    if call.out.json_lines:
        call.out.object({**_object(call, here, number), "done": call.options.done})
    else:
        call.out.line(f"{here.names[number]}: {_says(call, here, number)}")
    return DONE


def _rows(card: "AgentCard") -> list[tuple[str, str]]:
    rows = [
        (_("tiers"), ", ".join(one.upper() for one in card.tiers)),
        (_("skills"), ", ".join(card.skills)),
        (_("languages"), ", ".join(card.languages)),
        (_("hours"), card.hours),
        (_("limit"), str(card.limit) if card.limit is not None else ""),
        (_("quiet"), "-".join(f"{one:%H:%M}" for one in card.quiet or ())),
        (_("zone"), card.zone),
        (_("address"), card.address),
    ]
    return [row for row in rows if row[1]]


def _says(call: "Call", here: "Roster", number: int) -> str:
    card = here.card(number)
    parts = [f"{word} {said}" for word, said in _rows(card)]
    if card.is_retired(call.now):
        parts.insert(0, _("retired"))
    elif here.laid.is_away(here.names[number], call.now):
        parts.insert(0, _("away"))
    return ", ".join(parts) or _("nothing laid down: every tier, always")


def _object(call: "Call", here: "Roster", number: int) -> dict[str, Any]:
    card = here.card(number)
    return {
        "agent_id": number,
        "agent": here.names[number],
        "tiers": list(card.tiers),
        "skills": list(card.skills),
        "languages": list(card.languages),
        "hours": card.hours or None,
        "limit": card.limit,
        "quiet": [f"{one:%H:%M}" for one in card.quiet] if card.quiet else None,
        "zone": card.zone or None,
        "address": card.address or None,
        "away": here.laid.is_away(here.names[number], call.now),
        "retired": card.retired,
    }


def _name(call: "Call") -> str:
    name = clean_line(call.options.name)
    return call.settings.agent_name() if name.casefold() == "me" else name
