"""The conversations and messages that a command is about, as people and pipes write them."""

import json
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Final

from console.cli.errors import Usage
from storage.kinds.clean import clean_line
from widgets.language import _

if TYPE_CHECKING:
    from console.cli.call import Call

_ONE: Final = re.compile(r"#?([0-9]{1,18})")
_RANGE: Final = re.compile(r"#?([0-9]{1,18})(?:-|\.\.)#?([0-9]{1,18})")
_MESSAGE: Final = re.compile(r"m([0-9]{1,18})", re.IGNORECASE)


def conversations(call: "Call", words: Sequence[str]) -> list[int]:
    """Return the conversations that words name, each once, in their order.

    Args:
        call: whose store ranges are looked up in.
        words: ``4213``, ``#4213``, ``10-20``, or ``-`` for standard input, where the first word of each line
            counts: what `list` prints can be piped in, and so can its JSON Lines.

    Raises:
        Usage: a word names none.
    """
    found: dict[int, None] = {}
    for word in _spread(words):
        found.update(dict.fromkeys(_numbers(call, word)))
    if not found:
        raise Usage(_("No conversation was named: give a number such as 4213, or a range such as 10-20."))
    return list(found)


def conversation(call: "Call", word: str) -> int:
    """Return the one conversation that a word names.

    Raises:
        Usage: it names none, or several.
    """
    found = conversations(call, [word])
    if len(found) != 1:
        raise Usage(_("One conversation is wanted here, not {count}.").format(count=len(found)))
    return found[0]


def message(word: str) -> int | None:
    """Return the message that a word such as ``m17`` names, `None` when it names none."""
    said = _MESSAGE.fullmatch(word)
    return int(said[1]) if said else None


def messages(words: Iterable[str]) -> list[int]:
    """Return the messages that words such as ``m17`` or ``17`` name.

    Raises:
        Usage: a word names none.
    """
    found: dict[int, None] = {}
    for word in _spread(words):
        number = message(word if word[:1] in {"m", "M"} else f"m{word}")
        if number is None:
            raise Usage(_("{word} is no message: write m17, as `plantao show` gives it.").format(word=_quoted(word)))
        found[number] = None
    return list(found)


def pair(word: str) -> tuple[str, str]:
    """Return the name and the value that a word such as ``promised.date=Friday`` gives.

    Raises:
        Usage: it gives none.
    """
    name, sign, text = word.partition("=")
    if not sign or not name.strip():
        raise Usage(_("«{word}» is no value: write NAME=TEXT.").format(word=clean_line(word)[:60]))
    return name.strip(), text


def _numbers(call: "Call", word: str) -> list[int]:
    if one := _ONE.fullmatch(word):
        return [int(one[1])]
    if both := _RANGE.fullmatch(word):
        from storage.queries.numbers import standing_between

        first, last = int(both[1]), int(both[2])
        inside: list[int] = call.ask(standing_between, first, last)
        if not inside:
            raise Usage(_("There is no conversation from {first} to {last}.").format(first=first, last=last))
        return inside
    raise Usage(
        _(
            "{word} is no conversation: write a number such as 4213, a range such as 10-20, or - for standard input."
        ).format(word=_quoted(word))
    )


def _spread(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        if word == "-":
            yield from _from_input()
        else:
            yield word


def _from_input() -> Iterator[str]:
    for line in sys.stdin:
        stripped = line.strip()
        if stripped.startswith("{"):
            try:
                yield str(json.loads(stripped)["conversation_id"])
            except (ValueError, KeyError, TypeError, RecursionError):
                raise Usage(_("A line of standard input is no JSON with a conversation_id.")) from None
        elif stripped:
            yield stripped.split(maxsplit=1)[0]


def _quoted(word: str) -> str:
    return f"«{clean_line(word)[:60]}»"
