"""Undo and redo: this agent's last action from this console, only what still stands, and threads stay where they are."""

import pytest
from made.post import DAY, HOUR, MONDAY, Post, home, letter, row_of
from sqlalchemy import Connection, event, select

from storage.apply.base import table
from storage.commands import joining, triage, undoing
from storage.commands.bulk import in_parts, undo_in_parts
from storage.commands.desk import agent_named
from storage.commands.intake import take_in
from storage.events import Actor
from storage.kinds import Evidence, Status
from storage.kinds.errors import Refused
from storage.models import Conversation, Event, Message, Parting
from storage.store import Store
from storage.store.engine import WRITING

EVENT = table(Event)


class Desk:
    """Two agents, one of them at two consoles, before four conversations."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, MONDAY + DAY
        self.post = Post(store)
        with store.writing() as session:
            ana, rui = (agent_named(session, name, now=MONDAY) for name in ("Ana", "Rui"))
        self.ana, self.ana_at_home, self.rui = Actor(ana, "one"), Actor(ana, "two"), Actor(rui, "one")
        self.mail = [
            self.post.send(f"{place}@x", subject=f"Matter {place}", text=f"letter {place}") for place in range(4)
        ]

    def tell(self, command, *args, actor: Actor, **choices):
        with self.store.writing() as session:
            return command(session, *args, actor=actor, now=self.now, **choices)

    def status(self, number: int) -> Status:
        return row_of(self.store, number).status


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_undo_takes_the_last_action_of_this_agent_at_this_console(desk: Desk) -> None:
    desk.tell(triage.set_status, [1], to=Status.OPEN, actor=desk.ana)
    desk.tell(triage.set_status, [2], to=Status.WAITING, actor=desk.ana_at_home)
    desk.tell(triage.set_status, [3], to=Status.SPAM, actor=desk.rui)
    done = desk.tell(undoing.undo, actor=desk.ana)
    assert [fact.about for fact in done.facts] == [1]
    assert [desk.status(number) for number in (1, 2, 3)] == [Status.NEW, Status.WAITING, Status.SPAM]
    with pytest.raises(Refused, match="nothing_to_undo"):
        desk.tell(undoing.undo, actor=desk.ana)


def test_undo_walks_back_and_redo_forward_again(desk: Desk) -> None:
    desk.tell(triage.set_status, [1], to=Status.OPEN, actor=desk.ana)
    desk.tell(triage.tag, [1], add=["urgent"], actor=desk.ana)
    desk.tell(triage.take, [1], actor=desk.ana)
    stood = row_of(desk.store, 1)
    for _ in range(3):
        desk.tell(undoing.undo, actor=desk.ana)
    assert desk.status(1) is Status.NEW
    assert row_of(desk.store, 1).assignee_id is None
    for _ in range(3):
        desk.tell(undoing.redo, actor=desk.ana)
    assert row_of(desk.store, 1) == stood
    with pytest.raises(Refused, match="nothing_to_redo"):
        desk.tell(undoing.redo, actor=desk.ana)
    desk.tell(undoing.undo, actor=desk.ana)
    assert row_of(desk.store, 1).assignee_id is None


def test_a_new_action_ends_what_could_be_done_again(desk: Desk) -> None:
    desk.tell(triage.set_status, [1], to=Status.OPEN, actor=desk.ana)
    desk.tell(undoing.undo, actor=desk.ana)
    desk.tell(triage.set_status, [2], to=Status.OPEN, actor=desk.ana)
    with pytest.raises(Refused, match="nothing_to_redo"):
        desk.tell(undoing.redo, actor=desk.ana)


def test_undo_of_many_leaves_what_a_colleague_changed_and_names_him(desk: Desk) -> None:
    desk.tell(triage.set_status, [1, 2, 3], to=Status.RESOLVED, actor=desk.ana)
    desk.tell(triage.reopen, [2], actor=desk.rui)
    done = desk.tell(undoing.undo, actor=desk.ana)
    assert done.kept == (undoing.Kept(2, "Rui"),)
    assert [desk.status(number) for number in (1, 2, 3)] == [Status.NEW, Status.OPEN, Status.NEW]


def test_undo_is_refused_when_nothing_stands_as_it_was_left(desk: Desk) -> None:
    desk.tell(triage.set_status, [1], to=Status.RESOLVED, actor=desk.ana)
    desk.tell(triage.reopen, [1], actor=desk.rui)
    with pytest.raises(undoing.NothingStands) as caught:
        desk.tell(undoing.undo, actor=desk.ana)
    assert caught.value.rule == "changed_since"
    assert caught.value.kept == (undoing.Kept(1, "Rui"),)
    assert desk.status(1) is Status.OPEN


def test_resolving_is_taken_back_whole(desk: Desk) -> None:
    before = row_of(desk.store, 1)
    desk.tell(triage.snooze, [1], until=MONDAY + 9 * DAY, actor=desk.rui)
    snoozed = row_of(desk.store, 1)
    desk.tell(triage.set_status, [1], to=Status.RESOLVED, actor=desk.ana)
    row = row_of(desk.store, 1)
    assert (row.status, row.snoozed_until, row.oldest_unanswered_at) == (Status.RESOLVED, None, None)
    desk.tell(undoing.undo, actor=desk.ana)
    assert row_of(desk.store, 1) == snoozed
    desk.tell(undoing.undo, actor=desk.rui)
    assert row_of(desk.store, 1) == before


def test_what_arrived_is_no_action_to_take_back(desk: Desk) -> None:
    desk.tell(triage.set_status, [1], to=Status.OPEN, actor=desk.ana)
    with desk.store.writing() as session:
        take_in(session, [desk.post.delivery(letter("new@x"), at=MONDAY)], now=desk.now, actor=desk.ana)
    assert [fact.about for fact in desk.tell(undoing.undo, actor=desk.ana).facts] == [1]


def test_a_join_is_taken_back_and_done_again(desk: Desk) -> None:
    desk.tell(triage.tag, [2], add=["late"], actor=desk.rui)
    rows = [row_of(desk.store, number) for number in (1, 2, 3)]
    desk.tell(joining.join, [3, 1, 2], actor=desk.ana)
    assert [home(desk.store, number) for number in desk.mail[:3]] == [1, 1, 1]
    assert row_of(desk.store, 2).joined_into == row_of(desk.store, 3).joined_into == 1
    joined = row_of(desk.store, 1)
    desk.tell(undoing.undo, actor=desk.ana)
    assert [row_of(desk.store, number) for number in (1, 2, 3)] == rows
    assert [home(desk.store, number) for number in desk.mail[:3]] == [1, 2, 3]
    assert partings(desk.store) == []
    desk.tell(undoing.redo, actor=desk.ana)
    assert row_of(desk.store, 1) == joined


def test_a_split_parts_its_undo_does_not_and_its_redo_parts_again(desk: Desk) -> None:
    answer = desk.post.send("answer@x", cites=["0@x"], subject="Matter 0", at=MONDAY + HOUR)
    assert home(desk.store, answer) == 1
    _, number = desk.tell(joining.split, [answer], actor=desk.ana)
    assert home(desk.store, answer) == number
    assert row_of(desk.store, answer, Message).evidence is Evidence.AGENT
    assert partings(desk.store) == [(1, number)]
    desk.tell(undoing.undo, actor=desk.ana)
    assert home(desk.store, answer) == 1
    assert row_of(desk.store, answer, Message).evidence is Evidence.REFERENCE
    assert row_of(desk.store, number).joined_into == 1
    assert partings(desk.store) == []
    desk.tell(undoing.redo, actor=desk.ana)
    assert home(desk.store, answer) == number
    assert partings(desk.store) == [(1, number)]


def test_an_agents_join_lifts_a_parting_and_its_undo_lays_it_again(desk: Desk) -> None:
    answer = desk.post.send("answer@x", cites=["0@x"], subject="Matter 0", at=MONDAY + HOUR)
    _, number = desk.tell(joining.split, [answer], actor=desk.ana)
    desk.tell(joining.join, [1, number], actor=desk.rui)
    assert partings(desk.store) == []
    desk.tell(undoing.undo, actor=desk.rui)
    assert partings(desk.store) == [(1, number)]
    assert home(desk.store, answer) == number


def test_a_split_that_got_more_mail_stays_and_hides_none(desk: Desk) -> None:
    answer = desk.post.send("answer@x", cites=["0@x"], subject="Matter 0", at=MONDAY + HOUR)
    _, number = desk.tell(joining.split, [answer], actor=desk.ana)
    more = desk.post.send("more@x", cites=["answer@x"], subject="Re: Matter 0", at=MONDAY + 2 * HOUR)
    assert home(desk.store, more) == number
    with pytest.raises(undoing.NothingStands):
        desk.tell(undoing.undo, actor=desk.ana)
    assert home(desk.store, more) == home(desk.store, answer) == number
    assert row_of(desk.store, number).joined_into is None


def test_nothing_goes_back_into_a_number_that_stands_for_another(desk: Desk) -> None:
    answer = desk.post.send("answer@x", cites=["1@x"], subject="Matter 1", at=MONDAY + HOUR)
    desk.tell(joining.split, [answer], actor=desk.ana)
    number = home(desk.store, answer)
    desk.tell(joining.join, [1, 2], actor=desk.rui)
    with pytest.raises(undoing.NothingStands):
        desk.tell(undoing.undo, actor=desk.ana)
    assert home(desk.store, answer) == number
    assert row_of(desk.store, number).joined_into is None


def test_an_undo_re_threads_nothing(desk: Desk) -> None:
    """Mail that came between stays where it went; only what the action moved goes back."""
    desk.tell(joining.join, [1, 2], actor=desk.ana)
    between = desk.post.send("between@x", cites=["1@x"], subject="Re: Matter 1", at=MONDAY + HOUR)
    assert home(desk.store, between) == 1
    desk.tell(undoing.undo, actor=desk.ana)
    assert [home(desk.store, number) for number in (*desk.mail[:2], between)] == [1, 2, 1]


def partings(store: Store) -> list[tuple[int, int]]:
    with store.reading() as session:
        return list(map(tuple, session.connection().execute(select(table(Parting))).all()))


@pytest.fixture
def thousand(store: Store) -> Desk:
    desk = Desk(store)
    desk.post.bring(*(desk.post.delivery(_letter(place), at=MONDAY + HOUR) for place in range(1000)))
    return desk


def _letter(place: int):
    return letter(f"many{place}@x", by=f"p{place}@acme.example", subject=f"Many {place}", text=f"the {place}th letter")


def test_a_thousand_are_resolved_in_parts_as_one_action_and_taken_back_likewise(thousand: Desk) -> None:
    desk, clock = thousand, lambda: MONDAY + DAY
    numbers = list(range(5, 1005))
    reports = list(in_parts(desk.store, triage.set_status, numbers, actor=desk.ana, clock=clock, to=Status.RESOLVED))
    assert [report.done for report in reports] == [200, 400, 600, 800, 1000]
    assert {report.action_id for report in reports} == {reports[0].action_id}
    assert reports[-1].changed == tuple(numbers)
    desk.tell(triage.reopen, [700], actor=desk.rui)
    backs = list(undo_in_parts(desk.store, actor=desk.ana, clock=clock))
    assert [back.done for back in backs] == [200, 400, 600, 800, 1000]
    assert {back.action_id for back in backs} == {backs[0].action_id}
    assert backs[-1].kept == (undoing.Kept(700, "Rui"),)
    assert {desk.status(number) for number in (5, 699, 701, 1004)} == {Status.NEW}
    rows = table(Conversation)
    with desk.store.reading() as session:
        settled = session.connection().execute(select(rows.c.id).where(rows.c.status == Status.RESOLVED)).all()
        counts = session.connection().execute(select(EVENT.c.action_id).where(EVENT.c.undoes == reports[0].action_id))
        assert set(counts.scalars()) == {backs[0].action_id}
    assert settled == []
    forth = list(undo_in_parts(desk.store, actor=desk.ana, clock=clock, redo=True))
    assert len(forth[-1].taken) == 999
    assert desk.status(1004) is Status.RESOLVED


def test_a_bulk_act_that_stopped_goes_on_with_what_is_left(thousand: Desk) -> None:
    desk, clock = thousand, lambda: MONDAY + DAY
    parts = in_parts(desk.store, triage.take, list(range(5, 505)), actor=desk.ana, clock=clock)
    first = next(parts)
    parts.close()
    assert len(first.left) == 300
    rest = list(in_parts(desk.store, triage.take, first.left, actor=desk.ana, clock=clock, action_id=first.action_id))
    assert rest[-1].action_id == first.action_id
    undo = undo_in_parts(desk.store, actor=desk.ana, clock=clock)
    begun = next(undo)
    undo.close()
    assert len(begun.taken) == 200
    again = list(undo_in_parts(desk.store, actor=desk.ana, clock=clock, action_id=begun.undoes))
    assert again[-1].action_id == begun.action_id
    assert (again[-1].total, len(again[-1].taken)) == (300, 300)
    rows = table(Conversation)
    with desk.store.reading() as session:
        assert session.connection().execute(select(rows.c.id).where(rows.c.assignee_id.is_not(None))).all() == []


def test_an_undo_waits_for_its_turn_once(desk: Desk) -> None:
    """Beside a first sync each turn is waited for."""
    desk.tell(triage.take, [1], actor=desk.ana)
    turns = list[str]()

    def note(connection: Connection) -> None:
        if connection.get_execution_options().get(WRITING):
            turns.append("writing")

    event.listen(desk.store.engine, "begin", note)
    try:
        (back,) = undo_in_parts(desk.store, actor=desk.ana, clock=lambda: MONDAY + DAY)
    finally:
        event.remove(desk.store.engine, "begin", note)
    assert (back.total, back.done, back.taken) == (1, 1, (1,))
    assert turns == ["writing"]
    with pytest.raises(Refused, match="nothing_to_undo"):
        next(undo_in_parts(desk.store, actor=desk.ana, clock=lambda: MONDAY + DAY))


def test_what_a_rule_forbids_for_some_does_not_keep_the_others(desk: Desk) -> None:
    desk.tell(triage.take, [2], actor=desk.rui)
    desk.tell(joining.join, [3, 4], actor=desk.rui)
    (report,) = in_parts(desk.store, triage.take, [1, 2, 4, 99], actor=desk.ana, clock=lambda: MONDAY + DAY)
    assert (report.changed, report.refused, report.missing) == ((1, 4), (2,), (99,))
    assert row_of(desk.store, 3).assignee_id == desk.ana.agent_id


def statements_of_a_part(desk: Desk, count: int) -> int:
    """How many statements taking back a part of so many conversations costs."""
    clock, numbers = (lambda: MONDAY + DAY), list(range(5, 5 + 2 * count))
    list(in_parts(desk.store, triage.set_status, numbers, actor=desk.ana, clock=clock, to=Status.RESOLVED))
    seen: list[str] = []

    def note(_connection, _cursor, statement, *_rest):
        seen.append(statement)

    event.listen(desk.store.engine, "before_cursor_execute", note)
    try:
        backs = undo_in_parts(desk.store, actor=desk.ana, clock=clock, at_once=count)
        next(backs)
        begun = len(seen)
        assert next(backs).kept == ()
        return len(seen) - begun
    finally:
        event.remove(desk.store.engine, "before_cursor_execute", note)


def test_a_part_of_an_undo_costs_as_many_statements_however_many_conversations_it_is_about(thousand: Desk) -> None:
    assert statements_of_a_part(thousand, 2) == statements_of_a_part(thousand, 200) < 40


def test_what_others_changed_is_found_among_many_and_each_is_named(thousand: Desk) -> None:
    desk, clock = thousand, lambda: MONDAY + DAY
    numbers = list(range(5, 205))
    list(in_parts(desk.store, triage.set_status, numbers, actor=desk.ana, clock=clock, to=Status.RESOLVED))
    moved = [5, 60, 61, 204]
    desk.tell(triage.reopen, moved, actor=desk.rui)
    done = desk.tell(undoing.undo, actor=desk.ana)
    assert done.kept == tuple(undoing.Kept(number, "Rui") for number in moved)
    assert {fact.about for fact in done.facts} == set(numbers) - set(moved)
