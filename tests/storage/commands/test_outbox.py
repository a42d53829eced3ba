"""The outbox: an answer is a message from the moment it is queued, and each state of its delivery is true."""

from datetime import timedelta
from typing import Any

import pytest
from made.answering import Answering
from made.post import DESK, HOUR, Out, Place, home, letter, row_of
from sqlalchemy import event, select

from storage.apply.base import table
from storage.commands import syncing, undoing
from storage.commands.outbox import acts, copies, items, sending, steps
from storage.commands.outbox.items import Item, Result
from storage.commands.outbox.queueing import number_to_begin
from storage.kinds import Delivery, Direction, Evidence, Hold, Status
from storage.kinds.errors import Changed, NoSuch, Refused
from storage.models import Cited, Event, Message, Print, Wanted
from storage.queries import conversations, outbox
from storage.search import index_more
from storage.store import Store


@pytest.fixture
def desk(store: Store) -> Answering:
    return Answering(store)


def test_an_answer_is_a_message_at_once_and_all_it_changes_is_one_action(desk: Answering) -> None:
    sent = desk.answer(to=("ana@acme.example", "rui@acme.example"))
    with desk.store.reading() as session:
        view = conversations.read(session, 1, agent_id=None)
        events = table(Event)
        actions = set(
            session.connection().execute(select(events.c.action_id).where(events.c.id >= sent.action_id)).scalars()
        )
    answer = view.messages[-1]
    assert (answer.message_id, answer.direction, answer.evidence) == (
        sent.message_id,
        Direction.OUTGOING,
        Evidence.AGENT,
    )
    assert actions == {sent.action_id}
    assert view.status is Status.WAITING
    assert view.messages[0].handled
    assert view.waiting_since is None
    delivery = answer.delivery
    assert delivery is not None
    assert (delivery.state, delivery.agent) == (Delivery.QUEUED, "Ana")
    assert [one.address for one in delivery.recipients] == ["ana@acme.example", "rui@acme.example"]
    assert delivery.leaves_at == desk.out.now + timedelta(seconds=10)


def test_an_answer_that_leaves_a_conversation_open_handles_nothing(desk: Answering) -> None:
    desk.answer(after=None)
    assert row_of(desk.store, 1).status is Status.NEW
    assert not row_of(desk.store, desk.asked, Message).handled


def test_an_answer_stands_after_what_it_answers_and_before_what_comes_in_its_second(desk: Answering) -> None:
    desk.out.now = desk.out.now.replace(microsecond=700_000)
    desk.answer()
    desk.post.send("quick@acme", at=desk.out.now.replace(microsecond=0), cites=("q@acme",), text="Ainda não.")
    assert row_of(desk.store, 1).oldest_unanswered_at == desk.out.now.replace(microsecond=0)
    late = desk.out.now + timedelta(minutes=3)  # by a server whose clock is ahead
    desk.post.send("ahead@acme", at=late, cites=("q@acme",), text="E agora?")
    desk.answer(text="Agora sim.")
    assert row_of(desk.store, 1).oldest_unanswered_at is None
    with desk.store.reading() as session:
        assert [one.direction for one in conversations.read(session, 1, agent_id=None).messages][
            -1
        ] is Direction.OUTGOING


def test_one_undo_takes_all_of_it_back_and_the_draft_with_it(desk: Answering) -> None:
    draft_id = desk.begin_draft()
    sent = desk.answer(draft_id=draft_id)
    with desk.store.writing() as session:
        index_more(session, limit=10)
    assert desk.kept_drafts() == []
    desk.tell(undoing.undo)
    conversation = row_of(desk.store, 1)
    assert (conversation.status, conversation.message_count) == (Status.NEW, 1)
    assert conversation.oldest_unanswered_at is not None
    assert desk.kept_drafts() == ["Está corrigida."]
    assert desk.out.view(sent.message_id).state is Delivery.CANCELLED
    with desk.store.reading() as session:
        for model in (Cited, Print):
            rows = table(model)
            assert not session.connection().execute(select(rows).where(rows.c.message_id == sent.message_id)).all()
        assert outbox.outbox(session) == ()
        assert outbox.counts(session) == outbox.Counts()
    assert desk.out.claim(seconds=3600) == ()
    with pytest.raises(Refused, match="final"):  # its draft is there again: it would be sent twice
        desk.tell(undoing.redo)


