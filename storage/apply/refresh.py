"""The columns of a conversation that follow from its messages, made anew set-wise."""

from collections.abc import Iterable
from typing import Any, Final

from sqlalchemy import ColumnElement, ScalarSelect, and_, false, func, or_, select, update
from sqlmodel import Session

from storage.apply.base import table
from storage.apply.touch import settle
from storage.kinds import Automatic, Channel, Delivery, Direction
from storage.models import Conversation, Message, Outbox, Participant, Person
from storage.models.statements import Lookup, some_values


def refresh(session: Session, conversation_ids: Iterable[int]) -> None:
    """Make the following columns of these conversations anew.

    The oldest unanswered message is the earliest incoming one, written by a person and not handled, that came
    after the last answer by a person (DOMAIN §3: what machines write neither starts a clock nor stops one). An answer
    that was refused for good reached nobody and is none; a call is one, whoever rang. Notes start and stop nothing:
    they are no news of a conversation that lies at rest (docs/decisions/0014).
    """
    numbers = list(conversation_ids)
    _FOLLOWING(session.connection(), numbers)
    settle(session.connection(), numbers)


def _following() -> Any:
    values = {
        "message_count": _of_messages(func.count()),
        "first_message_id": _edge("id", last=False),
        "last_message_id": _edge("id", last=True),
        "last_message_at": func.coalesce(
            _edge("arrived_at", _m.c.direction != Direction.INTERNAL, last=True), _edge("arrived_at", last=True)
        ),
        "customer_id": func.coalesce(_customer(incoming=True), _customer(incoming=False), _anybody()),
        "oldest_unanswered_at": _oldest_unanswered(),
    }
    return update(_c).where(_c.c.id.in_(some_values())).values(values)


_FOLLOWING: Final = Lookup(_following)
_c = table(Conversation)
_m = table(Message).alias("m")
_later = table(Message).alias("later")
_mine = _m.c.conversation_id == _c.c.id
_out = table(Outbox)
_refused = (
    select(_out.c.id)
    .where(_out.c.id == _later.c.id, or_(_out.c.state == Delivery.FAILED, _out.c.state == Delivery.CANCELLED))
    .correlate(_later)
    .exists()
)


def _of_messages(figure: ColumnElement[Any]) -> ScalarSelect[Any]:
    return select(figure).select_from(_m).where(_mine).correlate(_c).scalar_subquery()


def _edge(column: str, *which: ColumnElement[bool], last: bool) -> ScalarSelect[Any]:
    order = (_m.c.arrived_at.desc(), _m.c.id.desc()) if last else (_m.c.arrived_at, _m.c.id)
    return select(_m.c[column]).where(_mine, *which).order_by(*order).limit(1).correlate(_c).scalar_subquery()


def _customer(*, incoming: bool) -> ScalarSelect[Any]:
    chosen = and_(_mine, _m.c.customer_id.is_not(None))
    if incoming:
        chosen = and_(chosen, _m.c.direction == Direction.INCOMING, _m.c.automatic == Automatic.NO)
    return (
        select(_m.c.customer_id)
        .where(chosen)
        .order_by(_m.c.arrived_at, _m.c.id)
        .limit(1)
        .correlate(_c)
        .scalar_subquery()
    )


def _anybody() -> ScalarSelect[Any]:
    people, persons = table(Participant), table(Person)
    named = people.join(_m, _m.c.id == people.c.message_id).join(persons, persons.c.id == people.c.person_id)
    # Who was found to be somebody else stays a participant where the message names both.
    first = select(func.min(people.c.person_id)).select_from(named).where(_mine, persons.c.merged_into.is_(None))
    return first.correlate(_c).scalar_subquery()


def _last_answer(column: str) -> ScalarSelect[Any]:
    """Return a column of the last answer by a person, a call among them; found from the end of the index."""
    return (
        select(_later.c[column])
        .where(
            _later.c.conversation_id == _c.c.id,
            or_(_later.c.direction == Direction.OUTGOING, _later.c.channel == Channel.PHONE),
            _later.c.automatic == Automatic.NO,
            ~_refused,
        )
        .order_by(_later.c.arrived_at.desc(), _later.c.id.desc())
        .limit(1)
        .correlate(_c)
        .scalar_subquery()
    )


def _oldest_unanswered() -> ScalarSelect[Any]:
    answered_at = _last_answer("arrived_at")
    waiting = and_(
        _mine,
        _m.c.direction == Direction.INCOMING,
        _m.c.automatic == Automatic.NO,
        _m.c.handled == false(),
        # Servers tell whole seconds: of two in one second the one that was taken in later came later.
        or_(
            answered_at.is_(None),
            _m.c.arrived_at > answered_at,
            and_(_m.c.arrived_at == answered_at, _m.c.id > _last_answer("id")),
        ),
    )
    return select(func.min(_m.c.arrived_at)).where(waiting).correlate(_c).scalar_subquery()
