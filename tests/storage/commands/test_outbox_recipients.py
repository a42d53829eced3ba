"""Recipients of one message who fare differently: whether it was an answer, its draft, its copy, and for how long."""

from datetime import timedelta

import pytest
from made.answering import Answering
from made.post import DESK, letter, row_of
from sqlalchemy import select

from storage.apply.base import table
from storage.commands.outbox import acts, copies, returned
from storage.commands.outbox.items import Result
from storage.kinds import Delivery, Status
from storage.models import Message
from storage.store import Store

ANA, RUI = "ana@acme.example", "rui@acme.example"
TAKEN = Result(Delivery.ACCEPTED, 250, "taken")
LATER = Result(Delivery.QUEUED, 451, "later")
NEVER = Result(Delivery.FAILED, 550, "no such user")
UNKNOWN = Result(Delivery.UNCERTAIN, None, "no answer")


@pytest.fixture
def desk(store: Store) -> Answering:
    return Answering(store)


def to_both(desk: Answering, ana: Result, rui: Result) -> int:
    """Queue an answer of a draft to both, and let the server say this of each."""
    sent = desk.answer(to=(ANA, RUI), draft_id=desk.begin_draft())
    (item,) = desk.out.claim()
    desk.out.begin(item)
    put_off = {place: one for place, one in enumerate((ana, rui)) if one.state in {Delivery.QUEUED, Delivery.FAILED}}
    if len(put_off) < 2:
        desk.out.hand_over(item, put_off)
    desk.out.end(item, ana, rui)
    return sent.message_id


def again(desk: Answering, result: Result) -> None:
    """Let whoever was put off be tried once more."""
    desk.out.now += timedelta(hours=1)
    desk.out.leave(result)


def bounce(desk: Answering, message_id: int, address: str) -> int:
    messages = table(Message)
    with desk.store.writing() as session:
        chosen = select(messages.c.header_key).where(messages.c.id == message_id)
        key = session.connection().execute(chosen).scalar_one()
        report = returned.Returned((key,), address, "no such user", "mailer-daemon@isp.example")
        return returned.note_returned(session, [report], now=desk.out.now)


def is_answered(desk: Answering) -> bool:
    """Whether the conversation counts as answered; its draft is back exactly when it does not."""
    answered = row_of(desk.store, 1).status is Status.WAITING
    assert (desk.kept_drafts() == []) is answered
    return answered


def looks(desk: Answering) -> list[copies.Look]:
    with desk.store.reading() as session:
        return list(copies.looks_due(session, desk.post.mailbox_id, now=desk.out.now))


@pytest.mark.parametrize("first", [TAKEN, NEVER])
def test_what_did_not_reach_one_of_two_is_an_answer_as_long_as_it_reached_the_other(desk: Answering, first) -> None:
    number = to_both(desk, first, LATER)
    again(desk, UNKNOWN)
    desk.tell(acts.settle, number, "lost")
    assert desk.out.states(number) == [first.state, Delivery.FAILED]
    assert is_answered(desk) is (first is TAKEN)


def test_what_was_lost_for_one_is_an_answer_while_another_is_still_tried(desk: Answering) -> None:
    number = to_both(desk, UNKNOWN, LATER)
    desk.tell(acts.settle, number, "lost")
    assert desk.out.states(number) == [Delivery.FAILED, Delivery.QUEUED]
    assert is_answered(desk)
    again(desk, NEVER)
    assert not is_answered(desk)


def test_whoever_was_given_up_before_counts_as_not_reached_when_a_report_comes(desk: Answering) -> None:
    number = to_both(desk, NEVER, TAKEN)
    desk.tell(acts.drop, [number])
    assert desk.out.states(number) == [Delivery.CANCELLED, Delivery.ACCEPTED]
    assert is_answered(desk)
    assert bounce(desk, number, RUI) == 1
    assert desk.out.states(number) == [Delivery.CANCELLED, Delivery.FAILED]
    assert not is_answered(desk)


def test_whoever_was_given_up_before_counts_as_not_reached_when_the_last_is_refused(desk: Answering) -> None:
    number = to_both(desk, NEVER, UNKNOWN)
    desk.tell(acts.drop, [number])
    desk.tell(acts.settle, number, "again")
    assert is_answered(desk)
    again(desk, NEVER)
    assert desk.out.states(number) == [Delivery.CANCELLED, Delivery.FAILED]
    assert not is_answered(desk)


def test_the_copy_of_what_one_has_waits_for_no_other(desk: Answering) -> None:
    number = to_both(desk, TAKEN, LATER)
    (look,) = looks(desk)
    assert look.was_taken
    with desk.store.writing() as session:
        copies.note_found(session, number, now=desk.out.now)
    assert desk.out.states(number) == [Delivery.FILED, Delivery.QUEUED]
    again(desk, TAKEN)
    (look,) = looks(desk)  # it is there, and is found
    with desk.store.writing() as session:
        copies.note_found(session, number, now=desk.out.now)
    assert desk.out.states(number) == [Delivery.FILED, Delivery.FILED]


def test_of_what_may_have_been_sent_no_copy_is_laid_until_somebody_says_so(desk: Answering) -> None:
    number = to_both(desk, UNKNOWN, UNKNOWN)
    (look,) = looks(desk)
    assert not look.was_taken
    desk.out.now += timedelta(hours=1)
    desk.tell(acts.settle, number, "sent")
    (look,) = looks(desk)
    assert look.was_taken


def test_the_copy_of_what_reached_one_does_not_tell_that_it_reached_the_other(desk: Answering) -> None:
    number = to_both(desk, TAKEN, LATER)
    again(desk, UNKNOWN)
    with desk.store.writing() as session:
        copies.note_found(session, number, now=desk.out.now)
    assert desk.out.states(number) == [Delivery.FILED, Delivery.UNCERTAIN]
    cites = letter("re@acme", by=ANA, to=(DESK,), cites=(desk.header_of(number),), text="Obrigada.")
    desk.post.bring(desk.post.delivery(cites))
    assert desk.out.states(number) == [Delivery.FILED, Delivery.UNCERTAIN]


def test_whoever_waited_for_days_is_tried_for_a_while_before_given_up(desk: Answering) -> None:
    number = to_both(desk, LATER, LATER)
    desk.tell(acts.hold, [number])
    desk.out.now += timedelta(days=3)
    desk.tell(acts.release, [number])
    tries = 0
    while Delivery.QUEUED in desk.out.states(number):
        (item,) = desk.out.claim(seconds=3600)
        desk.out.begin(item)
        desk.out.end(item, LATER)
        tries += 1
    assert tries == 9
    assert not is_answered(desk)
