"""Keeping one folder in step: newest mail first, history behind, then news, flags and what is gone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Final

from console.mail.glance import unchanged
from console.mail.imap.errors import FolderMissing
from console.mail.imap.rows import Fetched, FlagRow, TooLarge
from console.mail.imap.session import Session
from console.mail.imap.state import FolderState
from console.mail.imap.uids import UidRanges
from console.mail.sync.taking import Passed, Taker, Target, written_flags
from storage.commands import syncing
from storage.commands.intake import Counts
from storage.glance import Cursor
from storage.store import Store

NEWEST: Final = 50
"""Messages of each folder that come before anything older of any folder."""

_CHUNK = 500  # UIDs of history asked for at once; the cursor moves after each
_FLAGS_AT_ONCE = 2000
_GONE_ONE_BY_ONE = 5000  # UIDs that are looked for by their numbers; more are looked for among all of the folder's


@dataclass(slots=True)
class Step:
    """What one visit to a folder did."""

    counts: Counts
    gone: int = 0
    flagged: int = 0

    def __add__(self, other: "Step") -> "Step":
        return Step(self.counts + other.counts, self.gone + other.gone, self.flagged + other.flagged)


class FolderSync:
    """One folder of one mailbox.

    Args:
        session: signed in.
        store: opened for the sync.
        taker: who takes the mail in.
        mailbox_id: whose folder it is.
        name: the folder's.
        stopping: asked between steps; when it says yes, the work ends early and goes on another time.
    """

    def __init__(
        self, session: Session, store: Store, taker: Taker, mailbox_id: int, name: str, stopping: Callable[[], bool]
    ) -> None:
        self._session = session
        self._store = store
        self._taker = taker
        self._mailbox_id = mailbox_id
        self._name = name
        self._stopping = stopping
        self._seen: FolderState | None = None
        self._left_out: list[int] = []  # of history: listed, asked for, and not given

    def begin(self) -> Step:
        """Look at the folder; if it is new, or has new UIDs, take its newest messages in.

        Raises:
            FolderMissing: the server has no such folder.
        """
        cursor = self._cursor()
        self._seen = self._session.status(self._name) if cursor.uidvalidity is not None else None
        if self._seen is None or self._seen.uidvalidity != cursor.uidvalidity:
            state, self._seen = self._session.select(self._name), None
            self._taker.expect(state.exists)
            self._start_over(cursor, state)
            return self._history(state, at_most=NEWEST)
        return Step(Counts())

    def finish(self, *, as_begun: bool = False) -> Step:
        """Bring the folder in step: changed flags, what is gone, news, and all the history that is missing.

        Args:
            as_begun: nothing has been done since the folder was looked at, so that this need not be done again.
        """
        cursor = self._cursor()
        if cursor.backfill_below is None:
            seen = (self._seen if as_begun else None) or self._session.status(self._name)
            if unchanged(cursor, seen) and self._count_placed(cursor) == seen.exists:
                return Step(Counts())
            if (news := seen.uidnext - (cursor.uidnext or 0)) > 0:
                self._taker.expect(news)
        state = self._session.select(self._name)
        if state.uidvalidity != cursor.uidvalidity:
            self._start_over(cursor, state)
            cursor = self._cursor()
        step = self._news(cursor, state)
        step += self._changes(cursor, state)
        return step + self._history(state)

    def _cursor(self) -> Cursor:
        with self._store.reading() as session:
            return syncing.cursors(session, self._mailbox_id)[self._name]

    def _count_placed(self, cursor: Cursor) -> int:
        with self._store.reading() as session:
            return syncing.count_placed(session, cursor.folder_id)

    def _start_over(self, cursor: Cursor, state: FolderState) -> None:
        with self._store.writing() as session:
            syncing.begin_folder(
                session,
                cursor.folder_id,
                uidvalidity=state.uidvalidity,
                uidnext=state.uidnext,
                modseq=state.highestmodseq,
                total=state.exists,
            )

    def _news(self, cursor: Cursor, state: FolderState) -> Step:
        if state.uidnext and cursor.uidnext is not None and state.uidnext <= cursor.uidnext:
            return Step(Counts())
        uids = list(self._session.uids(since_uid=cursor.uidnext))
        step = self._take(cursor, uids, few=True)
        step += self._insist(cursor, self._missing(cursor, uids))
        with self._store.writing() as session:
            syncing.move_cursor(session, cursor.folder_id, uidnext=max([state.uidnext, *(uid + 1 for uid in uids)]))
        return step

    def _history(self, state: FolderState, *, at_most: int | None = None) -> Step:
        """Take in what is older than the cursor, newest first, a chunk at a time."""
        cursor = self._cursor()
        total = Step(Counts())
        if cursor.backfill_below is None:
            return total
        below = cursor.backfill_below
        older = [uid for uid in reversed(self._session.uids()) if uid < below]

        def messages() -> Iterator[Fetched | TooLarge | Passed]:
            left, missing = len(older), iter(older[:at_most])
            while (chunk := list(islice(missing, _CHUNK))) and not self._stopping():
                yield from self._session.bodies(self._missing(cursor, chunk))
                left -= len(chunk)
                yield Passed(partial(self._came_to, cursor, chunk, max(0, state.exists - left)))

        # In one stream, so that nobody waits at the end of a chunk for the next one to begin.
        total += Step(self._taker.take(messages(), self._target(cursor), few=at_most is not None))
        total += self._insist(cursor, self._left_out)
        if at_most is None and not self._stopping():
            with self._store.writing() as session:
                syncing.move_cursor(
                    session, cursor.folder_id, backfill_below=None, done=state.exists, total=state.exists
                )
        return total

    def _came_to(self, cursor: Cursor, chunk: list[int], done: int) -> None:
        self._left_out += self._missing(cursor, chunk)
        with self._store.writing() as session:
            syncing.move_cursor(session, cursor.folder_id, backfill_below=chunk[-1], done=done)

    def _insist(self, cursor: Cursor, uids: list[int]) -> Step:
        """Ask again for mail that did not come: that the figures are right proves nothing where other mail went."""
        left, self._left_out = set(uids), []
        return self._again(cursor, left) if left else Step(Counts())

    def _take(self, cursor: Cursor, uids: list[int], *, few: bool = False) -> Step:
        """Take in those of these messages that the desk has not."""
        if not uids:
            return Step(Counts())
        messages = self._session.bodies(self._missing(cursor, uids))
        return Step(self._taker.take(messages, self._target(cursor), few=few))

    def _missing(self, cursor: Cursor, uids: list[int]) -> list[int]:
        """Return those of these messages that the desk has not; a crash before may have left some here."""
        with self._store.reading() as session:
            here = syncing.placed_among(session, cursor.folder_id, uids)
        return [uid for uid in uids if uid not in here]

    def _changes(self, cursor: Cursor, state: FolderState) -> Step:
        """Take over flags that changed and drop the placements of what is gone."""
        step = Step(Counts())
        if state.highestmodseq is not None and cursor.modseq is not None:
            changes = self._session.changes(cursor.modseq)
            step += self._note_flags(cursor, changes.rows)
            if changes.vanished is not None:
                step.gone += self._forget(cursor, self._placed_among(cursor, changes.vanished))
            modseq: int | None = max(changes.modseq, state.highestmodseq)
        else:
            step += self._note_flags(cursor, self._session.flags())
            modseq = state.highestmodseq
        if cursor.backfill_below is not None or self._count_placed(cursor) != state.exists:
            with self._store.reading() as session:
                placed = syncing.placed(session, cursor.folder_id)
            listed = set(self._session.uids())
            step.gone += self._forget(cursor, placed - listed)
            if cursor.backfill_below is None:
                step += self._again(cursor, listed - placed)
        with self._store.writing() as session:
            syncing.move_cursor(session, cursor.folder_id, modseq=modseq)
        return step

    def _placed_among(self, cursor: Cursor, uids: UidRanges) -> list[int]:
        with self._store.reading() as session:
            if len(uids) <= _GONE_ONE_BY_ONE:
                return sorted(syncing.placed_among(session, cursor.folder_id, uids.written_out()))
            return [uid for uid in syncing.placed(session, cursor.folder_id) if uid in uids]

    def _again(self, cursor: Cursor, uids: set[int]) -> Step:
        """Ask once more for messages that the server lists and did not give; those it refuses are quarantined."""
        step = self._take(cursor, sorted(uids))
        with self._store.reading() as session:
            missing = uids - syncing.placed_among(session, cursor.folder_id, uids)
        missing &= set(self._session.uids()) if missing else set()
        return step + Step(self._taker.refuse(sorted(missing), self._target(cursor)))

    def _target(self, cursor: Cursor) -> Target:
        assert cursor.uidvalidity is not None
        return Target(self._mailbox_id, cursor.folder_id, cursor.role == "sent", cursor.uidvalidity)

    def _forget(self, cursor: Cursor, uids: Iterable[int]) -> int:
        uids = list(uids)
        if not uids:
            return 0
        with self._store.writing() as session:
            return syncing.forget_placements(session, cursor.folder_id, uids)

    def _note_flags(self, cursor: Cursor, rows: Iterable[FlagRow]) -> Step:
        step = Step(Counts())
        again: list[int] = []
        for some in _parts(rows):
            flags = {row.uid: written_flags(row.flags) for row in some}
            with self._store.writing() as session:
                noted = syncing.note_flags(session, cursor.folder_id, flags, now=datetime.now(UTC))
            step.flagged += noted.changed
            again += noted.wanted_again
        return step + self._take(cursor, again) if again else step


def _parts(rows: Iterable[FlagRow]) -> Iterator[list[FlagRow]]:
    left = iter(rows)
    while part := list(islice(left, _FLAGS_AT_ONCE)):
        yield part


__all__ = ["NEWEST", "FolderMissing", "FolderSync", "Step"]
