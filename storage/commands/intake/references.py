"""What Message-IDs say: the citations of a batch, and of earlier mail that cites what the batch brings."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import func, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.evidence import Edge
from storage.kinds import Evidence
from storage.models import Cited, Message
from storage.models.statements import Lookup, some_values

_C, _M = table(Cited), table(Message)
_CITED_BY: Final = Lookup(
    lambda: select(_C.c.header_key, _C.c.message_id, _C.c.place).where(_C.c.message_id.in_(some_values()))
)
_BEARERS: Final = Lookup(
    lambda: select(_M.c.header_key, _M.c.id).where(
        _M.c.header_key.in_(some_values()),
        _M.c.conversation_id.is_not(None),  # what was taken back before it left stands nowhere
    )
)
_CITING: Final = Lookup(
    lambda: (
        select(_C.c.header_key, func.min(_C.c.message_id).label("message_id"))
        .where(_C.c.header_key.in_(some_values()))
        .group_by(_C.c.header_key)
    )
)
_TIED: Final = Lookup(lambda: select(_C.c.message_id).where(_C.c.header_key.in_(some_values())))


@dataclass(slots=True)
class References:
    """The ties that Message-IDs make.

    Attributes:
        undone: messages of the store that a Message-ID tied together which two messages bear from now on.
    """

    edges: list[Edge] = field(default_factory=list)
    undone: set[int] = field(default_factory=set)


def references(session: Session, messages: Sequence[Incoming]) -> References:
    """Follow the Message-IDs that the batch cites and bears.

    A Message-ID that one message bears ties all that cite it to that one; one that nobody bears (yet) ties those
    that cite it to each other: they answer the same message, which we never got. One that two different messages
    bear says nothing about either.
    """
    wanted = {one for message in messages for one in message.cited}
    own = {message.header_key for message in messages if message.header_key}
    stored = bearers_of(session, wanted | own)
    bearers = {key: list(some) for key, some in stored.items()}
    for message in messages:
        if message.header_key:
            bearers.setdefault(message.header_key, []).append(message.message_id)
    found = References()
    missing: defaultdict[bytes, list[tuple[int, int]]] = defaultdict(list)
    for message in messages:
        for place, one in enumerate(message.cited):
            some = bearers.get(one, ())
            if not some:
                missing[one].append((message.message_id, place))
            elif len(some) == 1:
                found.edges.append(_edge(message.message_id, some[0], place))
    # By now all that cites a missing Message-ID stands together: one of them speaks for the others.
    alone = {one for one in own if len(bearers[one]) == 1}
    spokesmen = _citing(session, alone | missing.keys())
    found.edges += [_edge(spokesmen[one], bearers[one][0], 0) for one in alone if one in spokesmen]
    for one, citing in missing.items():
        other = spokesmen.get(one, citing[0][0])
        found.edges += [_edge(number, other, place) for number, place in citing if number != other]
    repeated = {one for one in own if len(bearers[one]) > 1 and len(stored.get(one, ())) <= 1}
    found.undone = _tied_by(session, repeated) | {one for key in repeated for one in stored.get(key, ())}
    return found


def among(session: Session, numbers: Collection[int], fresh: Sequence[Incoming]) -> list[Edge]:
    """Return the ties that Message-IDs make among messages of the store.

    Args:
        session: of any transaction.
        numbers: the messages of the store.
        fresh: new messages: a Message-ID that one of them bears is a repeated one, or has been followed already.
    """
    citing: defaultdict[bytes, list[tuple[int, int]]] = defaultdict(list)
    for row in _CITED_BY(session.connection(), numbers):
        citing[row.header_key].append((row.message_id, row.place))
    bearers = bearers_of(session, citing)
    for message in fresh:
        if message.header_key is not None and message.header_key in citing:
            bearers.setdefault(message.header_key, []).append(message.message_id)
    edges = []
    for key, some_citing in sorted(citing.items()):
        some = bearers.get(key, [])
        if len(some) > 1:
            continue
        parent = some[0] if some else min(some_citing)[0]
        edges += [_edge(number, parent, place) for number, place in some_citing if number != parent]
    return edges


def bearers_of(session: Session, keys: Collection[bytes]) -> dict[bytes, list[int]]:
    """Return the messages of the store that bear these Message-IDs."""
    found: dict[bytes, list[int]] = {}
    for row in _BEARERS(session.connection(), keys):
        found.setdefault(row.header_key, []).append(row.id)
    return found


def _citing(session: Session, keys: Collection[bytes]) -> dict[bytes, int]:
    """Return one message of the store that cites each of these Message-IDs."""
    return {row.header_key: row.message_id for row in _CITING(session.connection(), keys)}


def _tied_by(session: Session, keys: Collection[bytes]) -> set[int]:
    return {row.message_id for row in _TIED(session.connection(), keys)}


def _edge(child: int, parent: int, place: int) -> Edge:
    return Edge(child, parent, Evidence.REFERENCE, (-float(place), 0.0, 0.0, b""))
