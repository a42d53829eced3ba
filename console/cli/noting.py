"""`note` and `call`: what an agent writes down for the desk; neither is ever sent."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli import ids
from console.cli.errors import DONE, Usage
from console.cli.parser import Group, Parser
from storage.kinds import Status
from storage.kinds.clean import clean_line
from widgets.language import _, ngettext

if TYPE_CHECKING:
    from console.cli.call import Call

_BYTES_MOST = 4_000_000  # of a text: more is never a note, and is not read to its end
_MINUTES_MOST = 24 * 60


def add(group: Group) -> None:
    """Add the commands."""
    parser = group.command(
        "note",
        run_note,
        words=_("write a note for the desk; it is never sent"),
        more="journalctl -u api --since -1h | plantao note 4213 - --redact",
    )
    _about(parser)
    _text(parser)
    parser = group.command("call", run_call, words=_("log a call: with whom, how long, what was said and promised"))
    _about(parser)
    parser.add_argument("--direction", required=True, choices=("in", "out"), help=_("who rang: they, or you"))
    parser.add_argument("--minutes", required=True, type=int, metavar="N", help=_("how long it took"))
    parser.add_argument("--who", default="", metavar="NAME", help=_("with whom; without it the customer"))
    parser.add_argument("--promised", default="", metavar="TEXT", help=_("what was promised"))
    after = parser.add_mutually_exclusive_group()
    for flag, status, words in (
        ("--wait", Status.WAITING, _("the customer has to answer now; all mail is handled")),
        ("--resolve", Status.RESOLVED, _("the work is done; all mail is handled")),
    ):
        after.add_argument(flag, dest="after", action="store_const", const=status, help=words)
    _text(parser)


def _about(parser: Parser) -> None:
    parser.add_argument("id", metavar="ID", help=_("the conversation: 4213 or #4213"))


def _text(parser: Parser) -> None:
    parser.set_defaults(gathers="text")
    parser.add_argument("text", nargs="*", metavar="TEXT", help=_("what to keep, or - for standard input"))
    parser.add_argument("--file", metavar="FILE", help=_("take the text from a file"))
    parser.add_argument(
        "--redact", action="store_true", help=_("put […] in the place of keys, tokens, passwords and private addresses")
    )


def run_note(call: "Call") -> int:
    """Keep a note."""
    from console.mail.noting import keep_note

    text, hidden = _said(call, needed=True)
    number = ids.conversation(call, call.options.id)
    _action, message_id, number = keep_note(call.store, number, text, **_actor(call))
    words = _("#{number}: note kept as m{message}; never sent").format(number=number, message=message_id)
    return _kept(call, words, hidden, {"conversation_id": number, "message_id": message_id})


def run_call(call: "Call") -> int:
    """Log a call."""
    from console.mail.noting import log_call

    options = call.options
    if not 0 <= options.minutes <= _MINUTES_MOST:
        raise Usage(_("A call takes from 0 to {most} minutes.").format(most=_MINUTES_MOST))
    promised, more = _hidden(call, options.promised)
    text, hidden = _said(call, needed=not promised.strip())
    number = ids.conversation(call, options.id)
    _action, message_id, number = log_call(
        call.store,
        number,
        text,
        incoming=options.direction == "in",
        minutes=options.minutes,
        who=clean_line(options.who)[:200],
        promised=promised,
        promised_word=_("promised:"),
        after=options.after,
        **_actor(call),
    )
    words = _("#{number}: call logged as m{message}").format(number=number, message=message_id)
    shown = {
        "conversation_id": number,
        "message_id": message_id,
        "direction": "incoming" if options.direction == "in" else "outgoing",
        "minutes": options.minutes,
        "status": options.after,
    }
    return _kept(call, words, hidden + more, shown)


def _actor(call: "Call") -> dict[str, Any]:
    from datetime import UTC

    return {"agent": call.settings.agent_name(), "actor": call.desk.actor, "now": call.now.astimezone(UTC)}


def _kept(call: "Call", words: str, hidden: int, shown: dict[str, object]) -> int:
    if call.out.json_lines:
        call.out.object({**shown, "redacted": hidden, "done": call.options.done})
        return DONE
    call.out.line(words)
    if call.options.redact:
        call.out.line(ngettext("{count} secret left out", "{count} secrets left out", hidden).format(count=hidden))
    return DONE


def _said(call: "Call", *, needed: bool) -> tuple[str, int]:
    """Return the text, and how many secrets were taken out of it.

    Raises:
        Usage: there is none and it is needed, or too much of it, or the file cannot be read.
    """
    words, file = call.options.text, call.options.file
    if words and file:
        raise Usage(_("Give the text or a file, not both."))
    if file:
        text = _read_file(file)
    elif words == ["-"]:
        text = _bounded(sys.stdin.buffer.read(_BYTES_MOST + 1))
    else:
        text = " ".join(words)
    if needed and not text.strip():
        raise Usage(_("There is nothing to keep: give the text, - for standard input, or --file FILE."))
    return _hidden(call, text)


def _hidden(call: "Call", text: str) -> tuple[str, int]:
    if not call.options.redact:
        return text, 0
    from storage.rules.secrets import redacted

    return redacted(text)


def _read_file(name: str) -> str:
    try:
        with Path(name).expanduser().open("rb") as opened:
            return _bounded(opened.read(_BYTES_MOST + 1))
    except OSError as refused:
        raise Usage(
            _("{file} cannot be read ({reason}).").format(
                file=clean_line(name), reason=clean_line(str(refused.strerror))
            )
        ) from None


def _bounded(data: bytes) -> str:
    if len(data) > _BYTES_MOST:
        raise Usage(
            _("The text is longer than {most} bytes: keep the part that matters.").format(most=f"{_BYTES_MOST:,}")
        )
    return data.decode("utf-8", "replace")
