"""What was typed on the `:` line, kept between sessions in a file that only its owner may read.

Passwords are never typed there: they are asked for, and what answers a question is not kept. The file may be lost or
damaged without harm, so nothing that goes wrong with it is ever told.
"""

import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.kinds.clean import clean_line

KEPT: Final = 200
"""Lines that are kept, the newest."""

_LONGEST: Final = 1_000  # signs of a line that is kept
_SIZE: Final = 1_000_000  # bytes of the file that are read at most, its end
_ROOMY: Final = 2 * KEPT  # lines in the file from which it is made shorter


class TypedLines:
    """The lines, the newest last, none of them twice.

    Args:
        path: of the file; `None` keeps them for this session alone.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self.lines: list[str] = []
        if path is not None:
            with suppress(OSError):
                self._read(path)

    def keep(self, line: str) -> None:
        """Keep a line as the newest."""
        line = clean_line(line)
        if not line or len(line) > _LONGEST:
            return
        self._add(line)
        if self._path is not None:
            with suppress(OSError):
                self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                # Appended in one write: several consoles of one agent lose none of each other's.
                _write(self._path, f"{line}\n", os.O_APPEND)

    def _add(self, line: str) -> None:
        if line in self.lines:
            self.lines.remove(line)
        self.lines.append(line)
        del self.lines[:-KEPT]

    def _read(self, path: Path) -> None:
        number = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(number, "rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - _SIZE))
            found = file.read(_SIZE).decode("utf-8", "replace").split("\n")
        for line in found[1:] if size > _SIZE else found:
            if (cleaned := clean_line(line)) and len(cleaned) <= _LONGEST:
                self._add(cleaned)
        if len(found) > _ROOMY:
            aside = path.with_name(f"{path.name}.{os.getpid()}")
            _write(aside, "".join(f"{line}\n" for line in self.lines), os.O_EXCL)
            aside.replace(path)


def _write(path: Path, text: str, how: int) -> None:
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW | os.O_NONBLOCK | how, 0o600)
    with os.fdopen(number, "wb", buffering=0) as file:
        os.fchmod(number, 0o600)
        file.write(text.encode("utf-8", "replace"))
