"""The facts: small frozen records of everything that is decided, and how each is taken back."""

from storage.events.base import PERSONAL, Actor, Fact, Personal
from storage.events.clocks import BreachExplained, ClockBreached, ClockWarned
from storage.events.decided import (
    AgentJoined,
    Assigned,
    Handled,
    Linked,
    MailboxAdded,
    MailboxChanged,
    Snoozed,
    StatusChanged,
    Tagged,
)
from storage.events.erasing import Erased
from storage.events.filing import Ruled, RuleKept, ViewKept
from storage.events.handoffs import (
    Accepted,
    Consulted,
    ConsultEnded,
    ConsultLapsed,
    Escalated,
    KindChanged,
    Returned,
    Solved,
    Transferred,
)
from storage.events.intake import Joined, Merged, Met, Moved, Quarantined, Received, Redelivered, Split
from storage.events.inverse import inverse
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
from storage.events.lift import KINDS, lift
from storage.events.noting import Called, Noted, TaskBegun, Withdrawn
from storage.events.outbox import Cancelled, DeliveryChanged, Held, Queued
from storage.events.responses import ResponseKept, ResponseUsed

__all__ = [
    "KINDS",
    "PERSONAL",
    "Accepted",
    "Actor",
    "AddressKept",
    "AgentJoined",
    "Assigned",
    "Belongs",
    "BreachExplained",
    "Called",
    "Cancelled",
    "ClockBreached",
    "ClockWarned",
    "ConsultEnded",
    "ConsultLapsed",
    "Consulted",
    "CustomerKept",
    "CustomersMerged",
    "DeliveryChanged",
    "DomainKept",
    "EntryKept",
    "Erased",
    "Escalated",
    "Fact",
    "Handled",
    "Held",
    "Joined",
    "KindChanged",
    "Linked",
    "MailboxAdded",
    "MailboxChanged",
    "Merged",
    "Met",
    "Moved",
    "Noted",
    "OrganizationKept",
    "Personal",
    "ProfileChanged",
    "Quarantined",
    "Queued",
    "Received",
    "Redelivered",
    "ResponseKept",
    "ResponseUsed",
    "Returned",
    "RuleKept",
    "Ruled",
    "Snoozed",
    "Solved",
    "Split",
    "StatusChanged",
    "Tagged",
    "TaskBegun",
    "Transferred",
    "ViewKept",
    "Withdrawn",
    "inverse",
    "lift",
]
