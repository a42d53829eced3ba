"""What the composer leaves behind; a room of its own, so that the first frame does without the composer."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Leaving:
    """What the composer leaves behind: an answer that is queued, or a note that is kept when nothing leaves.

    Attributes:
        leaves_at: until when it can be taken back; `None` for a note.
        settles: the conversation waits for nobody here any more: the agent goes on with the next one.
    """

    conversation_id: int
    leaves_at: datetime | None
    settles: bool = False
