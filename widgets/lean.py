"""The output stage: what goes to the terminal says of each style only what changes.

Textual begins every run of text from nothing and ends it with a reset, so that a row of seven runs names its ground
seven times: a third of a page's bytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rich.console import Console
from rich.control import Control
from textual._compositor import ChopsUpdate, CompositorUpdate

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


def _changed(update: ChopsUpdate, console: Console) -> Iterator[str]:
    """Yield what draws the cells that changed; Textual begins where their widget does, and sends all before them."""
    for y, first, last in update.spans:
        for end, (start, strip) in zip(update.chop_ends[y], update.chops[y].items(), strict=False):
            if strip is None or start >= last or end <= first:
                continue
            left, right = max(start, first), min(end, last)
            yield Control.move_to(left, y).segment.text
            yield strip.crop(left - start, right - start).render(console)


class Lean(CompositorUpdate):
    """An update of the screen in fewer bytes."""

    def __init__(self, update: CompositorUpdate) -> None:
        self._update = update

    def render_segments(self, console: Console) -> str:
        """Return what is written to the terminal."""
        if isinstance(self._update, ChopsUpdate):
            return lean("".join(_changed(self._update, console)))
        return lean(self._update.render_segments(console))
