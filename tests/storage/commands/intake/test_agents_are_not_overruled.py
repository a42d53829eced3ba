"""What later mail does to conversations that stand, and what it leaves alone because an agent decided."""

import pytest
from made.post import DAY, HOUR, MONDAY, Post, home, letter, row_of
from sqlalchemy import select

from storage.apply.base import table
from storage.commands import joining, triage
from storage.commands.desk import agent_named, signing_key
from storage.events import Actor
from storage.kinds import Evidence, Status
from storage.models import Event, Message
from storage.rules.threading import own_message_id
from storage.store import Store

LINE = "the projector in room four shows a green line since the last update of its software"
CHARGED = "our invoice for may was charged twice and the second one should be paid back please"


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


@pytest.fixture
def agent(store: Store) -> Actor:
    with store.writing() as session:
        return Actor(agent_named(session, "Ana", now=MONDAY), "one")


def split(store: Store, agent: Actor, *messages: int) -> int:
    with store.writing() as session:
        return joining.split(session, messages, actor=agent, now=MONDAY)[1]


def join(store: Store, agent: Actor, *numbers: int) -> None:
    with store.writing() as session:
        joining.join(session, numbers, actor=agent, now=MONDAY)


def kinds(store: Store) -> list[str]:
    rows = table(Event)
    with store.reading() as session:
        return list(session.connection().execute(select(rows.c.kind).order_by(rows.c.id)).scalars())


def test_a_late_parent_joins_two_conversations_the_lower_number_wins(store: Store, post: Post) -> None:
    one = post.send("one@x", cites=["lost@x"], subject="Alpha", at=MONDAY + HOUR)
    two = post.send("two@x", cites=["parent@x"], subject="Beta", at=MONDAY + 2 * HOUR, by="bo@acme.example")
    assert (home(store, one), home(store, two)) == (1, 2)
    parent = post.send("parent@x", cites=["lost@x"], subject="Gamma", at=MONDAY)
    assert {home(store, number) for number in (one, two, parent)} == {1}
    assert row_of(store, 2).joined_into == 1
    assert "merged" in kinds(store)


def test_a_better_parent_moves_a_reply_with_all_that_hangs_on_it(store: Store, post: Post) -> None:
    namesake = post.send("old@x", subject="Projector", text="something else", at=MONDAY)
    reply = post.send("", subject="Re: Projector", quoted=LINE, text="still there", at=MONDAY + 3 * HOUR)
    hangs = post.send("hangs@x", subject="Re: Projector", cites=["none@x"], quoted="", text="x", at=MONDAY + 4 * HOUR)
    assert home(store, namesake) == home(store, reply) == 1
    assert home(store, hangs) == 2
    parent = post.send("parent@x", subject="Green line", text=LINE, at=MONDAY + HOUR, by="bo@acme.example")
    assert home(store, reply) == home(store, parent)
    assert home(store, namesake) == 1
    assert row_of(store, 1).message_count == 1
    assert row_of(store, reply, Message).evidence is Evidence.QUOTED
    assert row_of(store, reply, Message).through_id == parent
    assert "moved" in kinds(store)


def test_a_conversation_that_mail_takes_out_stands_as_the_one_it_left(store: Store, post: Post, agent: Actor) -> None:
    first = post.send("same@x", subject="Alpha", at=MONDAY)
    answer = post.send("answer@x", subject="Re: Alpha", cites=["same@x"], at=MONDAY + HOUR)
    with store.writing() as session:
        triage.set_status(session, [1], to=Status.ON_HOLD, actor=agent, now=MONDAY)
    again = post.send("same@x", subject="Quite another", text="machine", at=MONDAY + DAY, by="bo@other.example")
    assert len({home(store, number) for number in (first, answer, again)}) == 3
    assert row_of(store, home(store, answer)).status is Status.ON_HOLD
    assert row_of(store, home(store, answer)).oldest_unanswered_at == MONDAY + HOUR


