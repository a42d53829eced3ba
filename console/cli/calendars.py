"""`calendar`: when the desk is at work: hours of the week in a zone, holidays, and days of its own."""

from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.confirming import must_be_agreed
from console.cli.errors import DONE, FAILED, Usage
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.hours import ALWAYS_NAME
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.hours import Calendar, KeptCalendar
    from storage.kinds.policies import KeptPolicy
    from storage.queries.hours import Terms
    from storage.queries.touched import Touched

_NAMED = 5  # deadlines that are told one by one


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "calendar",
        None,
        words=_("business hours: when clocks run"),
        more=_(
            "A calendar has a time zone, hours of the week by the clock on the wall, the public holidays of a country\n"
            "and a region, and days of its own. Half-days are no holidays: lay them down as days of their own.\n"
            "An edit holds from its moment on: what ran before is counted as it was."
        ),
    )
    under = group.under(parser)
    under.command("list", run_list, words=_("the calendars, and what each says"))
    parser = under.command("show", run_show, words=_("what one says, and what it said before"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command(
        "set",
        run_set,
        words=_("lay one down, or change it"),
        more=_(
            "zone=America/Sao_Paulo, hours='mon-fri 09:00-12:00 13:00-18:00, sat 22:00-06:00', country=BR, region=SP,\n"
            "optional=yes to keep days such as Carnival too. Nothing after the sign takes away."
        ),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("knob", nargs="+", metavar="KNOB=VALUE")
    add_dates(parser)
    parser = under.command(
        "days",
        run_days,
        words=_("the days of its own; lay some down, or take some away"),
        more=_("2026-12-24='09:00-12:00 Christmas Eve', 2026-12-31=shut; nothing after the sign takes it away."),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("knob", nargs="*", metavar="DAY=HOURS|shut")
    add_dates(parser)
    parser = under.command("holidays", run_holidays, words=_("the days of a year that are not as their weekday"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--year", type=int, metavar="YEAR", help=_("this year without it"))
    parser = under.command("remove", run_remove, words=_("take one away that no policy names"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command("check", run_check, words=_("say what is wrong: no open hour, unknown zone, overlaps"))
    parser.add_argument("name", nargs="?", metavar="NAME")


def add_dates(parser: Any) -> None:
    """Let a command take from when on it holds, and go on without asking."""
    parser.add_argument("--from", dest="since", metavar="WHEN", help=_("from when on it holds; now without it"))
    parser.add_argument("--yes", action="store_true", help=_("do it without asking"))


def moment(call: "Call", text: str | None) -> datetime | None:
    """Return a moment to come that a text names, a date from its first minute on; `None` where there is no text.

    Raises:
        Usage: it names none.
    """
    from widgets.when import NoMoment, read_moment

    if text is None:
        return None
    try:
        day = date.fromisoformat(text.strip())
    except ValueError:
        try:
            return read_moment(text, now=call.now).astimezone(UTC)
        except NoMoment as none:
            raise Usage(str(none)) from none
    return datetime.combine(day, time()).astimezone(call.now.tzinfo).astimezone(UTC)


def say_touched(call: "Call", value: "KeptCalendar | KeptPolicy") -> "Touched":
    """Say which open conversations a change would touch, and how the first deadlines move, before it is made."""
    from storage.queries.touched import touched
    from widgets.terms import moved_words, touched_words

    found: Touched = call.ask(touched, value, now=call.now)
    call.out.error(touched_words(found.open, found.conversation_ids, found.late))
    for one in found.moved[:_NAMED]:
        words = moved_words(one.metric, one.before, one.after, call.now)
        call.out.error(f"  #{one.conversation_id} {words}")
    return found


def run_list(call: "Call") -> int:
    """Print the calendars."""
    laid = _laid(call)
    if call.out.json_lines:
        call.out.object({"name": ALWAYS_NAME, "open_now": True, "used_by": _users(laid, ALWAYS_NAME), "shipped": True})
    else:
        words = _("round the clock, every day")
        call.out.line(columns([(ALWAYS_NAME, 16), (_("open"), 8)], last=words, width=call.out.width))
    for kept in laid.calendars.values():
        if call.out.json_lines:
            call.out.object(_object(call, laid, kept))
            continue
        is_open = _("open") if laid.hours(kept.name).is_open(call.now) else _("closed")
        words = _says(kept.at(call.now))
        call.out.line(columns([(kept.name, 16), (is_open, 8)], last=words, width=call.out.width))
    return DONE


def run_show(call: "Call") -> int:
    """Print what a calendar says."""
    from storage.kinds.hour_words import day_text, windows_text
    from widgets.moments import moment_words

    laid = _laid(call)
    kept = _kept(laid, call.options.name)
    if call.out.json_lines:
        call.out.object(_object(call, laid, kept))
        return DONE
    now = kept.at(call.now)
    call.out.line(kept.name, bold=True)
    for word, said in (
        (_("zone"), now.zone),
        (_("hours"), windows_text(now.windows) or _("no hours of the week")),
    ):
        call.out.line(f"  {word}: {said}")
    if now.country:
        place = "-".join(filter(None, (now.country, now.region)))
        words = _("{place}, and those that are left to each house") if now.optional else "{place}"
        word = _("holidays")
        call.out.line(f"  {word}: {words.format(place=place)}")
    for day in now.days:
        call.out.line(f"  {day.day.isoformat()}: {day_text(day)}")
    for one in kept.versions:
        if one is not now:
            since = moment_words(one.valid_from, call.now) if one.valid_from else _("the beginning")
            call.out.line("  " + _("from {moment} on: {words}").format(moment=since, words=_says(one)))
    return DONE


def run_set(call: "Call") -> int:
    """Lay a calendar down, or change it."""
    knobs = dict(ids.pair(word) for word in call.options.knob)
    return _change(call, knobs, (), ())


def run_days(call: "Call") -> int:
    """Lay days of its own down, or print them."""
    from storage.kinds.hour_words import day_text, read_day

    if not call.options.knob:
        for one in _kept(_laid(call), call.options.name).at(call.now).days:
            if call.out.json_lines:
                call.out.object({"day": one.day.isoformat(), "hours": day_text(one)})
            else:
                call.out.line(f"{one.day.isoformat()}  {day_text(one)}")
        return DONE
    _kept(_laid(call), call.options.name)
    said = [ids.pair(word) for word in call.options.knob]
    given = [read_day(day, text) for day, text in said if text.strip()]
    gone = [read_day(day, "shut").day for day, text in said if not text.strip()]
    return _change(call, {}, given, gone)


def run_holidays(call: "Call") -> int:
    """Print the days of a year that are not as their weekday."""
    from storage.kinds.hour_words import day_text
    from storage.rules.holidays_in import holidays_in
    from storage.rules.hours import FIRST_YEAR, LAST_YEAR

    calendar = _kept(_laid(call), call.options.name).at(call.now)
    year = call.options.year or call.now.year
    if not FIRST_YEAR <= year < LAST_YEAR:
        raise Usage(
            _("{year} is no year that calendars are reckoned for: write one from 1970 to 2199.").format(year=year)
        )
    own = {one.day: one for one in calendar.days if one.day.year == year}
    law = holidays_in(calendar.country, calendar.region, year, optional=calendar.optional)
    for day in sorted({*own, *law}):
        hours = day_text(own[day]) if day in own else "shut"
        if call.out.json_lines:
            call.out.object({"day": day.isoformat(), "name": law.get(day), "own": day in own, "hours": hours})
        else:
            words = " ".join(filter(None, (law.get(day), f"({hours})" if day in own else "")))
            call.out.line(columns([(day.isoformat(), 11), (f"{day:%a}", 4)], last=words, width=call.out.width))
    return DONE


def run_remove(call: "Call") -> int:
    """Take a calendar away."""
    from storage.commands import terms

    call.desk.tell_now(terms.remove_calendar, call.options.name, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"name": call.options.name, "done": call.options.done})
    else:
        call.out.line(_("The calendar {name} is taken away; `undo` brings it back.").format(name=call.options.name))
    return DONE


def run_check(call: "Call") -> int:
    """Say what is wrong with calendars; fail where one cannot be reckoned with as it is meant."""
    from storage.rules.terms import faults
    from widgets.terms import fault_words

    laid = _laid(call)
    name = call.options.name
    chosen = laid.calendars.values() if name is None or name == ALWAYS_NAME else [_kept(laid, name)]
    grave = found = 0
    for kept in chosen:
        for fault in faults(kept.versions, now=call.now):
            found += 1
            grave += fault.grave
            words = fault_words(fault.reason, kept.name, fault.value)
            if call.out.json_lines:
                told = {"fault": fault.reason, "value": fault.value, "grave": fault.grave, "words": words}
                call.out.object({"name": kept.name, **told})
            else:
                call.out.error(words)
    if not found and not call.out.json_lines:
        call.out.line(_("Nothing is wrong with the calendars."))
    return FAILED if grave else DONE


def _change(call: "Call", knobs: dict[str, str], days: Any, without: Any) -> int:
    from storage.commands import terms

    options = call.options
    given: dict[str, Any] = {"days": days, "without": without, "since": moment(call, options.since), "now": call.now}
    drafted: KeptCalendar = call.ask(terms.calendar_drafted, options.name, knobs, **given)
    if drafted.name in _laid(call).calendars:
        say_touched(call, drafted)
        must_be_agreed(call)
    call.desk.tell_now(terms.set_calendar, options.name, knobs, **given, actor=call.desk.actor)
    laid = _laid(call)
    kept = laid.calendars[drafted.name]
    if call.out.json_lines:
        call.out.object({**_object(call, laid, kept), "done": options.done})
    else:
        call.out.line(f"{kept.name}: {_says(kept.versions[-1])}")
    return DONE


def _laid(call: "Call") -> "Terms":
    from storage.queries.hours import terms

    found: Terms = call.ask(terms)
    return found


def _kept(laid: "Terms", name: str) -> "KeptCalendar":
    from storage.kinds.errors import BadField, NoSuch

    if name == ALWAYS_NAME:
        raise BadField("calendar", name, "always")
    if name not in laid.calendars:
        raise NoSuch("calendar", name)
    return laid.calendars[name]


def _says(calendar: "Calendar") -> str:
    from widgets.terms import calendar_words

    return calendar_words(calendar)


def _users(laid: "Terms", name: str) -> list[str]:
    return list(dict.fromkeys(one.name for one in laid.versions() if one.calendar == name))


def _object(call: "Call", laid: "Terms", kept: "KeptCalendar") -> dict[str, Any]:
    return {
        "name": kept.name,
        **_version(kept.at(call.now)),
        "open_now": laid.hours(kept.name).is_open(call.now),
        "used_by": _users(laid, kept.name),
        "shipped": False,
        "versions": [_version(one) for one in kept.versions],
    }


def _version(one: "Calendar") -> dict[str, Any]:
    from storage.kinds.hour_words import day_text, windows_text

    return {
        "zone": one.zone,
        "hours": windows_text(one.windows),
        "country": one.country or None,
        "region": one.region or None,
        "optional": one.optional,
        "days": [{"day": day.day.isoformat(), "hours": day_text(day)} for day in one.days],
        "valid_from": one.valid_from.isoformat() if one.valid_from else None,
    }
