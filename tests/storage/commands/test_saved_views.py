"""Saved views: whose they are, on which keys they stand, what is refused, and that all of it is undone."""

import pytest
from made.post import DAY, MONDAY, Post
from sqlalchemy import delete, select, update

from storage.apply.base import table
from storage.commands import undoing, views
from storage.commands.desk import agent_named
from storage.events import Actor, ViewKept
from storage.kinds.errors import Changed, NoSuch, Refused
from storage.models import Event, EventPersonal, View
from storage.queries.views import view_called
from storage.queries.views import views as views_of
from storage.record import record, replay, verify
from storage.rules.query import BadQuery
from storage.store import Store


class Desk:
    """Ana and Rui before one store."""

    def __init__(self, store: Store) -> None:
        self.store, self.now = store, MONDAY + DAY
        Post(store)
        with store.writing() as session:
            ana, rui = (agent_named(session, name, now=MONDAY) for name in ("Ana", "Rui"))
        self.ana, self.rui = Actor(ana, "one"), Actor(rui, "one")

    def tell(self, command, *args, actor: Actor | None = None, **choices):
        with self.store.writing() as session:
            return command(session, *args, actor=actor or self.ana, now=self.now, **choices)

    def shown(self, actor: Actor | None = None) -> list[tuple[str, str]]:
        with self.store.reading() as session:
            return [(one.key, one.name) for one in views_of(session, agent_id=(actor or self.ana).agent_id)]


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def rows(store: Store) -> list[tuple]:
    with store.reading() as session:
        return sorted(map(tuple, session.connection().execute(select(table(View)))))


def test_own_views_are_ones_own_and_shared_ones_everybodys(desk: Desk) -> None:
    desk.tell(views.keep, "Cobrança", "tag:cobranca")
    desk.tell(views.keep, "Urgent", "priority:urgent", shared=True, actor=desk.rui)
    desk.tell(views.keep, "Cobrança", "tag:late", actor=desk.rui)
    assert {name for _, name in desk.shown()} == {"Urgent", "Cobrança"}
    assert {name for _, name in desk.shown(desk.rui)} == {"Urgent", "Cobrança"}
    with desk.store.reading() as session:
        assert view_called(session, "COBRANCA", agent_id=desk.ana.agent_id).query == "tag:cobranca"
        assert [one.name for one in views_of(session, agent_id=None)] == ["Urgent"]
        with pytest.raises(NoSuch):
            view_called(session, "nothing", agent_id=desk.ana.agent_id)


def test_keys_are_those_asked_for_then_the_free_ones_then_none(desk: Desk) -> None:
    for number in range(1, 7):
        desk.tell(views.keep, f"View {number}", "is:open")
    assert desk.shown() == [(key, f"View {number}") for key, number in zip("6789", (1, 2, 3, 4), strict=True)] + [
        ("", "View 5"),
        ("", "View 6"),
    ]
    desk.tell(views.keep, "Instead", "is:open is:mine", place=2)
    assert desk.shown()[0] == ("2", "Instead")
    with desk.store.reading() as session:
        fifth = view_called(session, "View 5", agent_id=desk.ana.agent_id)
    desk.tell(views.reorder, fifth.view_id, place=7)
    assert desk.shown()[1:4] == [("6", "View 1"), ("7", "View 5"), ("8", "View 3")]
    assert ("", "View 2") in desk.shown()
    desk.tell(undoing.undo)
    assert desk.shown()[2] == ("7", "View 2")
    with pytest.raises(Refused, match="already"):
        desk.tell(views.reorder, fifth.view_id, place=fifth.place)


@pytest.mark.parametrize("query", ["foo:bar", '"open', "owner:nobody-here", "mailbox:none", "is:"])
def test_a_query_that_cannot_be_asked_is_not_kept(desk: Desk, query: str) -> None:
    with pytest.raises(BadQuery):
        desk.tell(views.keep, "Broken", query)
    assert desk.shown() == []


def test_names_and_places_that_are_none_are_refused(desk: Desk) -> None:
    kept = desk.tell(views.keep, "Ação", "is:open")
    shared = desk.tell(views.keep, "All", "is:open", shared=True, actor=desk.rui)
    for name, rule in (("ACAO", "view_name_taken"), ("all", "view_name_taken"), (" \x1b ", "bad_view_name")):
        with pytest.raises(Refused, match=rule):
            desk.tell(views.keep, name, "is:open")
    with pytest.raises(Refused, match="bad_view_name"):
        desk.tell(views.keep, "x" * 41, "is:open")
    with pytest.raises(Refused, match="bad_place"):
        desk.tell(views.reorder, kept, place=0)
    with pytest.raises(NoSuch):
        desk.tell(views.drop, kept, actor=desk.rui)
    desk.tell(views.drop, shared)
    assert desk.shown(desk.rui) == []


def test_each_change_is_undone_and_done_again(desk: Desk) -> None:
    kept = desk.tell(views.keep, "Late", "tag:late")
    stages = [rows(desk.store)]
    for change in (
        lambda: desk.tell(views.rename, kept, name="Too late"),
        lambda: desk.tell(views.ask_anew, kept, query="tag:late is:mine"),
        lambda: desk.tell(views.reorder, kept, place=1),
        lambda: desk.tell(views.drop, kept),
    ):
        change()
        stages.append(rows(desk.store))
    assert len({tuple(stage) for stage in stages}) == 5
    for stage in (*stages[-2::-1], []):
        desk.tell(undoing.undo)
        assert rows(desk.store) == stage
    for stage in stages:
        desk.tell(undoing.redo)
        assert rows(desk.store) == stage


def test_what_somebody_else_changed_since_is_not_taken_back(desk: Desk) -> None:
    kept = desk.tell(views.keep, "All", "is:open", shared=True)
    desk.tell(views.rename, kept, name="Everything", actor=desk.rui)
    with pytest.raises(Refused, match="changed_since"):
        desk.tell(undoing.undo)
    with desk.store.writing() as session, pytest.raises(Changed):
        fact = ViewKept(view_id=kept, agent_id=None, place_before=8, place=None, happened_at=desk.now)
        record(session, [fact], actor=desk.ana, now=desk.now)


def test_replay_gives_the_views_back_and_erased_words_stay_erased(desk: Desk, second_store: Store) -> None:
    kept = desk.tell(views.keep, "Ana Souza", "from:ana@acme.example")
    desk.tell(views.reorder, kept, place=9)
    gone = desk.tell(views.keep, "Gone", "is:open", shared=True)
    desk.tell(views.drop, gone)
    personal, events = table(EventPersonal), table(Event)
    with desk.store.writing() as session:  # erased, as far as her name stands anywhere
        session.execute(
            delete(personal).where(
                personal.c.event_id.in_(select(events.c.id).where(events.c.kind == "view_kept").limit(1))
            )
        )
        session.execute(delete(personal).where(personal.c.personal.contains("Ana Souza")))
        session.execute(update(table(View)).values(name=None, query=None))
        assert verify(session).broken_at is None
    with desk.store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert rows(second_store) == rows(desk.store) == [(kept, desk.ana.agent_id, None, None, 9)]
    assert desk.shown() == []
