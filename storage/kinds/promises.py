"""What an agent promised a customer: in words, until when, and whether it was kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from storage.kinds.words import EntryKind


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised.

    Attributes:
        text: one line.
        due: until when, aware.
        agent_id: who promised; `None` where the record does not know.
        conversation_id: where it was said; `None` outside of any.
        kept: whether it was kept; until then it is open.
    """

    text: str
    due: datetime
    agent_id: int | None = None
    conversation_id: int | None = None
    kept: bool = False

    kind = EntryKind.PROMISE

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it; what is open is found by when it is due."""
        due = self.due.astimezone(UTC).isoformat(timespec="seconds")
        given = {"text": self.text, "due": due, "agent": self.agent_id, "conversation": self.conversation_id}
        kept: dict[str, Any] = {"kept": True} if self.kept else {"name": due}
        return {**{word: value for word, value in given.items() if value is not None}, **kept}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Promise":
        """Return what `written` gave."""
        return cls(
            kept["text"],
            datetime.fromisoformat(kept["due"]),
            kept.get("agent"),
            kept.get("conversation"),
            bool(kept.get("kept", False)),
        )


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise as it is shown.

    Attributes:
        agent: the name of who promised; empty when it is not known.
        person_id, customer: to whom; the name, else an address.
    """

    entry_id: int
    text: str
    due: datetime
    agent: str
    conversation_id: int | None
    kept: bool
    person_id: int | None = None
    customer: str = ""
