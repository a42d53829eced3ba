"""What small texts give, remembered: for what mail says over and over, such as its words."""

from collections.abc import Callable, Mapping
from typing import TypeVar

_Given = TypeVar("_Given")

_LONGEST = 60  # characters of a text that is kept; what is longer is no word, and hardly comes again


class Remembered(dict[str, _Given]):
    """A table that is asked like any other, and makes what it does not know.

    It is a dictionary and not `functools.lru_cache`, as ``map(table.__getitem__, words)`` costs a third of that; it is
    emptied when it is full, so that its size is bounded whatever it is asked.

    Args:
        make: gives what belongs to a text; must depend on nothing else.
        most: texts that are kept.
    """

    def __init__(self, make: Callable[[str], _Given], *, most: int) -> None:
        super().__init__()
        self._make = make
        self._most = most

    def learn(self, given: Mapping[str, _Given]) -> None:
        """Keep what belongs to some texts, fewer than the table may hold."""
        if len(self) + len(given) > self._most:
            self.clear()
        if max(map(len, given), default=0) > _LONGEST:
            given = {text: one for text, one in given.items() if len(text) <= _LONGEST}
        self.update(given)

    def __missing__(self, text: str) -> _Given:
        given = self._make(text)
        if len(text) <= _LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[text] = given
        return given
