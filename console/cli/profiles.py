"""What `customer` and `organization` have in common: fields that are set, notes and assets that are written down."""

import sys
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Usage
from console.cli.parser import Group, Parser
from storage.kinds import EntryKind, Subject
from storage.kinds.clean import folded
from storage.kinds.entries import LONGEST_NOTE, Asset, Note
from widgets.language import _, drawn

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.queries.knowing import Entry

_BYTES_MOST = 4 * LONGEST_NOTE + 1
_PARTS = ("sort", "serial", "place")
_PAGE = 1_000  # rows of a list that are held at once


def add_set(group: Group, run: Any, who: str) -> None:
    """Add ``set``."""
    parser = group.command(
        "set",
        run,
        words=_("fill fields of the profile, or empty them"),
        more=_("`show` gives the fields that are filled, `plantao field list` all that there are."),
    )
    parser.set_defaults(gathers="values")
    parser.add_argument("who", metavar=who)
    parser.add_argument("values", nargs="*", metavar="FIELD=VALUE")
    parser.add_argument(
        "--empty", action="append", default=[], metavar="FIELD", help=_("a field to empty; may be repeated")
    )
    parser.add_argument(
        "--because", default="", metavar="WHY", help=_("why an agent owns one more than the model allows")
    )


def set_fields(call: "Call", subject: Subject, number: int) -> None:
    """Do what the options of ``set`` say.

    Raises:
        Usage: they say nothing, or one field twice.
        BadField: there is no such field, or it cannot take that.
    """
    from storage.commands import knowing

    options = call.options
    pairs = [*map(ids.pair, options.values), *((name, None) for name in options.empty)]
    if not pairs:
        raise Usage(_("Nothing is said: give FIELD=VALUE, or --empty FIELD."))
    values: dict[str, str | None] = {}
    for name, value in pairs:
        if name in values:
            raise Usage(_("{field} is said twice.").format(field=name))
        values[name] = value
    given = {"actor": call.desk.actor, "now": call.now, "reason": options.because}
    call.desk.tell_now(knowing.set_fields, subject, number, values, **given)


def add_entries(group: Group, subject: Subject, who: str) -> None:
    """Add ``note`` and ``asset``, each with its own commands."""
    parser = group.command("note", None, words=_("notes on the profile, in Markdown; never sent"))
    under = group.under(parser)
    about_one(under, "list", run_notes, subject, who, _("the notes, pinned ones first"))
    parser = about_one(under, "add", run_add_note, subject, who, _("keep a note"))
    _text(parser)
    parser.add_argument("--pin", action="store_true", help=_("let it stand above the others"))
    parser = _numbered(under, "change", run_change_note, _("change a note, or pin it"))
    _text(parser)
    pinned = parser.add_mutually_exclusive_group()
    pinned.add_argument("--pin", action="store_true", default=None, help=_("let it stand above the others"))
    pinned.add_argument("--unpin", dest="pin", action="store_false", help=_("let it stand among the others"))
    _numbered(under, "remove", run_remove_note, _("take a note away"))
    parser = group.command("asset", None, words=_("machines and devices of theirs"))
    under = group.under(parser)
    about_one(under, "list", run_assets, subject, who, _("the assets"))
    parser = about_one(under, "add", run_add_asset, subject, who, _("keep an asset"))
    parser.add_argument("name", metavar="NAME", help=_("what they call it"))
    _parts(parser)
    parser = _numbered(under, "change", run_change_asset, _("change an asset"))
    parser.add_argument("--name", metavar="NAME", help=_("what they call it"))
    _parts(parser)
    _numbered(under, "remove", run_remove_asset, _("take an asset away"))


def about_one(group: Group, name: str, run: Any, subject: Subject, who: str, words: str) -> Parser:
    """Add a command about a customer or an organization that is named."""
    parser = group.command(name, run, words=words)
    parser.set_defaults(subject=subject)
    parser.add_argument("who", metavar=who)
    return parser


def _numbered(group: Group, name: str, run: Any, words: str) -> Parser:
    parser = group.command(name, run, words=words)
    parser.add_argument("number", metavar="NUMBER", type=int, help=_("as `list` and `show` give it"))
    return parser


def _text(parser: Parser) -> None:
    parser.set_defaults(gathers="text")
    parser.add_argument("text", nargs="*", metavar="TEXT", help=_("what to keep, or - for standard input"))


def _parts(parser: Parser) -> None:
    parser.add_argument("--sort", metavar="SORT", help=_("what it is, such as printer"))
    parser.add_argument("--serial", metavar="NUMBER", help=_("its maker's number"))
    parser.add_argument("--place", metavar="PLACE", help=_("where it stands"))


