"""What `reply` sends, made of its options: whom it goes to, what it says, what goes with it; nothing is done here."""

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from console.cli import ids
from console.cli.errors import Failed, Usage
from storage.kinds import DraftKind
from storage.kinds.clean import clean, clean_line
from storage.kinds.errors import NoSuch
from storage.kinds.mail import entries
from widgets.language import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from console.cli.call import Call
    from storage.commands.responses import Use
    from storage.kinds.drafts import Attached, DraftView
    from storage.kinds.responses import Actions, ResponseView, ValuesView
    from storage.queries.answering import Answerable, Sender

LONGEST: Final = 1_000_000
"""Bytes of text that a command takes: whoever has more attaches it."""

_LINE_ENDS: Final = frozenset("\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029")
_SHOWN: Final = 60


@dataclass(frozen=True, slots=True)
class Writing:
    """What is to be sent.

    Attributes:
        draft: as it would be kept; its number is 0.
        uses: the canned responses in it.
        actions: what they do beside, as macros.
    """

    draft: "DraftView"
    uses: "tuple[Use, ...]"
    actions: "tuple[Actions, ...]"


def written(call: "Call") -> Writing:
    """Return what the options of `reply` ask for.

    Raises:
        Usage: they cannot be understood.
        Failed: a response asks for a value that nobody gave.
        NotAttachable: a file cannot be attached.
        NoSuch: there is no such conversation, message, mailbox or response.
    """
    from console.mail.drafting import first_values
    from storage.queries.history import last_event

    options = call.options
    kind = _kind(call)
    answer, message_id, words = _about(call, kind)
    text = _text(call, words)
    sender = _sender(call, answer)
    values: dict[str, Any] = {"to": "", "cc": "", "bcc": "", "subject": "", "body": "", "attachments": []}
    if answer is not None:
        values |= first_values(kind, answer)
    _address(call, values)
    if options.subject is not None:
        values["subject"] = _one_line("--subject", options.subject)
    texts, uses, actions, brought = _responses(call, answer, sender, values["to"])
    said = "\n\n".join(part for part in (text.strip("\n"), *texts) if part.strip())
    return Writing(
        draft=_draft(
            call,
            kind,
            sender,
            conversation_id=answer.view.conversation_id if answer is not None else None,
            message_id=message_id,
            seen=call.ask(last_event),
            values={
                **values,
                "body": said + values["body"],
                "attachments": (*values["attachments"], *brought, *(_attached(one) for one in options.attach)),
            },
        ),
        uses=uses,
        actions=actions,
    )


def _draft(
    call: "Call",
    kind: DraftKind,
    sender: "Sender | None",
    *,
    conversation_id: int | None,
    message_id: int | None,
    seen: int,
    values: dict[str, Any],
) -> "DraftView":
    from storage.kinds.drafts import DraftView

    return DraftView(
        draft_id=0,
        agent_id=call.agent_id or 0,
        kind=kind,
        conversation_id=conversation_id,
        message_id=message_id,
        mailbox_id=sender.mailbox_id if sender is not None else None,
        mailbox=sender.name if sender is not None else "",
        address=sender.address if sender is not None else "",
        seen_event_id=seen,
        right=frozenset(),
        begun_at=call.now,
        updated_at=call.now,
        writing_until=None,
        **values,
    )


def _kind(call: "Call") -> DraftKind:
    options = call.options
    if options.new:
        return DraftKind.NEW
    if options.forward:
        return DraftKind.FORWARD
    return DraftKind.REPLY_SENDER if options.sender else DraftKind.REPLY


def _about(call: "Call", kind: DraftKind) -> "tuple[Answerable | None, int | None, list[str]]":
    """Return what is answered, which message of it, and the words that are left: the text."""
    from storage.queries.answering import answerable
    from storage.queries.numbers import conversation_of

    options = call.options
    words: list[str] = list(options.words)
    if kind is DraftKind.NEW:
        if options.message is not None:
            raise Usage(_("--new answers nothing: leave --message out."))
        return None, None, words
    if not words:
        raise Usage(_("No conversation was named: give a number such as 4213, or begin one with --new."))
    word = words.pop(0)
    named = ids.messages([options.message])[0] if options.message is not None else None
    message_id = ids.message(word)
    if message_id is not None:
        number, named = call.ask(conversation_of, message_id), message_id
    else:
        number = ids.conversation(call, word)
    answer = call.ask(answerable, number, message_id=named)
    return answer, answer.message.message_id if answer.message is not None else None, words


def _text(call: "Call", words: list[str]) -> str:
    if len(words) > 1 or (words and call.options.file):
        raise Usage(_("One text is wanted: in quotation marks, from a file with --file, or - for standard input."))
    if call.options.file:
        return _read(call.options.file)
    if words == ["-"]:
        return _decoded(sys.stdin.buffer.read(LONGEST + 1), _("standard input"))
    return _bounded(clean(words[0]), _("the text")) if words else ""


def _read(name: str) -> str:
    place = Path(name).expanduser()
    shown = clean_line(name)[:200]
    try:
        if not place.is_file():
            place.stat()
            raise Usage(_("{path} is no file: name one with the text.").format(path=shown))
        with place.open("rb") as opened:
            return _decoded(opened.read(LONGEST + 1), shown)
    except (OSError, ValueError) as error:
        why = clean_line(getattr(error, "strerror", None) or str(error))
        raise Failed(_("{path} cannot be read: {why}.").format(path=shown, why=why)) from None


