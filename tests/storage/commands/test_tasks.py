"""Tasks: conversations that begin at the desk, out of sight until they are due, each key once."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Out, Post, row_of
from made.rows import decided
from sqlalchemy import select

from console.mail import tasks
from storage.apply.base import table
from storage.commands import triage, undoing
from storage.events import Actor
from storage.kinds import ConversationKind, Status, Subject
from storage.kinds.errors import NoSuch, Refused
from storage.kinds.tasks import Task
from storage.models import Event
from storage.queries import conversations, find, inbox
from storage.record import replay
from storage.store import Store, open_store

CLOCK = Actor(None, "clock")


def begun(store: Store, task: Task, actor: Actor = CLOCK, now=MONDAY) -> int:
    _action, number = tasks.begin(store, task, agent="", actor=actor, now=now)
    return number


def found(store: Store, query: str) -> list[int]:
    with store.reading() as session:
        return inbox.numbers(session, query=query, agent_id=None, now=MONDAY)


def test_a_task_is_out_of_sight_until_it_is_due_and_taken_back_with_one_undo(store: Store, second_store: Store) -> None:
    post = Post(store)
    post.send("q@acme", at=MONDAY)
    ana = Out(post)
    asked = Task("Ask for the new plan", subject=Subject.PERSON, subject_id=row_of(store, 1).customer_id)
    number = begun(store, Task(**{**fields(asked), "due": MONDAY + DAY, "assignee_id": ana.actor.agent_id}), ana.actor)
    row = row_of(store, number)
    assert (row.kind, row.status, row.assignee_id) == (ConversationKind.TASK, Status.NEW, ana.actor.agent_id)
    assert (row.customer_id, row.snoozed_until) == (row_of(store, 1).customer_id, MONDAY + DAY)
    assert row.oldest_unanswered_at is None
    assert found(store, "kind:task") == [number]
    assert found(store, "is:open -is:snoozed") == [1]
    with store.writing() as session:
        assert triage.wake_due(session, now=MONDAY + DAY) == 1
    assert found(store, "is:open -is:snoozed") == [1, number]  # whoever waits for an answer goes before
    with store.reading() as session:
        view = conversations.read(session, number, agent_id=None)
        assert (view.subject, [one.text for one in view.messages]) == (asked.title, [asked.title])
        hits = find.search(session, query="new plan", agent_id=None, now=MONDAY)
        assert [hit.conversation_id for hit in hits] == [number]
    with pytest.raises(Refused), store.writing() as session:  # the clock woke it: that is not taken back
        undoing.undo(session, actor=ana.actor, now=MONDAY + DAY)
    later = begun(store, asked, ana.actor)
    with store.writing() as session:
        undoing.undo(session, actor=ana.actor, now=MONDAY + HOUR)
    assert row_of(store, later).status is Status.TRASH
    with store.writing() as session:
        undoing.redo(session, actor=ana.actor, now=MONDAY + HOUR)
    assert found(store, "kind:task") == [number, later]
    with store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == decided(store)


def fields(task: Task) -> dict:
    return {name: getattr(task, name) for name in task.__dataclass_fields__}


def test_a_key_has_one_task_whoever_begins_it_and_whatever_became_of_it(store: Store, store_url: str) -> None:
    ana = Out(Post(store))
    other = open_store(store_url)

    def try_to(place: Store) -> int | None:
        try:
            return begun(place, Task("Check in", key="checkin:1", kind=ConversationKind.CHECK_IN))
        except Refused:
            return None

    try:
        with ThreadPoolExecutor(4) as pool:
            made = [one for one in pool.map(try_to, [store, other] * 4) if one is not None]
    finally:
        other.close()
    assert len(made) == 1
    assert found(store, "kind:checkin") == found(store, "kind:task") == made
    with store.writing() as session:
        triage.set_status(session, made, to=Status.RESOLVED, actor=ana.actor, now=MONDAY + HOUR)
    assert try_to(store) is None


def test_a_task_on_an_organization_is_on_whom_one_spoke_with_last(store: Store) -> None:
    post = Post(store)
    post.send("q@acme", at=MONDAY)
    post.send("r@acme", at=MONDAY + HOUR, by="bo@acme.example", subject="Other")
    number = begun(store, Task("Ask", subject=Subject.ORGANIZATION, subject_id=1), now=MONDAY + timedelta(hours=2))
    row = row_of(store, number)
    assert (row.organization_id, row.customer_id) == (1, row_of(store, 2).customer_id)


def test_without_a_mailbox_or_about_nobody_known_nothing_is_begun(store: Store) -> None:
    with pytest.raises(NoSuch):
        begun(store, Task("Ask"))
    Post(store)
    with pytest.raises(NoSuch):
        begun(store, Task("Ask", subject=Subject.PERSON, subject_id=99))
    assert found(store, "") == []


def test_no_words_of_a_task_stand_in_the_public_log(store: Store) -> None:
    Post(store)
    begun(store, Task("Ask Maria", key="maria"))
    rows = table(Event)
    with store.reading() as session:
        told = session.connection().execute(select(rows.c.public).where(rows.c.kind == "task_begun")).scalar_one()
    assert "aria" not in json.dumps(json.loads(told))
