"""The connection, and the only room that knows IMAPClient and imaplib: connecting, TLS, STARTTLS, folder names.

Both libraries read literals before asking how long they are, and lines of a million bytes at most; so the connection
reads through a buffer of ours, which they use as well.
"""

import imaplib
import selectors
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import imapclient  # type: ignore[import-untyped,unused-ignore]
import imapclient.exceptions  # type: ignore[import-untyped,unused-ignore]
import imapclient.imap_utf7 as utf7  # type: ignore[import-untyped,unused-ignore]

from console.mail.imap.answers import LITERAL_MOST, AnswerBroken
from console.mail.imap.errors import (
    CertificateRefused,
    ImapError,
    MailboxLost,
    PlainRefused,
    ServerSpokeNonsense,
    StarttlsWithheld,
)
from console.mail.imap.server import Server, Tls

LINE_MOST = 64 * 1024 * 1024
"""A SEARCH over five million messages is one line of 50 MB; nothing honest is longer."""
CHUNK = 262_144


class _Connection(imaplib.IMAP4):
    """imaplib's connection with a buffer of ours beneath it, and without its log of the last lines said."""

    def __init__(self, host: str, port: int, context: ssl.SSLContext | None, timeout: float) -> None:
        self._context = context
        self._buffer = bytearray()
        self._at = 0
        self._buffer_of: socket.socket | None = None
        super().__init__(host, port, timeout)

    def _create_socket(self, timeout: float | None) -> socket.socket:
        sock = socket.create_connection((self.host, self.port), timeout)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            return self._context.wrap_socket(sock, server_hostname=self.host) if self._context else sock
        except BaseException:
            sock.close()
            raise

    def _log(self, line: object) -> None:
        """Keep nothing."""

    def _own_buffer(self) -> None:
        if self.sock is not self._buffer_of:  # the first use, or STARTTLS has just put TLS over it
            if self._at < len(self._buffer):
                raise AnswerBroken("plain text sent ahead of TLS")
            self._buffer_of = self.sock

    def pending(self) -> bool:
        """Say whether there is something to read that the operating system no longer knows of."""
        self._own_buffer()
        return self._at < len(self._buffer) or (isinstance(self.sock, ssl.SSLSocket) and self.sock.pending() > 0)

    def fill(self) -> None:
        """Wait for bytes and put them into the buffer."""
        self._own_buffer()
        if self._at > CHUNK:
            del self._buffer[: self._at]
            self._at = 0
        chunk = self.sock.recv(CHUNK)
        if not chunk:
            raise EOFError("the server closed the connection")
        self._buffer += chunk

    def readline(self) -> bytes:
        self._own_buffer()
        looked = self._at
        while (end := self._buffer.find(b"\n", looked)) < 0:
            looked = len(self._buffer) - self._at
            if looked > LINE_MOST:
                raise AnswerBroken("a line longer than it may be")
            self.fill()
            looked += self._at
        line = bytes(self._buffer[self._at : end + 1])
        self._take(end + 1)
        return line

    def read(self, size: int) -> bytes:
        """Read for imaplib itself, which never asks for a message."""
        if size > LITERAL_MOST:
            raise AnswerBroken("a literal longer than it may be")
        return self.exactly(size)

    def exactly(self, size: int) -> bytes:
        """Read `size` bytes; room is made as they come, so that a lie costs the liar as much as us."""
        self._own_buffer()
        end = self._at + size
        if end <= len(self._buffer):
            taken = bytes(self._buffer[self._at : end])
            self._take(end)
            return taken
        pieces = [bytes(self._buffer[self._at :])]
        self._take(len(self._buffer))
        missing = size - len(pieces[0])
        while missing:
            piece = self.sock.recv(min(missing, CHUNK))
            if not piece:
                raise EOFError("the server closed the connection")
            pieces.append(piece)
            missing -= len(piece)
        return b"".join(pieces)

    def _take(self, end: int) -> None:
        self._at = end
        if end == len(self._buffer):
            self._buffer.clear()
            self._at = 0


class _Client(imapclient.IMAPClient):  # type: ignore[misc,unused-ignore]  # it has no types
    def __init__(self, server: Server, context: ssl.SSLContext | None) -> None:
        self._plan = (server.host, server.port, context, server.timeout)
        super().__init__(server.host, server.port, ssl=False, timeout=server.timeout)
        self._imap.debug = 0  # it would describe every line to a logger

    def _create_IMAP4(self) -> _Connection:  # noqa: N802 - IMAPClient's name
        return _Connection(*self._plan)


_LOST = (
    OSError,
    EOFError,
    imaplib.IMAP4.error,
    imapclient.exceptions.IMAPClientError,
    ValueError,
    ArithmeticError,
    LookupError,
    TypeError,
    AttributeError,
    AssertionError,
    RecursionError,
    MemoryError,
)
"""What imaplib and IMAPClient were seen to let out for hostile or broken answers (LIBRARIES, Facts about safety)."""


@contextmanager
def guarded(server: Server, attempted: str) -> Iterator[None]:
    """Turn whatever a connection lets out into an error of ours, without a secret and without its chain.

    Args:
        server: whose password must not appear.
        attempted: the step, for the error.

    Raises:
        CertificateRefused: the certificate does not hold.
        ServerSpokeNonsense: what came is no IMAP.
        MailboxLost: anything else.
    """
    error: ImapError
    try:
        yield
    except ImapError:
        raise
    except ssl.SSLCertVerificationError as refused:
        error = CertificateRefused(server.host, attempted, refused.verify_message)
    except AnswerBroken as broken:
        error = ServerSpokeNonsense(server.host, attempted, str(broken))
    except _LOST as lost:
        error = MailboxLost(server.host, attempted, without_secret(server, _words(lost)))
    else:
        return
    # The original may hold what was sent, such as a UnicodeEncodeError with the whole password.
    raise error from None


