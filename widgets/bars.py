"""The rows around the panes: views and state above, titles on one rule, keys below, and what has just been done.

Where the mouse is followed they say what was clicked in them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import compress
from typing import ClassVar

from rich.cells import cell_len
from textual import events
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from widgets.clicking import KeyClicked, key_among
from widgets.language import _
from widgets.line import Line, Span, cut, one_line
from widgets.look import Look
from widgets.wrapping import wrap

BRAND = "Plantão"


def brand(look: Look) -> str:
    """Return the name of the console as a look can draw it."""
    return "Plantao" if look.ascii else BRAND


@dataclass(frozen=True, slots=True)
class ViewLabel:
    """A view as the first row names it: the key that shows it, its name, its count in words.

    Attributes:
        quiet: what is in it asks for nothing, so that its count can be spared.
        lit: what is in it is late.
    """

    key: str
    name: str
    count: str
    current: bool
    quiet: bool = False
    lit: bool = False


class Bar(Widget):
    """One row, or a few, that are drawn whole from what they were given last."""

    DEFAULT_CSS: ClassVar[str] = "Bar { width: 1fr; height: 1; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(id=id)
        self._look = look


class StatusRow(Bar):
    """The first row: the brand, the views with their counts, and how the machinery does."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._views: tuple[ViewLabel, ...] = ()
        self._places: list[tuple[str, int, int]] = []  # a view's key, its first cell, the one behind it
        self._asides: tuple[Span, ...] = ()

    @dataclass
    class Clicked(Message):
        """A view was clicked, where the mouse is followed."""

        key: str

    def on_click(self, event: events.Click) -> None:
        """Say which view was clicked."""
        for key, start, end in self._places:
            if start <= event.screen_x - self.region.x < end:
                self.post_message(self.Clicked(key))

    def show(self, views: Sequence[ViewLabel], asides: Sequence[Span]) -> None:
        """Draw other views and asides; the first asides give way first."""
        if (self._views, self._asides) != (tuple(views), tuple(asides)):
            self._views, self._asides = tuple(views), tuple(asides)
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """Draw the row."""
        line = Line(self._look, self.size.width, "surface").gap()
        asides: Sequence[Span] = self._asides
        least = sum(5 + cell_len(view.count + view.name) for view in self._views)
        if (
            line.column + cell_len(BRAND) + 2 + least + sum(cell_len(text) + 1 for text, _role in asides[-1:])
            < line.width
        ):
            line.put(brand(self._look), "accent", bold=True).gap(
                2
            )  # who works here knows what it is: names go before it

        views, counts, asides = _given_way(self._views, asides, line.width - line.column)
        lit = next((place for place, view in enumerate(views) if view.current), None)
        names = [view.name for view in views]
        most = line.width - line.column - _needed(views, counts) + sum(map(cell_len, names))
        names = _shortened(names, most - _taken(asides), self._look.sign("…"), lit, most)
        self._places.clear()
        for view, whole, count_whole in zip(views, names, counts, strict=True):
            name, count = _label(whole, count_whole, line.width - line.column - 4, self._look.sign("…"))
            self._places.append((view.key, line.column, line.column + 3 + cell_len(name + count)))
            if view.current:
                line.put(" ", ground="selected").put(view.key, "accent", ground="selected")
                line.put(f" {name}", "bright", ground="selected")
                line.put(f"{count} ", "muted", ground="selected")
            elif view.lit:
                line.gap().put(view.key, "accent", bold=True).put(f" {name}", "muted")
                line.gap().put(count.strip(), "late", bold=True).gap()
            else:
                line.gap().put(view.key, "accent", bold=True).put(f" {name}{count} ", "muted")
        taken = sum(cell_len(text) for text, _role in asides) + 3 * (len(asides) - 1)
        if asides and line.column + taken + 1 <= line.width:
            line.to(line.width - 1 - taken)
            for number, (text, role) in enumerate(asides):
                line.gap(3 if number else 0).put(text, role)
        return line.strip()


def _given_way(
    views: Sequence[ViewLabel], asides: Sequence[Span], width: int
) -> tuple[Sequence[ViewLabel], Sequence[str], Sequence[Span]]:
    """Return what is left of views, their counts and the asides so that names need not be cut.

    Where all has room without the counts that ask for nothing, they go; else the asides go but the last one, then
    those counts, then views that ask for nothing and are empty, whose key shows them all the same; then the last
    aside, where all has room without it.
    """
    counts = [f" {view.count}" for view in views]
    spared = [not view.current and (view.quiet or view.count == "0") for view in views]
    bare = ["" if gone else count for gone, count in zip(spared, counts, strict=True)]
    if _needed(views, bare) <= width - _taken(asides) < _needed(views, counts):
        counts = bare
    while len(asides) > 1 and _needed(views, counts) > width - _taken(asides):
        asides = asides[1:]
    if _needed(views, counts) > width - _taken(asides):
        counts = bare
    if _needed(views, counts) > width - _taken(asides):
        shown = [not (view.quiet and view.count == "0") or view.current for view in views]
        views, counts = list(compress(views, shown)), list(compress(counts, shown))
    if width - _taken(asides) < _needed(views, counts) < width:
        asides = ()
    return views, counts, asides


