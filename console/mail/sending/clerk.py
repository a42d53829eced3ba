"""What several connections have to put down at one moment is committed together; who has nothing is not waited for."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from threading import Condition, Event
from typing import Final

from storage.commands.outbox import steps
from storage.commands.outbox.items import Item
from storage.commands.outbox.steps import Handed, Told
from storage.kinds.errors import StoreTrouble
from storage.store import Store

_FIRST: Final = datetime.min.replace(tzinfo=UTC)

PATIENCE: Final = 0.005
"""Seconds for which a connection waits for others that are at work, so that one commit serves all of them."""

DOTS: Final = 4
"""Messages whose final dot may be out, and what became of them not on record: so many does a death leave in doubt."""

WAITS_MOST: Final = 10.0
"""Seconds for which a message waits until one of those is on record: its server would not wait for ever."""


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
        turn: set when it is done, or when it is for who brought it to put down what waits.
        late: whether it waited so long that it is put down however many are past their dot.
    """

    told: Told | None = None
    handed: Handed | None = None
    begin: Item | None = None
    may: bool = False
    noted_at: datetime = _FIRST
    done: bool = False
    error: BaseException | None = None
    turn: Event = field(default_factory=Event)
    late: bool = False


class Clerk:
    """Puts down the notes of a mailbox's connections, in transactions that are on the disk when `put_down` returns.

    Whoever comes first waits a moment for the others, and puts down what all of them have. So the more connections
    there are the fewer commits a message costs. One that stalls is waited for no longer than that, and soon not at all.
    While `DOTS` messages are past their final dot no other is put down as sent: half of the connections hand over the
    next message while the others wait for an answer, and both are put down together.

    Args:
        store: opened durable: a step that is not on the disk is no step.
        holder: by which the claims of these messages are known.
        company: says how many connections are at work, and may have something to put down soon.
    """

    def __init__(self, store: Store, holder: str, company: Callable[[], int]) -> None:
        self._store, self._holder, self._company = store, holder, company
        self._waiting: list[Note] = []
        self._past: set[int] = set()  # messages past their dot, whose fate is not on record
        self._came = Condition()
        self._led = False  # whether somebody puts down what waits

    def put_down(self, note: Note) -> Note:
        """Commit a note, with those of others that wait; return it, with what may be done.

        Raises:
            DeskError: the store has trouble, or the record refuses the step; nothing of it was put down.
        """
        with self._came:
            self._waiting.append(note)
            self._came.notify()
            leads = self._takes_over(note)
        if leads or self._waits(note):
            self._lead(note)
        if note.error is not None:
            raise note.error
        return note

    def is_over(self, message_id: int) -> None:
        """Hear that a message's connection has ended, so that nothing more will be put down of it."""
        with self._came:
            self._past.discard(message_id)
            if not self._led:
                self._hand_on()

    def _takes_over(self, note: Note) -> bool:
        if self._led or not self._may_go(note):
            return False
        self._led = True
        return True

    def _may_go(self, note: Note) -> bool:
        return note.handed is None or note.late or len(self._past) < DOTS

    def _waits(self, note: Note) -> bool:
        """Wait until a note is put down by another; say whether it is for who brought it to do so."""
        if not note.turn.wait(WAITS_MOST):
            with self._came:
                note.late = True
                if not note.turn.is_set() and self._takes_over(note):
                    return True
            note.turn.wait()
        return not note.done

    def _lead(self, note: Note) -> None:
        notes = self._gathered(note)
        self._all(notes)
        with self._came:
            for one in notes:
                if one.told is not None:
                    self._past.discard(one.told.item.message_id)
                if one.handed is not None and one.may:
                    self._past.add(one.handed.item.message_id)
                one.turn.set()
            self._hand_on()

    def _hand_on(self) -> None:
        following = next((one for one in self._waiting if self._may_go(one)), None)
        self._led = following is not None
        if following is not None:
            following.turn.set()

    def _gathered(self, mine: Note) -> list[Note]:
        """Wait for others, and take what may be put down now: as many dots as others have been answered."""
        ends_at = time.monotonic() + PATIENCE
        with self._came:
            while len(self._waiting) < self._company() and (left := ends_at - time.monotonic()) > 0:
                self._came.wait(left)
            told = {one.told.item.message_id for one in self._waiting if one.told is not None}
            room = DOTS - len(self._past - told)
            notes = []
            for one in sorted(self._waiting, key=lambda one: one is not mine):
                if one.handed is None or one.late or room > 0:
                    notes.append(one)
                    room -= one.handed is not None
            self._waiting = [one for one in self._waiting if one not in notes]
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
