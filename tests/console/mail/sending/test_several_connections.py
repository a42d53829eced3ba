"""Much mail leaves by several connections at a time: each message once, in its order, whichever of them goes wrong."""

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
from made.outbox import Outbox
from made.sending import Fate, Post, assert_true, header_id
from servers import grounds
from servers.boxes import letter
from servers.smtp import Fault, FaultySmtp, Step
from sqlalchemy import event

from console.mail.imap.server import Server
from console.mail.sending import MailboxSender, clerk, line, lines, waiting
from console.mail.smtp import SignInRefused
from storage.commands.outbox import acts
from storage.commands.outbox.queueing import Sent
from storage.kinds import Delivery
from storage.store import Store

pytestmark = pytest.mark.server


def write(outbox: Outbox, count: int) -> list[Sent]:
    return [outbox.write(number) for number in range(count)]


def posts(outbox: Outbox, sent: list[Sent]) -> list[Post]:
    return [
        Post(one.message_id, header_id(outbox.store, one.message_id), {f"c{number}@customer.example": Fate.TAKES})
        for number, one in enumerate(sent)
    ]


def states(outbox: Outbox, sent: list[Sent]) -> Counter[Delivery]:
    return Counter(state for one in sent for state in outbox.states(one))


@contextmanager
def running(sender: MailboxSender) -> Iterator[list[int]]:
    """Let a sender send in a thread; what it gave stands in the list after the block."""
    gave: list[int] = []
    thread = threading.Thread(target=lambda: gave.append(sender.once()))
    thread.start()
    yield gave
    thread.join(60)
    assert not thread.is_alive()


@contextmanager
def commits(store: Store) -> Iterator[list[int]]:
    count = [0]

    def committed(_connection: object) -> None:
        count[0] += 1

    event.listen(store.engine, "commit", committed)
    yield count
    event.remove(store.engine, "commit", committed)


def test_few_messages_leave_by_one_connection_and_many_by_several(plain_outbox: Outbox) -> None:
    sent = write(plain_outbox, 4)
    assert plain_outbox.sender().once() == 4
    assert plain_outbox.smtp.connections == 1
    more = write(plain_outbox, 40)
    assert plain_outbox.sender().once() == 40
    assert 1 + 1 < plain_outbox.smtp.connections <= 1 + 4
    assert [plain_outbox.copies(one) for one in sent + more] == [1] * 44
    assert states(plain_outbox, sent + more) == {Delivery.ACCEPTED: 44}
    plain_outbox.assert_whole()


def test_an_account_may_allow_one_connection_only(plain_outbox: Outbox) -> None:
    write(plain_outbox, 20)
    assert plain_outbox.sender(connections=1).once() == 20
    assert plain_outbox.smtp.connections == 1


def test_what_several_have_to_put_down_is_one_commit(plain_outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clerk, "PATIENCE", 1.0)  # however busy the machine is
    monkeypatch.setattr(lines, "STALLS", 10.0)
    sent = write(plain_outbox, 40)
    with commits(plain_outbox.store) as made:
        plain_outbox.sender().once()
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 40}
    assert made[0] < 1.2 * len(sent)  # two each by one connection


def test_messages_of_a_conversation_leave_in_the_order_in_which_they_were_queued(
    desk_before: Callable[..., Any], faulty_smtp: FaultySmtp
) -> None:
    desk = desk_before(faulty_smtp.port)
    for number in (1, 2, 3):
        desk.box.deliver(letter(number, sender=f"c{number}@customer.example", to="support@desk.example"))
    desk.sync()
    queued: dict[int, list[str]] = {1: [], 2: [], 3: []}
    for _ in range(6):
        for number, names in queued.items():
            sent = desk.send(number, to=f"c{number}@customer.example")
            names.append(header_id(desk.store, sent.message_id))
    desk.sender().once()
    assert faulty_smtp.connections > 1
    for number, names in queued.items():
        assert [
            one.header_id for one in faulty_smtp.arrived if one.rcpt_tos == (f"c{number}@customer.example",)
        ] == names


@pytest.mark.parametrize(
    ("step", "fault"),
    [(Step.MAIL, {"cut": True}), (Step.RCPT, {"says": "451 4.7.1 try again later"})],
    ids=["connection lost", "recipient greylisted"],
)
def test_what_waits_of_a_conversation_does_not_overtake_what_was_put_off(
    desk_before: Callable[..., Any], faulty_smtp: FaultySmtp, step: Step, fault: dict[str, Any]
) -> None:
    desk = desk_before(faulty_smtp.port)
    desk.box.deliver(letter(1, sender="c1@customer.example", to="support@desk.example"))
    desk.sync()
    mine = [desk.send(1, to="c1@customer.example").message_id for _ in range(3)]
    faulty_smtp.at(step, message=1, times=1, **fault)
    desk.sender().once()
    assert faulty_smtp.arrived == []
    with desk.store.writing() as session:
        acts.release(session, mine, actor=desk.actor, now=datetime.now(UTC))
    desk.sender().once()
    assert [one.header_id for one in faulty_smtp.arrived] == [header_id(desk.store, number) for number in mine]


