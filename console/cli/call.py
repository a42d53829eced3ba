"""One call of the command: its options, its configuration, its store and its output, each made when first needed."""

import argparse
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from console.cli.output import Output
from widgets.language import choose_language

if TYPE_CHECKING:
    from console.config.early import Early
    from console.config.paths import Paths
    from console.config.settings import Settings
    from console.desk import Desk
    from storage.store import Store

CONSOLE = "cli"
"""What undo and redo walk back within: the commands of this agent, whichever terminal they were typed in."""


class Call:
    """What a command is given.

    Args:
        options: what the command line says.
    """

    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.out = Output(json_lines=getattr(options, "json", False))
        self._opened: list[Store] = []

    @cached_property
    def paths(self) -> "Paths":
        """Where things lie."""
        from console.config.paths import find_paths

        return find_paths()

    @cached_property
    def configuration_file(self) -> Path:
        """The configuration file that holds for this call."""
        named = getattr(self.options, "config", None)
        return Path(named).expanduser() if named else self.paths.configuration_file

    @cached_property
    def settings(self) -> "Settings":
        """What the configuration says; its language is spoken from here on."""
        from console.config.settings import load_settings

        named = getattr(self.options, "config", None)
        settings = load_settings(self.configuration_file if named else None, paths=self.paths)
        if settings.language:
            choose_language(settings.language)
        return settings

    @cached_property
    def early(self) -> "Early":
        """What the first frame needs of the configuration; its language is spoken from here on.

        The rest is checked with `settings`, at once where this part is not plainly right.
        """
        from console.config.early import Early, read_early

        named = getattr(self.options, "config", None)
        found = read_early(self.configuration_file, named=bool(named))
        if found is None:
            known = self.settings
            known_keys = dict(known.keys)
            theme, mouse, store = known.theme, known.mouse, known.store
            return Early(known.agent, known.language, theme, mouse, known_keys, store, bool(known.accounts))
        if found.language:
            choose_language(found.language)
        return found

    @cached_property
    def store_url(self) -> str:
        """The address of the store: of --store, else of the configuration, else the usual place."""
        return self.store_url_by(lambda: self.settings.store)

    def store_url_by(self, configured: Callable[[], str | None]) -> str:
        """Return the address of the store; the configuration is asked only where --store does not say it.

        Args:
            configured: gives what the configuration says of it.
        """
        named: str | None = getattr(self.options, "store", None)
        if not named:
            return configured() or self.paths.store_url
        return named if "://" in named else f"sqlite:///{Path(named).expanduser().absolute() / 'desk.db'}"

    @cached_property
    def now(self) -> datetime:
        """The moment of the call, in the person's own time zone."""
        return datetime.now().astimezone()

    @cached_property
    def store(self) -> "Store":
        """The store, open as an agent's.

        Raises:
            StoreTrouble: it cannot be used; one that was named must be there.
        """
        self.must_be_there()
        return self.open_store()

    @cached_property
    def desk(self) -> "Desk":
        """The desk, with the agent sitting at it."""
        from console.desk import Desk

        return Desk(self.store, agent=self.settings.agent_name(), console=CONSOLE)

    @cached_property
    def agent_id(self) -> int | None:
        """The agent's number, if the agent ever did anything here: reading writes nothing."""
        from storage.queries.agents import agent_called

        number: int | None = self.ask(agent_called, name=self.settings.agent_name())
        return number

    def open_store(self, *, durable: bool = True) -> "Store":
        """Open the store, made if need be; it is closed with the call."""
        from storage.store import open_store

        store = open_store(self.store_url, durable=durable)
        self._opened.append(store)
        return store

    def ask(self, question: Any, /, *arguments: Any, **choices: Any) -> Any:
        """Run a query and return what it gives."""
        with self.store.reading() as session:
            return question(session, *arguments, **choices)

    def close(self) -> None:
        """Close what was opened."""
        for store in self._opened:
            store.close()

    def must_be_there(self) -> None:
        """Make sure that a store that was named on the command line is there: a wrong name makes no new one.

        Raises:
            StoreMissing: it is not.
        """
        from storage.kinds.errors import StoreMissing

        named = getattr(self.options, "store", None)
        if named and self.store_url.startswith("sqlite:///"):
            place = self.store_url.removeprefix("sqlite:///")
            if not Path(place).exists():
                raise StoreMissing(place)
