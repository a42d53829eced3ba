"""Where each message of a batch goes: conversations joined, begun, merged, mended or linked by the evidence."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from sqlmodel import Session

from storage.apply.base import standing
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.evidence import STRENGTH, Edge
from storage.commands.intake.late import Late, too_late
from storage.commands.intake.loosening import Loose, Place
from storage.commands.intake.partings import Pair, partings
from storage.kinds import Evidence
from storage.models import Conversation, Message
from storage.record import next_id

_Reason = tuple[Evidence, int | None]


@dataclass(frozen=True, slots=True)
class Seat:
    """Where a new message goes, and why."""

    message_id: int
    conversation_id: int
    evidence: Evidence
    through_id: int | None


@dataclass(frozen=True, slots=True)
class Move:
    """A message of the store that goes elsewhere, or stays for another reason than it had."""

    message_id: int
    was: Place
    conversation_id: int
    evidence: Evidence
    through_id: int | None


@dataclass(slots=True)
class Seating:
    """What the evidence of a batch comes to.

    Attributes:
        seats: one for each new message, in the order of arrival.
        begun: the conversations that begin, each with the new message it begins with.
        moves: messages of the store that are threaded anew; those that go into a number which is in neither
            `begun` nor the store begin a conversation by themselves.
        merged: (number that stays, number that becomes its alias).
        late: conversations begun by an answer that came too late, and the settled conversation it answers.
        alike: conversations that a stranger's message begins, and the one of the same subject.
    """

    seats: list[Seat] = field(default_factory=list)
    begun: dict[int, int] = field(default_factory=dict)
    moves: list[Move] = field(default_factory=list)
    merged: list[Pair] = field(default_factory=list)
    late: list[Pair] = field(default_factory=list)
    alike: list[Pair] = field(default_factory=list)


def seat(session: Session, messages: Sequence[Incoming], edges: Iterable[Edge], loose: Loose) -> Seating:
    """Give every message of a batch its conversation, and those of the store that came loose.

    Args:
        session: of the writing transaction.
        messages: new to the desk, in the order of arrival.
        edges: the evidence of the batch.
        loose: messages of the store that are seated with it.
    """
    board = _Board(session, messages, [*edges, *loose.edges], loose)
    late = too_late(session, messages, board.ties, board.place_of)
    ties = [edge for edge in board.ties if not late.cuts(edge, board.place_of)] + late.instead
    ties.sort(key=lambda edge: (STRENGTH[edge.evidence], *(-part for part in edge.weight[:3])))
    sets = board.join(ties, set(), Late())
    crowded = {one for some in sets.homes.values() if len(some) > 1 for one in some}
    apart = partings(session, crowded) if crowded else set()
    if apart or late.barred:
        sets = board.join(ties, apart, late)
    return board.seating(session, sets, ties, late)


class _Sets:
    """Nodes that evidence connects: messages by their number, whole conversations by theirs, made negative."""

    def __init__(self, apart: set[Pair]) -> None:
        self._above: dict[int, int] = {}
        self._apart = apart
        self.homes: dict[int, set[int]] = {}
        self._barred: dict[int, set[int]] = {}

    def add(self, node: int, home: int | None, barred: set[int]) -> None:
        if node not in self._above:
            self._above[node] = node
            self.homes[node] = set() if home is None else {home}
            self._barred[node] = set(barred)

    def root(self, node: int) -> int:
        while self._above[node] != node:
            self._above[node] = self._above[self._above[node]]
            node = self._above[node]
        return node

    @property
    def nodes(self) -> Collection[int]:
        """All that was added."""
        return self._above.keys()

    def has(self, node: int) -> bool:
        """Say whether a node was added."""
        return node in self._above

    def join(self, one: int, other: int) -> None:
        """Make two sets one, unless something tells them apart."""
        one, other = self.root(one), self.root(other)
        if one == other or self._told_apart(one, other):
            return
        self._above[other] = one
        self.homes[one] |= self.homes.pop(other)
        self._barred[one] |= self._barred.pop(other)

    def _told_apart(self, one: int, other: int) -> bool:
        if self._barred[one] & self.homes[other] or self._barred[other] & self.homes[one]:
            return True
        return bool(self._apart) and any(
            (min(a, b), max(a, b)) in self._apart for a in self.homes[one] for b in self.homes[other]
        )


class _Board:
    """What a batch's evidence is about: new messages, loose ones, and conversations that stand as they are."""

    def __init__(self, session: Session, messages: Sequence[Incoming], edges: Sequence[Edge], loose: Loose) -> None:
        self._messages = messages
        self._fresh = {message.message_id for message in messages}
        self._loose = loose
        known = {number for edge in edges for number in (edge.child, edge.parent) if number > 0}
        known -= self._fresh | loose.places.keys()
        homes = standing(session.connection(), Message, "conversation_id", known)
        self.place_of: dict[int, int] = {number: home for number, home in homes.items() if home is not None}
        self.place_of |= {number: place.conversation_id for number, place in loose.places.items()}
        self.place_of |= {edge.parent: -edge.parent for edge in edges if edge.parent < 0}
        self.ties = [edge for edge in edges if not edge.linked]
        self._alike = [edge for edge in edges if edge.linked]

    def _node(self, number: int) -> int:
        if number in self._fresh or number in self._loose.places:
            return number
        home = -number if number < 0 else self.place_of[number]
        return self._loose.anchors.get(home, -home)  # a conversation that is taken apart is where its number stays

    def join(self, ties: Iterable[Edge], apart: set[Pair], late: Late) -> _Sets:
        """Connect what the ties connect, the strongest first."""
        sets = _Sets(apart)
        for message in self._messages:
            sets.add(message.message_id, None, late.barred.get(message.message_id, set()))
        for number, place in self._loose.places.items():
            sets.add(number, place.conversation_id, set())
        for edge in ties:
            for node in (self._node(edge.child), self._node(edge.parent)):
                sets.add(node, -node if node < 0 else None, set())
            sets.join(self._node(edge.child), self._node(edge.parent))
        return sets

    def seating(self, session: Session, sets: _Sets, ties: Iterable[Edge], late: Late) -> Seating:
        """Number the sets, and say of every message where it goes and why."""
        seating = Seating()
        numbers = self._numbers(session, sets, seating)
        reasons = self._reasons(sets, ties)
        for message in self._messages:
            number = numbers[sets.root(message.message_id)]
            begins = seating.begun.get(number) == message.message_id
            evidence, through = (Evidence.NEW, None) if begins else reasons[message.message_id]
            seating.seats.append(Seat(message.message_id, number, evidence, through))
        for message_id, place in sorted(self._loose.places.items()):
            home = numbers[sets.root(message_id)]
            if home != place.conversation_id and (home, place.conversation_id) in seating.merged:
                home = place.conversation_id  # the join carries it
            evidence, through = self._reason_now(message_id, place, sets, reasons.get(message_id))
            if (home, evidence, through) != (place.conversation_id, place.evidence, place.through_id):
                seating.moves.append(Move(message_id, place, home, evidence, through))

        def number_of(node: int, otherwise: int) -> int:
            return numbers[sets.root(node)] if sets.has(node) else otherwise

        def of_message(number: int) -> int:
            return number_of(self._node(number), self.place_of.get(number, 0))

        def of_conversation(home: int) -> int:
            return number_of(self._loose.anchors.get(home, -home), home)

        links = [(of_message(number), of_conversation(home)) for number, homes in late.links.items() for home in homes]
        seating.late = [pair for pair in dict.fromkeys(links) if pair[0] != pair[1]]
        links = [(of_message(edge.child), of_message(edge.parent)) for edge in self._alike]
        seating.alike = [pair for pair in dict.fromkeys(links) if pair[0] != pair[1] and pair not in seating.late]
        return seating

    def _numbers(self, session: Session, sets: _Sets, seating: Seating) -> dict[int, int]:
        """Give each set the lowest number that stands in it, else a new one; note what begins and what merges."""
        anchors = set(self._loose.anchors.values())
        standing_in: defaultdict[int, set[int]] = defaultdict(set)
        for node in sets.nodes:
            if node < 0:
                standing_in[sets.root(node)].add(-node)
            elif node in anchors:
                standing_in[sets.root(node)].add(self._loose.places[node].conversation_id)
        numbers: dict[int, int] = {}
        for root, some in standing_in.items():
            numbers[root], *others = sorted(some)
            seating.merged += [(numbers[root], other) for other in others]
        number = next_id(session, Conversation)
        pieces = sorted(self._loose.places.items(), key=lambda item: (item[1].arrived_at, item[0]))
        for node in (*(message.message_id for message in self._messages), *(node for node, _ in pieces)):
            root = sets.root(node)
            if root not in numbers:
                numbers[root] = number
                if node in self._fresh:
                    seating.begun[number] = node
                number += 1
        return numbers

    def _reasons(self, sets: _Sets, ties: Iterable[Edge]) -> dict[int, _Reason]:
        """Return why each message is where it is: what it cites itself comes before what others say of it."""
        reasons: dict[int, _Reason] = {}
        said: dict[int, _Reason] = {}
        for edge in ties:  # the strongest first
            if sets.root(self._node(edge.child)) == sets.root(self._node(edge.parent)):
                reasons.setdefault(edge.child, (edge.evidence, edge.parent if edge.parent > 0 else None))
                said.setdefault(edge.parent, (edge.evidence, edge.child))
        return said | reasons

    def _reason_now(self, message_id: int, place: Place, sets: _Sets, reason: _Reason | None) -> _Reason:
        """Return why a loose message is where it is now: as before, while that still holds."""
        if place.through_id is None:
            stays = place.evidence is Evidence.NEW
        else:
            node = self._node_if_any(place.through_id)
            stays = node is not None and sets.has(node) and sets.root(node) == sets.root(message_id)
        if stays:
            return place.evidence, place.through_id
        return reason or (Evidence.NEW, None)

    def _node_if_any(self, number: int) -> int | None:
        known = number in self._fresh or number in self._loose.places or number in self.place_of
        return self._node(number) if known else None