def run_notes(call: "Call") -> int:
    """Print the notes."""
    return _list(call, EntryKind.NOTE)


def run_assets(call: "Call") -> int:
    """Print the assets."""
    return _list(call, EntryKind.ASSET)


def _list(call: "Call", kind: EntryKind) -> int:
    for one in written_down(call, call.options.subject, _who(call), kind):
        show_entry(call, one)
    return DONE


def run_add_note(call: "Call") -> int:
    """Keep a note."""
    return _keep(call, Note(_said(call), call.options.pin))


def run_add_asset(call: "Call") -> int:
    """Keep an asset."""
    options = call.options
    return _keep(call, Asset(options.name, *(getattr(options, part) or "" for part in _PARTS)))


def run_change_note(call: "Call") -> int:
    """Change a note."""
    options = call.options
    if not options.text and options.pin is None:
        raise Usage(_("Nothing is said: give the text, - for standard input, --pin or --unpin."))
    held = _held(call, EntryKind.NOTE)
    text = _said(call) if options.text else held.text
    return _change(call, EntryKind.NOTE, Note(text, held.pinned if options.pin is None else options.pin))


def run_change_asset(call: "Call") -> int:
    """Change an asset."""
    held, options = _held(call, EntryKind.ASSET), call.options
    given = {word: getattr(options, word) for word in ("name", *_PARTS)}
    if all(value is None for value in given.values()):
        raise Usage(_("Nothing is said: give --name, --sort, --serial or --place."))
    return _change(
        call,
        EntryKind.ASSET,
        Asset(*(getattr(held, word) if value is None else value for word, value in given.items())),
    )


def run_remove_note(call: "Call") -> int:
    """Take a note away."""
    return _change(call, EntryKind.NOTE, None)


def run_remove_asset(call: "Call") -> int:
    """Take an asset away."""
    return _change(call, EntryKind.ASSET, None)


def _who(call: "Call") -> int:
    from storage.queries.customers import named

    number: int = call.ask(named, call.options.subject, call.options.who)
    return number


def _held(call: "Call", kind: EntryKind) -> Any:
    from storage.queries.knowing import entry

    return call.ask(entry, call.options.number, kind).value


def _keep(call: "Call", value: Note | Asset) -> int:
    from storage.commands import knowing

    number, _action = call.desk.tell_now(
        knowing.keep_entry,
        value,
        subject=call.options.subject,
        subject_id=_who(call),
        actor=call.desk.actor,
        now=call.now,
    )
    return _told(call, number, value.kind, _("Kept as number {number}."))


def _change(call: "Call", kind: EntryKind, value: Note | Asset | None) -> int:
    from storage.commands import knowing

    number = call.options.number
    call.desk.tell_now(knowing.change_entry, number, value, kind=kind, actor=call.desk.actor, now=call.now)
    if value is not None:
        return _told(call, number, kind, _("Number {number} is changed."))
    if call.out.json_lines:
        call.out.object({"entry_id": number, "kind": kind, "done": call.options.done})
    else:
        call.out.line(_("Number {number} is taken away; `plantao undo` brings it back.").format(number=number))
    return DONE


def _told(call: "Call", number: int, kind: EntryKind, sentence: str) -> int:
    from storage.queries.knowing import entry

    if call.out.json_lines:
        show_entry(call, call.ask(entry, number, kind))
    else:
        call.out.line(sentence.format(number=number))
    return DONE


def written_down(call: "Call", subject: Subject, number: int, kind: EntryKind) -> "list[Entry]":
    """Return the notes or the assets on a profile, pinned ones first."""
    from storage.queries.knowing import entries

    found = call.ask(entries, subject, number, kind)
    return sorted(found, key=lambda one: not getattr(one.value, "pinned", False))


def show_entry(call: "Call", one: "Entry") -> None:
    """Print a note or an asset."""
    if call.out.json_lines:
        call.out.object({**entry_object(one), "subject": one.subject, "subject_id": one.subject_id})
    elif isinstance(one.value, Note):
        pinned = _("pinned") if one.value.pinned else ""
        call.out.line(f"{one.entry_id}  {pinned}".rstrip(), bold=True)
        call.out.line("\n".join(f"    {line}".rstrip() for line in one.value.text.split("\n")))
    elif isinstance(one.value, Asset):
        parts = (one.value.name, one.value.sort, one.value.serial, one.value.place)
        call.out.line(f"{one.entry_id}  " + drawn(" · ").join(filter(None, parts)))


