"""The console: paints its frame first, then opens the desk, follows the feed, and says what goes wrong in words."""

import errno
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, ClassVar

from rich.console import RenderableType
from textual import events, work
from textual._compositor import CompositorUpdate
from textual.await_remove import AwaitRemove
from textual.dom import DOMNode
from textual.filter import LineFilter
from textual.geometry import Size
from textual.screen import Screen
from textual.signal import Signal
from textual.widget import Widget

from console.config.errors import ConsoleError
from console.feed import Change, Feed
from console.files.means import Means
from console.files.typed_lines import TypedLines
from console.line import Terminal
from console.screens.asking import make_ready
from console.screens.calling import Caller
from console.screens.commands.table import commands
from console.screens.ground import DeskApp, DeskScreen, NewAccounts
from console.screens.keymap import Keymap
from console.screens.main import MainScreen
from widgets.language import _, draw_signs
from widgets.lean import Lean, Standing
from widgets.look import Look, LookName, choose_look
from widgets.scrub import Scrub
from widgets.signs import ASCII_SIGNS
from widgets.theme import theme_of

if TYPE_CHECKING:
    from console.ahead import Ahead, Behind
    from console.config.accounts import Account
    from console.config.noticing import Notices
    from console.desk import Desk
    from storage.first_page import FirstPage


_TURNS = 0.001  # seconds after which a thread that reads lets the keys go on, of Python's five
_PAGE_WAITED_FOR = 0.05  # seconds that the frame waits for its first rows; on a cold disk it is painted without
_TERMINAL_LOOKED_AT = 2.0  # seconds between two looks whether it is still there
_SIZE_LOOKED_AT = 1.0  # seconds
_ENDED_WITHIN = 10.0  # seconds for an end in order


def _end_without_terminal() -> None:
    """End as a hangup ends it, where the terminal is gone and only the session's leader was told, such as `make`.

    Textual's driver would read its end again and again, for ever and with all of one processor.
    """
    if terminal_gone():
        os.kill(os.getpid(), signal.SIGHUP)


def terminal_gone() -> bool:
    """Say whether the terminal that the keys came from was taken away."""
    import termios

    try:
        termios.tcgetattr(0)
    except termios.error as error:
        return bool(error.args[0] == errno.EIO)  # ENOTTY: it never was one
    return False


def local_now() -> datetime:
    """Return the present in the reader's own zone."""
    return datetime.now().astimezone()


