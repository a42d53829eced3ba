"""A breach that was answered or settled before the sync's holder looked is recorded all the same, once."""

from datetime import timedelta

import pytest
from made.clocked import Clocked
from made.post import DAY, HOUR, MONDAY, Post, letter, row_of
from made.rows import decided
from sqlalchemy import select

from console.mail import clocks as lease_holder
from storage.apply.base import table
from storage.commands import clocks, joining, knowing, terms, transferring, triage, undoing
from storage.commands.transferring import Transfer
from storage.kinds import Status, Subject, Tier
from storage.kinds.clocks import ClockState
from storage.kinds.handoffs import Contents
from storage.kinds.policies import KeptPolicy, Metric, Policy, When
from storage.models import Clock, Event
from storage.queries.clocks import breaches
from storage.queries.noticing import news
from storage.record import replay
from storage.store import Store

FIRST, NEXT, RESOLUTION, ACCEPTANCE = Metric
E, K = table(Event), table(Clock)


@pytest.fixture
def desk(store: Store) -> Clocked:
    return Clocked(store)


def recorded(desk: Clocked) -> list[tuple]:
    return [(metric, due, noticed) for metric, mark, due, noticed in desk.alarms() if mark == "breached"]


def warned(desk: Clocked) -> list[tuple]:
    return [one for one in desk.alarms() if one[1] == "warned"]


def test_what_was_answered_late_is_recorded_with_its_due_time_once_and_explained(desk: Clocked) -> None:
    desk.answers(desk.at(hours=5))
    assert not recorded(desk)  # whoever answers records nothing
    assert desk.notes(desk.at(hours=6)) == 1
    assert recorded(desk) == [(FIRST, desk.at(hours=4), desk.at(hours=6))]
    assert not warned(desk)
    assert not desk.notes(desk.at(hours=7))
    with desk.store.reading() as session:
        chosen = select(E.c.happened_at, E.c.recorded_at).where(E.c.kind == "clock_breached")
        assert tuple(session.connection().execute(chosen).one()) == (desk.at(hours=4), desk.at(hours=6))
    desk.tell(clocks.explain, 1, now=desk.at(hours=8), cause="night", corrective="a shift")
    with desk.store.reading() as session:
        assert [one.cause for one in breaches(session, conversation_id=1)] == ["night"]


@pytest.mark.parametrize("answered", [True, False])
def test_what_was_answered_meanwhile_calls_nobody(desk: Clocked, *, answered: bool) -> None:
    desk.tell(triage.take, [1], now=MONDAY)
    mine = desk.out.actor.agent_id
    with desk.store.reading() as session:
        cursor, _ = news(session, 0, agent_id=mine, calls=["late"])
    if answered:
        desk.answers(desk.at(hours=5))
    assert desk.notes(desk.at(hours=6)) == 1
    with desk.store.reading() as session:
        found = news(session, cursor, agent_id=mine, calls=["late"])[1]
    assert [one.metric for one in found] == ([] if answered else [FIRST])


def test_what_was_answered_in_time_is_not(desk: Clocked) -> None:
    desk.answers(desk.at(hours=4))  # in its last moment
    desk.writes(desk.at(hours=5))
    desk.tell(triage.handle, [1], handled=True, now=desk.at(hours=6))
    assert not desk.notes(desk.at(days=1))
    assert not desk.alarms()


def test_mail_of_the_night_and_its_answer_are_taken_in_together(desk: Clocked) -> None:
    """The sync was down: both come at once, and the conversation is new."""
    post, night = desk.post, desk.at(hours=20)
    question = post.delivery(letter("n@acme", subject="Noite", text="noite", dated_at=night), at=night)
    answer = post.delivery(
        letter(
            "a@desk", by="desk@plantao.example", to=("ana@acme.example",), cites=("n@acme",), dated_at=night + 6 * HOUR
        ),
        at=night + 6 * HOUR,
        outgoing=True,
    )
    post.bring(answer, question, now=night + 6 * HOUR)
    desk.answers(desk.at(hours=1))
    assert desk.notes(desk.at(days=2)) == 1
    assert recorded(desk) == [(FIRST, night + 4 * HOUR, desk.at(days=2))]