def test_what_is_being_sent_is_not_taken_back(desk: Answering) -> None:
    sent = desk.answer()
    (item,) = desk.out.claim()
    assert desk.out.begin(item)
    with pytest.raises(Refused, match="has_left"):
        desk.tell(undoing.undo)
    assert home(desk.store, sent.message_id) == 1


def test_what_was_claimed_and_not_begun_is_taken_back_and_does_not_leave(desk: Answering) -> None:
    desk.answer()
    (item,) = desk.out.claim()
    desk.tell(undoing.undo)
    assert not desk.out.begin(item)


def test_a_message_can_begin_a_conversation_and_when_taken_back_lies_in_the_trash(desk: Answering) -> None:
    sent = desk.out.queue(None)
    row = row_of(desk.store, sent.conversation_id)
    assert (row.status, row.message_count) == (Status.WAITING, 1)
    desk.tell(undoing.undo)
    row = row_of(desk.store, sent.conversation_id)
    assert (row.status, row.message_count) == (Status.TRASH, 1)


def test_bytes_made_for_another_number_are_not_queued(desk: Answering) -> None:
    with desk.store.reading() as session:
        number = number_to_begin(session)
    desk.post.send("other@x", subject="Other", by="bo@b.example")
    with pytest.raises(Changed):
        desk.out.queue(None, begins_as=number)


def test_a_draft_is_sent_once_whoever_else_tries(desk: Answering) -> None:
    draft_id = desk.begin_draft()
    desk.answer(draft_id=draft_id)
    with pytest.raises(NoSuch):
        desk.answer(draft_id=draft_id, text="Outra vez.")


def test_nothing_leaves_before_its_window_is_over(desk: Answering) -> None:
    desk.answer()
    assert desk.out.claim(seconds=9) == ()
    assert len(desk.out.claim(seconds=1)) == 1
    assert desk.out.claim(seconds=1) == ()  # it is somebody's


def test_two_senders_never_get_the_same(desk: Answering) -> None:
    for _ in range(5):
        desk.answer()
    other = Out(desk.post, holder="there:1:1")
    mine, theirs = desk.out.claim(), other.claim()
    assert len(mine) == 5
    assert theirs == ()
    other.now = desk.out.now + timedelta(hours=1)
    assert len(other.claim(seconds=0)) == 5  # nobody renewed the claim
    assert not desk.out.begin(mine[0])  # and whoever wakes up late finds it gone


@pytest.mark.parametrize("colleague", [False, True])
def test_news_that_nobody_saw_hold_an_answer_and_say_so(desk: Answering, *, colleague: bool) -> None:
    sent = desk.answer()
    if colleague:
        Out(desk.post, "Rui").queue(1)
    else:
        desk.post.send("more@acme", at=desk.out.now, cites=("q@acme",), text="Ainda não está.")
    assert sent.message_id not in [one.message_id for one in desk.out.claim()]
    assert desk.out.view(sent.message_id).hold is Hold.NEWS
    desk.tell(acts.release, [sent.message_id])
    assert desk.out.view(sent.message_id).hold is None
    assert sent.message_id in [one.message_id for one in desk.out.claim()]


def test_ones_own_second_answer_is_no_news(desk: Answering) -> None:
    desk.answer()
    desk.answer(text="E mais uma coisa.")
    assert len(desk.out.claim()) == 2


