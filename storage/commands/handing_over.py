"""That whoever comes on has read what was handed over: an entry of the desk, undone as any."""

from datetime import datetime
from typing import Final

from sqlmodel import Session

from storage.commands.knowing.entries import keep_entry
from storage.events import Actor
from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField
from storage.kinds.handover import Handover

LONGEST: Final = 2_000
"""Letters of what the successor says to it."""


def acknowledge(session: Session, since: datetime, text: str = "", *, actor: Actor, now: datetime) -> int:
    """Write down that the acting agent read what was handed over; return the action's id.

    Args:
        session: of a writing transaction.
        since: from when on it told.
        text: what they say to it.
        actor: who comes on.
        now: the moment.

    Raises:
        BadField: the text is too long, or it begins after it ends (reason ``backwards``).
    """
    text = clean_line(text)
    if len(text) > LONGEST:
        raise BadField("handover", text[:40], "long_handover")
    if since > now:
        raise BadField("since", since.isoformat(), "backwards")
    return keep_entry(session, Handover(actor.agent_id, since, now, text), actor=actor, now=now)[1]
