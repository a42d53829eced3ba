"""Clocks of conversations as they are lived: every edge of DOMAIN §3, to the second, on both engines."""

import hashlib
import itertools
from datetime import datetime, timedelta

import pytest
from made.clocked import Clocked as Desk
from made.post import DAY, HOUR, MONDAY, Post, letter, row_of
from made.rows import decided
from sqlalchemy import delete, event, select, text

from console.mail import clocks as lease_holder
from console.mail import tasks
from storage.apply.base import table
from storage.commands import clocks, joining, knowing, noting, terms, transferring, trash, triage, undoing
from storage.commands.erasing import erase
from storage.commands.outbox.items import Result
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import Automatic, Delivery, Direction, Priority, Status, Subject, Tier
from storage.kinds.clocks import ClockState, ClockView, Why
from storage.kinds.errors import BadField, Refused
from storage.kinds.handoffs import Contents, Visit
from storage.kinds.policies import KeptPolicy, Metric, Policy, When
from storage.kinds.tasks import Task
from storage.models import Alarm, Clock, Conversation, Event
from storage.queries import inbox
from storage.queries.clocks import breaches
from storage.queries.erasing import survey
from storage.record import replay
from storage.store import Store

FIRST, NEXT, RESOLUTION, ACCEPTANCE = Metric
MET, BREACHED, RUNNING, DROPPED = ClockState.MET, ClockState.BREACHED, ClockState.RUNNING, ClockState.DROPPED
_UNIQUE = itertools.count(1)
K, A, C = table(Clock), table(Alarm), table(Conversation)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def rules(one: ClockView) -> list[tuple[Why, timedelta]]:
    return [(each.rule, each.ends - each.starts) for each in one.intervals]


def test_an_answer_is_a_first_response_and_a_new_message_starts_the_next(desk: Desk) -> None:
    assert desk.due() == (desk.at(hours=4), FIRST)
    assert row_of(desk.store, 1).warn_at == desk.at(hours=3)
    desk.answers(desk.at(hours=1, seconds=7))
    first = desk.clock(FIRST, desk.at(hours=2))
    assert (first.state, first.stopped_at, first.spent) == (
        MET,
        desk.at(hours=1, seconds=7),
        timedelta(hours=1, seconds=7),
    )
    assert desk.due() == (None, None)  # it waits for the customer
    solving = desk.clock(RESOLUTION, desk.at(hours=3))
    assert (solving.state, solving.spent) == (ClockState.PAUSED, timedelta(hours=1, seconds=7))
    desk.writes(desk.at(hours=5))
    desk.writes(desk.at(hours=6))
    assert desk.due() == (desk.at(hours=13), NEXT)  # from the oldest unanswered
    solving = desk.clock(RESOLUTION, desk.at(hours=7))
    hour = timedelta(hours=1, seconds=7)
    assert rules(solving) == [(Why.OPEN, hour), (Why.WAITING, 5 * HOUR - hour), (Why.OPEN, 2 * HOUR)]
    assert solving.due_at == desk.at(days=3, hours=5) - hour


def test_reply_and_status_in_one_step_count_once_and_notes_machines_and_states_never(desk: Desk) -> None:
    said = letter("n@notes.invalid", by="desk@notes.invalid", to=(), dated_at=MONDAY)
    note = noting.Written(said, hashlib.sha256(b"n").digest(), 10)
    desk.tell(noting.note, note, conversation_id=1, now=desk.at(minutes=1))
    desk.post.send("auto@desk", at=desk.at(minutes=2), outgoing=True, cites=("q@acme",), automatic=Automatic.REPLY)
    desk.stands(Status.OPEN, desk.at(minutes=3))
    assert desk.due() == (desk.at(hours=4), FIRST)
    desk.writes(desk.at(minutes=4), automatic=Automatic.REPLY)
    desk.answers(desk.at(hours=2), Status.RESOLVED)
    found = desk.clocks(desk.at(days=2))
    assert [(one.metric, one.state, one.stopped_at) for one in found] == [
        (FIRST, MET, desk.at(hours=2)),
        (RESOLUTION, MET, desk.at(hours=2)),
    ]


