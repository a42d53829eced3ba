"""When a conversation was with a vendor: on hold at N3, which keeps a clock of its own (DOMAIN §2)."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from storage.kinds import Status, Tier
from storage.views import EventView, WithVendor

CHANGES: Final = ("status_changed", "transferred", "returned", "accepted")
"""The kinds of fact that tell of it."""


def with_vendor(events: Sequence[EventView], now: datetime | None) -> tuple[WithVendor, ...]:
    """Return the stretches in which a conversation was on hold at N3.

    Args:
        events: the conversation's, the oldest first; of other kinds than `CHANGES` nothing is read.
        now: until when one that is there now is counted; `None` leaves it out.
    """
    found: list[WithVendor] = []
    since, status, tier = None, "", str(Tier.N1)
    for one in events:
        if one.kind not in CHANGES:
            continue
        at, after = one.happened_at, one.values.get("tier" if one.kind == "accepted" else "after")
        if after is None:  # most that is accepted stands at its tier already
            continue
        status, tier = (str(after), tier) if one.kind == "status_changed" else (status, str(after))
        waits = status == Status.ON_HOLD and tier == Tier.N3
        if waits and since is None:
            since = at
        elif not waits and since is not None:
            found.append(WithVendor(since, at, max(at - since, timedelta(0))))
            since = None
    if since is not None and now is not None:
        found.append(WithVendor(since, None, max(now - since, timedelta(0))))
    return tuple(found)
