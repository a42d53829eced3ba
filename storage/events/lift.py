"""Facts out of the log: every kind by its word, and the pure functions that lift old versions, kept for ever."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from storage.events import clocks, decided, erasing, filing, handoffs, intake, knowing, noting, outbox, responses
from storage.events.base import Fact, personal_fields

KINDS: dict[str, type[Fact]] = {
    str(kind.model_fields["kind"].default): kind
    for kind in (
        decided.AgentJoined,
        decided.MailboxAdded,
        decided.MailboxChanged,
        intake.Met,
        intake.Received,
        intake.Redelivered,
        intake.Quarantined,
        intake.Joined,
        intake.Merged,
        intake.Split,
        intake.Moved,
        decided.StatusChanged,
        decided.Assigned,
        decided.Tagged,
        decided.Snoozed,
        decided.Handled,
        decided.Linked,
        filing.ViewKept,
        filing.RuleKept,
        filing.Ruled,
        responses.ResponseKept,
        responses.ResponseUsed,
        outbox.Queued,
        outbox.Cancelled,
        outbox.Held,
        outbox.DeliveryChanged,
        noting.Noted,
        noting.Called,
        noting.Withdrawn,
        noting.TaskBegun,
        knowing.CustomerKept,
        knowing.OrganizationKept,
        knowing.DomainKept,
        knowing.AddressKept,
        knowing.ProfileChanged,
        knowing.Belongs,
        knowing.CustomersMerged,
        knowing.EntryKept,
        handoffs.Transferred,
        handoffs.Accepted,
        handoffs.Returned,
        handoffs.Escalated,
        handoffs.Consulted,
        handoffs.ConsultEnded,
        handoffs.ConsultLapsed,
        handoffs.Solved,
        handoffs.KindChanged,
        erasing.Erased,
        clocks.ClockWarned,
        clocks.ClockBreached,
        clocks.BreachExplained,
    )
}
"""Every kind of fact by the word under which the log keeps it."""

LIFTS: dict[tuple[str, int], Callable[[dict[str, Any]], dict[str, Any]]] = {
    ("mailbox_added", 1): lambda values: {**values, "trash": ""},
    ("mailbox_changed", 1): lambda values: {**values, "trash_before": "", "trash": ""},
    ("assigned", 1): lambda values: {**values, "because": "agent"},
    ("profile_changed", 1): lambda values: values,
    ("accepted", 1): lambda values: {**values, "tier_before": None, "tier": None},
    ("escalated", 1): lambda values: {**values, "asked_at": None},
    ("met", 1): lambda values: {**values, "organization_id": None},
}
"""How the fields of (kind, version) become those of the next version; rows of the log are never rewritten."""


def lift(kind: str, version: int, values: dict[str, Any], personal: str | None, happened_at: datetime) -> Fact:
    """Return the fact that a row of the log holds, lifted to today's version.

    Args:
        values: the public fields as stored.
        personal: the personal part as stored, `None` when it was erased or the fact has none.

    Raises:
        KeyError: the kind is not known; the store is newer than this program.
    """
    model = KINDS[kind]
    while version < model.version:
        values = LIFTS[kind, version](values)
        version += 1
    if personal:
        values = values | json.loads(personal)
    elif names := personal_fields(model):
        values = values | dict.fromkeys(names)
    return model.model_validate({**values, "kind": kind, "happened_at": happened_at}, strict=False)