def entry_object(one: "Entry") -> dict[str, Any]:
    """Return a note or an asset as JSON gives it."""
    value = one.value
    if isinstance(value, Note):
        return {"entry_id": one.entry_id, "kind": value.kind, "text": value.text, "pinned": value.pinned}
    assert isinstance(value, Asset)
    parts = {part: getattr(value, part) or None for part in _PARTS}
    return {"entry_id": one.entry_id, "kind": value.kind, "name": value.name, **parts}


def show_profile(call: "Call", subject: Subject, number: int) -> dict[str, Any]:
    """Return the fields, notes and assets of a profile as JSON gives them; without --json print them."""
    from storage.queries import knowing, personas
    from storage.rules.profile import ALWAYS, completeness

    fields = call.ask(knowing.fields)
    values = call.ask(knowing.values, subject, number)
    filled, of = completeness(fields, subject, values)
    notes = written_down(call, subject, number, EntryKind.NOTE)
    assets = written_down(call, subject, number, EntryKind.ASSET)
    shown = {name: value for name, value in values.items() if name not in ALWAYS}
    if subject is Subject.PERSON and (said := shown.get(personas.FIELD)):
        shown[personas.FIELD] = personas.spelled(call.ask(personas.personas), said)
    if not call.out.json_lines:
        labels = {field.name: field.label for field in fields if field.subject is subject}
        order = {name: place for place, name in enumerate(labels)}
        for name in sorted(shown, key=lambda name: order.get(name, len(order))):
            label = labels.get(name)
            value = shown[name] if shown[name] is not None else _("(erased)")
            call.out.line(f"{name}: {value}" + (f"  ({label})" if label else ""))
        call.out.line(_("{filled} of {all} fields filled").format(filled=filled, all=of))
        for title, written in ((_("Notes"), notes), (_("Assets"), assets)):
            if written:
                call.out.line()
                call.out.line(title, bold=True)
            for one in written:
                show_entry(call, one)
    return {
        "fields": shown,
        "filled": filled,
        "fillable": of,
        "notes": [entry_object(one) for one in notes],
        "assets": [entry_object(one) for one in assets],
        "fits": _fits(call, subject, number),
    }


def _fits(call: "Call", subject: Subject, number: int) -> list[dict[str, Any]]:
    """Return how far an organization, or a customer's, is what the desk wishes; without --json print it."""
    from storage.queries import ideals, knowing

    organization = call.ask(knowing.person, number).organization_id if subject is Subject.PERSON else number
    if organization is None:
        return []
    views = call.ask(ideals.of_organization, organization, today=call.now.date())
    if not call.out.json_lines and views:
        call.out.line()
        call.out.line(_("Fit"), bold=True)
        for view in views:
            percent = _("unknown") if view.fit.percent is None else f"{view.fit.percent} %"
            call.out.line(f"{view.name}: {percent}")
    return [{"icp": view.name, "percent": view.fit.percent, "good": view.good, "fits": view.fits} for view in views]


def _limit_of(call: "Call") -> int:
    """Return how many a list may print.

    Raises:
        Usage: it is no number from 0 on.
    """
    count: int = call.options.count
    if count < 0:
        raise Usage(_("-n takes a number from 0 on; 0 is for all."))
    return count or sys.maxsize


def print_list(call: "Call", query: Any, show: Any, **choices: Any) -> int:
    """Print what a query finds, a page at a time, until there are as many as were asked for.

    Args:
        call: with ``words`` and ``count`` among its options.
        query: `storage.queries.customers.persons` or ``organizations``.
        show: prints one, and returns its number.
        choices: the query's own.
    """
    left, last = _limit_of(call), 0
    while left:
        most = min(left, _PAGE)
        views = call.ask(query, call.options.words, after=last, limit=most, **choices)
        for view in views:
            last = show(view)
        if len(views) < most:
            break
        left -= len(views)
    return DONE


def put_into(call: "Call", subject: Subject, number: int, given: str) -> None:
    """Let somebody belong to the organization that a word means, or to none."""
    from storage.commands import knowing
    from storage.queries.customers import named

    above = None if folded(given) == "none" else call.ask(named, Subject.ORGANIZATION, given)
    call.desk.tell_now(knowing.belong, subject, number, above, actor=call.desk.actor, now=call.now)


def told(call: "Call", subject: Subject, number: int, described: dict[str, Any], sentence: str) -> int:
    """Say what was done, or give all that is known with ``--json``."""
    if call.out.json_lines:
        known = show_profile(call, subject, number)
        call.out.object({**described, **known, "done": call.options.done})
    else:
        call.out.line(sentence)
    return DONE


def _said(call: "Call") -> str:
    words = call.options.text
    if words == ["-"]:
        data = sys.stdin.buffer.read(_BYTES_MOST)
        return data.decode("utf-8", "replace")
    return " ".join(words)