def test_an_answer_to_what_was_split_off_goes_there(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    other = post.send("b@x", cites=["a@x"], subject="Re: Fatura", at=MONDAY + HOUR)
    number = split(store, agent, other)
    there = post.send("c@x", cites=["a@x", "b@x"], subject="Re: Fatura", at=MONDAY + 2 * HOUR)
    here = post.send("d@x", cites=["b@x", "a@x"], subject="Re: Fatura", at=MONDAY + 3 * HOUR)
    assert (home(store, there), home(store, here)) == (number, 1)
    assert row_of(store, number).joined_into is None


def test_a_parting_outlives_a_join_of_either_side(store: Store, post: Post, agent: Actor) -> None:
    post.send("early@x", subject="Something", text="different")
    post.send("a@x", subject="Fatura", at=MONDAY + HOUR, by="bo@acme.example")
    other = post.send("b@x", cites=["a@x"], subject="Re: Fatura", at=MONDAY + 2 * HOUR)
    number = split(store, agent, other)
    join(store, agent, 1, 2)
    bridge = post.send("c@x", cites=["a@x", "b@x"], subject="Re: Fatura", at=MONDAY + 3 * HOUR)
    assert home(store, bridge) == number
    assert (row_of(store, 2).joined_into, row_of(store, number).joined_into) == (1, None)


def test_a_repeated_message_id_takes_nothing_apart_that_an_agent_put_together(
    store: Store, post: Post, agent: Actor
) -> None:
    first = post.send("same@x", subject="Alpha")
    answer = post.send("answer@x", subject="Re: Alpha", cites=["same@x"], at=MONDAY + HOUR)
    other = post.send("other@x", subject="Beta", by="bo@acme.example", text="another letter")
    join(store, agent, home(store, first), home(store, other))
    post.send("same@x", subject="Quite another", text="machine", at=MONDAY + DAY, by="li@other.example")
    assert home(store, first) == home(store, answer) == home(store, other) == 1


def test_a_better_parent_moves_nothing_that_an_agent_placed(store: Store, post: Post, agent: Actor) -> None:
    placed = post.send("", subject="Re: Projector", quoted=LINE, text="still there", at=MONDAY + 3 * HOUR)
    namesake = post.send(
        "old@x", subject="Projector", text="else", at=MONDAY, by="bo@acme.example", to=("ana@acme.example",)
    )
    other = post.send("other@x", subject="Beta", by="li@other.example", text="another letter")
    join(store, agent, home(store, other), home(store, placed))
    stood = home(store, placed)
    parent = post.send("parent@x", subject="Green line", text=LINE, at=MONDAY + HOUR, by="bo@acme.example")
    assert home(store, placed) == home(store, namesake) == home(store, other) == stood
    assert home(store, parent) != stood


def test_quotations_of_canned_words_find_the_one_who_was_written_to(store: Store, post: Post) -> None:
    answers = [
        post.send(
            f"canned{place}@x",
            text=CHARGED,
            subject=f"Matter {place}",
            to=(f"p{place}@acme.example",),
            outgoing=True,
            at=MONDAY + place * HOUR,
        )
        for place in range(3)
    ]
    reply = post.send("", by="p1@acme.example", subject="My answer", quoted=CHARGED, text="yes", at=MONDAY + DAY)
    assert home(store, reply) == home(store, answers[1])


def test_a_conversation_that_comes_apart_is_where_its_number_stays_for_who_cites_that(store: Store, post: Post) -> None:
    first = post.send("first@x", subject="Alpha", by="bo@acme.example", text="first")
    ours = post.send("ours@x", subject="Beta", cites=["late@x"], text="second")
    answer = post.send("answer@x", subject="Re: Beta", cites=["ours@x"], text="third", at=MONDAY + HOUR)
    other = post.send("other@x", subject="Gamma", by="li@other.example", text="fourth")
    assert home(store, ours) == home(store, answer) == 2
    with store.writing() as session:
        named = own_message_id(signing_key(session), conversation_id=2, unique="u1", domain="plantao.example")
    post.bring(
        *(
            post.delivery(one, at=MONDAY + DAY)
            for one in (
                letter("ours@x", subject="Machine", text="it has the same name, which ties nothing now"),
                letter("late@x", subject="Alpha", cites=["first@x"], text="it ties the first two"),
                letter("signed@x", subject="Beta", cites=[named, "other@x"], text="it ties the second and the fourth"),
            )
        )
    )
    assert home(store, first) == home(store, ours) == home(store, other) == 1