class Plantao(DeskApp):
    """The console before one desk.

    Args:
        desk: open, or the address of a store that is opened once the frame is painted.
        agent: who sits here; only needed for an address.
        look: how everything is drawn; `None` asks the environment.
        clock: gives the present in the reader's zone.
        opened: set once the desk is open, or cannot be opened.
        keys: the agent's own keys, by the name of a command.
        means: what opening, saving and copying go by.
        accounts: as the configuration has them.
        undo_window: seconds that an answer waits before it leaves.
        read_on: whether the next conversation is read once the one that is read was settled.
        notices: what the console calls for, and how.
        new_accounts: what becomes of an account that is added here; `None` where none can be.
        typed: the lines of earlier sessions; `None` keeps them for this one alone.
        ahead: reads the rows that the first frame shows; `None` paints it without.
        behind: gives what else the configuration says, before the desk is opened; it takes its time.
        main: makes the screen that stands first, of a look.

    Attributes:
        fault: what is wrong with the configuration, when the console ended for it.
    """

    fault: ConsoleError | None = None

    ENABLE_COMMAND_PALETTE = False
    TITLE = "Plantão"
    CSS: ClassVar[str] = "App { background: $background; } Screen { overflow: hidden; }"

    def __init__(
        self,
        desk: "Desk | str",
        *,
        agent: str = "",
        look: Look | None = None,
        clock: Callable[[], datetime] = local_now,
        opened: threading.Event | None = None,
        keys: Mapping[str, str] | None = None,
        means: Means | None = None,
        accounts: "Sequence[Account]" = (),
        undo_window: int = 10,
        read_on: bool = True,
        notices: "Notices | None" = None,
        new_accounts: NewAccounts | None = None,
        typed: TypedLines | None = None,
        ahead: "Ahead | None" = None,
        behind: "Callable[[], Behind] | None" = None,
        main: Callable[[Look], MainScreen] = MainScreen,
        **choices: Any,
    ) -> None:
        self.look = look or choose_look("auto", os.environ)  # before Textual chooses its filters
        draw_signs(ASCII_SIGNS if self.look.ascii else {})
        self._scrub: Sequence[LineFilter] = (Scrub(),)
        super().__init__(**choices)
        self.register_theme(theme_of(self.look))
        self.theme = f"plantao-{self.look.name}"
        self.animation_level = "none"
        self.clock = clock
        self.desk = None
        self.agent_id = None
        self.typed = typed or TypedLines()
        self.means = means or Means()
        self.accounts = accounts
        self.undo_window = undo_window
        self.new_accounts = new_accounts
        self.read_on = read_on
        self._caller = Caller(self, notices) if notices is not None else None
        self.keymap = Keymap(commands(), keys)
        self.changes: Signal[Change] = Signal(self, "changes")
        self._given = desk
        self._agent = agent
        self._opening_over = opened or threading.Event()
        self._feed: Feed | None = None
        self._ahead = ahead
        self._behind = behind
        self._main = main(self.look)
        self._standing = Standing()

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Let nothing through to the terminal that could command it; the look needs no other filter."""
        return self._scrub

    @property
    def _background_screens(self) -> list[Screen[Any]]:
        """No screen shines through another: Textual would send the upper one whole whenever a lower one changes."""
        return []

    def _display(self, screen: Screen[Any], renderable: RenderableType | None) -> None:
        """Write what does not stand there yet, each style in as few bytes as it needs."""
        super()._display(
            screen, Lean(renderable, self._standing) if isinstance(renderable, CompositorUpdate) else renderable
        )

    def on_resize(self) -> None:
        """Know nothing of a terminal that has another size: each shows its own part of what stood there."""
        self._standing.forget()

    def _prune(self, *nodes: Widget, parent: DOMNode | None = None) -> AwaitRemove:
        """Let a screen go without laying out the one below it again: that was sent whole when it came back."""
        return super()._prune(*nodes, parent=None if parent is self else parent)

    def first_page(self) -> "FirstPage | None":
        """Return the rows that were read ahead, if they were in time."""
        return self._ahead.page(_PAGE_WAITED_FOR) if self._ahead is not None and self.desk is None else None

    def get_default_screen(self) -> MainScreen:
        """Return the main screen, so that it is the first one painted."""
        return self._main

    def framed(self) -> None:
        """Open the desk behind the first frame: importing and opening it takes longer than all else."""
        self._open()

    def on_mount(self) -> None:
        """Look after the terminal."""
        self.app_resume_signal.subscribe(self, self._resumed)
        if not self.is_headless:
            self.set_interval(_TERMINAL_LOOKED_AT, _end_without_terminal)
            self.set_interval(_SIZE_LOOKED_AT, self._see_size)

    def on_terminal_supports_synchronized_output(self) -> None:
        """Show how long the line takes, once it was asked for."""
        if (link := getattr(self._driver, "link", None)) is not None:
            self._main.linked(link)

    def _see_size(self) -> None:
        """Take the window's size once more: in a storm of sizes, on a busy machine, the last one was missed before."""
        asks = getattr(self._driver, "_get_terminal_size", None)  # as Textual asks at each signal
        size = Size(*asks()) if asks is not None else self.screen.size
        if size.area and size != self.screen.size:
            self.post_message(events.Resize(size, size))

    @work(thread=True, group="open desk")
    def _open(self) -> None:
        from storage.kinds.errors import DeskError

        owned = isinstance(self._given, str)
        try:
            if self._behind is not None:
                self._know(self._behind())
            if isinstance(self._given, str):
                from console.desk import open_desk

                desk = open_desk(self._given, agent=self._agent)
                make_ready()
            else:
                desk = self._given
        except DeskError as error:
            self.call_from_thread(self._main.fail, error)
            return
        except ConsoleError as fault:
            self.fault = fault
            self.call_from_thread(self.exit, 1)
            return
        finally:
            self._opening_over.set()
        self._owned = owned
        self.call_from_thread(self._opened, desk)

    def _know(self, rest: "Behind") -> None:
        """Take the rest of the configuration; no key that needs it does anything before the desk is open."""
        self.means, self.accounts = rest.means, rest.accounts
        self.undo_window, self.read_on = rest.undo_window, rest.read_on
        self._caller = Caller(self, rest.notices)

    def _opened(self, desk: "Desk") -> None:
        if self._exit or not self._main.is_running:  # whoever asked for it left meanwhile
            if self._owned:
                desk.store.close()
            return
        self.desk = desk
        self.agent_id = desk.agent_id
        self._feed = Feed(desk.store, self._heard, self._blind, desk.wrote)
        self._feed.start()
        self._main.begin()
        if self._caller is not None:
            self.changes.subscribe(self, lambda _change: self._call())
            self._call()

    @work(group="call", exclusive=True)
    async def _call(self) -> None:
        """Call the agent for what happened, where that is wanted."""
        if self._caller is not None:
            await self._caller.look()

    def entitle(self, title: str) -> None:
        """Let the window's title say it, where the configuration does not keep it from that."""
        if self._caller is not None:
            self._caller.entitle(title)

    def _heard(self, change: Change) -> None:
        """Publish a change; this is called in the feed's thread."""
        if self._loop_runs():
            self.call_later(self.changes.publish, change)

    def _blind(self, error: BaseException | None) -> None:
        """Say that the feed cannot look, or can again; this is called in the feed's thread."""
        if self._loop_runs():
            self.call_later(self._main.blind, error)

    def _loop_runs(self) -> bool:
        return self._running and not self._closing

    def wake_feed(self) -> None:
        """Let the feed look at once."""
        if self._feed is not None:
            self._feed.wake()

    async def on_event(self, event: events.Event) -> None:
        """Take note of keys, for toasts that leave at the next one."""
        if isinstance(event, events.Key) and not event.is_forwarded and isinstance(self.screen, DeskScreen):
            self.screen.key_came()
        await super().on_event(event)

    def turn_to(self, name: LookName) -> None:
        """Show everything in another palette, from the next frame on.

        Not under NO_COLOR, where Textual has chosen its filters for good: a colour would come out black on black.
        """
        self.look.turn_to(name)
        self.register_theme(theme_of(self.look))
        self.theme = f"plantao-{name}"
        for screen in self.screen_stack:
            for widget in screen.walk_children(with_self=True):
                widget.refresh()
        self.call_after_refresh(self._redraw)

    def _resumed(self, _app: object) -> None:
        """Draw everything anew: somebody else wrote on the terminal."""
        self._standing.forget()
        self.call_after_refresh(self._redraw)

    def _redraw(self) -> None:
        """Draw everything anew after ``fg``: the terminal shows nothing of ours then."""
        if isinstance(self.screen, DeskScreen):
            self.screen.action_redraw()

    def _fatal_error(self) -> None:
        """Show where it fell over, without what it held then: that may be mail, or a password."""
        from rich.traceback import Traceback

        self._exit_renderables.append(Traceback(show_locals=False, width=None))
        self._close_messages_no_wait()

    def action_help_quit(self) -> None:
        """Answer ``^c``, which in a terminal program means stop: nothing is unsaved here, so it does."""
        self.exit(0)

    def end_with(self, status: int) -> bool:
        """End with this exit status, asked from a signal's handler; `False` where no loop runs yet that could."""
        if self._exit:
            return True
        if self._loop is None or not self._running:
            return False
        self._loop.call_soon_threadsafe(partial(self.exit, return_code=status))
        return True

    def on_unmount(self) -> None:
        """Let the store go."""
        if self._caller is not None:
            self._caller.leave()
        if self._feed is not None:
            self._feed.stop()
        self._main.leave_all()
        self.means.close()
        if self.desk is not None and isinstance(self._given, str):
            self.desk.store.close()


