"""The list of conversations: draws a window of rows, keeps its cursor on a conversation, and asks for more rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Literal

from rich.style import Style
from textual import events
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from storage.views import QueueRow, QueueWindow
from widgets.look import Look
from widgets.pane import Pane
from widgets.queue_row import RowManner, draw_row

KEPT = 600
"""Rows that stay in memory; those farthest from the cursor are let go and read again when needed."""

ASK_WITHIN = 60
"""Rows from the end of what is loaded at which more are asked for: more than a page, so that none is waited for."""

Direction = Literal["before", "after", "first", "last"]


class Queue(Pane):
    """A window of rows out of a queue of any length, with a cursor that follows its conversation.

    Args:
        look: how it is drawn.
        agent_id: who "you" is.
    """

    DEFAULT_CSS: ClassVar[str] = "Queue { width: 1fr; height: 1fr; background: $background; }"

    @dataclass
    class Chosen(Message):
        """The agent opened a conversation."""

        queue: "Queue"
        conversation_id: int

        @property
        def control(self) -> "Queue":
            """Let `@on` select by widget."""
            return self.queue

    @dataclass
    class Moved(Message):
        """The cursor went to another conversation, or to none."""

        queue: "Queue"
        conversation_id: int | None

        @property
        def control(self) -> "Queue":
            """Let `@on` select by widget."""
            return self.queue

    @dataclass
    class NeedRows(Message):
        """Rows are needed: before or after a place, or from the queue's first or last row on."""

        queue: "Queue"
        direction: Direction
        place: tuple[int, int, int] | None

        @property
        def control(self) -> "Queue":
            """Let `@on` select by widget."""
            return self.queue

    def __init__(self, look: Look, *, agent_id: int | None = None, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self.agent_id = agent_id
        self._rows: list[QueueRow] = []
        self._before = self._after = False
        self._position: int | None = None
        self._cursor = 0
        self._top = 0
        self._asked: set[Direction] = set()
        self._marked: dict[int, None] = {}
        self._writers: Mapping[int, str] = {}
        self._range: int | None = None  # the conversation that a range began at, while one is being marked
        self._now = datetime.now().astimezone()
        self._tall = 0  # rows when it was last on the screen
        self.total = 0

    # ------------------------------------------------------------------------------------------ what it shows

    @property
    def rows(self) -> list[QueueRow]:
        """The rows in memory, in the queue's order."""
        return self._rows

    @property
    def chosen(self) -> QueueRow | None:
        """The row under the cursor."""
        return self._rows[self._cursor] if self._rows else None

    @property
    def place(self) -> tuple[int, int, int] | None:
        """The place of the row under the cursor, around which a refreshed window is read."""
        return self.chosen.place if self.chosen else None

    @property
    def at_top(self) -> bool:
        """Whether the first row of the whole queue is on the screen."""
        return self._top == 0 and not self._before

    @property
    def number(self) -> int | None:
        """Which row of the queue the cursor is on, from 1; `None` where it was not counted."""
        return None if self._position is None or not self._rows else self._position + self._cursor + 1

    def show(self, window: QueueWindow, now: datetime) -> None:
        """Draw another window. The cursor stays on its conversation and on its line of the screen.

        Where that conversation is gone, the cursor goes to the one that stood below it.
        """
        before, rows = self.chosen, self._rows
        line = self._cursor - self._top
        self._asked.clear()
        self._rows = list(window.rows)
        self._before, self._after, self._position = window.before, window.after, window.position
        self.total = window.total
        self._now = now
        self._cursor = self._found(rows, self._cursor)
        self._top = self._cursor - line
        self._settle()
        self.repaint()
        self._report(before)

    def jump(self, window: QueueWindow, now: datetime, *, last: bool = False, to: int | None = None) -> None:
        """Draw another window with the cursor on its first row, its last, or a conversation in it."""
        before = self.chosen
        self._rows, self._cursor, self._top = [], 0, 0
        self.show(window, now)
        if self._rows:
            ids = [row.conversation_id for row in self._rows]
            self._cursor = ids.index(to) if to in ids else len(ids) - 1 if last else 0
            self._top = self._cursor - self._height // 2 if to in ids else self._cursor
        self._settle()
        self.repaint()
        self._report(before)

    def extend(self, window: QueueWindow, direction: Literal["before", "after"]) -> None:
        """Add rows that were asked for; rows far from the cursor are let go."""
        self._asked.discard(direction)
        known = {row.conversation_id for row in self._rows}
        fresh = [row for row in window.rows if row.conversation_id not in known]
        if direction == "after":
            self._rows += fresh
            self._after = window.after
            over = min(max(0, len(self._rows) - KEPT), max(0, self._top - ASK_WITHIN))
            over = 0 if self.ranging else over  # where a range began must stay known
            if over:
                del self._rows[:over]
                self._before = True
                self._shift(-over)
                if self._position is not None:
                    self._position += over
        else:
            self._rows[:0] = fresh
            self._before = window.before
            self._position = window.position
            self._shift(len(fresh))
            end = max(KEPT, self._top + self.size.height + ASK_WITHIN)
            if len(self._rows) > end and not self.ranging:
                del self._rows[end:]
                self._after = True
        self.repaint()

    def tick(self, now: datetime) -> None:
        """Let the clock column show a later time; only rows whose words change are painted."""
        self._now = now
        self.repaint()

    def _found(self, before: Sequence[QueueRow], cursor: int) -> int:
        """Return where the cursor's conversation stands now, else the one that stood below it, else above."""
        now = {row.conversation_id: index for index, row in enumerate(self._rows)}
        for row in (*before[cursor:], *reversed(before[:cursor])):
            if row.conversation_id in now:
                return now[row.conversation_id]
        return 0

    def _shift(self, by: int) -> None:
        self._cursor += by
        self._top += by

    def _report(self, before: QueueRow | None) -> None:
        now_on = self.chosen.conversation_id if self.chosen else None
        if now_on != (before.conversation_id if before else None):
            self.post_message(self.Moved(self, now_on))

    # ------------------------------------------------------------------------------------------ marks

    @property
    def marked(self) -> tuple[int, ...]:
        """The conversations that are marked, in the order they were, those passed over by a range that goes on too."""
        return tuple(dict.fromkeys((*self._marked, *self._in_range())))

    @property
    def ranging(self) -> bool:
        """Whether a range is being marked."""
        return self._range is not None

    def toggle_mark(self) -> None:
        """Mark the conversation under the cursor, or take its mark off, and go to the next; a range ends with it."""
        if self._range is not None:
            self.toggle_range()
            return
        if self.chosen is None:
            return
        number = self.chosen.conversation_id
        if number in self._marked:
            del self._marked[number]
        else:
            self._marked[number] = None
        self._repaint(self._cursor)
        self._move(self._cursor + 1)

    def toggle_range(self) -> None:
        """Begin to mark what the cursor passes over, or end it."""
        if self._range is not None:
            self._marked.update(dict.fromkeys(self._in_range()))
            self._range = None
        elif self.chosen is not None:
            self._range = self.chosen.conversation_id
        self.repaint()

    def write_in(self, writers: Mapping[int, str]) -> None:
        """Show who writes where now: a colleague's name by the conversation's number."""
        if writers != self._writers:
            self._writers = dict(writers)
            self.repaint()

    def mark(self, numbers: Sequence[int]) -> None:
        """Mark conversations, those not in memory too."""
        self._marked.update(dict.fromkeys(numbers))
        self.repaint()

    def mark_beyond(self, numbers: Sequence[int], *, last: bool) -> None:
        """End a range at the queue's first row, or its last, which are not in memory.

        Args:
            numbers: of the whole queue, in its order.
            last: whether it goes to the last.
        """
        at = numbers.index(self._range) if self._range in numbers else 0
        self._range = None
        self.mark(numbers[at:] if last else numbers[: at + 1])

    def unmark(self, numbers: Sequence[int]) -> None:
        """Take marks off, and end a range."""
        self._range = None
        for number in numbers:
            self._marked.pop(number, None)
        self.repaint()

    def clear_marks(self) -> bool:
        """Take all marks off; say whether there were any."""
        some = bool(self._marked) or self._range is not None
        self._marked.clear()
        self._range = None
        if some:
            self.repaint()
        return some

    def pass_over(self, numbers: Sequence[int]) -> None:
        """Take rows away that are about to leave the queue, so that the next key is meant for what stands below."""
        going, before, rows = set(numbers), self.chosen, self._rows
        line = self._cursor - self._top
        self._rows = [row for row in rows if row.conversation_id not in going]
        self.total = max(0, self.total - (len(rows) - len(self._rows)))
        self._cursor = self._found(rows, self._cursor)
        self._top = self._cursor - line
        self._settle()
        self.repaint()
        self._report(before)
        self._ask_ahead()

    def go_to(self, number: int) -> bool:
        """Put the cursor on a conversation, and say whether it is among the rows in memory."""
        at = next((index for index, row in enumerate(self._rows) if row.conversation_id == number), None)
        if at is not None:
            self._move(at)
        return at is not None

    def _in_range(self) -> Sequence[int]:
        if self._range is None:
            return ()
        ids = [row.conversation_id for row in self._rows]
        if self._range not in ids:
            return (self._range,)
        start = ids.index(self._range)
        low, high = sorted((start, self._cursor))
        return ids[low : high + 1]

    # ------------------------------------------------------------------------------------------ moving

    def wheel(self, rows: int) -> None:
        """Go by rows, the cursor with them: what is under it is what keys mean."""
        self._move(self._cursor + rows)

    def clicked(self, row: int, column: int, *, times: int) -> None:  # noqa: ARG002 - a row is one
        """Put the cursor on the row that is clicked; a double click opens it."""
        index = self._top + row
        if index < len(self._rows):
            self._move(index)
            if times > 1:
                self.action_open()

    def action_down(self) -> None:
        """Go to the next conversation."""
        self._move(self._cursor + 1)

    def action_up(self) -> None:
        """Go to the conversation before."""
        self._move(self._cursor - 1)

    def action_half_down(self) -> None:
        """Go half a page down."""
        self._move(self._cursor + self._half, scroll=self._half)

    def action_half_up(self) -> None:
        """Go half a page up."""
        self._move(self._cursor - self._half, scroll=-self._half)

    def action_page_down(self) -> None:
        """Go a page down."""
        self._move(self._cursor + self.size.height, scroll=self.size.height)

    def action_page_up(self) -> None:
        """Go a page up."""
        self._move(self._cursor - self.size.height, scroll=-self.size.height)

    @property
    def goes_on(self) -> tuple[bool, bool]:
        """Say whether there are more conversations above and below those in memory: going there has to be read."""
        return self._before, self._after

    def action_top(self) -> None:
        """Go to the first conversation of the queue."""
        if self._before:
            self.post_message(self.NeedRows(self, "first", None))
        else:
            self._move(0)

    def action_bottom(self) -> None:
        """Go to the last conversation of the queue."""
        if self._after:
            self.post_message(self.NeedRows(self, "last", None))
        else:
            self._move(len(self._rows) - 1)

    def action_open(self) -> None:
        """Open the conversation under the cursor."""
        if self.chosen:
            self.post_message(self.Chosen(self, self.chosen.conversation_id))

    @property
    def _height(self) -> int:
        """The rows there are; while a conversation stands in its place, those that there were and will be again."""
        self._tall = self.size.height or self._tall or self.app.size.height
        return self._tall

    @property
    def rows_free(self) -> int:
        """The rows that are not covered."""
        return max(1, self._height - (len(self._over) == 1))

    @property
    def _half(self) -> int:
        return max(1, self._height // 2)

    def _move(self, to: int, scroll: int = 0) -> None:
        before, top = self.chosen, self._top
        old = self._cursor
        self._cursor = max(0, min(to, len(self._rows) - 1)) if self._rows else 0
        if scroll:
            self._top += scroll
        elif self._cursor >= self._top + self._height:  # half a page at the edge: most keys then paint two rows only
            self._top = max(self._top + self._half, self._cursor - self.rows_free + 1)
        elif self._cursor < self._top:
            self._top = min(self._top - self._half, self._cursor)
        self._settle()
        if self._top != top or self._range is not None:
            self.repaint()
        elif old != self._cursor:
            self._repaint(old)
            self._repaint(self._cursor)
        self._report(before)
        self._ask_ahead()

    def _settle(self) -> None:
        """Bring cursor and first line within the rows, with the cursor on the screen."""
        height = self.rows_free
        self._cursor = max(0, min(self._cursor, len(self._rows) - 1))
        self._top = max(0, min(self._top, len(self._rows) - height))
        self._top = min(self._top, self._cursor)
        self._top = max(self._top, self._cursor - height + 1)

    def covered(self) -> None:
        """Keep the cursor in sight when its row is covered."""
        if self._rows and self._over and self._cursor >= self._top + self.rows_free:
            self._top += self._half
            self._settle()
            self.repaint()

    def _ask_ahead(self) -> None:
        if not self._rows:
            if self._before or self._after:
                self.post_message(self.NeedRows(self, "first", None))
            return
        if self._before and self._cursor < ASK_WITHIN:
            self._ask("before", self._rows[0])
        if self._after and self._cursor >= len(self._rows) - ASK_WITHIN:
            self._ask("after", self._rows[-1])

    def _ask(self, direction: Literal["before", "after"], row: QueueRow) -> None:
        if direction not in self._asked:
            self._asked.add(direction)
            self.post_message(self.NeedRows(self, direction, row.place))

    # ------------------------------------------------------------------------------------------ drawing

    def _repaint(self, index: int) -> None:
        self.refresh(Region(0, index - self._top, self.size.width, 1))

    def on_resize(self, _event: events.Resize) -> None:
        """Keep the cursor on the screen."""
        self._settle()
        self.repaint()

    def _strip(self, index: int) -> Strip:
        number = self._rows[index].conversation_id
        manner = RowManner(
            cursor=index == self._cursor,
            focused=self.has_keys,
            agent_id=self.agent_id,
            marked=number in self._marked or (self._range is not None and number in self._in_range()),
            writer=self._writers.get(number, ""),
        )
        return draw_row(self._rows[index], self._look, self.size.width, manner, self._now)

    def draw(self, y: int) -> Strip:
        """Draw one line of the screen."""
        index = self._top + y
        if index < len(self._rows):
            return self._strip(index)
        style: Style = self._look.style("text")
        return Strip.blank(self.size.width, style)
