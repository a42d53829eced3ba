"""Where a mailbox is and how to sign in to it: everything that a session needs to open."""

from dataclasses import dataclass, field
from pathlib import Path

from console.config.servers import Tls, is_loopback

__all__ = ["Server", "Tls"]


@dataclass(frozen=True, slots=True)
class Server:
    """One mailbox on one IMAP server.

    Attributes:
        host, port: where it answers.
        tls: how the connection is protected.
        user: who signs in.
        password: kept out of `repr` and of every error.
        timeout: seconds without a byte after which the connection counts as lost.
        ca_file: certificates to trust instead of the system's, as for a server with a certificate of its own making.
        plain_by_name: the configuration itself asks for no TLS; without that, plain text is for loopback only.
        light: open the session without loading a library; STARTTLS is said by one in any case.
    """

    host: str
    port: int
    tls: Tls
    user: str
    password: str = field(repr=False)
    timeout: float = 30.0
    ca_file: Path | None = None
    plain_by_name: bool = False
    light: bool = False

    @property
    def loopback(self) -> bool:
        """Say whether it is this machine, so that nobody can listen on the way."""
        return is_loopback(self.host)

    @property
    def plain_allowed(self) -> bool:
        """Say whether this mailbox may be read without TLS."""
        return self.loopback or self.plain_by_name