def _label(name: str, count: str, room: int, ellipsis: str) -> tuple[str, str]:
    """Return a view's name and count in so many cells: a count that is cut would be another one, and goes whole."""
    return (name, count) if cell_len(name + count) <= room else (cut(name, max(0, room), ellipsis), "")


def _taken(asides: Sequence[Span]) -> int:
    return sum(cell_len(text) + 3 for text, _role in asides) - 2 * bool(asides)


def _needed(views: Sequence[ViewLabel], counts: Sequence[str]) -> int:
    """Return the cells that views take with these counts and whole names."""
    return sum(4 + cell_len(view.name + count) for view, count in zip(views, counts, strict=True))


def _shortened(names: list[str], room: int, ellipsis: str, lit: int | None, most: int) -> list[str]:
    """Return the names cut until all have room together, the longest first, none below four cells.

    The lit one stays whole, at the asides' cost if need be; only one that would push views off the row (more than
    `most` cells for all names) is cut as well.
    """
    widths = [cell_len(name) for name in names]
    while sum(widths) > room:
        others = [place for place, width in enumerate(widths) if place != lit and width > 4]
        if not others:
            break
        widths[max(others, key=widths.__getitem__)] -= 1
    if lit is not None and sum(widths) > most:
        widths[lit] = max(min(widths[lit], 4), widths[lit] - (sum(widths) - most))
    return [cut(name, width, ellipsis) for name, width in zip(names, widths, strict=True)]


@dataclass(frozen=True, slots=True)
class PaneTitle:
    """A pane's title on the rule: its width, what it shows, an aside at its end, whether keys go there."""

    width: int
    title: str
    aside: str = ""
    focused: bool = False


class TitleRow(Bar):
    """One rule under the first row that carries the titles of all panes."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._panes: tuple[PaneTitle, ...] = ()

    @dataclass
    class Clicked(Message):
        """A pane's title was clicked: its place from the left, from 0."""

        place: int

    def on_click(self, event: events.Click) -> None:
        """Say which title was clicked."""
        end = 0
        for place, pane in enumerate(self._panes):
            end += pane.width + 1
            if event.screen_x - self.region.x < end:
                self.post_message(self.Clicked(place))
                return

    def show(self, panes: Sequence[PaneTitle]) -> None:
        """Draw other titles."""
        if self._panes != tuple(panes):
            self._panes = tuple(panes)
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """Draw the row."""
        line = Line(self._look, self.size.width)
        for number, pane in enumerate(self._panes):
            if number:
                line.sign("┬", "rule")
            start, end = line.column, min(line.column + pane.width, line.width)
            aside = f" {pane.aside} " if pane.aside else ""
            if cell_len(aside) > end - start and any(sign.isdigit() for sign in aside):
                aside = ""  # a number that is cut is another one
            room = end - start - cell_len(aside)
            title = cut(one_line(pane.title), max(0, room - 4), self._look.sign("…"))
            if title:
                line.gap().put(title, "accent" if pane.focused else "text", bold=pane.focused).gap()
            line.fill("─", end - cell_len(aside), "accent" if pane.focused else "rule")
            line.put(aside, "muted", width=end - line.column)
        return line.strip()


Keys = Sequence[tuple[str, str]]
"""Keys, each with its word."""


def keys_placed(width: int, keys: Keys, always: Keys = ()) -> list[tuple[int, str, str]]:
    """Return the keys of a row, each with its first cell and its word.

    Those that do not fit are left out whole; `always` ends the row.
    """
    taken = sum(_cells(pair) for pair in always) + 2 * (len(always) - 1)
    edge = width - 1 - max(0, taken)
    placed, column = [], 1
    for key, word in keys:
        if column + _cells((key, word)) <= edge - 2:
            placed.append((column, key, word))
            column += _cells((key, word)) + 2
    column = max(column, edge)
    for key, word in always:
        placed.append((column, key, word))
        column += _cells((key, word)) + 2
    return placed


def _cells(pair: tuple[str, str]) -> int:
    return cell_len(pair[0]) + 1 + cell_len(pair[1])


