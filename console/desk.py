"""The console's only calls into the store: ask a query, tell a command; one thread hop and one transaction each."""

import asyncio
import os
import secrets
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlmodel import Session

from storage.commands.desk import agent_named
from storage.events import Actor
from storage.store import Store, open_store

Given = TypeVar("Given")
Choices = ParamSpec("Choices")


class Desk:
    """One agent at one console, before one store.

    Args:
        store: open; the desk does not close it.
        agent: who acts; joins the desk when nobody bears that name yet.
        console: what undo walks back within: ``cli``, or a word that only this console has.
    """

    def __init__(self, store: Store, *, agent: str, console: str = "") -> None:
        self.store = store
        self.agent = agent
        with store.writing() as session:
            agent_id = agent_named(session, agent, now=now())
        self.actor = Actor(agent_id, console or f"{os.getpid()}-{secrets.token_hex(3)}")
        self.wrote = threading.Event()
        """Set after each command of ours, so that the feed need not wait to notice."""

    @property
    def agent_id(self) -> int:
        """The acting agent's number."""
        assert self.actor.agent_id is not None
        return self.actor.agent_id

    def ask_now(
        self,
        query: Callable[Concatenate[Session, Choices], Given],
        /,
        *args: Choices.args,
        **choices: Choices.kwargs,
    ) -> Given:
        """Run a query in a reading transaction and return what it gives."""
        with self.store.reading() as session:
            return query(session, *args, **choices)

    def tell_now(
        self,
        command: Callable[Concatenate[Session, Choices], Given],
        /,
        *args: Choices.args,
        **choices: Choices.kwargs,
    ) -> Given:
        """Run a command in a writing transaction, which is committed when it returns."""
        with self.store.writing() as session:
            given = command(session, *args, **choices)
        self.wrote.set()
        return given

    async def ask(self, query: Callable[..., Given], /, *args: Any, **choices: Any) -> Given:
        """Run a query in a thread of its own."""
        return await asyncio.to_thread(self.ask_now, query, *args, **choices)

    async def tell(self, command: Callable[..., Given], /, *args: Any, **choices: Any) -> Given:
        """Run a command in a thread of its own."""
        return await asyncio.to_thread(self.tell_now, command, *args, **choices)


def open_desk(url: str, *, agent: str, console: str = "") -> Desk:
    """Open the store at `url` and sit down at it: its sync writes in short transactions from now on.

    Raises:
        StoreTrouble: the store cannot be used, by the reason.
    """
    store = open_store(url)
    store.turns.attend()
    return Desk(store, agent=agent, console=console)


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)
