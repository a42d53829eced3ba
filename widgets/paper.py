"""A pager's page: text of any length in rows, read, wrapped and searched a block at a time."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import ClassVar

from rich.cells import cell_len, chop_cells
from textual.strip import Strip

from storage.kinds.clean import clean, folded
from widgets.line import Line, Span, steady
from widgets.look import Look
from widgets.pane import Pane
from widgets.wrapping import pieces

Row = tuple[Span, ...]
Entry = str | Sequence[Span]
"""Text of any size, or a line in roles."""

_REMEMBERED = 400  # blocks whose rows are kept
_BLANKS = str.maketrans({"\t": "    "})


def blocks(entries: Iterable[Entry]) -> Iterator[Row]:
    """Yield entries as blocks of at most 4,000 signs a span, cut at line ends where there are any."""
    for entry in entries:
        if isinstance(entry, str):
            for start, end in pieces(entry) or [(0, 0)]:
                yield ((entry[start:end].removesuffix("\n"), "text"),)
            continue
        line: list[Span] = []
        for text, role in entry:
            for start, end in pieces(text):
                line.append((text[start:end], role))
                if end < len(text):
                    yield tuple(line)
                    line = []
        yield tuple(line)


def rows_of(block: Row, width: int) -> list[Row]:
    """Return a block as clean rows of at most `width` cells, broken at spaces where that leaves half a row.

    Unlike a message's text nothing is left out: blank lines and spaces stay as they came. A line in roles that begins
    with a blank span goes on under where it began.
    """
    hang = _hang(block, width)
    width = max(4, width - hang)
    if hang:
        return [((" " * hang, "text"), *row) for row in _unhung(block[1:], width)]
    return _unhung(block, width)


def _hang(block: Row, width: int) -> int:
    """Return how far all rows of a block are indented."""
    first = block[0][0] if len(block) > 1 else ""
    return len(first) if first.isspace() and len(first) <= width // 2 else 0


def _unhung(block: Row, width: int) -> list[Row]:
    rows: list[Row] = []
    line: list[Span] = []
    for text, role in block:
        first, *others = steady(clean(text)).translate(_BLANKS).split("\n")
        line.append((first, role))
        for other in others:
            rows += _broken(line, width)
            line = [(other, role)]
    return [*rows, *_broken(line, width)]


def _broken(line: Sequence[Span], width: int) -> Iterator[Row]:
    text = "".join(words for words, _ in line)
    ends, at = [], 0
    for words, _ in line:
        at += len(words)
        ends.append(at)
    start = 0
    while True:
        end = start + len(_fitting(text[start : start + 4 * width + 16], width, last=len(text) - start))
        yield tuple(_roles(line, ends, text, start, end))
        if end >= len(text):
            return
        start = end


def _fitting(text: str, width: int, *, last: int) -> str:
    row = text if cell_len(text) <= width else chop_cells(text, width)[0]
    if len(row) == last or text[len(row) : len(row) + 1] in {"", " "}:
        return row
    space = row.rfind(" ")
    return row[: space + 1] if space >= len(row) // 2 else row


def _roles(line: Sequence[Span], ends: Sequence[int], text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of a row that lies at ``text[start:end]``."""
    number = bisect_right(ends, start)
    while start < end and number < len(line):
        stop = min(end, ends[number])
        if stop > start:
            yield text[start:stop], line[number][1]
        start = stop
        number += 1


def lit(row: Row, words: str) -> Row:
    """Return a row with every place in it that says `words`, which are folded, in bright."""
    text = "".join(one for one, _ in row)
    if not words or words not in folded(text):
        return row
    # Folding may lengthen or shorten: each sign is folded by itself, to know whose letters are found.
    signs = [folded(sign) for sign in text]
    starts, at = [], 0
    for sign in signs:
        starts.append(at)
        at += len(sign)
    whole = "".join(signs)
    marked = [False] * len(text)
    found = whole.find(words)
    while found >= 0:
        for place in range(bisect_right(starts, found) - 1, bisect_right(starts, found + len(words) - 1)):
            marked[place] = True
        found = whole.find(words, found + len(words))
    made: list[Span] = []
    place = 0
    for one, role in row:
        for sign in one:
            kind = "bright" if marked[place] else role
            if made and made[-1][1] == kind:
                made[-1] = (made[-1][0] + sign, kind)
            else:
                made.append((sign, kind))
            place += 1
    return tuple(made)


