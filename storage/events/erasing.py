"""The fact that something was erased: who and what by number, and nothing that was said."""

from typing import Literal

from storage.events.base import Fact
from storage.kinds import ErasedFor


class Erased(Fact):
    """Persons and messages were erased for ever; their numbers, times and places in the record stay.

    Facts about them have lost their personal parts, so that replaying the log gives the erased state.

    Attributes:
        because: who asked for it.
        person_ids: who was erased, with those who stood for them; empty where mail was too old.
        message_ids: the messages that are empty from now on.
        deliveries: how many copies of them were kept.
        facts, drafts: how many facts lost their personal parts, and how many drafts went.
        tombstones: by what it is known again, hexadecimal (`storage.rules.tombstones`).
    """

    kind: Literal["erased"] = "erased"
    because: ErasedFor
    person_ids: tuple[int, ...]
    message_ids: tuple[int, ...]
    deliveries: int
    facts: int
    drafts: int
    tombstones: tuple[str, ...]