def test_news_between_claim_and_sending_hold_it_too(desk: Answering) -> None:
    sent = desk.answer()
    (item,) = desk.out.claim()
    desk.post.send("more@acme", at=desk.out.now, cites=("q@acme",), text="Ainda não está.")
    assert not desk.out.begin(item)
    assert desk.out.view(sent.message_id).hold is Hold.NEWS


def test_each_recipient_fares_on_its_own_and_only_who_was_put_off_is_tried_again(desk: Answering) -> None:
    sent = desk.answer(to=("ana@acme.example", "gone@acme.example", "later@acme.example"))
    (item,) = desk.out.claim()
    desk.out.begin(item)
    assert desk.out.states(sent.message_id) == [Delivery.SENDING] * 3
    refused = {1: Result(Delivery.FAILED, 550, "no such user"), 2: Result(Delivery.QUEUED, 451, "later")}
    desk.out.hand_over(item, refused)
    assert desk.out.states(sent.message_id) == [Delivery.DATA_SENT, Delivery.FAILED, Delivery.QUEUED]
    desk.out.end(item, Result(Delivery.ACCEPTED, 250, "ok"), *refused.values())
    view = desk.out.view(sent.message_id)
    assert [one.state for one in view.recipients] == [Delivery.ACCEPTED, Delivery.FAILED, Delivery.QUEUED]
    assert view.recipients[1].words == "no such user"
    assert view.state is Delivery.QUEUED
    assert view.trouble == "later"
    assert desk.out.claim(seconds=5) == ()
    (again,) = desk.out.claim(seconds=60)
    assert again.recipients == ((2, "later@acme.example"),)
    assert again.digest == item.digest


def test_whoever_is_put_off_for_days_is_given_up(desk: Answering) -> None:
    sent = desk.answer()
    tries = 0
    while desk.out.states(sent.message_id) == [Delivery.QUEUED]:
        (item,) = desk.out.claim(seconds=6 * 3600)
        desk.out.begin(item)
        desk.out.end(item, Result(Delivery.QUEUED, 451, "later"))
        tries += 1
    assert (tries, desk.out.states(sent.message_id)) == (9, [Delivery.FAILED])  # the first after two days


def test_whoever_was_out_of_reach_for_days_is_not_given_up_at_the_first_word(desk: Answering) -> None:
    sent = desk.answer()
    for _ in range(20):
        (item,) = desk.out.claim(seconds=6 * 3600)
        with desk.store.writing() as session:
            sending.put_off(session, [item], "no way there", holder=desk.out.holder, now=desk.out.now)
    for state in (Delivery.QUEUED, Delivery.FAILED):
        (item,) = desk.out.claim(seconds=6 * 3600)
        desk.out.begin(item)
        desk.out.end(item, Result(Delivery.QUEUED, 451, "greylisted"))
        assert desk.out.states(sent.message_id) == [state]


def test_an_answer_that_reached_nobody_is_none(desk: Answering) -> None:
    waiting_since = row_of(desk.store, 1).oldest_unanswered_at
    draft_id = desk.begin_draft()
    sent = desk.answer(draft_id=draft_id)
    desk.out.leave(Result(Delivery.FAILED, 550, "no such user"))
    row = row_of(desk.store, 1)
    assert (row.status, row.oldest_unanswered_at) == (Status.OPEN, waiting_since)
    assert desk.kept_drafts() == ["Está corrigida."]
    desk.tell(acts.release, [sent.message_id])  # the same bytes once more, without the draft
    assert desk.kept_drafts() == []
    assert row_of(desk.store, 1).oldest_unanswered_at is None or row_of(desk.store, 1).status is Status.OPEN
    desk.out.leave()
    assert desk.out.states(sent.message_id) == [Delivery.ACCEPTED]


