"""What an erasure would do, and what it did, for people and programs to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

_DIGITS = 9  # of a place: more is no number of anything that is listed


class Named(StrEnum):
    """What names somebody, and belongs to others or to the desk."""

    MESSAGE = "message"  # mail of others that names, mentions or quotes them
    UNREAD = "unread"  # a delivery that nobody could read
    DRAFT = "draft"  # what is being written to somebody else
    RULE = "rule"
    VIEW = "view"
    RESPONSE = "response"
    ORGANIZATION = "organization"  # called as they are
    ENTRY = "entry"  # a note, an asset or whatever else is kept of others, or of the desk
    FIELD = "field"  # of another profile


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """Where else somebody is named: for the agent to decide.

    Attributes:
        number: of the message, delivery, draft, rule, view, response, organization or entry; of a field that of whose
            profile it is.
        said: a subject or a name to know it by; of a field whose sort of profile it is and its name.
        conversation_id: of a message.
        quotes: their own words stand in it.
    """

    what: Named
    number: int
    said: str
    conversation_id: int | None = None
    quotes: bool = False


def chosen(elsewhere: Sequence[Elsewhere], text: str) -> list[Elsewhere] | None:
    """Return which of these a text means: ``keep`` none, ``erase`` all, or places from 1 on as in ``1,3-5``.

    `None` where it means none of that.
    """
    word = text.strip().lower()
    if word in {"keep", "erase"}:
        return list(elsewhere) if word == "erase" else []
    places: set[int] = set()
    for part in word.split(","):
        first, sign, last = part.partition("-")
        ends = first.strip(), (last if sign else first).strip()  # blanks within a number are none of ours
        if not all(one.isdecimal() and len(one) <= _DIGITS for one in ends):
            return None
        low, high = map(int, ends)
        if not 1 <= low <= high <= len(elsewhere):  # one that says nothing would leave for ever what was meant
            return None
        places.update(range(low, high + 1))
    return [one for place, one in enumerate(elsewhere, 1) if place in places]


@dataclass(frozen=True, slots=True)
class Survey:
    """What erasing a person would do.

    Attributes:
        person_ids: their number, and those that stand for them.
        name: by which they are called; the first address where they have none.
        names: what they are called and reached by, folded: what is looked for everywhere.
        addresses: of these what they are reached by.
        message_ids: theirs, ours to them, and what was written down about them.
        quarantined: all deliveries that could not be read, by number.
        size: bytes of all of these as they came.
        placed: on how many places of which mailbox's server they lie, by its name.
        unsettled: conversations in which an answer to them is on its way, or may have been sent.
        event_id: the log's end when all this was looked up; `facts` the events before it that tell of them.
        tagged: tags that hold a word of their name, which no erasure takes out of the log.
    """

    person_ids: tuple[int, ...]
    name: str
    names: tuple[str, ...]
    addresses: tuple[str, ...]
    message_ids: tuple[int, ...]
    quarantined: tuple[int, ...]
    conversations: int
    size: int
    oldest: datetime | None
    newest: datetime | None
    draft_ids: tuple[int, ...]
    facts: tuple[int, ...]
    event_id: int
    elsewhere: tuple[Elsewhere, ...]
    placed: dict[str, int]
    unsettled: tuple[int, ...]
    tagged: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was erased.

    Attributes:
        action_id: under which the log tells of it.
        elsewhere: how much of what names them elsewhere was erased as well; `kept` how much was left.
        asked: how many deletions on the servers are wanted from now on.
        head: the log's last digest, hexadecimal.
    """

    action_id: int
    person_ids: tuple[int, ...]
    messages: int
    deliveries: int
    facts: int
    drafts: int
    elsewhere: int
    kept: int
    asked: int
    head: str
