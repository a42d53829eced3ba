"""What mail changes when it comes in: counts, live-since, reopening, thanks, snoozes, groups, wanted server changes."""

from dataclasses import replace
from datetime import timedelta

import pytest
from made.post import DAY, DESK, HOUR, MONDAY, Out, Post, home, letter, row_of
from sqlalchemy import select

from storage.apply.base import insert, table
from storage.commands import joining, triage, undoing
from storage.commands.desk import agent_named, signing_key
from storage.commands.intake import Counts, Place
from storage.events import Actor
from storage.kinds import Automatic, Ignored, LinkReason, Status, WantedChange
from storage.kinds.mail import Correspondent
from storage.models import Event, Folder, Link, Message, Participant, Raw, Wanted
from storage.record import fact_in
from storage.rules.threading import own_message_id, strangers
from storage.store import Store


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


@pytest.fixture
def agent(store: Store) -> Actor:
    with store.writing() as session:
        return Actor(agent_named(session, "Ana", now=MONDAY), "one")


def set_status(store: Store, number: int, to: Status, agent: Actor, now=MONDAY) -> None:
    with store.writing() as session:
        triage.set_status(session, [number], to=to, actor=agent, now=now)


def links(store: Store) -> list[tuple[int, int, LinkReason]]:
    with store.reading() as session:
        return list(map(tuple, session.connection().execute(select(table(Link))).all()))


def test_counts_add_up_over_every_fate(post: Post) -> None:
    again = post.delivery(letter("a@x"), raw=b"a")
    ignored = replace(post.delivery(None), quarantined=None, ignored=Ignored.DRAFT, raw_digest=b"")
    taken = post.bring(
        again,
        post.delivery(letter("b@x", cites=["a@x"])),
        again,
        post.delivery(letter("a@x")),
        post.delivery(None),
        ignored,
    )
    assert taken.counts == Counts(
        fetched=6, joined=1, new=1, known=2, quarantined=1, ignored=1, ignored_by={"draft": 1}
    )
    assert taken.counts.adds_up
    assert taken.message_ids == (1, 2, 1, 1, None, None)
    assert (Counts(fetched=2, new=1)).adds_up is False


def test_one_message_in_two_mailboxes_is_one_message_with_two_deliveries(store: Store, post: Post) -> None:
    other = Post(store, name="sales", address="sales@plantao.example")
    first = post.send("a@x")
    taken = other.bring(other.delivery(letter("a@x", dated_at=MONDAY)))
    assert taken.counts.known == 1
    assert taken.message_ids == (first,)
    rows = table(Raw)
    with store.reading() as session:
        boxes = session.connection().execute(select(rows.c.mailbox_id).where(rows.c.message_id == first)).scalars()
        assert sorted(boxes) == [post.mailbox_id, other.mailbox_id]


def test_tenants_never_mix(store: Store) -> None:
    text = "the projector in room four shows a green line since the last update of its software"
    one = Post(store, name="a", address="desk@a.example", group="a")
    two = Post(store, name="b", address="desk@b.example", group="b")
    first = one.send("a@x", text=text)
    same = two.send("a@x", text=text)
    by_reference = two.send("b@x", cites=["a@x"], by="li@other.example")
    by_quote = two.send("c@x", quoted=text, text="what now", subject="Something else")
    by_subject = one.send("d@x", subject="Re: Fatura", at=MONDAY + HOUR)
    assert len({first, same}) == 2
    assert home(store, first) == home(store, by_subject)
    assert home(store, same) == home(store, by_reference) == home(store, by_quote) != home(store, first)


def test_history_is_settled_and_starts_nothing_but_the_last_days_stay_to_be_answered(store: Store, post: Post) -> None:
    old = post.send("old@x", at=MONDAY - 30 * DAY)
    answered = post.send("asked@x", at=MONDAY - 3 * DAY, by="bo@acme.example", subject="Two")
    post.send(
        "answer@x", at=MONDAY - 2 * DAY, cites=["asked@x"], outgoing=True, to=("bo@acme.example",), subject="Re: Two"
    )
    recent = post.send("recent@x", at=MONDAY - 3 * DAY, by="li@other.example", subject="Three")
    live = post.send("live@x", at=MONDAY + HOUR, by="max@other.example", subject="Four")
    assert row_of(store, home(store, old)).status is Status.CLOSED
    assert row_of(store, home(store, answered)).status is Status.CLOSED
    assert row_of(store, home(store, recent)).status is Status.NEW
    assert row_of(store, home(store, live)).status is Status.NEW
    assert [row_of(store, number, Message).history for number in (old, recent, live)] == [True, True, False]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_history_stands_alike_whichever_way_it_is_read(store: Store, post: Post, order: tuple[int, int]) -> None:
    asked = post.delivery(letter("asked@x", dated_at=MONDAY - 3 * DAY), at=MONDAY - 3 * DAY)
    said = letter("said@x", by="desk@plantao.example", to=("ana@acme.example",), cites=["asked@x"])
    answer = post.delivery(said, at=MONDAY - 2 * DAY)
    for place in order:
        post.bring((asked, answer)[place])
    assert row_of(store, 1).status is Status.CLOSED


