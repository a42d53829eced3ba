"""A look whether a sync has anything to do, before what a sync needs is loaded; the sessions it opens are handed on."""

import threading
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from console.config.secrets import password
from console.mail.imap.errors import FolderMissing
from console.mail.imap.opening import open_standing
from console.mail.imap.server import Server, Tls
from console.mail.imap.standing import Standing
from console.mail.imap.state import FolderState
from storage.glance import Cursor, Glance, Kept, note_synced

if TYPE_CHECKING:
    from console.config.reaching import Reach
    from console.mail.imap.session import Session


class Door:
    """One account's session, opened ahead by the look and used by whoever comes next; closed with the block.

    Attributes:
        secret: the password that was tried.
    """

    def __init__(self) -> None:
        self._open = ExitStack()
        self._standing: Standing | None = None
        self._error: BaseException | None = None
        self.secret = ""

    def knock(self, account: "Reach") -> Standing | None:
        """Sign in; what goes wrong is raised to whoever enters the block: user and password are tried once."""
        try:
            self.secret = password(account)
            self._standing = self._open.enter_context(open_standing(server_of(account, self.secret, light=True)))
        except BaseException as error:  # noqa: BLE001 - raised later, in the thread that deals with it
            self._error = error
        return self._standing

    def __enter__(self) -> "Session":
        if self._error is not None:
            raise self._error
        assert self._standing is not None
        from console.mail.imap.session import Session  # late: whoever comes in goes on to mail

        return Session(self._standing)

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


def look(path: Path, kept: Glance | None, accounts: "Sequence[Reach]", *, configuration: bytes | None = None) -> Look:
    """Ask each server whether its folders stand as the desk has them; mailboxes do not wait for each other.

    Args:
        path: of the store, which need not be there.
        kept: what a glance at it gave.
        accounts: the mailboxes.
        configuration: the digest of the file that says so, if it was read with care: put down for the next look.
    """
    if kept is None or kept.busy or not all(_settled(kept, account) for account in accounts):
        return Look()
    doors = {account.name: Door() for account in accounts}
    same: list[int] = []

    def run(account: "Reach", held: Kept) -> None:
        door = doors[account.name]
        standing = door.knock(account)
        try:
            if standing is not None and _as_kept(standing, account, held):
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
    return Look(len(same) == len(accounts) and note_synced(path, same, configuration=configuration), doors)


SERVERS_TRASH: Final = r"\Trash"
"""How the configuration names the folder that the server itself has for what was thrown away (RFC 6154)."""


def settings_of(account: "Reach") -> dict[str, Any]:
    """Return what the store keeps of an account and the configuration may change; see `mailbox_as`."""
    return {
        "address": account.address,
        "aliases": account.aliases,
        "archive": account.archive or "",
        "trash": account.trash or "",
    }


def server_of(account: "Reach", secret: str, *, light: bool = False) -> Server:
    """Return where and as whom to sign in; see `Server`."""
    imap = account.imap
    return Server(
        host=imap.host,
        port=imap.port,
        tls=account.tls,
        user=account.user,
        password=secret,
        plain_by_name=account.tls is Tls.NONE,
        light=light,
    )


def roles_of(account: "Reach", session: Standing, cursors: Mapping[str, Cursor]) -> dict[str, str]:
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


def is_read(account: "Reach", name: str, role: str) -> bool:
    """Say whether a folder's mail is taken in: the trash is only moved to, unless it was asked for by name."""
    return role != "trash" or name in account.folders


def unchanged(cursor: Cursor, state: FolderState) -> bool:
    """Say whether the server's figures leave nothing to look for, if the desk has as many messages as there are.

    Without CONDSTORE flags may have changed.
    """
    same = (cursor.uidvalidity, cursor.uidnext) == (state.uidvalidity, state.uidnext)
    return same and state.highestmodseq is not None and cursor.modseq == state.highestmodseq


def _settled(kept: Glance, account: "Reach") -> bool:
    """Say whether the desk has this mailbox with these settings, all of its history, and no trouble with it."""
    held = kept.mailboxes.get(account.name)
    if held is None or held.state != "ok" or any(one.backfill_below is not None for one in held.cursors.values()):
        return False
    wanted = settings_of(account)
    wanted["address"], wanted["aliases"] = account.address.lower(), [one.lower() for one in account.aliases]
    return all(held.settings[name] == value for name, value in wanted.items())


def _as_kept(session: Standing, account: "Reach", held: Kept) -> bool:
    if {one.name: one.role for one in held.cursors.values()} != roles_of(account, session, held.cursors):
        return False
    for cursor in held.cursors.values():
        if not is_read(account, cursor.name, cursor.role):
            continue
        try:
            state = session.status(cursor.name)
            if not unchanged(cursor, state) or cursor.placed != state.exists:
                return False
        except FolderMissing:
            if cursor.uidvalidity is not None or cursor.role == "inbox":
                return False  # an archive that nobody has made yet is as it was
    return True