def test_a_call_answers_and_an_answer_that_was_refused_for_good_does_not(desk: Desk) -> None:
    desk.answers(desk.at(hours=1))
    desk.out.leave(Result(Delivery.FAILED, 550, "no such user"))
    first = desk.clock(FIRST, desk.at(hours=2))
    assert first.stopped_at is None
    said = letter("c@notes.invalid", by="desk@notes.invalid", to=(), dated_at=desk.at(hours=3))
    call = noting.Written(said, hashlib.sha256(b"c").digest(), 10)
    given = {"direction": Direction.OUTGOING, "minutes": 3, "by_customer": False, "after": None}
    desk.tell(noting.call, call, conversation_id=1, now=desk.at(hours=3), **given)
    first = desk.clock(FIRST, desk.at(hours=4))
    assert (first.state, first.stopped_at) == (MET, desk.at(hours=3))


def test_what_is_taken_back_leaves_no_trace(desk: Desk) -> None:
    before = desk.clocks(desk.at(hours=2)), desk.due()
    desk.answers(desk.at(hours=1), Status.RESOLVED)
    assert desk.due() == (None, None)
    desk.tell(undoing.undo, now=desk.at(hours=1, seconds=5))
    assert (desk.clocks(desk.at(hours=2)), desk.due()) == before
    desk.stands(Status.ON_HOLD, desk.at(hours=1, minutes=30))
    assert desk.clock(FIRST, desk.at(hours=2)).state is ClockState.ON_HOLD
    desk.tell(undoing.undo, now=desk.at(hours=1, minutes=40))
    assert (desk.clocks(desk.at(hours=2)), desk.due()) == before
    desk.tell(undoing.redo, now=desk.at(hours=1, minutes=50))
    assert rules(desk.clock(FIRST, desk.at(hours=2))) == [
        (Why.OPEN, timedelta(minutes=110)),
        (Why.ON_HOLD, timedelta(minutes=10)),
    ]


def test_a_reopening_within_grace_resumes_and_one_after_it_begins_anew(desk: Desk) -> None:
    desk.answers(desk.at(hours=1), Status.RESOLVED)
    desk.writes(desk.at(hours=11))
    solving = desk.clock(RESOLUTION, desk.at(hours=12))
    assert (solving.state, solving.started_at, solving.spent) == (RUNNING, MONDAY, 2 * HOUR)
    assert rules(solving) == [(Why.OPEN, HOUR), (Why.SETTLED, 10 * HOUR), (Why.OPEN, HOUR)]
    assert solving.due_at == desk.at(days=3, hours=10)
    desk.stands(Status.RESOLVED, desk.at(hours=12))
    desk.tell(triage.reopen, [1], now=desk.at(days=40))
    runs = [one for one in desk.clocks(desk.at(days=41)) if one.metric is RESOLUTION]
    assert [(one.state, one.started_at, one.stopped_at) for one in runs] == [
        (MET, MONDAY, desk.at(hours=12)),
        (RUNNING, desk.at(days=40), None),
    ]


def test_what_was_marked_as_needing_no_answer_is_owed_none(desk: Desk) -> None:
    desk.tell(triage.handle, [1], handled=True, now=desk.at(hours=1))
    first = desk.clock(FIRST, desk.at(hours=9))
    assert (first.state, first.stopped_at) == (DROPPED, desk.at(hours=1))
    assert desk.due() == (desk.at(days=3), RESOLUTION)
    desk.writes(desk.at(hours=2))
    assert desk.due() == (desk.at(hours=6), FIRST)  # nobody has answered them yet


def test_what_was_marked_before_its_server_says_that_it_came_is_owed_none(desk: Desk) -> None:
    desk.tell(
        triage.handle, [1], handled=True, now=desk.at(seconds=-20)
    )  # the machine's clock is slow, or was set back
    first = desk.clock(FIRST, desk.at(hours=9))
    assert (first.state, first.stopped_at) == (DROPPED, MONDAY)
    assert desk.due() == (desk.at(days=3), RESOLUTION)


