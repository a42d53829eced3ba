"""The one place where the command line prints: all text is cleaned here, whether a terminal reads it or a pipe."""

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, ClassVar, Final

from console.cli.letters import takes_all
from storage.kinds.clean import clean, clean_line
from widgets.language import drawn

if TYPE_CHECKING:
    import subprocess

_TABS: Final = 8
_LESS: Final = "FRX"  # end where one screen holds it all, keep bold text, leave the screen as it is


class OutputLost(Exception):
    """What was printed could not be written.

    No `OSError`, so that whoever is being asked while it is printed does not take it for a fault of its own.

    Args:
        reason: what the system said; empty when whoever read it has seen enough.
    """

    def __init__(self, reason: str = "") -> None:
        super().__init__(reason)
        self.reason = reason


class Output:
    """Standard output and standard error of one command.

    Args:
        json_lines: whether lists and things shown are given as JSON, one object a line.
        environment: where PAGER, NO_COLOR and COLUMNS are looked up.
    """

    _showing: ClassVar[bool] = False  # whether the terminal's row holds a progress, whoever of us wrote it

    def __init__(self, *, json_lines: bool = False, environment: Mapping[str, str] = os.environ) -> None:
        self.json_lines = json_lines
        self._environment = environment
        self._bold = self.terminal and not environment.get("NO_COLOR") and environment.get("TERM") != "dumb"
        self._pager: _Pager | None = None

    @property
    def terminal(self) -> bool:
        """Whether a person reads standard output."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int:
        """Cells in a row; what is not a terminal has 120."""
        return terminal_columns(120) if self.terminal else _asked_width(self._environment)

    def line(self, text: str = "", *, bold: bool = False) -> None:
        """Print text, which may be of several lines."""
        self._clear()
        text = clean(text)
        if bold and self._bold and text:
            text = f"\x1b[1m{text}\x1b[0m"
        self._write(text + "\n")

    def sentence(self, words: str, *, told: Mapping[str, Any] | None = None) -> None:
        """Print a sentence, or what tells a program the same; nothing where that is told otherwise.

        Args:
            words: for a person.
            told: for a program.
        """
        if not self.json_lines:
            self.line(words)
        elif told is not None:
            self.object(told)

    def object(self, thing: Mapping[str, Any]) -> None:
        """Print one object as a line of JSON; moments are in UTC."""
        self._clear()
        self._write(json.dumps(_plain(thing), ensure_ascii=not takes_all(), separators=(", ", ": ")) + "\n")

    def flush(self) -> None:
        """Send what was printed on its way, for whoever follows a command that goes on."""
        with _told():
            sys.stdout.flush()

    def error(self, text: str) -> None:
        """Print a sentence to standard error."""
        self._clear()
        with suppress(OSError, ValueError):  # nobody hears it
            sys.stdout.flush()
            sys.stderr.write(clean(text) + "\n")
            sys.stderr.flush()

    def progress(self, text: str) -> None:
        """Show how far it is, on a terminal, in one row of standard error that is written over and over."""
        if sys.stderr.isatty():
            row = clean_line(text)[: terminal_columns(80) - 1]
            sys.stderr.write(f"\r{row}\x1b[K")
            sys.stderr.flush()
            Output._showing = bool(row)

    def progress_done(self) -> None:
        """Take the row of `progress` away."""
        self.progress("")

    def _clear(self) -> None:
        """Let nothing be printed beside a progress."""
        if self._showing:
            self.progress_done()

    @contextmanager
    def paged(self) -> Iterator[None]:
        """Show what is printed in the block through PAGER, if it is longer than the terminal is high."""
        if not self.terminal or self.json_lines:
            yield
            return
        self._pager = pager = _Pager(self._environment)
        try:
            yield
        finally:
            self._pager = None
            pager.close()

    def _write(self, text: str) -> None:
        with _told():
            if self._pager is not None:
                self._pager.write(text)
            else:
                sys.stdout.write(text)


class _Pager:
    """Holds lines back until a screen is full, and starts the pager then."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._command = _pager_command(environment)
        self._environment = environment
        self._held: list[str] = []
        self._rows = 0
        self._process: subprocess.Popen[str] | None = None
        from shutil import get_terminal_size

        size = get_terminal_size((80, 24))
        self._height, self._width = size.lines - 1, max(1, size.columns)

    def write(self, text: str) -> None:
        if self._process is not None:
            self._send(text)
        elif not self._command:
            sys.stdout.write(text)
        else:
            self._held.append(text)
            self._rows += sum(1 + len(row) // self._width for row in text[:-1].split("\n"))
            if self._rows > self._height:
                self._start()

    def _start(self) -> None:
        import subprocess  # late: only a pager needs it

        sys.stdout.flush()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - the person's own PAGER, without a shell
                self._command,
                stdin=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                env={"LESS": _LESS, **self._environment},
            )
        except OSError:
            self._command = []
        held, self._held = self._held, []
        for text in held:
            self.write(text)

    def _send(self, text: str) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(text)
        except OSError as gone:
            raise OutputLost from gone  # the person has read enough

    def close(self) -> None:
        if self._process is None:
            with _told():
                sys.stdout.writelines(self._held)
            return
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        while True:
            try:
                self._process.wait()
            except KeyboardInterrupt:
                continue  # ^C is for the pager
            return


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise OutputLost from None
    except OSError as refused:
        raise OutputLost(refused.strerror or str(refused)) from None


