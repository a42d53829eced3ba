"""The piece of a message that shows why it was found, and where the words stand in it."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import islice

from storage.kinds.clean import clean_line, folded
from storage.rules.query import And, Node, Or, Text, Where
from storage.rules.stemming import composed, forms
from storage.rules.word import WORD

_BEFORE = 40  # characters shown before the first hit
_LOOK_INTO = 50_000  # characters of a message that are looked through
_ALIKE = 3  # letters in which a word and its stems begin alike
_LONGEST = 200  # characters that a word may be away, and long
_MARKS = "[\u0300-\u036f]*"  # accents that stand apart from their letter
_LATIN_1_ENDS = "\u0100"
_FAR = re.compile("[\u0100-\u024f\u0300-\u036f\u1e00-\u1eff]")  # of `_letters` those above Latin-1, and `_MARKS`
_PLACES = 50  # of what is wanted that are looked at, for one that is not quoted
_SPACE = re.compile(r"\s")
# Quoted lines that a text begins with, and who is quoted: at most two lines, of which the last ends with a colon.
_QUOTATION = re.compile(r"\s*+(?:(?:(?!>)[^\n]{1,200}\n)?(?!>)[^\n]{1,200}:[ \t]*\n\s*+)?(?:>[^\n]*+(?:\n\s*+|\Z))++")
# What is neither in Latin-1 nor among the signs that are surely no part of a word: dashes and quotation marks, money.
_BEYOND = re.compile("[^\x00-\xff\u2000-\u206f\u20a0-\u20bf]")


@dataclass(frozen=True, slots=True)
class _Run:
    """Words wanted one after the other: for each the forms that do."""

    words: tuple[frozenset[str], ...]
    loose: bool  # another form of the word in the text does, too
    prefix: bool  # the last word may go on

    def fits(self, word: str, offset: int) -> bool:
        """Say whether a word of a text is the one wanted at `offset`."""
        wanted = self.words[offset]
        if not wanted.isdisjoint(forms(word) if self.loose else (folded(word),)):
            return True
        return self.prefix and offset == len(self.words) - 1 and any(folded(word).startswith(each) for each in wanted)


class Wanted:
    """The words that a query looks for in a text.

    Args:
        node: the query; what it negates is not looked for.
    """

    def __init__(self, node: Node | None) -> None:
        self._runs: list[_Run] = []
        for text in _texts(node):
            words = text.words.split()
            loose = len(words) == 1 and not text.exact and not text.prefix
            each = (frozenset(forms(word) if loose else (folded(composed(word)),)) for word in words)
            self._runs.append(_Run(tuple(each), loose, text.prefix))
        self._begins = _begins(form for run in self._runs for form in run.words[0])
        begins = {first + rest for first, more in self._begins.items() for rest in more}
        known = all(map(str.isascii, begins))
        shortest = sorted(each for each in begins if not begins.intersection((each[:1], each[:2])) - {each})
        self._plain = [each.encode() for each in shortest] if known else []
        self._openings: dict[bool, re.Pattern[str]] = {}

    def places(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield the (start, end) of every run of words that is wanted, in their order, none inside another."""
        passed = 0
        for start in self._starts(text):
            if start >= passed and (end := self._end(text, start)):
                yield start, end
                passed = end

    def _starts(self, text: str) -> Iterator[int]:
        """Return where the words stand that begin like one that is wanted, in their order."""
        if not self._begins:
            return iter(())
        plain = _plain(text) if self._plain else None
        return self._by_pattern(text) if plain is None else _beginning(plain, self._plain)

    def _by_pattern(self, text: str) -> Iterator[int]:
        far = _is_far(text)
        if far not in self._openings:
            self._openings[far] = _opening(self._begins, far=far)
        return (opening.start() for opening in self._openings[far].finditer(text))

    def _end(self, text: str, start: int) -> int:
        """Return where the wanted run that begins at `start` ends; 0 when none does."""
        for run in self._runs:
            end = start
            for offset in range(len(run.words)):
                word = WORD.search(text, end, end + _LONGEST)
                if word is None or not run.fits(word[0], offset):
                    break
                end = word.end()
            else:
                return end
        return 0


def _begins(forms: Iterable[str]) -> dict[str, set[str]]:
    """Return how these forms begin: what follows the first letter, by the first letter."""
    begins: dict[str, set[str]] = {}
    for form in forms:
        begins.setdefault(form[0], set()).add(form[1:_ALIKE])
    return begins


def _plain(text: str) -> bytes | None:
    """Return a text with each letter as one byte, small and without accent; `None` where that cannot be said."""
    try:
        one_by_one = text.encode("latin-1")
    except UnicodeEncodeError:
        if _BEYOND.search(text):
            return None
        one_by_one = text.encode("latin-1", "replace")  # one mark for each sign
    return one_by_one.translate(_table()[0])