@pytest.mark.parametrize("after", [Status.RESOLVED, Status.CLOSED])
def test_what_was_settled_late_is_recorded_though_it_rests(desk: Clocked, after: Status) -> None:
    desk.stands(after, desk.at(days=4))
    with desk.store.reading() as session:
        assert not session.connection().execute(select(K)).all()
    assert desk.notes(desk.at(days=5)) == 2  # nobody had answered, and it took longer than three days
    assert recorded(desk) == [
        (FIRST, desk.at(hours=4), desk.at(days=5)),
        (RESOLUTION, desk.at(days=3), desk.at(days=5)),
    ]


@pytest.mark.parametrize("away", [Status.SPAM, Status.TRASH])
def test_of_what_was_put_away_nothing_is(desk: Clocked, away: Status) -> None:
    desk.stands(away, desk.at(days=4))
    assert not desk.notes(desk.at(days=5))


def test_every_late_run_of_a_metric_is_recorded_also_the_earlier_ones(desk: Clocked) -> None:
    desk.answers(desk.at(hours=1), Status.OPEN)
    for start in (2, 20, 40):
        desk.writes(desk.at(hours=start))
        desk.answers(desk.at(hours=start + 9), Status.OPEN)
    assert desk.notes(desk.at(hours=50)) == 3
    assert recorded(desk) == [(NEXT, desk.at(hours=start + 8), desk.at(hours=50)) for start in (2, 20, 40)]


def test_an_answer_that_is_taken_back_leaves_one_breach_whoever_looked_when(desk: Clocked) -> None:
    desk.answers(desk.at(hours=5), None)
    desk.tell(undoing.undo, now=desk.at(hours=5, seconds=3))
    assert desk.notes(desk.at(hours=6)) == 1  # it runs again, and is late
    desk.answers(desk.at(hours=7))
    assert not desk.notes(desk.at(hours=8))
    assert recorded(desk) == [(FIRST, desk.at(hours=4), desk.at(hours=6))]


def test_a_resolution_that_is_undone_was_late_all_the_same(desk: Clocked) -> None:
    desk.stands(Status.RESOLVED, desk.at(hours=5))
    assert desk.notes(desk.at(hours=6)) == 1
    desk.tell(undoing.undo, now=desk.at(hours=7))
    assert not desk.notes(desk.at(hours=8))
    desk.stands(Status.RESOLVED, desk.at(hours=9))
    assert not desk.notes(desk.at(hours=10))
    assert len(recorded(desk)) == 1


def test_a_machine_whose_clock_is_set_back_records_nothing_twice_and_nothing_before_its_time(desk: Clocked) -> None:
    desk.answers(desk.at(hours=5))
    assert not desk.notes(desk.at(hours=3))
    assert desk.notes(desk.at(hours=6)) == 1
    assert not desk.notes(desk.at(hours=2))
    assert not desk.notes(desk.at(hours=7))


def test_later_edits_of_policies_and_profiles_make_no_breach_of_what_was_kept(desk: Clocked) -> None:
    desk.answers(desk.at(hours=3))
    desk.post.send("b@acme", at=desk.at(hours=3), by="bo@acme.example", subject="B", text="b")
    desk.stands(Status.RESOLVED, desk.at(hours=6), 2)
    ours = Policy("ours", {FIRST: HOUR})  # since ever
    desk.tell(terms.keep, KeptPolicy("ours", (ours,)), now=desk.at(hours=7))
    high = Policy("high", {FIRST: timedelta(minutes=1)}, when=When(touch=("high",)))
    desk.tell(terms.keep, KeptPolicy("high", (high,)), now=desk.at(hours=7))
    person = row_of(desk.store, 1).customer_id
    desk.tell(knowing.set_fields, Subject.PERSON, person, {"touch": "high"}, now=desk.at(hours=8))
    desk.writes(desk.at(hours=9))
    assert desk.clock(FIRST, desk.at(hours=9)).state is ClockState.BREACHED  # as it is told by now
    assert not desk.notes(desk.at(hours=10))


def test_what_is_recorded_late_makes_no_breach_of_what_was_kept_since(desk: Clocked) -> None:
    """A breach is recorded with its due time: what was answered in time since then was not stopped by that."""
    desk.answers(desk.at(hours=1), Status.OPEN)
    for hours in (73, 80):  # the resolution is late by then, and nobody looks
        desk.writes(desk.at(hours=hours))
        desk.answers(desk.at(hours=hours + 4), Status.OPEN)
    desk.tell(terms.keep, KeptPolicy("ours", (Policy("ours", {NEXT: HOUR}),)), now=desk.at(hours=85))  # since ever
    assert desk.notes(desk.at(hours=86)) == 1
    assert not desk.notes(desk.at(hours=87))
    assert recorded(desk) == [(RESOLUTION, desk.at(days=3), desk.at(hours=86))]


