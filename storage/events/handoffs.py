"""The facts of handoffs between tiers, of colleagues who are asked, of kinds of work and of causes that were found."""

from datetime import datetime
from typing import Any, ClassVar, Literal

from storage.events.base import Fact, Personal
from storage.kinds import ConversationKind, HandoffState, Tier


class Transferred(Fact):
    """A conversation was handed to another tier, or that was taken back when `stands` is false.

    Attributes:
        before, after: the conversation's tier.
        from_agent_id: who hands it on.
        to_agent_id: who is asked to accept it; `None` for anybody of the tier.
        destination: the team that is named, empty for none; `rota` the rota by which whoever is asked was found.
        note_id, told_id: the messages in which the desk reads it, and the customer is told; `None` for none.
        brief: as `storage.kinds.handoffs.Contents` writes it.
    """

    kind: Literal["transferred"] = "transferred"
    conversation_id: int
    handoff_id: int
    before: Tier
    after: Tier
    stands: bool = True
    from_agent_id: int | None
    to_agent_id: int | None
    destination: str
    rota: str
    note_id: int | None
    told_id: int | None
    brief: Personal[dict[str, Any] | None] = None


class Accepted(Fact):
    """A handoff was accepted by whoever serves the conversation from then on, or is open again.

    Attributes:
        conversation_id: where it stood when it was accepted: the handoff may be of one that was joined to it.
        agent_id: who accepted it.
        before, after: the handoff's state.
        tier_before, tier: the conversation's, where it goes to the handoff's tier only now because its own was joined
            into one of another tier; both `None` where it stood there already.
    """

    version: ClassVar[int] = 2
    kind: Literal["accepted"] = "accepted"
    conversation_id: int
    handoff_id: int
    agent_id: int
    before: HandoffState
    after: HandoffState
    tier_before: Tier | None = None
    tier: Tier | None = None


class Returned(Fact):
    """A handoff was returned to the tier that it came from, or that was taken back.

    Attributes:
        before, after: the conversation's tier.
        state_before, state: the handoff's.
        to_agent_id: who gets it back; `None` for nobody in particular.
        reason: why, in the receiver's words.
    """

    kind: Literal["returned"] = "returned"
    conversation_id: int
    handoff_id: int
    before: Tier
    after: Tier
    state_before: HandoffState
    state: HandoffState
    to_agent_id: int | None
    reason: Personal[str | None] = None


class Escalated(Fact):
    """Nobody accepted a handoff in time, so somebody else is asked: it `happened_at` the moment when it was due.

    The desk itself records it, so nobody takes it back.

    Attributes:
        before, after: who was asked and who is; `None` for anybody of the tier.
        state_before: the handoff's.
        rota: by which whoever is asked now was found; empty for none.
        asked_at: when whoever is asked now was asked, which is later where nobody looked for a while: from then on
            they have their time. `None` for the moment when it was due, as facts said that were recorded before.
    """

    version: ClassVar[int] = 2
    kind: Literal["escalated"] = "escalated"
    conversation_id: int
    handoff_id: int
    before: int | None
    after: int | None
    state_before: HandoffState
    rota: str
    asked_at: datetime | None = None


class Consulted(Fact):
    """A colleague was asked in a note, or that was taken back when `stands` is false.

    Attributes:
        agent_id: who is asked; `by_agent_id` by whom.
        note_id: the note that asks.
        due_at: until when an answer is hoped for.
    """

    kind: Literal["consulted"] = "consulted"
    conversation_id: int
    consult_id: int
    by_agent_id: int
    agent_id: int
    note_id: int
    due_at: datetime
    stands: bool = True


class ConsultEnded(Fact):
    """A colleague who was asked answered in a note, or has yet to when `after` is `None`.

    Attributes:
        before, after: the note that answers.
    """

    kind: Literal["consult_ended"] = "consult_ended"
    conversation_id: int
    consult_id: int
    before: int | None
    after: int | None


class ConsultLapsed(Fact):
    """A colleague who was asked has not answered in time: it `happened_at` the moment until when that was hoped for.

    The desk itself records it, so nobody takes it back; the question stays open.

    Attributes:
        agent_id: who was asked; `by_agent_id` by whom.
    """

    kind: Literal["consult_lapsed"] = "consult_lapsed"
    conversation_id: int
    consult_id: int
    by_agent_id: int
    agent_id: int


class Solved(Fact):
    """The cause of a conversation, and what solved it, were written down, or taken away again.

    Attributes:
        stood, stands: whether anything was and is written down.
        known_before, known: whether the cause was and is known.
        before, after: cause and solution; of an unknown cause the reason why it is not known.
    """

    kind: Literal["solved"] = "solved"
    conversation_id: int
    stood: bool
    stands: bool
    known_before: bool
    known: bool
    before: Personal[tuple[str, str] | None] = None
    after: Personal[tuple[str, str] | None] = None


class KindChanged(Fact):
    """A conversation is another kind of work."""

    kind: Literal["kind_changed"] = "kind_changed"
    conversation_id: int
    before: ConversationKind
    after: ConversationKind
