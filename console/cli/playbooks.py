"""`playbook` and `away`: what touch and service models say, which mailbox plays which, and who is not here."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Usage
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.playbooks import Playbook
    from storage.queries.playbooks import Laid

_LARGEST = 100_000  # bytes of a file of playbooks


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "playbook",
        None,
        words=_("what touch models and service models say"),
        more=_(
            "A touch model is named by profiles of customers and organizations (touch=high), a service model by\n"
            "mailboxes (`playbook play`) and by organizations (service=in-depth), whose word goes before the others."
        ),
    )
    under = group.under(parser)
    under.command("list", run_list, words=_("the thirteen models, and what each says"))
    parser = under.command("show", run_show, words=_("what one says, and what it was shipped with"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command(
        "set",
        run_set,
        words=_("let one say something else"),
        more=_(
            "answers=off|send, assignment=owner|round-robin|free, limit=N, check-in=DAYS, capacity=N; nothing after\n"
            "the sign lets it say nothing; capacity is a touch model's. Of smart and hybrid alone:\n"
            "picks='stage:onboarding=high, channel:phone=mid, prefers:phone=mid, else=low', the first that meets."
        ),
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("knob", nargs="+", metavar="KNOB=VALUE")
    parser = under.command("reset", run_reset, words=_("let one say what it was shipped with"))
    parser.add_argument("name", metavar="NAME")
    parser = under.command("play", run_play, words=_("let a mailbox play a service model, or none"))
    parser.add_argument("mailbox", metavar="MAILBOX")
    parser.add_argument("model", metavar="MODEL|none")
    parser = under.command("export", run_export, words=_("write all of them into a file of JSON"))
    parser.add_argument("file", metavar="FILE")
    parser = under.command("import", run_import, words=_("bring them in from such a file: all or none"))
    parser.add_argument("file", metavar="FILE")
    parser = group.command(
        "away", run_away, words=_("say that you are away, or somebody else; without a moment, who is")
    )
    parser.add_argument("name", nargs="?", metavar="NAME", help=_("the agent; me, which is you"))
    until = parser.add_mutually_exclusive_group()
    until.add_argument("--until", metavar="WHEN", help=_("until when; 3d, mon, 2026-12-24"))
    until.add_argument("--back", action="store_true", help=_("they are here again"))


def run_list(call: "Call") -> int:
    """Print the playbooks."""
    laid: Laid = call.ask(_laid())
    for book in laid.books.values():
        if call.out.json_lines:
            call.out.object(_object(laid, book))
            continue
        mark = "*" if book.name in laid.own else ""
        call.out.line(
            columns([(book.name, 14), (str(book.scope), 9), (mark, 2)], last=_says(book), width=call.out.width)
        )
    for mailbox, model in sorted(laid.plays.items()):
        if not call.out.json_lines:
            call.out.line(_("{mailbox} plays {model}").format(mailbox=mailbox, model=model))
    return DONE


def run_show(call: "Call") -> int:
    """Print what a playbook says."""
    from storage.kinds.errors import NoSuch
    from storage.rules.playbooks import BY_NAME

    laid: Laid = call.ask(_laid())
    name = clean_line(call.options.name)
    if name not in laid.books:
        raise NoSuch("playbook", name)
    book = laid.books[name]
    if call.out.json_lines:
        call.out.object(_object(laid, book))
        return DONE
    call.out.line(f"{book.name} ({book.scope})", bold=True)
    call.out.line("  " + _says(book))
    if name in laid.own:
        call.out.line("  " + _("shipped with: {words}").format(words=_says(BY_NAME[name])))
    return DONE


def run_set(call: "Call") -> int:
    """Let a playbook say something else."""
    from storage.commands import playbooks

    knobs = dict(ids.pair(word) for word in call.options.knob)
    call.desk.tell_now(playbooks.change, call.options.name, knobs, actor=call.desk.actor, now=call.now)
    return _told(call)


def run_reset(call: "Call") -> int:
    """Let a playbook say what it was shipped with."""
    from storage.commands import playbooks

    call.desk.tell_now(playbooks.reset, call.options.name, actor=call.desk.actor, now=call.now)
    return _told(call)


def run_play(call: "Call") -> int:
    """Let a mailbox play a service model."""
    from storage.commands import playbooks

    mailbox, model = call.options.mailbox, call.options.model.casefold()
    plays = None if model == "none" else model
    call.desk.tell_now(playbooks.play, mailbox, plays, actor=call.desk.actor, now=call.now)
    if call.out.json_lines:
        call.out.object({"mailbox": mailbox, "model": plays, "done": call.options.done})
    else:
        words = _("{mailbox} plays {model}") if plays else _("{mailbox} plays no model")
        call.out.line(words.format(mailbox=mailbox, model=model))
    return DONE


def run_export(call: "Call") -> int:
    """Write the playbooks into a file."""
    laid: Laid = call.ask(_laid())
    place = Path(call.options.file).expanduser()
    text = json.dumps([book.written() for book in laid.books.values()], indent=1, ensure_ascii=False) + "\n"
    try:
        place.write_text(text, encoding="utf-8")
    except OSError as refused:
        raise Usage(_refused(place, refused)) from None
    if call.out.json_lines:
        call.out.object({"saved": str(place), "done": call.options.done})
    else:
        call.out.line(_("saved {place}").format(place=place))
    return DONE


def run_import(call: "Call") -> int:
    """Bring playbooks in from a file."""
    from storage.commands import playbooks

    place = Path(call.options.file).expanduser()
    try:
        with place.open("rb") as opened:
            data = opened.read(_LARGEST + 1)
        given = json.loads(data) if len(data) <= _LARGEST else None
    except OSError as refused:
        raise Usage(_refused(place, refused)) from None
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        raise Usage(_("{file} is no list of playbooks, as `playbook export` writes one.").format(file=place))
    done: list[str] = call.desk.tell_now(playbooks.bring, given, actor=call.desk.actor, now=call.now)
    for name in done:
        if call.out.json_lines:
            call.out.object({"name": name, "done": call.options.done})
        else:
            call.out.line(_("The playbook {name} is changed.").format(name=name))
    return DONE


def run_away(call: "Call") -> int:
    """Say who is away, or that somebody is."""
    from datetime import UTC

    from storage.commands import playbooks
    from widgets.moments import moment_words
    from widgets.when import NoMoment, read_moment

    options = call.options
    if not (options.until or options.back or options.name):
        return _list_away(call)
    name = clean_line(options.name or "me")
    name = call.settings.agent_name() if name.casefold() == "me" else name
    if options.back:
        call.desk.tell_now(playbooks.come_back, name, actor=call.desk.actor, now=call.now)
        words, until = _("{name} is here again.").format(name=name), None
    else:
        try:
            until = read_moment(options.until, now=call.now) if options.until else None
        except NoMoment as none:
            raise Usage(str(none)) from none
        utc = None if until is None else until.astimezone(UTC)
        call.desk.tell_now(playbooks.leave, name, utc, actor=call.desk.actor, now=call.now)
        words = _("{name} is away; `away --back` ends it.").format(name=name)
        if until is not None:
            words = _("{name} is away until {moment}.").format(name=name, moment=moment_words(until, call.now))
    if call.out.json_lines:
        call.out.object({"agent": name, "until": _iso(until), "away": not options.back, "done": options.done})
    else:
        call.out.line(words)
    return DONE


def _list_away(call: "Call") -> int:
    from widgets.moments import moment_words

    laid: Laid = call.ask(_laid())
    for name, until in sorted(laid.away.items()):
        if not laid.is_away(name, call.now):
            continue
        if call.out.json_lines:
            call.out.object({"agent": name, "until": _iso(until), "away": True})
        else:
            moment = moment_words(until, call.now) if until is not None else _("until they say so")
            call.out.line(columns([(name, 24)], last=moment, width=call.out.width))
    return DONE


def _iso(until: Any) -> str | None:
    return None if until is None else str(until.isoformat())


def _laid() -> Any:
    from storage.queries.playbooks import laid

    return laid


def _says(book: "Playbook") -> str:
    from widgets.playbooks import knob_words

    return knob_words(book)


def _told(call: "Call") -> int:
    laid: Laid = call.ask(_laid())
    book = laid.books[call.options.name]
    if call.out.json_lines:
        call.out.object({**_object(laid, book), "done": call.options.done})
    else:
        call.out.line(f"{book.name}: {_says(book)}")
    return DONE


def _object(laid: "Laid", book: "Playbook") -> dict[str, Any]:
    said = book.knobs()
    return {
        "name": book.name,
        "scope": book.scope,
        "answers": said.get("answers"),
        "assignment": said.get("assignment"),
        "limit": said.get("limit"),
        "check_in": said.get("check_in"),
        "capacity": said.get("capacity"),
        "transfer": said.get("transfer"),
        "picks": [one.words() for one in book.picks],
        "shipped": book.name not in laid.own,
        "mailboxes": sorted(mailbox for mailbox, model in laid.plays.items() if model == book.name),
    }


def _refused(place: Path, refused: OSError) -> str:
    return _("{file} cannot be used ({reason}).").format(file=place, reason=clean_line(str(refused.strerror)))