@pytest.mark.parametrize("step", [Step.MAIL, Step.NAMED, Step.DATA, Step.DOT, Step.TAKEN, Step.ANSWERED])
def test_one_connection_is_cut_and_the_others_go_on(plain_outbox: Outbox, step: Step) -> None:
    sent = write(plain_outbox, 24)
    fault = plain_outbox.smtp.at(step, message=8, cut=True, times=1)
    sender = plain_outbox.sender()
    done = sender.once()
    assert fault.reached.is_set()
    assert done == 24
    told = states(plain_outbox, sent)
    assert told[Delivery.ACCEPTED] >= 23
    doubtful = [
        one
        for one, post in zip(sent, posts(plain_outbox, sent), strict=True)
        if assert_true(plain_outbox.store, list(plain_outbox.smtp.arrived), post)
    ]
    assert len(doubtful) == (1 if step in {Step.DOT, Step.TAKEN} else told[Delivery.UNCERTAIN])
    assert sender.most() < 4  # it may have been one too many
    if told[Delivery.QUEUED]:
        with plain_outbox.store.writing() as session:
            numbers = [one.message_id for one in sent if plain_outbox.states(one) == [Delivery.QUEUED]]
            acts.release(session, numbers, actor=plain_outbox.actor, now=datetime.now(UTC))
        assert plain_outbox.sender().once() == 1
    assert Counter(one.header_id for one in plain_outbox.smtp.arrived).most_common(1)[0][1] == 1
    plain_outbox.assert_whole()


def until_dots(outbox: Outbox, sent: list[Sent], dots: int, fault: Fault, bodies: set[int]) -> None:
    """Wait until every connection has brought all but the dot, and so many of them the dot."""
    grounds.until_true(lambda: len(bodies) == 8, "the messages but for their dots")
    grounds.until_true(lambda: states(outbox, sent)[Delivery.DATA_SENT] == dots, f"{dots} dots")
    assert fault.reached.is_set()


def test_half_of_the_connections_are_past_their_dot_at_most(plain_outbox: Outbox) -> None:
    """So many a death leaves in doubt; the others wait with the whole message at the server, but for the dot."""
    sent = write(plain_outbox, 60)
    fault = plain_outbox.smtp.at(Step.TAKEN, stall=True)
    bodies: set[int] = set()
    plain_outbox.smtp.on_step = lambda step, message: bodies.add(message) if step is Step.BODY else None
    with running(plain_outbox.sender(connections=8)) as gave:
        until_dots(plain_outbox, sent, clerk.DOTS, fault, bodies)
        assert states(plain_outbox, sent)[Delivery.SENDING] == 8 - clerk.DOTS
        assert len(plain_outbox.smtp.arrived) <= clerk.DOTS == 4
        fault.release()
    assert gave == [60]
    assert [plain_outbox.copies(one) for one in sent] == [1] * 60
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 60}
    plain_outbox.assert_whole()


def test_who_waits_too_long_for_others_sends_its_dot_all_the_same(
    plain_outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clerk, "WAITS_MOST", 0.3)
    sent = write(plain_outbox, 60)
    fault = plain_outbox.smtp.at(Step.TAKEN, stall=True)
    bodies: set[int] = set()
    plain_outbox.smtp.on_step = lambda step, message: bodies.add(message) if step is Step.BODY else None
    with running(plain_outbox.sender(connections=8)) as gave:
        until_dots(plain_outbox, sent, 8, fault, bodies)
        fault.release()
    assert gave == [60]
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 60}


def test_of_those_past_their_dot_who_lose_their_connection_free_the_others(plain_outbox: Outbox) -> None:
    sent = write(plain_outbox, 60)
    plain_outbox.smtp.at(Step.TAKEN, times=4, cut=True)
    assert plain_outbox.sender(connections=8).once() == 60
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 56, Delivery.UNCERTAIN: 4}
    assert [plain_outbox.copies(one) for one in sent] == [1] * 60


@pytest.mark.parametrize("step", [Step.MAIL, Step.DATA, Step.DOT, Step.TAKEN])
def test_one_connection_stalls_and_nobody_waits_for_it(
    plain_outbox: Outbox, step: Step, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "SLOW", 0.2)
    monkeypatch.setattr(lines, "STALLS", 0.1)
    monkeypatch.setattr(lines, "LOOK_EVERY", 0.1)
    sent = write(plain_outbox, 24)
    fault = plain_outbox.smtp.at(step, message=8, stall=True, times=1)
    sender = plain_outbox.sender()
    with running(sender) as gave:
        assert fault.reached.wait(30)
        grounds.until_true(lambda: states(plain_outbox, sent)[Delivery.ACCEPTED] == 23, "those beside it")
        (late,) = states(plain_outbox, sent).keys() - {Delivery.ACCEPTED}
        assert late is (Delivery.DATA_SENT if step in {Step.DOT, Step.TAKEN} else Delivery.SENDING)
        news = plain_outbox.write(100)  # which comes while one stalls
        sender.ring()
        grounds.until_true(lambda: plain_outbox.states(news) == [Delivery.ACCEPTED], "what came meanwhile")
        fault.release()
    assert gave == [25]
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 24}
    assert [plain_outbox.copies(one) for one in sent] == [1] * 24
    plain_outbox.assert_whole()


