"""Colleagues who are asked and have not answered in time: found, called for, on record once; on both engines."""

from datetime import timedelta

import pytest
from made.handed import HOUR, Handed
from made.rows import decided
from sqlalchemy import select

from storage.commands import joining, noting, transferring, undoing
from storage.queries import inbox, noticing
from storage.queries.history import last_event
from storage.queries.tables import EVENT
from storage.record import replay
from storage.rules.query import BadQuery
from storage.store import Store


class Desk(Handed):
    """On which Bruno asks Marta in conversation 2."""

    def __init__(self, store: Store) -> None:
        super().__init__(store)
        self.post.send("b@x", by="bea@bea.example", subject="Bea", text="Bea writes of a thing of her own")
        self.tell(transferring.consult, 2, self.marta.agent_id, note=self.note(), within=HOUR)

    def found(self, query: str) -> list[int]:
        return sorted(self.ask(inbox.numbers, query=query, agent_id=self.ines.agent_id, now=self.now))

    def lapses(self) -> int:
        with self.store.writing() as session:
            return transferring.note_lapsed(session, now=self.now)

    def recorded(self) -> list[tuple]:
        rows = EVENT.c
        chosen = select(rows.conversation_id, rows.happened_at, rows.recorded_at).where(rows.kind == "consult_lapsed")
        with self.store.reading() as session:
            return [tuple(row) for row in session.connection().execute(chosen)]

    def called(self, cursor: int) -> dict[str, list[tuple]]:
        told = {}
        for actor in (self.bruno, self.marta, self.ines):
            given = {"agent_id": actor.agent_id, "calls": {"consult"}, "now": self.now}
            told[actor.console] = [
                (one.call, one.conversation_id, one.who) for one in self.ask(noticing.news, cursor, **given)[1]
            ]
        return told


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_where_a_colleague_is_asked_is_found_until_they_answer(desk: Desk) -> None:
    assert (desk.found("is:consulting"), desk.found("-is:consulting")) == ([2], [1])
    assert (desk.found("consult<2h"), desk.found("consult<30m"), desk.found("consult:late")) == ([2], [], [])
    desk.now += HOUR + timedelta(seconds=1)
    assert desk.found("consult:late is:consulting") == [2]
    desk.tell(joining.join, [1, 2])
    assert (desk.found("consult:late"), desk.found("is:consulting")) == ([1], [1])
    desk.tell(undoing.undo)
    assert desk.found("consult:late") == [2]
    desk.tell(noting.note, desk.note("the key"), conversation_id=2, actor=desk.marta)
    assert (desk.found("is:consulting"), desk.found("consult:late")) == ([], [])
    with pytest.raises(BadQuery):
        desk.found("consult:soon")


def test_what_is_not_answered_in_time_is_on_record_once_and_calls_both(desk: Desk, second_store: Store) -> None:
    due, cursor = desk.now + HOUR, desk.ask(last_event)
    desk.now = due - timedelta(seconds=1)
    assert (desk.ask(transferring.any_lapsed, now=desk.now), desk.lapses()) == (False, 0)
    desk.now = due + 5 * HOUR
    assert desk.ask(transferring.any_lapsed, now=desk.now)
    assert (desk.lapses(), desk.lapses(), desk.ask(transferring.any_lapsed, now=desk.now)) == (1, 0, False)
    assert desk.recorded() == [(2, due, desk.now)], "late, with both times"
    called = [("consult", 2, "Marta")]
    assert desk.called(cursor) == {"Bruno": called, "Marta": called, "Inês": []}
    assert desk.found("is:consulting") == [2], "the question stays open"
    desk.tell(noting.note, desk.note("the key"), conversation_id=2, actor=desk.marta)
    desk.tell(undoing.undo, actor=desk.marta)
    assert (desk.lapses(), len(desk.recorded())) == (0, 1), "once, though the answer was taken back"
    with desk.store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert decided(second_store) == decided(desk.store)


def test_it_calls_for_the_conversation_that_stands_and_the_sync_records_it(desk: Desk) -> None:
    desk.tell(joining.join, [1, 2])
    cursor = desk.ask(last_event)
    desk.tell(transferring.consult, 1, desk.ines.agent_id, note=desk.note(), within=timedelta(minutes=1))
    with desk.store.reading() as session:
        rows = EVENT.c
        assert not session.connection().execute(select(rows.id).where(rows.kind == "consult_lapsed")).first()
    desk.now += 2 * HOUR
    assert desk.lapses() == 2
    called = desk.called(cursor)
    assert {one[1] for one in (*called["Bruno"], *called["Marta"], *called["Inês"])} == {1}
