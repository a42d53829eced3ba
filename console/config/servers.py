"""Where servers answer and how a connection to them is kept from listeners; loads nothing that is slow."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from storage.kinds.clean import folded

IMPLICIT_PORT = 993
STARTTLS_PORT = 143
SUBMISSIONS_PORT = 465
SUBMISSION_PORTS = (587, 25)

_PORT = re.compile(r"[0-9]{1,5}")
_HOST = re.compile(r"[\w.:%-]{1,255}")


class Tls(StrEnum):
    """How a connection to a mail server is kept from listeners (RFC 8314)."""

    IMPLICIT = "implicit"
    STARTTLS = "starttls"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a server answers."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str, *, port: int) -> Self:
        """Read ``host:port`` or ``host``; an IPv6 address stands in brackets before a port.

        Args:
            text: as a person writes it.
            port: what holds when the text gives none.

        Raises:
            ValueError: it is not of that form.
        """
        host, _colon, number = text.rpartition(":")
        if not _colon or "]" in number or (":" in host and not host.startswith("[")):
            host, number = text, str(port)
        host = host.removeprefix("[").removesuffix("]")
        if not _HOST.fullmatch(host) or not _PORT.fullmatch(number) or not 0 < int(number) < 65536:
            raise ValueError(text)
        if ":" in host:
            from ipaddress import ip_address  # late: a look for news asks of few addresses

            ip_address(host)  # raises ValueError: nothing but an IPv6 address has colons
        return cls(host.lower(), int(number))

    def __str__(self) -> str:
        """Write it as it is read."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def loopback(self) -> bool:
        """Say whether it is this machine, so that nobody can listen on the way."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine."""
    if host in {"127.0.0.1", "::1", "localhost"}:
        return True
    from ipaddress import ip_address

    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def default_tls(server: Server) -> Tls:
    """Return how a server is spoken to when the configuration does not say: by its port, in plain never but at home."""
    if server.port in {IMPLICIT_PORT, SUBMISSIONS_PORT}:
        return Tls.IMPLICIT
    if server.port in {STARTTLS_PORT, *SUBMISSION_PORTS}:
        return Tls.STARTTLS
    return Tls.NONE if server.loopback else Tls.IMPLICIT


def variable_of(name: str) -> str:
    """Return an account's name as the end of an environment variable: A to Z, digits and _ only."""
    return re.sub(r"[^A-Z0-9]", "_", folded(name).upper())
