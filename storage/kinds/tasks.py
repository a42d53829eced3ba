"""What the desk is to do though nobody wrote: a task, as whoever begins one says it."""

from dataclasses import dataclass
from datetime import datetime

from storage.kinds.words import ConversationKind, Subject


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
