# ruff: noqa: E501, RUF001 - the dashes and colons that mail programs write
"""Where quoted and forwarded material begins: attribution lines, header blocks, lines of dashes with words."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from console.mail.parse import labels

_COLONS = ":："
_DASH = "-‐‑—–―−_=*#~"
_LEAD = "> |\t*_\u00a0"
_AROUND = "> |\t*\u00a0"
_ENDS = ": \t*"
_MAY_END = _DASH + "> \t*"  # how a long line without a colon may end that is a mark
_SHORT = 40
_SHORTEST = 4

LABELS: dict[str, frozenset[str]] = {}
"""What each label of a header block may stand for, by lower-case word; some stand for two things in two languages."""
for _kind, _words in (
    ("from", labels.FROM),
    ("date", labels.DATE),
    ("to", labels.TO),
    ("subject", labels.SUBJECT),
    ("copy", labels.COPY),
):
    for _word in _words.split("|"):
        LABELS[_word] = LABELS.get(_word, frozenset()) | {_kind}
_FIRST = frozenset(word for word, kinds in LABELS.items() if kinds & {"from", "date", "subject"})
_ORDER = ("from", "date", "to", "subject", "copy")
_LONGEST_LABEL = max(map(len, LABELS)) + 12


def _one_of(alternatives: str) -> str:
    """Return a pattern of literal words that looks at their first letters before it tries one after the other."""
    firsts = "".join(sorted({alternative[0] for alternative in alternatives.split("|") if alternative[0].isalpha()}))
    return f"(?=[{firsts}])(?:{alternatives})"


_ORIGINAL = re.compile(
    rf"[{_DASH}]{{2,}}[ \t]*(?:{labels.ORIGINAL})[ \t:]*[{_DASH}]{{2,}}[ \t*]*$|{_one_of(labels.ORIGINAL)}[ \t]*[{_COLONS}]?$",
    re.IGNORECASE,
)
_HEAD = 2
_HEADS = frozenset(words[:_HEAD] for words in labels.ORIGINAL.split("|"))
_FORWARDED = re.compile(
    rf"[{_DASH}]{{2,}}[ \t]*(?:{labels.FORWARDED})[^\n]{{0,80}}?[ \t:]*[{_DASH}]{{2,}}"
    rf"|(?:{labels.FORWARDED})[ \t]*[{_COLONS}]$",
    re.IGNORECASE,
)
_REPLY_ABOVE = re.compile(labels.REPLY_ABOVE, re.IGNORECASE)
_VERB = re.compile(rf"(?:(?<=[\W\d])|^){_one_of(labels.WROTE)}(?=\W|$)", re.IGNORECASE)
_VERB_AT_END = frozenset(
    [
        "wrote",
        "escreveu",
        "escribió",
        "écrit",
        "scritto",
        "schrieb",
        "geschreven",
        "napisał",
        "пише",
        "пишет",
        "написал",
        "написав",
        "kirjoitti",
        "napsal",
        "följande",
    ]
)
_SURE_VERBS = frozenset(verb for verb in _VERB_AT_END if _VERB.fullmatch(verb))
_VERB_TAILS = frozenset(verb[-3:] for verb in _VERB_AT_END)
_ADDRESS = r"[^\s<>()\[\]@\"']+@[^\s<>()\[\]@\"']+\.[^\s<>()\[\]@\"']+"
_DATED = re.compile(
    r"\d{1,2}[:.hH]\d\d|\b(?:19|20)\d\d\b|\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}|\d{1,2}\s*[月월]|<\s*mailto:|" + _ADDRESS
)
_TIME = re.compile(r"\d{1,2}[:.h]\d\d|\d{1,2}\s*[时時시]", re.IGNORECASE)
_DAY = re.compile(r"\b(?:19|20)\d\d|\d{1,4}[/.\-]\d{1,2}[/.\-]\d{1,4}")
_BRACKETED_ADDRESS = re.compile(rf"[<(]\s*(?:mailto:)?{_ADDRESS}\s*[>)]")
_ISO_DAY = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b")
_OFFSET = re.compile(r"\d{1,2}:\d\d (?:GMT|UTC)[+\-]\d\d:\d\d ")
_QUOTING = re.compile(
    r"(?:quoting|citando|zitat von|citation de|in (?:message|article) <)[^\n]{1,200}:$", re.IGNORECASE
)
_STARTS = re.compile(
    r"(?:on|em|no dia|el|le|am|op|il|in data|il giorno|dnia|w dniu|den|dne|dňa|pe|på|la data|în|în data|em data|в|у|na|ngày|στις"
    r"|pada|quoting|citando|a las|at"
    r"|ons|tir|man|tor|fre|lør|søn|mån|tis|tors|lör|sön|mon|tue|wed|thu|fri|sat|sun|lun|mar|mer|jeu|ven|sam|dim|mié|jue|vie|sáb|dom"
    r"|seg|ter|qua|qui|sex|sáb|пн|вт|ср|чт|пт|сб|вс|нд|понедельник|вторник|среда|четверг|пятница|суббота|воскресенье|út|čt|pá|so|ne|po|st)"
    r"(?=[\s.,:])|\d{1,4}[./\- ,:年년]",
    re.IGNORECASE,
)
# "> wrote:" is the end of an attribution whose address was broken over two lines, not a quotation.
_QUOTE_MARK = re.compile(
    rf"[ \t]*(?:>(?![ \t]*(?:{labels.WROTE})?[ \t]*[{_COLONS}][ \t]*$)|\|(?![|\-])(?!.*\|[ \t]*$))", re.IGNORECASE
)
# The same where no line that is looked at ends with a colon, and no mark is a bar.
_DEEPEST = 20
_QUOTE_MARKS = re.compile(rf"(?:[ \t]*> ?){{1,{_DEEPEST}}}")
_MAY_ATTRIBUTE = _COLONS + " \t"
_MAY_QUOTE = ">| \t"
_MARKED = frozenset(_MAY_QUOTE)
_LONGEST = 500
# How many lines that look like a mark are looked at closely; a person's mail has a few dozen.
_MOST_TRIES = 2_000


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


class Text:
    """A text and its lines."""

    __slots__ = ("lines", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.lines = text.split("\n")


def is_quoted(line: str) -> bool:
    """Say whether a line carries a quote mark."""
    if not line or line[0] not in _MAY_QUOTE:
        return False
    # Only what ends with a colon can be the end of an attribution.
    return (line[0] == ">" and line[-1] not in _MAY_ATTRIBUTE) or _QUOTE_MARK.match(line) is not None


def unquoted(line: str) -> str:
    """Return a line without one level of quote marks."""
    hit = _QUOTE_MARK.match(line)
    return line[hit.end() :].removeprefix(" ") if hit else line


def quoted_lines(lines: list[str]) -> bytearray:
    """Return a 1 for each line that carries a quote mark, a 0 for any other."""
    closely = _MAY_ATTRIBUTE
    return bytearray(
        [
            bool(line) and ((line[0] == ">" and line[-1] not in closely) or (line[0] in _MAY_QUOTE and is_quoted(line)))
            for line in lines
        ]
    )


def bared(lines: Iterable[str]) -> list[str]:
    """Return lines without their quote marks, at most `_DEEPEST` levels of them."""
    closely = _MAY_ATTRIBUTE
    # Most begin with marks that stand close together, and with nothing or a blank and a word behind them.
    return [
        bare
        if line[:1] == ">"
        and (bare := line.lstrip(">").removeprefix(" "))[:1] not in _MARKED
        and line[_DEEPEST : _DEEPEST + 1] != ">"
        and line[-1] not in closely
        else _bared(line)
        for line in lines
    ]


def _bared(line: str) -> str:
    if line[-1:] not in _MAY_ATTRIBUTE:
        hit = _QUOTE_MARKS.match(line)
        bare = line[hit.end() :] if hit else line
        if not bare or bare[0] not in "| \t" or bare.lstrip(" \t")[:1] != "|":
            return bare
    for _ in range(_DEEPEST):
        if not is_quoted(line):
            break
        line = unquoted(line)
    return line


def _labelled(line: str) -> tuple[str, str]:
    """Return the label and the value of a header-like line, two empty words when it is none."""
    place = line.find(":", 0, _LONGEST_LABEL)
    if place < 0:
        place = line.find("：", 0, _LONGEST_LABEL)
        if place < 0:
            return "", ""
    label = line[:place].strip(_LEAD).lower()
    return (label, line[place + 1 :].strip(_LEAD)) if label in LABELS else ("", "")


def _next_is_quoted(lines: list[str], after: int) -> bool:
    while after < len(lines) and not lines[after].strip():
        after += 1
    return after < len(lines) and is_quoted(lines[after])


def _attribution(lines: list[str], last: int) -> int | None:  # noqa: C901 - one walk upward
    """Return the first line of the attribution that ends with line `last`, `None` when none ends there."""
    depth = is_quoted(lines[last])
    gaps = 0
    first = last
    verb = False
    best: int | None = None
    for start in range(last, max(last - 6, -1), -1):
        line = lines[start]
        bare = line.strip(_LEAD)
        if not bare and line.strip() != "<":
            # Some programs break the line around the address: "Some One\n\n<\nmailto:…> wrote:"
            gaps += 1
            if start == last or gaps > 1 or not lines[start + 1].lstrip().startswith("<"):
                break
            continue
        if is_quoted(line) != depth:
            break
        if start < last and (len(line) > 200 or line.rstrip()[-1] in ".!?"):
            break
        first = start
        joined = " ".join(lines[first : last + 1])
        if len(joined) > _LONGEST:
            break
        verb = verb or _ends_with_verb(line) or _VERB.search(joined) is not None
        if not verb and not _is_bare_attribution(joined.strip(_LEAD)):
            continue
        if not _DATED.search(joined):
            continue
        if _STARTS.match(bare) and (best is None or any(sign.isdigit() for sign in bare)):
            return first
        if best is None:
            best = first
    if (
        best is None
        and verb
        and len(lines[last]) < 100
        and _next_is_quoted(lines, last + 1)
        and _VERB.search(lines[last])
    ):
        return last
    return best


def _ends_with_verb(line: str) -> bool:
    """Say whether the last word of a line is plainly one of the verbs; `_VERB` finds it wherever it stands."""
    _, blank, word = line[-16:].rstrip(_ENDS).rpartition(" ")
    return bool(blank) and word in _SURE_VERBS


def _is_bare_attribution(joined: str) -> bool:
    """Say whether a line names a date, a time and an address, and nothing says "wrote"."""
    return (
        joined[-1:] in _COLONS
        and len(joined) < 300
        and _BRACKETED_ADDRESS.search(joined) is not None
        and _TIME.search(joined) is not None
        and _DAY.search(joined) is not None
    ) or _QUOTING.match(joined) is not None


def _is_unfinished_attribution(lines: list[str], number: int, bare: str) -> bool:
    """Say whether a line without a colon is Gmail's old ``2016-03-03 17:21 GMT+01:00 Name`` or a date and an address."""
    if _OFFSET.search(bare) is not None and _ISO_DAY.match(bare):
        return True
    return (
        _ISO_DAY.match(bare) is not None
        and bare.endswith(">")
        and _BRACKETED_ADDRESS.search(bare) is not None
        and _next_is_quoted(lines, number + 1)
    )


