"""What every fact has, and how a fact's personal fields are told from its public ones."""

import json
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import BaseModel, ConfigDict

Anything = TypeVar("Anything")


class _PersonalMark:
    """Marks a field whose value is deleted on erasure."""


PERSONAL = _PersonalMark()

Personal = Annotated[Anything, PERSONAL]
"""A field's value that tells who somebody is: kept beside the log with a salt, and deleted on erasure."""


class Fact(BaseModel):
    """Something that was decided: frozen, typed, versioned; ids, digests, words and small values only.

    Attributes:
        happened_at: when it came true (UTC); for mail the server's INTERNALDATE.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)  # a start needs few kinds

    kind: str
    version: ClassVar[int] = 1
    happened_at: datetime

    @property
    def about(self) -> int | None:
        """The conversation in whose timeline this fact stands."""
        about: int | None = self.__dict__.get("conversation_id")  # what has none is slow to say so by `getattr`
        return about

    def written(self) -> tuple[dict[str, Any], str]:
        """Return the public fields as plain values, and the personal ones as canonical JSON, empty when none."""
        values = self.model_dump(mode="json", exclude={"kind", "happened_at"})
        names = personal_fields(type(self))
        if not names:
            return values, ""
        personal = {name: values.pop(name) for name in names}
        return values, canonical(personal)


@cache
def personal_fields(kind: type[Fact]) -> tuple[str, ...]:
    """Return the names of the fields of `kind` that erasure deletes."""
    return tuple(name for name, field in kind.model_fields.items() if PERSONAL in field.metadata)


def canonical(values: dict[str, Any]) -> str:
    """Return the one JSON text of `values`: sorted keys, no spaces, UTF-8 letters as they are.

    The bytes that are hashed are the bytes that are stored, on both engines; hence text, never JSONB.
    """
    return _WRITER.encode(values)


_WRITER = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an agent from one console, or the desk itself when `agent_id` is `None`."""

    agent_id: int | None
    console: str = ""
