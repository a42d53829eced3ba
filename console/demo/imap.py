"""The demo's IMAP server: pymap in memory, with a door to lay mail into its folders while clients look on."""

import asyncio
from argparse import Namespace
from collections.abc import Iterable
from typing import Any, cast

from proxyprotocol.reader import ProxyProtocolReader
from proxyprotocol.sock import SocketInfo
from pymap.backend.dict import Config, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxSet
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials.flag import Answered, Flag, Flagged, Seen
from pymap.user import Passwords, UserMetadata

from console.demo.shapes import DemoAccount, DemoMail

FOLDERS = ("Sent", "Archive", "Drafts", "Trash", "Junk")
LOOPBACK = "127.0.0.1"


class Post:
    """The mailboxes of all accounts.

    Args:
        accounts: whose mailboxes there are; each gets INBOX and `FOLDERS`.
    """

    def __init__(self, accounts: Iterable[DemoAccount]) -> None:
        self.accounts = {account.name: account for account in accounts}
        self._config = Config(
            Namespace(passlib_cfg=None, proxy_protocol=None),
            host=LOOPBACK,
            port=0,
            tls_enabled=False,  # loopback only: the server never leaves this machine
            demo_data=False,
            demo_user="",
            demo_password="",
        )
        self._login = Login(self._config)
        self._folders: dict[str, MailboxSet] = {}
        self._talks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Make the users and their empty folders; once, inside the running loop."""
        self._config.apply_context()
        passwords = Passwords(self._config)
        for account in self.accounts.values():
            hashed = await passwords.hash_password(account.password)
            self._login.users_dict[account.user] = UserMetadata(self._config, account.user, password=hashed)
            folders = self._folders[account.name] = MailboxSet()
            self._config.set_cache[account.user] = (folders, FilterSet())
            for name in FOLDERS:
                await folders.add_mailbox(name)

    async def lay(self, mail: DemoMail) -> None:
        """Put a mail into its folder; clients in IDLE are told at once."""
        folder = await self._folders[mail.account].get_mailbox(mail.folder)
        marks = ((Seen, mail.seen), (Answered, mail.answered), (Flagged, mail.flagged))
        flags: frozenset[Flag] = frozenset(flag for flag, is_set in marks if is_set)
        await folder.append(AppendMessage(mail.raw, mail.arrived_at, flags))

    async def serve(self) -> asyncio.Server:
        """Listen on a free loopback port."""
        protocol = ProxyProtocolReader(self._config.proxy_protocol)
        server = IMAPServer(self._login, self._config)

        async def kept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whence: SocketInfo) -> None:
            # Since Python 3.12 nothing but the task of a connection holds its reader, and nothing but that the task:
            # where nobody holds either, the collector ends the connection in its midst.
            if task := asyncio.current_task():
                self._talks.add(task)
                task.add_done_callback(self._talks.discard)
            await server(reader, writer, whence)

        talk = protocol.get_callback(kept)

        async def whole_lines(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await talk(reader, cast("asyncio.StreamWriter", _Whole(writer)))

        return await asyncio.start_server(whole_lines, LOOPBACK, 0)


class _Whole:
    """A stream that sends nothing before it is drained, so that each response of pymap leaves as one piece.

    pymap writes a response in many small writes, and IMAPClient's `idle_check` (4.1) gives up on half a line.
    """

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._held = bytearray()

    def write(self, data: bytes) -> None:
        """Hold the bytes back."""
        self._held += data

    async def drain(self) -> None:
        """Send what was held back."""
        held, self._held = bytes(self._held), bytearray()
        self._writer.write(held)
        await self._writer.drain()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._writer, name)