def block_at(lines: list[str], start: int) -> HeaderBlock | None:
    """Read the header block whose first label stands in line `start`; `None` when it is none.

    It must name who wrote and two more things, one of them the date or the subject. Values may go on in the next line.
    """
    values: dict[str, str] = {}
    last_kind = ""
    blanks = 0
    after = start
    for number in range(start, min(start + 40, len(lines))):
        line = lines[number]
        bare = line.strip("> |\t")
        label, value = _labelled(line) if bare else ("", "")
        if label:
            kind = _kind_of(label, value, values)
            if not kind and "copy" not in LABELS[label]:
                break
            if kind:
                values[kind] = value
            last_kind = kind
            after = number + 1
            blanks = 0
        elif not bare:
            blanks += 1
            if blanks > 1 or len(values) >= 2:
                break
        elif blanks == 0 and last_kind and _goes_on(line, bare, last_kind, values[last_kind]):
            values[last_kind] = f"{values[last_kind]} {bare}".strip()
            after = number + 1
        else:
            break
    if not values.get("from") or len(values) < 3 or not ("date" in values or "subject" in values):
        return None
    return HeaderBlock(start, after, values)


def _kind_of(label: str, value: str, known: dict[str, str]) -> str:
    kinds = LABELS[label]
    if "to" in kinds and "date" in kinds and "to" not in known and "@" in value:
        return "to"
    return next((kind for kind in _ORDER if kind in kinds and kind not in known), "")