@pytest.mark.parametrize("put_away", [Status.SPAM, Status.TRASH])
def test_spam_and_trash_have_no_clocks_and_what_comes_back_goes_on(desk: Desk, put_away: Status) -> None:
    desk.stands(put_away, desk.at(hours=1))
    assert desk.due() == (None, None)
    with desk.store.reading() as session:
        assert not session.connection().execute(select(K)).all()
    desk.tell(trash.restore, [1], now=desk.at(hours=3))
    assert desk.due() == (desk.at(hours=6), FIRST)
    assert rules(desk.clock(FIRST, desk.at(hours=4)))[1] == (Why.PUT_AWAY, 2 * HOUR)


def test_history_and_machines_start_no_clock_and_a_task_only_where_a_policy_names_its_kind(desk: Desk) -> None:
    old = desk.post.send("old@acme", at=MONDAY - DAY, subject="Old", text="old")
    machine = desk.post.send("m@acme", at=MONDAY, subject="M", text="m", automatic=Automatic.GENERATED)
    asked = Task("Call them", subject=Subject.PERSON, subject_id=row_of(desk.store, 1).customer_id)
    _action, task = tasks.begin(desk.store, asked, agent="", actor=desk.out.actor, now=MONDAY)
    for number in (2, 3, task):
        assert desk.due(number) == (None, None)
        assert not desk.clocks(desk.at(days=9), number)
    assert old != machine
    policy = Policy("tasks", {RESOLUTION: timedelta(days=1)}, when=When(kind=("task",)))
    desk.tell(terms.keep, KeptPolicy("tasks", (policy,)), now=desk.at(hours=1))
    assert desk.due(task) == (desk.at(days=1), RESOLUTION)
    nobody = Post(desk.store, name="old", address="old@plantao.example", live_since=None)
    nobody.send("dead@acme", at=desk.at(hours=1), subject="Dead", text="dead")
    assert desk.due(task + 1) == (None, None)


def test_thanks_for_what_was_settled_before_the_desk_began_start_no_clock(desk: Desk) -> None:
    desk.post.send("old@acme", at=MONDAY - DAY, subject="Old", text="old")
    desk.post.send("answer@acme", at=MONDAY - DAY + HOUR, subject="Re: Old", cites=["old@acme"], outgoing=True)
    desk.post.send("thanks@acme", at=MONDAY + HOUR, subject="Re: Old", text="Obrigado!", cites=["answer@acme"])
    assert row_of(desk.store, 2).status is Status.CLOSED
    assert desk.due(2) == (None, None)
    assert {one.state for one in desk.clocks(MONDAY + DAY, 2)} <= {MET, DROPPED}


def test_joined_conversations_have_the_clocks_of_all_their_mail_and_split_ones_their_own(desk: Desk) -> None:
    other = desk.post.send("o@acme", at=MONDAY + HOUR, subject="Outro", text="outra coisa")
    assert desk.due(2) == (desk.at(hours=5), FIRST)
    desk.answers(desk.at(hours=2), Status.OPEN)
    assert desk.due() == (desk.at(days=3), RESOLUTION)
    desk.tell(joining.join, [1, 2], now=desk.at(hours=3))
    assert desk.due(2) == (None, None)
    first = desk.clock(FIRST, desk.at(hours=3))
    assert (first.state, first.stopped_at) == (MET, desk.at(hours=2))
    desk.tell(joining.split, [other], now=desk.at(hours=4))
    with desk.store.reading() as session:
        chosen = select(C.c.id).where(C.c.due_metric == FIRST)
        (number,) = session.connection().execute(chosen).scalars()
    assert desk.due(number) == (desk.at(hours=5), FIRST)


