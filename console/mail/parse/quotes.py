# ruff: noqa: RUF001 - the dashes, quotes and words that mail programs write
"""What the author wrote here, apart from what stands quoted and from the signature."""

import re
from dataclasses import dataclass

from console.mail.parse import labels
from console.mail.parse.markers import Mark, Text, bared, marks, quoted_lines

_SIGNATURE = re.compile(r"^(?:--|—|––) ?$")
_RULE = re.compile(r"^[ \t]*(?:[-_=~+*#]{2,}|ᐧ)[ \t]*$")
_LONG_RULE = re.compile(r"^[ \t]*[-_=—*]{5,}[ \t]*$")
_SENT_FROM = re.compile(labels.SENT_FROM + r"[ \t*_.]*(?:[<(\[].{0,200})?[ \t]*$", re.IGNORECASE)
_UNSPACED = "\u2e80"  # from here on in Unicode stand the scripts that leave no space between words
_SENT_WORDS = frozenset(labels.SENT_WORDS.split())


@dataclass(frozen=True, slots=True)
class Split:
    """A text taken apart.

    Attributes:
        reply: what the author wrote here.
        quoted: what stands quoted, without its quote marks.
        marks: every place where somebody else's words begin.
        cut: the first line that is wholly somebody else's to the end, or the number of lines.
    """

    reply: str
    quoted: str
    marks: list[Mark]
    cut: int


def split(page: Text, signatures: list[tuple[int, int]] | None = None) -> Split:
    """Take the author's words apart from quotes and signature.

    A mark with the author's words above it (an answer on top) cuts all that follows, unless quote marks show where the
    quotation ends and the author goes on below. Time is linear.

    Args:
        page: the whole text.
        signatures: where lines of a signature start and end that the HTML names as such.
    """
    lines = page.lines
    found = marks(page)
    owner = quoted_lines(lines)  # 0 the author's, 1 quoted, 2 a mark, 3 signature
    for start, end in signatures or ():
        for number in range(start, min(end, len(lines))):
            if owner[number] == 0:
                owner[number] = 3
    cut = _cut(lines, owner, found)
    for number in range(cut, len(lines)):
        if owner[number] == 0:
            owner[number] = 1
    _take_signature(lines, owner, cut)
    reply = _reply(lines, owner)
    quoted = _quoted(lines, owner)
    if not reply and not found and quoted:
        # Nothing but quote marks and nobody named: the quotation is the message.
        reply = page.text.strip("\n")
    return Split(reply, quoted, found, cut)


def _cut(lines: list[str], owner: bytearray, found: list[Mark]) -> int:  # noqa: C901 - one walk over the marks
    """Mark the marks, and return the line from which all is somebody else's."""
    for place, mark in enumerate(found):
        if owner[mark.first] == 1 and mark.kind != "forwarded":
            continue  # a mark inside a quotation
        following = mark.after
        while following < len(lines) and not lines[following].strip():
            following += 1
        first = mark.first
        while first > 0 and (not lines[first - 1].strip() or _LONG_RULE.match(lines[first - 1])):
            first -= 1
        if mark.kind == "attribution":
            if following < len(lines) and owner[following] == 1:
                for number in range(mark.first, mark.after):
                    owner[number] = 2
                continue
            has_words = any(owner[number] == 0 and lines[number].strip() for number in range(first))
            if not has_words and not any(later.first >= following for later in found[place + 1 :]):
                # Nothing above and no quote marks below: the answer stands inside the old text; show it.
                for number in range(mark.first, mark.after):
                    owner[number] = 2
                continue
        for number in range(mark.first, mark.after):
            owner[number] = 2
        return first
    return len(lines)


def _take_signature(lines: list[str], owner: bytearray, cut: int) -> None:
    """Find where the author's signature starts, and mark it up to the next quotation or mark."""
    own = [(number, line) for number, line in enumerate(lines[:cut]) if line and owner[number] == 0]
    may_be_sent_from = _may_hold("\n".join([line for _, line in own]), _SENT_WORDS)
    if not may_be_sent_from:
        own = [(number, line) for number, line in own if line[0] in "-—–" or line[0] >= _UNSPACED]
    for number, line in own:
        if owner[number] != 0:
            continue
        sign = line[0]
        if sign in "-—–" and _SIGNATURE.match(line):
            if sign == "-" or line.endswith(" "):
                _until_quote(owner, number, cut)
        elif (may_be_sent_from or sign >= _UNSPACED) and _is_sent_from(line):
            _until_quote(owner, number, cut)


def _may_hold(text: str, some: frozenset[str]) -> bool:
    """Say whether lines of a text need to be looked at, because a word that decides stands in it; mostly none does."""
    return not some.isdisjoint(text.lower().split())


def _is_sent_from(line: str) -> bool:
    """Say whether a telephone put this line under the message."""
    if len(line) > 250 or (line[0] < _UNSPACED and _SENT_WORDS.isdisjoint(line.lower().split(None, 8)[:8])):
        return False
    return _SENT_FROM.match(line) is not None


def _until_quote(owner: bytearray, first: int, cut: int) -> None:
    for number in range(first, cut):
        if owner[number] in (1, 2):
            return
        owner[number] = 3


def _reply(lines: list[str], owner: bytearray) -> str:
    kept: list[str] = []
    gap = False
    for line, whose in zip(lines, owner, strict=True):
        if whose:
            gap = True
        elif line.strip():
            if gap:
                if kept and kept[-1]:
                    kept.append("")
                gap = False
            kept.append(line)
        else:
            kept.append("")
    while kept and (not kept[-1].strip() or _RULE.match(kept[-1])):
        kept.pop()
    first = 0
    while first < len(kept) and not kept[first].strip():
        first += 1
    return "\n".join(kept[first:])


def _quoted(lines: list[str], owner: bytearray) -> str:
    return "\n".join(bared([line for line, whose in zip(lines, owner, strict=True) if whose == 1])).strip("\n")