def keys_line(look: Look, width: int, keys: Keys, always: Keys = ()) -> Strip:
    """Return a row of keys, each with its word; those that do not fit are left out whole, `always` ends the row."""
    line = Line(look, width, "surface").gap()
    for column, key, word in keys_placed(width, keys, always):
        line.to(column).put(key, "accent", bold=True).put(f" {word}", "muted")
    return line.strip()


def key_at(cell: int, width: int, keys: Keys, always: Keys = ()) -> str:
    """Return the key that stands in a cell of such a row, or whose word does; empty where there is none."""
    placed = keys_placed(width, keys, always)
    return next((key for column, key, word in placed if column <= cell < column + _cells((key, word))), "")


class KeyRow(Bar):
    """The last row: the keys that matter now, in the order of use."""

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._keys: tuple[tuple[str, str], ...] = ()
        self._always: tuple[tuple[str, str], ...] = ()

    def on_click(self, event: events.Click) -> None:
        """Say which key was clicked."""
        if key := key_at(event.screen_x - self.region.x, self.size.width, self._keys, self._always):
            self.post_message(KeyClicked(key))

    def show(self, keys: Keys, always: Keys = ()) -> None:
        """Draw other keys, each with its word; `always` stands at the right edge."""
        if (self._keys, self._always) != (tuple(keys), tuple(always)):
            self._keys, self._always = tuple(keys), tuple(always)
            self.refresh()

    def render_line(self, y: int) -> Strip:  # noqa: ARG002 - there is one row
        """Draw the row."""
        return keys_line(self._look, self.size.width, self._keys, self._always)


@dataclass(frozen=True, slots=True)
class Trouble:
    """An error that stands: what happened, to what, since when, what is not lost, and the key that mends it."""

    what: str
    sentence: str
    more: str = ""
    key: str = ""
    remedy: str = ""


class TroubleBar(Bar):
    """Errors that stand, in up to three rows above the keys, until they are mended."""

    DEFAULT_CSS: ClassVar[str] = "TroubleBar { width: 1fr; height: auto; display: none; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._troubles: tuple[Trouble, ...] = ()

    def show(self, troubles: Sequence[Trouble]) -> None:
        """Draw these errors, the first in full; none takes the bar away."""
        if self._troubles != tuple(troubles):
            self._troubles = tuple(troubles)
            self.display = bool(troubles)
            self.refresh(layout=True)

    def on_click(self, event: events.Click) -> None:
        """Say that the key that mends was clicked."""
        rows, row = self._rows(self.size.width), event.screen_y - self.region.y
        key = key_among(rows[row], event.screen_x - self.region.x - 2) if 0 <= row < len(rows) else ""
        if key:
            self.post_message(KeyClicked(key))

    def _rows(self, width: int) -> list[tuple[Span, ...]]:
        if not self._troubles:
            return []
        first = self._troubles[0]
        others = len(self._troubles) - 1
        first_room = max(8, width - 6 - cell_len(first.what))
        more = one_line(first.more)
        # A server may say a lot: what follows, such as the remedy, keeps its place, with a word a row lost to wrapping.
        left = first_room + 2 * (width - 4) - cell_len(more) - 24
        sentence = cut(one_line(first.sentence), max(first_room, left), self._look.sign("…"))
        head, *rest = wrap(sentence, first_room) or [""]
        tail = " ".join(filter(None, (*rest, more)))
        rows: list[tuple[Span, ...]] = [((one_line(first.what), "late"), (f"  {head}", "bright"))]
        rows += [((line, "text"),) for line in wrap(tail, width - 4)] if tail else []
        keys: list[Span] = [(f"   {first.key}", "accent"), (f" {first.remedy}", "text")] if first.key else []
        if others:
            keys.append(("   " + _("and {count} more").format(count=others), "muted"))
        rows = rows[:3]
        taken = sum(cell_len(text) for text, _role in keys)
        used = sum(cell_len(text) for text, _role in rows[-1])
        if keys and used + taken > width - 4 and len(rows) < 3:
            return [*rows, tuple(keys)]
        rows[-1] = (
            *((cut(text, max(0, width - 4 - taken), self._look.sign("…")), role) for text, role in rows[-1]),
            *keys,
        )
        return rows

    def get_content_height(self, container: object, viewport: object, width: int) -> int:  # noqa: ARG002 - Textual's signature
        """Return the rows needed."""
        return max(1, len(self._rows(width)))

    def render_line(self, y: int) -> Strip:
        """Draw one of the rows."""
        line = Line(self._look, self.size.width, "warnbg")
        rows = self._rows(self.size.width)
        if self._look.full:
            line.sign("▌", "late")
        line.to(2)
        if y < len(rows):
            for text, role in rows[y]:
                line.put(text, role, bold=role in {"late", "accent"})
        return line.strip()