def test_a_server_that_refuses_further_connections_gets_one(plain_outbox: Outbox) -> None:
    sent = write(plain_outbox, 30)

    def first_message(step: Step, message: int) -> None:
        if (step, message) == (Step.MAIL, 1):
            plain_outbox.smtp.at(Step.GREETING, says="421 4.7.0 too many connections from you", cut=True)

    plain_outbox.smtp.on_step = first_message
    # Further ones are opened as soon as the first one stands, perhaps before the server refuses them.
    sender = plain_outbox.sender()
    assert sender.once() == 30
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 30}
    assert [plain_outbox.copies(one) for one in sent] == [1] * 30
    tried = plain_outbox.smtp.connections
    assert tried <= 4
    more = write(plain_outbox, 30)
    plain_outbox.smtp.on_step = None
    plain_outbox.smtp.heal()
    assert sender.once() == 30
    if sender.most() == 1:
        assert plain_outbox.smtp.connections == tried + 1
    assert states(plain_outbox, more) == {Delivery.ACCEPTED: 30}


def test_a_later_refusal_allows_no_more_connections_than_an_earlier_one(plain_outbox: Outbox) -> None:
    sender = plain_outbox.sender(connections=4)
    sender.fewer(1)
    sender.fewer(2)  # a connection that had not stood yet when the first one was refused does by now
    assert sender.most() == 1


def test_what_keeps_a_further_connection_out_holds_no_mail(
    plain_outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some servers call it a wrong password when somebody signs in too often."""
    sent = write(plain_outbox, 30)
    opened, tries = line.open_transport, []
    all_gone = threading.Event()

    @contextmanager
    def one_only(server: Server) -> Iterator[Any]:
        tries.append(server)
        if len(tries) > 1:
            assert all_gone.wait(60)  # nobody stands any more when it is refused
            raise SignInRefused(server.host, "sign-in", "535 5.7.8 too many")
        try:
            with opened(server) as transport:
                yield transport
        finally:
            all_gone.set()

    monkeypatch.setattr(line, "open_transport", one_only)
    sender = plain_outbox.sender()
    assert sender.once() == 30
    assert len(tries) > 1
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 30}
    assert sender.most() == 1
    late = plain_outbox.write(99)
    monkeypatch.setattr(line, "open_transport", opened)
    assert sender.once() == 1
    assert plain_outbox.states(late) == [Delivery.ACCEPTED]


@pytest.mark.parametrize(
    ("step", "says"),
    [
        (Step.MAIL, "421 4.7.0 too many connections"),
        (Step.MAIL, "432 4.3.2 concurrent connections limit exceeded"),
        (Step.DATA, "432 4.3.2 sender thread limit exceeded"),
        (Step.DOT, "432 4.3.2 sender thread limit exceeded"),
    ],
)
def test_a_server_that_has_too_much_of_us_gets_fewer_connections(plain_outbox: Outbox, step: Step, says: str) -> None:
    sent = write(plain_outbox, 30)
    plain_outbox.smtp.at(step, message=12, says=says, times=1)
    sender = plain_outbox.sender()
    assert sender.once() == 30
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 29, Delivery.QUEUED: 1}
    assert sender.most() < 4
    plain_outbox.assert_whole()


def test_told_to_stop_each_connection_ends_after_its_message(plain_outbox: Outbox) -> None:
    sent = write(plain_outbox, 30)
    sender = plain_outbox.sender()

    def stop(step: Step, message: int) -> None:
        if (step, message) == (Step.DOT, 6):
            sender.stop.set()

    plain_outbox.smtp.on_step = stop
    done = sender.once()
    assert 6 <= done < 30
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: done, Delivery.QUEUED: 30 - done}
    plain_outbox.smtp.on_step = None
    assert plain_outbox.sender().once() == 30 - done  # they are free at once
    assert [plain_outbox.copies(one) for one in sent] == [1] * 30


def test_what_nobody_foresaw_ends_all_and_is_told(plain_outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = write(plain_outbox, 20)

    def broken(*_: object) -> bytes:
        raise ZeroDivisionError

    monkeypatch.setattr(waiting.Waiting, "bytes_of", broken)
    sender = plain_outbox.sender()
    with pytest.raises(ZeroDivisionError):
        sender.once()
    monkeypatch.undo()
    assert sender.once() == 20  # which takes up what was left under way
    assert states(plain_outbox, sent) == {Delivery.ACCEPTED: 20}


def test_of_large_messages_one_is_under_way_at_a_time(plain_outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LARGE", 1)
    write(plain_outbox, 20)
    under_way: set[int] = set()
    most = [0]
    guard = threading.Lock()

    def look(step: Step, message: int) -> None:
        with guard:
            if step is Step.MAIL:
                under_way.add(message)
            elif step is Step.TAKEN:
                under_way.discard(message)
            most[0] = max(most[0], len(under_way))

    plain_outbox.smtp.on_step = look
    assert plain_outbox.sender().once() == 20
    assert most == [1]
