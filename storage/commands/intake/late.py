"""Answers that come to a conversation which has been settled for too long: they start a linked one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.evidence import Edge
from storage.kinds import Direction, LinkReason, Status
from storage.models import Conversation, Link
from storage.models.statements import Lookup, some_values
from storage.rules.status import reopens


@dataclass(slots=True)
class Late:
    """The answers of a batch that came too late.

    Attributes:
        barred: conversations that a message answers and must not join.
        links: those of them that what it begins is linked to.
        instead: ties to what an earlier late answer began.
    """

    barred: dict[int, set[int]] = field(default_factory=dict)
    links: dict[int, set[int]] = field(default_factory=dict)
    instead: list[Edge] = field(default_factory=list)

    def cuts(self, edge: Edge, place_of: Mapping[int, int]) -> bool:
        """Say whether an edge ties a late answer to what it came too late for."""
        return bool(self.barred) and any(
            place_of.get(other) in self.barred.get(one, ())
            for one, other in ((edge.child, edge.parent), (edge.parent, edge.child))
        )


@dataclass(slots=True)
class _Standing:
    status: Status
    last_message_at: datetime | None


def too_late(
    session: Session, messages: Sequence[Incoming], edges: Iterable[Edge], place_of: Mapping[int, int]
) -> Late:
    """Find the live answers of a batch that come to conversations settled for too long.

    Args:
        session: of the writing transaction.
        messages: of the batch, in the order of arrival.
        edges: what ties them.
        place_of: the conversation of each message of the store that is tied.
    """
    late = Late()
    if all(message.history for message in messages):
        return late
    tied = _tied(messages, edges, place_of)
    standing = _standings(session, {home for some in tied.values() for home in some})
    followed: dict[int, int] = {}
    for message in messages:
        number = message.message_id
        for home, edge in tied.get(number, {}).items():
            held = standing[home]
            if not _comes_too_late(message, held):
                held.last_message_at = max(held.last_message_at or message.arrived_at, message.arrived_at)
                continue
            late.barred.setdefault(number, set()).add(home)
            if home not in followed:
                begun = _begun_by_late(session, home)
                if begun is None or _comes_too_late(message, _standings(session, [begun])[begun]):
                    late.links.setdefault(number, set()).add(home)
                    begun = None
                followed[home] = number if begun is None else -begun
            if followed[home] != number:
                late.instead.append(Edge(number, followed[home], edge.evidence, edge.weight))
    return late


def _tied(
    messages: Sequence[Incoming], edges: Iterable[Edge], place_of: Mapping[int, int]
) -> dict[int, dict[int, Edge]]:
    """Return of each new message the conversations that something ties it to, with one of the ties."""
    tied: dict[int, dict[int, Edge]] = {message.message_id: {} for message in messages}
    for edge in edges:
        for one, other in ((edge.child, edge.parent), (edge.parent, edge.child)):
            if one in tied and other in place_of:
                tied[one].setdefault(place_of[other], edge)
    return tied


def _comes_too_late(message: Incoming, held: _Standing) -> bool:
    if message.history or message.direction is Direction.OUTGOING or held.last_message_at is None:
        return False
    return not reopens(held.status, silent_for=message.arrived_at - held.last_message_at)


_C = table(Conversation)
_STANDINGS: Final = Lookup(lambda: select(_C.c.id, _C.c.status, _C.c.last_message_at).where(_C.c.id.in_(some_values())))


def _standings(session: Session, numbers: Iterable[int]) -> dict[int, _Standing]:
    rows = _STANDINGS(session.connection(), numbers)
    return {row.id: _Standing(row.status, row.last_message_at) for row in rows}


def _begun_by_late(session: Session, home: int) -> int | None:
    """Return the newest conversation that an earlier late answer to this one began, if it still stands for itself."""
    links, rows = table(Link), table(Conversation)
    newest = (
        select(rows.c.id)
        .select_from(links.join(rows, rows.c.id == links.c.conversation_id))
        .where(links.c.other_id == home, links.c.reason == LinkReason.LATE_ANSWER, rows.c.joined_into.is_(None))
        .order_by(rows.c.last_message_at.desc(), rows.c.id.desc())
        .limit(1)
    )
    found: int | None = session.connection().execute(newest).scalar()
    return found
