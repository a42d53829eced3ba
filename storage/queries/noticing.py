"""What happened that an agent may want to be called for: mail in one's conversations, what is given, what is late."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.standing import numbers_today
from storage.kinds import Automatic, Delivery, Direction, Hold
from storage.kinds.moments import between_hours
from storage.queries.history import last_event
from storage.queries.tables import CLOCK, CONVERSATION, EVENT, MESSAGE, OUTBOX, PERSON, TEXT

MUCH: Final = 400
"""Events in one look beyond which nothing is told one by one: a first sync, or a night away."""

_CALLING: Final = (
    "received",
    "joined",
    "assigned",
    "delivery_changed",
    "held",
    "clock_breached",
    "transferred",
    "escalated",
    "consult_lapsed",
)
_STUCK: Final = frozenset({Delivery.FAILED, Delivery.UNCERTAIN, Hold.NEWS, Hold.ACCOUNT})

Call = Literal["mine", "assigned", "failed", "late", "handoff", "consult"]

WAKING: Final[frozenset[Call]] = frozenset({"late", "handoff"})
"""What whoever is on call is called for in their quiet hours, too."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One thing that an agent may want to know at once.

    Attributes:
        call: what sort of thing.
        who: who wrote, or who gave it.
        subject: of the conversation.
        metric: whose time has passed; empty where none has.
    """

    call: Call
    conversation_id: int
    who: str
    subject: str
    metric: str = ""


def news(
    session: Session, cursor: int, *, agent_id: int, calls: Collection[str], now: datetime | None = None
) -> tuple[int, tuple[Notice, ...]]:
    """Return the newest event, and what happened after another that an agent may want to be called for.

    One's own actions call nobody, and neither does history, nor a machine's mail.

    Args:
        session: of any transaction.
        cursor: the event after which.
        agent_id: for whom.
        calls: which sorts of things are told.
        now: the moment, by which it is known who is on call: what anybody of a tier may accept calls them.
    """
    last = last_event(session)
    if last <= cursor or last - cursor > MUCH:
        return last, ()
    rows = EVENT.c
    chosen = (
        select(rows.kind, rows.agent_id, rows.conversation_id, rows.public)
        .where(rows.id > cursor, rows.id <= last, rows.kind.in_(_CALLING))
        .order_by(rows.id)
    )
    told = _Told(agent_id)
    for row in session.connection().execute(chosen):
        told.take(row.kind, row.agent_id, row.conversation_id, json.loads(row.public)["fact"])
    found = []
    if "mine" in calls and told.mine:
        found += _wrote(session, told.mine, agent_id)
    if "assigned" in calls and told.given:
        found += _named(session, told.given, "assigned")
    if "failed" in calls and told.kept:
        found += _unsent(session, told.kept, agent_id)
    if "late" in calls and told.late:
        found += _late(session, told.late, agent_id)
    if "handoff" in calls and told.offered and now is not None:
        told.handed |= _for_duty(session, told.offered, agent_id, now)
    if "handoff" in calls and told.handed:
        found += _named(session, told.handed, "handoff")
    if "consult" in calls and told.lapsed:
        found += _lapsed(session, told.lapsed)
    return last, tuple(found)


@dataclass(frozen=True, slots=True)
class Rest:
    """Whether an agent may be called.

    Attributes:
        quiet: whether these are the quiet hours that are laid down of them.
        on_call: whether they are on call, by any rota.
    """

    quiet: bool
    on_call: bool


def rest(session: Session, *, agent_id: int, now: datetime) -> Rest:
    """Return whether an agent may be called at this moment.

    Args:
        session: of any transaction.
        agent_id: whose hours.
        now: in the zone of the agent's machine, by which hours go that name none of their own.
    """
    from storage.queries.on_call import on_call_in, roster

    here = roster(session)
    card = here.card(agent_id)
    quiet = card.quiet is not None and between_hours(*card.quiet, _in_zone(now, card.zone).time())
    return Rest(quiet, any(one.agent_id == agent_id for one in on_call_in(here, now)))


def _in_zone(now: datetime, zone: str) -> datetime:
    try:
        return now.astimezone(ZoneInfo(zone)) if zone else now
    except (ZoneInfoNotFoundError, ValueError, OSError):  # it was laid down where the machine knew of it
        return now


class _Told:
    """What the facts of one look say.

    Attributes:
        mine: the newest mail of a person, by its conversation.
        given: who gave this agent a conversation, by its number.
        kept: messages of ours that did not leave, may not have, or are held by what came.
        late: the clock that ran out last, by its conversation.
        handed: who hands this agent a conversation to accept, by its number; nobody does where it was escalated.
        lapsed: who was asked and has not answered in time, where this agent asked or was asked.
        offered: who hands one to anybody of a tier, and which; nobody, to the one where it is, when it was escalated.
    """

    def __init__(self, agent_id: int) -> None:
        self.mine: dict[int, int] = {}
        self.given: dict[int, int | None] = {}
        self.kept: set[int] = set()
        self.late: dict[int, str] = {}
        self.handed: dict[int, int | None] = {}
        self.offered: dict[int, tuple[int | None, str]] = {}
        self.lapsed: dict[int, int] = {}
        self._agent_id = agent_id
        self._fresh: set[int] = set()

    def take(self, kind: str, by: int | None, conversation_id: int, fact: dict[str, Any]) -> None:
        """Take one fact in; `by` is the agent whose it is."""
        match kind:
            case "received":
                machine = fact["history"] or fact["automatic"] != Automatic.NO
                if fact["direction"] == Direction.INCOMING and not machine:
                    self._fresh.add(fact["message_id"])
            case "joined" if fact["message_id"] in self._fresh:
                self.mine[conversation_id] = fact["message_id"]
            case "assigned" if fact["after"] == self._agent_id and by != self._agent_id:
                self.given[conversation_id] = by
            case "delivery_changed" | "held" if _STUCK.intersection(_states(fact)):
                self.kept.add(fact["message_id"])
            case "clock_breached":
                self.late[conversation_id] = fact["metric"]
            case "transferred":
                self._handed_on(by, conversation_id, fact)
            case "consult_lapsed" if self._agent_id in {fact["by_agent_id"], fact["agent_id"]}:
                self.lapsed[conversation_id] = fact["agent_id"]
            case "escalated":
                self._gone_on(conversation_id, fact["after"])

    def _handed_on(self, by: int | None, conversation_id: int, fact: dict[str, Any]) -> None:
        """Take in that a conversation was handed to this agent, to anybody of a tier, or away from both."""
        self.handed.pop(conversation_id, None)
        self.offered.pop(conversation_id, None)
        if not fact["stands"] or by == self._agent_id:
            return
        if fact["to_agent_id"] == self._agent_id:
            self.handed[conversation_id] = by
        elif fact["to_agent_id"] is None:
            self.offered[conversation_id] = by, fact["after"]

    def _gone_on(self, conversation_id: int, to: int | None) -> None:
        """Take in that somebody else is asked to accept what nobody did, or anybody of the tier."""
        self.handed.pop(conversation_id, None)
        self.offered.pop(conversation_id, None)
        if to == self._agent_id:
            self.handed[conversation_id] = None
        elif to is None:
            self.offered[conversation_id] = None, ""


def _lapsed(session: Session, lapsed: dict[int, int]) -> list[Notice]:
    """Return the notices of questions that nobody answered in time, each in the conversation that stands today."""
    today = numbers_today(session.connection(), lapsed)
    return _named(session, {today[number]: agent_id for number, agent_id in lapsed.items()}, "consult")


def _states(fact: dict[str, Any]) -> tuple[str, ...]:
    after = fact["after"]
    return tuple(map(str, after)) if isinstance(after, list) else (str(after),)


def _unsent(session: Session, messages: set[int], agent_id: int) -> list[Notice]:
    """Return this agent's own messages among these: they did not leave, may not have, or are held by what came."""
    chosen = (
        select(MESSAGE.c.conversation_id, TEXT.c.subject)
        .select_from(
            OUTBOX.join(MESSAGE, MESSAGE.c.id == OUTBOX.c.id).outerjoin(TEXT, TEXT.c.message_id == OUTBOX.c.id)
        )
        .where(OUTBOX.c.id.in_(sorted(messages)), OUTBOX.c.agent_id == agent_id, MESSAGE.c.conversation_id.is_not(None))
        .order_by(OUTBOX.c.id)
    )
    return [
        Notice("failed", row.conversation_id, "", row.subject or "") for row in session.connection().execute(chosen)
    ]


