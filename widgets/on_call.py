"""Words for who is on call and why, and for what a check of rotas finds."""

from collections.abc import Mapping
from datetime import datetime

from storage.kinds.clean import clean_line
from storage.kinds.rotas import Because, Every, Fault, Finding, Missing, OnCall, Rota
from widgets.language import _
from widgets.moments import moment_words


def why_words(why: Because, names: Mapping[int, str], now: datetime) -> str:
    """Return why somebody is on call: turn 14 of a weekly rota, or by an override; and who was passed over."""
    if why.override is not None:
        said = _("stands in from {since} to {until}").format(
            since=moment_words(why.override.since, now), until=moment_words(why.override.until, now)
        )
    elif why.turn:
        weekly = _("turn {turn} of the weekly rota begun {date}")
        daily = _("turn {turn} of the daily rota begun {date}")
        said = (weekly if why.every is Every.WEEK else daily).format(turn=why.turn, date=why.begun.isoformat())
    else:
        said = _("the rota begins on {date}").format(date=why.begun.isoformat())
    passed = ", ".join(
        _missing(missing).format(name=_name(names.get(number, ""), number)) for number, missing in why.passed
    )
    return f"{said}; {passed}" if passed else said


def on_call_words(one: OnCall, now: datetime) -> str:
    """Return who is on by a rota, until when, and who is asked next, in one row."""
    if one.agent_id is None:
        return _("nobody until {until}").format(until=moment_words(one.until, now))
    who = _("{name} until {until}").format(name=_name(one.agent, one.agent_id), until=moment_words(one.until, now))
    if one.next_agent_id is None:
        return _("{who}, nobody after them").format(who=who)
    return _("{who}, then {name}").format(who=who, name=_name(one.next_agent, one.next_agent_id))


def turn_words(rota: Rota) -> str:
    """Return when turns change."""
    days = (_("Mon"), _("Tue"), _("Wed"), _("Thu"), _("Fri"), _("Sat"), _("Sun"))
    if rota.every is Every.DAY:
        return _("daily at {time}").format(time=f"{rota.at:%H:%M}")
    return _("weekly on {day} at {time}").format(day=days[rota.begun.weekday()], time=f"{rota.at:%H:%M}")


def finding_words(one: Finding, names: Mapping[int, str], now: datetime) -> str:
    """Return what is wrong with a rota."""
    who = _name(names.get(one.agent_id, ""), one.agent_id) if one.agent_id is not None else ""
    since = moment_words(one.since, now) if one.since else ""
    until = moment_words(one.until, now) if one.until else ""
    words = {
        Fault.GAP: _("nobody is on from {since} to {until}"),
        Fault.OVERLAP: _("{other} covers the same from {since} to {until}")
        if one.other
        else _("two stand in from {since} to {until}; {who} gives way"),
        Fault.NOBODY: _("nobody of it works here any more"),
        Fault.MISSING: _("{who} does not work here any more"),
        Fault.ZONE: _("this machine knows no time zone {other}"),
        Fault.CALENDAR: _("there is no calendar {other}"),
    }[one.fault]
    return words.format(since=since, until=until, other=clean_line(one.other), who=who)


def _missing(missing: Missing) -> str:
    return {
        Missing.AWAY: _("{name} is away"),
        Missing.RETIRED: _("{name} does not work here any more"),
        Missing.GONE: _("{name} is not known any more"),
    }[missing]


def _name(name: str, number: int | None) -> str:
    return clean_line(name) or _("agent {number}").format(number=number)
