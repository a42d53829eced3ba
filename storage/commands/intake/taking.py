"""The way of a batch of mail into the record: known or new, by whom, where it belongs, and what that changes."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import insert, table
from storage.commands.intake.deliveries import (
    Box,
    BoxRow,
    Counts,
    Delivery,
    Incoming,
    Known,
    TakenIn,
    known,
)
from storage.commands.intake.derive import derive
from storage.commands.intake.evidence import Edge, Traits, traits_of
from storage.commands.intake.loosening import loosen
from storage.commands.intake.people import recognise
from storage.commands.intake.reception import incoming, own_addresses, received
from storage.commands.intake.references import references
from storage.commands.intake.returning import returned
from storage.commands.intake.ruled import Filed, filed_by_rules, rules_stand
from storage.commands.intake.settling import merged_facts, moved_facts, settle
from storage.commands.intake.signed import signed
from storage.commands.intake.threads import Seating, seat
from storage.commands.intake.withholding import erasures_stand, without_erased
from storage.commands.intake.wording import quotations_stand, words
from storage.commands.outbox.copies import note_cited, note_filed, outbox_stands
from storage.commands.outbox.returned import Returned, note_returned
from storage.commands.wanted import want
from storage.events import Actor, Assigned, Fact, Handled, Joined, Linked, Quarantined, Redelivered, StatusChanged
from storage.kinds import Automatic, Direction, LinkReason, Status
from storage.kinds.notices import Delivery as DeliveryReport
from storage.models import Mailbox, Message, Placement, Raw
from storage.models.types import moment
from storage.prepared import Prepared
from storage.queries.playbooks import stand
from storage.record import next_ids, record
from storage.rules.status import after_answer

_B = table(Mailbox)
_BOXES: Final = Prepared(
    lambda _: select(
        _B.c.id,
        _B.c.mailbox_group,
        _B.c.address,
        _B.c.aliases,
        _B.c.live_since,
        rules_stand(),
        stand(),
        erasures_stand(),
        quotations_stand(),
        outbox_stands(),
    )
)

_AHEAD: Final = timedelta(days=1)
"""How far a server's clock may be before ours."""

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
    mailboxes, stands = _boxes(session)
    deliveries = [_come_by_now(one, mailboxes[one.mailbox_id], now) for one in deliveries]
    own = own_addresses(mailboxes.values())
    groups = {number: one.group for number, one in mailboxes.items()}
    erased: tuple[bytes, ...] = ()
    if stands.erasures:
        deliveries, erased = without_erased(session, deliveries, groups, own)
    desk_has = known(session, deliveries, groups)
    order = sorted(range(len(deliveries)), key=lambda place: (deliveries[place].arrived_at, place))
    batch = _Batch(session, desk_has)
    for place in order:
        delivery = deliveries[place]
        mailbox = mailboxes[delivery.mailbox_id]
        batch.add(delivery, desk_has.keys[place], mailbox, own[mailbox.group])
    met = recognise(session, batch.fresh)
    traits = {message.message_id: traits_of(message) for message in batch.fresh}
    seating = _seated(session, batch.fresh, traits, own, quotations=stands.quotations)
    facts: list[Fact] = [*met, *(received(one, batch.raw_of[one.message_id]) for one in batch.fresh)]
    facts += sorted(batch.aside, key=lambda fact: fact.kind)
    facts += _joined(seating, batch.fresh)
    facts += moved_facts(session, seating, batch.fresh)
    action_id = record(session, facts, actor=actor, now=now) if facts else None
    derive(session, batch.fresh, traits)
    # The facts of a join say what the other conversation holds, now that the batch is seated.
    facts = [*merged_facts(session, seating, batch.fresh), *_links(seating, batch.fresh)]
    if facts:
        record(session, facts, actor=actor, now=now, action_id=action_id)
    touched = {one.conversation_id for one in seating.seats} | {winner for winner, _ in seating.merged}
    touched |= {number for one in seating.moves for number in (one.was.conversation_id, one.conversation_id)}
    filed = filed_by_rules(session, batch.fresh, seating.begun) if stands.rules else Filed()
    if filed.facts:
        record(session, filed.facts, actor=actor, now=now, action_id=action_id)
    if changes := settle(session, batch.fresh, seating):
        record(session, changes, actor=actor, now=now, action_id=action_id)
    decided = frozenset(one.conversation_id for one in filed.facts if isinstance(one, Assigned))
    if stands.models and (gone := returned(session, batch.fresh, seating.begun, decided=decided, now=now)):
        record(session, gone, actor=actor, now=now, action_id=action_id)
    insert(session.connection(), Placement, _placements(deliveries, desk_has), lenient=True)
    if stands.outbox:
        _tell_outbox(session, batch, deliveries, desk_has, now)
    # What was answered elsewhere is seen; where the mail lies is left to those who decide, but for the trash.
    want(session, [fact for fact in (*filed.facts, *changes) if _to_be_told(fact)], now=now)
    read = {one.message_id: one.parsed for one in batch.fresh}
    counts, numbers = _counts(deliveries, batch, seating, filed), _message_ids(deliveries, desk_has)
    return TakenIn(counts, frozenset(touched), numbers, read, erased)


def _come_by_now(delivery: Delivery, mailbox: Box, now: datetime) -> Delivery:
    """Return a delivery that came when it says, but not in a year to come.

    All that is written after such mail would seem older than it, and answered. Where our own clock is behind, it is
    mail of the time since its mailbox is live all the same.
    """
    if delivery.arrived_at <= now + _AHEAD:
        return delivery
    return replace(delivery, arrived_at=max(now, mailbox.live_since or now))