def _wrote(session: Session, mine: dict[int, int], agent_id: int) -> list[Notice]:
    chosen = (
        select(CONVERSATION.c.id, TEXT.c.from_name, TEXT.c.from_address, TEXT.c.subject)
        .select_from(
            MESSAGE.join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id).outerjoin(
                TEXT, TEXT.c.message_id == MESSAGE.c.id
            )
        )
        .where(MESSAGE.c.id.in_(sorted(mine.values())), CONVERSATION.c.assignee_id == agent_id)
        .order_by(MESSAGE.c.id)
    )
    return [
        Notice("mine", row.id, row.from_name or row.from_address or "", row.subject or "")
        for row in session.connection().execute(chosen)
    ]


def _late(session: Session, late: dict[int, str], agent_id: int) -> list[Notice]:
    """Return what has run out and goes on: a breach that was answered before it was recorded calls nobody."""
    chosen = (
        select(CONVERSATION.c.id, TEXT.c.subject, CLOCK.c.metric)
        .select_from(
            CONVERSATION.join(CLOCK, CLOCK.c.conversation_id == CONVERSATION.c.id).outerjoin(
                TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id
            )
        )
        .where(CONVERSATION.c.id.in_(sorted(late)), CONVERSATION.c.assignee_id == agent_id)
        .where(CLOCK.c.stopped_at.is_(None))
        .order_by(CONVERSATION.c.id)
    )
    return [
        Notice("late", number, "", subject or "", str(metric))
        for number, subject, metric in session.connection().execute(chosen)
        if late[number] == metric
    ]


def _for_duty(
    session: Session, offered: dict[int, tuple[int | None, str]], agent_id: int, now: datetime
) -> dict[int, int | None]:
    """Return those that are handed to a tier for which this agent is on call, with who hands them on."""
    from storage.queries.on_call import on_call

    tiers = {one.tier for one in on_call(session, now) if one.agent_id == agent_id}
    here = select(CONVERSATION.c.id, CONVERSATION.c.tier).where(CONVERSATION.c.id.in_(sorted(offered)))
    stands = {row.id: row.tier for row in session.connection().execute(here)}
    return {number: by for number, (by, tier) in offered.items() if (tier or stands.get(number)) in tiers}


def _named(session: Session, given: dict[int, int | None], call: Call) -> list[Notice]:
    from storage.queries.agents import agents

    names = agents(session)
    chosen = (
        select(CONVERSATION.c.id, PERSON.c.name, TEXT.c.subject)
        .select_from(
            CONVERSATION.outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id).outerjoin(
                TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id
            )
        )
        .where(CONVERSATION.c.id.in_(sorted(given)))
        .order_by(CONVERSATION.c.id)
    )
    return [
        Notice(call, row.id, names.get(given[row.id] or 0, ""), row.subject or "")
        for row in session.connection().execute(chosen)
    ]
