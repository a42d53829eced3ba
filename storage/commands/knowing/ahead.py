"""What a file that was checked will do, put by until it is taken in: the store's lock is held for the writing alone.

To plan a row costs nearly as much as to record it, and needs no lock. What is put by holds as long as nothing was
recorded since that the plan looked at; else it is planned once more, under the lock.
"""

import pickle
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final, Generic, Self, TypeVar

from sqlalchemy import func, select
from sqlmodel import Session

from storage.apply.base import table
from storage.events import Fact
from storage.models import Event

_EVENT = table(Event)
_BESIDE: Final = (
    "agent_joined",
    "assigned",
    "handled",
    "joined",
    "linked",
    "received",
    "redelivered",
    "snoozed",
    "status_changed",
    "tagged",
)
"""Kinds of fact that change nothing of what customers and organizations are, nor give them numbers."""

Done = TypeVar("Done")


class Ahead(Generic[Done]):
    """The facts of a file, lot by lot, in a file that no name leads to: it is gone with the process, however that ends.

    Args:
        folder: in which there is room for it; the system's own for such files without it.

    Attributes:
        done: what they come to; `None` until all of them are here.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed with this
        self._since = 0
        self._count = 0
        self._full = False
        self.done: Done | None = None

    def __enter__(self) -> Self:
        """Be closed at the end of the block."""
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the file."""
        self._file.close()

    def begin(self, session: Session) -> None:
        """Forget what is here, and note how far the record goes, before anything is looked up in it."""
        self._file.seek(0)
        self._file.truncate()
        self._since, self._count, self._full, self.done = _head(session), 0, False, None

    def put(self, facts: Sequence[Fact]) -> None:
        """Put a lot by; where there is no room for it all of them are planned again."""
        if self._full:
            return
        try:
            pickle.dump(list(facts), self._file, pickle.HIGHEST_PROTOCOL)
            self._file.flush()
        except OSError:
            self._full = True
        self._count += 1

    def holds(self, session: Session) -> bool:
        """Say whether all of it is here, and nothing that it came from was changed since."""
        since = select(_EVENT.c.id).where(_EVENT.c.id > self._since, _EVENT.c.kind.not_in(_BESIDE)).limit(1)
        whole = self.done is not None and not self._full
        return whole and session.connection().execute(since).first() is None

    def lots(self) -> Iterator[list[Fact]]:
        """Yield the lots in their order."""
        self._file.seek(0)
        for _ in range(self._count):
            yield pickle.load(self._file)  # noqa: S301 - nobody else can have written it


def _head(session: Session) -> int:
    return int(session.connection().execute(select(func.max(_EVENT.c.id))).scalar() or 0)
