"""Who is to be asked how they fare: customers whose model has a cadence, and who have no check-in ahead of them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, exists, func, or_, select
from sqlmodel import Session

from storage.kinds import ConversationKind, Subject
from storage.queries import playbooks
from storage.queries.playbooks import Laid
from storage.queries.several import listed
from storage.queries.tables import CALLED, CONVERSATION, EVENT, ORGANIZATION, PERSON, PROFILE
from storage.rules.playbooks import playing

_C = CONVERSATION.c
_SETTLED: Final = 5  # the rank from which on nothing is to be done any more
_PAGE: Final = 500


@dataclass(frozen=True, slots=True)
class CheckIn:
    """A check-in that is to be.

    Attributes:
        name: whom it is with.
        days: between one and the next.
        due: when.
        owner: whose it is, by name: the owner, or the backup while they are away; empty for nobody's.
        key: which one it is: the first, or the one after another.
    """

    subject: Subject
    subject_id: int
    name: str
    days: int
    due: datetime
    owner: str
    key: str


def to_make(session: Session, *, now: datetime, limit: int) -> list[CheckIn]:
    """Return check-ins that nobody has begun yet, as many as are asked for.

    The one after another is due so many days after that was done, whatever became of it; the first so many days from
    now on: nobody is asked on the day on which the model is named.

    Args:
        session: of any transaction.
        now: the moment.
        limit: how many.
    """
    laid = playbooks.laid(session)
    found: list[CheckIn] = []
    for subject in (Subject.ORGANIZATION, Subject.PERSON):
        for some in _without(session, laid, subject):
            found += _due(session, laid, subject, some, now)
            if len(found) >= limit:
                return found[:limit]
    return found


def _without(session: Session, laid: Laid, subject: Subject) -> Iterator[Sequence[int]]:
    """Yield those who name a model that may have a cadence and have no check-in ahead, some at a time."""
    # What a mixture picks is told by more than one field: it is looked at for each.
    named = [book for book in laid.books.values() if book.check_in or book.picks]
    fields = ("touch", "service") if subject is Subject.ORGANIZATION else ("touch",)
    says = [
        and_(PROFILE.c.field == field, PROFILE.c.value.in_(values))
        for field in fields
        if (values := sorted(book.name for book in named if str(book.scope) == field))
    ]
    if not says:
        return
    whose = _C.organization_id if subject is Subject.ORGANIZATION else _C.customer_id
    ahead = exists(
        select(_C.id)
        .where(whose == PROFILE.c.subject_id, _C.kind == ConversationKind.CHECK_IN, _C.queue_rank < _SETTLED)
        .correlate(PROFILE)
    )
    chosen: Any = select(PROFILE.c.subject_id).where(or_(*says), PROFILE.c.subject == subject, ~ahead).distinct()
    if subject is Subject.PERSON:  # who belongs to an organization is asked for it
        alone = PERSON.c.organization_id.is_(None), PERSON.c.merged_into.is_(None)
        chosen = chosen.join(PERSON, PERSON.c.id == PROFILE.c.subject_id).where(*alone)
    after = 0
    while True:
        page = chosen.where(PROFILE.c.subject_id > after).order_by(PROFILE.c.subject_id).limit(_PAGE)
        some = session.connection().execute(page).scalars().all()
        if some:
            yield some
        if len(some) < _PAGE:
            return
        after = some[-1]


def _due(session: Session, laid: Laid, subject: Subject, numbers: Sequence[int], now: datetime) -> list[CheckIn]:
    connection = session.connection()
    told = playbooks.told(connection, subject, numbers)
    days: dict[int, int] = {}
    for number in numbers:
        said = playbooks.said_of({}, told.get(number, {}))
        if every := playing(laid.books, said).knob("check_in")[0]:
            days[number] = every
    if not days:
        return []
    last = _last(session, subject, list(days))
    names = _names(session, subject, list(days))
    found = []
    for number, every in days.items():
        before, done = last.get(number, (0, now))
        owner = told.get(number, {}).get("owner", "")
        backup = told.get(number, {}).get("backup", "")
        if owner and backup and laid.is_away(owner, now) and not laid.is_away(backup, now):
            owner = backup
        key = f"checkin:{subject}:{number}:{before}"
        found.append(CheckIn(subject, number, names.get(number, ""), every, done + timedelta(days=every), owner, key))
    return found


def _last(session: Session, subject: Subject, numbers: Sequence[int]) -> Mapping[int, tuple[int, datetime]]:
    """Return the newest check-in of each, and when it was done."""
    connection = session.connection()
    whose = _C.organization_id if subject is Subject.ORGANIZATION else _C.customer_id
    of_kind = _C.kind == ConversationKind.CHECK_IN
    newest = select(whose, func.max(_C.id)).where(whose.in_(listed(connection, numbers)), of_kind).group_by(whose)
    held: dict[int, int] = dict(map(tuple, connection.execute(newest)))
    if not held:
        return {}
    changed = (
        select(EVENT.c.conversation_id, func.max(EVENT.c.id))
        .where(EVENT.c.conversation_id.in_(listed(connection, list(held.values()))), EVENT.c.kind == "status_changed")
        .group_by(EVENT.c.conversation_id)
        .subquery()
    )
    rows = select(EVENT.c.conversation_id, EVENT.c.happened_at).join(changed, changed.c[1] == EVENT.c.id)
    done = dict(map(tuple, connection.execute(rows)))
    return {number: (one, done[one]) for number, one in held.items() if one in done}


def _names(session: Session, subject: Subject, numbers: Sequence[int]) -> dict[int, str]:
    connection = session.connection()
    rows = (
        select(ORGANIZATION.c.id, CALLED)
        if subject is Subject.ORGANIZATION
        else select(PERSON.c.id, func.coalesce(PERSON.c.name, ""))
    )
    key = ORGANIZATION.c.id if subject is Subject.ORGANIZATION else PERSON.c.id
    return {row[0]: row[1] or "" for row in connection.execute(rows.where(key.in_(listed(connection, numbers))))}
