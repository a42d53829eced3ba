"""`icp`: what the desk wishes its customers' organizations to be, and how far each is that."""

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Usage
from console.cli.laid_down import add_files, change
from console.cli.output import columns
from console.cli.parser import Group, Parser
from storage.kinds import EntryKind, Subject
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.ideals import Criterion, FitView, Icp, Judged, Tally

_OPTIONS = ("renamed", "good", "notes", "add", "drop", "weigh")


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "icp",
        None,
        words=_("ideal customer profiles: what you wish organizations to be, and how far each is that"),
        more=_(
            'A CRITERION is a line: weight, field, operator, value, as in "25 industry is freight",\n'
            '"20 size >= 60", "10 country one_of Brasil, Portugal", "5 person.role contains CTO", "5 site known".\n'
            "What is unknown is no miss: the share is of the weight of what is known."
        ),
    )
    under = group.under(parser)
    under.command("list", run_list, words=_("the definitions, and how many organizations fit each"))
    _named(under.command("show", run_show, words=_("a definition, as its file")))
    parser = _named(under.command("add", run_add, words=_("keep a definition")))
    parser.add_argument("criteria", nargs="*", metavar="CRITERION")
    _said(parser)
    parser = _said(_named(under.command("set", run_set, words=_("change a definition; $EDITOR without options"))))
    parser.add_argument("--name", dest="renamed", metavar="NAME", help=_("another name"))
    parser.add_argument("--add", action="append", metavar="CRITERION", help=_("one more; may be repeated"))
    parser.add_argument(
        "--drop", action="append", type=int, metavar="N", help=_("take the criterion of that place away, from 1 on")
    )
    parser.add_argument(
        "--weigh", action="append", metavar="N=WEIGHT", help=_("let the one of that place count as much")
    )
    _named(under.command("remove", run_remove, words=_("take a definition away")))
    add_files(under, EntryKind.ICP)
    parser = under.command("fit", run_fit, words=_("how far organizations fit, the best first"))
    parser.add_argument("name", nargs="?", default="", metavar="NAME", help=_("only this definition"))
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--organization", metavar="ORG", help=_("one organization, criterion by criterion"))
    whose.add_argument("--customer", metavar="WHO", help=_("the organization of a customer, likewise"))
    parser.add_argument(
        "-n", dest="count", type=int, default=100, metavar="COUNT", help=_("at most so many; 0 for all")
    )


def _named(parser: Parser) -> Parser:
    parser.add_argument("name", metavar="NAME")
    return parser


def _said(parser: Parser) -> Parser:
    parser.add_argument(
        "--good", type=int, metavar="PERCENT", help=_("the share from which an organization fits; 70 by default")
    )
    parser.add_argument("--notes", metavar="TEXT", help=_("notes in Markdown, or - for standard input"))
    return parser


def run_list(call: "Call") -> int:
    """Print the definitions."""
    from storage.queries.ideals import ideals, tally

    for number, icp in call.ask(ideals):
        found = call.ask(tally, icp, today=_today(call))
        if call.out.json_lines:
            call.out.object(_object(number, icp, found))
            continue
        count = len(icp.criteria)
        words = ngettext("{count} criterion", "{count} criteria", count).format(count=count)
        call.out.line(
            columns([(f"#{number}", 8), (icp.name, 28), (words, 14)], last=_tally_words(found), width=call.out.width)
        )
    return DONE


def run_show(call: "Call") -> int:
    """Print a definition as its file."""
    from console.library.cards import written
    from storage.queries.ideals import tally

    number, icp = _called(call)
    if call.out.json_lines:
        call.out.object(_object(number, icp, call.ask(tally, icp, today=_today(call))))
    else:
        call.out.line(written(icp).rstrip("\n"))
    return DONE


def run_add(call: "Call") -> int:
    """Keep a definition."""
    from storage.commands import knowing
    from storage.kinds.ideals import GOOD, Icp

    options = call.options
    good = GOOD if options.good is None else options.good
    icp = Icp(options.name, _criteria(call, options.criteria), good, _notes(call) or "")
    number, _action = call.desk.tell_now(knowing.keep_entry, icp, actor=call.desk.actor, now=call.now)
    return _told(call, number, _("The ICP {name} is kept: {tally}."))


def run_set(call: "Call") -> int:
    """Change a definition, by options or in the editor."""
    number, icp = _called(call)
    options = call.options
    if all(getattr(options, name) is None for name in _OPTIONS):
        from console.library.editing import edited_card

        changed = edited_card(icp, _fields(call))
    else:
        notes = _notes(call)
        changed = replace(
            icp,
            name=icp.name if options.renamed is None else options.renamed,
            good=icp.good if options.good is None else options.good,
            notes=icp.notes if notes is None else notes,
            criteria=_changed(call, icp.criteria),
        )
    change(call, number, EntryKind.ICP, changed)
    return _told(call, number, _("The ICP {name} is changed: {tally}."))


def _changed(call: "Call", criteria: "Sequence[Criterion]") -> "tuple[Criterion, ...]":
    from storage.rules import ideal

    options = call.options
    places = dict(enumerate(criteria, 1))
    for said in options.weigh or ():
        word, weight = ids.pair(said)
        place = _place(int(word) if word.isdecimal() else 0, len(criteria))
        one = places[place]
        given = ideal.Given(weight, one.field, str(one.operator), one.values, {})
        places[place] = ideal.made(given, _fields(call), number=place)
    for place in options.drop or ():
        places.pop(_place(place, len(criteria)), None)
    return (*places.values(), *_criteria(call, options.add or ()))


