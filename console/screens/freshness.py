"""Whether a conversation on the screen may look different, while so much changes that it is not looked through."""

from time import monotonic
from typing import TYPE_CHECKING, Final

from console.feed import Change
from console.screens import asking

if TYPE_CHECKING:
    from console.desk import Desk

_BESIDE_EVERY: Final = 5.0  # seconds


class Freshness:
    """What was read of a conversation, and when.

    While a first sync brings more than is looked through, its own last event says whether it changed: to read it ten
    times a second takes time from the keys. What no event of its own tells of, such as its customer's other
    conversations, follows every few seconds meanwhile.
    """

    def __init__(self) -> None:
        self._found: tuple[int, int] | None = None  # conversation and last event, as looked for before it is read
        self._stands: tuple[int, int] | None = None
        self._read_at = 0.0

    async def may_differ(self, desk: "Desk", number: int, change: Change) -> bool:
        """Say whether the conversation is to be read again after a change."""
        if not change.much:
            return change.touches(number)
        self._found = number, await desk.ask(asking.last_told, conversation_id=number)
        return self._found != self._stands or monotonic() - self._read_at >= _BESIDE_EVERY

    def read(self) -> None:
        """Hear that it was read, and is shown."""
        self._stands, self._found = self._found, None
        self._read_at = monotonic()
