"""Replay of a log of a million facts into an empty store.

Usage: python -m benchmarks.replay [--facts 1000000]

The log is of a realistic mix and is made through `record`, so that every fact is true where it stands; the store
is kept in .benchmarks/replay. What is timed is `storage.record.replay` from it into another empty store, committed.
"""

import argparse
import random
import resource
import shutil
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import islice
from pathlib import Path

from sqlalchemy import func, select

from benchmarks.measuring import HERE, keep, machine
from storage.apply.base import table
from storage.commands.desk import agent_named, mailbox_as
from storage.events import Actor, Assigned, Fact, Handled, Joined, Met, Received, Snoozed, StatusChanged, Tagged
from storage.kinds import Automatic, Direction, Evidence, PersonKind, Status
from storage.models import Conversation, Event, Message
from storage.record import record, replay
from storage.store import open_store

NOW = datetime(2026, 11, 1, tzinfo=UTC)


def facts() -> Iterator[Fact]:
    """Yield facts without end: people are met, write, are answered, and agents do what agents do."""
    made = random.Random(5)
    message = person = conversation = 0
    at = NOW - timedelta(days=900)
    while True:
        at += timedelta(seconds=made.randint(5, 120))
        conversation += 1
        if person < 3 or made.random() < 0.25:
            person += 1
            yield Met(
                person_id=person,
                address_id=person,
                person_kind=PersonKind.CUSTOMER,
                group="",
                name=f"Cliente {person}",
                address=f"cliente{person}@example.com",
                happened_at=at,
            )
        who = made.randint(max(1, person - 5000), person)
        mine: list[int] = []
        status = Status.NEW
        size = made.choices((1, 2, 3, 4, 5, 6), (30, 25, 18, 12, 9, 6))[0]
        for place in range(size):
            message += 1
            outgoing = place % 2 == 1
            digest = sha256(str(message).encode()).hexdigest()
            yield Received(
                message_id=message,
                raw_id=message,
                raw_digest=digest,
                size=4000 + message % 3000,
                mailbox_id=1,
                author_id=None if outgoing else who,
                customer_id=who,
                direction=Direction.OUTGOING if outgoing else Direction.INCOMING,
                automatic=Automatic.NO,
                key=digest[:32],
                header_key=digest[32:],
                history=False,
                happened_at=at,
            )
            yield Joined(
                message_id=message,
                conversation_id=conversation,
                mailbox_id=1,
                starts=Status.NEW if place == 0 else None,
                evidence=Evidence.REFERENCE if place else Evidence.NEW,
                through_id=message - 1 if place else None,
                participants=(who,),
                happened_at=at,
            )
            if outgoing:
                yield Handled(conversation_id=conversation, message_ids=tuple(mine), after=True, happened_at=at)
                mine = []
                if status is not Status.WAITING:
                    yield StatusChanged(
                        conversation_id=conversation, before=status, after=Status.WAITING, happened_at=at
                    )
                    status = Status.WAITING
            else:
                mine.append(message)
        if made.random() < 0.6:
            yield Assigned(conversation_id=conversation, before=None, after=1, happened_at=at)
        if made.random() < 0.4:
            yield Tagged(
                conversation_id=conversation, added=(made.choice(("fatura", "vip")),), removed=(), happened_at=at
            )
        if made.random() < 0.1:
            until = at + timedelta(days=1)
            yield Snoozed(conversation_id=conversation, before=None, after=until, happened_at=at)
            yield Snoozed(conversation_id=conversation, before=until, after=None, happened_at=at)
        if made.random() < 0.8:
            yield StatusChanged(conversation_id=conversation, before=status, after=Status.RESOLVED, happened_at=at)


def main() -> None:
    reader = argparse.ArgumentParser()
    reader.add_argument("--facts", type=int, default=1_000_000)
    asked = reader.parse_args()
    print(machine())
    home = HERE / "replay" / str(asked.facts)
    if not (home / "ready").exists():
        make(home, asked.facts)
    log = open_store(str(home))
    events = table(Event)
    with log.reading() as session:
        kinds = dict(session.connection().execute(select(events.c.kind, func.count()).group_by(events.c.kind)).all())
    print(kinds)
    shutil.rmtree(HERE / "replay" / "into", ignore_errors=True)
    into = open_store(str(HERE / "replay" / "into"), durable=False)
    began, processor = time.perf_counter(), time.process_time()
    with log.reading() as session, into.writing() as target:
        done = replay(session, target)
    seconds, processor = time.perf_counter() - began, time.process_time() - processor
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"| replay | {done:,} facts | {seconds:.0f} s ({processor:.0f} s of processor, {most:.0f} MB) | under 180 s |"
        f" {'met' if seconds < 180 else 'not met'} |"
    )
    for model in (Message, Conversation):
        rows = table(model)
        with log.reading() as mine, into.reading() as theirs:
            sizes = [
                each.connection().execute(select(func.count()).select_from(rows)).scalar() for each in (mine, theirs)
            ]
        assert sizes[0] == sizes[1], (model, sizes)
    keep("replay", {"facts": done, "seconds": seconds, "cpu": processor})
    into.close()
    log.close()


def make(home: Path, count: int) -> None:
    shutil.rmtree(home, ignore_errors=True)
    store = open_store(str(home), durable=False)
    began = time.perf_counter()
    with store.writing() as session:
        mailbox_as(session, name="ajuda", address="ajuda@lumen.example", now=NOW)
        agent_named(session, "ines", now=NOW)
    waiting = islice(facts(), count - 2)
    done = 0
    while some := list(islice(waiting, 20_000)):
        done += len(some)
        with store.writing() as session:
            # As the sync records: some fifty letters at a time, whose facts stand in runs of one kind.
            for start in range(0, len(some), 130):
                batch = sorted(some[start : start + 130], key=_order)
                record(session, batch, actor=Actor(1, "bench"), now=NOW)
        if done % 100_000 == 0:
            print(f"  {done:,} facts, {time.perf_counter() - began:.0f} s", flush=True)
    store.close()
    (home / "ready").touch()


_RANK = {"met": 0, "received": 1, "joined": 2, "handled": 3}


def _order(fact: Fact) -> tuple[int, str, bool]:
    starts = isinstance(fact, Joined) and fact.starts is None
    return (_RANK.get(fact.kind, 4), fact.kind if fact.kind in _RANK else "", starts)


if __name__ == "__main__":
    main()
