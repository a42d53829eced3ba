"""The one door: facts are applied and appended to the log in the same transaction, each digest over the one before."""

import json
import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from hashlib import sha256
from itertools import islice
from typing import Any, Final

from sqlalchemy import Row, func, or_, select
from sqlmodel import Session, SQLModel

from storage.apply import apply, refresh, settle, settle_after
from storage.apply.base import insert, table
from storage.events import Actor, Fact, lift
from storage.events.text import row_text, texts_of, written_moment
from storage.models import Conversation, Event, EventPersonal
from storage.prepared import Prepared

_EVENT = table(Event)
_PERSONAL = table(EventPersonal)
CHANNEL = "plantao"
"""The channel on which PostgreSQL tells consoles that something was recorded."""

_START = bytes(32)
_PAGE = 10_000


def record(
    session: Session,
    facts: Sequence[Fact],
    *,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
    undoes: int | None = None,
) -> int:
    """Apply facts and append them to the log; the caller's transaction holds the store's lock.

    Args:
        session: of a writing transaction.
        facts: in the order in which they came true.
        actor: who acts.
        now: the moment of recording (UTC).
        action_id: an action under way that these belong to; `None` begins one.
        undoes: the action that this one takes back.

    Returns:
        The action's id.

    Raises:
        Changed: a row does not stand as a fact needs it to; the transaction must be given up.
    """
    connection = session.connection()
    last = _HEAD.rows(connection)
    number, digest = last[0] if last else (0, _START)
    action = action_id if action_id is not None else number + 1
    recorded = written_moment(now)
    events, personals = [], []
    for number, fact in enumerate(facts, number + 1):  # noqa: B020 - goes on from the last
        text, personal = texts_of(fact)
        public = row_text(number, fact, text, action=action, undoes=undoes, actor=actor, recorded=recorded)
        sealed = None
        if personal:
            salt = os.urandom(16)
            sealed = seal(salt, personal)
            personals.append({"event_id": number, "salt": salt, "personal": personal})
        digest = chain(digest, public, sealed)
        events.append(
            {
                "id": number,
                "action_id": action,
                "undoes": undoes,
                "agent_id": actor.agent_id,
                "console": actor.console,
                "kind": fact.kind,
                "version": fact.version,
                "conversation_id": fact.about,
                "happened_at": fact.happened_at,
                "recorded_at": now,
                "public": public,
                "sealed": sealed,
                "digest": digest,
            }
        )
    insert(connection, Event, events)
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"NOTIFY {CHANNEL}")  # heard when, and only when, this commits
    insert(connection, EventPersonal, personals)
    touched = apply(session, facts)
    refresh(session, touched)
    settle_after(connection, facts, touched)
    return action


_HEAD: Final = Prepared(lambda _: select(_EVENT.c.id, _EVENT.c.digest).order_by(_EVENT.c.id.desc()).limit(1))


def seal(salt: bytes, personal: str) -> bytes:
    """Return the digest that stands in the chain for a personal part: SHA-256(salt ‖ personal)."""
    return sha256(salt + personal.encode()).digest()


def chain(before: bytes, public: str, sealed: bytes | None) -> bytes:
    """Return the digest of a log row: over the row before, the public text, and the sealed personal part."""
    return sha256(before + public.encode() + (sealed or b"")).digest()


def head(session: Session) -> bytes:
    """Return the log's last digest, as it stands; `verify` says whether it is right."""
    last = _HEAD.rows(session.connection())
    return bytes(last[0][1]) if last else _START


@dataclass(frozen=True, slots=True)
class Verified:
    """What verifying the chain gave.

    Attributes:
        facts: how many were read.
        head: the last digest; beside a copy of it from a backup it shows tampering, alone only accidents.
        broken_at: the first event that does not fit, `None` when all do.
    """

    facts: int
    head: bytes
    broken_at: int | None


