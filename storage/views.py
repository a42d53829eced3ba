"""What queries give back: frozen pictures of the record, ready to be drawn or printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from storage.kinds import (
    Automatic,
    Channel,
    ConversationKind,
    Direction,
    Evidence,
    LinkReason,
    PersonKind,
    Priority,
    QuarantineReason,
    Special,
    Status,
    Tier,
)
from storage.kinds.clocks import BreachView, ClockView
from storage.kinds.filing import Conditions, Deeds
from storage.kinds.handoffs import NOT_HANDED, Handed
from storage.kinds.ideals import FitView
from storage.kinds.journey import Fares
from storage.kinds.looking import News
from storage.kinds.mail import Attachment, Correspondent, Original
from storage.kinds.notices import Notice
from storage.kinds.outbox import DeliveryView
from storage.kinds.personas import NO_PERSONA, PersonaView
from storage.kinds.playbooks import NO_MODELS, ModelsView
from storage.kinds.policies import Metric
from storage.kinds.promises import PromiseView


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One line of the queue.

    Attributes:
        place: the row's key in the queue's order, opaque; windows are read after or before it.
        customer: the customer's name, else the address, else empty when erased.
        waiting_since: when the oldest unanswered message came in; `None` when nothing waits for us.
        unread: whether this agent has not seen the newest message.
        due_at: the earliest deadline of a clock that runs, past or to come; `warn_at` when it warns, `due_metric`
            which clock it is. `None` where none runs.
        bouncing: whether it crossed one border between tiers twice.
        promised: whether its customer was promised something that is open.
        offered: whether it was handed on, and waits to be accepted.
    """

    conversation_id: int
    place: tuple[int, int, int]
    status: Status
    tier: Tier
    priority: Priority
    subject: str
    customer: str
    organization: str
    mailbox: str
    assignee_id: int | None
    assignee: str
    waiting_since: datetime | None
    last_message_at: datetime
    snoozed_until: datetime | None
    message_count: int
    tags: tuple[str, ...]
    unread: bool
    due_at: datetime | None = None
    warn_at: datetime | None = None
    due_metric: Metric | None = None
    bouncing: bool = False
    promised: bool = False
    offered: bool = False


@dataclass(frozen=True, slots=True)
class QueueWindow:
    """A run of rows out of a queue, and where it lies.

    Attributes:
        rows: in the queue's order.
        before, after: whether the queue goes on above and below.
        position: rows above the first one, exact up to 999; `None` when it was not counted.
        total: rows in the queue, counted up to 1000 (then shown as 999+).
    """

    rows: tuple[QueueRow, ...]
    before: bool
    after: bool
    position: int | None
    total: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """One message of a conversation.

    Attributes:
        author: name and address as the message gives them; empty when erased.
        arrived_at: when the server got it (UTC); `dated_at` is what the sender's clock claims.
        text: the whole readable text; `reply_text` the same without quotes and signature.
        evidence: which rule put it here; `marked` when its sender takes no part in the conversation.
        handled: whether it needs no answer any more.
        notices: what invitations, delivery reports and receipts in it say.
        delivery: how far a message of ours is that was sent from here; `None` for any other.
        channel: how it reached the desk, or left it; `minutes` of a call.
        erased_at: when all that it said was erased; `None` while it says it.
    """

    message_id: int
    direction: Direction
    author: Correspondent
    to: tuple[Correspondent, ...]
    cc: tuple[Correspondent, ...]
    subject: str
    arrived_at: datetime
    dated_at: datetime | None
    text: str
    reply_text: str
    attachments: tuple[Attachment, ...]
    original: Original | None
    automatic: Automatic
    specials: frozenset[Special]
    links: tuple[str, ...]
    evidence: Evidence
    through_id: int | None
    marked: bool
    handled: bool
    mailbox: str
    notices: tuple[Notice, ...] = ()
    delivery: DeliveryView | None = None
    channel: Channel = Channel.EMAIL
    minutes: int | None = None
    erased_at: datetime | None = None

    @property
    def is_mail(self) -> bool:
        """Whether it is mail: neither a note nor a call."""
        return self.channel is Channel.EMAIL and self.direction is not Direction.INTERNAL

    @property
    def answers(self) -> bool:
        """Whether the desk spoke with the customer in it: a call does, whoever rang."""
        return self.direction is Direction.OUTGOING or self.channel is Channel.PHONE