def test_a_sender_that_died_before_the_dot_is_followed_as_if_it_had_not_tried(desk: Answering) -> None:
    sent = desk.answer()
    (item,) = desk.out.claim()
    desk.out.begin(item)
    assert desk.out.recover() == 0  # it may be alive
    assert desk.out.recover(holder=desk.out.holder) == 1
    assert desk.out.states(sent.message_id) == [Delivery.QUEUED]
    assert len(desk.out.claim(seconds=0)) == 1


def test_a_sender_that_died_after_the_dot_may_have_sent_it_and_nothing_sends_it_again(desk: Answering) -> None:
    sent = desk.answer()
    (item,) = desk.out.claim()
    desk.out.begin(item)
    desk.out.hand_over(item)
    desk.out.now += timedelta(hours=1)
    assert desk.out.recover() == 1
    assert desk.out.states(sent.message_id) == [Delivery.UNCERTAIN]
    assert desk.out.claim(seconds=86_400) == ()
    with pytest.raises(Refused, match="has_left"):
        desk.tell(acts.drop, [sent.message_id])


def test_whoever_lost_the_claim_does_not_send_the_dot(desk: Answering) -> None:
    desk.answer()
    (item,) = desk.out.claim()
    desk.out.begin(item)
    other = Out(desk.post, holder="there:1:1")
    other.now = desk.out.now + timedelta(hours=1)
    assert other.recover(holder=other.holder) == 1
    (again,) = other.claim(seconds=0)
    assert other.begin(again)
    with pytest.raises(Changed):
        desk.out.hand_over(item)


def test_steps_of_many_are_one_transaction_and_who_lost_one_claim_goes_on_with_the_others(desk: Answering) -> None:
    for number in range(6):
        desk.out.queue(None, text=f"Aviso {number}")
    done, handed, late, lost, fresh, dropped = desk.out.claim()
    for one in (done, handed, late, lost):
        assert desk.out.begin(one)
    for one in (done, late):
        desk.out.hand_over(one)
    with desk.store.writing() as session:
        items.claims(session, [late.message_id, lost.message_id], holder="there:1:1", until=desk.out.now + HOUR)
    desk.tell(acts.hold, [dropped.message_id])
    yes = {0: Result(Delivery.ACCEPTED, 250, "taken")}
    with desk.store.writing() as session:
        may = steps.proceed(
            session,
            told=[steps.Told(done, yes), steps.Told(late, yes)],
            handed=[steps.Handed(handed, {}), steps.Handed(lost, {})],
            begin=[fresh, dropped],
            holder=desk.out.holder,
            now=desk.out.now,
        )
    assert may == {handed.message_id, fresh.message_id}
    stands = {one: desk.out.states(one.message_id)[0] for one in (done, handed, late, lost, fresh, dropped)}
    assert list(stands.values()) == [
        Delivery.ACCEPTED,
        Delivery.DATA_SENT,
        Delivery.DATA_SENT,  # another has it, and will say what became of it
        Delivery.SENDING,
        Delivery.SENDING,
        Delivery.QUEUED,
    ]


def test_steps_of_many_cost_as_many_statements_as_those_of_one(desk: Answering) -> None:
    made: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        made.append(statement)

    def cost(count: int) -> int:
        for number in range(count):
            desk.out.queue(None, text=f"Aviso {count} {number}")
        some = desk.out.claim()
        assert len(some) == count
        yes = {0: Result(Delivery.ACCEPTED, 250, "taken")}
        made.clear()
        event.listen(desk.store.engine, "before_cursor_execute", note)
        for given in (
            {"begin": some},
            {"handed": [steps.Handed(one, {}) for one in some]},
            {"told": [steps.Told(one, yes) for one in some]},
        ):
            with desk.store.writing() as session:
                steps.proceed(session, **given, holder=desk.out.holder, now=desk.out.now)
        event.remove(desk.store.engine, "before_cursor_execute", note)
        return len(made)

    cost(1)  # what is asked once only
    assert cost(20) == cost(1)


