"""What a look for news needs of an account, and how to know it without the 70 ms that pydantic takes to load.

A file that was read with care is remembered by its digest, beside what it was read for; while it says the same to the
same reader, it is right, and the few values that a look needs are taken as they stand. A test holds them equal to
those of the careful road.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.config.servers import IMPLICIT_PORT, Server, Tls, default_tls

SIZE_LIMIT = 256 * 1024
"""The largest configuration file that is read, in bytes: a thousand accounts."""


@dataclass(frozen=True, slots=True, repr=False)
class Reached:
    """What a file says of an account, as far as a look for news asks; see `console.config.accounts.Account`."""

    name: str
    address: str
    aliases: tuple[str, ...]
    imap: Server
    user: str
    tls: Tls
    password_command: str | None
    folders: tuple[str, ...]
    sent: str | None
    archive: str | None
    trash: str | None


if TYPE_CHECKING:
    from console.config.accounts import Account

    Reach = Account | Reached
    """How to reach a mailbox, and which of its folders are kept."""


@dataclass(frozen=True, slots=True, repr=False)
class Remembered:
    """What a file says, if it was read with care before.

    Attributes:
        digest: of the file and of those who read it.
        language: of all words; `None` to ask the environment.
        store: the URL of the store; `None` for the usual place.
        accounts: the mailboxes, in the order of the file.
    """

    digest: bytes
    language: str | None
    store: str | None
    accounts: tuple[Reached, ...]


def read_remembered(file: Path) -> Remembered | None:
    """Read a file as one that is right; `None` when it cannot be, which the careful road puts into words."""
    try:
        with file.open("rb") as opened:
            raw = opened.read(SIZE_LIMIT + 1)
        content = tomllib.loads(raw.decode("utf-8-sig"))
        accounts = tuple(_reached(table) for table in content.get("account", ()))
        language, store = _text(content.get("language")), _text(content.get("store"))
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        return None
    return Remembered(_digest(raw), language, store, accounts)


def _text(value: object) -> str | None:
    if not isinstance(value, str | None):
        raise TypeError(value)
    return value


def digest_of(file: Path) -> bytes | None:
    """Return the digest by which a file is remembered; `None` when it cannot be read."""
    try:
        return _digest(file.read_bytes())
    except OSError:
        return None


def _digest(raw: bytes) -> bytes:
    """Digest a file together with the modules of this room, so that another version reads it with care once more."""
    found = sha256(raw)
    with os.scandir(Path(__file__).parent) as room:
        for entry in sorted((one for one in room if one.name.endswith(".py")), key=lambda one: one.name):
            stat = entry.stat()
            found.update(f"\0{entry.name} {stat.st_size} {stat.st_mtime_ns}".encode())
    return found.digest()


def _reached(table: Mapping[str, Any]) -> Reached:
    address = table["address"].lower()
    server = Server.read(table["imap"], port=IMPLICIT_PORT)
    return Reached(
        name=table["name"],
        address=address,
        aliases=tuple(one.lower() for one in table.get("aliases", ())),
        imap=server,
        user=table.get("user", address),
        tls=Tls(table["tls"]) if "tls" in table else default_tls(server),
        password_command=table.get("password_command"),
        folders=tuple(table.get("folders", ())),
        sent=table.get("sent"),
        archive=table.get("archive"),
        trash=table.get("trash"),
    )