class _Stands(NamedTuple):
    """What there is at all of what a batch may have to do with: rules, models and owners, erasures and so on.

    Attributes:
        quotations: replies without headers that quote something.
        outbox: messages that were written here.
    """

    rules: bool = False
    models: bool = False
    erasures: bool = False
    quotations: bool = False
    outbox: bool = False


def _boxes(session: Session) -> tuple[dict[int, Box], _Stands]:
    """Return the mailboxes by their numbers, and what there is at all of what a batch may have to do with."""
    rows = _BOXES.rows(session.connection())
    found: dict[int, Box] = {}
    for number, group, address, aliases, live_since, *_ in rows:
        others = json.loads(aliases) if isinstance(aliases, str) else aliases
        since = None if live_since is None else moment(live_since)
        found[number] = BoxRow(number, group, address, tuple(others), since)
    return found, _Stands(*map(bool, rows[0][-len(_Stands._fields) :])) if rows else _Stands()


def _tell_outbox(
    session: Session, batch: "_Batch", deliveries: Sequence[Delivery], desk_has: Known, now: datetime
) -> None:
    """Let the outbox know of copies among the sent mail, of what came back, and of mail that cites what is in doubt."""
    copies = {desk_has.raw_ids[one.mailbox_id, one.raw_digest][1] for one in deliveries if one.outgoing and one.parsed}
    note_filed(session, {number for number in copies if number is not None}, now=now)
    note_returned(session, [one for each in batch.fresh for one in _returned(each)], now=now)
    note_cited(
        session, {key for one in batch.fresh if one.direction is Direction.INCOMING for key in one.cited}, now=now
    )


def _returned(message: Incoming) -> list[Returned]:
    """Return whom a delivery report says that messages did not reach, for good; nobody reports by our own address."""
    by = message.parsed.author.address.lower()
    if message.parsed.automatic is not Automatic.BOUNCE or not message.cited or by in message.own:
        return []
    reports = (one for one in message.parsed.notices if isinstance(one, DeliveryReport))
    return [Returned(message.cited, one.recipient, one.said or one.status, by) for one in reports if one.for_good]


def _to_be_told(fact: Fact) -> bool:
    """Say whether the servers must know: of what is handled, and of what a customer brought back from the trash."""
    return isinstance(fact, Handled) or (isinstance(fact, StatusChanged) and fact.before is Status.TRASH)


def _seated(
    session: Session,
    fresh: Sequence[Incoming],
    traits: Mapping[int, Traits],
    own: Mapping[str, frozenset[str]],
    *,
    quotations: bool,
) -> Seating:
    """Gather the evidence of a batch and give every message its place."""
    if not fresh:
        return Seating()
    cited, worded = references(session, fresh), words(session, traits, own, quotations=quotations)
    loose = loosen(session, cited.undone | worded.moved_on, fresh, traits, own)
    edges: list[Edge] = [*signed(session, fresh), *cited.edges]
    edges += (edge for edge in worded.edges if edge.child not in loose.fixed)
    return seat(session, fresh, edges, loose)


class _Batch:
    """The deliveries of a batch told apart, with the numbers allotted to them."""

    def __init__(self, session: Session, desk_has: Known) -> None:
        self.fresh: list[Incoming] = []
        self.aside: list[Redelivered | Quarantined] = []
        self.raw_of: dict[int, int] = {}
        self._known = desk_has
        self._message_id, self._raw_id = next_ids(session, Message, Raw)

    def add(self, delivery: Delivery, key: bytes | None, mailbox: Box, own: frozenset[str]) -> None:
        place = (delivery.mailbox_id, delivery.raw_digest)
        if delivery.ignored or place in self._known.raw_ids:
            return
        if key is None:
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
        self.fresh.append(incoming(self._message_id, delivery, mailbox, key, own))
        self._known.known_keys[key] = self._message_id
        self.raw_of[self._message_id] = self._raw_id
        self._keep(place, self._message_id)
        self._message_id += 1

    def _keep(self, place: tuple[int, bytes], message_id: int | None) -> None:
        self._known.raw_ids[place] = (self._raw_id, message_id)
        self._raw_id += 1


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
    last = max((message.arrived_at for message in messages), default=None)
    pairs = [(pair, LinkReason.LATE_ANSWER) for pair in seating.late]
    pairs += [(pair, LinkReason.STRANGER) for pair in seating.alike]
    return [
        Linked(conversation_id=one, other_id=other, reason=reason, after=True, happened_at=last)
        for (one, other), reason in pairs
        if last is not None
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


def _counts(deliveries: Sequence[Delivery], batch: _Batch, seating: Seating, filed: Filed) -> Counts:
    by_rule = Counter(str(delivery.ignored) for delivery in deliveries if delivery.ignored)
    by_rule.update(f"rule:{name}" for name in filed.ignored.values())
    begin = set(seating.begun.values())
    quarantined = sum(1 for fact in batch.aside if isinstance(fact, Quarantined))
    new = len(begin - filed.ignored.keys())
    joined = sum(1 for seat in seating.seats if seat.message_id not in begin | filed.ignored.keys())
    return Counts(
        fetched=len(deliveries),
        joined=joined,
        new=new,
        known=len(deliveries) - joined - new - quarantined - by_rule.total(),
        quarantined=quarantined,
        ignored=by_rule.total(),
        ignored_by=dict(by_rule),
    )


def _message_ids(deliveries: Sequence[Delivery], desk_has: Known) -> tuple[int | None, ...]:
    return tuple(
        None if delivery.ignored else desk_has.raw_ids[delivery.mailbox_id, delivery.raw_digest][1]
        for delivery in deliveries
    )
