"""Views made of rows as a driver gives them: words, numbers and microseconds; SQLAlchemy is not needed for it."""

from collections.abc import Iterable, Sequence
from enum import StrEnum
from typing import Any, Final

from storage.kinds import PUT_AWAY, SETTLED, Priority, Status, Tier
from storage.kinds.clean import clean_line
from storage.kinds.moments import moment
from storage.kinds.policies import Metric
from storage.views import MailboxView, QueueRow, SavedView

Key = tuple[int, int, int]
"""Where a row stands, and which it is: rank, `queue_order` (or microseconds, where time sorts), number."""

BUILT_IN: Final = 5
"""The keys from 1 that belong to the console's own views, unless a saved one asks for one of them."""

LAST_KEY: Final = 9


def _members(kind: type[StrEnum]) -> dict[str, Any]:
    return {member.value: member for member in kind}


_STATUSES, _TIERS, _PRIORITIES = _members(Status), _members(Tier), _members(Priority)
_METRICS = _members(Metric)
_NOT_SNOOZED = SETTLED | PUT_AWAY


def nameless(found: Iterable[Any]) -> list[int]:
    """Return the customers who have no name, of the rows that `queue_rows` takes."""
    return [row[5] for row in found if row[5] and not row[12]]


def queue_rows(
    keys: Sequence[Key], found: Iterable[Any], tagged: Iterable[Any], addressed: Iterable[Any]
) -> list[QueueRow]:
    """Return the rows of a queue, in its order.

    Args:
        keys: where they stand.
        found: conversations with what stands beside them, in the columns of `storage.queries.rows`.
        tagged: conversations and their tags.
        addressed: customers without a name and their addresses; of several the last one stands.
    """
    by_number = {row[0]: row for row in found}
    tags: dict[int, tuple[str, ...]] = {}
    for number, tag in sorted((one[0], one[1]) for one in tagged):
        tags[number] = (*tags.get(number, ()), tag)
    addresses: dict[int, str] = dict(map(tuple, addressed))
    rows = []
    for rank, at, number in keys:
        if number not in by_number:
            continue
        (
            _,
            state,
            tier,
            priority,
            assignee_id,
            customer_id,
            unanswered,
            last_at,
            last_id,
            snoozed,
            count,
            subject,
            customer,
            organization,
            mailbox,
            assignee,
            seen,
            due_at,
            warn_at,
            metric,
            bouncing,
            promised,
            offered,
        ) = by_number[number]
        status = _STATUSES[state]
        last = moment(last_at or 0)
        waiting = None if unanswered is None else last if unanswered == last_at else moment(unanswered)
        rows.append(
            QueueRow(
                number,
                (rank, at, number),
                status,
                _TIERS[tier],
                _PRIORITIES[priority],
                subject or "",
                customer or addresses.get(customer_id, ""),
                organization or "",
                mailbox,
                assignee_id,
                assignee or "",
                waiting,
                last,
                moment(snoozed) if snoozed is not None and status not in _NOT_SNOOZED else None,
                count,
                tags.get(number, ()),
                last_id is not None and seen != last_id,
                None if due_at is None else moment(due_at),
                None if warn_at is None else moment(warn_at),
                _METRICS.get(metric),
                bool(bouncing),
                bool(promised),
                bool(offered),
            )
        )
    return rows


def saved_views(rows: Iterable[Any]) -> tuple[SavedView, ...]:
    """Return an agent's views in the order of their keys; see `storage.queries.views.views`.

    Args:
        rows: number, agent, name, query and place of each.
    """
    sorted_rows = sorted(rows, key=lambda row: (row[4], row[1] is None, row[0]))
    keys: dict[int, Any] = {}
    for row in sorted_rows:
        if row[4] <= LAST_KEY:
            keys.setdefault(row[4], row)
    placed = {row[0] for row in keys.values()}
    rest = [row for row in sorted_rows if row[0] not in placed]
    for key in range(BUILT_IN + 1, LAST_KEY + 1):
        if key not in keys and rest:
            keys[key] = rest.pop(0)
    return (*_keyed(sorted(keys.items())), *_keyed(("", row) for row in rest))


def _keyed(keyed: Iterable[tuple[int | str, Any]]) -> tuple[SavedView, ...]:
    return tuple(SavedView(row[0], str(key), row[2], row[3], shared=row[1] is None, place=row[4]) for key, row in keyed)


def mailbox_view(row: Any, trouble: dict[str, str]) -> MailboxView:
    """Return a mailbox of number, name, address, group, live-since, state, since, synced-at, done and total."""
    number, name, address, group, live_since, state, since, synced_at, done, total = row
    return MailboxView(
        mailbox_id=number,
        name=name,
        address=address,
        group=group,
        live_since=live_since,
        state=state or "never",
        trouble=clean_line(trouble.get("kind", "")),
        words=clean_line(trouble.get("words", "")),
        since=since,
        synced_at=synced_at,
        done=int(done or 0),
        total=int(total or 0),
    )
