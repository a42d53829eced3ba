"""The bare command opens the console, and keeps a sync process at work while it is open."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Self

if TYPE_CHECKING:
    from collections.abc import Callable

    from console.ahead import Behind
    from console.cli.call import Call
    from console.screens.main import MainScreen
    from widgets.look import Look

_ROWS_FIRST = 0.5  # seconds that the console has to itself once its desk is open: its first rows come before the sync


def run_console(call: "Call", *, on_call: bool = False) -> int:
    """Open the console on the call's store.

    Args:
        call: whose desk.
        on_call: whether it is the console of whoever is on call: one pane, the brief first.
    """
    from console.config.early import agent_name

    early = call.early
    named = getattr(call.options, "store", None)
    store_url = call.store_url if named else early.store or call.paths.store_url
    _make_first_store(call, store_url)
    with ending_in_order(), _Keeping(call, active=sys.stdout.isatty()) as keeping:
        from console.ahead import Ahead

        agent = agent_name(early.agent)
        ahead = Ahead(store_url, agent=agent) if not on_call else None  # beside the imports that follow
        from console.app import run_console as run
        from console.screens.ground import NewAccounts

        if early.accounts:
            keeping.begin()

        return run(
            store_url,
            agent=agent,
            ahead=ahead,
            look=early.theme or "auto",
            opened=keeping.may_begin,
            mouse=early.mouse,
            keys=early.keys,
            new_accounts=NewAccounts(call.configuration_file, keeping.begin),
            lines=call.paths.state / "lines",
            behind=lambda: _behind(call, on_call=on_call),
            main=_main_screen(on_call=on_call),
        )


def _main_screen(*, on_call: bool) -> "Callable[[Look], MainScreen]":
    """Return what makes the screen that stands first."""
    if on_call:
        from console.screens.oncall import OnCallScreen

        return OnCallScreen
    from console.screens.main import MainScreen

    return MainScreen


def _behind(call: "Call", *, on_call: bool) -> "Behind":
    """Check the whole configuration, and return what the console needs of it once the desk is open."""
    from console.ahead import Behind
    from console.files.means import Means

    settings = call.settings
    notices = settings.notices.on_duty() if on_call else settings.notices
    return Behind(Means.configured(settings), settings.accounts, settings.undo_window, settings.read_on, notices)


def sync_command(call: "Call") -> list[str]:
    """Return what starts the sync of the same desk in a process of its own, which ends with this one."""
    command = [sys.executable, "-P", "-m", "console.cli", "sync", "--watch"]
    command += ["--with-parent", str(os.getpid()), "--store", call.store_url]
    named = getattr(call.options, "config", None)
    return [*command, "--config", str(call.configuration_file)] if named else command


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let the end of the terminal, or of the machine, end the block as its own end would: folders go, servers stop.

    The console takes it upon itself while it runs.
    """

    def leave(number: int, _frame: object) -> NoReturn:
        raise SystemExit(128 + number)

    before = {one: signal.signal(one, leave) for one in (signal.SIGHUP, signal.SIGTERM)}
    try:
        yield
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


def _make_first_store(call: "Call", store_url: str) -> None:
    """Make a store that is not there yet, before console and sync both open it."""
    path = store_url.removeprefix("sqlite:///")
    if path == store_url or not Path(path).exists():
        from console.mail.sync import add_mailboxes

        store = call.open_store()
        add_mailboxes(store, call.settings.accounts)  # so that the first screen knows that there are some
        store.close()


class _Keeping:
    """Keeps a sync process at work while the block runs.

    Args:
        call: whose desk.
        active: whether there is a console at all.

    Attributes:
        may_begin: to be set when the console has opened the desk. Two threads that import the store's libraries at
            once now and then find one of them half made, and the console falls over.
    """

    def __init__(self, call: "Call", *, active: bool) -> None:
        self._call = call
        self.may_begin = threading.Event()
        self._wanted = threading.Event()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="keeping", daemon=True) if active else None

    def __enter__(self) -> Self:
        if self._thread is not None:
            self._thread.start()
        return self

    def begin(self) -> None:
        """Keep one at work from now on: there is an account. One that works reads a new account by itself."""
        self._wanted.set()

    def __exit__(self, *_error: object) -> None:
        self._ended.set()
        self.may_begin.set()
        self._wanted.set()
        if self._thread is not None:
            self._thread.join()

    def _keep(self) -> None:
        self.may_begin.wait()
        if self._ended.wait(_ROWS_FIRST):
            return
        self._wanted.wait()
        if self._ended.is_set():
            return
        from console.config.errors import ConsoleError
        from console.config.paths import private_folder
        from console.mail.sync.keeping import SyncKeeper
        from storage.kinds.errors import DeskError

        with suppress(DeskError, ConsoleError):  # the console says what is wrong with the store, or ended with it
            log = private_folder(self._call.paths.state) / "sync.log"
            os.close(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            outlives = not getattr(self._call.options, "temporary", False)  # a demo's folder goes with it
            keeper = SyncKeeper(self._call.open_store(), sync_command(self._call), log=log, outlives=outlives)
            keeper.start()
            self._ended.wait()
            keeper.stop()