def test_what_was_late_by_the_policy_of_its_time_stays_recorded_by_it(desk: Clocked) -> None:
    desk.answers(desk.at(hours=5))
    mild = Policy("default", {FIRST: timedelta(days=9)}, fallback=True)
    desk.tell(terms.keep, KeptPolicy("default", (mild,)), now=desk.at(hours=6))
    assert desk.notes(desk.at(hours=7)) == 1
    assert recorded(desk) == [(FIRST, desk.at(hours=4), desk.at(hours=7))]


def test_a_handoff_that_was_accepted_late_is_recorded(desk: Clocked) -> None:
    desk.answers(desk.at(minutes=1), Status.OPEN)
    contents = Contents("Why 500s?", reason="on site")
    desk.tell(
        transferring.transfer,
        Transfer(1, Tier.N3, contents, to_agent_id=desk.ines.agent_id),
        note=desk.note(desk.at(hours=1)),
        now=desk.at(hours=1),
    )
    desk.tell(transferring.accept, 1, now=desk.at(hours=2), actor=desk.ines)
    assert desk.notes(desk.at(hours=3)) == 1
    assert recorded(desk) == [(ACCEPTANCE, desk.at(hours=1, minutes=15), desk.at(hours=3))]


def test_history_costs_nothing_and_is_never_late(desk: Clocked) -> None:
    nobody = Post(desk.store, name="old", address="old@plantao.example", live_since=None)
    nobody.send("h@acme", at=MONDAY - 30 * DAY, subject="H", text="h")
    nobody.send("h2@acme", at=MONDAY - 20 * DAY, outgoing=True, cites=("h@acme",), text="h")
    desk.answers(desk.at(hours=1))
    assert not desk.notes(desk.at(days=2))


def test_joined_conversations_are_recorded_where_they_were_late(desk: Clocked) -> None:
    desk.post.send("o@acme", at=MONDAY + HOUR, subject="Outro", text="outra coisa")
    desk.answers(desk.at(hours=6))
    desk.tell(joining.join, [1, 2], now=desk.at(hours=7))
    assert desk.notes(desk.at(hours=8)) == 1
    assert recorded(desk) == [(FIRST, desk.at(hours=4), desk.at(hours=8))]


def test_a_breach_goes_along_when_its_conversation_is_joined_and_is_not_recorded_twice(desk: Clocked) -> None:
    desk.answers(desk.at(minutes=1), Status.OPEN)
    desk.post.send("o@acme", at=MONDAY + HOUR, subject="Outro", text="outra coisa")
    wanted = Transfer(2, Tier.N3, Contents("Why 500s?", reason="on site"), to_agent_id=desk.ines.agent_id)
    desk.tell(transferring.transfer, wanted, note=desk.note(desk.at(hours=1)), now=desk.at(hours=1))
    assert desk.notes(desk.at(hours=2)) == 1
    desk.tell(joining.join, [1, 2], now=desk.at(hours=2, minutes=1))
    assert not desk.notes(desk.at(hours=2, minutes=2))  # it runs on there, and is late still
    desk.tell(transferring.accept, 1, now=desk.at(hours=3), actor=desk.ines)
    assert not desk.notes(desk.at(hours=3, minutes=30))
    assert recorded(desk) == [(ACCEPTANCE, desk.at(hours=1, minutes=15), desk.at(hours=2))]


def test_replay_gives_the_same_and_owes_no_further_breach(desk: Clocked, second_store: Store) -> None:
    desk.answers(desk.at(hours=5), Status.OPEN)
    desk.stands(Status.RESOLVED, desk.at(days=4))
    assert desk.notes(desk.at(days=5)) == 2
    with desk.store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(desk.store)
    with second_store.writing() as session:
        assert not clocks.note_due(session, now=desk.at(days=6))
    assert lease_holder.make_anew(desk.store) == 0
    assert not desk.notes(desk.at(days=6))


def test_whoever_holds_the_lease_looks_only_where_something_is_owed(desk: Clocked) -> None:
    with desk.store.reading() as session:
        assert not clocks.any_due(session, now=desk.at(hours=1))
    desk.answers(desk.at(hours=5))
    with desk.store.reading() as session:
        assert clocks.any_due(session, now=desk.at(hours=5, seconds=1))
    assert desk.notes(desk.at(hours=6)) == 1
    with desk.store.reading() as session:
        assert not clocks.any_due(session, now=desk.at(hours=7))
