"""What new mail changes about where conversations stand, and what becomes of two that are one from now on."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, bindparam, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.intake.deliveries import Incoming
from storage.commands.intake.threads import Move, Seating
from storage.commands.joining import merge_facts
from storage.events import Fact, Handled, Moved, Snoozed, StatusChanged
from storage.kinds import SETTLED, Automatic, Cause, Direction, Status
from storage.models import Conversation, Message, MessageText
from storage.models.details import read_details
from storage.models.statements import Lookup, some_values
from storage.rules.status import after_answer, after_incoming, is_bare_thanks, merged_status, settled_history


def settle(session: Session, messages: Sequence[Incoming], seating: Seating) -> list[Fact]:
    """Return the changes that the messages of a batch bring to their conversations, now that they are in.

    Mail from before its mailbox was live changes nothing but where history itself stands; what machines write
    changes nothing at all, and what a rule made quiet nothing more.
    """
    by_number = {message.message_id: message for message in messages}
    arrived: defaultdict[int, list[Incoming]] = defaultdict(list)
    for seat in seating.seats:
        arrived[seat.conversation_id].append(by_number[seat.message_id])
    live = {
        number: some
        for number, every in arrived.items()
        if (some := [one for one in every if not (one.history or one.quiet) and one.parsed.automatic is Automatic.NO])
    }
    standing = _STANDING(session.connection(), arrived)
    still = {row.id for row in standing if row.id not in live and row.status in {Status.NEW, Status.CLOSED}}
    still -= {row.id for row in _LIVING(session.connection(), still)}
    facts: list[Fact] = []
    for row in standing:
        if row.id in live:
            facts += _live(session, row, live[row.id])
        elif row.id in still:
            facts += _history(row, arrived[row.id][0])
    return sorted(facts, key=lambda fact: fact.kind)


_C, _M = table(Conversation), table(Message)
_STANDING: Final = Lookup(
    lambda: (
        select(_C.c.id, _C.c.status, _C.c.snoozed_until, _C.c.oldest_unanswered_at)
        .where(_C.c.id.in_(some_values()))
        .order_by(_C.c.id)
    )
)
_LIVING: Final = Lookup(
    lambda: select(_C.c.id).where(
        _C.c.id.in_(some_values()),
        select(_M.c.id)
        .where(_M.c.conversation_id == _C.c.id, ~_M.c.history, _M.c.direction != Direction.INTERNAL)
        .exists(),
    )
)
"""Conversations that have mail or calls from since their mailbox was live."""
_T = table(MessageText)
_WROTE: Final = Lookup(
    lambda: (
        select(_M.c.author_id, _M.c.customer_id, _T.c.from_address, _T.c.details)
        .join(_T, _T.c.message_id == _M.c.id)
        .where(_M.c.conversation_id.in_(some_values()), _M.c.direction == Direction.INCOMING)
    )
)
_UNHANDLED: Final = Lookup(
    lambda: (
        select(_M.c.id)
        .where(
            _M.c.conversation_id.in_(some_values()),
            _M.c.direction == Direction.INCOMING,
            ~_M.c.handled,
            ~_M.c.history,
            _M.c.arrived_at <= bindparam("until", type_=_M.c.arrived_at.type),
        )
        .order_by(_M.c.id)
    )
)


def _live(session: Session, row: Row[*tuple[Any, ...]], messages: Sequence[Incoming]) -> list[Fact]:
    facts: list[Fact] = []
    status: Status = row.status
    waited_for = row.oldest_unanswered_at is not None  # by the times of all mail, whatever came first
    handled: set[int] = set()  # by this batch: the table does not know it yet
    for message in messages:
        if message.direction is Direction.OUTGOING:
            if not _answers(session, row.id, message):
                continue
            after, because = after_answer(status, waited_for=waited_for), Cause.ANSWERED_ELSEWHERE
            answered = [one for one in _unhandled(session, row.id, until=message.arrived_at) if one not in handled]
            if answered:
                facts.append(_handled(row.id, answered, message.arrived_at))
                handled.update(answered)
        else:
            thanks = is_bare_thanks(message.parsed.reply_text) and not _encloses(message)
            after = after_incoming(status, bare_thanks=thanks, waited_for=waited_for)
            because = Cause.CUSTOMER_WROTE
            rests = status in SETTLED or status is Status.TRASH
            if thanks and rests and message.message_id not in handled:  # an answer of the same moment handles it, too
                facts.append(_handled(row.id, [message.message_id], message.arrived_at))
                handled.add(message.message_id)
        if after is not status:
            facts.append(
                StatusChanged(
                    conversation_id=row.id, before=status, after=after, because=because, happened_at=message.arrived_at
                )
            )
            status = after
    last = messages[-1]
    if row.snoozed_until is not None and last.direction is Direction.INCOMING:
        facts.append(
            Snoozed(
                conversation_id=row.id,
                before=row.snoozed_until,
                after=None,
                because=Cause.CUSTOMER_WROTE,
                happened_at=last.arrived_at,
            )
        )
    return facts


def _answers(session: Session, number: int, message: Incoming) -> bool:
    """Say whether mail of ours goes to the side of those who wrote in a conversation, as far as its header tells.

    What was forwarded to others alone, to a vendor or a colleague, answers nobody who waits.
    """
    sent_to = {one.address for one in (*message.parsed.to, *message.parsed.cc)} - message.own - {""}
    wrote = _WROTE(session.connection(), [number])
    if not sent_to or not wrote:
        return True
    sides: set[str] = set()
    for row in wrote:
        if message.participants and {row.author_id, row.customer_id} & set(message.participants):
            return True
        details = read_details(row.details or {})
        original = (details.original.author,) if details.original is not None else ()
        named = (one.address for one in (*details.reply_to, *details.to, *details.cc, *original))
        sides.update(one.rpartition("@")[2] for one in (row.from_address, *named) if one and one not in message.own)
    return not sides or any(one.rpartition("@")[2] in sides for one in sent_to)


def _encloses(message: Incoming) -> bool:
    """Say whether something is attached to a message that somebody should look at, however few words come with it."""
    return any(not one.inline for one in message.parsed.attachments)


def _handled(conversation_id: int, numbers: Sequence[int], happened_at: datetime) -> Handled:
    return Handled(conversation_id=conversation_id, message_ids=tuple(numbers), after=True, happened_at=happened_at)


def _unhandled(session: Session, conversation_id: int, *, until: datetime) -> tuple[int, ...]:
    return tuple(row.id for row in _UNHANDLED(session.connection(), [conversation_id], until=until))


def _history(row: Row[*tuple[Any, ...]], message: Incoming) -> list[Fact]:
    after = settled_history(oldest_unanswered_at=row.oldest_unanswered_at, live_since=message.mailbox.live_since)
    if after is row.status:
        return []
    return [
        StatusChanged(
            conversation_id=row.id,
            before=row.status,
            after=after,
            because=Cause.HISTORY,
            happened_at=message.arrived_at,
        )
    ]


def moved_facts(session: Session, seating: Seating, messages: Sequence[Incoming]) -> list[Fact]:
    """Return the facts by which messages of the store are threaded anew.

    A conversation that begins with them stands as the one they left. One that stood already is to be worked on
    if theirs was, and something that they ask for is unanswered.
    """
    if not seating.moves:
        return []
    happened_at = max(message.arrived_at for message in messages)
    ways: defaultdict[tuple[int, int], list[Move]] = defaultdict(list)
    for one in seating.moves:
        ways[one.was.conversation_id, one.conversation_id].append(one)
    rows, conversations = table(Message), table(Conversation)
    numbers = {number for way in ways for number in way}
    chosen = select(conversations.c.id, conversations.c.status).where(conversations.c.id.in_(numbers))
    status: dict[int, Status] = dict(session.connection().execute(chosen).all())
    asking = _asking(session, [one.message_id for one in seating.moves])
    facts: list[Fact] = []
    changed: dict[int, Status] = {}
    for (source, target), some in sorted(ways.items()):
        starts = None
        if target not in status and target not in seating.begun:
            starts = status[target] = status[source]
        elif target != source and target in status and asking.intersection(one.message_id for one in some):
            changed[target] = merged_status(changed.get(target, status[target]), status[source])
        mailbox_id = session.connection().execute(select(rows.c.mailbox_id).where(rows.c.id == some[0].message_id))
        facts.append(
            Moved(
                conversation_id=source,
                other_id=target,
                mailbox_id=mailbox_id.scalar_one(),
                starts=starts,
                message_ids=tuple(one.message_id for one in some),
                before=tuple(one.was.evidence for one in some),
                after=tuple(one.evidence for one in some),
                through_before=tuple(one.was.through_id for one in some),
                through_after=tuple(one.through_id for one in some),
                happened_at=happened_at,
            )
        )
    facts += [
        StatusChanged(
            conversation_id=number, before=status[number], after=after, because=Cause.JOINED, happened_at=happened_at
        )
        for number, after in sorted(changed.items())
        if after is not status[number]
    ]
    return facts


def _asking(session: Session, numbers: Sequence[int]) -> set[int]:
    """Return which of these messages somebody still waits for an answer to."""
    rows = table(Message)
    found: set[int] = set()
    for some in chunks(numbers):
        chosen = select(rows.c.id).where(
            rows.c.id.in_(some),
            rows.c.direction == Direction.INCOMING,
            rows.c.automatic == Automatic.NO,
            ~rows.c.handled,
            ~rows.c.history,
        )
        found.update(session.connection().execute(chosen).scalars())
    return found


def merged_facts(session: Session, seating: Seating, messages: Sequence[Incoming]) -> list[Fact]:
    """Return the facts by which conversations become one through late evidence."""
    losers: defaultdict[int, list[int]] = defaultdict(list)
    for winner, loser in seating.merged:
        losers[winner].append(loser)
    facts: list[Fact] = []
    for winner, some in sorted(losers.items()):
        facts += merge_facts(session, winner, some, happened_at=max(message.arrived_at for message in messages))
    return facts
