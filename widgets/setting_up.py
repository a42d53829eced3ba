"""The rows around a form that sets something up: what it is, how far it is, what each field wants or has wrong."""

from collections.abc import Sequence
from typing import ClassVar, Final, Literal

from textual.strip import Strip

from widgets.bars import Bar, brand
from widgets.ends import write
from widgets.language import _
from widgets.line import Line, Span, cut, one_line
from widgets.look import Look, Role
from widgets.wrapping import wrap

State = Literal["done", "now", "then"]
"""How far a step is: it is behind one, it is being done, it comes after."""

_INKS: Final[dict[State, Role]] = {"done": "ok", "now": "accent", "then": "muted"}


class HeadRow(Bar):
    """The first row of a screen that is not about the queue: the brand, what is done here, and how it stands."""

    def __init__(self, look: Look, words: str, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._words = words
        self._aside: Span = ("", "muted")

    def show(self, aside: Span) -> None:
        """Say something else at the right end."""
        if aside != self._aside:
            self._aside = aside
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """Draw the row."""
        line = Line(self._look, self.size.width, "surface").gap().put(brand(self._look), "accent", bold=True).gap(2)
        return write(line, ((self._words, "bright"),), (self._aside,)).strip()


class Advice(Bar):
    """What the field that has the keys wants, then what is wrong with others; wrapped, the last rows give way."""

    DEFAULT_CSS: ClassVar[str] = "Advice { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._said: tuple[tuple[Span, ...], ...] = ()

    def show(self, *said: Sequence[Span]) -> None:
        """Say other sentences, each a label and its words."""
        made = tuple(tuple(spans) for spans in said)
        if made != self._said:
            self._said = made
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the rows."""
        rows: list[tuple[Span, ...]] = []
        for spans in self._said:
            *lead, (words, role) = spans
            before = sum(len(text) for text, _role in lead)
            first, *more = wrap(one_line(words), max(8, self.size.width - 2 - before)) or [""]
            rows += [(*lead, (first, role)), *(((" " * before, role), (line, role)) for line in more)]
        if len(rows) < self.size.height:
            rows.insert(0, ())
        line = Line(self._look, self.size.width).gap()
        for text, role in rows[y] if y < len(rows) else ():
            line.put(text, role, bold=role == "late")
        return line.strip()


class StepRows(Bar):
    """The steps of setting up under a rule, and a row below about the one that is being done."""

    DEFAULT_CSS: ClassVar[str] = "StepRows { width: 1fr; height: 3; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._steps: tuple[tuple[State, str], ...] = ()
        self._below = ""

    def show(self, steps: Sequence[tuple[State, str]], below: str) -> None:
        """Show other steps, in their order."""
        if (self._steps, self._below) != (tuple(steps), below):
            self._steps, self._below = tuple(steps), below
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Draw one of the rows."""
        line = Line(self._look, self.size.width)
        if y == 0:
            return line.fill("─", self.size.width, "rule").strip()
        line.gap()
        if y == 1:
            words = {"done": _("done"), "now": _("now"), "then": _("then")}
            for number, (state, step) in enumerate(self._steps):
                line.gap(3 if number else 0).put(words[state], _INKS[state], bold=state == "now")
                line.put(f" {step}", "muted" if state == "then" else "text")
            return line.strip()
        return line.put(cut(self._below, self.size.width - 2, self._look.sign("…")), "muted").strip()