@dataclass(frozen=True, slots=True)
class EventView:
    """One fact of the log, as the timeline, the history and ``why`` show it.

    Attributes:
        kind: the fact's word, such as ``status_changed``.
        agent: who did it; empty for the desk itself.
        values: the fact's fields by name, personal ones included while they are not erased.
        undone: whether a later action took it back; `undoes` the action that this one took back.
    """

    event_id: int
    action_id: int
    kind: str
    agent: str
    conversation_id: int | None
    happened_at: datetime
    recorded_at: datetime
    values: dict[str, object]
    undone: bool
    undoes: int | None


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation as an agent reads it: where it stands, and its messages and events in the order of time.

    Attributes:
        due_at, warn_at, due_metric: as of `QueueRow`.
    """

    conversation_id: int
    subject: str
    status: Status
    tier: Tier
    channel: Channel
    kind: ConversationKind
    priority: Priority
    mailbox: str
    assignee_id: int | None
    assignee: str
    customer: str
    customer_address: str
    waiting_since: datetime | None
    snoozed_until: datetime | None
    tags: tuple[str, ...]
    joined_numbers: tuple[int, ...]
    linked: tuple[int, ...]
    messages: tuple[MessageView, ...]
    events: tuple[EventView, ...]
    due_at: datetime | None = None
    warn_at: datetime | None = None
    due_metric: Metric | None = None


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One message found.

    Attributes:
        snippet: the text around the first hit; `hits` are the (start, end) places of the words found in it.
    """

    message_id: int
    conversation_id: int
    subject: str
    author: Correspondent
    arrived_at: datetime
    direction: Direction
    status: Status
    mailbox: str
    snippet: str
    hits: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action of an agent, for ``history``: what one key press or command did."""

    action_id: int
    agent: str
    console: str
    recorded_at: datetime
    kinds: tuple[str, ...]
    conversation_ids: tuple[int, ...]
    fact_count: int
    undone: bool
    undoes: int | None

    @property
    def told_by(self) -> int:
        """The action that says what was done: an undo is told by what it took back."""
        return self.action_id if self.undoes is None else self.undoes


@dataclass(frozen=True, slots=True)
class MailboxView:
    """A mailbox, and how its sync stands.

    Attributes:
        state: ``ok``, ``syncing``, ``lost`` (retried), ``stopped`` (until the agent acts) or ``never``.
        trouble: the error's kind, empty when there is none; `since` when it began.
        words: the error as the sync said it, a clean sentence; empty when it said none.
        done, total: progress of a first sync in messages; equal when there is none to come.
    """

    mailbox_id: int
    name: str
    address: str
    group: str
    live_since: datetime | None
    state: str
    trouble: str
    words: str
    since: datetime | None
    synced_at: datetime | None
    done: int
    total: int


@dataclass(frozen=True, slots=True)
class QuarantineView:
    """A message that is kept as raw text only, and why."""

    raw_id: int
    mailbox: str
    reason: QuarantineReason
    size: int
    arrived_at: datetime
    digest: bytes


@dataclass(frozen=True, slots=True)
class OtherView:
    """Another conversation of the same customer, in one line.

    Attributes:
        waiting_since: when its oldest unanswered message came in; `None` when nothing waits for us.
    """

    conversation_id: int
    subject: str
    status: Status
    last_message_at: datetime
    waiting_since: datetime | None


@dataclass(frozen=True, slots=True)
class PartView:
    """Somebody beside the customer whom a conversation's messages name.

    Attributes:
        name: the name, else the address, else empty when erased.
        wrote: how many of the messages are theirs.
        stranger: they wrote without having taken part before, and are no recipient by default.
    """

    name: str
    wrote: int
    stranger: bool


@dataclass(frozen=True, slots=True)
class ContextView:
    """What stands beside a conversation: who the customer is, what they wrote, what else there is of theirs.

    Only what the record knows is here; what is not known is `None` or empty, and is said so or left out.

    Attributes:
        customer: the name; empty when there is none. `addresses` are the first few of `address_count`.
        fields: what the profile says that is of use while answering, by the field's name; what it does not say, the
            organization's says.
        pinned: the notes that were pinned to the customer, then to the organization.
        person_id, organization_id: whose they are; `None` where there is none.
        news: what is new since the agent last looked; `None` for whoever never did, or where nobody looks.
        promised: what was promised to the customer and is open, what is due first before what is due later.
        known: whether there is a customer at all; `erased` whether name and addresses were erased.
        since: when their first message came in; `None` when they never wrote.
        wrote: messages of theirs in all conversations, counted up to 1000; `wrote_here` those of this one.
        wrote_at: when they wrote here last.
        waiting_since: when the oldest message came in that waits for an answer.
        asked_at: when the first message of a person came in; `answered_at` when one of us first answered it.
        answers: messages of ours here, machines' apart.
        last_at: when the last message of a person came or went; `ours_last` whether it is ours, `None` without one.
        languages: in which they write here, as the messages were read: the commonest first.
        beside: other open conversations of theirs, the most urgent first, out of `beside_count`, counted up to 1000.
        before: settled ones and spam, the newest first, out of `before_count`, counted up to 1000.
        parts: who else takes part, who wrote first, out of `part_count`; of the newest 200 messages.
        persona: the customer's card, or who they may be.
        models: which touch and service model hold, and whose customer it is.
        fit: of what the desk wishes, that which their organization is most; `None` where it wishes nothing.
        handed: how it was handed on, and who is asked beside.
        fares: how the customer fares; `None` where nobody is known, or it was not asked for.
        clocks: how each clock of the conversation stands; none where the moment was not given.
        unexplained: deadlines that passed, and of which nobody has said why.
    """

    conversation_id: int
    status: Status
    tier: Tier
    assignee_id: int | None
    assignee: str
    mailbox: str
    known: bool
    erased: bool
    kind: PersonKind | None
    customer: str
    addresses: tuple[str, ...]
    address_count: int
    organization: str
    fields: Mapping[str, str]
    pinned: tuple[str, ...]
    promised: tuple[PromiseView, ...]
    since: datetime | None
    wrote: int
    wrote_here: int
    wrote_at: datetime | None
    waiting_since: datetime | None
    snoozed_until: datetime | None
    asked_at: datetime | None
    answered_at: datetime | None
    answers: int
    last_at: datetime | None
    ours_last: bool | None
    message_count: int
    languages: tuple[str, ...]
    beside: tuple[OtherView, ...]
    beside_count: int
    before: tuple[OtherView, ...]
    before_count: int
    parts: tuple[PartView, ...]
    part_count: int
    tags: tuple[str, ...]
    linked: tuple[int, ...]
    joined: tuple[int, ...]
    persona: PersonaView = NO_PERSONA
    person_id: int | None = None
    organization_id: int | None = None
    news: News | None = None
    models: ModelsView = NO_MODELS
    fit: FitView | None = None
    fares: Fares | None = None
    clocks: tuple[ClockView, ...] = ()
    handed: Handed = NOT_HANDED
    unexplained: int = 0


@dataclass(frozen=True, slots=True)
class SavedView:
    """A query that an agent, or everybody, keeps under a name.

    Attributes:
        key: the number key that shows it; empty when there are more views than keys.
        shared: whether everybody has it.
        place: where it stands among the others; from 1 to 9 the key that it wants.
    """

    view_id: int
    key: str
    name: str
    query: str
    shared: bool
    place: int


@dataclass(frozen=True, slots=True)
class Through:
    """The message by which another one was threaded."""

    message_id: int
    conversation_id: int | None
    author: Correspondent
    subject: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class RuledBy:
    """A rule that met a message as it arrived.

    Attributes:
        name: the rule's, as it was then; empty when it was erased.
        did: what it did: ``tag``, ``assign``, ``spam``, ``ignore``; empty when all was left to others' decisions.
    """

    rule_id: int
    name: str
    did: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Threaded:
    """How one message came to stand where it stands.

    Attributes:
        evidence: the rule that holds today, `through` the message by which.
        marked: its sender took no part in the conversation before.
        cites: the Message-IDs of In-Reply-To and References, as the message gives them.
        facts: what was recorded of its place, oldest first: joined, merged, split, moved.
        rules: the rules that met it, in their order.
    """

    message_id: int
    header_id: str
    author: Correspondent
    subject: str
    direction: Direction
    arrived_at: datetime
    evidence: Evidence | None
    through: Through | None
    marked: bool
    cites: tuple[str, ...]
    facts: tuple[EventView, ...]
    rules: tuple[RuledBy, ...] = ()


@dataclass(frozen=True, slots=True)
class Linked:
    """Another conversation that belongs to this one.

    Attributes:
        came_of: this conversation came of the other; else the other came of this one.
    """

    conversation_id: int
    reason: LinkReason
    came_of: bool


@dataclass(frozen=True, slots=True)
class WithVendor:
    """A stretch in which a conversation was on hold at N3 (DOMAIN §2).

    Attributes:
        ends: `None` while it is there.
        spent: how long that was, or is by now.
    """

    starts: datetime
    ends: datetime | None
    spent: timedelta


@dataclass(frozen=True, slots=True)
class Why:
    """Why a conversation is as it is: how it was threaded, and how its clocks stand.

    Attributes:
        joined_numbers: the numbers that were joined into it.
        parted_from: conversations that an agent told apart from it for good.
        models: which touch and service model hold, and which rule picked them.
        clocks: every clock, interval by interval; none where the moment was not given.
        breaches: those that were recorded, the last one first.
        vendor: when it was on hold at N3, which is a vendor's time.
    """

    conversation_id: int
    joined_numbers: tuple[int, ...]
    messages: tuple[Threaded, ...]
    links: tuple[Linked, ...]
    parted_from: tuple[int, ...]
    models: ModelsView = NO_MODELS
    clocks: tuple[ClockView, ...] = ()
    breaches: tuple[BreachView, ...] = ()
    vendor: tuple[WithVendor, ...] = ()


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule of the desk.

    Attributes:
        name: empty when it was erased, as the conditions are then.
        assignee: the name of the agent who gets what it meets.
        valid_until: since when it does not act any more; `None` while it stands.
    """

    rule_id: int
    name: str
    conditions: Conditions
    deeds: Deeds
    assignee: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Met:
    """A message that a rule would have met."""

    message_id: int
    conversation_id: int
    author: Correspondent
    subject: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have met.

    Attributes:
        count: how many messages; `looked_at` among how many that came in.
        first: the newest of them.
    """

    count: int
    looked_at: int
    first: tuple[Met, ...]
