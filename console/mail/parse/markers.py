"""Where quoted and forwarded material begins: attribution lines, header blocks, lines of dashes with words."""

import re
from bisect import bisect_right
from dataclasses import dataclass

from console.mail.parse import labels

_LEAD = r"[>|\s*_#]*"
_DASHES = r"[-—–―_=*]{2,}"


_LABEL_SETS = {
    "from": labels.FROM,
    "date": labels.DATE,
    "to": labels.TO,
    "subject": labels.SUBJECT,
    "copy": labels.COPY,
}
LABELS: dict[str, frozenset[str]] = {}
"""What each label may stand for; some stand for two things in two languages."""
for _kind, _words in _LABEL_SETS.items():
    for _word in _words.split("|"):
        LABELS[_word] = LABELS.get(_word, frozenset()) | {_kind}

_LABEL = "|".join(re.escape(word) for word in sorted(LABELS, key=len, reverse=True))
LABELLED = re.compile(
    rf"[>|\s]*[*_]{{0,2}}({_LABEL})[*_]{{0,2}}[ \t\u00a0]?[*_]{{0,2}}[:：][*_]{{0,2}}(.*)", re.IGNORECASE
)
_FIRST_LABEL = "|".join(
    re.escape(word)
    for word in sorted(
        {*labels.FROM.split("|"), *labels.SUBJECT.split("|"), *labels.DATE.split("|")}, key=len, reverse=True
    )
)
_HEAD = re.compile(
    rf"^[>| \t]*[*_]{{0,2}}(?:{_FIRST_LABEL})[*_]{{0,2}}[ \t\u00a0]?[*_]{{0,2}}[:：]", re.IGNORECASE | re.MULTILINE
)
_ORIGINAL = re.compile(
    rf"^[>| \t*]*(?:[-—–―_=*]{{2,}}[ \t]*(?:{labels.ORIGINAL})[ \t:]*[-—–―_=*]{{2,}}|(?:{labels.ORIGINAL})[ \t]*[:：]?[ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_FORWARDED = re.compile(
    rf"^[>| \t*]*(?:[-—–―_=*]{{2,}}[ \t]*(?:{labels.FORWARDED})[^\n]{{0,80}}?[ \t:]*[-—–―_=*]{{2,}}"
    rf"|(?:{labels.FORWARDED})[ \t]*[:：][ \t]*$)",
    re.IGNORECASE | re.MULTILINE,
)
_VERB = re.compile(rf"(?:(?<=\W)|(?<=\d)|^)(?:{labels.WROTE})(?=\W|$)", re.IGNORECASE | re.MULTILINE)
_ADDRESS = r"[^\s<>()\[\]@\"']+@[^\s<>()\[\]@\"']+\.[^\s<>()\[\]@\"']+"
_DATED = re.compile(
    r"\d{1,2}[:.hH]\d\d|\b(?:19|20)\d\d\b|\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}|\d{1,2}月|" + _ADDRESS + r"|<\s*mailto:",
    re.ASCII,
)
_ENDING = re.compile(
    rf"(?:[:：]|(?:{labels.WROTE})[ \t]*(?:[-—–_]{{2,}})?|följande|följande:|geschreven)[ \t*_]*$",
    re.IGNORECASE,
)
_BARE_ATTRIBUTION = re.compile(
    r"^[>| \t]*(?:"
    # 2016-03-03 17:21 GMT+01:00 Some One <…>:      2013/7/20 Some One <…>
    rf"\d{{4}}[-/.]\d{{1,2}}[-/.]\d{{1,2}}(?:,?[ \t]+\d{{1,2}}:\d\d(?::\d\d)?)?[ \t]+(?:(?:GMT|UTC)[+\-]\d\d:\d\d[^\n]{{0,120}}|[^\n]{{0,120}}<\n?{_ADDRESS}\n?>:?)"
    # 30.09.2017, 18.30, "Some One" <…>:      Wednesday, 17 November 2021, 3:32 PM +0300 from … <…>:
    rf"|(?=[^\n]{{0,80}}\d{{1,2}}[:.]\d\d)(?=[^\n]{{0,80}}(?:\b(?:19|20)\d\d\b|\d\d?[./]\d\d?[./]\d\d))[^\n<:]{{0,40}}(?::\d\d[^\n<]{{0,90}})?<\n?{_ADDRESS}\n?>[ \t]*:"
    r")[ \t]*$",
    re.MULTILINE | re.IGNORECASE,
)
_QUOTE_MARK = re.compile(r"[ \t]*(?:>|\|(?![|\-]))")
_MOST = 500


@dataclass(frozen=True, slots=True)
class Mark:
    """A place where somebody else's words begin.

    Attributes:
        kind: ``attribution``, ``original``, ``forwarded`` or ``headers``.
        first, after: the lines of the mark itself, ``lines[first:after]``; of a header block, all its lines.
    """

    kind: str
    first: int
    after: int


@dataclass(frozen=True, slots=True)
class HeaderBlock:
    """The header lines that a mail program writes above a quoted or forwarded message."""

    first: int
    after: int
    values: dict[str, str]


def is_quoted(line: str) -> bool:
    """Say whether a line carries a quote mark."""
    return _QUOTE_MARK.match(line) is not None


def unquoted(line: str) -> str:
    """Return a line without one level of quote marks."""
    hit = _QUOTE_MARK.match(line)
    if hit is None:
        return line
    rest = line[hit.end() :]
    return rest.removeprefix(" ")


