"""Automatic answers in the record: each message once whatever dies, each customer so often, and nothing else changes."""

import hashlib
import itertools
from datetime import timedelta

import pytest
from made.post import DAY, DESK, HOUR, Out, Post, home, letter, row_of
from sqlalchemy import func, select

from storage.apply.base import table
from storage.commands import acknowledging, desk, triage
from storage.commands.outbox.items import Result
from storage.commands.outbox.queueing import Outgoing, Sent
from storage.commands.reading import mark_read
from storage.kinds import Automatic, Delivery, Status
from storage.models import Event, Message, Outbox, ReadMark
from storage.queries import acknowledging as queries
from storage.rules.acknowledging import CEILING, subject_for
from storage.rules.threading import own_message_id
from storage.store import Store

NUMBERS = itertools.count(1)


class Desk:
    """A mailbox that acknowledges, and mail that comes to it."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.now = self.post.now
        with store.writing() as session:
            acknowledging.begin(session, self.post.mailbox_id)

    def write(self, subject: str = "Fatura", by: str = "ana@acme.example", **given) -> int:
        self.last = f"q{next(NUMBERS)}@acme"
        said = f"Olá de {self.last}"
        return self.post.send(self.last, at=self.now, now=self.now, by=by, subject=subject, text=said, **given)

    def waiting(self):
        with self.store.reading() as session:
            after = queries.cursor(session, self.post.mailbox_id)
            return queries.waiting(session, self.post.mailbox_id, after, limit=50)

    def outgoing(self, asked, to: str = "") -> Outgoing:
        with self.store.writing() as session:
            key = desk.signing_key(session)
        name = own_message_id(
            key, conversation_id=asked.conversation_id, unique=f"a{next(NUMBERS)}", domain="x.example"
        )
        parsed = letter(
            name,
            by=DESK,
            to=[to or asked.author],
            subject=subject_for(asked.subject),
            text="Recebemos.",
            automatic=Automatic.REPLY,
            dated_at=self.now,
        )
        return Outgoing(
            mailbox_id=self.post.mailbox_id,
            parsed=parsed,
            raw_digest=hashlib.sha256(name.encode()).digest(),
            size=100,
            sender="",
            recipients=(to or asked.author,),
            conversation_id=asked.conversation_id,
            answers_id=asked.message_id,
        )

    def answer_all(self, *, every=DAY, to: str = "") -> list[object]:
        done = []
        for asked in self.waiting().asked:
            outgoing = self.outgoing(asked, to)
            with self.store.writing() as session:
                done.append(acknowledging.acknowledge(session, asked, outgoing, every=every, now=self.now))
        return done

    def count(self) -> int:
        rows = table(Outbox)
        with self.store.reading() as session:
            return session.connection().execute(select(func.count()).select_from(rows)).scalar_one()


@pytest.fixture
def desk_(store: Store) -> Desk:
    return Desk(store)


def test_an_answer_is_queued_without_an_agent_and_changes_nothing_else(desk_: Desk) -> None:
    asked = desk_.write()
    before = row_of(desk_.store, home(desk_.store, asked))
    (sent,) = desk_.answer_all()
    assert isinstance(sent, Sent)
    assert sent.leaves_at == desk_.now  # nothing to be taken back
    number = home(desk_.store, asked)
    assert home(desk_.store, sent.message_id) == number
    after = row_of(desk_.store, number)
    assert (after.status, after.oldest_unanswered_at) == (Status.NEW, before.oldest_unanswered_at)
    assert after.oldest_unanswered_at is not None  # no clock stops for it
    assert row_of(desk_.store, asked, Message).handled is False
    item = row_of(desk_.store, sent.message_id, Outbox)
    assert (item.agent_id, item.sender) == (None, "")
    events = table(Event)
    with desk_.store.reading() as session:
        chosen = select(events.c.kind).where(events.c.id >= sent.action_id)
        kinds = set(session.connection().execute(chosen).scalars())
    assert kinds <= {"queued", "received", "joined"}


def test_each_message_is_looked_at_once_also_when_two_do_it_or_one_dies(desk_: Desk) -> None:
    desk_.write()
    (asked,) = desk_.waiting().asked
    first, second = desk_.outgoing(asked), desk_.outgoing(asked)
    died = desk_.store.writing()
    session = died.__enter__()  # before the commit nothing is done
    assert isinstance(acknowledging.acknowledge(session, asked, first, every=DAY, now=desk_.now), Sent)
    died.__exit__(KeyboardInterrupt, KeyboardInterrupt(), None)
    assert desk_.count() == 0
    assert [one.message_id for one in desk_.waiting().asked] == [asked.message_id]
    with desk_.store.writing() as session:
        assert isinstance(acknowledging.acknowledge(session, asked, first, every=DAY, now=desk_.now), Sent)
    assert desk_.waiting().asked == ()
    with desk_.store.writing() as session:  # who looked at it before that comes too late
        assert acknowledging.acknowledge(session, asked, second, every=DAY, now=desk_.now) is None
    assert desk_.count() == 1


def test_once_for_customer_and_subject_and_again_after_the_set_time(desk_: Desk) -> None:
    for subject in ("Fatura", "Re: Fatura", "RE: Auto: Fatura"):
        desk_.write(subject)
    desk_.write("Fatura", by="rui@beta.example")
    assert [one if isinstance(one, str) else "sent" for one in desk_.answer_all()] == [
        "sent",
        "subject",
        "subject",
        "sent",
    ]
    desk_.now += DAY - HOUR
    desk_.write("Fatura")
    assert desk_.answer_all() == ["subject"]
    desk_.now += 2 * HOUR
    desk_.write("Fatura")
    assert isinstance(desk_.answer_all()[0], Sent)
    desk_.now += 2 * DAY
    desk_.write("Fatura")
    assert desk_.answer_all(every=7 * DAY) == ["subject"]


def test_no_customer_gets_more_than_the_ceiling_in_a_day(desk_: Desk) -> None:
    for number in range(CEILING + 3):
        desk_.write(f"assunto {number}")
    done = desk_.answer_all()
    assert [isinstance(one, Sent) for one in done] == [True] * CEILING + [False] * 3
    assert done[-1] == "ceiling"
    desk_.now += DAY + HOUR
    desk_.write("mais um")
    assert isinstance(desk_.answer_all()[0], Sent)


def test_who_answers_to_another_address_each_time_is_the_same_customer(desk_: Desk) -> None:
    for number in range(CEILING + 2):
        desk_.write(f"assunto {number}")
        desk_.answer_all(to=f"srs{number}@forwarder.example")
    assert desk_.count() == CEILING


def test_whoever_hides_behind_one_return_path_is_the_same_too(desk_: Desk) -> None:
    for number in range(CEILING + 2):
        desk_.write(f"assunto {number}", by=f"x{number}@acme.example")
        desk_.answer_all(to="path@acme.example")
    assert desk_.count() == CEILING


def test_what_was_there_before_it_was_turned_on_is_not_answered(store: Store) -> None:
    post = Post(store)
    post.send("old@acme", at=post.now)
    desk_ = Desk.__new__(Desk)
    desk_.store, desk_.post, desk_.now = store, post, post.now
    with store.writing() as session:
        assert acknowledging.begin(session, post.mailbox_id) == 1
        assert acknowledging.begin(session, post.mailbox_id) == 1
    assert desk_.waiting().asked == ()
    new = desk_.write()
    assert [one.message_id for one in desk_.waiting().asked] == [new]
    with store.writing() as session:  # turned off and on again
        acknowledging.forget(session, post.mailbox_id)
        acknowledging.look_past(session, post.mailbox_id, 99)
        assert queries.cursor(session, post.mailbox_id) is None
        acknowledging.begin(session, post.mailbox_id)
    assert desk_.waiting().asked == ()


def test_machines_history_and_our_own_do_not_even_wait(desk_: Desk) -> None:
    desk_.write(automatic=Automatic.REPLY)
    desk_.write(by=DESK, to=("ana@acme.example",))
    desk_.post.send("old@acme", at=desk_.now - 500 * DAY)
    waiting = desk_.waiting()
    assert waiting.asked == ()
    assert waiting.up_to == 3
    other = Post(desk_.store, name="other", address="other@plantao.example")
    other.send("theirs@acme", at=desk_.now)
    assert desk_.waiting().asked == ()  # each mailbox for itself


def test_who_was_answered_by_a_person_is_known(desk_: Desk) -> None:
    asked = desk_.write("Fatura")
    (one,) = desk_.waiting().asked
    assert not one.answered
    Out(desk_.post).queue(home(desk_.store, asked), answers_id=asked)
    (one,) = desk_.waiting().asked
    assert one.answered
    assert one.handled


def test_whoever_had_read_all_of_it_has_nothing_new_to_read(desk_: Desk) -> None:
    asked = desk_.write()
    number = home(desk_.store, asked)
    out = Out(desk_.post)
    marks = table(ReadMark)

    def read() -> int | None:
        with desk_.store.reading() as session:
            return session.connection().execute(select(marks.c.message_id)).scalar()

    with desk_.store.writing() as session:
        mark_read(session, conversation_id=number, message_id=asked, agent_id=out.actor.agent_id)
    (sent,) = desk_.answer_all()
    assert read() == sent.message_id
    desk_.now += timedelta(seconds=2)
    desk_.write("Outra coisa", cites=(desk_.last,))  # what was not read stays unread
    desk_.answer_all()
    assert read() == sent.message_id


def test_news_do_not_hold_it_and_a_refusal_changes_nothing(desk_: Desk) -> None:
    asked = desk_.write()
    (sent,) = desk_.answer_all()
    number = home(desk_.store, asked)
    assert home(desk_.store, desk_.write("Re: Fatura", cites=(desk_.last,))) == number
    out = Out(desk_.post)
    with desk_.store.writing() as session:
        triage.set_status(session, [number], to=Status.WAITING, actor=out.actor, now=desk_.now)
    (item,) = out.claim()
    assert item.message_id == sent.message_id
    assert out.begin(item)
    out.hand_over(item)
    out.end(item, Result(Delivery.FAILED, 550, "nobody of this name"))
    assert out.states(sent.message_id) == [Delivery.FAILED]
    assert row_of(desk_.store, number).status is Status.WAITING


def test_a_flood_of_ever_other_senders_draws_so_many_answers_an_hour_and_no_more(desk_: Desk) -> None:
    def answer(most: int) -> list[object]:
        done = []
        for asked in desk_.waiting().asked:
            outgoing = desk_.outgoing(asked)
            with desk_.store.writing() as session:
                done.append(acknowledging.acknowledge(session, asked, outgoing, every=DAY, now=desk_.now, most=most))
        return done

    for number in range(5):
        desk_.write(f"Oferta {number}", by=f"forged{number}@victim{number}.example")
    done = answer(3)
    assert [isinstance(one, Sent) for one in done] == [True, True, True, False, False]
    assert done[3:] == ["flood", "flood"]
    assert not desk_.waiting().asked  # they were looked at: no answer comes late
    desk_.now += HOUR
    desk_.write("Fatura", by="ana@acme.example")
    assert [isinstance(one, Sent) for one in answer(3)] == [True]
