"""The steps of messages that leave, each put down before or after the word that makes it true; of many in one go.

Several messages leave at a time, by a connection each. What their connections have to put down at one moment is one
transaction: to commit costs as much for twenty messages as for one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlmodel import Session

from storage.commands import drafts
from storage.commands.outbox import sending
from storage.commands.outbox.failing import nobody_answered
from storage.commands.outbox.items import SENDER, Item, Result, changed, held, look_from, places
from storage.commands.outbox.statements import ITEM, STANDING, Back, give_back, renew
from storage.commands.wanted import want
from storage.events import DeliveryChanged, Fact
from storage.kinds import Delivery, Hold
from storage.record import record
from storage.rules.delivery import NOBODY, is_given_up, pause

_KNOWN: Final = (Delivery.ACCEPTED, Delivery.FILED, Delivery.FAILED)
"""Where a recipient stands of whom mail that came in told more than the server to which the message was handed."""

_UNSENT: Final = (Delivery.UNCERTAIN, Delivery.QUEUED)
"""Where a recipient stands of whom nobody knows that the message reached it, and to whom nobody is sending it."""


@dataclass(frozen=True, slots=True)
class Told:
    """An item and what became of its recipients, by their place."""

    item: Item
    results: Mapping[int, Result]


@dataclass(frozen=True, slots=True)
class Handed:
    """An item of which all but the final dot has gone out, and what became of those whom the server refused."""

    item: Item
    refused: Mapping[int, Result]


def proceed(
    session: Session,
    *,
    told: Sequence[Told] = (),
    handed: Sequence[Handed] = (),
    begin: Sequence[Item] = (),
    holder: str,
    now: datetime,
) -> frozenset[int]:
    """Note what became of items, of which the data are sent, and which are being sent next: all in one transaction.

    Of an item that another has claimed meanwhile it is noted only that the server took it: whatever else this sender
    believes may be undone already, and would take from the other's hands what it is about to send.

    Args:
        session: of a writing transaction.
        told: the items that are done.
        handed: those whose final dot comes next; their claims hold anew, as the answer may take long, too.
        begin: those that are sent next, as far as they were not taken back, held or claimed by another meanwhile.
        holder: who sends.
        now: the moment.

    Returns:
        The messages of `handed` whose dot may be sent, and those of `begin` that may be begun.
    """
    stands, holders, known = _standing(session, [*(one.item for one in told), *(one.item for one in handed)])
    ours = [one for one in told if holders.get(one.item.message_id) == holder]
    lost = [one for one in told if holders.get(one.item.message_id) != holder]
    late = {one.item.message_id: _too_late(one, stands.get(one.item.message_id, {}), now) for one in lost}
    dots = [one for one in handed if holders.get(one.item.message_id) == holder]
    fresh, stopped = _still_ours(session, begin, holder, now)
    results = [(one.item, _results(one, stands[one.item.message_id], known, now)) for one in ours]
    # All of one kind stand together: they are applied in one go.
    facts: list[Fact] = [fact for _, some in results for fact in some]
    facts += [fact for some in late.values() for fact in some]
    facts += [_gone(one, now) for one in dots]
    facts += [_begun(one, now) for one in fresh]
    facts += stopped
    for item, some in results:
        if some and NOBODY.issuperset(stands[item.message_id].values()):
            facts += nobody_answered(session, item, now)
    if facts:
        record(session, facts, actor=SENDER, now=now)
        want(session, facts, now=now)
    renew(session, _numbers(fresh, dots), holder=holder, until=now + sending.CLAIMED)
    sending.let_go(session, [one for one in begin if one not in fresh], holder=holder)
    _after(session, ours, stands, holder, now)
    if yes := [number for number, some in late.items() if some]:
        look_from(session, yes, now)
    return frozenset(_numbers(fresh, dots))


def _numbers(*some: Iterable[Item | Handed]) -> list[int]:
    return [one.message_id if isinstance(one, Item) else one.item.message_id for many in some for one in many]


def _standing(
    session: Session, some: Iterable[Item]
) -> tuple[dict[int, dict[int, Delivery]], dict[int, str], set[tuple[int, int]]]:
    """Return where each recipient of items stands, who holds their claims, and of whom a server spoke before."""
    stands: dict[int, dict[int, Delivery]] = {}
    holders: dict[int, str] = {}
    known: set[tuple[int, int]] = set()
    for row in STANDING(session.connection(), _numbers(some)):
        stands.setdefault(row.message_id, {})[row.place] = row.state
        holders[row.message_id] = row.holder
        if row.code is not None:
            known.add((row.message_id, row.place))
    return stands, holders, known


def _still_ours(session: Session, some: Sequence[Item], holder: str, now: datetime) -> tuple[list[Item], list[Fact]]:
    """Return which items may be sent still, and the facts by which those are held that have news by now."""
    rows = {
        row.id: row
        for row in ITEM(session.connection(), _numbers(some))
        if row.state is Delivery.QUEUED and row.held is None and row.holder == holder
    }
    news = sending.with_news(session, list(rows.values()))
    stopped: list[Fact] = [held(rows[number], Hold.NEWS, now) for number in sorted(news)]
    return [one for one in some if one.message_id in rows and one.message_id not in news], stopped


def _begun(item: Item, now: datetime) -> DeliveryChanged:
    return changed(item, dict.fromkeys(places(item), Result(Delivery.SENDING)), Delivery.QUEUED, now)


def _gone(handed: Handed, now: datetime) -> DeliveryChanged:
    results = {place: handed.refused.get(place, Result(Delivery.DATA_SENT)) for place in places(handed.item)}
    return changed(handed.item, results, Delivery.SENDING, now)


def _results(
    told: Told, stands: dict[int, Delivery], known: Collection[tuple[int, int]], now: datetime
) -> list[DeliveryChanged]:
    """Return the facts of what became of an item, and say so in `stands`; whom it cannot reach in time is given up.

    But nobody whose server asks for another time for the first time: it may have been out of reach until now.
    """
    item = told.item
    late = is_given_up(item.queued_at, item.attempts, now)
    by_before: dict[Delivery, dict[int, Result]] = {}
    for place, one in told.results.items():
        if late and one.state is Delivery.QUEUED and (item.message_id, place) in known:
            one = Result(Delivery.FAILED, one.code, one.words)  # noqa: PLW2901 - it has had its time
        if one.state is not stands[place] and stands[place] not in _KNOWN:
            by_before.setdefault(stands[place], {})[place] = one
    for some in by_before.values():
        stands.update({place: one.state for place, one in some.items()})
    return [changed(item, some, before, now) for before, some in by_before.items()]


def _too_late(told: Told, stands: Mapping[int, Delivery], now: datetime) -> list[DeliveryChanged]:
    """Return the facts of a server's yes that came when the item was not this sender's any more."""
    open_still: dict[Delivery, dict[int, Result]] = {}
    for place, state in stands.items():
        result = told.results.get(place)
        if result is not None and result.state is Delivery.ACCEPTED and state in _UNSENT:
            open_still.setdefault(state, {})[place] = result
    return [changed(told.item, some, before, now) for before, some in open_still.items()]


def _after(
    session: Session, done: Sequence[Told], stands: Mapping[int, Mapping[int, Delivery]], holder: str, now: datetime
) -> None:
    """Give claims back, and see to what follows: another try, a look for the copy, the draft that comes back."""
    back: list[Back] = []
    for one in done:
        again = [result for result in one.results.values() if result.state is Delivery.QUEUED]
        attempts = one.item.attempts + 1 if again else one.item.attempts
        left = any(result.state in {Delivery.ACCEPTED, Delivery.UNCERTAIN} for result in one.results.values())
        back.append(
            Back(
                message_id=one.item.message_id,
                attempts=attempts,
                next_at=now + pause(attempts) if again else None,
                trouble=next((result.words for result in again if result.words), ""),
                look_from=now if left else None,
            )
        )
    give_back(session, back, holder=holder)
    failed = [one.item.message_id for one in done if NOBODY.issuperset(stands[one.item.message_id].values())]
    if failed:
        drafts.come_back(session, failed)
