"""The words of the desk: every enum, stored as its word, and the plain shapes that all floors share."""

from storage.kinds.words import (
    SETTLED,
    Automatic,
    Cause,
    Channel,
    ConversationKind,
    Direction,
    Evidence,
    Ignored,
    LinkReason,
    PersonKind,
    Priority,
    QuarantineReason,
    Special,
    Status,
    Tier,
    WantedChange,
)

__all__ = [
    "SETTLED",
    "Automatic",
    "Cause",
    "Channel",
    "ConversationKind",
    "Direction",
    "Evidence",
    "Ignored",
    "LinkReason",
    "PersonKind",
    "Priority",
    "QuarantineReason",
    "Special",
    "Status",
    "Tier",
    "WantedChange",
]
