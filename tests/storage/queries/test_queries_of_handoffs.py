"""What waits to be accepted, and what crossed one border twice, in the query language; on both engines."""

import hashlib
import itertools

import pytest
from made.post import MONDAY, Post, letter

from storage.commands import noting, transferring
from storage.commands.desk import agent_named
from storage.commands.transferring import Transfer
from storage.events import Actor
from storage.kinds import Tier
from storage.kinds.handoffs import Contents
from storage.queries import inbox
from storage.store import Store

_UNIQUE = itertools.count(1)


@pytest.fixture
def desk(store: Store):
    """Two agents and three conversations; what tells a command in an agent's name."""
    post = Post(store)
    for name in ("a@x", "b@x", "c@x"):
        post.send(name, subject=name)
    with store.writing() as session:
        agents = {name: Actor(agent_named(session, name, now=MONDAY), name) for name in ("Bruno", "Inês")}

    def tell(command, *given, who="Bruno", **choices):
        with store.writing() as session:
            return command(session, *given, actor=agents[who], now=post.now, **choices)

    def hand(number, **given):
        said = letter(f"n{next(_UNIQUE)}@notes.invalid", by="d@notes.invalid", to=(), text="x", dated_at=post.now)
        note = noting.Written(said, hashlib.sha256(said.header_id.encode()).digest(), 10)
        return tell(transferring.transfer, Transfer(number, Tier.N3, Contents("Why?"), **given), note=note)

    def found(query, who="Inês"):
        with store.reading() as session:
            return inbox.numbers(session, query=query, agent_id=agents[who].agent_id, now=post.now)

    tell.hand, tell.found, tell.agents = hand, found, agents
    return tell


def test_what_waits_to_be_accepted_by_me_or_by_anybody_of_the_tier(desk):
    ines = desk.agents["Inês"].agent_id
    assert desk.found("is:offered") == []
    desk.hand(1, to_agent_id=ines)
    desk.hand(2)
    assert sorted(desk.found("is:offered")) == [1, 2]
    assert desk.found("is:offered", "Bruno") == [2], "what a colleague is asked is theirs"
    assert desk.found("-is:offered") == [3]
    assert sorted(desk.found("is:open (is:offered OR is:mine)")) == [1, 2]
    desk(transferring.accept, 1, who="Inês")
    assert desk.found("is:offered") == [2]
    assert sorted(desk.found("is:open (is:offered OR is:mine)")) == [1, 2]


def test_what_crossed_one_border_twice(desk):
    desk.hand(1)
    assert desk.found("is:bouncing") == []
    desk(transferring.give_back, 1, "not ours", who="Inês")
    desk.hand(1)
    assert desk.found("is:bouncing") == [1]
    assert sorted(desk.found("-is:bouncing")) == [2, 3]
