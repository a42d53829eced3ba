"""What every screen stands on: the app's desk, clock, look and keys, and the one signal that says what changed."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from inspect import isawaitable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from textual import events, on
from textual.app import App
from textual.screen import Screen
from textual.signal import Signal

from console.feed import Change
from console.files.means import Means
from console.files.typed_lines import TypedLines
from console.screens.commands.base import Command, Where
from console.screens.keymap import Keymap, Pending, textual_key
from storage.kinds.errors import DeskError
from widgets.clicking import KeyClicked
from widgets.laying_out import Layout
from widgets.look import Look, LookName

if TYPE_CHECKING:
    from console.config.accounts import Account
    from console.desk import Desk
    from storage.first_page import FirstPage


@dataclass(frozen=True, slots=True)
class NewAccounts:
    """What becomes of an account that is added on the screen.

    Attributes:
        file: the configuration that it is written into.
        begin: has the mailboxes kept in step from now on.
    """

    file: Path
    begin: Callable[[], None]


class DeskApp(App[int]):
    """An app that has a desk, once it is open.

    Attributes:
        look: how everything is drawn.
        keymap: what every key means.
        desk: the record, `None` until it is open.
        agent_id: who "you" is.
        changes: published with each change of the record, whoever made it.
        clock: gives the present in the reader's zone.
        typed: what was typed on the `:` line.
        means: what opening, saving and copying go by.
        accounts: as the configuration has them.
        undo_window: seconds that an answer waits before it leaves.
        new_accounts: what becomes of an account that is added here; `None` where none can be.
        read_on: whether the next conversation is read once the one that is read was settled.
    """

    look: Look
    keymap: Keymap
    desk: "Desk | None" = None
    agent_id: int | None = None
    changes: Signal[Change]
    clock: Callable[[], datetime]
    typed: TypedLines
    means: Means
    accounts: "Sequence[Account]" = ()
    undo_window: int = 10
    new_accounts: NewAccounts | None = None
    read_on: bool = True

    def first_page(self) -> "FirstPage | None":
        """Return the rows that stand in the first frame, before the desk is open; `None` where it has none."""

    def framed(self) -> None:
        """Hear that the first frame stands."""

    def wake_feed(self) -> None:
        """Let the feed look at once: something was written here."""

    def entitle(self, title: str) -> None:
        """Let the window's title say it."""

    def turn_to(self, name: LookName) -> None:
        """Show everything in another palette."""


class DeskScreen(Screen[Any]):
    """A screen of the console: keys mean what the table of commands says."""

    _pressed: tuple[str, ...] = ()
    _beginning = 0  # commands that have been called and may still ask
    _waiting: tuple[events.Key, ...] = ()
    _framed = False  # whether its first frame has been sent

    def __init__(self) -> None:
        super().__init__()
        self._compositor = Layout()

    def on_resize(self) -> None:
        """Send the first frame once all that has its size now has drawn itself."""
        if not self._framed:
            self.call_after_refresh(self.first_frame)

    def _compositor_refresh(self) -> None:
        """Send nothing before the first frame is whole: Textual lays it out four times, and would send each."""
        if self._framed:
            super()._compositor_refresh()
        else:
            self._dirty_widgets.clear()

    def first_frame(self) -> None:
        """Send the first frame."""
        if not self._framed:
            self._framed = True
            if self.is_current:
                self.action_redraw()

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
        """What has the keys."""
        raise NotImplementedError

    # ------------------------------------------------------------------------------------------ keys

    def on_key(self, event: events.Key) -> None:
        """Do what a key means here; one that only begins a command waits for the next."""
        top = self.app.screen
        if top is not self:  # meant for the screen that is on its way, or back: it gets it once it is there
            if isinstance(top, DeskScreen):
                event.stop()
                top.call_later(top.on_key, event)
            return
        named = self.ground.keymap.find(self.where, (event.key,))
        if isinstance(named, Command) and named.name == "suspend":  # also while something is asked or on its way
            event.stop()
            event.prevent_default()
            self.action_suspend()
            return
        if self._beginning:  # what has just been called may ask: what was typed after it is for its line
            event.stop()
            event.prevent_default()
            self._waiting = (*self._waiting, event)
            return
        if self.typed_ahead(event):
            if event.is_printable:
                event.stop()
            return
        keymap = self.ground.keymap
        found = keymap.find(self.where, (*self._pressed, event.key))
        if found is None and self._pressed:
            self._pressed = ()
            self.hint(None)
            event.stop()  # whatever it was meant to be, it is no key of its own here
            return
        if found is None:
            return
        event.stop()
        event.prevent_default()
        if isinstance(found, Pending):
            self._pressed = (*self._pressed, event.key)
            self.hint(found)
            return
        self._pressed = ()
        self.hint(None)
        self.perform(found, (event.character or "") if found.passes_key else "")

    @on(KeyClicked)
    def _key_clicked(self, message: KeyClicked) -> None:
        """Press the key that was clicked: it goes the way of all keys."""
        for written in message.keys.split():
            key = textual_key(written)
            sign = written if len(written) == 1 else " " if key == "space" else None
            self.app.post_message(events.Key(key, sign))

    def perform(self, command: Command, rest: str = "") -> None:
        """Do what a command does; what takes time goes on beside.

        Args:
            command: out of the table.
            rest: what followed its name.
        """
        done: Awaitable[None] | None = command.run(self, rest)
        if isawaitable(done):
            self._beginning += 1
            self.run_worker(self._begun(done, command), group="commands", exit_on_error=True)

    async def _begun(self, done: Awaitable[None], command: Command) -> None:
        """Do it, and take the keys that waited once it has asked: most have by the time they stand still at first."""
        if not command.reads_first:
            self.soon_take_waiting()
        try:
            await done
        except DeskError as error:
            self.say_error(error)
        finally:
            if command.reads_first and self._beginning:  # it never asked: what was typed for its line is no command
                self._beginning, self._waiting = 0, ()

    def soon_take_waiting(self) -> None:
        """Let the keys that wait do what they mean once what has begun stands still at first."""
        asyncio.get_running_loop().call_soon(self._take_waiting)

    def _take_waiting(self) -> None:
        self._beginning = max(0, self._beginning - 1)
        while self._waiting and not self._beginning:
            event, *rest = self._waiting
            self._waiting = tuple(rest)
            self.on_key(event)

    def hint(self, pending: Pending | None) -> None:
        """Show what may follow keys that are the beginning of commands."""

    def typed_ahead(self, event: events.Key) -> bool:  # noqa: ARG002 - a screen with a line to type in takes it
        """Take a key that was meant for a line to type in; say whether it was."""
        return False

    def say_error(self, error: DeskError) -> None:
        """Say why something was not done."""

    def key_came(self) -> None:
        """Take note of a key, before it does anything."""

    # ------------------------------------------------------------------------------------------ of every screen

    def action_help(self) -> None:
        """Show what every key does, those of this place first."""
        from console.screens.helping import HelpScreen

        self.app.push_screen(HelpScreen(self.where))

    def action_redraw(self) -> None:
        """Draw everything anew: a refresh alone sends what changed, and the terminal may have lost the rest."""
        self.app._display(self, self._compositor.render_update(full=True))  # noqa: SLF001 - Textual has no other way

    def action_suspend(self) -> None:
        """Stop the process as the shell's job control does; ``fg`` draws everything anew."""
        self.app.action_suspend_process()
