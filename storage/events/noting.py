"""The facts of what agents write down for the desk: notes, calls, and either of them taken out again."""

from typing import Literal

from storage.events.base import Fact
from storage.kinds import ConversationKind, Direction, Status


class WrittenDown(Fact):
    """An agent wrote something down: a message of the conversation that goes nowhere.

    Attributes:
        raw_digest: hex SHA-256 of its text as it is kept; `size` the number of its bytes.
        key: hex digest, as in `storage.models.Message`.
    """

    conversation_id: int
    message_id: int
    raw_id: int
    raw_digest: str
    size: int
    mailbox_id: int
    key: str


class Noted(WrittenDown):
    """An agent wrote a note."""

    kind: Literal["noted"] = "noted"


class Called(WrittenDown):
    """An agent spoke with somebody by telephone, and wrote down what was said; `happened_at` is when.

    Attributes:
        direction: who rang: the desk, or they.
        minutes: how long it took.
        person_id: the customer, where it was the customer who was spoken with.
    """

    kind: Literal["called"] = "called"
    direction: Direction
    minutes: int
    person_id: int | None


class Withdrawn(Fact):
    """A note or a call was taken out of its conversation, or stands in it again when `after` is true."""

    kind: Literal["withdrawn"] = "withdrawn"
    conversation_id: int
    message_id: int
    after: bool


class TaskBegun(WrittenDown):
    """A conversation began that nobody wrote for: something to do, said in its first message.

    Attributes:
        starts: where it stands.
        person_id, organization_id: about whom it is; `None` where nobody is meant.
        header_key: hex digest by which it is found again, so that the same is not begun twice; `None` by hand.
    """

    kind: Literal["task_begun"] = "task_begun"
    conversation_kind: ConversationKind
    starts: Status
    person_id: int | None
    organization_id: int | None
    header_key: str | None
