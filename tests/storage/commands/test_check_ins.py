"""Check-ins: made by the cadence, each once, and the next when one is done."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Out, Post, row_of

from console.mail.duties import begin_due
from storage.commands import knowing, playbooks, trash, triage
from storage.kinds import ConversationKind, Status, Subject
from storage.queries import inbox
from storage.store import Store

MONTH = timedelta(days=30)


class Desk:
    """Acme, whose question is conversation 1, is a customer of mid touch; Ana owns it."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.post.send("q@acme", at=MONDAY)
        self.ana, self.rui = Out(self.post), Out(self.post, "Rui")
        self.tell(knowing.set_fields, Subject.ORGANIZATION, 1, {"touch": "mid", "owner": "Ana", "backup": "Rui"})

    def tell(self, command, *args, now=MONDAY, **given):
        with self.store.writing() as session:
            return command(session, *args, actor=self.ana.actor, now=now, **given)

    def found(self, query: str = "kind:checkin") -> list[int]:
        with self.store.reading() as session:
            return inbox.numbers(session, query=query, agent_id=None, now=MONDAY)


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_a_check_in_is_made_once_and_the_next_when_it_is_done(desk: Desk) -> None:
    assert begin_due(desk.store, MONDAY) == 1
    assert begin_due(desk.store, MONDAY + DAY) == 0  # it is ahead of them
    (first,) = desk.found()
    row = row_of(desk.store, first)
    assert (row.kind, row.organization_id, row.customer_id) == (
        ConversationKind.CHECK_IN,
        1,
        row_of(desk.store, 1).customer_id,
    )
    assert (row.snoozed_until, row.assignee_id) == (MONDAY + MONTH, desk.ana.actor.agent_id)
    with desk.store.writing() as session:
        assert triage.wake_due(session, now=MONDAY + MONTH) == 1
    assert desk.found("kind:checkin is:open -is:snoozed") == [first]
    assert begin_due(desk.store, MONDAY + MONTH) == 0  # it is due, and not done
    done = MONDAY + MONTH + 3 * DAY
    desk.tell(triage.set_status, [first], to=Status.RESOLVED, now=done)
    desk.tell(playbooks.leave, "Ana", None, now=done)
    assert begin_due(desk.store, done + HOUR) == 1
    (second,) = desk.found("kind:checkin is:snoozed")
    row = row_of(desk.store, second)
    assert (row.snoozed_until, row.assignee_id) == (done + MONTH, desk.rui.actor.agent_id)
    desk.tell(trash.throw_away, [second], now=done + 2 * HOUR)  # skipped: the one after it comes in its time
    assert begin_due(desk.store, done + 3 * HOUR) == 1
    assert begin_due(desk.store, done + 4 * HOUR) == 0


def test_who_has_no_cadence_is_not_asked(desk: Desk) -> None:
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 1, {"service": "convenient"})  # hands off goes before touch
    assert begin_due(desk.store, MONDAY) == 0
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 1, {"service": None, "touch": "smart"})
    assert begin_due(desk.store, MONDAY) == 0
    desk.tell(playbooks.change, "smart", {"picks": "stage:onboarding=mid, else=low"})
    desk.tell(knowing.set_fields, Subject.ORGANIZATION, 1, {"stage": "Onboarding"})
    assert begin_due(desk.store, MONDAY) == 1


def test_who_belongs_to_nobody_is_asked_for_themselves(desk: Desk) -> None:
    desk.post.send("p@free", by="lia@gmail.com", subject="Alone", text="of my own")
    person = row_of(desk.store, 2).customer_id
    desk.tell(knowing.set_fields, Subject.PERSON, person, {"touch": "mid"})
    desk.tell(knowing.set_fields, Subject.PERSON, row_of(desk.store, 1).customer_id, {"touch": "mid"})
    assert begin_due(desk.store, MONDAY) == 2
    assert {row_of(desk.store, number).organization_id for number in desk.found()} == {1, None}


_MAKER = """
import sys
from datetime import datetime
from console.mail.duties import begin_due
from storage.store import open_store
store = open_store(sys.argv[1])
print("begun", flush=True)
while True:
    begin_due(store, datetime.fromisoformat(sys.argv[2]))
"""


def test_two_that_look_and_are_killed_make_none_twice_and_none_is_missing(desk: Desk, store_url: str) -> None:
    with desk.store.writing() as session:
        for number in range(40):
            made, _action = knowing.make_organization(session, f"Firm {number}", actor=desk.ana.actor, now=MONDAY)
            knowing.set_fields(session, Subject.ORGANIZATION, made, {"touch": "mid"}, actor=desk.ana.actor, now=MONDAY)
    command = [sys.executable, "-c", _MAKER, store_url, MONDAY.isoformat()]
    makers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PLANTAO_LANGUAGE": "en"})
        for _ in range(2)
    ]
    try:
        for one in makers:
            assert one.stdout is not None
            assert one.stdout.readline() == b"begun\n"
        while not desk.found():
            assert all(one.poll() is None for one in makers)
    finally:
        for one in makers:
            one.send_signal(signal.SIGKILL)
            one.wait()
            one.stdout.close()
    while begin_due(desk.store, MONDAY):
        pass
    asked = [row_of(desk.store, number).organization_id for number in desk.found()]
    assert sorted(asked) == list(range(1, 42))
