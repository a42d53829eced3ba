"""By what erased mail and erased addresses are known again."""

from hashlib import sha256
from typing import Final

RAW: Final = b"raw"
"""The bytes of a delivery, by their digest."""
MESSAGE: Final = b"message"
"""What a message says, by its key: the same mail came in other bytes."""
SENT: Final = b"sent"
"""A message of ours, by its Message-ID: providers keep a copy in other bytes."""
ADDRESS: Final = b"address"
"""Who wrote, by mailbox group and address."""


def tombstone(salt: bytes, what: bytes, *parts: bytes) -> bytes:
    """Return the digest under which something that was erased is known again.

    Addresses can be guessed, so that a digest of theirs alone would tell who was erased to whoever has a list.

    Args:
        salt: the desk's own, which leaves it as little as the store does.
        what: of which sort it is.
        parts: what makes it this one.
    """
    digest = sha256(salt)
    for part in (what, *parts):
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
