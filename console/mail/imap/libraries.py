"""The only room that knows IMAPClient and imaplib: connecting, greeting, STARTTLS, what they raise, folder names."""

import imaplib
import ssl
from socket import socket

import imapclient  # type: ignore[import-untyped,unused-ignore]
import imapclient.exceptions  # type: ignore[import-untyped,unused-ignore]
import imapclient.imap_utf7 as utf7  # type: ignore[import-untyped,unused-ignore]

from console.mail.imap.answers import LITERAL_MOST, TOO_LONG, AnswerBroken
from console.mail.imap.errors import StarttlsWithheld
from console.mail.imap.server import Server
from console.mail.imap.wire import Wire, connected

RAISED = (imaplib.IMAP4.error, imapclient.exceptions.IMAPClientError)
"""What both raise of their own, for whatever reason."""


class LibraryWire(Wire, imaplib.IMAP4):
    """imaplib's connection with a buffer of ours beneath it, and without its log of the last lines said."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeout: float) -> None:
        Wire.__init__(self)
        self._context = context
        imaplib.IMAP4.__init__(self, host, port, timeout)

    def _create_socket(self, timeout: float | None) -> socket:
        return connected(self.host, self.port, self._context, timeout)

    def _log(self, line: object) -> None:
        """Keep nothing."""

    def read(self, size: int) -> bytes:
        """Read for imaplib itself, which never asks for a message."""
        if size > LITERAL_MOST:
            raise AnswerBroken(TOO_LONG)
        return self.exactly(size)


class _Client(imapclient.IMAPClient):  # type: ignore[misc,unused-ignore]  # it has no types
    def __init__(self, server: Server, context: ssl.SSLContext | None) -> None:
        self._plan = (server.host, server.port, context, server.timeout)
        super().__init__(server.host, server.port, ssl=False, timeout=server.timeout)
        self._imap.debug = 0  # it would describe every line to a logger

    def _create_IMAP4(self) -> LibraryWire:  # noqa: N802 - IMAPClient's name
        return LibraryWire(*self._plan)


def connect(server: Server, context: ssl.SSLContext | None) -> LibraryWire:
    """Connect, and hear the greeting; TLS from the start where there is a context."""
    wire: LibraryWire = _Client(server, context)._imap  # noqa: SLF001 - as IMAPClient's own reader is passed by
    return wire


def start_tls(wire: LibraryWire, server: Server, context: ssl.SSLContext | None) -> None:
    """Put TLS over a connection.

    Raises:
        StarttlsWithheld: the server says no.
    """
    try:
        wire.starttls(context)
    except imaplib.IMAP4.abort:
        raise
    except imaplib.IMAP4.error as refused:
        words = str(refused.args[0]) if refused.args else ""
        raise StarttlsWithheld(server.host, "STARTTLS", words) from None


def encode_name(name: str) -> bytes:
    """Write a folder name in modified UTF-7 (RFC 3501 §5.1.3)."""
    return bytes(utf7.encode(name))


def decode_name(name: bytes) -> str:
    """Read a folder name in modified UTF-7.

    Raises:
        ValueError, LookupError: it is none.
    """
    return str(utf7.decode(name))