def test_older_mail_reopens_nothing(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x", at=MONDAY + HOUR)
    set_status(store, 1, Status.RESOLVED, agent)
    late = post.send("b@x", cites=["a@x"], at=MONDAY - HOUR)
    assert home(store, late) == 1
    assert row_of(store, 1).status is Status.RESOLVED


def test_an_answer_within_the_grace_reopens(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    post.send("b@x", cites=["a@x"], at=MONDAY + 13 * DAY)
    assert row_of(store, 1).status is Status.OPEN
    assert row_of(store, 1).oldest_unanswered_at == MONDAY + 13 * DAY
    assert links(store) == []


def test_a_late_answer_starts_a_linked_conversation_that_goes_on_by_itself(
    store: Store, post: Post, agent: Actor
) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    late = post.send("late@x", cites=["a@x"], at=MONDAY + 20 * DAY)
    number = home(store, late)
    assert number != 1
    assert row_of(store, 1).status is Status.RESOLVED
    assert row_of(store, number).status is Status.NEW
    assert links(store) == [(number, 1, LinkReason.LATE_ANSWER)]
    # Our answer, sent from elsewhere, cites both, and is no bridge between them; nor is the next question.
    ours = post.send("ours@x", cites=["a@x", "late@x"], at=MONDAY + 21 * DAY, outgoing=True, subject="Re: Fatura")
    more = post.send("more@x", cites=["a@x", "late@x", "ours@x"], at=MONDAY + 22 * DAY)
    second = post.send("second@x", cites=["a@x"], at=MONDAY + 23 * DAY)
    assert home(store, ours) == home(store, more) == home(store, second) == number
    assert row_of(store, 1).message_count == 1
    assert len(links(store)) == 1


def test_two_late_answers_in_one_batch_are_one_conversation(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    taken = post.bring(
        *(post.delivery(letter(f"late{n}@x", cites=["a@x"]), at=MONDAY + (20 + n) * DAY) for n in range(2))
    )
    assert (taken.counts.new, taken.counts.joined) == (1, 1)
    assert len(links(store)) == 1


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("Obrigado!", Status.RESOLVED),
        ("Muito obrigada, Ana Souza", Status.RESOLVED),
        ("Thank you so much", Status.RESOLVED),
        ("¡Muchas gracias!", Status.RESOLVED),
        ("Obrigado, mas a fatura ainda está errada", Status.OPEN),
        ("Thanks. Could you send it again?", Status.OPEN),
    ],
)
def test_bare_thanks_reopen_nothing(store: Store, post: Post, agent: Actor, text: str, status: Status) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    post.send("b@x", cites=["a@x"], text=text, at=MONDAY + DAY)
    assert row_of(store, 1).status is status
    assert (row_of(store, 1).oldest_unanswered_at is None) is (status is Status.RESOLVED)


def test_what_machines_write_reopens_and_starts_no_clock(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    post.send("b@x", cites=["a@x"], text="I am away", automatic=Automatic.REPLY, at=MONDAY + DAY)
    assert row_of(store, 1).status is Status.RESOLVED
    assert row_of(store, 1).oldest_unanswered_at is None


def test_an_answer_from_elsewhere_counts(store: Store, post: Post) -> None:
    asked = post.send("a@x")
    post.send("b@x", cites=["a@x"], at=MONDAY + HOUR, outgoing=True, subject="Re: Fatura")
    assert row_of(store, 1).status is Status.WAITING
    assert row_of(store, 1).oldest_unanswered_at is None
    assert row_of(store, asked, Message).handled is True


@pytest.mark.parametrize("to", ["vendor@parts.example", "colleague@plantao.example"])
def test_what_was_forwarded_elsewhere_answers_nobody(store: Store, post: Post, to: str) -> None:
    asked = post.send("a@x")
    post.send("b@x", cites=["a@x"], at=MONDAY + HOUR, outgoing=True, to=(to,), subject="Fwd: Fatura")
    assert row_of(store, 1).message_count == 2
    assert row_of(store, 1).status is Status.NEW
    assert row_of(store, asked, Message).handled is False


@pytest.mark.parametrize("to", ["rui@acme.example", "ana@home.example"], ids=["their colleague", "their Reply-To"])
def test_an_answer_from_elsewhere_counts_whomever_of_their_side_it_goes_to(store: Store, post: Post, to: str) -> None:
    asked = replace(letter("a@x"), reply_to=(Correspondent("", "ana@home.example"),))
    post.bring(post.delivery(asked))
    post.send("b@x", cites=["a@x"], at=MONDAY + HOUR, outgoing=True, to=(to,), subject="Re: Fatura")
    assert row_of(store, 1).status is Status.WAITING


def test_mail_from_a_year_to_come_hides_nobody_who_writes_after_the_answer(store: Store, post: Post) -> None:
    out = Out(post)
    (number,) = post.bring(post.delivery(letter("a@x"), at=MONDAY + 30_000 * DAY)).message_ids
    assert row_of(store, number, Message).arrived_at == post.now
    out.queue(1, cites=("a@x",))
    later = out.now + HOUR
    post.now = later
    post.send("c@x", cites=["a@x"], at=later, text="E agora?")
    assert (row_of(store, 1).status, row_of(store, 1).oldest_unanswered_at) == (Status.OPEN, later)


def test_where_our_own_clock_is_weeks_behind_mail_is_no_history(store: Store) -> None:
    post = Post(store, live_since=MONDAY)
    post.now = MONDAY - 40 * DAY
    post.send("a@x", at=MONDAY + HOUR)
    assert (row_of(store, 1).status, row_of(store, 1).oldest_unanswered_at) == (Status.NEW, MONDAY)


def test_a_question_thanks_and_two_answers_in_one_batch(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    ours = {"by": "desk@plantao.example", "to": ("ana@acme.example",)}
    taken = post.bring(
        post.delivery(letter("thanks@x", cites=["a@x"], text="Obrigado!"), at=MONDAY + HOUR),
        post.delivery(letter("one@x", cites=["thanks@x"], text="one", **ours), at=MONDAY + 2 * HOUR),
        post.delivery(letter("b@x", cites=["a@x"], text="But one more thing"), at=MONDAY + 3 * HOUR),
        post.delivery(letter("two@x", cites=["b@x"], text="two", **ours), at=MONDAY + 4 * HOUR),
        post.delivery(letter("three@x", cites=["b@x"], text="three", **ours), at=MONDAY + 5 * HOUR),
    )
    assert taken.counts.joined == 5
    assert row_of(store, 1).status is Status.WAITING
    assert row_of(store, 1).oldest_unanswered_at is None


def test_a_snooze_ends_once_and_both_times_stand_in_the_log(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    until, late = MONDAY + DAY, MONDAY + 3 * DAY
    with store.writing() as session:
        triage.snooze(session, [1], until=until, actor=agent, now=MONDAY)
    with store.writing() as session:
        assert triage.wake_due(session, now=until - timedelta(seconds=1)) == 0
        assert triage.wake_due(session, now=late) == 1
        assert triage.wake_due(session, now=late) == 0
    rows = table(Event)
    with store.reading() as session:
        last = session.connection().execute(select(rows).order_by(rows.c.id.desc()).limit(1)).one()
    assert (last.kind, last.happened_at, last.recorded_at) == ("snoozed", until, late)
    fact = fact_in(last.kind, last.version, last.public, None)
    assert fact.happened_at == until
    assert row_of(store, 1).snoozed_until is None


def test_mail_from_the_customer_ends_a_snooze(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    with store.writing() as session:
        triage.snooze(session, [1], until=MONDAY + 9 * DAY, actor=agent, now=MONDAY)
    post.send("b@x", cites=["a@x"], at=MONDAY + DAY)
    assert row_of(store, 1).snoozed_until is None


def test_a_stranger_is_marked_until_one_of_us_writes_to_them(store: Store, post: Post) -> None:
    post.send("a@x")
    post.send("b@x", cites=["a@x"], by="li@other.example", at=MONDAY + HOUR)
    post.send("c@x", cites=["b@x"], outgoing=True, to=("li@other.example",), at=MONDAY + 2 * HOUR, subject="Re: Fatura")
    post.send("d@x", cites=["c@x"], by="li@other.example", at=MONDAY + 3 * HOUR)
    messages, named = table(Message), table(Participant)
    with store.reading() as session:
        rows = (
            session.connection()
            .execute(select(messages.c.id, messages.c.author_id).order_by(messages.c.arrived_at))
            .all()
        )
        people: dict[int, set[int]] = {row.id: set() for row in rows}
        for row in session.connection().execute(select(named)):
            people[row.message_id].add(row.person_id)
    assert strangers([(row.author_id, people[row.id]) for row in rows]) == [False, True, False, False]


def test_a_signed_message_id_leads_where_its_conversation_went(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x", subject="One")
    post.send("b@x", by="bo@acme.example", subject="Two", text="another matter")
    with store.writing() as session:
        signed = own_message_id(signing_key(session), conversation_id=2, unique="1", domain="plantao.example")
        joining.join(session, [1, 2], actor=agent, now=MONDAY)
    answer = post.send("c@x", cites=[signed], by="bo@acme.example", subject="Hello", at=MONDAY + HOUR)
    forged = post.send(
        "d@x", cites=[signed.replace("p.2.", "p.1.")], by="eve@evil.example", subject="Hello", at=MONDAY + HOUR
    )
    assert home(store, answer) == 1
    assert home(store, forged) not in {1, 2}
    other = Post(store, name="other", address="desk@other.example", group="other")
    assert home(store, other.send("e@x", cites=[signed], subject="Hello")) not in {1, 2}


@pytest.fixture
def on_server(store: Store) -> Post:
    """A mailbox with an archive whose mail lies in a folder."""
    post = Post(store, archive="Archive")
    with store.writing() as session:
        insert(
            session.connection(),
            Folder,
            [{"id": 1, "mailbox_id": post.mailbox_id, "name": "INBOX", "role": "inbox", "total": 0, "done": 0}],
        )
    for uid in (1, 2):
        post.bring(post.delivery(letter(f"{uid}@x", subject="Fatura"), at=MONDAY, place=Place(1, uid, "")))
    return post


def wanted(store: Store) -> set[tuple[int, WantedChange, str]]:
    rows = table(Wanted)
    with store.reading() as session:
        return set(
            map(tuple, session.connection().execute(select(rows.c.message_id, rows.c.change, rows.c.value)).all())
        )


def test_wanted_server_changes_follow_from_facts_and_from_their_undo(on_server: Post, agent: Actor) -> None:
    store = on_server.store
    set_status(store, 1, Status.RESOLVED, agent)
    assert wanted(store) == {(1, WantedChange.ADD_FLAG, r"\Seen"), (1, WantedChange.MOVE, "archive")}
    with store.writing() as session:
        undoing.undo(session, actor=agent, now=MONDAY)
    assert wanted(store) == {(1, WantedChange.REMOVE_FLAG, r"\Seen"), (1, WantedChange.MOVE, "inbox")}
    with store.writing() as session:
        triage.tag(session, [2], add=["flagged"], actor=agent, now=MONDAY)
    assert (2, WantedChange.ADD_FLAG, r"\Flagged") in wanted(store)


def test_an_answer_from_elsewhere_wants_its_question_seen(on_server: Post) -> None:
    on_server.send("answer@x", cites=["1@x"], outgoing=True, at=MONDAY + HOUR, subject="Re: Fatura")
    assert (1, WantedChange.ADD_FLAG, r"\Seen") in wanted(on_server.store)


def test_mail_that_lies_on_no_server_wants_nothing(store: Store, post: Post, agent: Actor) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    assert wanted(store) == set()


def test_thanks_and_an_answer_of_the_same_moment_handle_it_once(post: Post, agent: Actor, store: Store) -> None:
    post.send("a@x")
    set_status(store, 1, Status.RESOLVED, agent)
    answer = post.delivery(
        letter("c@x", by=DESK, to=["ana@acme.example"], cites=["a@x"]), at=MONDAY + HOUR, outgoing=True
    )
    thanks = post.delivery(letter("b@x", cites=["a@x"], text="Obrigado!"), at=MONDAY + HOUR)
    taken = post.bring(answer, thanks)
    assert row_of(store, taken.message_ids[1], Message).handled
    assert row_of(store, 1).status is Status.RESOLVED
