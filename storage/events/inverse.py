"""How a fact is taken back: facts carry what they replaced, so no query is needed."""

from storage.events.base import Fact
from storage.events.clocks import BreachExplained
from storage.events.decided import Assigned, Handled, Linked, Snoozed, StatusChanged, Tagged
from storage.events.filing import RuleKept, ViewKept
from storage.events.handoffs import Accepted, Consulted, ConsultEnded, KindChanged, Returned, Solved, Transferred
from storage.events.intake import Merged, Moved, Split
from storage.events.knowing import (
    AddressKept,
    Belongs,
    CustomerKept,
    CustomersMerged,
    DomainKept,
    EntryKept,
    OrganizationKept,
    ProfileChanged,
)
from storage.events.noting import Called, Noted, TaskBegun, Withdrawn
from storage.events.outbox import Cancelled, Held, Queued
from storage.events.responses import ResponseKept, ResponseUsed
from storage.kinds import Cause, Status


def inverse(fact: Fact) -> Fact | None:  # noqa: C901, PLR0912 - a case a kind reads well
    """Return the fact that takes `fact` back, or `None` when nothing can: mail that came has come."""
    match fact:
        case StatusChanged():
            # Clocks take the two for nothing (`storage.apply.stands`); done again it is a change like any other.
            because = Cause.AGENT if fact.because is Cause.UNDONE else Cause.UNDONE
            return fact.model_copy(update={"before": fact.after, "after": fact.before, "because": because})
        case Snoozed() | Assigned():
            return fact.model_copy(update={"before": fact.after, "after": fact.before, "because": Cause.AGENT})
        case Queued():
            return Cancelled(
                conversation_id=fact.conversation_id,
                message_id=fact.message_id,
                starts=fact.starts,
                happened_at=fact.happened_at,
            )
        case BreachExplained():
            return fact.model_copy(
                update={
                    "before_at": fact.after_at,
                    "after_at": fact.before_at,
                    "cause_before": fact.cause,
                    "cause": fact.cause_before,
                    "corrective_before": fact.corrective,
                    "corrective": fact.corrective_before,
                }
            )
        case RuleKept() | Held() | Belongs():
            return fact.model_copy(update={"before": fact.after, "after": fact.before})
        case Accepted():
            return fact.model_copy(
                update={
                    "before": fact.after,
                    "after": fact.before,
                    "tier_before": fact.tier,
                    "tier": fact.tier_before,
                }
            )
        case ConsultEnded() | KindChanged():
            return fact.model_copy(update={"before": fact.after, "after": fact.before})
        case Transferred():
            return fact.model_copy(update={"before": fact.after, "after": fact.before, "stands": not fact.stands})
        case Returned():
            return fact.model_copy(
                update={
                    "before": fact.after,
                    "after": fact.before,
                    "state_before": fact.state,
                    "state": fact.state_before,
                }
            )
        case Consulted():
            return fact.model_copy(update={"stands": not fact.stands})
        case Solved():
            return fact.model_copy(
                update={
                    "stood": fact.stands,
                    "stands": fact.stood,
                    "known_before": fact.known,
                    "known": fact.known_before,
                    "before": fact.after,
                    "after": fact.before,
                }
            )
        case Tagged():
            return fact.model_copy(update={"added": fact.removed, "removed": fact.added})
        case ViewKept():
            return fact.model_copy(
                update={
                    "place_before": fact.place,
                    "place": fact.place_before,
                    "name_before": fact.name,
                    "name": fact.name_before,
                    "query_before": fact.query,
                    "query": fact.query_before,
                }
            )
        case ResponseKept():
            return _kept_as_before(fact)
        case Noted() | Called():
            return Withdrawn(
                conversation_id=fact.conversation_id,
                message_id=fact.message_id,
                after=False,
                happened_at=fact.happened_at,
            )
        case TaskBegun():
            return StatusChanged(
                conversation_id=fact.conversation_id,
                before=fact.starts,
                after=Status.TRASH,
                happened_at=fact.happened_at,
            )
        case ProfileChanged() | EntryKept():
            return fact.model_copy(
                update={"stood": fact.stands, "stands": fact.stood, "before": fact.after, "after": fact.before}
            )
        case Handled() | Linked() | ResponseUsed() | Withdrawn():
            return fact.model_copy(update={"after": not fact.after})
        case OrganizationKept() | DomainKept() | AddressKept() | CustomerKept() | CustomersMerged():
            return fact.model_copy(update={"after": not fact.after})
        case Merged():
            return Split(
                conversation_id=fact.conversation_id,
                other_id=fact.other_id,
                mailbox_id=fact.mailbox_id,
                starts=None,
                message_ids=fact.message_ids,
                before=fact.after,
                after=fact.before,
                # What a rule joined and an agent took apart stays apart; an agent's own join leaves as it found.
                parts=fact.lifts or not fact.by_agent,
                happened_at=fact.happened_at,
            )
        case Split():
            return Merged(
                conversation_id=fact.conversation_id,
                other_id=fact.other_id,
                mailbox_id=fact.mailbox_id,
                message_ids=fact.message_ids,
                before=fact.after,
                after=fact.before,
                by_agent=True,
                lifts=fact.parts,
                happened_at=fact.happened_at,
            )
        case Moved() if fact.starts is None:
            return fact.model_copy(
                update={
                    "conversation_id": fact.other_id,
                    "other_id": fact.conversation_id,
                    "before": fact.after,
                    "after": fact.before,
                    "through_before": fact.through_after,
                    "through_after": fact.through_before,
                }
            )
        case Moved():  # the number that began stays as an alias: numbers are never given twice
            return Merged(
                conversation_id=fact.conversation_id,
                other_id=fact.other_id,
                mailbox_id=fact.mailbox_id,
                message_ids=fact.message_ids,
                before=fact.after,
                after=fact.before,
                by_agent=True,
                lifts=False,
                happened_at=fact.happened_at,
            )
        case _:
            return None


def _kept_as_before(fact: ResponseKept) -> ResponseKept:
    return fact.model_copy(
        update={
            "agent_before": fact.agent,
            "agent": fact.agent_before,
            "stood": fact.stands,
            "stands": fact.stood,
            "before": fact.after,
            "after": fact.before,
        }
    )