class Text:
    """A text with its lines, and which line a place in it belongs to."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")
        self._starts: list[int] | None = None

    def line_at(self, place: int) -> int:
        """Return the number of the line that holds the character at `place`."""
        if self._starts is None:
            starts = [0]
            for line in self.lines:
                starts.append(starts[-1] + len(line) + 1)
            self._starts = starts
        return bisect_right(self._starts, place) - 1


def _attribution(lines: list[str], hit: int) -> tuple[int, int] | None:
    """Return the lines of the attribution around the verb in line `hit`, if it is one."""
    depth = is_quoted(lines[hit])
    for after in range(hit + 1, min(hit + 4, len(lines) + 1)):
        last = lines[after - 1]
        if after - 1 > hit and (not last.strip() or is_quoted(last) != depth):
            return None
        if _ENDING.search(last):
            break
    else:
        return None
    joined = " ".join(lines[hit:after])
    if len(joined) > _MOST:
        return None
    first = hit
    gaps = 0
    best: int | None = None
    for start in range(hit, max(hit - 6, -1), -1):
        line = lines[start]
        if not line.strip():
            # Some programs break the line around the address: "Some One\n\n<\nmailto:…> wrote:"
            gaps += 1
            if gaps > 1 or not lines[start + 1].lstrip().startswith("<"):
                break
            continue
        if is_quoted(line) != depth or (
            start < hit and (len(line) > 200 or line.rstrip().endswith((":", ".", "!", "?")))
        ):
            break
        first = start
        joined = " ".join(lines[first:after])
        if len(joined) > _MOST:
            break
        if _STARTS.match(line) and _DATED.search(joined):
            return first, after
        if best is None and _DATED.search(joined):
            best = first
    return (best, after) if best is not None else None


_STARTS = re.compile(
    r"[>| \t*_\-]*(?:on|em|no dia|a|el|le|am|op|il|in data|il giorno|dnia|w dniu|den|dne|dňa|pe|på|den|la data|în data|tarihinde|em data"
    r"|в|у|ons|tir|man|tor|fre|lør|søn|mån|tis|tors|lör|sön|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom"
    r"|seg|ter|qua|qui|sex|sab|пн|вт|ср|чт|пт|сб|вс|нд|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|na|el día|ngày|στις|pada)\b"
    r"|[>| \t*_\-]*\d{1,4}[./\- ,年]",
    re.IGNORECASE,
)


def block_at(lines: list[str], start: int) -> HeaderBlock | None:
    """Read the header block whose first label stands in line `start`; `None` when it is none.

    It must name who wrote and two more things. Values may go on in the next line.
    """
    values: dict[str, str] = {}
    found: set[str] = set()
    last_kind = ""
    line_number = start
    blanks = 0
    labelled = 0
    after = start
    while line_number < len(lines) and line_number < start + 40:
        line = lines[line_number]
        bare = line.strip("> |\t")
        hit = LABELLED.match(line) if bare else None
        if hit is not None:
            kinds = LABELS[hit.group(1).lower()]
            kind = next(
                (one for one in ("from", "date", "to", "subject", "copy") if one in kinds and one not in found), ""
            )
            if not kind and not kinds <= {"copy"}:
                break
            if kind == "date" and "to" in kinds and "to" not in found and "@" in hit.group(2):
                kind = "to"
            if kind:
                found.add(kind)
                values[kind] = hit.group(2).strip(" \t*_\u00a0")
            last_kind = kind
            labelled += 1
            after = line_number + 1
            blanks = 0
        elif not bare:
            blanks += 1
            if blanks > 1 or labelled >= 2:
                break
        else:
            # A value that goes on: an address on its own line, more recipients.
            goes_on = (
                last_kind
                and blanks == 0
                and (
                    (
                        "@" in bare
                        and len(bare) < 300
                        and last_kind in ("from", "to", "copy")
                        and (bare[0] == "<" or ("@" in bare and bare.endswith((">", ",", ";", "]"))))
                    )
                    or line.startswith(("\t", "    "))
                    or (last_kind == "date" and len(bare) < 12)
                    or not values.get(last_kind, "x")
                )
            )
            if not goes_on:
                break
            values[last_kind] = f"{values[last_kind]} {bare}".strip()
            after = line_number + 1
        line_number += 1
    if "from" not in found or len(found) < 3:
        return None
    if not ({"date", "subject"} & found) or not values.get("from"):
        return None
    return HeaderBlock(start, after, values)


def marks(page: Text) -> list[Mark]:
    """Return every place where somebody else's words begin, in order. Time is linear in the length of the text."""
    found: list[Mark] = []
    text, lines = page.text, page.lines
    for number, hit in enumerate(_VERB.finditer(text)):
        if number >= 1_000:
            break
        place = _attribution(lines, page.line_at(hit.start()))
        if place is not None and (not found or place[0] >= found[-1].after):
            found.append(Mark("attribution", *place))
    if "<" in text or "GMT" in text or "UTC" in text:
        for hit in _BARE_ATTRIBUTION.finditer(text):
            first, last = page.line_at(hit.start()), page.line_at(hit.end())
            if not any(mark.first <= first < mark.after for mark in found):
                found.append(Mark("attribution", first, last + 1))
    if "-" in text or ":" in text or "_" in text or "*" in text or "：" in text:
        for kind, expression in (("original", _ORIGINAL), ("forwarded", _FORWARDED)):
            for hit in expression.finditer(text):
                first = page.line_at(hit.end())
                found.append(Mark(kind, first, first + 1))
    covered = -1
    for number, hit in enumerate(_HEAD.finditer(text)):
        if number >= 1_000:
            break
        first = page.line_at(hit.end())
        if first < covered:
            continue
        block = block_at(lines, first)
        if block is not None:
            covered = block.after
            found.append(Mark("headers", block.first, block.after))
    found.sort(key=lambda mark: mark.first)
    return found
