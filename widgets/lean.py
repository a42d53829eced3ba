"""The output stage: only what does not stand there yet goes to the terminal, and says of each style what changes.

A layout that moves nothing has Textual paint its widgets again: a sheet of 3 kB right behind the frame it stands in.
Textual begins every run of text from nothing and ends it with a reset, so that a row of seven runs names its ground
seven times: a third of a page's bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate, LayoutUpdate
from textual.strip import Strip

_STYLE = re.compile("\x1b\\[([0-9;]*)m")
_MOVES = re.compile("(?:\n?\x1b\\[[0-9]+;[0-9]+H)+")  # to a place: no style is seen in it
_OFF = {"1": "22", "2": "22", "3": "23", "4": "24", "5": "25", "7": "27", "9": "29"}  # ECMA-48, 8.3.117


@dataclass(frozen=True, slots=True)
class _Pen:
    """What a terminal draws with, each as it is asked for: colours, and what is beside them, such as bold."""

    ink: str = ""
    ground: str = ""
    manner: tuple[str, ...] = ()

    @property
    def codes(self) -> str:
        return ";".join(filter(None, (*self.manner, self.ink, self.ground)))


_PLAIN = _Pen()


def _codes(given: str) -> Iterator[str]:
    """Yield the codes of a sequence, colours of several numbers in one piece."""
    numbers = iter(given.split(";"))
    for number in numbers:
        if number in {"38", "48"}:
            kind = next(numbers, "")
            yield ";".join((number, kind, *(next(numbers, "") for _part in range(3 if kind == "2" else 1))))
        else:
            yield number


@lru_cache(4096)
def _taken(pen: _Pen, given: str) -> _Pen:
    """Return a pen after a sequence."""
    ink, ground, manner = pen.ink, pen.ground, list(pen.manner)
    for code in _codes(given):
        number = int(code.split(";")[0] or 0)
        if number == 0:
            ink, ground, manner = "", "", []
        elif number in {39, 49}:
            ink, ground = ("", ground) if number == 39 else (ink, "")
        elif 30 <= number <= 38 or 90 <= number <= 97:
            ink = code
        elif 40 <= number <= 48 or 100 <= number <= 107:
            ground = code
        elif code in _OFF.values():
            manner = [one for one in manner if _OFF.get(one) != code]
        elif code not in manner:
            manner.append(code)
    return _Pen(ink, ground, tuple(sorted(manner)))


@lru_cache(4096)
def _change(have: _Pen, want: _Pen) -> str:
    """Return the shortest sequence from one pen to another."""
    if have == want:
        return ""
    anew = f"\x1b[0;{want.codes}m" if have != _PLAIN else f"\x1b[{want.codes}m"
    if want == _PLAIN:
        return "\x1b[0m"
    gone = [code for code in have.manner if code not in want.manner]
    if any(code not in _OFF for code in gone):
        return anew
    off = dict.fromkeys(_OFF[code] for code in gone)
    added = [code for code in want.manner if code not in have.manner or _OFF.get(code) in off]
    ink = "" if want.ink == have.ink else want.ink or "39"
    ground = "" if want.ground == have.ground else want.ground or "49"
    return min(anew, "\x1b[" + ";".join(filter(None, (*off, *added, ink, ground))) + "m", key=len)


def lean(sequence: str) -> str:
    """Return what draws the same on a terminal that stands at no style, and leaves it there, in fewer bytes."""
    first, *rest = _STYLE.split(sequence)
    made, have, want = [first], _PLAIN, _PLAIN
    for given, text in zip(rest[::2], rest[1::2], strict=True):
        want = _taken(want, given)
        if not text:
            continue
        if want == _PLAIN and _MOVES.fullmatch(text):
            made.append(text[text.rindex("\x1b") :])
            continue
        made += (_change(have, want), text)
        have = want
    made.append(_change(have, _PLAIN))
    return "".join(made)


class Standing:
    """What stands on the terminal: of each row the pieces that were written last, as far as they are known."""

    def __init__(self) -> None:
        self._rows: dict[int, dict[tuple[int, int], Strip]] = {}

    def forget(self) -> None:
        """Know nothing any more: somebody else wrote there, or its size is another."""
        self._rows.clear()

    def differs(self, y: int, left: int, right: int, strip: Strip) -> bool:
        """Take a piece of a row that is written from `left` to before `right`; say whether it stands otherwise."""
        row = self._rows.setdefault(y, {})
        if row.get((left, right)) == strip:
            return False
        for first, last in [one for one in row if one[0] < right and left < one[1]]:
            del row[first, last]
        row[left, right] = strip
        return True


def _changed(update: ChopsUpdate, console: Console, standing: Standing) -> Iterator[str]:
    """Yield what draws the cells that changed; Textual begins where their widget does, and sends all before them."""
    for y, first, last in update.spans:
        for end, (start, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or start >= last or end <= first:
                continue
            left, right = max(start, first), min(end, last)
            piece = strip.crop(left - start, right - start)
            if standing.differs(y, left, right, piece):
                yield Control.move_to(left, y).segment.text
                yield piece.render(console)


def _note_whole(update: LayoutUpdate, standing: Standing) -> None:
    """Take note of a frame that is written whole."""
    standing.forget()
    for y, strips in enumerate(update.strips, update.region.y):
        left = update.region.x
        for strip in strips:
            right = left + strip.cell_length
            standing.differs(y, left, right, strip)
            left = right


class Lean(CompositorUpdate):
    """An update of the screen in fewer bytes.

    Args:
        update: what Textual would write.
        standing: what stands on the terminal; it learns what is written now.
    """

    def __init__(self, update: CompositorUpdate, standing: Standing) -> None:
        self._update = update
        self._standing = standing

    def render_segments(self, console: Console) -> str:
        """Return what is written to the terminal."""
        if isinstance(self._update, ChopsUpdate):
            return lean("".join(_changed(self._update, console, self._standing)))
        if isinstance(self._update, LayoutUpdate):
            _note_whole(self._update, self._standing)
        else:
            self._standing.forget()
        return lean(self._update.render_segments(console))
