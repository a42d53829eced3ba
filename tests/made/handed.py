"""A desk on which things are handed on: three agents, and one conversation of Ana's."""

import hashlib
import itertools
from datetime import timedelta

from made.post import MONDAY, Post, letter

from storage.commands import noting
from storage.commands.desk import agent_named
from storage.events import Actor
from storage.store import Store

HOUR = timedelta(hours=1)
UNIQUE = itertools.count(1)


class Handed:
    """Bruno, Marta and Inês at work; what is done is Bruno's unless another is named."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.post.send("a@x")
        self.now = self.post.now
        with store.writing() as session:
            self.bruno, self.marta, self.ines = (
                Actor(agent_named(session, name, now=MONDAY), name) for name in ("Bruno", "Marta", "Inês")
            )

    def tell(self, command, /, *given, actor: Actor | None = None, **choices):
        with self.store.writing() as session:
            return command(session, *given, actor=actor or self.bruno, now=self.now, **choices)

    def ask(self, asked, /, *given, **choices):
        with self.store.reading() as session:
            return asked(session, *given, **choices)

    def note(self, text: str = "asked") -> noting.Written:
        said = letter(f"n{next(UNIQUE)}@notes.invalid", by="desk@notes.invalid", to=(), text=text, dated_at=self.now)
        return noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), 10)
