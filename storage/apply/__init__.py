"""What each kind of fact does to the decided tables: one set-wise `apply` a kind, used live and by replay alike."""

from storage.apply import (  # noqa: F401 - each registers its kinds
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
from storage.apply.refresh import refresh

__all__ = ["apply", "missing", "refresh"]
