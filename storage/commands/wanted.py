r"""What the desk wants changed on mail servers: follows from facts, so that an undo asks for the opposite.

``\Seen`` follows *handled*, not looked at; ``\Answered`` follows a server that took our answer; resolved mail moves to
the archive and trashed mail to the trash where the mailbox asks for it, and back when that is taken back (DESIGN §4,
*Sync*).
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import and_, delete, select
from sqlmodel import Session

from storage.apply.base import chunks, insert, table
from storage.events import DeliveryChanged, Fact, Handled, StatusChanged, Tagged
from storage.kinds import SETTLED, Channel, Delivery, Direction, Status, WantedChange
from storage.models import Cited, Conversation, Folder, Mailbox, Message, Placement, Raw, Wanted
from storage.models.statements import Lookup, some_values
from storage.record import next_id

FLAGGED_TAG: Final = "flagged"
r"""The tag that stands for the server's ``\Flagged``, both ways."""

SEEN: Final = r"\Seen"
FLAGGED: Final = r"\Flagged"
ANSWERED: Final = r"\Answered"

PLACES: Final = {**dict.fromkeys(SETTLED, "archive"), Status.TRASH: "trash"}
"""The role of the folder where mail of a status lies, where the mailbox asks for it; of any other, INBOX."""

_Change = tuple[int, WantedChange, str]


def want(session: Session, facts: Iterable[Fact], *, now: datetime) -> None:
    """Put down the server changes that follow from facts; an opposite that still waits is dropped.

    Args:
        session: of the transaction that recorded the facts.
        facts: what was decided.
        now: the moment.
    """
    changes: dict[tuple[int, str], _Change] = {}
    for change in _following(session, list(facts)):
        changes[change[0], change[2] if change[1] is not WantedChange.MOVE else "move"] = change
    if not changes:
        return
    mailboxes = _placed(session, [number for number, _, _ in changes.values()])
    rows = table(Wanted)
    for some in chunks(number for number, _ in changes):
        waiting = select(rows.c.id, rows.c.message_id, rows.c.change, rows.c.value).where(
            rows.c.message_id.in_(some), rows.c.failed == ""
        )
        overtaken = [
            row.id
            for row in session.connection().execute(waiting)
            if (row.message_id, "move" if row.change is WantedChange.MOVE else row.value) in changes
        ]
        session.connection().execute(delete(rows).where(rows.c.id.in_(overtaken)))
    wanted = [
        (mailbox_id, *change) for change in changes.values() for mailbox_id in sorted(mailboxes.get(change[0], ()))
    ]
    _put_down(session, wanted, now)


def _put_down(session: Session, wanted: Sequence[tuple[int, *_Change]], now: datetime) -> None:
    first = next_id(session, Wanted)
    insert(
        session.connection(),
        Wanted,
        [
            {
                "id": number,
                "mailbox_id": mailbox_id,
                "message_id": message_id,
                "change": change,
                "value": value,
                "wanted_at": now,
                "tried_at": None,
                "attempts": 0,
                "failed": "",
            }
            for number, (mailbox_id, message_id, change, value) in enumerate(wanted, first)
        ],
    )


def want_erased(session: Session, message_ids: Sequence[int], *, now: datetime) -> int:
    """Put down that the servers shall delete these messages; return how many deletions that is, by mailbox."""
    mailboxes = _placed(session, message_ids)
    wanted = [
        (mailbox, number, WantedChange.ERASE, "") for number in message_ids for mailbox in mailboxes.get(number, ())
    ]
    _put_down(session, wanted, now)
    return len(wanted)


def _following(session: Session, facts: Sequence[Fact]) -> Iterator[_Change]:
    moves = _moves(session, facts)
    flagged = [fact for fact in facts if isinstance(fact, Tagged) and FLAGGED_TAG in (*fact.added, *fact.removed)]
    asked = {*moves, *(fact.conversation_id for fact in flagged)}
    incoming = _incoming(session, asked) if asked else {}
    answers = _answered(session, facts)
    for fact in facts:
        match fact:
            case Handled():
                change = WantedChange.ADD_FLAG if fact.after else WantedChange.REMOVE_FLAG
                yield from ((number, change, SEEN) for number in fact.message_ids)
            case StatusChanged() if (role := _role(fact, moves.get(fact.conversation_id))) is not None:
                mine = incoming.get(fact.conversation_id, ())
                yield from ((number, WantedChange.MOVE, role) for number in mine)
            case Tagged() if FLAGGED_TAG in (*fact.added, *fact.removed):
                change = WantedChange.ADD_FLAG if FLAGGED_TAG in fact.added else WantedChange.REMOVE_FLAG
                mine = incoming.get(fact.conversation_id, ())
                yield from ((number, change, FLAGGED) for number in mine[-1:])
            case DeliveryChanged() if fact.message_id in answers:
                yield answers[fact.message_id], WantedChange.ADD_FLAG, ANSWERED


