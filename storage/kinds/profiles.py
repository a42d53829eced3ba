"""What the fields of a profile are sorted by: the block in which one stands, and what it holds (DOMAIN §4)."""

from enum import StrEnum


class Block(StrEnum):
    """The four blocks of a profile."""

    WHO = "who"  # who they are
    OPINION = "opinion"  # what they think of us
    JOURNEY = "journey"  # where they are
    APPROACH = "approach"  # how they like to be approached


class Sort(StrEnum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    YES_NO = "yes_no"
    CHOICE = "choice"
    LANGUAGE = "language"
    ZONE = "zone"
    AGENT = "agent"
