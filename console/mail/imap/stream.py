"""The connection: under TLS before anything is said, guarded against whatever it lets out, with a bell in its wait."""

import re
import selectors
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from console.mail.imap.answers import AnswerBroken
from console.mail.imap.errors import (
    CONNECT,
    CertificateRefused,
    ImapError,
    MailboxLost,
    PlainRefused,
    ServerSpokeNonsense,
    StarttlsWithheld,
)
from console.mail.imap.server import Server, Tls
from console.mail.imap.wire import LightWire

if TYPE_CHECKING:
    import ssl

    from console.mail.imap.libraries import LibraryWire

_LOST = (
    OSError,
    EOFError,
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
_AS_WRITTEN = re.compile(r"[\x20-\x25\x27-\x7e]*\Z")  # in modified UTF-7 everything printable but & is itself


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
    try:
        yield
    except ImapError:
        raise
    except Exception as let_out:
        error = _error_of(let_out, server, attempted)
        if error is None:
            raise
    else:
        return
    # The original may hold what was sent, such as a UnicodeEncodeError with the whole password.
    raise error from None


def _error_of(let_out: Exception, server: Server, attempted: str) -> ImapError | None:
    """Return the error of ours for what a connection let out; `None` for what has nothing to do with it."""
    import ssl  # late, as what follows: most connections let nothing out

    from console.mail.imap.libraries import RAISED

    match let_out:
        case ssl.SSLCertVerificationError():
            return CertificateRefused(server.host, attempted, let_out.verify_message)
        case AnswerBroken():
            return ServerSpokeNonsense(server.host, attempted, without_secret(server, str(let_out)))
    if isinstance(let_out, (*_LOST, *RAISED)):
        return MailboxLost(server.host, attempted, without_secret(server, _words(let_out)))
    return None


def without_secret(server: Server, words: str) -> str:
    """Return `words` with the password blotted out, should a server repeat it."""
    return words.replace(server.password, "…") if server.password else words


def _words(lost: BaseException) -> str:
    import ssl

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

    _imap: "LibraryWire | LightWire"

    def __init__(self, server: Server) -> None:
        """Connect, and be under TLS before anything of ours is said.

        Raises:
            PlainRefused: no TLS is asked for, and the host is not this machine.
            StarttlsWithheld: the server does not offer what the account asks for.
            CertificateRefused: the certificate does not hold.
            MailboxLost: it could not be reached, or broke off.
        """
        if server.tls is Tls.NONE and not server.plain_allowed:
            raise PlainRefused(server.host, CONNECT)
        self._server = server
        self._ears, self._bell = socket.socketpair()
        for end in (self._ears, self._bell):
            end.setblocking(False)
        self._wire: LibraryWire | LightWire | None = None
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
                context = _context(server)
        if server.light and server.tls is not Tls.STARTTLS:
            with guarded(server, CONNECT):
                self._wire = self._imap = LightWire(server.host, server.port, context, server.timeout)
        else:
            self._connect_by_library(context)
        self.preauthenticated = self._imap.state == "AUTH"
        self.capabilities = frozenset(str(word).upper() for word in self._imap.capabilities)

    def _connect_by_library(self, context: "ssl.SSLContext | None") -> None:
        from console.mail.imap.libraries import connect, start_tls

        server = self._server
        with guarded(server, CONNECT):
            wire = connect(server, context if server.tls is Tls.IMPLICIT else None)
        self._wire = self._imap = wire
        if server.tls is not Tls.STARTTLS:
            return
        # A server that greets us as signed in cannot be asked for TLS: a known way to keep a client in plain text.
        if "STARTTLS" not in wire.capabilities or wire.state != "NONAUTH":
            raise StarttlsWithheld(server.host, "STARTTLS")
        with guarded(server, "STARTTLS"):
            start_tls(wire, server, context)

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
        except BlockingIOError:
            return False
        except OSError as wants:
            if type(wants).__name__ in {"SSLWantReadError", "SSLWantWriteError"}:  # without loading ssl to ask
                return False
            raise
        finally:
            self._imap.sock.settimeout(self._server.timeout)
        return True

    def ring(self) -> None:
        """End the wait of the thread that owns this connection, now or when it next waits."""
        with suppress(OSError):
            self._bell.send(b"!")

    def cut(self) -> None:
        """Let whatever the owning thread is doing fail at once."""
        if self._wire is not None:
            with suppress(OSError):
                # Beneath TLS, whose state belongs to the other thread.
                socket.socket.shutdown(self._imap.sock, socket.SHUT_RDWR)
        self.ring()

    def close(self) -> None:
        """Close everything; harmless when done twice."""
        if self._wire is not None:
            with suppress(OSError):
                self._imap.shutdown()
            self._wire = None
        self._ears.close()
        self._bell.close()


def _context(server: Server) -> "ssl.SSLContext":
    import ssl  # late: a server on this machine may do without

    context = ssl.create_default_context(cafile=server.ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def encode_name(name: str) -> bytes:
    """Write a folder name in modified UTF-7 (RFC 3501 §5.1.3)."""
    if _AS_WRITTEN.match(name):
        return name.encode()
    from console.mail.imap import libraries  # late: most names are written as they are

    return libraries.encode_name(name)


def decode_name(name: bytes) -> str | None:
    """Read a folder name in modified UTF-7; `None` when it is none that would be written the same way again."""
    if name.isascii() and _AS_WRITTEN.match(name.decode()):
        return name.decode()
    from console.mail.imap import libraries

    try:
        read = libraries.decode_name(name)
        return read if libraries.encode_name(read) == name else None
    except (ValueError, LookupError):
        return None