@cache
def _table() -> tuple[bytes, frozenset[int]]:
    """Return what each sign of Latin-1 is to `_plain`, and which bytes are parts of words."""
    signs = [chr(code) for code in range(256)]
    plain = [folded(sign) for sign in signs]
    table = bytes(ord(each) if len(each) == 1 and each.isascii() else code for code, each in enumerate(plain))
    return table, frozenset(table[code] for code, sign in enumerate(signs) if sign.isalnum())


def _beginning(plain: bytes, begins: Sequence[bytes]) -> Iterator[int]:
    """Yield where words begin in one of these ways: many times as quick as a pattern, which must also be made."""
    inside = _table()[1]
    ahead = [(at, begin) for begin in begins if (at := plain.find(begin)) >= 0]
    while ahead:
        at, begin = min(ahead)
        if not at or plain[at - 1] not in inside:
            yield at
        ahead.remove((at, begin))
        if (following := plain.find(begin, at + 1)) >= 0:
            ahead.append((following, begin))


def _is_far(text: str) -> bool:
    """Say whether a letter with an accent outside Latin-1, or an accent that stands apart, is in a text."""
    if text.isascii():
        return False
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return _FAR.search(text) is not None
    return False


def _opening(begins: Mapping[str, Iterable[str]], *, far: bool) -> re.Pattern[str]:
    """Return what finds the words that begin like one of these forms, whatever their accents.

    A word begins like its stems, but for a few English ones (dying, die), which are found and stay unmarked.

    Args:
        begins: what `_begins` gave.
        far: with the letters that make a text far, see `_is_far`; without them it is made five times as quickly.
    """
    marks = _MARKS if far else ""
    ways = []
    for first, more in sorted(begins.items()):
        endings = sorted("".join(_spelled(each, far=far) + marks for each in rest) for rest in more)
        ways.append(f"(?<={_spelled(first, far=far)}){marks}(?:{'|'.join(endings)})")
    # A set of letters in front lets the search skip what begins otherwise: three times as quick.
    firsts = "".join(_spelled(first, far=far)[1:-1] for first in sorted(begins))
    return re.compile(f"[{firsts}](?<![^\\W_].)(?:{'|'.join(ways)})", re.DOTALL)


@lru_cache(maxsize=1000)
def _spelled(letter: str, *, far: bool) -> str:
    """Return the set of signs that are `letter`, in both cases, with and without accents."""
    accented = [sign for sign in _letters().get(letter, "") if far or sign < _LATIN_1_ENDS]
    return f"[{''.join(re.escape(sign) for sign in dict.fromkeys((letter, *letter.upper(), *accented)))}]"


@cache
def _letters() -> dict[str, str]:
    """Return for each plain letter those that are it with an accent."""
    found: dict[str, str] = {}
    for code in (*range(0xAA, 0x250), *range(0x1E00, 0x1F00)):
        letter = chr(code)
        plain = folded(letter)
        if len(plain) == 1 and plain != letter:
            found[plain] = found.get(plain, "") + letter
    return found


def snippet(text: str, wanted: Wanted, *, width: int = 160) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return one line of `text` around the first word wanted, and where the words wanted stand in that line.

    What the author says comes before what the author quotes, where quoted lines say that they are.

    Args:
        text: a message's whole text.
        wanted: what was searched.
        width: how many characters the line may have.

    Returns:
        The line, begun anew at the author's first words when nothing wanted stands in it, and the (start, end) of the
        hits in it.
    """
    text = composed(text[:_LOOK_INTO])
    first = _first(text, wanted)
    start = 0
    if first is None:
        start = _past_quotation(text)
    elif first[0] > _BEFORE:
        start = first[0] - _BEFORE
        space = _SPACE.search(text, start, first[0])
        start = space.end() if space else start
        if (quoted := text.rfind("\n>", start, first[0])) >= 0 and not _is_quoted(text, first[0]):
            start = text.find("\n", quoted + 1) + 1
    line = clean_line(text[start : start + 2 * width])
    if len(line) > width:
        end = line.rfind(" ", width // 2, width)
        line = line[: end if end > 0 else width]
    if first is None:
        return line, ()
    return line, tuple(wanted.places(line))


def _first(text: str, wanted: Wanted) -> tuple[int, int] | None:
    """Return the first place of what is wanted in the author's own words, else in what is quoted."""
    first = None
    for place in islice(wanted.places(text), _PLACES):
        if not _is_quoted(text, place[0]):
            return place
        first = first or place
    return first


def _is_quoted(text: str, place: int) -> bool:
    return text.startswith(">", text.rfind("\n", 0, place) + 1)


def _past_quotation(text: str) -> int:
    """Return where the author begins who answers below a quotation; 0 where the text begins with the author's words."""
    opening = _QUOTATION.match(text)
    return opening.end() if opening is not None and opening.end() < len(text) else 0


def _texts(node: Node | None) -> Iterable[Text]:
    match node:
        case Text():
            if node.where is Where.ANYWHERE:
                yield node
        case And() | Or():
            for part in node.parts:
                yield from _texts(part)
        case _:
            return
