"""What the desk laid down for itself and cannot be read: an older version wrote it, or its row was damaged."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar


class Versioned(Protocol):
    """What has versions by date."""

    @property
    def versions(self) -> tuple[Any, ...]:
        """Those that it has, at least one."""

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Versioned":
        """Return it as a row keeps it."""


V = TypeVar("V", bound=Versioned)


def whole(kind: type[V], kept: Mapping[str, Any]) -> V | None:
    """Return what a row says; `None` where that cannot be read, or has no version: the desk goes on without it."""
    try:
        found: Any = kind.read(kept)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError):
        return None
    return found if found.versions else None