def test_moments_are_recorded_once_late_ones_with_both_times_and_never_before_their_time(desk: Desk) -> None:
    assert not desk.notes(desk.at(hours=3))  # it is not over yet
    assert desk.notes(desk.at(hours=3, seconds=1)) == 1
    assert not desk.notes(desk.at(hours=3, seconds=2))
    assert not desk.notes(desk.at(hours=1))  # the machine's clock was set back
    assert desk.notes(desk.at(hours=20)) == 1  # nobody ran for long
    assert not desk.notes(desk.at(hours=21))
    due = desk.at(hours=4)
    assert desk.alarms() == [
        (FIRST, "breached", due, desk.at(hours=20)),
        (FIRST, "warned", due, desk.at(hours=3, seconds=1)),
    ]
    with desk.store.reading() as session:
        rows = table(Event)
        chosen = select(rows.c.happened_at, rows.c.recorded_at).where(rows.c.kind == "clock_breached")
        assert tuple(session.connection().execute(chosen).one()) == (due, desk.at(hours=20))
    late = desk.clock(FIRST, desk.at(hours=21))
    assert (late.state, late.spent) == (BREACHED, 21 * HOUR)
    assert desk.due() == (due, FIRST)  # it stays the most urgent one


def test_an_edit_of_a_policy_touches_what_runs_and_never_what_was_late(desk: Desk) -> None:
    desk.post.send("p@acme", at=desk.at(hours=5), subject="P", text="p")
    assert desk.notes(desk.at(hours=6)) == 1
    own = Policy("ours", {FIRST: timedelta(hours=8)})
    desk.tell(
        terms.keep,
        KeptPolicy("ours", (Policy(**{**_fields(own), "valid_from": desk.at(hours=6)}),)),
        now=desk.at(hours=6),
    )
    assert desk.due(1) == (desk.at(hours=4), FIRST)  # what was late by the policy of its time stays so
    assert desk.due(2) == (desk.at(hours=13), FIRST)
    assert not desk.notes(desk.at(hours=7))
    desk.tell(undoing.undo, now=desk.at(hours=7))
    assert desk.due(2) == (desk.at(hours=9), FIRST)
    assert len(desk.alarms()) == 1


def _fields(policy: Policy) -> dict:
    return {name: getattr(policy, name) for name in Policy.__dataclass_fields__}


def test_policies_by_touch_follow_the_profile(desk: Desk) -> None:
    when = When(touch=("high",))
    desk.tell(terms.keep, KeptPolicy("vip", (Policy("vip", {FIRST: HOUR}, when=when),)), now=MONDAY)
    assert desk.due() == (desk.at(hours=4), FIRST)
    person = row_of(desk.store, 1).customer_id
    desk.tell(knowing.set_fields, Subject.PERSON, person, {"touch": "high"}, now=MONDAY)
    assert desk.due() == (desk.at(hours=1), FIRST)
    desk.tell(undoing.undo, now=MONDAY)
    assert desk.due() == (desk.at(hours=4), FIRST)


def test_a_breach_is_explained_taken_back_and_said_anew(desk: Desk, second_store: Store) -> None:
    given = {"cause": "ninguém no turno", "corrective": "dois às segundas"}
    with pytest.raises(Refused):
        desk.tell(clocks.explain, 1, now=desk.at(hours=1), **given)
    desk.notes(desk.at(hours=5))
    with pytest.raises(BadField):
        desk.tell(clocks.explain, 1, now=desk.at(hours=6), cause=" ", corrective="x")

    def unexplained() -> list[int]:
        with desk.store.reading() as session:
            return [one.conversation_id for one in breaches(session, explained=False)]

    assert unexplained() == [1]
    desk.tell(clocks.explain, 1, now=desk.at(hours=6), **given)
    assert not unexplained()
    desk.tell(undoing.undo, now=desk.at(hours=7))
    assert unexplained() == [1]
    desk.tell(undoing.redo, now=desk.at(hours=8))
    with desk.store.reading() as session:
        (one,) = breaches(session)
    assert (one.cause, one.corrective, one.due_at) == (given["cause"], given["corrective"], desk.at(hours=4))
    with desk.store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(desk.store)


