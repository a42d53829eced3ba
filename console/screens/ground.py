"""What every screen stands on: the app's desk, its clock, its look, and the one signal that says what changed."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from textual.app import App
from textual.screen import Screen
from textual.signal import Signal

from console.feed import Change
from console.screens.keys import Where, command_for
from widgets.look import Look

if TYPE_CHECKING:
    from console.desk import Desk


class DeskApp(App[int]):
    """An app that has a desk, once it is open.

    Attributes:
        look: how everything is drawn.
        desk: the record, `None` until it is open.
        agent_id: who "you" is.
        changes: published with each change of the record, whoever made it.
        clock: gives the present in the reader's zone.
        keys_pressed: how many keys came so far.
    """

    look: Look
    desk: "Desk | None" = None
    agent_id: int | None = None
    changes: Signal[Change]
    clock: Callable[[], datetime]
    keys_pressed: int = 0

    def wake_feed(self) -> None:
        """Let the feed look at once: something was written here."""


class DeskScreen(Screen[Any]):
    """A screen of the console."""

    @property
    def ground(self) -> DeskApp:
        """The app."""
        assert isinstance(self.app, DeskApp)
        return self.app

    @property
    def desk(self) -> "Desk":
        """The record, which is open by the time anything is asked of it."""
        assert self.ground.desk is not None
        return self.ground.desk

    @property
    def look(self) -> Look:
        """How everything is drawn."""
        return self.ground.look

    def now(self) -> datetime:
        """Return the present in the reader's zone."""
        return self.ground.clock()

    @property
    def where(self) -> Where:
        """Which pane has the keys."""
        raise NotImplementedError

    def action_command(self, key: str) -> None:
        """Do what a key means in the pane that has the keys."""
        command = command_for(self.where, key)
        if command is not None:
            action = getattr(self, f"action_{command.action}")
            action(key) if command.action == "view" else action()

    def action_redraw(self) -> None:
        """Draw everything anew: a refresh alone sends what changed, and the terminal may have lost the rest."""
        self.app._display(self, self._compositor.render_update(full=True))  # noqa: SLF001 - Textual has no other way

    def action_suspend(self) -> None:
        """Stop the process as the shell's job control does; ``fg`` draws everything anew."""
        self.app.action_suspend_process()

    def typed_ahead(self, text: str) -> None:
        """Take text that was typed before anything here could take it."""

    def key_came(self) -> None:
        """Take note of a key, before it does anything."""
