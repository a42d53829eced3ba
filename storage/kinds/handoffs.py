"""Handoffs: what whoever receives a conversation is told, how far a handoff is, and who is asked beside."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from storage.kinds.words import ConsultState, ConversationKind, HandoffState, Priority, Status, Tier


@dataclass(frozen=True, slots=True)
class Tried:
    """What somebody tried: a note, in its first lines.

    Attributes:
        who: the agent, by name.
    """

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Gleaned:
    """Something that the thread says, found by its form.

    Attributes:
        sort: what it is: ``order``, ``version``, ``amount``, ``code``, ``time``, ``host``, ``address``, ``id``.
        values: as they stand there, the first said before the others.
        who, at: who said the first of them, and when.
        message_id: in which message; `None` where the record does not know any more.
        out: whether the agent leaves it out.
    """

    sort: str
    values: tuple[str, ...]
    who: str = ""
    at: datetime | None = None
    message_id: int | None = None
    out: bool = False


@dataclass(frozen=True, slots=True)
class Promised:
    """What a customer was promised, as it stood when the conversation was handed on."""

    text: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Visit:
    """Field work at the customer's place.

    Attributes:
        site, asset: where, and at what machine; one of them is empty at most.
        begins, ends: the time window.
    """

    site: str
    asset: str
    begins: datetime
    ends: datetime


@dataclass(frozen=True, slots=True)
class Contents:
    """What is handed over with a conversation.

    Attributes:
        asked: what is asked of the receiver.
        reason: why it is handed on; empty where nobody says.
        told: what the customer is told, in the answer that leaves with it; empty for nothing.
    """

    asked: str
    reason: str = ""
    tried: tuple[Tried, ...] = ()
    facts: tuple[Gleaned, ...] = ()
    promised: tuple[Promised, ...] = ()
    visit: Visit | None = None
    told: str = ""

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        visit = self.visit
        kept: dict[str, Any] = {
            "reason": self.reason,
            "tried": [[_written(one.at), one.who, one.text] for one in self.tried],
            "facts": [
                [one.sort, list(one.values), one.who, _written(one.at), one.message_id]
                for one in self.facts
                if not one.out
            ],
            "promised": [[one.text, _written(one.due)] for one in self.promised],
            "visit": visit and [visit.site, visit.asset, _written(visit.begins), _written(visit.ends)],
            "told": self.told,
        }
        return {"asked": self.asked, **{name: value for name, value in kept.items() if value}}

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Contents":
        """Return what `written` gave."""
        visit = kept.get("visit")
        return cls(
            kept["asked"],
            kept.get("reason", ""),
            tuple(Tried(_moment(at), who, text) for at, who, text in kept.get("tried", ())),
            tuple(
                Gleaned(sort, tuple(values), who, _moment(at) if at else None, message_id)
                for sort, values, who, at, message_id in kept.get("facts", ())
            ),
            tuple(Promised(text, _moment(due)) for text, due in kept.get("promised", ())),
            Visit(visit[0], visit[1], _moment(visit[2]), _moment(visit[3])) if visit else None,
            kept.get("told", ""),
        )


def _written(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat() if moment else None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


@dataclass(frozen=True, slots=True)
class HandoffView:
    """A handoff as it is shown.

    Attributes:
        from_agent, to_agent, accepted: agents by name; empty for nobody, or anybody of the tier.
        destination: the team that is named; `rota` the rota by which whoever is asked was found.
        due_at: until when it is to be accepted; `None` where it is not offered any more.
        reason: why it was returned; empty where it was not.
        contents: `None` when they were erased.
    """

    handoff_id: int
    conversation_id: int
    from_tier: Tier
    to_tier: Tier
    from_agent_id: int | None
    from_agent: str
    to_agent_id: int | None
    to_agent: str
    destination: str
    rota: str
    at: datetime
    state: HandoffState
    due_at: datetime | None
    accepted_at: datetime | None
    accepted_by: int | None
    accepted: str
    returned_at: datetime | None
    reason: str
    escalations: int
    escalated_at: datetime | None
    crossed: int
    note_id: int | None
    told_id: int | None
    contents: Contents | None


@dataclass(frozen=True, slots=True)
class ConsultView:
    """A colleague who was asked in a note.

    Attributes:
        by_agent, agent: who asks, and who is asked, by name.
        note_id: the note that asks; `answered_id` the one that answers.
    """

    consult_id: int
    conversation_id: int
    by_agent_id: int
    by_agent: str
    agent_id: int
    agent: str
    note_id: int
    at: datetime
    due_at: datetime
    state: ConsultState
    answered_id: int | None


@dataclass(frozen=True, slots=True)
class Handed:
    """How a conversation was handed on, as far as it stands beside it.

    Attributes:
        handoff: the last one that was not taken back; `None` for none.
        consults: the colleagues who have yet to answer.
        bouncing: whether a border was crossed twice.
    """

    handoff: HandoffView | None = None
    consults: tuple[ConsultView, ...] = ()
    bouncing: bool = False


NOT_HANDED: Final = Handed()
"""Where nobody ever handed it on."""


@dataclass(frozen=True, slots=True)
class SolutionView:
    """What was the cause, and what solved it; of an unknown cause the reason why it is not known."""

    known: bool
    cause: str
    solution: str


@dataclass(frozen=True, slots=True)
class Askable:
    """An agent who can be asked.

    Attributes:
        rota: by which they are on call, `until` when; empty and `None` where they are not.
        away: whether they are away; `full` whether they have as much in work as they may; `closed` whether these are
            not their hours. All of them can be asked all the same.
    """

    agent_id: int
    name: str
    rota: str = ""
    until: datetime | None = None
    away: bool = False
    full: bool = False
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Before:
    """A conversation that resembles another one by its words."""

    conversation_id: int
    subject: str
    at: datetime | None
    solution: SolutionView | None = None


@dataclass(frozen=True, slots=True)
class Brief:
    """What whoever receives a conversation reads first: what is asked, then all that helps to do it.

    Attributes:
        customer, organization, touch: who is served; empty where nothing is known.
        assignee: by name; empty for nobody.
        handoff: the last one that stands; `None` in a conversation that was never handed on.
        contents: of that handoff, else what the record would say now.
        consults: the colleagues who have yet to answer.
        solution: cause and solution, where they are written down.
        before: what resembles it.
        vendor: for how long it has been on hold at N3, which is a vendor's time; zero for never.
        bouncing: whether a border was crossed twice.
    """

    conversation_id: int
    subject: str
    status: Status
    tier: Tier
    kind: ConversationKind
    priority: Priority
    assignee: str
    customer: str
    organization: str
    touch: str
    handoff: HandoffView | None
    contents: Contents
    consults: tuple[ConsultView, ...] = ()
    solution: SolutionView | None = None
    before: tuple[Before, ...] = ()
    vendor: timedelta = timedelta(0)
    bouncing: bool = False


SORTS: Final = ("order", "version", "amount", "code", "time", "host", "address", "id")
"""What facts of a thread are, in the order in which they are shown."""
