"""What mail says to a program beside its words: invitations, delivery reports and receipts, as plain data."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from storage.kinds.mail import Correspondent

When = datetime | date | None
"""A moment in UTC, a whole day, or a time of the clock whose zone nobody knows: a naive `datetime`."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who was asked to come.

    Attributes:
        answer: of RFC 5545 §3.2.12 in lower case: ``accepted``, ``declined``, ``tentative``, ``needs-action``, ….
    """

    name: str
    address: str
    answer: str


@dataclass(frozen=True, slots=True)
class Invitation:
    """A meeting that somebody asks for, moves, calls off or answers (RFC 5545, RFC 5546).

    Attributes:
        method: ``request``, ``cancel``, ``reply``, ``counter``, ``publish``, …; empty when the mail gives none.
        starts, ends: `ends` is the last day of a meeting of whole days, not the one after it.
        zone: the name of the zone it was written in; empty for UTC and for none.
        repeats: ``daily``, ``weekly``, ``monthly``, ``yearly``; empty when it happens once.
        attendees: of an answer those who answer.
    """

    method: str
    summary: str
    location: str
    starts: When
    ends: When
    zone: str
    organizer: Correspondent
    attendees: tuple[Attendee, ...]
    repeats: str
    cancelled: bool
    kind: str = "invitation"


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a mail for one recipient (RFC 3464).

    Attributes:
        recipient: the address it was for.
        action: ``failed``, ``delayed``, ``delivered``, ``relayed`` or ``expanded``.
        status: the code of RFC 3463, such as ``5.1.1``; empty when there is none.
        said: what the server said in words.
        server: which one said it.
        retry_until: until when it is tried again, in UTC; `None` when it is not, or nobody says.
    """

    recipient: str
    action: str
    status: str
    said: str
    server: str
    retry_until: datetime | None
    kind: str = "delivery"

    @property
    def for_good(self) -> bool:
        """Whether it will not be tried again: ``failed`` is final, whatever its code (RFC 3464 §2.3.3)."""
        return self.action == "failed"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a recipient's program did with a mail (RFC 8098).

    Attributes:
        recipient: the address it was for.
        did: ``displayed``, ``deleted``, ``dispatched``, ``processed``, ….
        by_hand: whether a person let the receipt be sent.
    """

    recipient: str
    did: str
    by_hand: bool
    kind: str = "receipt"


Notice = Invitation | Delivery | Receipt


def kept(notice: Notice) -> dict[str, Any]:
    """Return a notice as JSON can hold it."""
    return {name: _written(value) for name, value in asdict(notice).items()}


def read_kept(value: Mapping[str, Any]) -> Notice:
    """Return the notice that `kept` wrote."""
    match value["kind"]:
        case "delivery":
            given = {**value, "retry_until": _when(value["retry_until"])}
            return Delivery(**given)
        case "receipt":
            return Receipt(**value)
        case _:
            return Invitation(
                **{
                    **value,
                    "starts": _when(value["starts"]),
                    "ends": _when(value["ends"]),
                    "organizer": Correspondent(**value["organizer"]),
                    "attendees": tuple(Attendee(**one) for one in value["attendees"]),
                }
            )


def _written(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


def _when(value: str | None) -> Any:
    if value is None:
        return None
    return datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
