"""How long a message may take: for smtplib only silence counts, and a byte now and then holds it for ever."""

import io
import smtplib
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

_PIECE = 65_536  # bytes; each has the whole time that silence may take, as a slow line needs for a large attachment
_LONGEST_ANSWER = 1_000_000  # bytes; smtplib gathers the lines of an answer until memory ends


@dataclass(frozen=True, slots=True)
class Limits:
    """How many seconds each part of a dialogue may take in all, however busily the server talks (RFC 5321, 4.5.3.2).

    Attributes:
        greeting: from the connection to the end of the sign-in.
        envelope: from MAIL FROM until DATA is answered.
        body: until the message has gone out.
        answer: from the final dot until the server has answered; silence may last as long here alone, since who gives
            up does not know whether the message was taken.
    """

    greeting: float = 120.0
    envelope: float = 300.0
    body: float = 600.0
    answer: float = 600.0


class Patient(smtplib.SMTP):
    """An SMTP connection in which everything is over by a moment that can be set.

    Args:
        host, port: where to.
        here: what we call ourselves.
        limits: how long the greeting may take.
        silence: seconds without a byte after which the connection counts as lost.
        tls: what smtplib takes beside for TLS.
    """

    def __init__(self, host: str, port: int, here: str, *, limits: Limits, silence: float, **tls: Any) -> None:
        self._answer = 0
        self.allow(limits.greeting, silence=silence)
        super().__init__(host, port, here, timeout=silence, **tls)
        if self.sock is not None:
            with suppress(OSError):  # the server may be gone already; the next read says so
                _tune(self.sock, silence)

    def allow(self, seconds: float, *, silence: float) -> None:
        """Let everything from now on take so many seconds in all, and `silence` without a byte."""
        self._silence = silence
        self._ends_at = time.monotonic() + seconds

    def getreply(self) -> tuple[int, bytes]:
        """Read an answer, however many lines it has within reason."""
        self._answer = 0
        if self.sock is not None and self.file is None:
            self.file = io.BufferedReader(_Timed(self, self.sock))
        return super().getreply()

    def send(self, s: Any) -> None:
        """Send in pieces, each with a timeout of its own: that of a whole `sendall` would cut a slow line off."""
        data = memoryview(s.encode(self.command_encoding) if isinstance(s, str) else s)
        for start in range(0, len(data), _PIECE):
            if self.sock is not None:
                try:
                    self.wait(self.sock)
                except TimeoutError as late:
                    self.close()
                    raise smtplib.SMTPServerDisconnected(str(late)) from None
            super().send(data[start : start + _PIECE])

    def wait(self, sock: socket.socket) -> None:
        """Give the next call on the socket the time that is left.

        Raises:
            TimeoutError: none is left.
        """
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise TimeoutError("took too long")
        timeout = min(self._silence, left)
        if sock.gettimeout() != timeout:  # to set it costs a call of the system
            sock.settimeout(timeout)

    def read(self, sock: socket.socket, buffer: Any) -> int:
        """Read a piece of an answer.

        Raises:
            OSError: the time is over, the connection is lost, or the answer has no end.
        """
        self.wait(sock)
        count = sock.recv_into(buffer)
        self._answer += count
        if self._answer > _LONGEST_ANSWER:
            raise OSError("said too much")
        return count


class PatientTls(Patient, smtplib.SMTP_SSL):
    """The same under TLS from the first byte."""


def _tune(sock: socket.socket, silence: float) -> None:
    """Let small writes go at once, and the system find out in twice `silence` or so that nobody is there any more.

    The dot is a small write: held back until the body before it is acknowledged it takes 40 ms, so that 20 messages a
    second leave instead of hundreds. A server that is there, but slow, has its minutes.
    """
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    seconds = max(1, int(silence))
    for name, value in (("TCP_KEEPIDLE", seconds), ("TCP_KEEPINTVL", seconds), ("TCP_USER_TIMEOUT", seconds * 1000)):
        if (option := getattr(socket, name, None)) is not None:  # not every system has them all
            sock.setsockopt(socket.IPPROTO_TCP, option, value)


class _Timed(io.RawIOBase):
    """A socket as a file, of which each piece is read in the time that is left."""

    def __init__(self, smtp: Patient, sock: socket.socket) -> None:
        super().__init__()
        self._smtp, self._sock = smtp, sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._smtp.read(self._sock, buffer)
