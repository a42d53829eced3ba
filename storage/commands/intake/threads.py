"""Where each message of a batch goes: conversations joined, begun, merged or linked by the evidence."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, standing, table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.evidence import STRENGTH, Edge
from storage.kinds import Direction, Evidence, Status
from storage.models import Conversation, Message, Parting
from storage.record import next_id
from storage.rules.status import reopens


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a message goes, and why."""

    message_id: int
    conversation_id: int
    evidence: Evidence
    through_id: int | None


@dataclass(slots=True)
class Seating:
    """What the evidence of a batch comes to.

    Attributes:
        seats: one for each new message, in the order of arrival.
        begun: the conversations that begin, each with the message it begins with.
        merged: (number that stays, number that becomes its alias).
        late: conversations begun by an answer that came too late, and the settled conversation it answers.
        alike: conversations that a stranger's message begins, and the one of the same subject.
    """

    seats: list[Seat] = field(default_factory=list)
    begun: dict[int, int] = field(default_factory=dict)
    merged: list[tuple[int, int]] = field(default_factory=list)
    late: list[tuple[int, int]] = field(default_factory=list)
    alike: list[tuple[int, int]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Standing:
    status: Status
    last_message_at: datetime | None


class _Table:
    """The conversations of a batch while its messages are seated, with what is joined to what."""

    def __init__(self, session: Session, edges: Sequence[Edge], messages: Sequence[Incoming]) -> None:
        fresh = {message.message_id for message in messages}
        known = {number for edge in edges for number in (edge.child, edge.parent)} - fresh
        self.seat_of: dict[int, int] = {
            number: conversation
            for number, conversation in standing(session.connection(), Message, "conversation_id", known).items()
            if conversation is not None
        }
        self.evidence_of: dict[int, Evidence] = standing(session.connection(), Message, "evidence", known)
        conversations = set(self.seat_of.values())
        self.standing = _standings(session, conversations)
        self._parted = _partings(session, conversations)
        self._into: dict[int, int] = {}
        self._next = next_id(session, Conversation)

    def resolve(self, conversation: int) -> int:
        while conversation in self._into:
            conversation = self._into[conversation]
        return conversation

    def of(self, message_id: int) -> int | None:
        conversation = self.seat_of.get(message_id)
        return None if conversation is None else self.resolve(conversation)

    def begin(self) -> int:
        self._next += 1
        return self._next - 1

    def part(self, one: int, other: int) -> None:
        self._parted.add((min(one, other), max(one, other)))

    def parted(self, one: int, other: int) -> bool:
        return (min(one, other), max(one, other)) in self._parted

    def merge(self, winner: int, loser: int) -> None:
        self._into[loser] = winner
        for one, other in list(self._parted):
            if loser in {one, other}:
                self.part(winner, other if one == loser else one)


def seat(session: Session, messages: Sequence[Incoming], edges: Iterable[Edge], signed: Mapping[int, int]) -> Seating:
    """Give every message of a batch its conversation.

    Args:
        session: of the writing transaction.
        messages: new to the desk, in the order of arrival.
        edges: the evidence, see `gather`.
        signed: conversations named by our own signed Message-IDs that a message cites.
    """
    chosen = _heaviest(list(edges))
    board = _Table(session, chosen, messages)
    for number in set(signed.values()):
        board.standing.update(_standings(session, [number]))
    around: defaultdict[int, list[Edge]] = defaultdict(list)
    for edge in chosen:
        around[edge.child].append(edge)
        around[edge.parent].append(edge)
    seating = Seating()
    fresh: set[int] = set()
    for message in messages:
        _seat_one(message, around[message.message_id], signed.get(message.message_id), board, seating, fresh)
    _settle_numbers(seating, board, fresh)
    return seating


def _heaviest(edges: list[Edge]) -> list[Edge]:
    """Keep every reference, and of the weaker evidence a child has the strongest kind's heaviest parent alone."""
    kept = [edge for edge in edges if edge.evidence is Evidence.REFERENCE]
    best: dict[int, Edge] = {}
    for edge in edges:
        if edge.evidence is Evidence.REFERENCE:
            continue
        held = best.get(edge.child)
        if held is None or _rank(edge) > _rank(held):
            best[edge.child] = edge
    return kept + list(best.values())


def _rank(edge: Edge) -> tuple[bool, int, float, int]:
    return (not edge.linked, -STRENGTH.index(edge.evidence), edge.weight, -edge.parent)


def _seat_one(
    message: Incoming, edges: list[Edge], signed: int | None, board: _Table, seating: Seating, fresh: set[int]
) -> None:
    number = message.message_id
    reasons, alike = _reasons(number, edges, signed, board)
    late = {one for one in reasons if one not in fresh and _too_late(message, board.standing.get(one))}
    joined = sorted(set(reasons) - late, key=lambda one: (one in fresh, one))
    if joined:
        home = joined[0]
        evidence, through = reasons[home]
        for other in joined[1:]:
            if not board.parted(home, other):
                board.merge(home, other)
                if other not in fresh:
                    seating.merged.append((home, other))
    else:
        home = board.begin()
        fresh.add(home)
        seating.begun[home] = number
        evidence, through = Evidence.NEW, None
    board.seat_of[number] = home
    board.evidence_of[number] = evidence
    seating.seats.append(Seat(number, home, evidence, through))
    for other in late:
        board.part(home, other)
        seating.late.append((home, other))
    seating.alike.extend((home, other) for other in sorted(alike - set(reasons)) if home != other)


def _reasons(
    number: int, edges: Iterable[Edge], signed: int | None, board: _Table
) -> tuple[dict[int, tuple[Evidence, int | None]], set[int]]:
    """Return the conversations that a message belongs to, each with why; and those that a stranger's looks like.

    What the message itself cites or answers comes before what others say of it.
    """
    reasons: dict[int, tuple[Evidence, int | None]] = {}
    alike: set[int] = set()
    if signed is not None and signed in board.standing:
        reasons[board.resolve(signed)] = (Evidence.SIGNED, None)
    for edge in sorted(edges, key=lambda one: (one.child != number, STRENGTH.index(one.evidence), one.parent)):
        other = edge.parent if edge.child == number else edge.child
        conversation = board.of(other)
        if conversation is None or (edge.child != number and not _late_parent_counts(edge, board)):
            continue
        if edge.linked:
            alike.add(conversation)
        else:
            reasons.setdefault(conversation, (edge.evidence, other))
    return reasons, alike


def _late_parent_counts(edge: Edge, board: _Table) -> bool:
    """Say whether a parent that came after its child still tells where the child belongs.

    A reference always does; the weaker evidence only for a child that nothing tied to anything yet.
    """
    return edge.evidence is Evidence.REFERENCE or board.evidence_of.get(edge.child) is Evidence.NEW


def _too_late(message: Incoming, standing: "_Standing | None") -> bool:
    """Say whether a live message comes to a conversation that has been settled for too long."""
    if standing is None or standing.last_message_at is None or message.history:
        return False
    if message.direction is Direction.OUTGOING:
        return False
    return not reopens(standing.status, silent_for=message.arrived_at - standing.last_message_at)


def _settle_numbers(seating: Seating, board: _Table, fresh: set[int]) -> None:
    """Follow the merges to their end, and close up the numbers of conversations that were merged unborn."""
    alive = sorted({board.resolve(one) for one in fresh} & fresh)
    first = min(fresh, default=0)
    renumbered = {old: first + place for place, old in enumerate(alive)}

    def final(conversation: int) -> int:
        resolved = board.resolve(conversation)
        return renumbered.get(resolved, resolved)

    begun: dict[int, int] = {}
    for one in seating.seats:
        number = final(one.conversation_id)
        if board.resolve(one.conversation_id) in renumbered:
            begun.setdefault(number, one.message_id)
    seating.seats = [
        Seat(one.message_id, final(one.conversation_id), one.evidence, one.through_id) for one in seating.seats
    ]
    seating.begun = begun
    seating.merged = [(final(one), other) for one, other in seating.merged]
    seating.late = [(final(one), other) for one, other in seating.late if final(one) != final(other)]
    seating.alike = list(
        dict.fromkeys((final(one), final(other)) for one, other in seating.alike if final(one) != final(other))
    )


def _standings(session: Session, numbers: Iterable[int]) -> dict[int, _Standing]:
    rows = table(Conversation)
    found: dict[int, _Standing] = {}
    for some in chunks(numbers):
        chosen = select(rows.c.id, rows.c.status, rows.c.last_message_at).where(rows.c.id.in_(some))
        for row in session.connection().execute(chosen):
            found[row.id] = _Standing(row.status, row.last_message_at)
    return found


def _partings(session: Session, numbers: Iterable[int]) -> set[tuple[int, int]]:
    rows = table(Parting)
    pairs: set[tuple[int, int]] = set()
    for some in chunks(numbers):
        chosen = select(rows.c.one_id, rows.c.other_id).where(rows.c.one_id.in_(some) | rows.c.other_id.in_(some))
        pairs.update((row.one_id, row.other_id) for row in session.connection().execute(chosen))
    return pairs
