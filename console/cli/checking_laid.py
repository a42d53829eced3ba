"""`doctor` on what the desk laid down for itself: calendars, policies and rotas that cannot mean what they say."""

from collections.abc import Iterator
from datetime import UTC, timedelta
from typing import TYPE_CHECKING

from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.queries.hours import Terms
    from storage.queries.on_call import Roster
    from storage.store import Store

_AHEAD = timedelta(days=1)


def faults(call: "Call", store: "Store") -> Iterator[tuple[str, str, str]]:
    """Give what is wrong, while the desk goes on without it: of what kind, the sentence, and what to do about it."""
    from storage.kinds import EntryKind
    from storage.queries.hours import terms
    from storage.queries.on_call import roster

    with store.reading() as session:
        laid, here = terms(session), roster(session)
    said = _("{name}: it cannot be read, so the desk goes on as if it were not there")
    for kind, name in laid.damaged:
        remedy = (
            _("Lay it down anew: plantao calendar set {name} zone=America/Sao_Paulo hours=…")
            if kind is EntryKind.CALENDAR
            else _("Lay it down anew: plantao policy set {name} first-response=4h")
        )
        yield kind.value, said.format(name=name), remedy.format(name=name)
    for name in here.damaged:
        remedy = _("Lay it down anew: plantao rota set {name} agents=…").format(name=name)
        yield "rota", said.format(name=name), remedy
    yield from _calendars(call, laid)
    yield from _policies(call, laid)
    yield from _rotas(call, here)


def _calendars(call: "Call", laid: "Terms") -> Iterator[tuple[str, str, str]]:
    from storage.rules.terms import faults
    from widgets.terms import fault_words

    for kept in laid.calendars.values():
        for one in faults(kept.versions, now=call.now):
            if one.grave:
                remedy = _("plantao calendar check lists all.")
                yield "calendar", fault_words(one.reason, kept.name, one.value), remedy


def _policies(call: "Call", laid: "Terms") -> Iterator[tuple[str, str, str]]:
    for kept in laid.policies.values():
        held = kept.at(call.now)
        if held is None:
            continue
        for metric, target in held.targets.items():
            if target <= timedelta(0):
                knob = str(metric).replace("_", "-")
                said = _("{name}: {metric} has no time at all, so all of it is late at once")
                remedy = _("plantao policy set {name} {metric}=4h").format(name=kept.name, metric=knob)
                yield "policy", said.format(name=kept.name, metric=knob), remedy
        if not laid.has_calendar(held.calendar):
            said = _("{name}: there is no calendar {calendar}, so it counts as always open")
            remedy = _("plantao policy set {name} calendar=always").format(name=kept.name)
            yield "policy", said.format(name=kept.name, calendar=held.calendar), remedy


def _rotas(call: "Call", here: "Roster") -> Iterator[tuple[str, str, str]]:
    from console.cli.rotas import calendars_missing
    from storage.kinds.rotas import Fault
    from storage.rules.rotas import check
    from widgets.on_call import finding_words

    now = call.now.astimezone(UTC)
    for kept in here.rotas.values():
        if not any(version.agents for version in kept.versions):  # one that was taken away had agents before
            said = _("{name}: there is nobody in it, so nobody is called").format(name=kept.name)
            yield "rota", said, _("plantao rota set {name} agents=…").format(name=kept.name)
    wanted = [kept for kept in here.rotas.values() if kept.at(now).agents]
    found = [*calendars_missing(here, wanted, now)]
    found += check(wanted, now, now + _AHEAD, hours=here.hours, people=here.people)
    for one in found:
        if one.fault in {Fault.NOBODY, Fault.ZONE, Fault.CALENDAR}:
            words = finding_words(one, here.names, call.now)
            yield "rota", f"{one.rota}: {words}", _("plantao rota check lists all.")
