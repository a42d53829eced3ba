"""`customer erase`: all that is held on somebody goes for ever, after it was said what that is."""

import sys
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from console.cli.errors import DONE, Failed, Usage
from console.cli.parser import Group
from storage.kinds.clean import clean_line
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.erasing import Elsewhere, Receipt, Survey

_SHOWN: Final = 20  # of what is named elsewhere


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
        choices=("keep", "erase"),
        help=_("what names them and belongs to others or to the desk: asked for without it"),
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
    elsewhere = bool(survey.elsewhere) and _chosen(
        call,
        call.options.elsewhere,
        "--elsewhere keep|erase",
        _("What names them elsewhere (above): keep it, or erase it as well?"),
        ("keep", "erase"),
    )
    servers = bool(survey.placed) and _chosen(
        call,
        call.options.servers,
        "--servers keep|delete",
        _("Their mail on the mail servers: keep it there, or delete it?"),
        ("keep", "delete"),
    )
    _must_be_named(call, survey)
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
    _give(call, survey, receipt, lines=lines, backups=backups, clean=clean)
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


def left_words() -> str:
    """Return what is said where the files still hold something."""
    return _(
        "Something of it lies in the files still, as another program reads in them: the next sync goes on with it."
    )


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
    name = clean_line(survey.name)
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
    from widgets.moments import moment_words, size_words

    out = call.out
    out.line(
        _("What is held on {name}").format(name=clean_line(survey.name)) + f" (#{survey.person_ids[0]})", bold=True
    )
    count = len(survey.message_ids)
    words = ngettext("{count} message", "{count} messages", count).format(count=count)
    if survey.oldest is not None and survey.newest is not None:
        ends = moment_words(survey.oldest, call.now), moment_words(survey.newest, call.now)
        words += f" ({' – '.join(dict.fromkeys(ends))}, {size_words(survey.size)})"  # noqa: RUF001 - a range
    out.line(words)
    drafts, facts = len(survey.draft_ids), len(survey.facts)
    out.line(
        ngettext("{count} draft", "{count} drafts", drafts).format(count=drafts)
        + ", "
        + ngettext("{count} fact of the log", "{count} facts of the log", facts).format(count=facts)
    )
    for mailbox, placed in survey.placed.items():
        words = ngettext(
            "{count} message on the server of {mailbox}", "{count} messages on the server of {mailbox}", placed
        )
        out.line(words.format(count=placed, mailbox=clean_line(mailbox)))
    if survey.elsewhere:
        out.line("")
        out.line(_("Elsewhere they are named in:"))
        for one in survey.elsewhere[:_SHOWN]:
            out.line(f"  {_elsewhere_words(one)}")
        if (more := len(survey.elsewhere) - _SHOWN) and more > 0:
            out.line("  " + ngettext("and {count} more", "and {count} more", more).format(count=more))
    if survey.tagged:
        out.line(
            _("Tags stay in the log: {tags}").format(tags=" ".join(f"+{clean_line(tag)}" for tag in survey.tagged))
        )
    for backup in backups:
        out.line(_("An older copy of the desk is left alone, {place}").format(place=backup))
    out.line("")


def _elsewhere_words(one: "Elsewhere") -> str:
    said = clean_line(one.said)
    match str(one.what):
        case "message":
            words = _("mail of others that quotes them") if one.quotes else _("mail of others that names them")
            return f"#{one.conversation_id} {words}: {said}"
        case "unread":
            return _("a delivery that nobody could read: {number}").format(number=one.number)
        case "draft":
            return _("a draft to somebody else: {name}").format(name=said)
        case "rule":
            return _("a rule: {name}").format(name=said)
        case "view":
            return _("a view: {name}").format(name=said)
        case "response":
            return _("a canned response: {name}").format(name=said)
        case "organization":
            return _("an organization's name: {name}").format(name=said)
        case "entry":
            return _("kept of others or of the desk: {name}").format(name=said)
        case _:
            return _("a field of another profile: {name}").format(name=said)


def _give(call: "Call", survey: "Survey", receipt: "Receipt", *, lines: int, backups: list[str], clean: bool) -> None:
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
                "tags": list(survey.tagged),
                "files_clean": clean,
                "log_head": receipt.head,
            }
        )
        return
    out.line(_("Receipt").format(), bold=True)
    out.line(
        _("customer #{number}, erased {moment} by {agent}, action {action}").format(
            number=receipt.person_ids[0],
            moment=f"{call.now:%Y-%m-%d %H:%M %z}",
            agent=call.desk.agent,
            action=receipt.action_id,
        )
    )
    out.line(
        _(
            "messages {messages}, copies of them {deliveries}, facts {facts}, drafts {drafts}, lines in files {lines}"
        ).format(
            messages=receipt.messages,
            deliveries=receipt.deliveries,
            facts=receipt.facts,
            drafts=receipt.drafts,
            lines=lines,
        )
    )
    if survey.elsewhere:
        out.line(_("elsewhere erased {erased}, kept {kept}").format(erased=receipt.elsewhere, kept=receipt.kept))
    if survey.placed:
        out.line(
            _("deletions asked of the mail servers: {count}; the next sync makes them").format(count=receipt.asked)
            if receipt.asked
            else _("kept on the mail servers; the desk does not take it in again")
        )
    for backup in backups:
        out.line(_("An older copy of the desk is left alone, {place}").format(place=backup))
    if not clean:
        out.line(left_words())
    out.line(_("the log's head afterwards: {head}").format(head=receipt.head))


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
