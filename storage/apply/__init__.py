"""What each kind of fact does to the decided tables: one set-wise `apply` a kind, used live and by replay alike."""

from storage.apply import (  # noqa: F401 - each registers its kinds
    alarms,
    arrival,
    conversations,
    erasing,
    filing,
    handoffs,
    intake,
    knowing,
    making,
    noting,
    outbox,
    people,
    responses,
)
from storage.apply.base import apply, missing
from storage.apply.clocks import settle, settle_after
from storage.apply.refresh import refresh

__all__ = ["apply", "missing", "refresh", "settle", "settle_after"]
