"""`response`: canned responses kept, listed, changed, read from files and written to them, checked and rendered."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from console.cli import ids
from console.cli.errors import DONE, FAILED, Usage
from console.cli.output import columns
from console.cli.parser import Group, Parser
from storage.kinds.clean import clean_line
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from console.cli.call import Call
    from console.library.checking import Problem
    from console.library.files import Read
    from storage.commands.responses import Brought, Entry
    from storage.kinds.responses import Actions, Canned, HandsOn, ResponseView, UsageView


_HANDS_ON: Final = ("transfer", "asked", "team")


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "response",
        None,
        words=_("canned responses: yours and the team's"),
        more=_(
            "A response is a template in Liquid: {{ customer.first_name }}, {% if organization.name %}…{% endif %}.\n"
            "What has no value is asked for and never sent blank. A NAME is a shortcode, or a number as in #7."
        ),
    )
    under = group.under(parser)
    parser = under.command("list", run_list, words=_("the responses you have, with how often they were sent"))
    parser.add_argument(
        "words", nargs="*", metavar="WORD", help=_("shortcode, title or words, as the picker finds them")
    )
    parser.add_argument("--language", default="", metavar="LANGUAGE", help=_("only those in it: pt_BR, es, en"))
    parser.add_argument("--for", dest="number", metavar="ID", help=_("those that fit a conversation first"))
    parser = _named(under.command("show", run_show, words=_("one response, as its file")))
    parser = _written(under.command("add", run_add, words=_("keep a response")), needed=True)
    parser.add_argument("--shared", action="store_true", help=_("for the team, not for you alone"))
    parser = _written(_named(under.command("edit", run_edit, words=_("change a response; $EDITOR without options"))))
    parser.add_argument("--shortcode", metavar="NAME", help=_("another shortcode"))
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--shared", action="store_true", default=None, help=_("for the team from now on"))
    whose.add_argument("--mine", dest="shared", action="store_false", help=_("yours alone from now on"))
    _named(under.command("drop", run_drop, words=_("take a response away, in one language or in all")))
    parser = under.command("import", run_import, words=_("bring responses in from files: all of them or none"))
    parser.add_argument("path", nargs="*", metavar="PATH", help=_(".md files with front matter, folders, .csv tables"))
    parser.add_argument(
        "--starter", action="store_true", help=_("thirty-two to begin with, in Portuguese, Spanish, English")
    )
    parser.add_argument("--preview", action="store_true", help=_("say what would be done, and do nothing"))
    parser.add_argument("--prune", action="store_true", help=_("take away yours and the team's that no file gives"))
    parser = under.command("export", run_export, words=_("write the responses into a folder, a file each"))
    parser.add_argument("folder", metavar="FOLDER")
    parser = under.command("check", run_check, words=_("render them for every sort of customer; status 1 if one fails"))
    parser.add_argument("path", nargs="*", metavar="PATH", help=_("files instead of the responses kept here"))
    parser.add_argument("--starter", action="store_true", help=_("those to begin with, instead"))
    parser = _named(under.command("render", run_render, words=_("what a response says to a customer")))
    parser.add_argument("--for", dest="number", required=True, metavar="ID", help=_("the conversation"))
    parser.add_argument(
        "--set", action="append", default=[], metavar="NAME=TEXT", help=_("a value that is asked for; may be repeated")
    )


def _named(parser: Parser) -> Parser:
    parser.add_argument("name", metavar="NAME")
    parser.add_argument("--language", default="", metavar="LANGUAGE", help=_("the one in it: pt_BR, es, en"))
    return parser


def _written(parser: Parser, *, needed: bool = False) -> Parser:
    if needed:
        parser.add_argument("name", metavar="SHORTCODE")
        parser.add_argument("--language", required=True, metavar="LANGUAGE", help=_("pt_BR, es, en"))
    parser.add_argument("--title", required=needed, metavar="TITLE", help=_("one line that says what it is for"))
    parser.add_argument("--text", required=needed, metavar="TEXT", help=_("the template; - for standard input"))
    parser.add_argument("--tag", action="append", metavar="TAG", help=_("a word to find it by; may be repeated"))
    parser.add_argument("--status", metavar="STATUS", help=_("macro: open, waiting, on_hold or resolved"))
    parser.add_argument("--assign", metavar="NAME", help=_("macro: give it to an agent, me, or none"))
    parser.add_argument("--put", action="append", metavar="TAG", help=_("macro: put a tag on; -TAG takes it off"))
    parser.add_argument("--snooze", metavar="LONG", help=_("macro: out of sight for 4h, 3d, 2w"))
    parser.add_argument("--transfer", metavar="TIER", help=_("macro: hand it on to n1, n2 or n3; empty: not"))
    parser.add_argument("--asked", metavar="TEXT", help=_("macro: the template of what is asked there"))
    parser.add_argument("--team", metavar="TEAM", help=_("macro: the team, a rota or its topic"))
    return parser


def run_list(call: "Call") -> int:
    """Print the responses."""
    from console.library.finding import Library
    from storage.queries.fitting import fitting, suiting
    from storage.queries.responses import responses, usage, values

    options = call.options
    views = call.ask(responses, agent_id=call.agent_id)
    if options.language:
        views = [one for one in views if one.canned.language == options.language]
    if options.words or options.number:
        choices: dict[str, Any] = {}
        if options.number:
            number = ids.conversation(call, options.number)
            read = call.ask(values, number, agent_id=call.agent_id, agent=call.settings.agent_name())
            choices = {
                "fits": call.ask(fitting, number),
                "suits": call.ask(suiting, number),
                "languages": read.languages(),
            }
        found = Library(views).find(" ".join(options.words), limit=len(views), **choices)
        views = [one.view for one in found]
    used = call.ask(usage, [one.response_id for one in views])
    for one in views:
        if call.out.json_lines:
            call.out.object(_object(one, used.get(one.response_id)))
            continue
        times = used[one.response_id].sent if one.response_id in used else 0
        sent = ngettext("{count} time", "{count} times", times).format(count=times) if times else ""
        cells = [(f";{one.canned.shortcode}", 22), (one.canned.language, 6), (one.owner or _("team"), 10), (sent, 10)]
        call.out.line(columns(cells, last=one.canned.title, width=call.out.width))
    return DONE


def run_show(call: "Call") -> int:
    """Print a response as its file."""
    from console.library.files import written
    from storage.queries.responses import usage

    found = _called(call)
    used = call.ask(usage, [one.response_id for one in found])
    for place, one in enumerate(found):
        if call.out.json_lines:
            call.out.object(_object(one, used.get(one.response_id)))
            continue
        if place:
            call.out.line()
        call.out.line(written(one).rstrip("\n"))
    return DONE


def run_add(call: "Call") -> int:
    """Keep a response."""
    from storage.commands import responses as commands
    from storage.kinds.responses import Canned

    options = call.options
    canned = _changed(call, Canned(options.name.strip(), options.language, "", ""))
    number = call.desk.tell_now(commands.keep, canned, shared=options.shared, actor=call.desk.actor, now=call.now)
    return _said(call, number, _(";{name} is kept."))


def run_edit(call: "Call") -> int:
    """Change a response, by options or in the editor."""
    from dataclasses import replace

    from storage.commands import responses as commands

    options = call.options
    view = _only(call)
    names = ("title", "text", "tag", "status", "assign", "put", "snooze", "shortcode", "shared", *_HANDS_ON)
    if all(getattr(options, name) is None for name in names):
        canned = _edited(view)
    else:
        canned = _changed(call, view.canned)
        canned = replace(canned, shortcode=options.shortcode or canned.shortcode)
    call.desk.tell_now(
        commands.change, view.response_id, canned, shared=options.shared, actor=call.desk.actor, now=call.now
    )
    return _said(call, view.response_id, _(";{name} is changed."))


def run_drop(call: "Call") -> int:
    """Take a response away."""
    from storage.commands import responses as commands

    found = _called(call)
    call.desk.tell_now(commands.drop, [one.response_id for one in found], actor=call.desk.actor, now=call.now)
    for one in found:
        if call.out.json_lines:
            call.out.object({**_object(one, None), "done": call.options.done})
        else:
            call.out.line(
                _(";{name} ({language}) is taken away; `plantao undo` brings it back.").format(
                    name=one.canned.shortcode, language=one.canned.language
                )
            )
    return DONE


def run_import(call: "Call") -> int:
    """Bring responses in from files."""
    from storage.commands import responses as commands

    options = call.options
    read = _read(call)
    if not read:
        raise Usage(_("There is nothing to bring in: name files or folders with responses, or --starter."))
    entries = [one.entry for one in read]
    if options.preview:
        done = call.ask(commands.bring, entries, prune=options.prune, preview=True, actor=call.desk.actor, now=call.now)
        return _brought(call, done)
    contents = {digest: raw for one in read for digest, raw in one.contents.items()}
    call.store.content.put(contents)  # before the rows that point at them
    done = call.desk.tell_now(commands.bring, entries, prune=options.prune, actor=call.desk.actor, now=call.now)
    return _brought(call, done)


def run_export(call: "Call") -> int:
    """Write the responses into a folder."""
    from console.library.files import write
    from storage.queries.responses import responses

    views = call.ask(responses, agent_id=call.agent_id)
    digests = {one.digest for view in views for one in view.canned.attachments}
    content = {digest.hex(): raw for digest, raw in call.store.content.each([bytes.fromhex(one) for one in digests])}
    changed = write(Path(call.options.folder).expanduser(), views, content)
    if call.out.json_lines:
        call.out.object({"responses": len(views), "written": [str(one) for one in changed]})
        return DONE
    call.out.line(
        ngettext(
            "{count} response, {files} files written.", "{count} responses, {files} files written.", len(views)
        ).format(count=len(views), files=len(changed))
    )
    return DONE


def _problems(canned: "Canned", desk: "Mapping[str, Sequence[str]]") -> "Iterator[tuple[Problem, bool]]":
    """Yield what is wrong with a response, and whether it stands in its text; else in what its macro hands on."""
    from dataclasses import replace

    from console.library.checking import problems

    for one in problems(canned.body, desk):
        yield one, True
    transfer = canned.actions.transfer
    for name, text in (("asked", transfer.asked), ("reason", transfer.reason)) if transfer is not None else ():
        for one in problems(text, desk) if text else ():
            yield replace(one, words=f"transfer, {name}: {one.words}"), False


def run_check(call: "Call") -> int:
    """Render every response for every sort of customer."""
    from storage.queries.responses import responses
    from storage.queries.told import desk_values

    options = call.options
    desk = call.ask(desk_values)
    if options.path or options.starter:
        sources = [(one.source, one.first_line, one.entry.canned) for one in _read(call)]
    else:
        views = call.ask(responses, agent_id=call.agent_id)
        sources = [(f";{one.canned.shortcode}.{one.canned.language}", 1, one.canned) for one in views]
    count = 0
    for source, first_line, canned in sources:
        for one, in_body in _problems(canned, desk):
            count += 1
            line = one.line + first_line - 1 if in_body else 1
            if call.out.json_lines:
                call.out.object(
                    {
                        "source": source,
                        "line": line,
                        "column": one.column,
                        "words": one.words,
                        "customer": dict(one.customer),
                    }
                )
            else:
                call.out.line(f"{source}:{line}:{one.column}: {one.words}")
    if not call.out.json_lines:
        call.out.line(
            ngettext(
                "{count} response looked at, {wrong} wrong.",
                "{count} responses looked at, {wrong} wrong.",
                len(sources),
            ).format(count=len(sources), wrong=count)
        )
    return FAILED if count else DONE


def run_render(call: "Call") -> int:
    """Print what a response says to a customer; what is missing is named to standard error, with status 1."""
    from console.library.finding import in_language
    from console.library.rendering import render
    from console.library.values import known
    from storage.queries.responses import values

    given = dict(ids.pair(one) for one in call.options.set)
    view = call.ask(
        values,
        ids.conversation(call, call.options.number),
        agent_id=call.agent_id,
        agent=call.settings.agent_name(),
    )
    found = _called(call)
    chosen = in_language(found, view.languages()) or found[0]
    done = render(chosen.canned.body, known(view, language=chosen.canned.language) | given)
    if call.out.json_lines:
        missing = [{"name": one.name, "line": one.line, "column": one.column} for one in done.missing]
        call.out.object(
            {
                "response_id": chosen.response_id,
                "language": chosen.canned.language,
                "text": done.text,
                "missing": missing,
            }
        )
    else:
        call.out.line(done.text)
        for one in done.missing:
            call.out.error(
                _("plantao: line {line}, column {column}: {name} is not known: give it with --set {name}=…").format(
                    line=one.line, column=one.column, name=one.name
                )
            )
    return FAILED if done.missing else DONE


def _called(call: "Call") -> "list[ResponseView]":
    from storage.queries.responses import response_called

    options = call.options
    return list(call.ask(response_called, clean_line(options.name), language=options.language, agent_id=call.agent_id))


def _only(call: "Call") -> "ResponseView":
    found = _called(call)
    if len(found) > 1:
        languages = ", ".join(dict.fromkeys(one.canned.language for one in found))
        raise Usage(
            _("There are several ({languages}): choose with --language, or by number.").format(languages=languages)
        )
    return found[0]


def _changed(call: "Call", canned: "Canned") -> "Canned":
    """Return a response with what the options say of it.

    Raises:
        TemplateTrouble: the template cannot be read.
    """
    from dataclasses import replace

    from console.library.rendering import Template

    options = call.options
    text = sys.stdin.read() if options.text == "-" else options.text
    if text is not None:
        Template(text)
    return replace(
        canned,
        title=canned.title if options.title is None else options.title,
        body=canned.body if text is None else text,
        tags=canned.tags if options.tag is None else tuple(options.tag),
        actions=_actions(call, canned.actions),
    )


def _actions(call: "Call", actions: "Actions") -> "Actions":
    from storage.kinds import Status
    from storage.kinds.responses import Actions
    from widgets.text import refusal_words

    options = call.options
    if options.status and options.status not in set(Status):
        from storage.kinds.errors import Refused

        raise Usage(refusal_words(Refused("bad_macro_status")))
    put = options.put
    return Actions(
        status=actions.status if options.status is None else Status(options.status) if options.status else None,
        assign=actions.assign if options.assign is None else clean_line(options.assign),
        add=actions.add if put is None else tuple(one.lower() for one in put if one and not one.startswith("-")),
        remove=actions.remove if put is None else tuple(one[1:].lower() for one in put if one.startswith("-")),
        snooze=actions.snooze if options.snooze is None else options.snooze,
        transfer=_transfer(call, actions.transfer),
    )


def _transfer(call: "Call", held: "HandsOn | None") -> "HandsOn | None":
    """Return to whom a macro hands on, as the options say; what they do not say stays.

    Raises:
        TemplateTrouble: what is asked cannot be read.
    """
    from dataclasses import replace

    from console.library.rendering import Template
    from storage.kinds import Tier
    from storage.kinds.responses import HandsOn

    options = call.options
    if options.transfer == "":
        return None
    if options.transfer is not None and options.transfer not in set(Tier):
        raise Usage(_("--transfer {word}: there are n1, n2 and n3.").format(word=clean_line(options.transfer)[:40]))
    to = Tier(options.transfer) if options.transfer else held.to if held is not None else None
    if to is None:
        if options.asked is None and options.team is None:
            return None
        raise Usage(_("--asked and --team are for a macro that hands on: say --transfer TIER."))
    made = replace(held, to=to) if held is not None else HandsOn(to, "")
    if options.asked is not None:
        Template(options.asked)
        made = replace(made, asked=options.asked)
    return made if options.team is None else replace(made, team=clean_line(options.team))


def _edited(view: "ResponseView") -> "Canned":
    """Return a response as the editor leaves its file."""
    from dataclasses import replace

    from console.library.editing import edited

    kept = edited(view)
    return replace(kept, attachments=view.canned.attachments)


def _read(call: "Call") -> "list[Read]":
    from console.library.files import read
    from console.library.starter import STARTER

    return read([*call.options.path, *([STARTER] if call.options.starter else [])])


def _brought(call: "Call", done: "Brought") -> int:
    words = {"added": _("new"), "changed": _("changed"), "same": _("as it was"), "dropped": _("taken away")}
    sorts = {"added": done.added, "changed": done.changed, "same": done.same, "dropped": done.dropped}
    for sort, entries in sorts.items():
        for entry in entries:
            if call.out.json_lines:
                call.out.object(
                    {
                        **_words_of(entry),
                        "done": None if call.options.preview and sort != "same" else sort,
                        "would_be": sort,
                    }
                )
            elif sort != "same":
                cells = [(words[sort], 12), (f";{entry.canned.shortcode}", 22), (entry.canned.language, 6)]
                call.out.line(columns(cells, last=entry.canned.title, width=call.out.width))
    if not call.out.json_lines:
        sentence = (
            _("Nothing was done yet: {new} new, {changed} changed, {gone} taken away, {same} as they are.")
            if call.options.preview
            else _("{new} new, {changed} changed, {gone} taken away, {same} as they were.")
        )
        call.out.line(
            sentence.format(new=len(done.added), changed=len(done.changed), gone=len(done.dropped), same=len(done.same))
        )
    return DONE


def _said(call: "Call", number: int, sentence: str) -> int:
    from storage.queries.responses import responses

    (view,) = (one for one in call.ask(responses, agent_id=call.desk.agent_id) if one.response_id == number)
    if call.out.json_lines:
        call.out.object(_object(view, None))
    else:
        call.out.line(sentence.format(name=view.canned.shortcode))
    return DONE


def _words_of(entry: "Entry") -> dict[str, Any]:
    canned = entry.canned
    return {
        "shortcode": canned.shortcode,
        "language": canned.language,
        "title": canned.title,
        "owner": entry.owner or None,
    }


def _object(view: "ResponseView", used: "UsageView | None") -> dict[str, Any]:
    from storage.kinds.responses import UsageView, written_actions

    canned, used = view.canned, used or UsageView()
    return {
        "response_id": view.response_id,
        "shortcode": canned.shortcode,
        "language": canned.language,
        "title": canned.title,
        "owner": view.owner or None,
        "shared": view.shared,
        "tags": list(canned.tags),
        "attachments": [{"name": one.name, "size": one.size} for one in canned.attachments],
        "actions": written_actions(canned.actions),
        "text": canned.body,
        "sent": used.sent,
        "edited": used.edited,
        "reopened": used.reopened,
        "last_at": used.last_at,
    }