def test_the_queue_stands_by_deadlines_and_what_waits_for_others_behind(desk: Desk) -> None:
    desk.post.send("2@acme", at=desk.at(minutes=10), subject="B", text="b")
    desk.post.send("3@acme", at=desk.at(minutes=20), subject="C", text="c")
    policy = Policy("high", {FIRST: HOUR}, when=When(priority=("high",)))
    desk.tell(terms.keep, KeptPolicy("high", (policy,)), now=MONDAY)
    with desk.store.writing() as session:  # nothing of the desk says a priority yet
        session.connection().execute(C.update().where(C.c.id == 3).values(priority=Priority.HIGH))
    desk.stands(Status.OPEN, desk.at(minutes=30), 3)
    desk.stands(Status.ON_HOLD, desk.at(minutes=30), 1)
    with desk.store.reading() as session:
        page = inbox.window(session, agent_id=None, now=desk.at(hours=1))
    assert [one.conversation_id for one in page.rows] == [3, 2, 1]
    assert [one.due_at for one in page.rows] == [desk.at(minutes=80), desk.at(hours=4, minutes=10), None]
    assert page.rows[0].due_metric is FIRST


def test_who_is_merged_keeps_their_clocks_and_what_is_erased_keeps_its_moments(desk: Desk) -> None:
    desk.post.send("b@acme", at=desk.at(hours=1), by="bo@acme.example", subject="B", text="b")
    desk.answers(desk.at(hours=2))
    one, other = (row_of(desk.store, number).customer_id for number in (1, 2))
    before = [desk.clocks(desk.at(hours=3), number) for number in (1, 2)]
    desk.tell(knowing.merge, one, other, now=desk.at(hours=3))
    assert [desk.clocks(desk.at(hours=3), number) for number in (1, 2)] == before
    desk.out.leave()
    with desk.store.writing() as session:
        erase(
            session,
            survey(session, one),
            elsewhere=True,
            on_servers=False,
            actor=desk.out.actor,
            now=desk.at(hours=4),
        )
    first = desk.clock(FIRST, desk.at(hours=9))
    assert (first.state, first.started_at, first.stopped_at) == (MET, MONDAY, desk.at(hours=2))
    assert desk.due(2) == (None, None)  # what is erased is closed, and nothing is owed


def test_from_n1_to_n2_and_n3_and_back_to_resolved_every_clock_is_right_to_the_second(desk: Desk) -> None:
    def hand(to: Tier, now: datetime, actor: Actor) -> None:
        visit = Visit("Dock", "", now + DAY, now + DAY + HOUR) if to is Tier.N2 else None
        contents = Contents("Why 500s?", reason="on site", visit=visit)
        wanted = Transfer(1, to, contents, to_agent_id=(self_of[to]).agent_id)
        desk.tell(transferring.transfer, wanted, note=desk.note(now), now=now, actor=actor)

    self_of = {Tier.N2: desk.marta, Tier.N3: desk.ines}
    desk.tell(triage.take, [1], now=desk.at(minutes=5))
    desk.answers(desk.at(minutes=12, seconds=34), Status.OPEN)
    hand(Tier.N2, desk.at(minutes=20), desk.out.actor)
    assert desk.due() == (desk.at(hours=2, minutes=20), ACCEPTANCE)
    desk.tell(transferring.accept, 1, now=desk.at(minutes=50, seconds=3), actor=desk.marta)
    accepted = desk.clock(ACCEPTANCE, desk.at(hours=1))
    assert (accepted.state, accepted.spent, accepted.target) == (MET, timedelta(minutes=30, seconds=3), 2 * HOUR)
    hand(Tier.N3, desk.at(hours=1, seconds=1), desk.marta)
    assert desk.due() == (desk.at(hours=1, minutes=15, seconds=1), ACCEPTANCE)
    desk.tell(transferring.accept, 1, now=desk.at(hours=1, minutes=9, seconds=30), actor=desk.ines)
    accepted = desk.clock(ACCEPTANCE, desk.at(hours=2))
    assert (accepted.state, accepted.spent) == (MET, timedelta(minutes=9, seconds=29))
    desk.stands(Status.ON_HOLD, desk.at(hours=2))  # for the vendor
    desk.stands(Status.OPEN, desk.at(hours=5, seconds=3))
    desk.tell(transferring.give_back, 1, "fixed upstream", now=desk.at(hours=6), actor=desk.ines)
    desk.writes(desk.at(hours=6, minutes=30))
    assert desk.due() == (desk.at(hours=14, minutes=30), NEXT)
    desk.answers(desk.at(hours=7, seconds=59), Status.RESOLVED)
    found = desk.clocks(desk.at(days=9))
    assert [(one.metric, one.state, one.started_at, one.stopped_at) for one in found] == [
        (FIRST, MET, MONDAY, desk.at(minutes=12, seconds=34)),
        (NEXT, MET, desk.at(hours=6, minutes=30), desk.at(hours=7, seconds=59)),
        (RESOLUTION, MET, MONDAY, desk.at(hours=7, seconds=59)),
        (ACCEPTANCE, MET, desk.at(minutes=20), desk.at(minutes=50, seconds=3)),
        (ACCEPTANCE, MET, desk.at(hours=1, seconds=1), desk.at(hours=1, minutes=9, seconds=30)),
    ]
    assert [one.spent for one in found] == [
        timedelta(minutes=12, seconds=34),
        timedelta(minutes=30, seconds=59),
        timedelta(hours=7, seconds=59) - timedelta(hours=3, seconds=3),
        timedelta(minutes=30, seconds=3),
        timedelta(minutes=9, seconds=29),
    ]
    assert desk.due() == (None, None)
    assert not desk.notes(desk.at(days=9))


