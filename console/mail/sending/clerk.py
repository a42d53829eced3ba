"""What several connections have to put down at one moment is committed together; who has nothing is not waited for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Condition, Lock
from typing import Final

from storage.commands.outbox import steps
from storage.commands.outbox.items import Item
from storage.commands.outbox.steps import Handed, Told
from storage.kinds.errors import StoreTrouble
from storage.store import Store

_FIRST: Final = datetime.min.replace(tzinfo=UTC)


PATIENCE: Final = 0.005
"""Seconds for which a connection waits for others that are at work, so that one commit serves all of them."""


@dataclass(eq=False, slots=True)
class Note:
    """What one connection has to put down before it goes on.

    Attributes:
        told: the message that is done.
        handed: the one whose final dot comes next.
        begin: the one that is sent next.
        may: whether `handed` or `begin` may go on, once it is put down.
        noted_at: when that was, by this machine's clock: claims hold from then on.
        done, error: whether a clerk has seen to it, and what kept it from being put down.
    """

    told: Told | None = None
    handed: Handed | None = None
    begin: Item | None = None
    may: bool = False
    noted_at: datetime = _FIRST
    done: bool = False
    error: BaseException | None = None


class Clerk:
    """Puts down the notes of a mailbox's connections, in transactions that are on the disk when `put_down` returns.

    Whoever comes first waits a moment for the others, and puts down what all of them have. So the more connections
    there are the fewer commits a message costs. One that stalls is waited for no longer than that, and soon not at all.

    Args:
        store: opened durable: a step that is not on the disk is no step.
        holder: by which the claims of these messages are known.
        company: says how many connections are at work, and may have something to put down soon.
    """

    def __init__(self, store: Store, holder: str, company: Callable[[], int]) -> None:
        self._store, self._holder, self._company = store, holder, company
        self._waiting: list[Note] = []
        self._came, self._turn = Condition(), Lock()

    def put_down(self, note: Note) -> Note:
        """Commit a note, with those of others that wait; return it, with what may be done.

        Raises:
            DeskError: the store has trouble, or the record refuses the step; nothing of it was put down.
        """
        with self._came:
            self._waiting.append(note)
            self._came.notify()
        with self._turn:
            if not note.done:
                self._all(self._gathered())
        if note.error is not None:
            raise note.error
        return note

    def _gathered(self) -> list[Note]:
        ends_at = time.monotonic() + PATIENCE
        with self._came:
            while len(self._waiting) < self._company() and (left := ends_at - time.monotonic()) > 0:
                self._came.wait(left)
            notes, self._waiting = self._waiting, []
        return notes

    def _all(self, notes: Sequence[Note]) -> None:
        try:
            self._write(notes)
        except StoreTrouble as trouble:  # which is everybody's
            for note in notes:
                note.error = trouble
        except BaseException as error:  # noqa: BLE001 - raised by whose it is
            if len(notes) == 1:
                notes[0].error = error
            else:  # one of them is refused: it must not take the others with it
                for note in notes:
                    self._all([note])
        for note in notes:
            note.done = True

    def _write(self, notes: Sequence[Note]) -> None:
        now = datetime.now(UTC)
        with self._store.writing() as session:
            may = steps.proceed(
                session,
                told=[note.told for note in notes if note.told is not None],
                handed=[note.handed for note in notes if note.handed is not None],
                begin=[note.begin for note in notes if note.begin is not None],
                holder=self._holder,
                now=now,
            )
        for note in notes:
            following = note.begin or (note.handed.item if note.handed is not None else None)
            note.may = following is not None and following.message_id in may
            note.noted_at = now
