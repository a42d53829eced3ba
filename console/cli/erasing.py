"""`customer erase`: all that is held on somebody goes for ever, after it was said what that is."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from console.cli.errors import DONE, Failed, Usage
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.erasing import Elsewhere, Receipt, Survey


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "erase",
        run_erase,
        words=_("all that is held on one, for ever: it cannot be undone"),
        more=_(
            "Says what would go, asks what it must, and goes on when you type the name. Mail, attachments, drafts,\n"
            "notes and profile are taken out of the desk and its files; numbers, times and figures stay, the log can\n"
            "still be verified, and the mail is not taken in again. What is left, and where else to look, is said."
        ),
    )
    parser.add_argument("who", metavar="WHO")
    parser.add_argument("--preview", action="store_true", help=_("say what would go, and erase nothing"))
    parser.add_argument(
        "--elsewhere",
        metavar="keep|erase|1,3",
        help=_("what names them and is others' or the desk's, or its numbers: asked for without it"),
    )
    parser.add_argument(
        "--servers", choices=("keep", "delete"), help=_("their mail on the mail servers: asked for without it")
    )
    parser.add_argument("--name", metavar="NAME", help=_("the name, instead of typing it"))


def run_erase(call: "Call") -> int:
    """Erase a customer."""
    from console.files.struck import strike
    from console.mail.erasing import unread_naming
    from storage.commands import erasing
    from storage.kinds import Subject
    from storage.kinds.erasing import Elsewhere, Named
    from storage.kinds.errors import Refused
    from storage.queries import erasing as looking
    from storage.queries.customers import named

    person_id = call.ask(named, Subject.PERSON, call.options.who)
    survey: Survey = call.ask(looking.survey, person_id)
    unread = [
        Elsewhere(Named.UNREAD, one, "") for one in unread_naming(call.store, survey.quarantined, survey.addresses)
    ]
    survey = replace(survey, elsewhere=(*survey.elsewhere, *unread))
    backups = _backups(call)
    if call.options.preview and call.out.json_lines:
        call.out.object({**_object(survey), "backups": backups, "erased": False})
        return DONE
    if not call.out.json_lines:
        _say(call, survey, backups)
    if call.options.preview:
        return DONE
    if survey.unsettled:
        raise Refused("in_outbox", survey.unsettled)
    elsewhere = _elsewhere(call, survey)
    servers = bool(survey.placed) and _chosen(
        call,
        call.options.servers,
        "--servers keep|delete",
        _("Their mail on the mail servers: keep it there, or delete it?"),
        ("keep", "delete"),
    )
    _must_be_named(call, survey)
    unread_on: list[str] = call.ask(looking.places, [one.number for one in elsewhere if one.what is Named.UNREAD])
    lines = strike(call.paths.state, survey.names)  # before the names are gone: a line too many is no loss
    receipt: Receipt = call.desk.tell_now(
        erasing.erase,
        survey,
        elsewhere=elsewhere,
        on_servers=servers,
        actor=call.desk.actor,
        now=call.now,
    )
    clean = finished(call)
    _give(call, survey, receipt, lines=lines, backups=backups, unread=unread_on, clean=clean)
    return DONE


def finished(call: "Call") -> bool:
    """Write the files of the desk anew; say whether nothing is left in them. What is done is done, whatever comes."""
    from console.mail.erasing import finish
    from storage.kinds.errors import StoreTrouble
    from widgets.text import explain

    try:
        return finish(call.store) is not False
    except StoreTrouble as trouble:
        call.out.error(f"plantao: {explain(trouble)}")
        return False


def _elsewhere(call: "Call", survey: "Survey") -> "list[Elsewhere]":
    """Return what of others goes as well: asked on the terminal, and never taken for granted."""
    from storage.kinds.erasing import chosen

    given: str | None = call.options.elsewhere
    if not survey.elsewhere:
        return []
    if given is None and not sys.stdin.isatty():
        raise Usage(_("There is no terminal to ask on: say {option}.").format(option="--elsewhere keep|erase"))
    while True:
        if given is None:
            call.out.error(_("What names them elsewhere (above): keep it, erase it as well, or which of it (1,3)?"))
            found = chosen(survey.elsewhere, typed("keep/erase/1,3"))
        else:
            found = chosen(survey.elsewhere, given)
        if found is not None:
            return found
        if given is not None:
            words = _("«{word}» is neither keep nor erase, nor numbers of what is listed, such as 1,3.")
            raise Usage(words.format(word=clean_line(given)[:40]))


def _chosen(call: "Call", given: str | None, option: str, question: str, choices: tuple[str, str]) -> bool:
    """Return whether the second of two is chosen; asked on the terminal, and never taken for granted."""
    if given is None and not sys.stdin.isatty():
        raise Usage(_("There is no terminal to ask on: say {option}.").format(option=option))
    while given is None:
        call.out.error(question)
        said = typed("/".join(choices)).lower()
        given = said if said in choices else None
    return given == choices[1]


def typed(what: str) -> str:
    """Ask on the terminal, beside what is printed for programs."""
    sys.stderr.write(f"[{what}] ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    if not line:
        raise Failed(_("Nothing was erased."))
    return line.strip()


def _must_be_named(call: "Call", survey: "Survey") -> None:
    name = clean_line(survey.name).strip()
    given: str | None = call.options.name
    if given is None:
        if not sys.stdin.isatty():
            raise Usage(_("There is no terminal to ask on: say {option}.").format(option="--name NAME"))
        call.out.error(_("This cannot be undone. Type the name to erase:"))
        given = typed(name)
    if clean_line(given).strip() != name:
        raise Failed(_("That is not the name: nothing was erased."))


def _backups(call: "Call") -> list[str]:
    """Return the copies of the desk that lie beside it, which hold what they held."""
    path = call.store.path
    return sorted(str(one) for one in path.parent.glob("desk.before-*")) if path is not None else []


def _say(call: "Call", survey: "Survey", backups: list[str]) -> None:
    from widgets.erasing import elsewhere_words, held_words, left_alone_words

    out = call.out
    out.line(
        _("What is held on {name}").format(name=clean_line(survey.name)) + f" (#{survey.person_ids[0]})", bold=True
    )
    for line in held_words(survey, call.now):
        out.line(line)
    if survey.elsewhere:
        out.line("")
        out.line(_("Elsewhere they are named in:"))
        wide = len(str(len(survey.elsewhere)))
        for place, one in enumerate(survey.elsewhere, 1):
            out.line(f"{place:>{wide + 2}}  {elsewhere_words(one)}")
    for line in left_alone_words(survey, backups):
        out.line(line)
    out.line("")


def _give(
    call: "Call",
    survey: "Survey",
    receipt: "Receipt",
    *,
    lines: int,
    backups: list[str],
    unread: list[str],
    clean: bool,
) -> None:
    from widgets.erasing import receipt_words

    out = call.out
    if out.json_lines:
        out.object(
            {
                "customer_id": receipt.person_ids[0],
                "erased": True,
                "at": call.now.isoformat(),
                "by": call.desk.agent,
                "action_id": receipt.action_id,
                "messages": receipt.messages,
                "deliveries": receipt.deliveries,
                "facts": receipt.facts,
                "drafts": receipt.drafts,
                "elsewhere": receipt.elsewhere,
                "kept_elsewhere": receipt.kept,
                "deletions_asked": receipt.asked,
                "lines_struck": lines,
                "backups": backups,
                "left_on_servers": unread,
                "tags": list(survey.tagged),
                "files_clean": clean,
                "log_head": receipt.head,
            }
        )
        return
    out.line(_("Receipt"), bold=True)
    told = receipt_words(
        survey,
        receipt,
        now=call.now,
        agent=call.desk.agent,
        lines=lines,
        backups=backups,
        unread=unread,
        clean=clean,
    )
    for line in told:
        out.line(line)


def _object(survey: "Survey") -> dict[str, Any]:
    return {
        "customer_id": survey.person_ids[0],
        "name": survey.name,
        "messages": len(survey.message_ids),
        "bytes": survey.size,
        "conversations": survey.conversations,
        "drafts": len(survey.draft_ids),
        "facts": len(survey.facts),
        "on_servers": survey.placed,
        "elsewhere": [
            {
                "what": str(one.what),
                "number": one.number,
                "conversation_id": one.conversation_id,
                "said": one.said,
                "quotes": one.quotes,
            }
            for one in survey.elsewhere
        ],
        "tags": list(survey.tagged),
        "unsettled": list(survey.unsettled),
    }
