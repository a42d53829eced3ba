"""A password that a server refused, known again by a mark: whoever syncs again and again must not lock an account."""

import hashlib
import secrets
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from console.config.reaching import Reach

TRIED: Final = "tried"
"""Under what the mark stands in the trouble of a mailbox."""

_COST: Final = 1 << 14  # 16 MB and some 50 ms (RFC 7914): a password that was refused may be right elsewhere


def marked(account: "Reach", secret: str) -> str:
    """Return the mark of a password for this user at this server; the password cannot be read out of it."""
    salt = secrets.token_bytes(16)
    return f"{salt.hex()}:{_digest(account, secret, salt)}"


def is_marked(mark: str, account: "Reach", secret: str) -> bool:
    """Say whether a mark is that of this password for this user at this server."""
    salt, colon, digest = mark.partition(":")
    if not colon:
        return False
    try:
        known = _digest(account, secret, bytes.fromhex(salt))
    except ValueError:  # nothing that we wrote
        return False
    return secrets.compare_digest(known, digest)


def _digest(account: "Reach", secret: str, salt: bytes) -> str:
    said = "\0".join((account.user, str(account.imap), secret)).encode("utf-8", "surrogatepass")
    return hashlib.scrypt(said, salt=salt, n=_COST, r=8, p=1, dklen=16).hex()
