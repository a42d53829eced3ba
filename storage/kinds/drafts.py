"""What is being written, as all floors see it: a draft, what goes with it, and who writes where now."""

from dataclasses import dataclass
from datetime import datetime

from storage.kinds.responses import Actions
from storage.kinds.words import Doing, DraftKind


@dataclass(frozen=True, slots=True)
class Attached:
    """Something that goes with a draft: a file of this machine, a part of a message, or what a response brought.

    Attributes:
        modified: of a file, in nanoseconds as the file system has it; 0 for a part of a message.
        path: of a file; empty for what the desk has itself.
        message_id, section: of a part; an empty section is the whole message.
        digest: hex, of a canned response's file, by which the store's content has its bytes; else empty.
    """

    name: str
    media_type: str
    size: int
    path: str = ""
    modified: int = 0
    message_id: int | None = None
    section: str = ""
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Inserted:
    """A canned response that went into a draft.

    Attributes:
        text: as it was inserted; whether it still stands so says whether it was edited.
        actions: what it does beside answering, once the draft is sent.
    """

    response_id: int
    text: str
    actions: Actions


@dataclass(frozen=True, slots=True)
class DraftView:
    """What an agent is writing, as far as it is written.

    Attributes:
        to, cc, bcc: the lines as they are typed.
        mailbox, address: from which it will be sent.
        seen_event_id: the newest event that the agent had seen.
        right: the keys of findings that the agent said to be right.
        writing_until: until when others see that it is being written; `None` when it is put aside.
        inserted: the canned responses that went into it, in their order.
        customer, about: of the conversation it belongs to, for lists: the customer's name, and the subject.
    """

    draft_id: int
    agent_id: int
    kind: DraftKind
    conversation_id: int | None
    message_id: int | None
    mailbox_id: int | None
    mailbox: str
    address: str
    to: str
    cc: str
    bcc: str
    subject: str
    body: str
    attachments: tuple[Attached, ...]
    seen_event_id: int
    right: frozenset[str]
    begun_at: datetime
    updated_at: datetime
    writing_until: datetime | None
    customer: str = ""
    about: str = ""
    inserted: tuple[Inserted, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """An agent who writes in a conversation now."""

    agent_id: int
    agent: str
    conversation_id: int
    since: datetime
    note: bool


@dataclass(frozen=True, slots=True)
class Present:
    """A colleague who has a conversation open.

    Attributes:
        at: when that was last said.
    """

    agent_id: int
    agent: str
    conversation_id: int
    doing: Doing
    at: datetime
