"""The way of a batch of mail into the record: known or new, by whom, where it belongs, and what that changes."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

import sqlmodel
from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, insert, table
from storage.commands.desk import signing_key
from storage.commands.intake.deliveries import (
    Counts,
    Delivery,
    Incoming,
    Known,
    TakenIn,
    header_key,
    known,
    message_key,
)
from storage.commands.intake.derive import derive
from storage.commands.intake.evidence import gather, traits_of
from storage.commands.intake.people import recognise
from storage.commands.intake.settling import merged_facts, settle
from storage.commands.intake.threads import Seating, seat
from storage.events import Actor, Fact, Joined, Linked, Quarantined, Received, Redelivered
from storage.kinds import Direction, LinkReason, Status
from storage.models import Conversation, Mailbox, Message, Placement, Raw
from storage.record import next_id, record
from storage.rules.status import after_answer
from storage.rules.threading import signed_conversation

SYNC: Final = Actor(None, "sync")
"""The desk itself, taking mail in."""


def take_in(session: Session, deliveries: Sequence[Delivery], *, now: datetime, actor: Actor = SYNC) -> TakenIn:
    """Take a batch of deliveries into the record, in one transaction.

    Args:
        session: of a writing transaction.
        deliveries: in any order; they are taken in the order of their arrival.
        now: the moment of recording.
        actor: the sync, or the agent who imports.

    Returns:
        What became of each; the counts add up.
    """
    mailboxes = {one.id: one for one in session.exec(sqlmodel.select(Mailbox)).all()}
    own = _own_addresses(mailboxes.values())
    desk_has = known(session, deliveries, {number: one.group for number, one in mailboxes.items()})
    order = sorted(range(len(deliveries)), key=lambda place: (deliveries[place].arrived_at, place))
    batch = _Batch(session, desk_has)
    for place in order:
        delivery = deliveries[place]
        mailbox = mailboxes[delivery.mailbox_id]
        batch.add(delivery, mailbox, own[mailbox.group])
    met = recognise(session, batch.fresh)
    traits = {message.message_id: traits_of(message) for message in batch.fresh}
    edges = gather(session, batch.fresh, traits) if batch.fresh else []
    seating = seat(session, batch.fresh, edges, _signed(session, batch.fresh, mailboxes))
    facts: list[Fact] = [*met, *(_received(one, batch.raw_of[one.message_id]) for one in batch.fresh)]
    facts += sorted(batch.aside, key=lambda fact: fact.kind)
    facts += _joined(seating, batch.fresh)
    facts += merged_facts(session, seating, batch.fresh)
    facts += _links(seating, batch.fresh)
    action_id = record(session, facts, actor=actor, now=now) if facts else None
    derive(session, batch.fresh, traits)
    touched = {one.conversation_id for one in seating.seats} | {winner for winner, _ in seating.merged}
    if changes := settle(session, batch.fresh, seating):
        record(session, changes, actor=actor, now=now, action_id=action_id)
    insert(session.connection(), Placement, _placements(deliveries, desk_has), lenient=True)
    return TakenIn(_counts(deliveries, batch, seating), frozenset(touched), _message_ids(deliveries, desk_has))


class _Batch:
    """The deliveries of a batch told apart, with the numbers allotted to them."""

    def __init__(self, session: Session, desk_has: Known) -> None:
        self.fresh: list[Incoming] = []
        self.aside: list[Redelivered | Quarantined] = []
        self.raw_of: dict[int, int] = {}
        self._known = desk_has
        self._message_id = next_id(session, Message)
        self._raw_id = next_id(session, Raw)

    def add(self, delivery: Delivery, mailbox: Mailbox, own: frozenset[str]) -> None:
        place = (delivery.mailbox_id, delivery.raw_digest)
        if delivery.ignored or place in self._known.raw_ids:
            return
        if delivery.parsed is None:
            assert delivery.quarantined is not None
            self.aside.append(
                Quarantined(
                    raw_id=self._raw_id,
                    raw_digest=delivery.raw_digest.hex(),
                    size=delivery.size,
                    mailbox_id=delivery.mailbox_id,
                    reason=delivery.quarantined,
                    happened_at=delivery.arrived_at,
                )
            )
            self._keep(place, None)
            return
        key = message_key(mailbox.group, delivery.parsed)
        if (message_id := self._known.known_keys.get(key)) is not None:
            self.aside.append(
                Redelivered(
                    message_id=message_id,
                    raw_id=self._raw_id,
                    raw_digest=delivery.raw_digest.hex(),
                    size=delivery.size,
                    mailbox_id=delivery.mailbox_id,
                    happened_at=delivery.arrived_at,
                )
            )
            self._keep(place, message_id)
            return
        self.fresh.append(_incoming(self._message_id, delivery, mailbox, key, own))
        self._known.known_keys[key] = self._message_id
        self.raw_of[self._message_id] = self._raw_id
        self._keep(place, self._message_id)
        self._message_id += 1

    def _keep(self, place: tuple[int, bytes], message_id: int | None) -> None:
        self._known.raw_ids[place] = (self._raw_id, message_id)
        self._raw_id += 1


def _own_addresses(mailboxes: Iterable[Mailbox]) -> dict[str, frozenset[str]]:
    own: dict[str, set[str]] = {}
    for mailbox in mailboxes:
        own.setdefault(mailbox.group, set()).update(one.lower() for one in (mailbox.address, *mailbox.aliases))
    return {group: frozenset(addresses) for group, addresses in own.items()}


def _incoming(message_id: int, delivery: Delivery, mailbox: Mailbox, key: bytes, own: frozenset[str]) -> Incoming:
    parsed = delivery.parsed
    assert parsed is not None
    cited = dict.fromkeys(one for one in (*parsed.in_reply_to, *parsed.references) if one and one != parsed.header_id)
    keys = (header_key(mailbox.group, one) for one in list(cited)[-50:])
    outgoing = delivery.outgoing or parsed.author.address in own
    return Incoming(
        message_id=message_id,
        delivery=delivery,
        parsed=parsed,
        mailbox=mailbox,
        key=key,
        header_key=header_key(mailbox.group, parsed.header_id),
        cited=tuple(one for one in keys if one),
        direction=Direction.OUTGOING if outgoing else Direction.INCOMING,
        history=mailbox.live_since is None or delivery.arrived_at < mailbox.live_since,
        own=own,
    )


def _signed(session: Session, messages: Sequence[Incoming], mailboxes: dict[int, Mailbox]) -> dict[int, int]:
    """Return the conversations that messages name by a signed Message-ID of ours, within their own group."""
    named: dict[int, int] = {}
    candidates = [
        (message, one)
        for message in messages
        for one in (*message.parsed.in_reply_to, *reversed(message.parsed.references))
        if one.startswith("p.")
    ]
    if not candidates:
        return named
    key = signing_key(session)
    for message, one in candidates:
        conversation = signed_conversation(key, one)
        if conversation is not None:
            named.setdefault(message.message_id, conversation)
    rows = table(Conversation)
    groups: dict[int, str] = {}
    for some in chunks(named.values()):
        for row in session.connection().execute(select(rows.c.id, rows.c.mailbox_id).where(rows.c.id.in_(some))):
            groups[row.id] = mailboxes[row.mailbox_id].group
    group_of = {message.message_id: message.mailbox.group for message in messages}
    return {number: one for number, one in named.items() if groups.get(one) == group_of[number]}


def _received(message: Incoming, raw_id: int) -> Received:
    return Received(
        message_id=message.message_id,
        raw_id=raw_id,
        raw_digest=message.delivery.raw_digest.hex(),
        size=message.delivery.size,
        mailbox_id=message.delivery.mailbox_id,
        author_id=message.author_id,
        customer_id=message.customer_id,
        direction=message.direction,
        automatic=message.parsed.automatic,
        key=message.key.hex(),
        header_key=message.header_key.hex() if message.header_key else None,
        history=message.history,
        happened_at=message.arrived_at,
    )


def _joined(seating: Seating, messages: Sequence[Incoming]) -> list[Joined]:
    by_number = {message.message_id: message for message in messages}
    facts = []
    for one in seating.seats:
        message = by_number[one.message_id]
        starts = None
        if seating.begun.get(one.conversation_id) == one.message_id:
            starts = Status.CLOSED if message.history else Status.NEW
            if message.direction is Direction.OUTGOING and not message.history:
                starts = after_answer(Status.NEW)
        facts.append(
            Joined(
                message_id=one.message_id,
                conversation_id=one.conversation_id,
                mailbox_id=message.delivery.mailbox_id,
                starts=starts,
                evidence=one.evidence,
                through_id=one.through_id,
                participants=message.participants,
                happened_at=message.arrived_at,
            )
        )
    return sorted(facts, key=lambda fact: fact.starts is None)  # a conversation stands before it is joined


def _links(seating: Seating, messages: Sequence[Incoming]) -> list[Linked]:
    when = {message.message_id: message.arrived_at for message in messages}
    first = {one.conversation_id: when[one.message_id] for one in reversed(seating.seats)}
    pairs = [(pair, LinkReason.LATE_ANSWER) for pair in seating.late]
    pairs += [(pair, LinkReason.STRANGER) for pair in seating.alike if pair not in seating.late]
    return [
        Linked(conversation_id=one, other_id=other, reason=reason, after=True, happened_at=first[one])
        for (one, other), reason in pairs
        if one in first
    ]


def _placements(deliveries: Sequence[Delivery], desk_has: Known) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = []
    for delivery in deliveries:
        if delivery.place is not None:
            raw = None if delivery.ignored else desk_has.raw_ids[delivery.mailbox_id, delivery.raw_digest][0]
            rows.append(
                {
                    "folder_id": delivery.place.folder_id,
                    "uid": delivery.place.uid,
                    "raw_id": raw,
                    "flags": delivery.place.flags,
                    "ignored": delivery.ignored or "",
                }
            )
    return rows


def _counts(deliveries: Sequence[Delivery], batch: _Batch, seating: Seating) -> Counts:
    ignored = sum(1 for delivery in deliveries if delivery.ignored)
    quarantined = sum(1 for fact in batch.aside if isinstance(fact, Quarantined))
    new = len(seating.begun)
    joined = len(seating.seats) - new
    return Counts(
        fetched=len(deliveries),
        joined=joined,
        new=new,
        known=len(deliveries) - joined - new - quarantined - ignored,
        quarantined=quarantined,
        ignored=ignored,
    )


def _message_ids(deliveries: Sequence[Delivery], desk_has: Known) -> tuple[int | None, ...]:
    return tuple(
        None if delivery.ignored else desk_has.raw_ids[delivery.mailbox_id, delivery.raw_digest][1]
        for delivery in deliveries
    )
