"""What an agent promised a customer: in words, until when, and whether it was kept."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from storage.kinds.words import EntryKind

_BROKEN: Final = "0"  # stands before the digits of every year


@dataclass(frozen=True, slots=True)
class Promise:
    """What was promised.

    Attributes:
        text: one line.
        due: until when, aware.
        agent_id: who promised; `None` where the record does not know.
        conversation_id: where it was said; `None` outside of any.
        kept: whether it was kept; until then it is open.
        broken: whether its time passed before that, as the desk wrote down then.
    """

    text: str
    due: datetime
    agent_id: int | None = None
    conversation_id: int | None = None
    kept: bool = False
    broken: bool = False

    kind = EntryKind.PROMISE

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it; what is open is found by when it is due, what is broken first of all."""
        given = {
            "text": self.text,
            "due": found_by(self.due),
            "agent": self.agent_id,
            "conversation": self.conversation_id,
            "broken": self.broken or None,
        }
        name = f"{_BROKEN}{found_by(self.due)}" if self.broken else found_by(self.due)
        kept: dict[str, Any] = {"kept": True} if self.kept else {"name": name}
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
            bool(kept.get("broken", False)),
        )


def found_by(due: datetime) -> str:
    """Return by what an open promise is found; as text it stands in the order of the moments."""
    return due.astimezone(UTC).isoformat(timespec="seconds")


@dataclass(frozen=True, slots=True)
class PromiseView:
    """A promise as it is shown.

    Attributes:
        agent: the name of who promised; empty when it is not known.
        person_id, customer: to whom; the name, else an address.
        broken: whether its time passed before it was kept, as was written down then.
    """

    entry_id: int
    text: str
    due: datetime
    agent: str
    conversation_id: int | None
    kept: bool
    person_id: int | None = None
    customer: str = ""
    broken: bool = False


@dataclass(frozen=True, slots=True)
class Commitment:
    """A promise that an answer makes in its own words, as `storage.rules.promised` finds it.

    Attributes:
        text: the sentence, in one line.
        due: until when, aware.
        start, end: where the sentence stands in the answer.
    """

    text: str
    due: datetime
    start: int = 0
    end: int = 0
