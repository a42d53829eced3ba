"""A report of a desk that lived by chance is what a slow reading of each conversation gives, on both engines."""

from datetime import timedelta

import pytest
from made.life import Life
from made.post import MONDAY
from sqlmodel import select

from storage.kinds import TASKS, Automatic, Channel, Delivery, Direction, HandoffState, Status, Tier
from storage.kinds.clocks import ClockState
from storage.kinds.reports import Asked, Measure
from storage.models import Conversation, Handoff, Message, Outbox, Stand
from storage.queries import reports
from storage.queries.clocks import clocks_of
from storage.queries.reports import report
from storage.rules.playbooks import place
from storage.store import Store

SETTLED = {Status.RESOLVED, Status.CLOSED}


def slowly(session, asked: Asked) -> dict[str, object]:
    """Reckon a few of the figures conversation by conversation, in another way."""
    told: dict[str, object] = {"began": 0, "counted": 0, "solved": 0, "took": [], "response": []}
    for one in session.exec(select(Conversation)).all():
        if one.joined_into is not None or not chosen(one, asked):
            continue
        messages = session.exec(
            select(Message).where(Message.conversation_id == one.id).order_by(Message.arrived_at, Message.id)  # type: ignore[arg-type]
        ).all()
        if not messages or not asked.since <= messages[0].arrived_at < asked.until:
            continue
        told["began"] += 1
        mail = [each for each in messages if each.direction is not Direction.INTERNAL and reached(session, each)]
        out = one.status in {Status.SPAM, Status.TRASH} or one.kind.value in {"task", "checkin"}
        if out or not mail or mail[0].direction is Direction.OUTGOING:
            continue
        if mail[0].automatic is not Automatic.NO or (mail[0].history and not asked.history):
            continue
        told["counted"] += 1
        people = [each for each in mail if each.automatic is Automatic.NO]
        asks = [each.direction is Direction.INCOMING and each.channel is not Channel.PHONE for each in people]
        begin = asks.index(True) if True in asks else len(asks)
        answers = [each for each, asked_for in zip(people[begin:], asks[begin:], strict=True) if not asked_for]
        if answers:
            told["response"].append((answers[0].arrived_at - people[begin].arrived_at).total_seconds())
        if one.status in SETTLED:
            told["solved"] += 1
            stands = session.exec(select(Stand).where(Stand.conversation_id == one.id).order_by(Stand.place)).all()
            ends = [each.at for each in stands if each.after in SETTLED and each.before not in SETTLED]
            theirs = [each for each in people if each.direction is Direction.INCOMING]
            told["took"].append(max(1, len([each for each in theirs if not ends or each.arrived_at <= ends[-1]])))
    return told


def reached(session, message: Message) -> bool:
    sent = session.get(Outbox, message.id)
    return sent is None or sent.state not in {Delivery.FAILED, Delivery.CANCELLED}


def chosen(one: Conversation, asked: Asked) -> bool:
    return (
        (asked.mailbox_id is None or one.mailbox_id == asked.mailbox_id)
        and (asked.agent_id is None or one.assignee_id == asked.agent_id)
        and (asked.tier is None or one.tier is asked.tier)
        and (not asked.query or (one.tier is Tier.N2 and one.status is not Status.TRASH))
        and (asked.touch is None or one.touch_place == place(asked.touch))
    )


@pytest.mark.parametrize("seed", range(2))
def test_a_report_is_what_a_slow_reading_gives(store: Store, seed: int, monkeypatch) -> None:
    life = Life(store, seed)
    life.live(120)
    monkeypatch.setattr(reports, "_AT_ONCE", 7)
    whole = MONDAY - timedelta(days=90), life.now + timedelta(days=1)
    part = MONDAY + timedelta(days=1), MONDAY + (life.now - MONDAY) / 2
    asked = [Asked(*span) for span in (whole, part)]
    asked += [Asked(*whole, mailbox_id=1), Asked(*whole, tier=Tier.N2), Asked(*whole, touch="high")]
    asked.append(Asked(*whole, history=True))
    asked.append(Asked(*whole, query="tier:n2"))
    asked.append(Asked(*whole, agent_id=life.agents[0].agent_id))
    for one in asked:
        with store.reading() as session:
            fast, slow = report(session, one, now=life.now), slowly(session, one)
        found = {each.measure: each for each in fast.figures}
        assert fast.began == slow["began"]
        assert found[Measure.SOLVED].n == slow["counted"]
        assert found[Measure.CONTACTS].n == slow["solved"] == found[Measure.FIRST_CONTACT].n
        for measure, values in ((Measure.CONTACTS, slow["took"]), (Measure.FIRST_RESPONSE, slow["response"])):
            assert found[measure].n == len(values)
            assert found[measure].value == (pytest.approx(sum(values) / len(values)) if values else None)
        assert fast.began == sum(count for _why, count in fast.left_out) + slow["counted"]
    with store.reading() as session:
        every = report(session, asked[0], now=life.now)
        handoffs = session.exec(select(Handoff)).all()
        kept = [each for each in handoffs if each.state is not HandoffState.TAKEN_BACK]
        assert sum(one.transfers for one in every.borders) == len(kept)
        back = [each for each in kept if each.state is HandoffState.RETURNED]
        assert sum(one.returned for one in every.borders) == sum(each.accepted_at is None for each in back)
        assert sum(one.handed_back for one in every.borders) == sum(each.accepted_at is not None for each in back)
        stand = [one for one in session.exec(select(Conversation)).all() if one.joined_into is None]
        clocks = [each for one in stand for each in clocks_of(session, one.id, now=life.now) if one.kind not in TASKS]
        for one in every.clocks:
            states = [each.state for each in clocks if each.metric is one.metric]
            assert one.met == states.count(ClockState.MET)
            assert one.breached == states.count(ClockState.BREACHED)
            assert one.met + one.breached + one.running + one.dropped == len(states)