def verify(session: Session) -> Verified:
    """Read the whole log and check every digest; erased personal parts do not break it."""
    digest, count = _START, 0
    for row in _rows(session):
        count += 1
        sealed = row.sealed
        if row.personal is not None and seal(row.salt, row.personal) != sealed:
            return Verified(count, digest, row.id)
        digest = chain(digest, row.public, sealed)
        if digest != row.digest or row.id != count:
            return Verified(count, digest, row.id)
    return Verified(count, digest, None)


def facts_of(
    session: Session,
    *,
    action_id: int | None = None,
    about: Collection[int | None] | None = None,
    forgotten: set[int] | None = None,
    backwards: bool = False,
) -> Iterator[tuple[int, Fact]]:
    """Yield (event id, fact) out of the log in its order, lifted to today's versions.

    Args:
        session: of any transaction.
        action_id: only this agent's action.
        about: only what is about these conversations, with `None` among them what is about none; a part of a bulk act.
        forgotten: gets the events whose personal part was erased: what they say now is not what was done.
        backwards: the last one first.
    """
    for row in _rows(session, action_id=action_id, about=about, backwards=backwards):
        if forgotten is not None and row.sealed is not None and row.personal is None:
            forgotten.add(row.id)
        yield row.id, fact_in(row.kind, row.version, row.public, row.personal)


def fact_in(kind: str, version: int, public: str, personal: str | None) -> Fact:
    """Return the fact that the texts of a log row hold."""
    written = json.loads(public)
    return lift(kind, version, written["fact"], personal, datetime.fromisoformat(written["happened"]))


def replay(log: Session, target: Session) -> int:
    """Apply every fact of one store's log to the empty decided tables of another; return how many."""
    done = 0
    facts: Iterable[Fact] = (fact for _, fact in facts_of(log))
    while page := list(islice(facts, _PAGE)):
        apply(target, page)
        done += len(page)
    numbers = target.connection().execute(select(table(Conversation).c.id)).scalars().all()
    refresh(target, numbers)
    settle(target.connection(), numbers)
    return done


def next_id(session: Session, model: type[SQLModel]) -> int:
    """Return the number after the greatest one in a table; the store's lock keeps others from taking it."""
    return next_ids(session, model)[0]


def next_ids(session: Session, *models: type[SQLModel]) -> list[int]:
    """Return `next_id` of several tables."""
    (row,) = _greatest(models).rows(session.connection())
    return [(greatest or 0) + 1 for greatest in row]


@cache
def _greatest(models: tuple[type[SQLModel], ...]) -> Prepared:
    return Prepared(lambda _: select(*(select(func.max(table(model).c.id)).scalar_subquery() for model in models)))


def _rows(
    session: Session,
    *,
    action_id: int | None = None,
    about: Collection[int | None] | None = None,
    backwards: bool = False,
) -> Iterator[Row[*tuple[Any, ...]]]:
    """Yield the log's rows with their personal parts, a page at a time: memory stays flat."""
    last: int | None = None
    joined = (
        select(
            _EVENT.c.id,
            _EVENT.c.kind,
            _EVENT.c.version,
            _EVENT.c.public,
            _EVENT.c.sealed,
            _EVENT.c.digest,
            _PERSONAL.c.salt,
            _PERSONAL.c.personal,
        )
        .select_from(_EVENT.outerjoin(_PERSONAL, _PERSONAL.c.event_id == _EVENT.c.id))
        .order_by(_EVENT.c.id.desc() if backwards else _EVENT.c.id)
        .limit(_PAGE)
    )
    if action_id is not None:
        joined = joined.where(_EVENT.c.action_id == action_id, _EVENT.c.agent_id.is_not(None))
    if about is not None:
        number = _EVENT.c.conversation_id
        chosen = number.in_([one for one in about if one is not None])
        joined = joined.where(or_(chosen, number.is_(None)) if None in about else chosen)
    while True:
        further = [] if last is None else [_EVENT.c.id < last if backwards else _EVENT.c.id > last]
        page = session.connection().execute(joined.where(*further)).all()
        yield from page
        if len(page) < _PAGE:
            return
        last = page[-1].id
