"""A query that names a tag finds exactly what bears it, whatever the tag is called; on both engines."""

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from made.post import MONDAY, Post

from storage.commands import triage
from storage.commands.desk import agent_named
from storage.events import Actor, Tagged
from storage.kinds.errors import Refused
from storage.kinds.quoting import as_value, in_quotes
from storage.queries import completing, inbox
from storage.record import record
from storage.rules.query import BadQuery, Field
from storage.rules.query_reader import parse
from storage.store import Store

NAMES = st.text(st.sampled_from('"()-:*\\aÉß') | st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)


@given(name=st.text(st.sampled_from('" ()-:*\\a') | st.characters(exclude_categories=["Cs"]), min_size=1))
def test_a_name_in_quotes_is_read_as_it_was(name: str) -> None:
    try:
        where = parse(f"tag:{in_quotes(name)}", now=MONDAY).where
    except BadQuery:
        assert not name.isprintable() or not name.strip() or len(name) > 100
    else:
        assert isinstance(where, Field)
        assert not name.isprintable() or where.value == name.strip()


@pytest.mark.parametrize(("name", "written"), [('a"b', '"a""b"'), ('"', '""""'), ("a b", '"a b"'), ("a", "a")])
def test_only_what_needs_quotes_has_them(name: str, written: str) -> None:
    assert as_value(name) == written


@pytest.fixture
def actor(store: Store) -> Actor:
    post = Post(store)
    post.send("1@x", by="bo@acme.example")
    post.send("2@x", by="ana@acme.example")
    with store.writing() as session:
        return Actor(agent_named(session, "Ana", now=MONDAY), "one")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(name=NAMES, other=NAMES)
@example(name='so"called"', other="so")
@example(name='"', other='""')
@example(name="a\u202eb", other="b")
def test_the_query_of_any_tag_finds_what_bears_it(store: Store, actor: Actor, name: str, other: str) -> None:
    with store.writing() as session:
        try:
            triage.tag(session, [1], add=[name], actor=actor, now=MONDAY)
            triage.tag(session, [2], add=[other], actor=actor, now=MONDAY)
        except Refused:
            pass
        else:
            for number in (1, 2):
                for tag in completing.tags_of(session, [number]):
                    query = f"tag:{as_value(tag)}"
                    found = inbox.numbers(session, query=query, agent_id=actor.agent_id, now=MONDAY)
                    bears = [one for one in (1, 2) if tag in completing.tags_of(session, [one])]
                    assert sorted(found) == bears, query
        session.rollback()


def test_a_tag_kept_with_signs_that_are_not_seen_is_taken_off_by_what_is_seen_of_it(store: Store, actor: Actor) -> None:
    """Such signs no longer get into a tag; a tag that had some could be named by no command."""

    def tags() -> set[str]:
        with store.reading() as session:
            return set(completing.tags_of(session, [1]))

    def bear(*names: str) -> None:
        with store.writing() as session:
            record(
                session,
                [Tagged(conversation_id=1, added=names, removed=(), happened_at=MONDAY)],
                actor=actor,
                now=MONDAY,
            )

    bear("a\u202eb", "vip\u200b", "coração❤\ufe0f")
    for name in ("ab", "vip", "coração❤"):
        with store.writing() as session:
            triage.tag(session, [1], remove=[name], actor=actor, now=MONDAY)
    assert tags() == set()
    bear("vip\u200b", "vip")
    with store.writing() as session:
        triage.tag(session, [1], remove=["vip"], actor=actor, now=MONDAY)
    assert tags() == {"vip\u200b"}  # the one that is called exactly so goes first
    with store.writing() as session, pytest.raises(Refused):
        triage.tag(session, [1], remove=["vi"], actor=actor, now=MONDAY)
