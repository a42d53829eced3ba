"""What stands before the first frame, and what waits behind it: the page read ahead, and the rest of the configuration.

The page is read in a thread of its own while the frame's libraries are imported.
"""

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from storage.first_page import FirstPage, first_page

if TYPE_CHECKING:
    from console.config.accounts import Account
    from console.config.noticing import Notices
    from console.files.means import Means

ROWS: Final = 200
"""Rows of the queue that are read at a time."""

_SQLITE: Final = "sqlite:///"


@dataclass(frozen=True, slots=True)
class Behind:
    """What the console needs of the configuration once the desk is open, and not before.

    Attributes:
        means: what opening, saving and copying go by.
        accounts: as the configuration has them.
        undo_window: seconds that an answer waits before it leaves.
        read_on: whether the next conversation is read once the one that is read was settled.
        notices: what the console calls for, and how.
    """

    means: "Means"
    accounts: "Sequence[Account]"
    undo_window: int
    read_on: bool
    notices: "Notices"


class Ahead:
    """Reads the first page at once; where it takes longer than the frame, the rows come by the whole road.

    Args:
        url: of the store; only that of a file is read ahead.
        agent: who sits down.
    """

    def __init__(self, url: str, *, agent: str) -> None:
        self._page: FirstPage | None = None
        self._path = Path(url.removeprefix(_SQLITE)) if url.startswith(_SQLITE) else None
        self._agent = agent
        self._thread = threading.Thread(target=self._read, name="first page", daemon=True)
        self._thread.start()

    def page(self, within: float) -> FirstPage | None:
        """Return the page; `None` where there is none to show, or not within these seconds."""
        self._thread.join(within)
        return None if self._thread.is_alive() else self._page

    def _read(self) -> None:
        if self._path is not None:
            self._page = first_page(self._path, agent=self._agent, size=ROWS)