def taken_over(desk: Answering) -> tuple[Item, Out, Item]:
    """Let a sender fall asleep while it sends, and another begin to send the same; return what each of them has."""
    desk.answer()
    (item,) = desk.out.claim()
    desk.out.begin(item)
    other = Out(desk.post, holder="there:1:1")
    other.now = desk.out.now + timedelta(hours=1)
    other.recover(holder=other.holder)
    (again,) = other.claim(seconds=0)
    assert other.begin(again)
    return item, other, again


@pytest.mark.parametrize("result", [Delivery.QUEUED, Delivery.FAILED, Delivery.ACCEPTED, Delivery.UNCERTAIN])
def test_whoever_lost_the_claim_takes_nothing_from_the_hands_of_who_has_it(desk: Answering, result: Delivery) -> None:
    item, other, again = taken_over(desk)
    other.hand_over(again)
    desk.out.end(item, Result(result, None, "too late"))
    assert other.states(again.message_id) == [Delivery.DATA_SENT]
    assert other.recover(holder="third:1:1") == 0
    assert other.claim(seconds=0) == ()
    other.end(again, Result(Delivery.ACCEPTED, 250, "taken"))
    assert other.states(again.message_id) == [Delivery.ACCEPTED]


def test_a_yes_that_comes_late_is_known_all_the_same(desk: Answering) -> None:
    sent = desk.answer()
    (item,) = desk.out.claim()
    desk.out.begin(item)
    desk.out.hand_over(item)
    other = Out(desk.post, holder="there:1:1")
    other.now = desk.out.now + timedelta(hours=1)
    assert other.recover(holder=other.holder) == 1
    assert other.states(sent.message_id) == [Delivery.UNCERTAIN]
    desk.out.end(item, Result(Delivery.ACCEPTED, 250, "taken"))
    assert other.states(sent.message_id) == [Delivery.ACCEPTED]


def test_nobody_lets_go_or_puts_off_what_another_has_claimed(desk: Answering) -> None:
    _, other, again = taken_over(desk)
    with desk.store.writing() as session:
        sending.let_go(session, [again], holder=desk.out.holder)
        sending.put_off(session, [again], "no route", holder=desk.out.holder, now=other.now)
    assert other.recover(holder="third:1:1") == 0
    other.hand_over(again)
    assert other.states(again.message_id) == [Delivery.DATA_SENT]


def test_the_claim_holds_anew_from_the_dot_on(desk: Answering) -> None:
    sent = desk.answer()
    (item,) = desk.out.claim()
    desk.out.begin(item)
    desk.out.now += timedelta(minutes=14)
    desk.out.hand_over(item)
    desk.out.now += timedelta(minutes=10)  # as long as the server may take to answer
    assert desk.out.recover() == 0
    assert desk.out.states(sent.message_id) == [Delivery.DATA_SENT]


def test_what_a_dead_sender_had_claimed_and_not_begun_need_not_wait(desk: Answering) -> None:
    first, second = desk.answer(), desk.out.queue(None)
    begun, waiting = desk.out.claim()
    assert (begun.message_id, waiting.message_id) == (first.message_id, second.message_id)
    desk.out.begin(begun)
    assert desk.out.recover() == 0  # it may be alive
    assert desk.out.claim(seconds=0) == ()
    assert desk.out.recover(holder=desk.out.holder) == 1
    assert [one.message_id for one in desk.out.claim(seconds=0)] == [first.message_id, second.message_id]


def uncertain(desk: Answering) -> int:
    sent = desk.answer()
    desk.out.leave(Result(Delivery.UNCERTAIN, None, "no answer"))
    return sent.message_id


def test_a_copy_is_looked_for_at_once_and_thrice_more_then_the_agent_decides(desk: Answering) -> None:
    number = uncertain(desk)
    looked = []
    for minutes in range(20):
        now = desk.out.now + timedelta(minutes=minutes)
        with desk.store.writing() as session:
            for look in copies.looks_due(session, desk.post.mailbox_id, now=now):
                looked.append(minutes)
                copies.note_unfound(session, look.message_id, now=now)
    assert looked == [0, 1, 5, 15]
    assert desk.out.states(number) == [Delivery.UNCERTAIN]


