"""A mailbox on the real Dovecot, and sessions with it, straight or through a proxy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from typing import Any

import pytest
from servers.dovecot import Dovecot
from servers.proxy import Faults, Proxy

from console.mail.imap.opening import open_session
from console.mail.imap.server import Server, Tls
from console.mail.imap.session import Session


def mail(number: int, text: str = "Olá") -> bytes:
    return (
        f"From: ana{number}@example.org\r\nMessage-ID: <m{number}@example.org>\r\n"
        f"Subject: assunto {number}\r\n\r\n{text}\r\n"
    ).encode()


@dataclass
class Box:
    """One user's mailbox and the ways to it."""

    dovecot: Dovecot
    user: str
    server: Server
    _stack: ExitStack
    _proxy: Callable[..., Proxy]

    def fill(self, count: int, folder: str = "INBOX", text: str = "Olá") -> list[int]:
        return self.dovecot.append(self.user, [mail(number, text) for number in range(1, count + 1)], folder)

    def session(self, **changes: Any) -> Session:
        return self._stack.enter_context(open_session(replace(self.server, **changes)))

    def inbox(self, **changes: Any) -> Session:
        session = self.session(**changes)
        session.select("INBOX")
        return session

    def through(self, faults: Faults, **changes: Any) -> tuple[Proxy, Server]:
        proxy = self._proxy(self.dovecot.port, faults)
        return proxy, replace(self.server, port=proxy.port, **changes)


@pytest.fixture
def light() -> bool:
    """Say which of the two roads to a connection a session goes; see `Server`. Some modules go both."""
    return False


@pytest.fixture
def box(dovecot: Dovecot, proxy: Callable[..., Proxy], *, light: bool) -> Iterator[Box]:
    user, password = dovecot.user("ana")
    server = Server("127.0.0.1", dovecot.port, Tls.NONE, user, password, timeout=20, ca_file=dovecot.certificate)
    server = replace(server, light=light)
    with ExitStack() as stack:
        yield Box(dovecot, user, server, stack, proxy)


@pytest.fixture
def without() -> Callable[..., Callable[[bytes], bytes]]:
    """Make a rewriting that hides capabilities."""

    def make(*words: bytes) -> Callable[[bytes], bytes]:
        def rewrite(line: bytes) -> bytes:
            if b"CAPABILITY" in line:
                for word in words:
                    line = line.replace(b" " + word + b" ", b" ").replace(b" " + word + b"]", b"]")
                    line = line.replace(b" " + word + b"\r", b"\r")
            return line

        return rewrite

    return make