def test_one_conversation_is_kept_in_step_by_few_statements_and_history_by_one(desk: Desk) -> None:
    if desk.store.engine.dialect.name != "sqlite":
        pytest.skip("statements of one engine tell")
    for number in range(30):
        desk.writes(desk.at(minutes=number + 1))
    ran: list[str] = []

    def listen(_c: object, _cursor: object, statement: str, *_: object) -> None:
        ran.append(statement)

    from storage.apply import settle

    def counted(*numbers: int) -> int:
        ran.clear()
        event.listen(desk.store.engine, "before_cursor_execute", listen)
        with desk.store.writing() as session:
            settle(session.connection(), numbers)
        event.remove(desk.store.engine, "before_cursor_execute", listen)
        return len([one for one in ran if not one.startswith(("BEGIN", "PRAGMA"))])

    old = [
        desk.post.send(f"old{number}@acme", at=MONDAY - 30 * DAY, subject=f"o{number}", text="o") for number in range(9)
    ]
    assert len(old) == 9
    assert counted(1) <= 7
    assert counted(*range(2, 11)) == 1


def test_what_is_due_is_found_by_its_index(desk: Desk) -> None:
    if desk.store.engine.dialect.name != "sqlite":
        pytest.skip("the plan of one engine tells")
    with desk.store.reading() as session:
        for question, index in (
            ("SELECT next_at FROM clock WHERE next_at IS NOT NULL ORDER BY next_at LIMIT 1", "clock_next"),
            ("SELECT * FROM clock WHERE next_at < 5 ORDER BY next_at LIMIT 200", "clock_next"),
            ("SELECT id FROM conversation WHERE due_at < 5", "conversation_due"),
            ("SELECT name FROM desk WHERE name >= 'late ' AND name < 'late!' ORDER BY name LIMIT 1", "autoindex_desk"),
        ):
            plan = " ".join(row.detail for row in session.connection().execute(text(f"EXPLAIN QUERY PLAN {question}")))
            assert index in plan


def test_whoever_holds_the_lease_makes_the_clocks_of_an_older_store(desk: Desk) -> None:
    with desk.store.writing() as session:
        session.connection().execute(delete(K))
        session.connection().execute(C.update().values(due_at=None, warn_at=None, due_metric=None))
        assert clocks.outdated(session)
    lease_holder.bring_up(desk.store)
    assert desk.due() == (desk.at(hours=4), FIRST)
    assert lease_holder.make_anew(desk.store) == 0
    with desk.store.reading() as session:
        assert not clocks.outdated(session)
    assert lease_holder.note_due(desk.store) == 2  # both deadlines passed long ago
    assert lease_holder.note_due(desk.store) == 0
