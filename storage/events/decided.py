"""The facts of what agents decide, and of the rules that decide in their stead."""

from datetime import datetime
from typing import ClassVar, Literal

from storage.events.base import Fact, Personal
from storage.kinds import Cause, LinkReason, Status


class AgentJoined(Fact):
    """Somebody works at this desk from now on."""

    kind: Literal["agent_joined"] = "agent_joined"
    agent_id: int
    name: Personal[str | None] = None


class MailboxAdded(Fact):
    """A mailbox belongs to the desk from now on; its own addresses are nobody's personal data."""

    kind: Literal["mailbox_added"] = "mailbox_added"
    version: ClassVar[int] = 2
    mailbox_id: int
    name: str
    address: str
    aliases: tuple[str, ...]
    group: str
    live_since: datetime | None
    archive: str
    trash: str


class MailboxChanged(Fact):
    """A mailbox's settings as the configuration gives them have changed."""

    kind: Literal["mailbox_changed"] = "mailbox_changed"
    version: ClassVar[int] = 2
    mailbox_id: int
    address_before: str
    address: str
    aliases_before: tuple[str, ...]
    aliases: tuple[str, ...]
    archive_before: str
    archive: str
    trash_before: str
    trash: str


class StatusChanged(Fact):
    """A conversation went from one state to another."""

    kind: Literal["status_changed"] = "status_changed"
    conversation_id: int
    before: Status
    after: Status
    because: Cause = Cause.AGENT


class Assigned(Fact):
    """A conversation has another assignee, or none.

    Attributes:
        reason: why an agent takes one more than the limit of work in progress; empty where there was no need of any.
    """

    kind: Literal["assigned"] = "assigned"
    version: ClassVar[int] = 2
    conversation_id: int
    before: int | None
    after: int | None
    because: Cause = Cause.AGENT
    reason: Personal[str | None] = None


class Tagged(Fact):
    """Tags were put on a conversation or taken off: what changed, never the whole set."""

    kind: Literal["tagged"] = "tagged"
    conversation_id: int
    added: tuple[str, ...]
    removed: tuple[str, ...]


class Snoozed(Fact):
    """A conversation is out of sight until a time, or in sight again when `after` is `None`."""

    kind: Literal["snoozed"] = "snoozed"
    conversation_id: int
    before: datetime | None
    after: datetime | None
    because: Cause = Cause.AGENT


class Handled(Fact):
    r"""Messages of a conversation need no answer any more, or need one again; ``\Seen`` follows on the server."""

    kind: Literal["handled"] = "handled"
    conversation_id: int
    message_ids: tuple[int, ...]
    after: bool


class Linked(Fact):
    """Two conversations were linked, or parted again when `after` is false; they stay two."""

    kind: Literal["linked"] = "linked"
    conversation_id: int
    other_id: int
    reason: LinkReason
    after: bool
