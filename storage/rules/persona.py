"""Personas: what a card may say, which one a name means, and which a customer may be by their role or signature."""

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final, TypeVar

from storage.kinds import AddressKind
from storage.kinds.clean import clean, clean_line, folded
from storage.kinds.errors import BadField
from storage.kinds.personas import Persona, Suggested

LONGEST_NAME: Final = 60
LONGEST_LINE: Final = 300
LONGEST_NOTES: Final = 20_000
MOST_LINES: Final = 20
"""Letters of a name, a line and the notes; lines of each list."""

_LISTS: Final = ("pains", "do", "dont", "roles", "signature")
_WORDS: Final = re.compile(r"[^\W_]+")
_SHORT: Final = 100  # cells of a line that may belong to a signature
_LINES: Final = 8  # of a signature that are looked at
_QUOTES: Final = re.compile(
    r"[>|]|[-_=*]{5,}|(?:from|de|von|sent|enviado|enviada|date|data|fecha|to|para|subject|assunto|asunto)\s*:|.*:\s*$",
    re.IGNORECASE,
)
_MARK: Final = re.compile(r"(?:--|—|––) ?")  # noqa: RUF001 - the dashes that mail programs write

_Number = TypeVar("_Number")


def tidied(given: Persona) -> Persona:
    """Return a card as it is kept: its lines clean, none of them empty or twice.

    Raises:
        BadField: it has no name, one of its lines is too long or there are too many of them (reasons ``empty``,
            ``long_name``, ``long_line``, ``many_lines``, ``long_notes``), or the channel is none (``choice``).
    """
    name = clean_line(given.name)
    if not name or len(name) > LONGEST_NAME:
        raise BadField("name", name, "long_name" if name else "empty")
    lists = {word: _lines(word, getattr(given, word)) for word in _LISTS}
    tone, channel = clean_line(given.tone), clean_line(given.channel).lower()
    if len(tone) > LONGEST_LINE:
        raise BadField("tone", tone, "long_line")
    channels = tuple(str(one) for one in AddressKind)
    if channel and channel not in channels:
        raise BadField("channel", channel, "choice", channels)
    notes = clean(given.notes).strip()
    if len(notes) > LONGEST_NOTES:
        raise BadField("notes", "", "long_notes")
    former = tuple(dict.fromkeys(one for one in map(clean_line, given.former) if one))
    return Persona(name, tone=tone, channel=channel, notes=notes, former=former, **lists)


def _lines(word: str, given: Iterable[str]) -> tuple[str, ...]:
    lines = tuple(dict.fromkeys(line for line in map(clean_line, given) if line))
    for line in lines:
        if len(line) > LONGEST_LINE:
            raise BadField(word, line, "long_line")
    if len(lines) > MOST_LINES:
        raise BadField(word, "", "many_lines")
    return lines


def renamed(before: Persona, after: Persona) -> Persona:
    """Return a card that was changed, with the names that it had: profiles that say one of them still mean it."""
    former = before.former
    if after.name != before.name:
        former = tuple(dict.fromkeys((*former, before.name)))
    return Persona(**{word: getattr(after, word) for word in Persona.__slots__ if word != "former"}, former=former)


def meant(personas: Iterable[tuple[_Number, Persona]], name: str) -> tuple[_Number, Persona] | None:
    """Return the card that a name means, whatever its case and accents; a name it has now goes before a former one."""
    wanted = folded(clean_line(name))
    found = [(number, card) for number, card in personas if wanted in map(folded, card.names)]
    now = [one for one in found if folded(one[1].name) == wanted]
    return next(iter(now or found), None)


def suggestion(
    personas: Sequence[tuple[int, Persona]],
    *,
    role: str,
    signatures: Sequence[str],
    dismissed: Collection[int] = (),
) -> Suggested | None:
    """Return the persona that somebody may be, `None` where nothing says so.

    A role says more than a signature, and of two words that are found the longer one.

    Args:
        personas: by their numbers.
        role: as the profile says it; empty for none.
        signatures: what stands below letters, the newest first.
        dismissed: the numbers of those that they are not.
    """
    texts = [("role", role), *(("signature", one) for one in signatures)]
    found: list[tuple[tuple[int, int, int], Suggested]] = []
    for place, (by, text) in enumerate(texts):
        for number, card in personas:
            if number in dismissed:
                continue
            known_by = card.roles if by == "role" else card.signature
            found += [
                ((place, -len(said), number), Suggested(number, card, by, said))
                for words in known_by
                if (said := _said(words, text))
            ]
    return min(found, key=lambda one: one[0])[1] if found else None


def _said(words: str, text: str) -> str:
    """Return where in a text words stand, as whole words one after the other, whatever their case and accents."""
    wanted = [folded(word) for word in _WORDS.findall(words)]
    there = list(_WORDS.finditer(text))
    bare = [folded(one[0]) for one in there]
    for place in range(len(bare) - len(wanted) + 1) if wanted else ():
        if bare[place : place + len(wanted)] == wanted:
            return clean_line(text[there[place].start() : there[place + len(wanted) - 1].end()])
    return ""


def signature(text: str, own: str, author: str) -> str:
    """Return the lines of a signature in a letter; empty where none is found.

    What the parser took away from below the author's own words is one, up to the first line that looks like a
    quotation. Where nothing was taken away, the last short lines are, from the one on that bears the author's name.

    Args:
        text: the whole letter.
        own: what the author wrote, as the parser parted it from quotations and signature.
        author: the author's name.
    """
    below = _below(text.split("\n"), own.split("\n"))
    if below:
        return "\n".join(below)
    last = [line for line in own.split("\n") if line.strip()][-_LINES:]
    names = {folded(word) for word in _WORDS.findall(author) if len(word) > 1}
    for place, line in enumerate(last):
        rest = last[place:]
        if names.intersection(map(folded, _WORDS.findall(line))) and all(len(one) <= _SHORT for one in rest):
            return "\n".join(rest)
    return ""


def _below(lines: Sequence[str], own: Sequence[str]) -> list[str]:
    """Return the lines right below the author's own; none where the author goes on below them."""
    place = 0
    for line in own:
        if line.strip():
            while place < len(lines) and lines[place] != line:
                place += 1
            place += 1
    found: list[str] = []
    for line in lines[place:]:
        if len(found) == _LINES or len(line) > _SHORT or _QUOTES.match(line.strip()):
            break
        if line.strip() and not _MARK.fullmatch(line):
            found.append(line.strip())
    return found
