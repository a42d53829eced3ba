"""What a search found: two rows a message, the words found lit in the text around them."""

from collections.abc import Sequence
from datetime import datetime
from typing import ClassVar

from textual.geometry import Region
from textual.strip import Strip

from storage.kinds import Direction
from storage.views import SearchHit
from widgets.clicking import KeyClicked
from widgets.language import _
from widgets.line import Line, Span, one_line
from widgets.look import Ground, Look
from widgets.moments import moment_words
from widgets.pane import Pane
from widgets.text import status_words

_ROWS = 2


def lit(hit: SearchHit) -> list[Span]:
    """Return the snippet with the words found in bold; places that do not fit the snippet are left out."""
    spans: list[Span] = []
    end = 0
    for start, stop in sorted(hit.hits):
        if not end <= start < stop <= len(hit.snippet):
            continue
        spans += [(_flat(hit.snippet[end:start]), "muted"), (_flat(hit.snippet[start:stop]), "bright")]
        end = stop
    spans.append((_flat(hit.snippet[end:]), "muted"))
    return [span for span in spans if span[0]]


def _flat(text: str) -> str:
    """Return text in one line, the blanks at its ends kept, which part it from its neighbours."""
    inside = one_line(text)
    left = " " if text[:1].isspace() else ""
    right = " " if text[-1:].isspace() and inside else ""
    return f"{left}{inside}{right}"


class Hits(Pane):
    """The messages found, newest first, with a cursor."""

    DEFAULT_CSS: ClassVar[str] = "Hits { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._hits: tuple[SearchHit, ...] = ()
        self._cursor = 0
        self._first = 0
        self._now = datetime.now().astimezone()

    @property
    def hits(self) -> Sequence[SearchHit]:
        """All that were found."""
        return self._hits

    @property
    def chosen(self) -> SearchHit | None:
        """The hit under the cursor."""
        return self._hits[self._cursor] if self._hits else None

    def show(self, hits: Sequence[SearchHit], now: datetime, *, at: int | None = None) -> None:
        """Show other hits, the cursor on the first, or on that of a message; the same hits again change nothing."""
        self._now = now
        if tuple(hits) != self._hits:
            self._hits = tuple(hits)
            self._cursor = next((place for place, hit in enumerate(hits) if hit.message_id == at), 0)
            self._first = 0
            self.repaint()
            self.call_after_refresh(self._into_sight)  # it may have no rows before

    def _into_sight(self) -> None:
        """Show the cursor's hit, the first ones too where there is room."""
        page = max(1, self.size.height // _ROWS)
        if not self._first <= self._cursor < self._first + page:
            self._first = max(0, self._cursor - page // 2)
            self.repaint()

    def move(self, by: int) -> None:
        """Move the cursor; half a page is scrolled at the edge."""
        before, first = self._cursor, self._first
        page = max(1, self.size.height // _ROWS)
        self._cursor = max(0, min(self._cursor + by, len(self._hits) - 1))
        if not self._first <= self._cursor < self._first + page:
            half = max(1, page // 2)
            self._first = max(0, self._cursor - (page - half if self._cursor > before else half))
            self._first = max(self._first, self._cursor - page + 1)
        if self._first != first:
            self.repaint()
        elif before != self._cursor:
            for index in (before, self._cursor):
                self.refresh(Region(0, (index - self._first) * _ROWS, self.size.width, _ROWS))

    def wheel(self, rows: int) -> None:
        """Go by hits, the cursor with them."""
        self.move(rows)

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - a hit is one
        """Put the cursor on the hit that is clicked; a double click is Enter on it."""
        if self._first + row // _ROWS < len(self._hits):
            self.move(self._first + row // _ROWS - self._cursor)
            if times > 1:
                self.post_message(KeyClicked("Enter"))

    def draw(self, y: int) -> Strip:
        """Draw one row of a hit."""
        index = self._first + y // _ROWS
        if index >= len(self._hits) or (self._first + self.size.height // _ROWS) <= index:
            return Line(self._look, self.size.width).strip()
        hit = self._hits[index]
        ground: Ground = "selected" if index == self._cursor else "bg"
        line = Line(self._look, self.size.width, ground)
        if index == self._cursor and self._look.full:
            line.sign("▌", "accent")
        line.to(1)
        if y % _ROWS:
            return line.to(3).spans(lit(hit)).strip()
        tail = f"#{hit.conversation_id}  {status_words(hit.status)}"
        name = one_line(hit.author.name) or one_line(hit.author.address)
        line.put(moment_words(hit.arrived_at, self._now), "muted", width=11).gap()
        if hit.direction is Direction.INTERNAL:
            name = _("note · {author}").format(author=name)
        line.put(name, "bright", width=min(18, max(0, line.width // 4))).gap()
        room = line.width - line.column - len(tail) - 3
        line.put(one_line(hit.subject), "text", width=max(0, room)).gap(2)
        return line.put(tail, "muted").strip()
