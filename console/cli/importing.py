"""`import` and `export`: mail that lies in files goes in, and what the desk knows of it comes out."""

from dataclasses import asdict
from typing import TYPE_CHECKING

from console.cli.errors import DONE, FAILED, Usage
from console.cli.parser import Group
from console.cli.syncing import counts_words
from storage.kinds.clean import clean_line
from widgets.language import _
from widgets.quarantine import quarantine_words, quarantined_words

if TYPE_CHECKING:
    from console.cli.call import Call
    from console.mail.importing import Imported, Skipped
    from storage.kinds import QuarantineReason
    from storage.views import QuarantineView

_FEW = 200_000  # bytes of mail that are read before workers are worth their start


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "import",
        run_import,
        words=_("take in mail from files"),
        more=_(
            "Files, folders, Maildirs and mbox files are recognised by what is in them. Imported mail is history: it\n"
            "starts no clock and reopens nothing. A file that is no mail is named, the others are taken in, and the\n"
            "command ends with status 1. Running it again takes in only what is not there yet."
        ),
    )
    parser.add_argument("path", nargs="+", metavar="PATH")
    parser.add_argument(
        "--mailbox", default="import", metavar="NAME", help=_("where it goes; made if need be (import)")
    )
    parser.add_argument(
        "--address",
        action="append",
        default=[],
        metavar="A",
        help=_("an address of ours, whose mail counts as sent; may be repeated"),
    )
    parser.add_argument(
        "--mboxrd", action="store_true", help=_("lines that begin with >From in an mbox have one > too many")
    )
    parser = group.command("export", None, words=_("give out what the desk knows, for other programs"))
    group = group.under(parser)
    parser = group.command(
        "quarantined",
        run_quarantined,
        words=_("what could not be read; with numbers, it is saved as it came"),
    )
    parser.add_argument("number", nargs="*", type=int, metavar="NUMBER")
    parser.add_argument("--to", metavar="DIR", help=_("where it is saved; where files are, unless given"))
    parser = group.command(
        "messages", run_export, words=_("every message as a line of JSON (the fields stand in docs/commands.md)")
    )
    parser.add_argument("--notes", action="store_true", help=_("with notes and calls, which are no mail"))


def run_import(call: "Call") -> int:
    """Take in what the paths hold."""
    from itertools import chain
    from os import cpu_count

    from console.mail.importing import find, import_mail
    from console.mail.reading import Readers

    store = call.open_store(durable=False)
    mailbox_id = _mailbox(call)
    found = chain.from_iterable(find(path, mboxrd=call.options.mboxrd) for path in call.options.path)

    def on_skipped(skipped: "Skipped") -> None:
        call.out.progress_done()
        call.out.error(_skipped_words(skipped))

    def on_unread(source: str, reason: "QuarantineReason") -> None:
        call.out.progress_done()
        call.out.error(
            _(
                "plantao: {source}: this cannot be read ({reason}). It is kept as it came: plantao export quarantined"
            ).format(source=clean_line(source), reason=quarantine_words(reason))
        )

    def report(done: "Imported") -> None:
        call.out.progress(counts_words(done.counts))

    with Readers(cpu_count() or 1 if _is_much(call.options.path) else 0) as readers:
        done = import_mail(
            store,
            found,
            mailbox_id=mailbox_id,
            readers=readers,
            report=report,
            on_skipped=on_skipped,
            on_unread=on_unread,
        )
    call.out.progress_done()
    if call.out.json_lines:
        call.out.object({**asdict(done.counts), "skipped": len(done.skipped)})
    else:
        call.out.line(counts_words(done.counts))
    if not done.counts.adds_up:
        call.out.error(_("plantao: the counts do not add up: mail was lost on the way. Please report this."))
        return FAILED
    return FAILED if done.skipped else DONE


def run_export(call: "Call") -> int:
    """Print every message as JSON."""
    from storage.queries import export

    with call.store.reading() as session:
        for message in export.messages(session, notes=call.options.notes):
            call.out.object(asdict(message))
    return DONE