def _place(place: int, count: int) -> int:
    if not 1 <= place <= count:
        raise Usage(_("There is no criterion {place}: there are {count}.").format(place=place, count=count))
    return place


def run_remove(call: "Call") -> int:
    """Take a definition away."""
    number, icp = _called(call)
    change(call, number, EntryKind.ICP, None)
    if call.out.json_lines:
        call.out.object({**_object(number, icp), "done": call.options.done})
    else:
        call.out.line(_("{name} is taken away; `plantao undo` brings it back.").format(name=icp.name))
    return DONE


def run_fit(call: "Call") -> int:
    """Print how far organizations fit."""
    from storage.queries.customers import named
    from storage.queries.ideals import ideals
    from storage.queries.knowing import person

    options = call.options
    if options.count < 0:
        raise Usage(_("-n takes a number from 0 on; 0 is for all."))
    chosen = [_called(call)] if options.name else call.ask(ideals)
    if options.organization is not None:
        return _fit_of(call, call.ask(named, Subject.ORGANIZATION, options.organization), chosen)
    if options.customer is not None:
        who = call.ask(person, call.ask(named, Subject.PERSON, options.customer))
        if who.organization_id is None:
            from storage.kinds.errors import Refused

            raise Refused("no_organization")
        return _fit_of(call, who.organization_id, chosen)
    for _number, icp in chosen:
        _fit_of_all(call, icp)
    return DONE


def _fit_of_all(call: "Call", icp: "Icp") -> None:
    from storage.queries.ideals import tally

    found = call.ask(tally, icp, today=_today(call), limit=call.options.count or sys.maxsize)
    if not call.out.json_lines:
        call.out.line(f"{icp.name}  {_tally_words(found)}", bold=True)
    for one in found.best:
        if call.out.json_lines:
            call.out.object(
                {
                    "icp": icp.name,
                    "organization_id": one.organization_id,
                    "organization": one.called,
                    "percent": one.percent,
                    "fits": one.percent >= icp.good,
                }
            )
            continue
        call.out.line(
            columns([(f"{one.percent:>4} %", 8), (f"#{one.organization_id}", 8)], last=one.called, width=call.out.width)
        )


def _fit_of(call: "Call", organization_id: int, chosen: "Sequence[tuple[int, Icp]]") -> int:
    from storage.kinds.ideals import Outcome
    from storage.queries.ideals import of_organization

    words = {Outcome.MATCHED: _("match"), Outcome.MISSED: _("miss"), Outcome.UNKNOWN: _("unknown")}
    for view in call.ask(of_organization, organization_id, today=_today(call), known=chosen):
        if call.out.json_lines:
            call.out.object({"organization_id": organization_id, **_fit_object(view)})
            continue
        percent = view.fit.percent
        share = _("unknown") if percent is None else f"{percent} %"
        call.out.line(f"{view.name}  {share}", bold=True)
        for outcome, word in words.items():
            for one in view.fit.those(outcome):
                says = f"  ({', '.join(one.says)})" if one.says else ""
                cells = [(f"  {word}", 12), (f"{one.criterion.weight:>4}", 6)]
                call.out.line(columns(cells, last=f"{_criterion_words(one)}{says}", width=call.out.width))
    return DONE


def _criterion_words(one: "Judged") -> str:
    from storage.rules.ideal import line_of

    return line_of(one.criterion).partition(" ")[2]


def _tally_words(found: "Tally") -> str:
    return _("{fits} fit, {poor} do not, {unknown} unknown").format(
        fits=found.fits, poor=found.poor, unknown=found.unknown
    )


def _today(call: "Call") -> date:
    today: date = call.now.date()
    return today


def _called(call: "Call") -> "tuple[int, Icp]":
    from storage.queries.ideals import called

    found: tuple[int, Icp] = call.ask(called, call.options.name)
    return found


def _fields(call: "Call") -> Any:
    from storage.queries.knowing import fields
    from storage.rules.ideal import fields_of

    return fields_of(call.ask(fields))


def _criteria(call: "Call", lines: Sequence[str]) -> "tuple[Criterion, ...]":
    from storage.rules.ideal import in_line, made

    known = _fields(call)
    return tuple(made(in_line(line), known, number=number) for number, line in enumerate(lines, 1))


def _notes(call: "Call") -> str | None:
    notes: str | None = call.options.notes
    return sys.stdin.read() if notes == "-" else notes


def _told(call: "Call", number: int, sentence: str) -> int:
    from storage.queries.ideals import called, tally

    number, icp = call.ask(called, f"#{number}")
    found = call.ask(tally, icp, today=_today(call))
    if call.out.json_lines:
        call.out.object({**_object(number, icp, found), "done": call.options.done})
    else:
        call.out.line(sentence.format(name=icp.name, tally=_tally_words(found)))
    return DONE


def _object(number: int, icp: "Icp", found: "Tally | None" = None) -> dict[str, Any]:
    return {
        "entry_id": number,
        "kind": icp.kind,
        "name": icp.name,
        "good": icp.good,
        "criteria": [one.written() for one in icp.criteria],
        "notes": icp.notes or None,
        **({"fits": found.fits, "poor": found.poor, "unknown": found.unknown} if found else {}),
    }


def _fit_object(view: "FitView") -> dict[str, Any]:
    from storage.kinds.ideals import Outcome

    return {
        "icp": view.name,
        "percent": view.fit.percent,
        "good": view.good,
        "fits": view.fits,
        **{
            str(outcome): [{**one.criterion.written(), "says": list(one.says)} for one in view.fit.those(outcome)]
            for outcome in Outcome
        },
    }