def _decoded(raw: bytes, source: str) -> str:
    if len(raw) > LONGEST:
        raise _too_long(source)
    try:
        return clean(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise Usage(_("{source} is no text in UTF-8: send it as a file with --attach.").format(source=source)) from None


def _bounded(text: str, source: str) -> str:
    if len(text.encode("utf-8", "replace")) > LONGEST:
        raise _too_long(source)
    return text


def _too_long(source: str) -> Usage:
    return Usage(
        _("{source} has more than {count} MB of text: send it as a file with --attach.").format(
            source=source, count=LONGEST // 1_000_000
        )
    )


def _sender(call: "Call", answer: "Answerable | None") -> "Sender | None":
    """Return from which mailbox it goes: the one named, else the one that the customer wrote to, else the only one."""
    from storage.queries.answering import senders

    known = call.ask(senders)
    if call.options.mailbox is not None:
        wanted = _one_line("--from", call.options.mailbox)
        for one in known:
            if wanted.casefold() in {one.name.casefold(), one.address.casefold()}:
                found: Sender = one
                return found
        raise NoSuch("mailbox", wanted)
    if answer is not None:
        return answer.sender
    if len(known) > 1:
        names = ", ".join(clean_line(one.name) for one in known)
        raise Usage(_("There are several mailboxes ({names}): choose with --from.").format(names=names))
    return known[0] if known else None


def _address(call: "Call", values: dict[str, Any]) -> None:
    """Add those whom the options name to the lines of recipients, and take others out of them."""
    from storage.rules.reviewing import address_of

    options = call.options
    lines = {name: list(entries(values[name])) for name in ("to", "cc", "bcc")}
    for one in options.without:
        address = address_of(_one_line("--without", one))
        left = {name: [each for each in line if address_of(each) != address] for name, line in lines.items()}
        if left == lines:
            raise Usage(_("{address} is none of its recipients.").format(address=_quoted(one)))
        lines = left
    there = {address_of(each) for line in lines.values() for each in line}
    for name in lines:
        for one in getattr(options, name):
            for entry in entries(_one_line(f"--{name}", one)):
                address = address_of(entry)
                if not address or address not in there:
                    lines[name].append(entry)
                    there.add(address)
    values.update({name: ", ".join(line) for name, line in lines.items()})


def _responses(
    call: "Call", answer: "Answerable | None", sender: "Sender | None", to: str
) -> "tuple[list[str], tuple[Use, ...], tuple[Actions, ...], list[Attached]]":
    """Render the canned responses that are asked for; none with a value missing."""
    options = call.options
    if not options.response:
        if options.set or options.language:
            raise Usage(_("--set and --language are for --response: name the response, too."))
        return [], (), (), []
    from console.files.attaching import brought
    from console.library import values
    from console.library.rendering import handed_on, render
    from storage.commands.responses import Use

    given = dict(ids.pair(one) for one in options.set)
    known = _known(call, answer, sender, to)
    texts, uses, actions, files = [], [], [], []
    for name in options.response:
        view = _response(call, name, languages=known.languages())
        done = render(view.canned.body, values.known(known, language=view.canned.language) | given)
        does, missing = view.canned.actions, done.missing
        if does.transfer is not None:
            transfer, also = handed_on(does.transfer, values.known(known, language=view.canned.language) | given)
            does, missing = replace(does, transfer=transfer), (*missing, *also)
        if missing:
            names = ", ".join(dict.fromkeys(one.name for one in missing))
            raise Failed(
                _(
                    ";{shortcode} asks for what is not known: give {names} with --set NAME=TEXT. Nothing is sent."
                ).format(shortcode=view.canned.shortcode, names=clean_line(names))
            )
        texts.append(done.text)
        uses.append(Use(view.response_id, edited=False))
        actions.append(does)
        files += [brought(file) for file in view.canned.attachments]
    return texts, tuple(uses), tuple(actions), files


def _response(call: "Call", name: str, *, languages: "Sequence[str]") -> "ResponseView":
    """Return the response of a name: in the language asked for, else one of the customer's, else the first."""
    from console.library.finding import in_language
    from storage.queries.responses import response_called

    found: tuple[ResponseView, ...] = call.ask(
        response_called, clean_line(name), language=call.options.language, agent_id=call.agent_id
    )
    return in_language(found, languages) or found[0]


def _known(call: "Call", answer: "Answerable | None", sender: "Sender | None", to: str) -> "ValuesView":
    from storage.queries.responses import values, values_for

    agent = call.settings.agent_name()
    if answer is not None:
        view: ValuesView = call.ask(values, answer.view.conversation_id, agent_id=call.agent_id, agent=agent)
        return view
    mailbox, address = (sender.name, sender.address) if sender is not None else ("", "")
    begun: ValuesView = call.ask(values_for, to, agent_id=call.agent_id, agent=agent, mailbox=mailbox, address=address)
    return begun


def _attached(name: str) -> "Attached":
    from console.files.attaching import read_file
    from console.mail.composing.errors import NotAttachable

    try:
        file = read_file(name)
    except (OSError, ValueError, RuntimeError) as error:  # a home that is not known, a null character
        raise NotAttachable(name, getattr(error, "strerror", None) or str(error)) from None
    return replace(file, name=clean_line(file.name) or _("file"))


def _one_line(option: str, text: str) -> str:
    """Return the value of an option that stands in a header.

    Raises:
        Usage: it has several lines, of which the second would be another field of the header.
    """
    if _LINE_ENDS & set(text):
        raise Usage(_("{option} is one line, and {text} has several.").format(option=option, text=_quoted(text)))
    return clean_line(text)


def _quoted(text: str) -> str:
    return f"«{clean_line(text)[:_SHOWN]}»"
