"""What an address lets one guess of its account: a name, and servers by the names that most providers give them."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from console.config.accounts import Account
from console.config.servers import IMPLICIT_PORT, SUBMISSIONS_PORT, Server, default_tls
from storage.kinds.clean import folded

_LONGEST: Final = 64  # signs of an account's name


@dataclass(frozen=True, slots=True)
class Guess:
    """What an account is likely to be; every part may be empty.

    Attributes:
        name: by which the desk knows it: what stands before the @, else the domain's first word.
        imap, smtp: ``HOST:PORT``.
    """

    name: str = ""
    imap: str = ""
    smtp: str = ""


def guess(address: str, known: Iterable[Account] = ()) -> Guess:
    """Guess an account from its address; nobody is asked, so it may be wrong and is tried before it is kept.

    Args:
        address: as typed so far.
        known: the accounts there are: one of the same domain knows the servers, and names are not taken twice.
    """
    local, _at, domain = address.strip().lower().partition("@")
    if not local or "." not in domain.strip("."):
        return Guess(_named(local))
    known = tuple(known)
    taken = {account.variable_name for account in known}
    names = (_named(local), _named(domain.split(".")[0]), _named(f"{local}-{domain}"))
    name = next((one for one in names if one and _variable(one) not in taken), "")
    for account in known:
        if account.address.endswith(f"@{domain}"):
            return Guess(name, str(account.imap), str(account.smtp) if account.smtp else "")
    try:
        imap = Server.read(f"imap.{domain}", port=IMPLICIT_PORT)
        smtp = Server.read(f"smtp.{domain}", port=SUBMISSIONS_PORT)
    except ValueError:
        return Guess(name)
    return Guess(name, str(imap), str(smtp))


def guess_tls(server: str, *, port: int) -> str:
    """Return how a server is spoken to by its port; empty for what is no server.

    Args:
        server: ``HOST:PORT`` or ``HOST``.
        port: what holds when none is given.
    """
    try:
        return default_tls(Server.read(server.strip(), port=port))
    except ValueError:
        return ""


def _named(words: str) -> str:
    return re.sub(r"[^a-z0-9._-]+", "-", folded(words)).strip("._-")[:_LONGEST]


def _variable(name: str) -> str:
    return re.sub(r"[^A-Z0-9]", "_", name.upper())