def without_secret(server: Server, words: str) -> str:
    """Return `words` with the password blotted out, should a server repeat it."""
    return words.replace(server.password, "…") if server.password else words


def _words(lost: BaseException) -> str:
    if isinstance(lost, TimeoutError):
        return "timed out"
    if isinstance(lost, ssl.SSLError):
        return f"TLS: {lost.reason or lost.strerror or 'failed'}"
    if isinstance(lost, OSError):
        return lost.strerror or str(lost)
    if isinstance(lost, UnicodeError):
        return "characters that cannot be sent"
    said = lost.args[0] if lost.args else ""
    said = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
    return said or type(lost).__name__


class Stream:
    """One open connection: lines and bytes in, bytes out, and a wait that another thread can end.

    Attributes:
        capabilities: what the server said before signing in, in capitals.
        preauthenticated: whether the server greeted us as signed in already.
    """

    def __init__(self, server: Server) -> None:
        """Connect, and be under TLS before anything of ours is said.

        Raises:
            PlainRefused: no TLS is asked for, and the host is not this machine.
            StarttlsWithheld: the server does not offer what the account asks for.
            CertificateRefused: the certificate does not hold.
            MailboxLost: it could not be reached, or broke off.
        """
        if server.tls is Tls.NONE and not server.plain_allowed:
            raise PlainRefused(server.host, "connect")
        self._server = server
        self._ears, self._bell = socket.socketpair()
        for end in (self._ears, self._bell):
            end.setblocking(False)
        self._client: _Client | None = None
        try:
            self._connect()
        except BaseException:
            self.close()
            raise

    def _connect(self) -> None:
        server = self._server
        context = None
        if server.tls is not Tls.NONE:
            with guarded(server, "trusted certificates"):
                context = ssl.create_default_context(cafile=server.ca_file)
                context.minimum_version = ssl.TLSVersion.TLSv1_2
        with guarded(server, "connect"):
            self._client = _Client(server, context if server.tls is Tls.IMPLICIT else None)
        self._imap: _Connection = self._client._imap  # noqa: SLF001 - as IMAPClient's own reader is passed by
        if server.tls is Tls.STARTTLS:
            self._start_tls(context)
        self.preauthenticated = self._imap.state == "AUTH"
        self.capabilities = frozenset(str(word).upper() for word in self._imap.capabilities)

    def _start_tls(self, context: ssl.SSLContext | None) -> None:
        # A server that greets us as signed in cannot be asked for TLS: a known way to keep a client in plain text.
        if "STARTTLS" not in self._imap.capabilities or self._imap.state != "NONAUTH":
            raise StarttlsWithheld(self._server.host, "STARTTLS")
        with guarded(self._server, "STARTTLS"):
            try:
                self._imap.starttls(context)
            except imaplib.IMAP4.abort:
                raise
            except imaplib.IMAP4.error as refused:
                words = str(refused.args[0]) if refused.args else ""
                raise StarttlsWithheld(self._server.host, "STARTTLS", words) from None

    def line(self) -> bytes:
        """Return the next line with its end."""
        return self._imap.readline()

    def exactly(self, size: int) -> bytes:
        """Return the next `size` bytes."""
        return self._imap.exactly(size)

    def send(self, said: bytes) -> None:
        """Send bytes."""
        self._imap.sock.sendall(said)

    def rung(self) -> bool:
        """Say whether another thread has rung since we last asked."""
        with suppress(BlockingIOError):
            return bool(self._ears.recv(1024))
        return False

    def wait(self, seconds: float, *, only_for_bell: bool = False) -> bool:
        """Wait until the server says something, another thread rings, or `seconds` have passed; no processor is used.

        Args:
            seconds: how long at most.
            only_for_bell: do not listen to the server.

        Returns:
            Whether there is something of the server to read. A ring stays, to be asked for by `rung`.
        """
        if not only_for_bell and self._imap.pending():
            return True
        with selectors.DefaultSelector() as selector:
            selector.register(self._ears, selectors.EVENT_READ)
            if not only_for_bell:
                selector.register(self._imap.sock, selectors.EVENT_READ)
            ready = {key.fileobj for key, _ in selector.select(max(0.0, seconds))}
        if self._imap.sock not in ready:
            return False
        # Bytes of TLS may come that carry nothing of IMAP (session tickets): a read must not wait for more.
        self._imap.sock.setblocking(False)
        try:
            self._imap.fill()
        except (BlockingIOError, ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return False
        finally:
            self._imap.sock.settimeout(self._server.timeout)
        return True

    def ring(self) -> None:
        """End the wait of the thread that owns this connection, now or when it next waits."""
        with suppress(OSError):
            self._bell.send(b"!")

    def cut(self) -> None:
        """Let whatever the owning thread is doing fail at once."""
        if self._client is not None:
            with suppress(OSError):
                # Beneath TLS, whose state belongs to the other thread.
                socket.socket.shutdown(self._imap.sock, socket.SHUT_RDWR)
        self.ring()

    def close(self) -> None:
        """Close everything; harmless when done twice."""
        if self._client is not None:
            with suppress(OSError):
                self._imap.shutdown()
            self._client = None
        self._ears.close()
        self._bell.close()


def encode_name(name: str) -> bytes:
    """Write a folder name in modified UTF-7 (RFC 3501 §5.1.3)."""
    return bytes(utf7.encode(name))


def decode_name(name: bytes) -> str | None:
    """Read a folder name in modified UTF-7; `None` when it is none that would be written the same way again."""
    try:
        read = str(utf7.decode(name))
        return read if encode_name(read) == name else None
    except (ValueError, LookupError):
        return None
