"""A desk whose clocks run, as tests live through it."""

import hashlib
import itertools
from datetime import datetime, timedelta

from made.post import MONDAY, Out, Post, letter, row_of
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import clocks, noting, triage
from storage.commands.desk import agent_named
from storage.events import Actor
from storage.kinds import Status
from storage.kinds.clocks import ClockView
from storage.kinds.policies import Metric
from storage.models import Alarm
from storage.queries.clocks import clocks_of
from storage.store import Store

A = table(Alarm)
_UNIQUE = itertools.count(1)


class Clocked:
    """One conversation of Ana's, number 1, since Monday at nine."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.post.now = MONDAY
        self.post.send("q@acme", at=MONDAY)
        self.out = Out(self.post)
        with store.writing() as session:
            self.marta, self.ines = (Actor(agent_named(session, name, now=MONDAY), name) for name in ("Marta", "Ines"))

    def at(self, **span: float) -> datetime:
        return MONDAY + timedelta(**span)

    def tell(self, command, *given, now: datetime, actor: Actor | None = None, **choices):
        with self.store.writing() as session:
            return command(session, *given, actor=actor or self.out.actor, now=now, **choices)

    def stands(self, to: Status, now: datetime, number: int = 1) -> None:
        self.tell(triage.set_status, [number], to=to, now=now)

    def answers(self, now: datetime, after: Status | None = Status.WAITING) -> None:
        self.out.now = now
        self.out.queue(1, cites=("q@acme",), after=after)

    def writes(self, now: datetime, name: str = "", **given) -> int:
        return self.post.send(
            name or f"w{next(_UNIQUE)}@acme", at=now, now=now, cites=("q@acme",), text=f"mais {now}", **given
        )

    def note(self, now: datetime) -> noting.Written:
        said = letter(f"h{next(_UNIQUE)}@notes.invalid", by="desk@notes.invalid", to=(), dated_at=now)
        return noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), 10)

    def clocks(self, now: datetime, number: int = 1) -> tuple[ClockView, ...]:
        with self.store.reading() as session:
            return clocks_of(session, number, now=now)

    def clock(self, metric: Metric, now: datetime, number: int = 1) -> ClockView:
        return [one for one in self.clocks(now, number) if one.metric is metric][-1]

    def due(self, number: int = 1):
        row = row_of(self.store, number)
        return row.due_at, row.due_metric

    def notes(self, now: datetime) -> int:
        with self.store.writing() as session:
            return clocks.note_due(session, now=now)

    def alarms(self) -> list[tuple]:
        with self.store.reading() as session:
            chosen = select(A.c.metric, A.c.mark, A.c.due_at, A.c.noticed_at).order_by(A.c.due_at, A.c.mark)
            return [tuple(row) for row in session.connection().execute(chosen)]
