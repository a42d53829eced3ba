"""Messages on their way into the index as their readers left them, so that it need not read them back."""

from collections.abc import Mapping
from threading import Lock

from storage.kinds.mail import Parsed

_MOST = 8_000_000  # characters of text that wait at most: some 3,000 letters


class Ready:
    """What was read of messages that wait to be indexed; what is missing, the index makes of what the store holds.

    Args:
        most: characters of text that are held at most.
    """

    def __init__(self, most: int = _MOST) -> None:
        self._most = most
        self._waiting: dict[int, Parsed] = {}
        self._held = 0
        self._lent: list[int] = []
        self._guard = Lock()

    def lay(self, messages: Mapping[int, Parsed]) -> None:
        """Hold messages by their numbers, unless it is too much; once committed, as a number may be another's before.

        Messages without a gist are left out: they were not read by a reader.
        """
        with self._guard:
            for number, parsed in messages.items():
                if parsed.gist is not None and self._held + len(parsed.text) <= self._most:
                    self._waiting[number] = parsed
                    self._held += len(parsed.text)

    def lend(self, up_to: int) -> dict[int, Parsed]:
        """Return all that is held up to a number; it is held until `settle`, for what borrows it may be given up."""
        with self._guard:
            self._lent = [number for number in self._waiting if number <= up_to]
            return {number: self._waiting[number] for number in self._lent}

    def settle(self) -> None:
        """Let go of what was lent last: it is in the index, and that is committed."""
        with self._guard:
            for number in self._lent:
                self._held -= len(self._waiting.pop(number).text)
            self._lent = []