def _moves(session: Session, facts: Sequence[Fact]) -> dict[int, dict[str, bool]]:
    """Return, by conversation whose mail may move, which places its mailbox has; asked at once for all."""
    turned = [fact for fact in facts if isinstance(fact, StatusChanged)]
    numbers = {fact.conversation_id for fact in turned if fact.before in PLACES or fact.after in PLACES}
    if not numbers:
        return {}
    rows, boxes = table(Conversation), table(Mailbox)
    asked = select(rows.c.id, boxes.c.archive, boxes.c.trash).join(boxes, rows.c.mailbox_id == boxes.c.id)
    found: dict[int, dict[str, bool]] = {}
    for some in chunks(numbers):
        for row in session.connection().execute(asked.where(rows.c.id.in_(some))):
            if row.archive or row.trash:
                found[row.id] = {"inbox": True, "archive": bool(row.archive), "trash": bool(row.trash)}
    return found


def _role(fact: StatusChanged, has: dict[str, bool] | None) -> str | None:
    """Return the role of the folder that a conversation's mail moves to; `None` when it stays where it lies."""
    if has is None or (fact.before not in PLACES and fact.after not in PLACES):
        return None
    before, after = (PLACES.get(status, "inbox") for status in (fact.before, fact.after))
    if after == "trash" and not has["trash"]:
        return None  # thrown away here alone
    after = after if has[after] else "inbox"
    if before == "trash" and not has["trash"]:
        return after if has["archive"] else None  # it lies where it lay before that, whichever of the two it was
    return None if after == (before if has[before] else "inbox") else after


def _answered(session: Session, facts: Sequence[Fact]) -> dict[int, int]:
    """Return which message each of ours answers that a server took just now; a forward cites and answers none."""
    taken = [fact.message_id for fact in facts if isinstance(fact, DeliveryChanged) and Delivery.ACCEPTED in fact.after]
    if not taken:
        return {}
    return dict(map(tuple, _ANSWERED(session.connection(), taken)))


def _answering() -> Any:
    rows, cited = table(Message), table(Cited)
    answered = rows.alias("answered")
    return (
        select(rows.c.id, rows.c.through_id)
        .join(answered, answered.c.id == rows.c.through_id)
        .join(cited, and_(cited.c.message_id == rows.c.id, cited.c.header_key == answered.c.header_key))
        .where(rows.c.id.in_(some_values()), answered.c.direction == Direction.INCOMING)
    )


_ANSWERED: Final = Lookup(_answering)


def _incoming(session: Session, numbers: Iterable[int]) -> dict[int, list[int]]:
    """Return the messages that came in, the oldest first, by conversation."""
    rows = table(Message)
    found: dict[int, list[int]] = {}
    for some in chunks(numbers):
        chosen = select(rows.c.conversation_id, rows.c.id).where(
            rows.c.conversation_id.in_(some),
            rows.c.direction == Direction.INCOMING,
            rows.c.channel == Channel.EMAIL,
        )
        for row in session.connection().execute(chosen.order_by(rows.c.arrived_at, rows.c.id)):
            found.setdefault(row.conversation_id, []).append(row.id)
    return found


def _placed(session: Session, message_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return the mailboxes on whose servers each message lies; imported mail lies on none."""
    raws, placements, folders = table(Raw), table(Placement), table(Folder)
    found: dict[int, set[int]] = {}
    source: Any = raws.join(placements, placements.c.raw_id == raws.c.id).join(
        folders, folders.c.id == placements.c.folder_id
    )
    for some in chunks(message_ids):
        chosen = select(raws.c.message_id, folders.c.mailbox_id).select_from(source).where(raws.c.message_id.in_(some))
        for row in session.connection().execute(chosen):
            found.setdefault(row.message_id, set()).add(row.mailbox_id)
    return found
