"""`field`: what profiles can say: the fields of every desk, and those that this one makes for itself."""

from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE
from console.cli.output import columns
from console.cli.parser import Group
from storage.kinds import EntryKind, Subject
from storage.kinds.profiles import Block, Sort
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.rules.profile import Field


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command("field", None, words=_("what profiles of customers and organizations can say"))
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the fields: those of every desk, then your own"))
    parser.add_argument("--of", choices=[*map(str, Subject)], help=_("of whom"))
    parser = under.command("add", run_add, words=_("lay down a field of the desk's own"))
    parser.add_argument("name", metavar="NAME", help=_("lower-case letters, digits and _"))
    parser.add_argument("--of", choices=[*map(str, Subject)], default=str(Subject.PERSON), help=_("of whom"))
    parser.add_argument("--block", choices=[*map(str, Block)], default=str(Block.WHO), help=_("where it stands"))
    parser.add_argument("--sort", choices=[*map(str, Sort)], default=str(Sort.TEXT), help=_("what it holds"))
    parser.add_argument(
        "--choice", action="append", default=[], metavar="WORD", help=_("a word to choose; may be repeated")
    )
    parser.add_argument(
        "--label", default="", metavar="TEXT", help=_("what it is called on screen; without it the name")
    )
    parser = under.command(
        "remove", run_remove, words=_("take a field of the desk's own away; what profiles say in it stays")
    )
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--of", choices=[*map(str, Subject)], default=str(Subject.PERSON), help=_("of whom"))


def run_list(call: "Call") -> int:
    """Print the fields."""
    from storage.queries.knowing import fields
    from storage.rules.profile import FIELDS

    for field in call.ask(fields):
        if call.options.of not in {None, str(field.subject)}:
            continue
        own = field not in FIELDS
        if call.out.json_lines:
            call.out.object(_object(field, own=own))
            continue
        what = ", ".join(field.choices) or str(field.sort)
        cells = [(str(field.subject), 12), (field.name, 20), (str(field.block), 8)]
        call.out.line(columns(cells, last=f"{what}  {field.label}".rstrip(), width=call.out.width))
    return DONE


def run_add(call: "Call") -> int:
    """Lay down a field."""
    from storage.commands import knowing
    from storage.kinds.entries import OwnField

    options = call.options
    own = OwnField(
        options.name,
        options.of,
        options.block,
        options.sort,
        tuple(options.choice),
        options.label.strip() or options.name,
    )
    call.desk.tell_now(knowing.keep_entry, own, actor=call.desk.actor, now=call.now)
    return _told(call, _("The field {name} is kept."))


def run_remove(call: "Call") -> int:
    """Take a field of the desk's own away."""
    from storage.commands import knowing
    from storage.kinds.entries import OwnField
    from storage.kinds.errors import NoSuch
    from storage.queries.knowing import entries

    options = call.options
    for one in call.ask(entries, None, None, EntryKind.FIELD):
        if isinstance(one.value, OwnField) and (one.value.subject, one.value.name) == (options.of, options.name):
            break
    else:
        raise NoSuch("field", options.name)
    field = _named(call)
    call.desk.tell_now(
        knowing.change_entry, one.entry_id, None, kind=EntryKind.FIELD, actor=call.desk.actor, now=call.now
    )
    if call.out.json_lines:
        call.out.object({**_object(field, own=True), "done": options.done})
    else:
        call.out.line(_("The field {name} is taken away; `plantao undo` brings it back.").format(name=field.name))
    return DONE


def _told(call: "Call", sentence: str) -> int:
    field = _named(call)
    if call.out.json_lines:
        call.out.object({**_object(field, own=True), "done": call.options.done})
    else:
        call.out.line(sentence.format(name=field.name))
    return DONE


def _named(call: "Call") -> "Field":
    from storage.queries.knowing import fields
    from storage.rules.profile import find

    field: Field = find(call.ask(fields), Subject(call.options.of), call.options.name)
    return field


def _object(field: "Field", *, own: bool) -> dict[str, Any]:
    return {
        "name": field.name,
        "of": field.subject,
        "block": field.block,
        "sort": field.sort,
        "choices": list(field.choices),
        "label": field.label or None,
        "own": own,
    }
