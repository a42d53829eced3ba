"""Handing conversations to another tier, accepting and returning them, and asking a colleague (docs/decisions/0028)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands import noting, promising
from storage.commands.joining import standing_number
from storage.commands.noting import Written
from storage.commands.outbox import queueing
from storage.commands.outbox.queueing import Outgoing
from storage.events import (
    Accepted,
    Actor,
    Assigned,
    Consulted,
    ConsultLapsed,
    Escalated,
    Fact,
    Returned,
    Snoozed,
    StatusChanged,
    Transferred,
)
from storage.kinds import OPEN_HANDOFF, HandoffState, Status, Tier
from storage.kinds.clean import clean, clean_line
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.handoffs import Contents, HandoffView, Promised, Visit
from storage.models import Agent, Consult, Conversation, Handoff, Message
from storage.queries import handoffs
from storage.queries.agents import cards
from storage.record import next_id, next_ids, record
from storage.rules import transfers

CLOCK = Actor(None, "clock")
LONGEST_CONSULT = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Transfer:
    """What an agent wants handed on.

    Attributes:
        to: the receiving tier.
        to_agent_id: who shall accept it; `None` for whoever is on call there, or anybody of the tier.
        anybody: nobody is asked by name, whoever is on call.
        destination: the team, empty for none.
        promises: what the customer is promised by it, and until when; written down as any promise, and in the brief.
        anyway: where the playbook says to consult: hand it on all the same.
    """

    conversation_id: int
    to: Tier
    contents: Contents
    to_agent_id: int | None = None
    destination: str = ""
    promises: tuple[Promised, ...] = ()
    anyway: bool = False
    anybody: bool = False


@dataclass(frozen=True, slots=True)
class Along:
    """A transfer that is a part of an answer: what is wanted, and the brief as a note."""

    wanted: Transfer
    note: Written


@dataclass(frozen=True, slots=True)
class Handed:
    """What handing on made.

    Attributes:
        told_id: the message in which the customer is told; `None` where nothing is.
    """

    action_id: int
    handoff_id: int
    conversation_id: int
    note_id: int
    told_id: int | None


def transfer(
    session: Session,
    wanted: Transfer,
    *,
    note: Written,
    told: Outgoing | None = None,
    undo_window: timedelta = timedelta(0),
    draft_id: int | None = None,
    told_id: int | None = None,
    action_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> Handed:
    """Hand a conversation to another tier: tier, brief, note, and what the customer is told, as one action.

    The assignee stays until somebody accepts it. One undo takes all of it back until then, but for an answer that
    has left by then.

    Args:
        session: of a writing transaction.
        wanted: what is handed on, and to whom.
        note: the brief as a note.
        told: what the customer is told; `None` for nothing.
        undo_window: for how long the answer can be taken back.
        draft_id: what it was made of: it comes back when the handoff is taken back.
        told_id: the answer, queued already, in which the customer is told; in place of `told`.
        action_id: the action that this is a part of.
        actor: the agent who hands it on.
        now: the moment.

    Raises:
        NoSuch: there is no such conversation or agent.
        BadField: the brief does not say what the tier must know.
        Refused: by a rule of `storage.rules.transfers.refusal`, or whoever shall accept it does not work here any
            more (rule ``retired``).
        Changed, Refused: as `queueing.queue`.
    """
    row, wanted = checked(session, wanted)
    to_agent_id, rota = wanted.to_agent_id, ""
    if to_agent_id is None and not wanted.anybody:
        to_agent_id, rota = handoffs.asked_first(session, wanted.to, now, destination=wanted.destination)
    elif to_agent_id is not None:
        _must_work(session, to_agent_id, now)
    (note_id,) = next_ids(session, Message)
    told_id = note_id + 1 if told is not None else told_id
    fact = Transferred(
        conversation_id=row.id,
        handoff_id=next_id(session, Handoff),
        before=row.tier,
        after=wanted.to,
        from_agent_id=actor.agent_id,
        to_agent_id=to_agent_id,
        destination=wanted.destination,
        rota=rota,
        note_id=note_id,
        told_id=told_id,
        brief=wanted.contents.written(),
        happened_at=now,
    )
    # What the action is stands first, in the log as in the agent's history.
    action_id = record(session, [fact, *_woken(row, now)], actor=actor, now=now, action_id=action_id)
    common: dict[str, Any] = {"actor": actor, "now": now, "action_id": action_id}
    _action, written = noting.note(session, note, conversation_id=row.id, draft_id=draft_id, **common)
    assert written == note_id
    for one in wanted.promises:
        promising.promise(session, row.id, one.text, one.due, **common)
    if told is not None:
        sent = queueing.queue(session, told, undo_window=undo_window, **common)
        assert sent.message_id == told_id
    return Handed(action_id, fact.handoff_id, row.id, note_id, told_id)


def checked(session: Session, wanted: Transfer) -> tuple[Row[*tuple[Any, ...]], Transfer]:
    """Return where a conversation stands, and what is wanted, tidied; refuse what a rule forbids, as `transfer`."""
    row = _standing(session, wanted.conversation_id)
    promises = tuple(Promised(clean_line(one.text).strip(), one.due) for one in wanted.promises)
    contents = tidied(wanted.contents)
    wanted = replace(
        wanted,
        contents=replace(contents, promised=(*contents.promised, *promises)),
        destination=clean_line(wanted.destination).strip(),
        promises=promises,
    )
    rule = transfers.refusal(
        status=row.status,
        current=row.tier,
        to=wanted.to,
        offered=handoffs.open_handoff(session, row.id) is not None,
        knob=handoffs.knob_of(session, row.id),
        says_why=wanted.anyway or bool(wanted.contents.reason),
        named=bool(wanted.destination) or wanted.to_agent_id is not None,
    )
    if rule is not None:
        raise Refused(rule, (row.id,))
    if len(wanted.destination) > transfers.LONGEST_LINE:
        raise BadField("destination", wanted.destination[:40], "long_text")
    transfers.check(wanted.contents, wanted.to)
    return row, wanted


def tidied(contents: Contents) -> Contents:
    """Return contents without what commands terminals, and without air at their ends."""
    visit = contents.visit
    if visit is not None:
        visit = Visit(clean_line(visit.site).strip(), clean_line(visit.asset).strip(), visit.begins, visit.ends)
    return replace(
        contents,
        asked=clean(contents.asked).strip(),
        reason=clean(contents.reason).strip(),
        told=clean(contents.told).strip(),
        visit=visit,
    )


def accept(session: Session, conversation_id: int, *, actor: Actor, now: datetime) -> int:
    """Accept a conversation that was handed on: it is the agent's from now on; return the action's id.

    Whoever was asked, any agent may: the limit of work in progress holds nobody off at this door. A handoff that was
    joined into a conversation of another tier takes it along to its own.

    Raises:
        NoSuch: there is no such conversation.
        Refused: nothing of it waits to be accepted (rule ``not_offered``).
    """
    row = _standing(session, conversation_id)
    handoff = handoffs.open_handoff(session, row.id)
    if handoff is None or actor.agent_id is None:
        raise Refused("not_offered", (row.id,))
    moves = row.tier is not handoff.to_tier  # it was joined into a conversation of another tier since
    facts: list[Fact] = [
        Accepted(
            conversation_id=row.id,
            handoff_id=handoff.handoff_id,
            agent_id=actor.agent_id,
            before=handoff.state,
            after=HandoffState.ACCEPTED,
            tier_before=row.tier if moves else None,
            tier=handoff.to_tier if moves else None,
            happened_at=now,
        )
    ]
    if row.assignee_id != actor.agent_id:
        facts.append(Assigned(conversation_id=row.id, before=row.assignee_id, after=actor.agent_id, happened_at=now))
    if row.status is Status.NEW:
        facts.append(StatusChanged(conversation_id=row.id, before=row.status, after=Status.OPEN, happened_at=now))
    return record(session, facts, actor=actor, now=now)


def give_back(session: Session, conversation_id: int, reason: str, *, actor: Actor, now: datetime) -> int:
    """Return a conversation to the tier and the agent that it came from; return the action's id.

    Args:
        session: of a writing transaction.
        conversation_id: by its own number, or by one that was joined into it.
        reason: why; it is required.
        actor: the agent.
        now: the moment.

    Raises:
        NoSuch: there is no such conversation.
        BadField: there is no reason, or it is too long.
        Refused: it was not handed to the tier where it is (rule ``not_handed``), or is settled (``settled``).
    """
    row = _standing(session, conversation_id)
    reason = clean(reason).strip()
    handoff = handoffs.open_handoff(session, row.id) or handoffs.standing_handoff(session, row.id, row.tier)
    if handoff is None:
        raise Refused("not_handed", (row.id,))
    # Joined into a conversation of another tier, one that nobody accepted leaves that where it is.
    after = handoff.from_tier if row.tier is handoff.to_tier else row.tier
    if rule := transfers.refusal(
        status=row.status,
        current=handoff.to_tier,
        to=handoff.from_tier,
        offered=False,
        knob=None,
        says_why=True,
        named=True,
    ):
        raise Refused(rule, (row.id,))
    if not reason or len(reason) > transfers.LONGEST:
        raise BadField("reason", reason[:40], "long_text" if reason else "empty")
    facts: list[Fact] = [
        Returned(
            conversation_id=row.id,
            handoff_id=handoff.handoff_id,
            before=row.tier,
            after=after,
            state_before=handoff.state,
            state=HandoffState.RETURNED,
            to_agent_id=handoff.from_agent_id,
            reason=reason,
            happened_at=now,
        )
    ]
    if row.assignee_id != handoff.from_agent_id:
        facts.append(
            Assigned(conversation_id=row.id, before=row.assignee_id, after=handoff.from_agent_id, happened_at=now)
        )
    return record(session, [*facts, *_woken(row, now)], actor=actor, now=now)


def escalate_due(session: Session, *, now: datetime) -> int:
    """Let handoffs go on to somebody else that nobody accepted in time, each once for each time; return how many.

    The fact's own condition, that the row still stands as it was, is what makes it happen once. It happened when it
    was due, and is recorded now; whoever is asked by it has their time from now on, however late it is.
    """
    facts = []
    for handoff in handoffs.overdue(session, now):
        assert handoff.due_at is not None
        to_agent_id, rota = handoffs.asked_next(session, handoff, now)
        facts.append(
            Escalated(
                conversation_id=standing_number(session, handoff.conversation_id),
                handoff_id=handoff.handoff_id,
                before=handoff.to_agent_id,
                after=to_agent_id,
                state_before=handoff.state,
                rota=rota,
                asked_at=now,
                happened_at=handoff.due_at,
            )
        )
    if facts:
        record(session, facts, actor=CLOCK, now=now)
    return len(facts)


def any_overdue(session: Session, *, now: datetime) -> bool:
    """Say whether a handoff is to go on, so that only then the store's lock is taken."""
    return bool(handoffs.overdue(session, now))


