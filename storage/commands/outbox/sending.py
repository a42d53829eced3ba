"""The outbox as the sender works it: claimed, told step by step, never left in a state that is not true.

A step is committed before the word to the server that makes it true for us, and after the word from the server that
makes it true for the customer (DESIGN §4 *Sending*): *sending* before MAIL FROM, *data sent* before the final dot,
*accepted* after the 250. Whoever dies in between leaves a state from which `recover` goes on: before the dot the
message is tried again, after it it may have been sent, and nothing but an agent sends it again.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import ColumnElement, and_, or_, select, update
from sqlmodel import Session

from storage.commands.leasing import is_dead
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
from storage.commands.outbox.statements import DUE, WROTE
from storage.events import Fact
from storage.kinds import Delivery, Hold
from storage.record import record
from storage.rules.delivery import pause

CLAIMED: Final = timedelta(minutes=15)
"""How long a claim holds without being renewed: longer than one message's dialogue may take to its last dot, and than
the answer to that may take."""

_SOON: Final = timedelta(minutes=1)
_UNDER_WAY: Final = (Delivery.SENDING, Delivery.DATA_SENT)


def mailboxes_with_mail(session: Session, *, now: datetime) -> frozenset[int]:
    """Return the mailboxes that have something that is due to leave."""
    chosen = select(OUT.c.mailbox_id).select_from(with_claims()).where(*due(now)).distinct()
    return frozenset(session.connection().execute(chosen).scalars())


def mailboxes_under_way(session: Session) -> frozenset[int]:
    """Return the mailboxes of which a sender has something in hand, or had when it died: `recover` tells which."""
    chosen = select(OUT.c.mailbox_id).select_from(with_claims()).where(_in_hand()).distinct()
    return frozenset(session.connection().execute(chosen).scalars())


def has_mail(session: Session, mailbox_id: int, *, now: datetime) -> bool:
    """Say whether a mailbox has something that is due to leave."""
    return bool(DUE(session.connection(), [mailbox_id], now=now, most=1))


def is_leaving(session: Session, *, now: datetime) -> bool:
    """Say whether something leaves now or within a minute; what waits longer, or for an agent, does not count."""
    soon = now + _SOON
    going = or_(
        OUT.c.state.in_(_UNDER_WAY),
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
    rows = DUE(session.connection(), [mailbox_id], now=now, most=limit)
    news = with_news(session, rows)
    if stopped := [row for row in rows if row.id in news]:
        record(session, [held(row, Hold.NEWS, now) for row in stopped], actor=SENDER, now=now)
    free = [row for row in rows if row.id not in news]
    claims(session, [row.id for row in free], holder=holder, until=now + CLAIMED)
    to = recipients_in(session, [row.id for row in free], Delivery.QUEUED)
    return tuple(item_of(row, to[row.id]) for row in free if to.get(row.id))


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
        ours = CLAIM.c.message_id == item.message_id, CLAIM.c.holder == holder
        given = {"holder": "", "until": None, "trouble": words}
        session.connection().execute(update(CLAIM).where(*ours).values(**given, **_later(item.attempts, now)))


def _later(attempts: int, now: datetime) -> dict[str, Any]:
    return {"attempts": attempts + 1, "next_at": now + pause(attempts + 1)}


def let_go(session: Session, items: Iterable[Item], *, holder: str) -> None:
    """Give items back that were claimed by this sender and not begun: whoever comes next may send them."""
    for item in items:
        given = update(CLAIM).where(CLAIM.c.message_id == item.message_id, CLAIM.c.holder == holder)
        session.connection().execute(given.values(holder="", until=None))


def recover(session: Session, mailbox_id: int, *, holder: str, now: datetime) -> int:
    """Go on where a sender died: before the final dot as if never tried, after it the message may have been sent.

    What it had claimed and not begun is free again at once. What this very sender had begun met a mistake of ours, or
    stood beside one: it is free again, too, but when that happens once more others go first.

    Args:
        session: of a writing transaction.
        mailbox_id: whose.
        holder: who begins to send, and has nothing under way.
        now: the moment.

    Returns:
        How many messages were under way.
    """
    chosen = items().where(OUT.c.mailbox_id == mailbox_id, _in_hand())
    rows = [row for row in session.connection().execute(chosen) if _lost(row, holder, now)]
    begun = [row for row in rows if row.state in _UNDER_WAY]
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
    for row in begun:
        if row.holder == holder:
            again = update(CLAIM).where(CLAIM.c.message_id == row.id)
            values = _later(row.attempts, now) if row.attempts else {"attempts": 1}
            session.connection().execute(again.values(**values))
    return len(begun)


def with_news(session: Session, rows: Sequence[Any]) -> frozenset[int]:
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


def _in_hand() -> ColumnElement[bool]:
    return or_(OUT.c.state.in_(_UNDER_WAY), and_(OUT.c.state == Delivery.QUEUED, CLAIM.c.holder != ""))


def _lost(row: Any, holder: str, now: datetime) -> bool:
    if row.holder == holder or not row.holder:
        return True
    return row.until is None or row.until <= now or is_dead(row.holder)
