"""The facts of canned responses: what they say, and which answers they went into."""

from typing import Any, Literal

from storage.events.base import Fact, Personal


class ResponseKept(Fact):
    """A canned response is kept from now on, says something else from now on, or was taken away.

    Attributes:
        agent_before, agent: whose it was and is; `None` when it is the team's.
        stood, stands: whether it was there, and is.
        before, after: as `storage.kinds.responses.Canned` writes them; what is written for one customer may name
            that customer, hence personal.
    """

    kind: Literal["response_kept"] = "response_kept"
    response_id: int
    agent_before: int | None
    agent: int | None
    stood: bool
    stands: bool
    before: Personal[dict[str, Any] | None] = None
    after: Personal[dict[str, Any] | None] = None


class ResponseUsed(Fact):
    """An answer was made with a canned response, or counts as not made with it when `after` is false.

    Attributes:
        edited: whether its words were changed before they were sent.
        shortcode: as it was then.
    """

    kind: Literal["response_used"] = "response_used"
    conversation_id: int
    message_id: int
    response_id: int
    edited: bool
    after: bool = True
    shortcode: Personal[str | None] = None
