"""How far a message is as a whole, and when it is tried again; pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from storage.kinds import Delivery

GIVE_UP_AFTER: Final = timedelta(days=2)
"""How long a recipient is tried whose server asks for another time: servers take four to five days and warn before
(RFC 5321 §4.5.4.1), an agent wants to know sooner."""

LOOKS: Final = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""When a copy is looked for among the sent mail again, after the first look at once."""

_PAUSES: Final = (30, 60, 120, 300, 600, 1200, 1800, 3600)  # seconds between two tries
_ORDER: Final = (
    Delivery.UNCERTAIN,
    Delivery.DATA_SENT,
    Delivery.SENDING,
    Delivery.QUEUED,
    Delivery.ACCEPTED,
    Delivery.FILED,
    Delivery.FAILED,
    Delivery.CANCELLED,
)


def summary(states: Collection[Delivery]) -> Delivery:
    """Return how far a message is whose recipients are so far: what is uncertain or under way before what is done.

    It failed, or was cancelled, only when that is so for everybody.
    """
    return min(states, key=_ORDER.index)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many tries in vain."""
    return timedelta(seconds=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])


def next_look(tries: int, since: datetime) -> datetime | None:
    """Return when a copy is looked for again, after so many looks; `None` when it is for the agent to decide."""
    return since + LOOKS[tries - 1] if 0 < tries <= len(LOOKS) else None
