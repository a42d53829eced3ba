"""A look whether a sync has anything to do, before what a sync needs is loaded; the sessions it opens are handed on."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

from console.config.accounts import Account
from console.config.secrets import password
from console.mail.imap import FolderMissing, FolderState, Server, Session, Tls, open_session
from storage.glance import Cursor, Glance, Kept, glance, note_synced


class Door:
    """One account's session, opened ahead by the look and used by whoever comes next; closed with the block."""

    def __init__(self) -> None:
        self._open = ExitStack()
        self._session: Session | None = None
        self._error: BaseException | None = None

    def knock(self, account: Account) -> Session | None:
        """Sign in; what goes wrong is raised to whoever enters the block: user and password are tried once."""
        try:
            self._session = self._open.enter_context(open_session(server_of(account, password(account))))
        except BaseException as error:  # noqa: BLE001 - raised later, in the thread that deals with it
            self._error = error
        return self._session

    def __enter__(self) -> Session:
        if self._error is not None:
            raise self._error
        assert self._session is not None
        return self._session

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._open.__exit__(kind, error, trace)


@dataclass(slots=True)
class Look:
    """What the look gave.

    Attributes:
        in_step: every mailbox was found as the desk has it, and that is put down: there is nothing to do.
        doors: sessions by account, for the sync that has something to do; whoever has the look closes them.
    """

    in_step: bool = False
    doors: dict[str, Door] = field(default_factory=dict)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        for door in self.doors.values():
            door.__exit__(None, None, None)


def look(path: Path, accounts: Sequence[Account]) -> Look:
    """Ask each server whether its folders stand as the desk has them; mailboxes do not wait for each other.

    Args:
        path: of the store, which need not be there.
        accounts: the mailboxes.
    """
    kept = glance(path)
    if kept is None or kept.busy or not all(_settled(kept, account) for account in accounts):
        return Look()
    doors = {account.name: Door() for account in accounts}
    same: list[int] = []

    def run(account: Account, held: Kept) -> None:
        door = doors[account.name]
        session = door.knock(account)
        try:
            if session is not None and _as_kept(session, account, held):
                same.append(held.mailbox_id)
        except Exception as error:  # noqa: BLE001 - the sync meets it again, and says what it means
            del error

    threads = [
        threading.Thread(target=run, args=(one, kept.mailboxes[one.name]), name=one.name, daemon=True)
        for one in accounts
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Look(len(same) == len(accounts) and note_synced(path, same), doors)


SERVERS_TRASH: Final = r"\Trash"
"""How the configuration names the folder that the server itself has for what was thrown away (RFC 6154)."""


def settings_of(account: Account) -> dict[str, Any]:
    """Return what the store keeps of an account and the configuration may change; see `mailbox_as`."""
    return {
        "address": account.address,
        "aliases": account.aliases,
        "archive": account.archive or "",
        "trash": account.trash or "",
    }


def server_of(account: Account, secret: str) -> Server:
    """Return where and as whom to sign in."""
    imap = account.imap
    return Server(
        host=imap.host,
        port=imap.port,
        tls=account.tls,
        user=account.user,
        password=secret,
        plain_by_name=account.tls is Tls.NONE,
    )


def roles_of(account: Account, session: Session, cursors: Mapping[str, Cursor]) -> dict[str, str]:
    """Return which folders are kept in step, with their roles: INBOX, Sent, the archive, others.

    Args:
        account: from the configuration.
        session: asked for the folder of sent mail where none is known.
        cursors: the folders that the desk knows.
    """
    roles = {"INBOX": "inbox"}
    held = next((one.name for one in cursors.values() if one.role == "sent"), None)
    sent = account.sent or held or session.find_sent()
    if sent:
        roles.setdefault(sent, "sent")
    if account.archive:
        roles.setdefault(account.archive, "archive")
    if account.trash == SERVERS_TRASH:
        thrown = next((one.name for one in cursors.values() if one.role == "trash"), None)
        roles.setdefault(thrown or session.find_trash() or "Trash", "trash")
    elif account.trash:
        roles.setdefault(account.trash, "trash")
    for name in account.folders:
        roles.setdefault(name, "")
    return roles


def is_read(account: Account, name: str, role: str) -> bool:
    """Say whether a folder's mail is taken in: the trash is only moved to, unless it was asked for by name."""
    return role != "trash" or name in account.folders


def unchanged(cursor: Cursor, state: FolderState) -> bool:
    """Say whether the server's figures leave nothing to look for; without CONDSTORE flags may have changed."""
    same = (cursor.uidvalidity, cursor.uidnext, cursor.placed) == (state.uidvalidity, state.uidnext, state.exists)
    return same and state.highestmodseq is not None and cursor.modseq == state.highestmodseq


def _settled(kept: Glance, account: Account) -> bool:
    """Say whether the desk has this mailbox with these settings, all of its history, and no trouble with it."""
    held = kept.mailboxes.get(account.name)
    if held is None or held.state != "ok" or any(one.backfill_below is not None for one in held.cursors.values()):
        return False
    wanted = settings_of(account)
    wanted["address"], wanted["aliases"] = account.address.lower(), [one.lower() for one in account.aliases]
    return all(held.settings[name] == value for name, value in wanted.items())


def _as_kept(session: Session, account: Account, held: Kept) -> bool:
    if {one.name: one.role for one in held.cursors.values()} != roles_of(account, session, held.cursors):
        return False
    for cursor in held.cursors.values():
        if not is_read(account, cursor.name, cursor.role):
            continue
        try:
            if not unchanged(cursor, session.status(cursor.name)):
                return False
        except FolderMissing:
            if cursor.uidvalidity is not None or cursor.role == "inbox":
                return False  # an archive that nobody has made yet is as it was
    return True