@contextmanager
def _ending_in_order(app: Plantao) -> Iterator[None]:
    """Let a hangup, or a SIGTERM, end the console as `q` does.

    Raised wherever the loop happens to stand, an end leaves threads that wait for ever for a loop that runs no more,
    and its traceback on the terminal. Where the loop is stuck, on a terminal that was stopped, it is raised after all.
    """
    late = threading.Event()

    def end(number: int, _frame: FrameType | None) -> None:
        # A hangup of the whole session brings it, too: Textual would begin anew.
        signal.signal(signal.SIGCONT, signal.SIG_IGN)
        if late.is_set() or not app.end_with(128 + number):
            raise SystemExit(128 + number)
        if not insisting.is_alive():
            insisting.start()

    def insist() -> None:
        late.set()
        os.kill(os.getpid(), signal.SIGTERM)

    insisting = threading.Timer(_ENDED_WITHIN, insist)
    insisting.daemon = True
    before = {one: signal.signal(one, end) for one in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        insisting.cancel()
        for one, handler in before.items():
            signal.signal(one, handler)


def _give_back_the_terminal(app: Plantao) -> None:
    """Stop the driver where the app did not come to it: an end that is raised inside one of its tasks passes that by.

    Its thread would read the keys for ever, and keep the process from ending. Where it was stopped, what it said last
    may still be on its way: the thread that writes it would die with the process.
    """
    driver = app._driver  # noqa: SLF001 - Textual's own
    reading = getattr(driver, "_key_thread", None)
    if driver is not None:
        with suppress(Exception):  # the terminal may be gone: then there is nothing to give back
            if reading is not None and reading.is_alive():
                driver.stop_application_mode()
            driver.close()


def run_console(
    store: "Desk | str",
    *,
    agent: str,
    look: str = "auto",
    mouse: bool = False,
    environ: Any = os.environ,
    opened: threading.Event | None = None,
    keys: Mapping[str, str] | None = None,
    new_accounts: NewAccounts | None = None,
    lines: Path | None = None,
    ahead: "Ahead | None" = None,
    behind: "Callable[[], Behind] | None" = None,
    main: Callable[[Look], MainScreen] = MainScreen,
) -> int:
    """Run the console until the agent leaves it.

    Args:
        store: an open desk, or a store's address.
        agent: who sits here.
        look: a palette's name, or ``auto``.
        mouse: whether the mouse is followed; each of its moves costs bytes on a slow line.
        environ: the environment.
        opened: set once the desk is open, or cannot be opened: until then nothing else should import its libraries.
        keys: the agent's own keys, by the name of a command.
        new_accounts: what becomes of an account that is added here; `None` where none can be.
        lines: the file in which what is typed on the `:` line is kept between sessions.
        ahead: reads the rows that the first frame shows.
        behind: gives what else the configuration says: means, accounts, undo_window and notices.
        main: makes the screen that stands first.

    Returns:
        The exit status: 0 done, 1 failed, 2 when there is no terminal to draw on.

    Raises:
        ConsoleError: the configuration is wrong, as `behind` found.
    """
    if not all(stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr)):  # Textual draws on stderr
        sys.stderr.write(_("plantao: the console needs a terminal; plantao list shows the queue without one.") + "\n")
        return 2
    if environ.get("TERM", "dumb") in {"dumb", "unknown", ""}:
        sys.stderr.write(_("plantao: this terminal cannot place text (TERM=dumb); plantao list does without.") + "\n")
        return 2
    app = Plantao(
        store,
        agent=agent,
        look=choose_look(look, environ),
        opened=opened,
        keys=keys,
        new_accounts=new_accounts,
        typed=TypedLines(lines),
        ahead=ahead,
        behind=behind,
        main=main,
        driver_class=Terminal,
    )
    sys.setswitchinterval(_TURNS)
    with _ending_in_order(app):
        try:
            left = app.run(mouse=mouse)
        finally:
            _give_back_the_terminal(app)
    if app.fault is not None:
        raise app.fault
    return app.return_code or left or 0
