"""What is shown is read again when it changed, and not for each of the changes of others that nobody looks through."""

from datetime import timedelta

import pytest
from made.post import MONDAY, Post, letter

from console.desk import Desk
from console.feed import Change
from console.screens import freshness
from console.screens.freshness import Freshness
from storage.commands import triage
from storage.store import Store


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, agent="me")


async def test_of_much_that_changes_only_its_own_is_read(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(freshness, "_BESIDE_EVERY", 1000.0)
    post, fresh, much = Post(desk.store), Freshness(), Change(much=True)
    post.bring(post.delivery(letter("a@x", subject="Fatura"), at=MONDAY))
    post.bring(post.delivery(letter("b@x", by="rui@b.example", subject="Acesso"), at=MONDAY))
    assert await fresh.may_differ(desk, 1, much)  # nothing is known of it yet
    fresh.read()
    assert not await fresh.may_differ(desk, 1, much)
    desk.tell_now(triage.assign, [2], to=desk.agent_id, actor=desk.actor, now=MONDAY)
    assert not await fresh.may_differ(desk, 1, much)
    desk.tell_now(triage.assign, [1], to=desk.agent_id, actor=desk.actor, now=MONDAY)
    assert await fresh.may_differ(desk, 1, much)
    assert await fresh.may_differ(desk, 1, much)  # until it was read: a reading may have been called off
    fresh.read()
    assert not await fresh.may_differ(desk, 1, much)
    assert await fresh.may_differ(desk, 2, much)  # another one is shown
    fresh.read()
    assert await fresh.may_differ(desk, 1, Change(frozenset({1})))
    assert not await fresh.may_differ(desk, 1, Change(frozenset({2})))
    assert await fresh.may_differ(desk, 1, Change(desk=True))


async def test_what_no_event_tells_of_follows_every_few_seconds(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    now = [1000.0]
    monkeypatch.setattr(freshness, "monotonic", lambda: now[0])
    post, fresh, much = Post(desk.store), Freshness(), Change(much=True)
    post.bring(post.delivery(letter("a@x", subject="Fatura"), at=MONDAY + timedelta(minutes=1)))
    assert await fresh.may_differ(desk, 1, much)
    fresh.read()
    now[0] += freshness._BESIDE_EVERY - 1
    assert not await fresh.may_differ(desk, 1, much)
    now[0] += 1
    assert await fresh.may_differ(desk, 1, much)
