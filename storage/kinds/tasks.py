"""What the desk is to do though nobody wrote: a task, as whoever begins one says it."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from storage.kinds.words import ConversationKind, Subject

DUTIES_LOOKED: Final = "duties_looked"
"""Under which name a store keeps when all that comes due was found to be on record."""


def looked_at(event_id: int, day: date) -> str:
    """Return what is kept there: up to which event, and on which day here."""
    return f"{event_id} {day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Task:
    """Something to do.

    Attributes:
        title: in one line, the conversation's subject.
        text: more of it; empty where the title says all.
        subject, subject_id: about whom; `None` where nobody is meant.
        due: until when it is out of sight; `None` shows it at once.
        assignee_id: whose it is; `None` for nobody's.
        key: by which it is known: a task is begun once for each, whoever begins it; empty for one by hand.
    """

    title: str
    text: str = ""
    subject: Subject | None = None
    subject_id: int | None = None
    due: datetime | None = None
    assignee_id: int | None = None
    kind: ConversationKind = ConversationKind.TASK
    key: str = ""