def consult(
    session: Session,
    conversation_id: int,
    agent_id: int,
    *,
    note: Written,
    within: timedelta,
    actor: Actor,
    now: datetime,
) -> tuple[int, int]:
    """Ask a colleague in a note; whoever asks keeps the conversation. Their next note in it is the answer.

    Args:
        session: of a writing transaction.
        conversation_id: by its own number, or by one that was joined into it.
        agent_id: who is asked.
        note: the question.
        within: for how long an answer is waited for before it counts as overdue.
        actor: the agent who asks.
        now: the moment.

    Returns:
        The action, and the number of the consultation.

    Raises:
        NoSuch: there is no such conversation or agent.
        BadField: the time is none, or longer than a month.
        Refused: the agent asks themselves (rule ``own_question``), or somebody who does not work here any more
            (``retired``).
    """
    row = _standing(session, conversation_id)
    _must_work(session, agent_id, now)
    if agent_id == actor.agent_id or actor.agent_id is None:
        raise Refused("own_question", (row.id,))
    if not timedelta(0) < within <= LONGEST_CONSULT:
        raise BadField("within", str(within), "within")
    number = next_id(session, Consult)
    fact = Consulted(
        conversation_id=row.id,
        consult_id=number,
        by_agent_id=actor.agent_id,
        agent_id=agent_id,
        note_id=next_id(session, Message),
        due_at=now + within,
        happened_at=now,
    )
    action_id = record(session, [fact], actor=actor, now=now)
    _action, written = noting.note(session, note, conversation_id=row.id, actor=actor, now=now, action_id=action_id)
    assert written == fact.note_id
    return action_id, number