def terminal_columns(fallback: int, environment: Mapping[str, str] = os.environ) -> int:
    """Return how wide the terminal is, as shutil finds it, which brings five packers of archives with it."""
    asked = environment.get("COLUMNS", "")
    if asked.isdecimal() and int(asked[:6]) > 0:
        return int(asked[:6])
    try:
        return os.get_terminal_size(sys.__stdout__.fileno()).columns or fallback  # type: ignore[union-attr]
    except (AttributeError, ValueError, OSError):  # no standard output, or it is no terminal
        return fallback


def _pager_command(environment: Mapping[str, str]) -> list[str]:
    import shlex
    import shutil

    chosen = environment.get("PAGER")
    if chosen is None:
        found = shutil.which("less")
        return [found] if found else []
    try:
        words = shlex.split(chosen)
    except ValueError:
        return []
    return [] if words == ["cat"] else words


def _asked_width(environment: Mapping[str, str]) -> int:
    columns = environment.get("COLUMNS", "")
    return max(20, int(columns)) if columns.isdecimal() and len(columns) < 5 else 120


def _plain(thing: object) -> object:
    """Return what JSON can carry, every text in it clean."""
    match thing:
        case str():
            return clean(str(thing))
        case None | bool() | int() | float():
            return thing
        case datetime() | date():
            return written(thing)
        case Mapping():
            return {clean(str(key)): _plain(value) for key, value in thing.items()}
        case list() | tuple():
            return [_plain(each) for each in thing]
        case set() | frozenset():
            return sorted(clean(str(each)) for each in thing)
        case _:
            return clean(str(thing))


def written(moment: datetime | date) -> str:
    """Return a moment as JSON gives it: ``2026-11-22T21:40:00Z``."""
    if not isinstance(moment, datetime) or moment.tzinfo is None:  # a day, or a time in a zone that nobody knows
        return moment.isoformat()
    from datetime import UTC

    return moment.astimezone(UTC).replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def columns(cells: list[tuple[str, int]], *, last: str, width: int) -> str:
    """Return a row of a table: each cell in its width, wide characters counted as wide; `last` takes what is left.

    Args:
        cells: text and width.
        last: the last cell.
        width: of the row.
    """
    pieces = [fitted(text, cells_wide) for text, cells_wide in cells]
    used = sum(cells_wide + 1 for _, cells_wide in cells)
    return " ".join([*pieces, cut(clean_line(last), max(8, width - used))]).rstrip()


def fitted(text: str, width: int) -> str:
    """Return text as one line of exactly `width` cells."""
    from rich.cells import cell_len  # late: 30 ms, and --json needs none

    shown = cut(clean_line(text), width)
    return shown + " " * (width - cell_len(shown))


def cut(text: str, width: int) -> str:
    """Return text in at most `width` cells, with an ellipsis where something is missing."""
    from rich.cells import cell_len, chop_cells

    text = text[: 4 * width + 16]
    if cell_len(text) <= width:
        return text
    return (chop_cells(text, width - 1)[0] if width > 1 else "") + drawn("…")
