"""Making the changes on the server that the desk wants: flags and moves, each idempotent, found again if need be."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from console.mail.imap.errors import FolderMissing, ServerRefused
from console.mail.imap.session import Session
from console.mail.parse import Unreadable, parse
from storage.commands import errands, syncing
from storage.commands.errands import Errand
from storage.kinds import WantedChange
from storage.store import Store
from storage.store.content import digest_of

_MOVED_OUT_OF: Final = frozenset({"inbox", "archive", "trash"})

GIVE_UP_AFTER: Final = 20
"""Attempts after which a change that the server refuses is left, with what it said."""


class Changes:
    """The wanted changes of one mailbox, made over its session.

    Args:
        session: signed in.
        store: opened for the sync.
        mailbox_id: whose.
        folders: the folder's id and name by its role.
    """

    def __init__(self, session: Session, store: Store, mailbox_id: int, folders: dict[str, tuple[int, str]]) -> None:
        self._session = session
        self._store = store
        self._mailbox_id = mailbox_id
        self._folders = folders
        self._numbered: dict[int, int | None] = {}
        self._made: set[int] = set()
        self._kept: set[int] = set()

    def make(self, *, complete: bool = True) -> int:
        """Make every change that is due; return how many were asked for.

        Args:
            complete: all mail of the folders that are kept in step has been met: what lies in none of them is gone.
        """
        with self._store.reading() as session:
            due = errands.errands(session, self._mailbox_id, now=datetime.now(UTC))
            self._numbered = {
                one.folder_id: one.uidvalidity for one in syncing.cursors(session, self._mailbox_id).values()
            }
        self._made, self._kept = set(), set()
        by_place: defaultdict[tuple[int | None, str | None, WantedChange, str], list[Errand]] = defaultdict(list)
        for one in due:
            by_place[one.folder_id, one.folder, one.change, one.value].append(one)
        for (folder_id, folder, change, value), group in by_place.items():
            try:
                if folder_id is None or folder is None:
                    if complete:
                        self._strike(group)
                    continue
                if group[0].role == "trash" and (change, value) != (WantedChange.MOVE, "trash"):
                    group = self._still_there(folder_id, folder, group)  # noqa: PLW2901 - what is left of it
                if change is WantedChange.ERASE:
                    self._erase(folder_id, folder, group)
                elif change is WantedChange.MOVE:
                    self._move(folder_id, folder, value, group)
                else:
                    self._flag(folder_id, folder, change, value, group)
            except ServerRefused as refused:
                self._put_off(group, str(refused))
        # At the end: what lies in several places is made when it is made in all of them.
        if made := self._made - self._kept:
            with self._store.writing() as session:
                errands.errands_done(session, made)
        return len(due)

    def _flag(self, folder_id: int, folder: str, change: WantedChange, flag: str, group: list[Errand]) -> None:
        wanted = [one for one in group if (flag in one.flags.split()) is not (change is WantedChange.ADD_FLAG)]
        uids = [one.uid for one in wanted if one.uid is not None]
        if uids:
            if not self._opened(folder_id, folder):
                return
            if change is WantedChange.ADD_FLAG:
                self._session.add_flags(uids, [flag])
            else:
                self._session.remove_flags(uids, [flag])
        held = {one.uid: _with(one.flags, flag, change) for one in wanted if one.uid is not None}
        with self._store.writing() as session:
            errands.set_placed_flags(session, folder_id, held)
        self._strike(group)

    def _move(self, folder_id: int, folder: str, role: str, group: list[Errand]) -> None:
        """Move what lies in another folder than wanted; only between INBOX, archive and trash, never out of Sent."""
        if role not in self._folders:
            self._put_off(group, "")
            return
        target_id, target = self._folders[role]
        moves = {one.uid: one for one in group if one.uid is not None and one.role in _MOVED_OUT_OF}
        moved: dict[int, int] = {}
        if moves and folder_id != target_id:
            copied = {} if self._session.can_move else self._copied_before(target, moves.values())
            if not self._opened(folder_id, folder):
                return
            self._session.take_away(copied)
            if uids := [uid for uid in moves if uid not in copied]:
                try:
                    moved = self._session.move(uids, target)
                except FolderMissing:
                    self._session.create(target)
                    moved = self._session.move(uids, target)
                if not moved:
                    moved = self._found_again(target, [moves[uid] for uid in uids])
            moved |= copied
        with self._store.writing() as session:
            errands.moved(session, folder_id, target_id, moved)
        self._strike(group)

    def _erase(self, folder_id: int, folder: str, group: list[Errand]) -> None:
        """Delete messages for ever; where the server cannot do so one by one they stay, marked as deleted."""
        if uids := [one.uid for one in group if one.uid is not None]:
            if not self._opened(folder_id, folder):
                return
            self._session.take_away(uids)
            with self._store.writing() as session:
                syncing.forget_placements(session, folder_id, uids)
        self._strike(group)

    def _opened(self, folder_id: int, folder: str) -> bool:
        """Open a folder; say whether its messages have the UIDs still that the desk knows them by.

        If not, other mail may have them by now: the change waits until the folder has been read anew. What lies in
        the trash, which nobody reads, was compared byte for byte.
        """
        return self._numbered.get(folder_id) in {None, self._session.select(folder).uidvalidity}

    def _still_there(self, folder_id: int, folder: str, group: list[Errand]) -> list[Errand]:
        """Find what was moved to the trash, which nobody keeps in step: it may lie under another UID, or nowhere.

        Only what is the same byte for byte is taken for it; whatever else has that UID by now stays as it is. What is
        gone needs no change any more.
        """
        self._session.select(folder)
        found = [(one, self._same(one, [one.uid] if one.uid else [])) for one in group]
        there = [replace(one, uid=uid) for one, uid in found if uid is not None]
        lies = {one.raw_digest: one.uid for one in there}
        with self._store.writing() as session:
            for one in group:
                uid = lies.get(one.raw_digest)
                if one.uid is not None and uid is None:
                    syncing.forget_placements(session, folder_id, [one.uid])
                elif one.uid is not None and uid is not None and uid != one.uid:
                    errands.moved(session, folder_id, folder_id, {one.uid: uid})
        self._strike([one for one in group if one.raw_digest not in lies])
        return there

    def _copied_before(self, target: str, group: Iterable[Errand]) -> dict[int, int]:
        """Find what lies in the target byte for byte already: a move that is a copy first may have broken off there."""
        try:
            self._session.select(target)
        except FolderMissing:
            return {}
        found: dict[int, int] = {}
        for one in group:
            if one.uid is not None and (there := self._same(one, [])) is not None:
                found[one.uid] = there
        return found

    def _same(self, one: Errand, uids: Iterable[int]) -> int | None:
        """Return where in the open folder the very bytes of a message lie: at one of these UIDs, or by its name."""
        named = list(self._session.find(one.header_id))[-10:] if one.header_id else []
        for message in self._session.bodies(dict.fromkeys([*uids, *named])):
            raw = getattr(message, "raw", None)
            if raw is not None and digest_of(raw) == one.raw_digest:
                return int(message.uid)
        return None

    def _found_again(self, folder: str, group: list[Errand]) -> dict[int, int]:
        """Find moved messages by Message-ID and what they say, where the server does not tell their new UIDs.

        What is not found now is met as news of that folder, known by its bytes.
        """
        self._session.select(folder)
        found: dict[int, int] = {}
        for one in group:
            if not one.header_id or one.uid is None:
                continue
            uids = list(self._session.find(one.header_id))
            for message in self._session.bodies(uids[-10:]):
                raw = getattr(message, "raw", None)
                if raw is None:
                    continue
                try:
                    same = parse(raw).header_id == one.header_id
                except Unreadable:
                    same = False
                if same:
                    found[one.uid] = message.uid
        return found

    def _strike(self, group: list[Errand]) -> None:
        """Note changes as made, or needless: of what lies nowhere on the server any more there is nothing to change."""
        self._made.update(one.wanted_id for one in group)

    def _put_off(self, group: list[Errand], said: str) -> None:
        now = datetime.now(UTC)
        self._kept.update(one.wanted_id for one in group)
        with self._store.writing() as session:
            for one in group:
                failed = (said or "?") if one.attempts + 1 >= GIVE_UP_AFTER else ""
                errands.errand_tried(session, one.wanted_id, now=now, failed=failed)


def _with(flags: str, flag: str, change: WantedChange) -> str:
    held = set(flags.split())
    held = held | {flag} if change is WantedChange.ADD_FLAG else held - {flag}
    return " ".join(sorted(held))
