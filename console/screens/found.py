"""What was searched, and the hit that is read: the way on to the next one, and back to the list."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Self

from storage.views import SearchHit


@dataclass(frozen=True, slots=True)
class Searched:
    """A search out of which a hit is read.

    Attributes:
        words: what was searched.
        hit: that is read.
        hits: all that were found, in their order.
    """

    words: str
    hit: SearchHit
    hits: Sequence[SearchHit]

    @property
    def place(self) -> int:
        """Which one of them is read, from 0."""
        return self.hits.index(self.hit)

    def beside(self, by: int) -> Self | None:
        """Return it with the next hit in another conversation, or the one before; `None` where there is none."""
        rest = self.hits[self.place + 1 :] if by > 0 else self.hits[: self.place][::-1]
        other = next((one for one in rest if one.conversation_id != self.hit.conversation_id), None)
        return replace(self, hit=other) if other is not None else None
