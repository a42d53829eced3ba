"""The first row of whoever is on call: who is, until when, and what waits for them."""

from collections.abc import Sequence

from rich.cells import cell_len
from textual.strip import Strip

from widgets.bars import BRAND, Bar, brand
from widgets.line import Line, Span
from widgets.look import Look

_APART = 3


class DutyRow(Bar):
    """The brand, who is on call, and counts at the right end; the brand gives way first, then who is on call is cut."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._who: tuple[Span, ...] = ()
        self._waits: tuple[Span, ...] = ()

    def show(self, who: Sequence[Span], waits: Sequence[Span]) -> None:
        """Draw who is on call, and what waits; what is as before is not sent."""
        if (self._who, self._waits) != (tuple(who), tuple(waits)):
            self._who, self._waits = tuple(who), tuple(waits)
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """Draw the row."""
        line = Line(self._look, self.size.width, "surface").gap()
        taken = sum(cell_len(text) for text, _role in self._waits) + _APART * max(0, len(self._waits) - 1)
        room = line.width - 1 - taken - _APART
        needed = sum(cell_len(text) for text, _role in self._who)
        if line.column + cell_len(BRAND) + _APART + needed <= room:
            line.put(brand(self._look), "accent", bold=True).gap(_APART)
        for text, role in self._who:
            line.put(text, role, width=max(0, min(cell_len(text), room - line.column)), bold=role == "bright")
        line.to(line.width - 1 - taken)
        for number, (text, role) in enumerate(self._waits):
            line.gap(_APART if number else 0).put(text, role, bold=role == "late")
        return line.strip()