def note_lapsed(session: Session, *, now: datetime) -> int:
    """Put on record of colleagues who were asked that they have not answered in time, each once; return how many.

    Args:
        session: of a writing transaction.
        now: the moment.
    """
    facts = [
        ConsultLapsed(
            conversation_id=one.conversation_id,
            consult_id=one.consult_id,
            by_agent_id=one.by_agent_id,
            agent_id=one.agent_id,
            happened_at=one.due_at,
        )
        for one in handoffs.lapsed(session, now)
    ]
    if facts:
        record(session, facts, actor=CLOCK, now=now)
    return len(facts)


def any_lapsed(session: Session, *, now: datetime) -> bool:
    """Say whether that is to be put on record of anybody, so that only then the store's lock is taken."""
    return bool(handoffs.lapsed(session, now, limit=1))


def acceptors(session: Session, taken_back: Sequence[Fact]) -> dict[int, str]:
    """Return who accepted the handoffs that facts made, by conversation: those are not taken back any more."""
    found: dict[int, str] = {}
    for fact in taken_back:
        if isinstance(fact, Transferred) and fact.stands:
            view: HandoffView | None = handoffs.handoff(session, fact.handoff_id)
            if view is not None and view.state not in OPEN_HANDOFF and view.accepted_at is not None:
                found[fact.conversation_id] = view.accepted
    return found


def _must_work(session: Session, agent_id: int, now: datetime) -> None:
    if session.get(Agent, agent_id) is None:
        raise NoSuch("agent", agent_id)
    if (card := cards(session).get(agent_id)) is not None and card.is_retired(now):
        raise Refused("retired")


def _standing(session: Session, conversation_id: int) -> Row[*tuple[Any, ...]]:
    rows = table(Conversation)
    chosen = select(rows).where(rows.c.id == standing_number(session, conversation_id))
    return session.connection().execute(chosen).one()


def _woken(row: Row[*tuple[Any, ...]], now: datetime) -> list[Fact]:
    """Return what lets whoever receives a conversation see it: it is open, and in sight."""
    facts: list[Fact] = []
    if row.status in {Status.WAITING, Status.ON_HOLD}:
        facts.append(StatusChanged(conversation_id=row.id, before=row.status, after=Status.OPEN, happened_at=now))
    if row.snoozed_until is not None:
        facts.append(Snoozed(conversation_id=row.id, before=row.snoozed_until, after=None, happened_at=now))
    return facts
