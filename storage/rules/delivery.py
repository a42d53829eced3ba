"""How far a message is as a whole, and when it is tried again; pure."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Final

from storage.kinds import Delivery

GIVE_UP_AFTER: Final = timedelta(days=2)
"""How long a recipient is tried whose server asks for another time: servers take four to five days and warn before
(RFC 5321 §4.5.4.1), an agent wants to know sooner."""

NOBODY: Final = frozenset({Delivery.FAILED, Delivery.CANCELLED})
"""Where all recipients stand of a message that reached nobody, so that it is no answer."""

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


def is_given_up(queued_at: datetime, attempts: int, now: datetime) -> bool:
    """Say whether a recipient is given up whose server asks for another time once more.

    Not before it has been tried so often that the pauses grow no longer: a message may have been held for days, or
    nobody at work to send it.

    Args:
        queued_at: when the message was.
        attempts: tries in vain before this one, since an agent let it leave.
        now: the moment.
    """
    return now - queued_at > GIVE_UP_AFTER and attempts >= len(_PAUSES)


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many tries in vain."""
    return timedelta(seconds=_PAUSES[min(max(attempts, 1), len(_PAUSES)) - 1])


def next_look(tries: int, since: datetime) -> datetime | None:
    """Return when a copy is looked for again, after so many looks; `None` when it is for the agent to decide."""
    return since + LOOKS[tries - 1] if 0 < tries <= len(LOOKS) else None