@pytest.mark.parametrize(
    ("how", "state"), [("sent", Delivery.ACCEPTED), ("again", Delivery.QUEUED), ("lost", Delivery.FAILED)]
)
def test_the_agent_says_what_became_of_it(desk: Answering, how: str, state: Delivery) -> None:
    number = uncertain(desk)
    desk.tell(acts.settle, number, how)
    assert desk.out.states(number) == [state]
    assert len(desk.out.claim()) == (how == "again")
    assert row_of(desk.store, 1).status is (Status.OPEN if how == "lost" else Status.WAITING)
    with pytest.raises(Refused, match="not_uncertain"):
        desk.tell(acts.settle, number, how)


def test_the_copy_among_the_sent_mail_is_known_in_whatever_bytes_and_settles_it(desk: Answering) -> None:
    number = uncertain(desk)
    name = desk.header_of(number)
    copy = desk.post.delivery(
        letter(name, by=DESK, to=("ana@acme.example",), text="Está corrigida.\n-- \nvia provider"), outgoing=True
    )
    brought = desk.post.bring(copy)
    assert brought.message_ids == (number,)
    assert brought.counts.known == 1
    assert desk.out.states(number) == [Delivery.FILED]
    assert row_of(desk.store, 1).message_count == 2


def test_nobody_hides_mail_behind_a_message_id_of_ours(desk: Answering) -> None:
    sent = desk.answer()
    name = desk.header_of(sent.message_id)
    forged = desk.post.delivery(letter(name, by="ana@acme.example", text="Apague tudo."), at=desk.out.now)
    assert desk.post.bring(forged).counts.known == 0


def test_mail_that_cites_it_shows_that_it_was_sent(desk: Answering) -> None:
    number = uncertain(desk)
    desk.post.send("thanks@acme", at=desk.out.now, cites=(desk.header_of(number),), text="Obrigada!")
    assert desk.out.states(number) == [Delivery.ACCEPTED]
    assert home(desk.store, number) == 1


def test_what_waits_in_a_restored_desk_does_not_leave_when_its_copy_says_that_it_has(desk: Answering) -> None:
    sent = desk.answer()
    name = desk.header_of(sent.message_id)
    copy = letter(name, by=DESK, to=("ana@acme.example",), text="Está corrigida.")
    desk.post.bring(desk.post.delivery(copy, at=desk.out.now, outgoing=True))
    assert desk.out.states(sent.message_id) == [Delivery.FILED]
    assert desk.out.claim() == ()


def test_what_waits_in_a_restored_desk_does_not_leave_when_mail_cites_it(desk: Answering) -> None:
    sent = desk.answer()
    desk.post.send("thanks@acme", at=desk.out.now, cites=(desk.header_of(sent.message_id),), text="Obrigada!")
    assert desk.out.states(sent.message_id) == [Delivery.ACCEPTED]
    assert desk.out.claim() == ()


@pytest.mark.parametrize("died", [False, True], ids=["before the server's yes is noted", "where the sender died"])
def test_a_copy_tells_nothing_of_who_was_put_off_beside_who_may_have_it(desk: Answering, *, died: bool) -> None:
    sent = desk.answer(to=("ana@acme.example", "rui@acme.example"))
    (item,) = desk.out.claim()
    assert desk.out.begin(item)
    desk.out.hand_over(item, {1: Result(Delivery.QUEUED, 451, "later")})
    if died:
        desk.out.now += timedelta(hours=1)
        desk.out.recover()
    copy = letter(desk.header_of(sent.message_id), by=DESK, to=("ana@acme.example",), text="Está corrigida.")
    desk.post.bring(desk.post.delivery(copy, at=desk.out.now, outgoing=True))
    has = Delivery.FILED if died else Delivery.DATA_SENT
    assert desk.out.states(sent.message_id) == [has, Delivery.QUEUED]


