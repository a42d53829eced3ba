"""Keys that come faster than what was asked for: they wait, as they are meant for where the keys before them lead."""

from typing import Literal

from textual import events

from console.screens.commands.base import Command
from console.screens.questions import Asks

Place = Literal["queue", "conversation"]


class Journey:
    """A way to what has yet to be read.

    Args:
        to: what has the keys at its end.
    """

    def __init__(self, to: Place) -> None:
        self.to = to


class Travels(Asks):
    """A screen on which a key may lead to what has to be read first.

    Attributes:
        busy: whether something long is being done.
        reading: whether a conversation has the keys, not the queue.
    """

    busy = False
    reading = False

    def __init__(self) -> None:
        super().__init__()
        self._journey: Journey | None = None
        self._ahead: list[events.Key] = []

    def set_out(self, to: Place | None = None) -> Journey:
        """Let the keys wait until what was asked for is there.

        Args:
            to: what has the keys then; `None` for what has them now.

        Returns:
            What `arrive` takes. Setting out again takes the place of a journey that is not over.
        """
        self._journey = Journey(to or ("conversation" if self.reading else "queue"))
        return self._journey

    def arrive(self, journey: Journey | None) -> None:
        """Let the keys that waited do what they mean here, unless the way went on meanwhile."""
        if journey is None or journey is not self._journey:
            return
        self._journey = None
        ahead, self._ahead = self._ahead, []
        for event in ahead:
            self.on_key(event)

    def call_off(self) -> None:
        """Stay: what was typed for elsewhere is for nothing."""
        self._journey = None
        self._ahead.clear()

    def typed_ahead(self, event: events.Key) -> bool:
        """Keep what is typed on the way until its end, but for what calls it off, or stops what is being done.

        What goes back calls it off where nothing was typed ahead, and Esc always: `q` behind a key comes after it.
        """
        if super().typed_ahead(event):
            return True
        if self._journey is None:
            return False
        found = self.ground.keymap.find(self.where, (event.key,))
        if isinstance(found, Command):
            calls_off = found.name == "back" and (event.key == "escape" or not self._ahead)
            if calls_off or (self.busy and found.name == "unmark"):
                return False
        event.stop()
        self._ahead.append(event)
        return True
