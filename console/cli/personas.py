"""`persona`: how a sort of customer is approached; suggested for customers by rules, confirmed by an agent."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE
from console.cli.laid_down import add_files, change
from console.cli.output import columns
from console.cli.parser import Group, Parser
from storage.kinds import AddressKind, EntryKind, Subject
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.personas import Persona, Suggested

_LISTS = {"pain": "pains", "do": "do", "dont": "dont", "role": "roles", "signature": "signature"}
_AT_ONCE = 500
_LINES = ("name", "tone", "channel", "notes")


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "persona",
        None,
        words=_("how sorts of customers are approached"),
        more=_(
            "A persona is suggested for customers by words of their role, and by words below their letters.\n"
            "A NAME is one that it has or had, or a number as in #7; WHO is a number, an address or a name."
        ),
    )
    under = group.under(parser)
    under.command("list", run_list, words=_("the personas"))
    _named(under.command("show", run_show, words=_("a persona, as its file")))
    _said(_named(under.command("add", run_add, words=_("keep a persona"))))
    parser = _said(_named(under.command("set", run_set, words=_("change a persona; $EDITOR without options"))))
    parser.add_argument("--name", dest="renamed", metavar="NAME", help=_("another name; its customers stay its own"))
    _named(under.command("remove", run_remove, words=_("take a persona away; what profiles say stays")))
    add_files(under, EntryKind.PERSONA)
    parser = under.command(
        "suggest",
        run_suggest,
        words=_("who customers may be, and what says so; without WHO, of all who may be somebody"),
    )
    parser.add_argument("who", nargs="*", metavar="WHO")
    for name, run, words in (
        ("confirm", run_confirm, _("let customers be the persona that is suggested")),
        ("dismiss", run_dismiss, _("suggest that persona no more for these customers")),
    ):
        parser = under.command(name, run, words=words)
        parser.add_argument("who", nargs="+", metavar="WHO")


def _named(parser: Parser) -> Parser:
    parser.add_argument("name", metavar="NAME")
    return parser


def _said(parser: Parser) -> Parser:
    parser.add_argument("--tone", metavar="TEXT", help=_("how they are written to"))
    parser.add_argument("--channel", choices=["", *map(str, AddressKind)], help=_("by what they like to be reached"))
    for name, words in (
        ("pain", _("what troubles them; may be repeated")),
        ("do", _("what helps with them; may be repeated")),
        ("dont", _("what does not; may be repeated")),
        ("role", _("words of a role by which one is known; may be repeated")),
        ("signature", _("words below a letter, likewise; may be repeated")),
    ):
        parser.add_argument(f"--{name}", action="append", metavar="TEXT", help=words)
    parser.add_argument("--notes", metavar="TEXT", help=_("notes in Markdown, or - for standard input"))
    return parser


def run_list(call: "Call") -> int:
    """Print the personas."""
    from storage.queries.personas import personas

    for number, card in call.ask(personas):
        if call.out.json_lines:
            call.out.object(_object(number, card))
            continue
        call.out.line(columns([(f"#{number}", 8), (card.name, 28)], last=card.tone, width=call.out.width))
    return DONE


def run_show(call: "Call") -> int:
    """Print a persona as its file."""
    from console.library.cards import written

    number, card = _called(call)
    if call.out.json_lines:
        call.out.object(_object(number, card))
    else:
        call.out.line(written(card).rstrip("\n"))
    return DONE


def run_add(call: "Call") -> int:
    """Keep a persona."""
    from storage.commands import knowing
    from storage.kinds.personas import Persona

    card = _changed(call, Persona(call.options.name))
    number, _action = call.desk.tell_now(knowing.keep_entry, card, actor=call.desk.actor, now=call.now)
    return _told(call, number, _("The persona {name} is kept."))


def run_set(call: "Call") -> int:
    """Change a persona, by options or in the editor."""
    number, card = _called(call)
    options = call.options
    if all(getattr(options, name) is None for name in (*_LISTS, *_LINES[1:], "renamed")):
        from console.library.editing import edited_card

        changed = edited_card(card, {})
    else:
        changed = _changed(call, card if options.renamed is None else replace(card, name=options.renamed))
    change(call, number, EntryKind.PERSONA, changed)
    return _told(call, number, _("The persona {name} is changed."))


def run_remove(call: "Call") -> int:
    """Take a persona away."""
    number, card = _called(call)
    change(call, number, EntryKind.PERSONA, None)
    if call.out.json_lines:
        call.out.object({**_object(number, card), "done": call.options.done})
    else:
        call.out.line(_("{name} is taken away; `plantao undo` brings it back.").format(name=card.name))
    return DONE


def run_suggest(call: "Call") -> int:
    """Print who customers may be."""
    from storage.queries import knowing, personas

    if not call.options.who:
        return _suggest_all(call)
    for person, called in _customers(call):
        said = call.ask(knowing.values, Subject.PERSON, person).get(personas.FIELD) or ""
        found = call.ask(personas.beside, person, said)
        if call.out.json_lines:
            call.out.object(
                {
                    "customer_id": person,
                    "persona": found.card.name if found.card else said or None,
                    "suggested": _suggested_object(found.suggested) if found.suggested else None,
                }
            )
        elif found.suggested is not None:
            call.out.line(_line(person, called, _suggested_words(found.suggested), call.out.width))
        else:
            is_set = _("is {name}").format(name=found.card.name if found.card else said)
            call.out.line(_line(person, called, is_set if said else _("nothing says who they are"), call.out.width))
    return DONE


def _suggest_all(call: "Call") -> int:
    from storage.queries.customers import persons_of
    from storage.queries.personas import everyone

    found = call.ask(lambda session: list(everyone(session)))
    for start in range(0, len(found), _AT_ONCE):
        some = dict(found[start : start + _AT_ONCE])
        for one in call.ask(persons_of, list(some)):
            said = some[one.person_id]
            if call.out.json_lines:
                call.out.object({"customer_id": one.person_id, "persona": None, "suggested": _suggested_object(said)})
            else:
                call.out.line(_line(one.person_id, one.called, _suggested_words(said), call.out.width))
    return DONE


def run_confirm(call: "Call") -> int:
    """Let customers be who they may be."""
    from storage.commands import knowing

    return _decided(call, knowing.confirm_persona, _("is {name} now"))


def run_dismiss(call: "Call") -> int:
    """Suggest that no more."""
    from storage.commands import knowing

    return _decided(call, knowing.dismiss_persona, _("is not {name}"))


def _decided(call: "Call", command: Any, sentence: str) -> int:
    for person, called in _customers(call):
        found, _action = call.desk.tell_now(command, person, actor=call.desk.actor, now=call.now)
        if call.out.json_lines:
            call.out.object({"customer_id": person, **_suggested_object(found), "done": call.options.done})
        else:
            words = sentence.format(name=found.persona.name)
            call.out.line(_line(person, called, f"{words} ({_why(found)})", call.out.width))
    return DONE


def _customers(call: "Call") -> list[tuple[int, str]]:
    from storage.queries.customers import named, persons_of

    numbers = [call.ask(named, Subject.PERSON, who) for who in call.options.who]
    return [(one.person_id, one.called) for one in call.ask(persons_of, numbers)]


def _line(number: int, called: str, words: str, width: int) -> str:
    return columns([(f"#{number}", 8), (called, 24)], last=words, width=width)


def _suggested_words(found: "Suggested") -> str:
    return f"{found.persona.name}? {_why(found)}"


def _why(found: "Suggested") -> str:
    return (_("role: {said}") if found.by == "role" else _("signature: {said}")).format(said=found.said)


def _suggested_object(found: "Suggested") -> dict[str, Any]:
    return {"persona": found.persona.name, "entry_id": found.entry_id, "by": found.by, "said": found.said}


def _called(call: "Call") -> "tuple[int, Persona]":
    from storage.queries.personas import called

    found: tuple[int, Persona] = call.ask(called, call.options.name)
    return found


def _changed(call: "Call", card: "Persona") -> "Persona":
    options = call.options
    given: dict[str, Any] = {
        field: tuple(value) for name, field in _LISTS.items() if (value := getattr(options, name)) is not None
    }
    given |= {name: value for name in _LINES[1:] if (value := getattr(options, name)) is not None}
    if given.get("notes") == "-":
        given["notes"] = sys.stdin.read()
    return replace(card, **given)


def _told(call: "Call", number: int, sentence: str) -> int:
    from storage.queries.personas import called

    number, card = call.ask(called, f"#{number}")
    if call.out.json_lines:
        call.out.object({**_object(number, card), "done": call.options.done})
    else:
        call.out.line(sentence.format(name=card.name))
    return DONE


def _object(number: int, card: "Persona") -> dict[str, Any]:
    names = ("pains", "tone", "channel", "do", "dont", "roles", "signature", "notes", "former")
    said = {name: getattr(card, name) for name in names}
    return {
        "entry_id": number,
        "kind": card.kind,
        "name": card.name,
        **{name: list(value) if isinstance(value, tuple) else value or None for name, value in said.items()},
    }
