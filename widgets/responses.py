"""Canned responses in rows, with what was typed lit in them, and the text of one with what is still to be asked for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from textual.message import Message
from textual.strip import Strip

from widgets.language import _, ngettext
from widgets.line import Line, Span, one_line
from widgets.look import Look, Role
from widgets.pane import Pane
from widgets.rows import Rows
from widgets.wrapping import wrap

_MARKED: Final = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_JOINED: Final = "\ue002"  # stands for a blank that no line is broken at
_CODE: Final = 18  # cells of a shortcode
_WIDE: Final = 66  # cells from which language, owner and uses stand beside the title


@dataclass(frozen=True, slots=True)
class ResponseRow:
    """A response in the list.

    Attributes:
        lit_shortcode, lit_title: where in them what was typed stands: (start, end).
        owner: whose it is; empty when it is the team's.
        fits: whether it answered mail like this before; `suits` whether it is used for customers of this segment.
        macro: whether it does something beside answering.
        sent: how often it was sent; `None` when that is not shown.
        stacked: whether it is chosen already, among others.
    """

    response_id: int
    shortcode: str
    title: str
    language: str
    owner: str = ""
    lit_shortcode: tuple[tuple[int, int], ...] = ()
    lit_title: tuple[tuple[int, int], ...] = ()
    fits: bool = False
    suits: bool = False
    macro: bool = False
    sent: int | None = None
    stacked: bool = False


def lit_spans(text: str, places: Sequence[tuple[int, int]], role: Role, lit: Role = "accent") -> list[Span]:
    """Return a text with some of its places in another role; those that do not fit it are left out."""
    spans: list[Span] = []
    end = 0
    for start, stop in sorted(places):
        if end <= start < stop <= len(text):
            spans += [(text[end:start], role), (text[start:stop], lit)]
            end = stop
    spans.append((text[end:], role))
    return [span for span in spans if span[0]]


class ResponseList(Rows[ResponseRow]):
    """Responses in rows, with a cursor."""

    DEFAULT_CSS: ClassVar[str] = "ResponseList { width: 1fr; height: 1fr; background: $background; }"

    @dataclass
    class Moved(Message):
        """The mouse put the cursor on another row."""

    @property
    def chosen_id(self) -> int | None:
        """The number of the response under the cursor."""
        return self.chosen.response_id if self.chosen is not None else None

    def show(self, rows: Sequence[ResponseRow], *, keep: bool = False) -> None:
        """Show other rows, the cursor on the first, or with `keep` on the response that it was on."""
        before = self.chosen_id
        self.lay(rows)
        if keep:
            self.go_to(before)

    def go_to(self, response_id: int | None) -> None:
        """Put the cursor on a response, if it is there."""
        for place, row in enumerate(self._rows):
            if row.response_id == response_id:
                self.move(place - self.cursor)

    def wheel(self, rows: int) -> None:
        """Go by rows, the cursor with them."""
        super().wheel(rows)
        self.post_message(self.Moved())

    def clicked(self, row: int, column: int, *, times: int) -> None:
        """Put the cursor on the row that is clicked; a double click is Enter on it."""
        super().clicked(row, column, times=times)
        self.post_message(self.Moved())

    def write(self, line: Line, row: ResponseRow) -> None:
        """Write one response."""
        code = row.shortcode if len(row.shortcode) <= _CODE else f"{row.shortcode[: _CODE - 1]}…"
        line.spans(lit_spans(code, row.lit_shortcode, "bright")).to(_CODE + 2)
        tail = self._tail(row)
        room = line.width - line.column - sum(len(text) for text, _role in tail) - 2
        title = one_line(row.title)
        shown = title if len(title) <= room else f"{title[: max(0, room - 1)]}…"
        line.spans(lit_spans(shown, row.lit_title, "text"))
        line.to(line.width - 1 - sum(len(text) for text, _role in tail)).spans(tail)

    def _tail(self, row: ResponseRow) -> list[Span]:
        spans: list[Span] = []
        marks: list[Span] = []
        if row.stacked:
            marks.append((_("chosen"), "ok"))
        elif row.fits:
            marks.append((_("fits"), "ok"))
        elif row.suits:
            marks.append((_("segment"), "muted"))
        if row.macro:
            marks.append((_("macro"), "note"))
        spans += [(f"{word} ", role) for word, role in marks]
        if self.size.width >= _WIDE and row.owner:
            spans.append((f"{one_line(row.owner)[:10]} ", "muted"))
        spans.append((f"{row.language:<5}", "muted"))
        if row.sent is not None:
            spans.append((f"{row.sent:>5}", "text" if row.sent else "muted"))
        return spans


@dataclass(frozen=True, slots=True)
class Section:
    """A part of what stands beside the list.

    Attributes:
        heading: empty for none.
        text: as lines of any length.
        role: how it is drawn; what stands in braces is drawn as something to be asked for.
        aside: at the end of the heading.
    """

    heading: str
    text: str
    role: Role = "text"
    aside: str = ""


class ResponseText(Pane):
    """A response as it would be read, and what is known of it, one section below the other."""

    DEFAULT_CSS: ClassVar[str] = "ResponseText { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._sections: tuple[Section, ...] = ()
        self._asked = ""
        self._lines: list[list[Span]] = []
        self._top = 0

    def show(self, sections: Sequence[Section], asked: str = "") -> None:
        """Show other sections; `asked` is the placeholder that is being filled in, and stays in sight."""
        if (tuple(sections), asked) == (self._sections, self._asked):
            return
        if [one.heading for one in sections] != [one.heading for one in self._sections] or not asked:
            self._top = 0
        self._sections, self._asked = tuple(sections), asked
        self._lay_out()
        self.repaint()

    def on_resize(self) -> None:
        """Wrap the lines anew."""
        self._lay_out()

    def wheel(self, rows: int) -> None:
        """Scroll by rows."""
        top = max(0, min(self._top + rows, len(self._lines) - self.size.height))
        if top != self._top:
            self._top = top
            self.repaint()

    def _lay_out(self) -> None:
        width = max(4, self.size.width - 3)
        self._lines = [line for section in self._sections for line in self._laid(section, width)]
        held = next((y for y, spans in enumerate(self._lines) if any(role == "late" for _text, role in spans)), None)
        if held is not None and not self._top <= held < self._top + max(1, self.size.height):
            self._top = max(0, held - self.size.height // 2)

    def _laid(self, section: Section, width: int) -> Iterator[list[Span]]:
        if section.heading:
            room = width - len(section.heading) - len(section.aside) - 3
            yield [
                (f"{section.heading} ", "bright"),
                (self._look.sign("─") * max(0, room), "rule"),
                (f" {section.aside}", "muted"),
            ]
        # A placeholder is one word to the wrapping, so that none is cut in two.
        joined = _MARKED.sub(lambda found: found[0].replace(" ", _JOINED), section.text)
        for line in wrap(joined, width):
            yield list(self._marked(line.replace(_JOINED, " "), section.role))
        yield []

    def _marked(self, line: str, role: Role) -> Iterator[Span]:
        at = 0
        for found in _MARKED.finditer(line):
            yield line[at : found.start()], role
            asked = self._asked and found[0].strip("{} ") == self._asked
            yield found[0], "late" if asked else "note" if found[0].startswith("{%") else "soon"
            at = found.end()
        yield line[at:], role

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        line = Line(self._look, self.size.width).to(1)
        index = self._top + y
        if index < len(self._lines):
            line.spans(span for span in self._lines[index] if span[0])
        return line.strip()


def outcome_words(sent: int, edited: int, reopened: int) -> str:
    """Return what became of the answers that a response went into."""
    if not sent:
        return _("never sent")
    return ", ".join(
        (
            ngettext("sent {count} time", "sent {count} times", sent).format(count=sent),
            _("{count} edited before").format(count=edited),
            _("{count} reopened after").format(count=reopened),
        )
    )
