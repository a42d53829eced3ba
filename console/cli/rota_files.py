"""`rota export` and `rota import`: a rota as a calendar that others subscribe to, and back."""

from datetime import UTC, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call

_AHEAD: Final = timedelta(days=180)
_LONGEST: Final = timedelta(days=2 * 366)


def add_files(under: Group) -> None:
    """Add ``export`` and ``import``."""
    parser = under.command("export", run_export, words=_("write who is on as a calendar (iCalendar)"))
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("file", nargs="?", metavar="FILE", help=_("to standard output without it"))
    parser.add_argument("--from", dest="since", metavar="WHEN", help=_("from when on; now without it"))
    parser.add_argument("--until", metavar="WHEN", help=_("until when; half a year without it"))
    parser = under.command(
        "import",
        run_import,
        words=_("read a calendar: its events stand in, or are the turns"),
        more=_("Agents are known by address or name. All events come in or none; a second time changes nothing."),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("--preview", action="store_true", help=_("say what would be done, and do nothing"))


def run_export(call: "Call") -> int:
    """Write a calendar."""
    from console.cli.rotas import kept_in, moment
    from console.library.shifts import written
    from storage.queries.on_call import as_told, roster
    from storage.rules.rotas import duty, spells
    from widgets.on_call import why_words

    since = moment(call, call.options.since)
    until = moment(call, call.options.until) if call.options.until else since + _AHEAD
    if not since < until <= since + _LONGEST:
        raise Usage(_("A calendar is written for two years at most, and ends after it begins."))
    now = call.now.astimezone(UTC)
    here = call.ask(roster, past=since < now)
    kept = kept_in(here, call.options.name)
    begun = duty(kept, since, hours=here.hours, people=here.people)
    since = begun.since if begun is not None else since  # the first is told whole, so that it stays the same event
    held = [as_told(here, one) for one in spells(kept, since, until, hours=here.hours, people=here.people)]
    why = {place: why_words(one.why, one.names, call.now) for place, one in enumerate(held)}
    addresses = {number: card.address for number, card in here.cards.items() if card.address}
    data = written(kept.name, kept.at(now).zone, held, addresses=addresses, why=why)
    if not call.options.file:
        call.out.line(data.decode().replace("\r\n", "\n").rstrip("\n"))
        return DONE
    place = Path(call.options.file).expanduser()
    try:
        place.write_bytes(data)
    except OSError as refused:
        reason = clean_line(str(refused.strerror))
        raise Usage(_("{file} cannot be used ({reason}).").format(file=place, reason=reason)) from None
    if call.out.json_lines:
        call.out.object({"saved": str(place), "shifts": len(held), "done": call.options.done})
    else:
        call.out.line(_("saved {place}").format(place=place))
    return DONE


def run_import(call: "Call") -> int:
    """Read a calendar."""
    from console.library.shifts import read
    from storage.commands.rota_import import bring_shifts
    from widgets.moments import moment_words

    options = call.options
    shifts = read(Path(options.file).expanduser(), now=call.now)
    given = {"preview": options.preview, "actor": call.desk.actor, "now": call.now.astimezone(UTC)}
    does = call.ask if options.preview else call.desk.tell_now
    found = does(bring_shifts, clean_line(options.name), shifts, **given)
    words = {"turn": _("turn"), "override": _("stands in"), "same": _("as it was"), "over": _("over")}
    for one in found:
        if call.out.json_lines:
            call.out.object(
                {
                    "agent": one.agent,
                    "since": one.since,
                    "until": one.until,
                    "would_be": one.becomes,
                    "done": None if options.preview else one.becomes,
                }
            )
        elif one.becomes not in {"same", "over"}:
            last = f"{moment_words(one.since, call.now)} - {moment_words(one.until, call.now)}  {one.agent}"
            call.out.line(columns([(words[one.becomes], 12)], last=last, width=call.out.width))
    if not call.out.json_lines:
        new = sum(one.becomes in {"turn", "override"} for one in found)
        sentence = (
            _("Nothing was done yet: {new} would come in, {same} are there or over.")
            if options.preview
            else _("{new} came in, {same} were there or over.")
        )
        call.out.line(sentence.format(new=new, same=len(found) - new))
    return DONE
