"""What the review of a draft looks at, and what it finds: frozen shapes that rules make and widgets draw."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, Literal

from storage.kinds.mail import Correspondent
from storage.kinds.promises import Commitment, PromiseView
from storage.kinds.words import DraftKind


class Severity(StrEnum):
    """How much a finding matters (LOOK §7)."""

    STOP = "stop"  # must be settled: mended, or said to be right
    LOOK = "look"  # may be right
    OK = "ok"


class Check(StrEnum):
    """What is looked at before an answer leaves."""

    NOTHING_WRITTEN = "nothing_written"
    NO_SUBJECT = "no_subject"
    NO_RECIPIENT = "no_recipient"
    BAD_ADDRESS = "bad_address"
    NEW_RECIPIENT = "new_recipient"
    DROPPED_RECIPIENT = "dropped_recipient"
    STRANGER = "stranger"  # wrote here without having taken part
    CUSTOMER_WROTE = "customer_wrote"
    COLLEAGUE_ANSWERED = "colleague_answered"
    COLLEAGUE_WRITES = "colleague_writes"
    PLACEHOLDER = "placeholder"
    ATTACHMENT_ABSENT = "attachment_absent"
    ATTACHMENT_GONE = "attachment_gone"
    ATTACHMENTS_LARGE = "attachments_large"
    SECRET = "secret"  # noqa: S105 - the name of a check
    OTHER_CUSTOMER = "other_customer"
    LANGUAGE = "language"
    PROMISE = "promise"  # the answer promises something
    PROMISED = "promised"  # which is written down with it
    OWED = "owed"  # something promised before is open
    KEEPS = "keeps"  # which is kept by this answer
    RECIPIENTS = "recipients"  # the one that says all is well with them


_ALIKE: Final = {
    Check.PROMISE: Check.PROMISE,
    Check.PROMISED: Check.PROMISE,
    Check.OWED: Check.OWED,
    Check.KEEPS: Check.OWED,
}
"""What stays the same finding when the agent takes it up."""

Field = Literal["to", "cc", "bcc", "subject", "body", "attachments"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a draft: a field, and the first sign and the one behind the last, counted from 0."""

    field: Field
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the review.

    Attributes:
        check: what was looked at.
        severity: how much it matters.
        what: the thing itself, such as the placeholder, the addresses or a colleague's name; of a language its code.
        at: when it happened, for what has a moment.
        place: where it stands in the draft, for what stands there.
        remedies: the names of the commands that settle it, the first one first.
        message_id: of the message that has not been seen.
        other: a second thing, such as the language that was expected or the number of another conversation; of what was
            promised before its number.
    """

    check: Check
    severity: Severity
    what: str = ""
    at: datetime | None = None
    place: Place | None = None
    remedies: tuple[str, ...] = ()
    message_id: int | None = None
    other: str = ""

    @property
    def key(self) -> str:
        """What stays the same as long as it is the same finding, so that it can be said to be right once."""
        if self.check in _ALIKE:
            return f"{_ALIKE[self.check]}:{self.other}"
        return f"{self.check}:{self.what}:{self.message_id or ''}"


@dataclass(frozen=True, slots=True)
class Written:
    """A draft as the review reads it.

    Attributes:
        to, cc, bcc: as they are written, one entry each.
        attachments: names of what goes with it.
        language: of the body, ``pt``, ``es``, ``en``, or empty when it cannot be told.
        promises: what it promises, as `storage.rules.promised` finds it.
        taken: which of them are written down when it is sent, by their sentences, as the agent wants them to be.
        keeps: the numbers of promises that are kept by it.
    """

    kind: DraftKind
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    bcc: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    attachments: tuple[str, ...] = ()
    language: str = ""
    promises: tuple[Commitment, ...] = ()
    taken: Mapping[str, Commitment] = field(default_factory=dict)
    keeps: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Unseen:
    """A message that came or went after the agent began to write.

    Attributes:
        who: the customer's name, or the colleague's.
        ours: whether a colleague wrote it.
    """

    message_id: int
    who: str
    at: datetime
    ours: bool = False


@dataclass(frozen=True, slots=True)
class Writes:
    """A colleague who writes to the same customer now."""

    agent: str
    since: datetime
    conversation_id: int


@dataclass(frozen=True, slots=True)
class ReviewFacts:
    """What is known when a draft is reviewed; nothing of it is looked up by the review itself.

    Attributes:
        expected: who would be answered by default: who wrote last, and with whom it was shared.
        known: every address that takes part in the conversation, own addresses apart.
        strangers: those of them that wrote without having taken part.
        own: the desk's own addresses.
        unseen: what came or went since the agent began.
        writing: colleagues who write to the same customer.
        others: addresses in the draft that belong to customers who take no part.
        language: in which the customer writes; empty when it cannot be told.
        gone: names of attachments that are not where they were, or not as they were.
        attached_bytes: the sum of what is attached.
        owed: what was promised the customer before, and is open; what is due first, first.
    """

    expected: tuple[Correspondent, ...] = ()
    known: frozenset[str] = frozenset()
    strangers: frozenset[str] = frozenset()
    own: frozenset[str] = frozenset()
    unseen: tuple[Unseen, ...] = ()
    writing: tuple[Writes, ...] = ()
    others: frozenset[str] = frozenset()
    language: str = ""
    gone: tuple[str, ...] = ()
    attached_bytes: int = 0
    owed: tuple[PromiseView, ...] = ()
