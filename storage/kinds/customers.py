"""What the screen of a customer is given: frozen pictures of who they are and of everything they ever had."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.kinds.entries import Asset
from storage.kinds.ideals import FitView
from storage.kinds.journey import JourneyView
from storage.kinds.looking import News
from storage.kinds.personas import NO_PERSONA, PersonaView
from storage.kinds.playbooks import NO_MODELS, ModelsView
from storage.kinds.profiles import Block
from storage.kinds.promises import PromiseView
from storage.kinds.words import AddressKind, Channel, Direction, PersonKind, Status


@dataclass(frozen=True, slots=True)
class FieldView:
    """A filled field of a profile.

    Attributes:
        label: what agents call a field of their own; empty for those that every desk has.
    """

    name: str
    label: str
    block: Block
    value: str


@dataclass(frozen=True, slots=True)
class ProfileView:
    """What a profile says.

    Attributes:
        fields: the filled ones, without the name, in the order in which they are laid down.
        filled, to_fill: of the fields that every desk has.
        gaps: which of those are empty.
    """

    fields: tuple[FieldView, ...] = ()
    filled: int = 0
    to_fill: int = 0
    gaps: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NoteView:
    """A note in Markdown; those that are pinned come first."""

    entry_id: int
    text: str
    pinned: bool


@dataclass(frozen=True, slots=True)
class ColleagueView:
    """Somebody else of the customer's organization.

    Attributes:
        name: the name, else an address; empty when both were erased.
        role: as their profile says it; empty when it does not.
        open: how many conversations of theirs are open.
    """

    person_id: int
    name: str
    role: str
    open: int


@dataclass(frozen=True, slots=True)
class ConversationLine:
    """A conversation in one line.

    Attributes:
        at: since when it waits for an answer, else when its last message came or went; the order is by it.
        waits: whether it is open and somebody waits for an answer.
        customer: whose it is; empty where that is said already.
    """

    conversation_id: int
    subject: str
    status: Status
    at: datetime
    waits: bool
    customer: str = ""


@dataclass(frozen=True, slots=True)
class SpokenView:
    """A call that was logged, or a note that an agent wrote, in a conversation of the customer's.

    Attributes:
        gist: how it begins.
    """

    message_id: int
    conversation_id: int
    channel: Channel
    direction: Direction
    minutes: int
    at: datetime
    author: str
    gist: str


Moment = ConversationLine | SpokenView
"""What stands in one row of a timeline."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """A run of what a customer had, the newest first.

    Attributes:
        conversations: in the order of the timeline.
        spoken: calls and notes in these; each may be older than the last of them.
        goes_on: whether there is more.
    """

    conversations: tuple[ConversationLine, ...] = ()
    spoken: tuple[SpokenView, ...] = ()
    goes_on: bool = False

    @property
    def place(self) -> tuple[datetime, int] | None:
        """After which the next run begins; `None` when nothing is here."""
        last = self.conversations[-1] if self.conversations else None
        return None if last is None else (last.at, last.conversation_id)

    def moments(self) -> Sequence[Moment]:
        """Return all of it by time, but for what belongs below a run that was not read yet."""
        rows: list[Moment] = [*self.conversations, *self.spoken]
        if self.goes_on and self.conversations:
            rows = [row for row in rows if row.at >= self.conversations[-1].at]
        return sorted(rows, key=lambda row: (row.at, row.conversation_id), reverse=True)

    def then(self, older: "Timeline") -> "Timeline":
        """Return both runs as one."""
        return Timeline(self.conversations + older.conversations, self.spoken + older.spoken, older.goes_on)


@dataclass(frozen=True, slots=True)
class OrganizationPart:
    """The customer's organization, and what else is known there.

    Attributes:
        name: empty while nobody gave one; `called` is then one of its domains.
        parent: what the organization is called that it is a subsidiary of; empty for none.
        people: those who have something open first, out of `people_count`, counted up to 1000.
        open: conversations of theirs that are open, the most urgent first.
        journey: where the organization is as a whole; `None` where it was not asked for.
    """

    organization_id: int
    name: str
    called: str
    parent: str
    domains: tuple[str, ...]
    subsidiaries: tuple[str, ...]
    profile: ProfileView
    notes: tuple[NoteView, ...]
    assets: tuple[Asset, ...]
    people: tuple[ColleagueView, ...]
    people_count: int
    open: tuple[ConversationLine, ...]
    journey: JourneyView | None = None


@dataclass(frozen=True, slots=True)
class CustomerView:
    """A customer, as their screen shows them.

    Attributes:
        person_id: of who stays, where somebody was merged.
        name: empty when it was erased, or nobody gave one.
        addresses: each with what it is; the first of many.
        since: when their first message came in; `None` when they never wrote.
        promised: what was promised to them and is open, what is due first before what is due later.
        news: what is new since the agent last looked; `None` for whoever never did, or where nobody looks.
        wrote: messages of theirs, counted up to 1000; so are `conversations`, all of theirs, and `open` ones.
        persona: their card, or who they may be.
        fits: how far their organization is what the desk wishes, the best first.
        journey: where they are; `None` where it was not asked for.
        models: which touch and service model hold, and whose customer they are; what a mailbox plays is left out.
    """

    person_id: int
    name: str
    kind: PersonKind
    addresses: tuple[tuple[str, AddressKind], ...]
    erased: bool
    profile: ProfileView
    notes: tuple[NoteView, ...]
    assets: tuple[Asset, ...]
    promised: tuple[PromiseView, ...]
    organization: OrganizationPart | None
    since: datetime | None
    wrote: int
    conversations: int
    open: int
    timeline: Timeline
    persona: PersonaView = NO_PERSONA
    news: News | None = None
    fits: tuple[FitView, ...] = ()
    journey: JourneyView | None = None
    models: ModelsView = NO_MODELS

    @property
    def called(self) -> str:
        """What they are called: by name, else by an address."""
        return self.name or next((address for address, _ in self.addresses), "")