class Paper(Pane):
    """A page of something long, scrolled by rows, searched by words."""

    DEFAULT_CSS: ClassVar[str] = "Paper { width: 1fr; height: 1fr; background: $background; }"

    def __init__(self, look: Look, *, id: str | None = None) -> None:  # noqa: A002 - Textual's name
        super().__init__(look, id=id)
        self._blocks: list[Row] = []
        self._rest: Iterator[Row] = iter(())
        self._whole = True
        self._pulling = Lock()
        self._top = (0, 0)
        self._hit: tuple[int, int] | None = None
        self._words = ""
        self._laid: dict[tuple[int, int], list[Row]] = {}

    def show(self, entries: Iterable[Entry]) -> None:
        """Show something else, from its beginning; it is taken in as far as it is looked at."""
        with self._pulling:
            self._blocks, self._rest, self._whole = [], blocks(entries), False
        self._top, self._hit, self._words = (0, 0), None, ""
        self._laid.clear()
        self.repaint()

    # ------------------------------------------------------------------------------------------ reading

    def _pull(self, count: int | None = None) -> None:
        """Take blocks in until there are `count`, or all."""
        with self._pulling:
            while not self._whole and (count is None or len(self._blocks) < count):
                block = next(self._rest, None)
                if block is None:
                    self._whole = True
                else:
                    self._blocks.append(block)

    def _rows(self, block: int) -> list[Row]:
        width = max(4, self.size.width - 2)
        known = self._laid.get((block, width))
        if known is None:
            if len(self._laid) > _REMEMBERED:
                self._laid.clear()
            known = self._laid[block, width] = rows_of(self._blocks[block], width)
        return known

    def _forward(self, place: tuple[int, int], count: int) -> list[tuple[tuple[int, int], Row]]:
        """Return at most `count` rows from a place on, each with its place."""
        found: list[tuple[tuple[int, int], Row]] = []
        block, first = place
        while len(found) < count:
            self._pull(block + 1)
            if block >= len(self._blocks):
                break
            rows = self._rows(block)
            found += [((block, number), rows[number]) for number in range(min(first, len(rows) - 1), len(rows))]
            block, first = block + 1, 0
        return found[:count]

    def _backward(self, place: tuple[int, int], count: int) -> tuple[int, int]:
        """Return the place `count` rows before another, or the first."""
        block, row = place
        while count > row and block > 0:
            count -= row
            block -= 1
            row = len(self._rows(block))
        return block, max(0, row - count)

    # ------------------------------------------------------------------------------------------ moving

    @property
    def percent(self) -> int | None:
        """How far one has read, in hundredths of the blocks; `None` while nobody knows how many there are."""
        if not self._whole:
            return None
        seen = self._forward(self._top, self.size.height + 1)
        if len(seen) <= self.size.height or not self._blocks:
            return 100
        return 100 * self._top[0] // len(self._blocks)

    def scroll(self, by: int) -> None:
        """Scroll by rows, not beyond the ends."""
        if by < 0:
            self._go(self._backward(self._top, -by))
            return
        there = self._forward(self._top, self.size.height + by)
        self._go(there[min(by, max(0, len(there) - self.size.height))][0] if there else self._top)

    def to_top(self) -> None:
        """Go to the first row."""
        self._go((0, 0))

    def to_end(self) -> None:
        """Go to the last page; all is taken in for it."""
        self._pull()
        if self._blocks:
            self._go(self._backward((len(self._blocks), 0), self.size.height))

    def _go(self, top: tuple[int, int]) -> None:
        if top != self._top:
            self._top = top
            self.repaint()

    def on_resize(self) -> None:
        """Stay in the same block when rows grow longer or shorter."""
        if self._top[0] < len(self._blocks):
            self._top = (self._top[0], min(self._top[1], len(self._rows(self._top[0])) - 1))

    # ------------------------------------------------------------------------------------------ searching

    def block_with(self, words: str, start: int, *, back: bool = False) -> int | None:
        """Return the nearest block from `start` on, or before it, that says words; this may be called in a thread.

        Case and accents do not count.
        """
        self._pull()
        wanted = folded(words)
        numbers = range(min(start, len(self._blocks) - 1), -1, -1) if back else range(start, len(self._blocks))
        for number in numbers:
            if wanted in folded("".join(text for text, _ in self._blocks[number])):
                return number
        return None

    @property
    def here(self) -> int:
        """The block from which a search goes on."""
        return (self._hit or self._top)[0]

    def next_in(self, block: int, words: str, *, back: bool = False) -> bool:
        """Go to the next row of a block that says words, beyond the last one found; say whether there is one."""
        wanted = folded(words)
        places = [(block, row) for row in self._hits(block, wanted)]
        if self._hit is not None and wanted == self._words:
            places = [one for one in places if (one < self._hit if back else one > self._hit)]
        if not places:
            return False
        self._words, self._hit = wanted, places[-1 if back else 0]
        seen = [place for place, _ in self._forward(self._top, self.size.height)]
        if self._hit not in seen:
            self._top = self._backward(self._hit, self.size.height // 3)
        self.repaint()
        return True

    def forget_hit(self) -> None:
        """Let the next search begin at the end it comes from."""
        self._hit = None
        self._words = ""

    def _hits(self, block: int, wanted: str) -> list[int]:
        """Return the rows of a block in which what is wanted begins; it may go on in the next row."""
        if not wanted:
            return []
        hung = bool(_hang(self._blocks[block], max(4, self.size.width - 2)))
        texts = [folded("".join(text for text, _ in row[hung:])) for row in self._rows(block)]
        starts, at = [], 0
        for text in texts:
            starts.append(at)
            at += len(text)
        whole, found = "".join(texts), []
        place = whole.find(wanted)
        while place >= 0:
            found.append(bisect_right(starts, place) - 1)
            place = whole.find(wanted, place + len(wanted))
        return sorted(set(found))

    # ------------------------------------------------------------------------------------------ drawing

    def draw(self, y: int) -> Strip:
        """Draw one row."""
        there = self._forward(self._top, y + 1)
        if len(there) <= y:
            return Line(self._look, self.size.width).strip()
        place, row = there[y]
        is_hit = place == self._hit
        line = Line(self._look, self.size.width, "selected" if is_hit else "bg")
        if is_hit and self._look.full:
            line.sign("▌", "accent")
        return line.to(1).spans(lit(row, self._words)).strip()
