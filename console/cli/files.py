"""`files`: what is attached to a conversation or a message, and saving it."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from console.cli import ids
from console.cli.errors import DONE, FAILED, Usage
from console.cli.parser import Group
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call
    from storage.kinds.mail import Attachment


@dataclass(frozen=True, slots=True)
class _File:
    """An attachment and the number that it is called by here."""

    number: int
    message_id: int
    attachment: "Attachment"


def add(group: Group) -> None:
    """Add the command."""
    parser = group.command(
        "files",
        run_files,
        words=_("what is attached, and saving it"),
        more=_("Files are saved under safe names, over nothing that is there."),
    )
    parser.add_argument("id", metavar="ID", help=_("4213, #4213, or a message such as m17"))
    parser.add_argument("--save", metavar="N", action="append", help=_("save file N of the list, or all"))
    parser.add_argument("--to", metavar="DIR", help=_("the folder to save in"))


def run_files(call: "Call") -> int:
    """List files, or save some of them; the status is 1 when one of them could not be saved."""
    files = _files(call, call.options.id)
    if call.options.save:
        return _save(call, _chosen(files, call.options.save))
    if call.options.to:
        raise Usage(_("--to says where to save: say what with --save N, or --save all."))
    from widgets.moments import size_words

    with call.out.paged():
        for file in files:
            if call.out.json_lines:
                call.out.object(_object(file))
                continue
            from console.cli.output import columns

            one = file.attachment
            where = f"m{file.message_id}"
            name = one.name or _("(no name)")
            inline = "  " + _("(inline)") if one.inline else ""
            cells = [(f"{file.number:>3}", 3), (where, 8), (size_words(one.size).rjust(7), 7), (one.media_type, 24)]
            call.out.line(columns(cells, last=name + inline, width=call.out.width))
        if not files and not call.out.json_lines:
            call.out.line(_("Nothing is attached."))
    return DONE


def _files(call: "Call", word: str) -> list[_File]:
    from storage.queries.conversations import read
    from storage.queries.numbers import conversation_of

    message_id = ids.message(word)
    if message_id is not None:
        number = call.ask(conversation_of, message_id)
    else:
        numbers = ids.conversations(call, [word])
        if len(numbers) > 1:
            raise Usage(_("Files are listed for one conversation at a time."))
        (number,) = numbers
    view = call.ask(read, number, agent_id=call.agent_id)
    found = [
        (message.message_id, attachment)
        for message in view.messages
        if message_id in {None, message.message_id}
        for attachment in message.attachments
    ]
    return [_File(place, *each) for place, each in enumerate(found, 1)]


def _chosen(files: Sequence[_File], words: Sequence[str]) -> list[_File]:
    """Return the files that numbers, or ``all``, name, each once."""
    if "all" in words:
        return list(files)
    by_number = {str(file.number): file for file in files}
    chosen: dict[str, _File] = {}
    for word in words:
        if word not in by_number:
            from storage.kinds.clean import clean_line

            raise Usage(
                _("There is no file {word}: there are {count}. Write a number of the list, or all.").format(
                    word=clean_line(word)[:40], count=len(files)
                )
            )
        chosen[word] = by_number[word]
    return list(chosen.values())


def _save(call: "Call", files: Sequence[_File]) -> int:
    from console.files.errors import NotSaved
    from console.files.saving import download_folder, save
    from console.mail.parse import Unreadable
    from console.mail.raw import content, raw_mail
    from storage.kinds.errors import NoSuch

    folder = Path(call.options.to) if call.options.to else download_folder(call.settings.download_folder)
    status, raw, raw_of = DONE, b"", 0
    for file in files:
        one = file.attachment
        try:
            if raw_of != file.message_id:
                raw, raw_of = raw_mail(call.store, file.message_id), file.message_id
            place = save(content(raw, one.section), one.name, folder, media_type=one.media_type, section=one.section)
        except NotSaved as refused:
            call.out.error(f"plantao: {refused}")
            return FAILED  # what is true of the folder is true for the files that follow
        except (NoSuch, Unreadable):
            sentence = _("File {number} of m{message} cannot be read any more; it was not saved.")
            call.out.error("plantao: " + sentence.format(number=file.number, message=file.message_id))
            status = FAILED
            continue
        if call.out.json_lines:
            call.out.object(_object(file) | {"saved": str(place)})
        else:
            call.out.line(_("saved {place}").format(place=place))
    return status


def _object(file: _File) -> dict[str, object]:
    one = file.attachment
    return {
        "number": file.number,
        "message_id": file.message_id,
        "name": one.name,
        "media_type": one.media_type,
        "size": one.size,
        "section": one.section,
        "inline": one.inline,
    }
