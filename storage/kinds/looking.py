"""What an agent saw of a customer when they looked, and what is new since."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Seen:
    """What stood there when somebody looked.

    Attributes:
        event, message, entry: the newest numbers there were.
        fields: by ``person.role`` or ``organization.plan``, a short digest of what it said: enough to see a change, and
            no second copy of what is known of a person.
    """

    event: int
    message: int
    entry: int
    fields: Mapping[str, str]

    def written(self) -> dict[str, Any]:
        """Return it as rows keep it."""
        return {"event": self.event, "message": self.message, "entry": self.entry, "fields": dict(self.fields)}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Seen":
        """Return what `written` gave."""
        return cls(kept["event"], kept["message"], kept["entry"], dict(kept["fields"]))


@dataclass(frozen=True, slots=True)
class Looks:
    """When an agent looked at a customer, and what they saw: last, and in the visit before that.

    Attributes:
        before_at, before: `None` where there was no other visit.
    """

    at: datetime
    seen: Seen
    before_at: datetime | None = None
    before: Seen | None = None


@dataclass(frozen=True, slots=True)
class News:
    """What is new of a customer since an agent last looked, what they did themselves apart.

    Attributes:
        since: when that was.
        messages: those that came into the conversation; `elsewhere` those that the customer wrote in others, counted up
            to 1000.
        event_ids: what others decided about the conversation, of the events that it has.
        fields: the profile's that say something else, then the organization's, by their names.
        notes: those written since; `promises` those given.
    """

    since: datetime
    messages: int = 0
    elsewhere: int = 0
    event_ids: tuple[int, ...] = ()
    fields: tuple[str, ...] = ()
    notes: int = 0
    promises: int = 0

    def __bool__(self) -> bool:
        """Say whether there is any."""
        return bool(self.messages or self.elsewhere or self.event_ids or self.fields or self.notes or self.promises)