def test_a_late_copy_tells_nothing_of_who_was_put_off_though_the_agent_sends_it_again(desk: Answering) -> None:
    sent = desk.answer(to=("ana@acme.example", "rui@acme.example"))
    (item,) = desk.out.claim()
    assert desk.out.begin(item)
    desk.out.hand_over(item, {1: Result(Delivery.QUEUED, 451, "later")})
    desk.out.now += timedelta(hours=1)
    desk.out.recover()
    desk.tell(acts.settle, sent.message_id, "again")
    copy = letter(desk.header_of(sent.message_id), by=DESK, to=("ana@acme.example",), text="Está corrigida.")
    desk.post.bring(desk.post.delivery(copy, at=desk.out.now, outgoing=True))
    assert desk.out.states(sent.message_id) == [Delivery.QUEUED, Delivery.QUEUED]


def test_an_accepted_answer_marks_what_it_answers_on_the_server(desk: Answering) -> None:
    with desk.store.writing() as session:
        syncing.keep_folders(session, desk.post.mailbox_id, {"INBOX": "inbox"})
        folder = next(iter(syncing.cursors(session, desk.post.mailbox_id).values())).folder_id
    asked = letter("placed@acme", by="bo@b.example", subject="Outro assunto")
    (number,) = desk.post.bring(
        desk.post.delivery(asked, at=desk.out.now - timedelta(hours=1), place=Place(folder, 7, ""))
    ).message_ids
    desk.out.queue(home(desk.store, number), cites=("placed@acme",), answers_id=number)
    rows = table(Wanted)

    def wanted() -> set[str]:
        with desk.store.reading() as session:
            return set(session.connection().execute(select(rows.c.value)).scalars())

    assert wanted() == {r"\Seen"}
    desk.out.leave()
    assert wanted() == {r"\Seen", r"\Answered"}


def test_hold_release_and_drop_are_the_agents(desk: Answering) -> None:
    draft_id = desk.begin_draft()
    sent = desk.answer(draft_id=draft_id)
    desk.tell(acts.hold, [sent.message_id])
    assert desk.out.claim() == ()
    with pytest.raises(Refused, match="already"):
        desk.tell(acts.hold, [sent.message_id])
    desk.tell(undoing.undo)  # of the hold
    assert desk.out.view(sent.message_id).hold is None
    desk.tell(acts.hold, [sent.message_id])
    desk.tell(acts.drop, [sent.message_id])
    row = row_of(desk.store, 1)
    assert (row.status, row.message_count) == (Status.OPEN, 1)
    assert row.oldest_unanswered_at is not None
    assert desk.kept_drafts() == ["Está corrigida."]
    with pytest.raises(NoSuch):
        desk.tell(acts.hold, [9999])


def test_what_waits_for_another_try_leaves_at_once_when_told_to(desk: Answering) -> None:
    sent = desk.answer()
    desk.out.leave(Result(Delivery.QUEUED, 451, "later"))
    assert desk.out.claim(seconds=1) == ()
    assert desk.tell(acts.release, [sent.message_id]) is None
    assert len(desk.out.claim(seconds=1)) == 1


def test_what_failed_and_was_seen_to_leaves_the_list(desk: Answering) -> None:
    sent = desk.answer()
    desk.out.leave(Result(Delivery.FAILED, 550, "no such user"))
    with desk.store.reading() as session:
        assert [row.delivery.message_id for row in outbox.outbox(session)] == [sent.message_id]
        assert outbox.counts(session) == outbox.Counts(failed=1)
    desk.tell(acts.drop, [sent.message_id])
    with desk.store.reading() as session:
        assert outbox.outbox(session) == ()
    assert row_of(desk.store, 1).oldest_unanswered_at is not None