def _goes_on(line: str, bare: str, kind: str, value: str) -> bool:
    """Say whether a line without a label belongs to the value above it."""
    if not value or line.startswith(("\t", "    ")):
        return True
    if kind == "date":
        return len(bare) < 12
    if kind == "subject":
        return False
    return "@" in bare and len(bare) < 300 and (bare[0] == "<" or bare.endswith((">", ",", ";", "]")))


def _may_be_original(bare: str) -> bool:
    """Say whether a line begins as one of the words for it does; of letters with accents more than these match."""
    head = bare[:_HEAD]
    return not head.isascii() or head.lower() in _HEADS


def _likely(lines: list[str]) -> list[int]:
    """Return which lines need to be looked at: all but those that have none of the signs of a mark."""
    return [
        number
        for number, line in enumerate(lines)
        if (len(line) >= _SHORTEST or line.strip() == ">:")
        and not (
            ":" not in line
            and line[-3:] not in _VERB_TAILS
            and (
                line[-1] not in _MAY_END
                and bare[0] not in _DASH
                and (len(bare) >= _SHORT or not _may_be_original(bare))
                if (bare := line.strip(_AROUND))
                else line[-1] == ">"
            )
            and "：" not in line
        )
    ]


def marks(page: Text) -> list[Mark]:
    """Return every place where somebody else's words begin, in order. Time is linear in the length of the text."""
    found: list[Mark] = []
    lines = page.lines
    covered = 0
    left = _MOST_TRIES
    for number in _likely(lines):
        if number < covered:
            continue
        line = lines[number]
        last = line[-1]
        if last in " \t*":
            last = line.rstrip(" \t*")[-1:]
        if left <= 0:
            break
        mark: Mark | None = None
        if last in ":：-_" or line[-12:].rpartition(" ")[2] in _VERB_AT_END:
            first = _attribution(lines, number)
            left -= 1
            if first is not None:
                first = max(first, covered)
                mark = Mark("attribution", first, number + 1)
        if mark is None:
            mark, tried = _mark_at(lines, number, line, last)
            left -= tried
        if mark is not None:
            found.append(mark)
            covered = mark.after
    return found


def _mark_at(lines: list[str], number: int, line: str, last: str) -> tuple[Mark | None, bool]:
    """Return the mark that starts in a line, and whether it had to be looked at closely."""
    label, _ = _labelled(line)
    if label in _FIRST:
        block = block_at(lines, number)
        if block is not None:
            return Mark("headers", block.first, block.after), True
    bare = line.strip(_AROUND) if line[0] in _AROUND else line
    if not bare or len(bare) > _LONGEST:
        return None, bool(label)
    here = (number, number + 1)
    ruled = bare[0] in _DASH
    if ruled or last in _COLONS or len(bare) < _SHORT:
        if _ORIGINAL.match(bare):
            return Mark("original", *here), True
        if (ruled or last in _COLONS) and _FORWARDED.match(bare):
            return Mark("forwarded", *here), True
    if bare[0].isdigit() and _is_unfinished_attribution(lines, number, bare):
        return Mark("attribution", *here), True
    if len(bare) < 120 and (ruled or last in _DASH) and _REPLY_ABOVE.search(bare):
        return Mark("original", *here), True
    return None, bool(label) or ruled
