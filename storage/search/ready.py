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

    def take(self, up_to: int) -> dict[int, Parsed]:
        """Give away all that is held up to a number."""
        with self._guard:
            found = {number: one for number, one in self._waiting.items() if number <= up_to}
            for number, one in found.items():
                del self._waiting[number]
                self._held -= len(one.text)
        return found
