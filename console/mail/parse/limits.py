"""The bounds of what is read, and the one error that says a message passed one of them."""

from dataclasses import dataclass

from storage.kinds import QuarantineReason


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a message is read; what passes a bound is kept as raw text only (DESIGN §8).

    Attributes:
        message: bytes of a whole message.
        header_lines: lines of the top header block, continuation lines included.
        header_bytes: bytes of the top header block.
        depth: how many multiparts and attached messages may stand inside one another.
        parts: how many parts a message may have, all levels together.
        recipients: addresses kept of each recipient header; the rest is dropped, not refused.
        text: characters of body text kept; the rest is dropped, not refused.
        subject: characters of a subject or a name kept.
        references: Message-IDs kept of each reference header, the last ones.
        links: numbered links kept of a message.
    """

    message: int = 50_000_000
    header_lines: int = 5_000
    header_bytes: int = 2_000_000
    depth: int = 50
    parts: int = 1_000
    recipients: int = 300
    text: int = 2_000_000
    subject: int = 1_000
    references: int = 200
    links: int = 2_000


LIMITS = Limits()


class Unreadable(Exception):
    """A message that cannot be read and is to be quarantined with its raw text.

    Args:
        reason: the word under which it is kept.
        detail: what passed which bound, in English, for the log.
    """

    def __init__(self, reason: QuarantineReason, detail: str) -> None:
        super().__init__(f"{reason.value}: {detail}")
        self.reason = reason
        self.detail = detail

    def __reduce__(self) -> tuple[type["Unreadable"], tuple[QuarantineReason, str]]:
        """Cross from a worker process to its parent with both values."""
        return type(self), (self.reason, self.detail)
