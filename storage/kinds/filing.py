"""What a desk's own rule says: which mail it meets, and what it does with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Conditions:
    """What mail must be for a rule to meet it: all that is given must hold.

    Text is met as whole words, one after the other, whatever case and accents they have, as the search finds them. With
    an @ in it, `sender` and `recipient` are an address, or a domain with all under it: ``@acme.example``.

    Attributes:
        sender, recipient, subject, list_id: text; empty when it does not matter.
        over, under: the size in bytes, at least the one, less than the other; `None` when it does not matter.
    """

    sender: str = ""
    recipient: str = ""
    subject: str = ""
    list_id: str = ""
    over: int | None = None
    under: int | None = None

    def written(self) -> dict[str, Any]:
        """Return what is given by its word, as facts and rows keep it."""
        return {word: value for word, value in zip(_WORDS, self._values(), strict=True) if value not in {None, ""}}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Conditions":
        """Return what `written` gave."""
        return cls(
            sender=kept.get("from", ""),
            recipient=kept.get("to", ""),
            subject=kept.get("subject", ""),
            list_id=kept.get("list", ""),
            over=kept.get("over"),
            under=kept.get("under"),
        )

    def _values(self) -> tuple[str | int | None, ...]:
        return (self.sender, self.recipient, self.subject, self.list_id, self.over, self.under)


_WORDS = ("from", "to", "subject", "list", "over", "under")


@dataclass(frozen=True, slots=True)
class Deeds:
    """What a rule does with mail that it meets.

    Attributes:
        tags: put on the conversation; a view shows what has its tag.
        assignee_id: who gets the conversation, if nobody has it.
        spam: the conversation is spam.
        ignores: the message is kept and asks for nothing; a conversation that begins with it is closed.
    """

    tags: tuple[str, ...] = ()
    assignee_id: int | None = None
    spam: bool = False
    ignores: bool = False
