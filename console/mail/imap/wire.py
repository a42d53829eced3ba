"""Bytes to and from a server through a buffer of ours, under TLS or not, with every length bounded.

imaplib reads literals before asking how long they are, and lines of a million bytes at most; so both roads to a
connection read through this: that of the libraries (`libraries.py`), and the light one here, for a look at news, whose
time would go into loading them.
"""

import socket
from typing import TYPE_CHECKING

from console.mail.imap.answers import LITERAL_MOST, TOO_LONG, AnswerBroken, Data, Status, read_answer, small

if TYPE_CHECKING:
    import ssl

LINE_MOST = 64 * 1024 * 1024
"""A SEARCH over five million messages is one line of 50 MB; nothing honest is longer."""
CHUNK = 262_144
_GREETINGS_MOST = 100  # answers heard until a greeting and its capabilities are complete


class Wire:
    """A socket and the bytes that came ahead."""

    sock: socket.socket

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._at = 0
        self._buffer_of: socket.socket | None = None

    def _own_buffer(self) -> None:
        if self.sock is not self._buffer_of:  # the first use, or STARTTLS has just put TLS over it
            if self._at < len(self._buffer):
                raise AnswerBroken("plain text sent ahead of TLS")
            self._buffer_of = self.sock

    def pending(self) -> bool:
        """Say whether there is something to read that the operating system no longer knows of."""
        self._own_buffer()
        return self._at < len(self._buffer) or getattr(self.sock, "pending", _nothing)() > 0

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
        """Return the next line with its end."""
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
            raise AnswerBroken(TOO_LONG)
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


def _nothing() -> int:
    return 0


def connected(host: str, port: int, context: "ssl.SSLContext | None", timeout: float | None) -> socket.socket:
    """Return a connection, under TLS where there is a context."""
    sock = socket.create_connection((host, port), timeout)
    try:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        return context.wrap_socket(sock, server_hostname=host) if context else sock
    except BaseException:
        sock.close()
        raise


class LightWire(Wire):
    """A connection that has heard the greeting, without a library.

    Attributes:
        state: ``AUTH`` when the server greeted us as signed in already, else ``NONAUTH``.
        capabilities: as the server said them.
    """

    def __init__(self, host: str, port: int, context: "ssl.SSLContext | None", timeout: float) -> None:
        super().__init__()
        self.sock = connected(host, port, context, timeout)
        try:
            self._greet()
        except BaseException:
            self.shutdown()
            raise

    def _greet(self) -> None:
        greeting = read_answer(self, small)
        if not isinstance(greeting, Status) or greeting.tag:
            raise AnswerBroken("no greeting")
        if greeting.word not in {"OK", "PREAUTH"}:
            raise ConnectionError(greeting.text)
        self.state = "AUTH" if greeting.word == "PREAUTH" else "NONAUTH"
        said = greeting.argument if greeting.code == "CAPABILITY" else None
        self.capabilities = tuple((self._ask() if said is None else said).upper().split())
        if "IMAP4REV1" not in self.capabilities:
            raise ConnectionError("the server speaks no IMAP4rev1")

    def _ask(self) -> str:
        """Ask for the capabilities, which most servers put into their greeting."""
        self.sock.sendall(b"L1 CAPABILITY\r\n")
        said = ""
        for _ in range(_GREETINGS_MOST):
            match read_answer(self, small):
                case Data(name="CAPABILITY", pieces=pieces):
                    said = pieces[0].decode("latin-1")
                case Status(tag="L1", word="OK"):
                    return said
                case Status(tag=tag, word=word, text=text) if tag or word == "BYE":
                    raise ConnectionError(text)
        raise AnswerBroken("no end to its capabilities")

    def line(self) -> bytes:
        """Return the next line, as a `Source` of answers."""
        return self.readline()

    def shutdown(self) -> None:
        """Close the connection."""
        self.sock.close()