def run_quarantined(call: "Call") -> int:
    """Print what is kept as raw text only, or save some of it."""
    from storage.queries.mailboxes import quarantined

    with call.store.reading() as session:
        kept = {one.raw_id: one for one in quarantined(session)}
    if strange := [number for number in call.options.number if number not in kept]:
        raise Usage(
            _("{number} is not quarantined: `plantao export quarantined` shows what is.").format(number=strange[0])
        )
    if call.options.number:
        return _save(call, [kept[number] for number in call.options.number])
    for one in kept.values():
        if call.out.json_lines:
            call.out.object(_object(one))
        else:
            call.out.line(f"{one.raw_id:<8} {quarantined_words(one)}")
    return DONE


def _save(call: "Call", chosen: "list[QuarantineView]") -> int:
    from pathlib import Path

    from console.files.errors import NotSaved
    from console.files.saving import download_folder, save
    from storage.kinds.errors import NoSuch

    folder = Path(call.options.to) if call.options.to else download_folder(call.settings.download_folder)
    status = DONE
    for one in chosen:
        try:
            place = save(call.store.content.get(one.digest), f"quarantined-{one.raw_id}.eml", folder)
        except NotSaved as refused:
            call.out.error(f"plantao: {refused}")
            return FAILED
        except NoSuch:
            sentence = _("{number} is not kept here: it lies on the server. Read it there.")
            call.out.error("plantao: " + sentence.format(number=one.raw_id))
            status = FAILED
            continue
        if call.out.json_lines:
            call.out.object({**_object(one), "saved": str(place)})
        else:
            call.out.line(_("saved {place}").format(place=place))
    return status


def _object(one: "QuarantineView") -> dict[str, object]:
    return {
        "number": one.raw_id,
        "mailbox": one.mailbox,
        "reason": one.reason,
        "size": one.size,
        "arrived_at": one.arrived_at,
    }


def _mailbox(call: "Call") -> int:
    """Return the mailbox that is imported into, made if it is not there."""
    from storage.commands.desk import mailbox_as
    from storage.queries.mailboxes import states

    name = clean_line(call.options.mailbox)
    addresses = [clean_line(one).lower() for one in call.options.address]
    if not name or len(name) > 64:
        raise Usage(_("A mailbox needs a name of 1 to 64 letters."))
    for address in addresses:
        if "@" not in address or " " in address:
            raise Usage(
                _("«{address}» is no mail address: write one as in support@example.org.").format(address=address)
            )
    store = call.open_store()
    with store.reading() as session:
        held = next((one for one in states(session) if one.name == name), None)
    if held is not None and not addresses:
        return held.mailbox_id
    if held is not None and held.live_since is not None:
        raise Usage(_("{name} is an account: its addresses stand in the configuration.").format(name=name))
    first = addresses[0] if addresses else f"{name.replace(' ', '-')}@import.invalid"  # RFC 2606: nobody's address
    with store.writing() as session:
        return mailbox_as(session, name=name, address=first, aliases=addresses[1:], live_since=None, now=call.now)


def _is_much(paths: list[str]) -> bool:
    """Say whether there is enough mail for workers to be quicker."""
    from pathlib import Path

    size = 0
    for path in map(Path, paths):
        if path.is_dir():
            return True
        size += path.stat().st_size if path.is_file() else 0
    return size > _FEW


def _skipped_words(skipped: "Skipped") -> str:
    words = {
        "missing": _("there is no such file. Check the name."),
        "no_mail": _("this is no mail, and was left out."),
        "empty": _("the file is empty, and was left out."),
        "too_large": _("this message is larger than 256 MB, and was left out."),
        "no_file": _("this is neither a file nor a folder, and was left out."),
        "unreadable": _("this cannot be read ({detail}), and was left out."),
    }[skipped.why].format(detail=skipped.detail)
    number = f" ({skipped.detail})" if skipped.why == "too_large" and skipped.detail else ""
    return f"plantao: {clean_line(skipped.source)}{number}: {words}"
