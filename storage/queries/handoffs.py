"""Handoffs as they stand, what a brief says, who is asked beside, and what is to go on because nobody accepted it."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import BigInteger, case, func, literal_column, or_, select, type_coerce
from sqlmodel import Session

from storage.apply.standing import today
from storage.kinds import OPEN_HANDOFF, PUT_AWAY, SETTLED, ConsultState, HandoffState, Tier
from storage.kinds.errors import NoSuch
from storage.kinds.handoffs import NOT_HANDED, ConsultView, Contents, Handed, HandoffView, SolutionView
from storage.kinds.moments import microseconds
from storage.kinds.playbooks import Transfers
from storage.kinds.policies import Metric
from storage.queries import playbooks
from storage.queries.history import joined_numbers
from storage.queries.tables import AGENT, CLOCK, CONSULT, CONVERSATION, EVENT, HANDOFF, SOLUTION
from storage.rules import transfers

_H = HANDOFF.c
_IS_OPEN: Final = _H.state.in_(tuple(sorted(OPEN_HANDOFF)))
_MICROSECOND: Final = timedelta(microseconds=1)
_MOST: Final = 200  # handoffs that go on at once


def handoffs_of(session: Session, conversation_id: int) -> tuple[HandoffView, ...]:
    """Return the handoffs of a conversation, and of what was joined to it, the oldest first.

    Args:
        session: of any transaction.
        conversation_id: its own number.
    """
    return _views(session, _H.conversation_id.in_((conversation_id, *joined_numbers(session, conversation_id))))


def handoff(session: Session, handoff_id: int) -> HandoffView | None:
    """Return a handoff by its number."""
    return next(iter(_views(session, _H.id == handoff_id)), None)


def open_handoff(session: Session, conversation_id: int) -> HandoffView | None:
    """Return the handoff of a conversation that waits to be accepted; `None` where none does."""
    return next((one for one in reversed(handoffs_of(session, conversation_id)) if one.state in OPEN_HANDOFF), None)


def standing_handoff(session: Session, conversation_id: int, tier: Tier) -> HandoffView | None:
    """Return the handoff by which a conversation is at a tier, accepted or not; `None` where none brought it there."""
    stands = {*OPEN_HANDOFF, HandoffState.ACCEPTED}
    found = handoffs_of(session, conversation_id)
    return next((one for one in reversed(found) if one.state in stands and one.to_tier is tier), None)


def was_handed(session: Session, conversation_id: int) -> bool:
    """Say whether a conversation was handed to the tier where it is, and may be returned.

    Args:
        session: of any transaction.
        conversation_id: its own number.
    """
    chosen = select(CONVERSATION.c.tier).where(CONVERSATION.c.id == conversation_id)
    tier = session.connection().execute(chosen).scalar()
    if tier is None:
        return False
    return (open_handoff(session, conversation_id) or standing_handoff(session, conversation_id, tier)) is not None


def handed(session: Session, numbers: Sequence[int]) -> Handed:
    """Return how a conversation was handed on.

    Args:
        session: of any transaction.
        numbers: its own, and those that were joined to it.
    """
    stands = [
        one for one in _views(session, _H.conversation_id.in_(numbers)) if one.state is not HandoffState.TAKEN_BACK
    ]
    asked = consults(session, CONSULT.c.conversation_id.in_(numbers))
    if not stands and not asked:
        return NOT_HANDED
    return Handed(stands[-1] if stands else None, asked, any(one.crossed > 1 for one in stands))


def consults_of(session: Session, conversation_id: int) -> tuple[ConsultView, ...]:
    """Return the colleagues who are asked in a conversation and have yet to answer, who is due first before others."""
    numbers = (conversation_id, *joined_numbers(session, conversation_id))
    return consults(session, CONSULT.c.conversation_id.in_(numbers))


def consults(session: Session, *which: Any, limit: int | None = None) -> tuple[ConsultView, ...]:
    """Return colleagues who are asked and have yet to answer, who is due first before others."""
    asks, asked = AGENT.alias(), AGENT.alias()
    chosen = (
        select(CONSULT, asks.c.name.label("by_name"), asked.c.name.label("name"))
        .select_from(
            CONSULT.join(asks, asks.c.id == CONSULT.c.by_agent_id).join(asked, asked.c.id == CONSULT.c.agent_id)
        )
        .where(CONSULT.c.state == ConsultState.ASKED, *which)
        .order_by(CONSULT.c.due_at, CONSULT.c.id)
        .limit(limit)
    )
    return tuple(
        ConsultView(
            row.id,
            row.conversation_id,
            row.by_agent_id,
            row.by_name or "",
            row.agent_id,
            row.name or "",
            row.note_id,
            row.at,
            row.due_at,
            row.state,
            row.answered_id,
        )
        for row in session.connection().execute(chosen)
    )


def lapsed(session: Session, now: datetime, *, limit: int = _MOST) -> tuple[ConsultView, ...]:
    """Return the colleagues who have not answered in time, and of whom that is not on record yet, the first due first.

    Args:
        session: of any transaction.
        now: the moment.
        limit: how many.
    """
    rows = EVENT.c
    known = select(rows.id).where(
        rows.conversation_id == CONSULT.c.conversation_id,
        rows.kind == "consult_lapsed",
        rows.happened_at == CONSULT.c.due_at,
    )
    return consults(session, CONSULT.c.due_at <= now, ~known.exists(), limit=limit)


def consulting(*, due: datetime | None = None) -> Any:
    """Return the selection of the numbers of conversations in which a colleague is asked who has yet to answer.

    Args:
        due: only where that was hoped for before this moment.
    """
    asked: Any = literal_column("consult.state = 'asked'")  # as the index of those few has it
    soon = [CONSULT.c.due_at < due] if due is not None else []
    return _today(select(CONSULT.c.conversation_id).where(asked, *soon))


def solution_of(session: Session, conversation_id: int) -> SolutionView | None:
    """Return what was found to be the cause, and what solved it; `None` where nobody wrote it down."""
    return solutions(session, [conversation_id]).get(conversation_id)


def solutions(session: Session, numbers: Sequence[int]) -> dict[int, SolutionView]:
    """Return the causes that were found in conversations, by their numbers."""
    chosen = select(SOLUTION).where(SOLUTION.c.conversation_id.in_(numbers))
    return {
        row.conversation_id: SolutionView(row.known, row.cause or "", row.solution or "")
        for row in session.connection().execute(chosen)
    }


def knob_of(session: Session, conversation_id: int) -> Transfers | None:
    """Return how a conversation goes to another tier, as the playbook that holds says."""
    return knobs_of(session, [conversation_id]).get(conversation_id)


def knobs_of(session: Session, numbers: Iterable[int]) -> dict[int, Transfers]:
    """Return how conversations go to another tier, by number; those of which no playbook says anything are left out."""
    served = playbooks.served(session, numbers)
    return {number: knob for number, one in served.items() if (knob := one.playing.knob("transfer")[0]) is not None}


def overdue(session: Session, now: datetime) -> tuple[HandoffView, ...]:
    """Return the handoffs that nobody accepted in time, and that can go on to somebody else, the first due first.

    What is settled or put away meanwhile waits for nobody.
    """
    stands = today(select(_H.conversation_id).where(_IS_OPEN))
    awake = (
        select(stands.c.origin)
        .join(CONVERSATION, CONVERSATION.c.id == stands.c.number)
        .where(CONVERSATION.c.status.not_in(tuple(sorted(SETTLED | PUT_AWAY))))
    )
    which = _IS_OPEN, _H.escalations < transfers.MOST_ESCALATIONS, _H.conversation_id.in_(awake)
    return _views(session, *which, late=now)


def asked_first(session: Session, tier: Tier, at: datetime, *, destination: str = "") -> tuple[int | None, str]:
    """Return who is asked first to accept what goes to a tier, and by which rota; nobody where none says.

    Args:
        session: of any transaction.
        tier: the receiving one.
        at: the moment.
        destination: the team that is named: a rota of that name, or for that topic, is asked before others.
    """
    from storage.queries.on_call import on_call  # late: most that is asked of handoffs asks no rota

    first = transfers.first_on(on_call(session, at, tier=tier), destination)
    return (first.agent_id, first.rota) if first is not None else (None, "")


def asked_next(session: Session, one: HandoffView, at: datetime) -> tuple[int | None, str]:
    """Return who is asked to accept a handoff that nobody accepted in time; nobody for anybody of the tier.

    Whoever came on since the one before was asked is asked first.

    Args:
        session: of any transaction.
        one: the handoff.
        at: the moment.
    """
    from storage.queries.on_call import next_after, on_call  # late, as above

    if one.to_agent_id is None or not one.rota:
        return None, ""
    try:
        for duty in on_call(session, at, rota=one.rota):
            if duty.since > (one.escalated_at or one.at) and duty.agent_id not in {None, one.to_agent_id}:
                return duty.agent_id, one.rota
        found = next_after(session, at, one.to_agent_id, rota=one.rota)
    except NoSuch:  # the rota was taken away since
        found = None
    return (found[0], one.rota) if found is not None else (None, "")


def _views(session: Session, *which: Any, late: datetime | None = None) -> tuple[HandoffView, ...]:
    # The clock of this handoff, and no earlier one's: it runs from the moment in which it was handed on.
    accepting = (CLOCK.c.metric == Metric.ACCEPTANCE) & (CLOCK.c.started_at == _H.at)
    stands = today(select(_H.conversation_id).where(*which))
    giver, asked, accepts = AGENT.alias(), AGENT.alias(), AGENT.alias()
    chosen = (
        select(
            HANDOFF, giver.c.name.label("from_name"), asked.c.name.label("to_name"), accepts.c.name.label("accepted")
        )
        .add_columns(CLOCK.c.due_at.label("clock_due"))
        .select_from(
            HANDOFF.join(stands, stands.c.origin == _H.conversation_id)
            .outerjoin(CLOCK, (CLOCK.c.conversation_id == stands.c.number) & accepting)
            .outerjoin(giver, giver.c.id == _H.from_agent_id)
            .outerjoin(asked, asked.c.id == _H.to_agent_id)
            .outerjoin(accepts, accepts.c.id == _H.accepted_by)
        )
        .where(*which)
    )
    if late is None:
        chosen = chosen.order_by(_H.id)
    else:
        due = _due()
        chosen = chosen.where(due <= microseconds(late)).order_by(due, _H.id).limit(_MOST)
    return tuple(map(_view, session.connection().execute(chosen)))


def _due() -> Any:
    """Return until when a handoff is to be accepted, in microseconds since 1970, as `transfers.due_at` says it."""
    at, asked, clock = (type_coerce(column, BigInteger) for column in (_H.at, _H.escalated_at, CLOCK.c.due_at))
    said = case(*((_H.to_tier == tier, span // _MICROSECOND) for tier, span in transfers.WITHIN.items()))
    return func.coalesce(asked, at) + func.coalesce(clock - at, said)


def _view(row: Any) -> HandoffView:
    is_open = row.state in OPEN_HANDOFF
    due = transfers.due_at(
        row.at, row.to_tier, row.clock_due, escalations=row.escalations, escalated_at=row.escalated_at
    )
    return HandoffView(
        handoff_id=row.id,
        conversation_id=row.conversation_id,
        from_tier=row.from_tier,
        to_tier=row.to_tier,
        from_agent_id=row.from_agent_id,
        from_agent=row.from_name or "",
        to_agent_id=row.to_agent_id,
        to_agent=row.to_name or "",
        destination=row.destination,
        rota=row.rota,
        at=row.at,
        state=row.state,
        due_at=due if is_open else None,
        accepted_at=row.accepted_at,
        accepted_by=row.accepted_by,
        accepted=row.accepted or "",
        returned_at=row.returned_at,
        reason=row.reason or "",
        escalations=row.escalations,
        escalated_at=row.escalated_at,
        crossed=row.crossed,
        note_id=row.note_id,
        told_id=row.told_id,
        contents=Contents.read(row.brief) if row.brief else None,
    )


def is_bouncing(number: Any) -> Any:
    """Return the condition that a conversation crossed one border twice, for a column of its number."""
    return number.in_(_today(select(_H.conversation_id).where(literal_column("handoff.crossed > 1"))))


def is_offered(number: Any, *, to: int | None = None) -> Any:
    """Return the condition that a handoff of a conversation waits to be accepted, for a column of its number.

    Args:
        number: the column.
        to: an agent: only what they, or anybody of the tier, are asked to accept.
    """
    mine = [or_(_H.to_agent_id == to, _H.to_agent_id.is_(None))] if to is not None else []
    # As the index of those few has it: with values in its place it would not be used.
    few: Any = literal_column("handoff.state IN ('offered', 'escalated')")
    return number.in_(_today(select(_H.conversation_id).where(few, *mine)))


def _today(origins: Any) -> Any:
    """Return the selection of the numbers under which those that are selected stand today."""
    return select(today(origins).c.number)
