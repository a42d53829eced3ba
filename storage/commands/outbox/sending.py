"""The outbox as the sender works it: claimed, told step by step, never left in a state that is not true.

A step is committed before the word to the server that makes it true for us, and after the word from the server that
makes it true for the customer (DESIGN §4 *Sending*): *sending* before MAIL FROM, *data sent* before the final dot,
*accepted* after the 250. Whoever dies in between leaves a state from which `recover` goes on: before the dot the
message is tried again, after it it may have been sent, and nothing but an agent sends it again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, or_, select, update
from sqlmodel import Session

from storage.commands import drafts
from storage.commands.leasing import is_dead
from storage.commands.outbox.failing import nobody_answered
from storage.commands.outbox.items import (
    CLAIM,
    OUT,
    SENDER,
    Item,
    Result,
    changed,
    claims,
    due,
    held,
    item_of,
    items,
    look_from,
    places,
    recipients_in,
    with_claims,
)
from storage.commands.outbox.statements import HOLDER, ITEM, STANDING, WROTE, give_back, renew
from storage.commands.wanted import want
from storage.events import Fact
from storage.kinds import Delivery, Hold
from storage.kinds.errors import Changed
from storage.record import record
from storage.rules.delivery import GIVE_UP_AFTER, pause, summary

CLAIMED: Final = timedelta(minutes=15)
"""How long a claim holds without being renewed: longer than one message's dialogue may take to its last dot, and than
the answer to that may take."""

_SOON: Final = timedelta(minutes=1)

_UNSENT: Final = (Delivery.UNCERTAIN, Delivery.QUEUED)
"""Where a recipient stands of whom nobody knows that the message reached it, and to whom nobody is sending it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An item and what became of its recipients, by their place."""

    item: Item
    results: Mapping[int, Result]


def mailboxes_with_mail(session: Session, *, now: datetime) -> frozenset[int]:
    """Return the mailboxes that have something that is due to leave."""
    chosen = select(OUT.c.mailbox_id).select_from(with_claims()).where(*due(now)).distinct()
    return frozenset(session.connection().execute(chosen).scalars())


def is_leaving(session: Session, *, now: datetime) -> bool:
    """Say whether something leaves now or within a minute; what waits longer, or for an agent, does not count."""
    soon = now + _SOON
    going = or_(
        OUT.c.state.in_((Delivery.SENDING, Delivery.DATA_SENT)),
        and_(
            OUT.c.state == Delivery.QUEUED,
            OUT.c.held.is_(None),
            OUT.c.leaves_at <= soon,
            or_(CLAIM.c.next_at.is_(None), CLAIM.c.next_at <= soon),
        ),
    )
    return (
        session.connection().execute(select(OUT.c.id).select_from(with_claims()).where(going).limit(1)).first()
        is not None
    )


def claim(session: Session, mailbox_id: int, *, holder: str, now: datetime, limit: int = 50) -> tuple[Item, ...]:
    """Take what is due to leave from a mailbox; what has news in its conversation is held instead.

    Args:
        session: of a writing transaction.
        mailbox_id: whose.
        holder: from `leasing.holder_here`.
        now: the moment.
        limit: how many.
    """
    chosen = items().where(OUT.c.mailbox_id == mailbox_id, *due(now)).order_by(OUT.c.leaves_at, OUT.c.id).limit(limit)
    rows = session.connection().execute(chosen).all()
    news = _with_news(session, rows)
    if stopped := [row for row in rows if row.id in news]:
        record(session, [held(row, Hold.NEWS, now) for row in stopped], actor=SENDER, now=now)
    free = [row for row in rows if row.id not in news]
    claims(session, [row.id for row in free], holder=holder, until=now + CLAIMED)
    to = recipients_in(session, [row.id for row in free], Delivery.QUEUED)
    return tuple(item_of(row, to[row.id]) for row in free if to.get(row.id))


def proceed(session: Session, told: Told | None, following: Item | None, *, holder: str, now: datetime) -> bool:
    """Note what became of one item, and that the next one is being sent; in one transaction, to spare a commit.

    Of an item that another has claimed meanwhile it is noted only that the server took it: whatever else this sender
    believes may be undone already, and would take from the other's hands what it is about to send.

    Args:
        session: of a writing transaction.
        told: the item that is done; `None` before the first.
        following: the one that is sent next; `None` after the last.
        holder: who sends.
        now: the moment.

    Returns:
        Whether the next one may be sent: it was not taken back, held or claimed by another meanwhile.
    """
    facts: list[Fact] = []
    stands: dict[int, Delivery] = {}
    ours = False
    if told is not None:
        rows = STANDING(session.connection(), [told.item.message_id])
        stands = {row.place: row.state for row in rows}
        ours = all(row.holder == holder for row in rows)
        facts += _results(session, told, stands, now) if ours else _too_late(told, stands, now)
    may = following is not None and _still_ours(session, following, holder, now)
    if following is not None and not may:
        let_go(session, (following,), holder=holder)
    if may and following is not None:
        facts.append(
            changed(following, dict.fromkeys(places(following), Result(Delivery.SENDING)), Delivery.QUEUED, now)
        )
    if facts:
        record(session, facts, actor=SENDER, now=now)
        want(session, facts, now=now)
    if told is not None and ours:
        _after(session, told, stands, holder, now)
    elif told is not None and facts:
        look_from(session, [told.item.message_id], now)
    return may


def note_data_sent(session: Session, item: Item, refused: Mapping[int, Result], *, holder: str, now: datetime) -> None:
    """Note that all but the final dot has gone out, for whom the server took; and what became of the others.

    The claim holds anew from now on, as the answer may take long, too.

    Raises:
        Changed: the claim is another's by now: the dot must not be sent.
    """
    if [row.holder for row in HOLDER(session.connection(), [item.message_id])] != [holder]:
        raise Changed("outbox", (item.message_id,))
    renew(session, [item.message_id], holder=holder, until=now + CLAIMED)
    results = {place: refused.get(place, Result(Delivery.DATA_SENT)) for place in places(item)}
    record(session, [changed(item, results, Delivery.SENDING, now)], actor=SENDER, now=now)


def hold_for_account(session: Session, mailbox_id: int, words: str, *, now: datetime) -> int:
    """Hold all that would leave from a mailbox whose server does not let it in; return how many that are."""
    chosen = items().where(
        OUT.c.mailbox_id == mailbox_id, OUT.c.state == Delivery.QUEUED, OUT.c.held.is_(None), OUT.c.leaves_at <= now
    )
    rows = session.connection().execute(chosen).all()
    if rows:
        record(session, [held(row, Hold.ACCOUNT, now) for row in rows], actor=SENDER, now=now)
        claims(session, [row.id for row in rows], holder="", until=None, trouble=words)
    return len(rows)


def put_off(session: Session, items: Iterable[Item], words: str, *, holder: str, now: datetime) -> None:
    """Give items back that were claimed and not begun: the server cannot be reached; they are tried again later."""
    for item in items:
        session.connection().execute(
            update(CLAIM)
            .where(CLAIM.c.message_id == item.message_id, CLAIM.c.holder == holder)
            .values(
                holder="",
                until=None,
                attempts=item.attempts + 1,
                next_at=now + pause(item.attempts + 1),
                trouble=words,
            )
        )


def let_go(session: Session, items: Iterable[Item], *, holder: str) -> None:
    """Give items back that were claimed by this sender and not begun: whoever comes next may send them."""
    for item in items:
        given = update(CLAIM).where(CLAIM.c.message_id == item.message_id, CLAIM.c.holder == holder)
        session.connection().execute(given.values(holder="", until=None))


def recover(session: Session, mailbox_id: int, *, holder: str, now: datetime) -> int:
    """Go on where a sender died: before the final dot as if never tried, after it the message may have been sent.

    What it had claimed and not begun is free again at once.

    Args:
        session: of a writing transaction.
        mailbox_id: whose.
        holder: who begins to send, and has nothing under way.
        now: the moment.

    Returns:
        How many messages were under way.
    """
    under_way = (Delivery.SENDING, Delivery.DATA_SENT)
    left = or_(OUT.c.state.in_(under_way), and_(OUT.c.state == Delivery.QUEUED, CLAIM.c.holder != ""))
    chosen = items().where(OUT.c.mailbox_id == mailbox_id, left)
    rows = [row for row in session.connection().execute(chosen) if _lost(row, holder, now)]
    begun = [row for row in rows if row.state in under_way]
    facts: list[Fact] = []
    for row in begun:
        sending = recipients_in(session, [row.id], Delivery.SENDING).get(row.id, ())
        handed = recipients_in(session, [row.id], Delivery.DATA_SENT).get(row.id, ())
        if sending:
            item = item_of(row, sending)
            facts.append(changed(item, dict.fromkeys(places(item), Result(Delivery.QUEUED)), Delivery.SENDING, now))
        if handed:
            item = item_of(row, handed)
            results = dict.fromkeys(places(item), Result(Delivery.UNCERTAIN))
            facts.append(changed(item, results, Delivery.DATA_SENT, now))
            look_from(session, [row.id], now)
    if facts:
        record(session, facts, actor=SENDER, now=now)
    claims(session, [row.id for row in rows], holder="", until=None)
    return len(begun)


def _with_news(session: Session, rows: Sequence[Any]) -> frozenset[int]:
    """Return the messages in whose conversations somebody wrote what whoever sent them had not seen.

    What no agent wrote has none: that mail was received stays true, whoever writes next.
    """
    rows = [row for row in rows if row.agent_id is not None]
    if not rows:
        return frozenset()
    numbers = {row.conversation_id for row in rows}
    newer = WROTE(session.connection(), numbers, seen=min(row.seen_id for row in rows))
    return frozenset(
        row.id
        for row in rows
        for one in newer
        if one.conversation_id == row.conversation_id
        and one.id > row.seen_id
        and (one.agent_id is None or one.agent_id != row.agent_id)
    )


def _still_ours(session: Session, item: Item, holder: str, now: datetime) -> bool:
    (row,) = ITEM(session.connection(), [item.message_id])
    if row.state is not Delivery.QUEUED or row.held is not None or row.holder != holder:
        return False
    if _with_news(session, [row]):
        record(session, [held(row, Hold.NEWS, now)], actor=SENDER, now=now)
        return False
    renew(session, [item.message_id], holder=holder, until=now + CLAIMED)
    return True


def _lost(row: Any, holder: str, now: datetime) -> bool:
    if row.holder == holder or not row.holder:
        return True
    return row.until is None or row.until <= now or is_dead(row.holder)


def _results(session: Session, told: Told, stands: dict[int, Delivery], now: datetime) -> list[Fact]:
    """Return the facts of what became of an item, and say so in `stands`; whom it cannot reach in time is given up."""
    item = told.item
    late = now - item.queued_at > GIVE_UP_AFTER
    by_before: dict[Delivery, dict[int, Result]] = {}
    for place, one in told.results.items():
        if late and one.state is Delivery.QUEUED:
            one = Result(Delivery.FAILED, one.code, one.words)  # noqa: PLW2901 - it has had its time
        if one.state is not stands[place]:
            by_before.setdefault(stands[place], {})[place] = one
    facts: list[Fact] = [changed(item, some, before, now) for before, some in by_before.items()]
    for some in by_before.values():
        stands.update({place: one.state for place, one in some.items()})
    if facts and set(stands.values()) == {Delivery.FAILED}:
        facts += nobody_answered(session, item, now)
    return facts


def _too_late(told: Told, stands: Mapping[int, Delivery], now: datetime) -> list[Fact]:
    """Return the facts of a server's yes that came when the item was not this sender's any more."""
    open_still: dict[Delivery, dict[int, Result]] = {}
    for place, state in stands.items():
        result = told.results.get(place)
        if result is not None and result.state is Delivery.ACCEPTED and state in _UNSENT:
            open_still.setdefault(state, {})[place] = result
    return [changed(told.item, some, before, now) for before, some in open_still.items()]


def _after(session: Session, told: Told, stands: Mapping[int, Delivery], holder: str, now: datetime) -> None:
    """Give the claim back, and see to what follows: another try, a look for the copy, the draft that comes back."""
    item = told.item
    again = [one for one in told.results.values() if one.state is Delivery.QUEUED]
    attempts = item.attempts + 1 if again else item.attempts
    left = any(one.state in {Delivery.ACCEPTED, Delivery.UNCERTAIN} for one in told.results.values())
    give_back(
        session,
        item.message_id,
        holder=holder,
        attempts=attempts,
        next_at=now + pause(attempts) if again else None,
        trouble=next((one.words for one in again if one.words), ""),
        look_from=now if left else None,
    )
    if summary(stands.values()) is Delivery.FAILED:
        drafts.come_back(session, [item.message_id])
