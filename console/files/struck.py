"""Lines that name somebody who was erased are struck out of the files that the program keeps for itself."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.rules.named import Names

_MOST: Final = 64_000_000  # bytes of a file that is looked through


def strike(folder: Path, names: Sequence[str]) -> int:
    """Strike lines out of the files of a folder: what was typed, logs, reports of crashes.

    Args:
        folder: of the state; it need not be there.
        names: a line in which one of them stands goes.

    Returns:
        How many lines went.
    """
    sought = Names(names)
    struck = 0
    for path in sorted(folder.rglob("*")) if sought and folder.is_dir() else ():
        with suppress(OSError):
            if path.is_file() and not path.is_symlink() and path.stat().st_size <= _MOST:
                struck += _strike(path, sought)
    return struck


def _strike(path: Path, names: Names) -> int:
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not names.stand_in(line.decode("utf-8", "replace"))]
    if len(kept) == len(lines):
        return 0
    with path.open("r+b") as file:  # in place: a sync that runs goes on to write into it
        file.write(b"".join(kept))
        file.truncate()
    return len(lines) - len(kept)
