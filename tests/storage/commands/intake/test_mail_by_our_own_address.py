"""Mail that must not be lost from sight: by a form of our own website, by our own group, thanks that bring a file."""

from dataclasses import replace

import pytest
from made.post import DESK, HOUR, MONDAY, Post, letter, row_of
from sqlalchemy import select

from storage.apply.base import table
from storage.commands.desk import agent_named
from storage.commands.triage import set_status
from storage.events import Actor
from storage.kinds import Automatic, Direction, DraftKind, PersonKind, Status
from storage.kinds.mail import Attachment, Correspondent
from storage.models import Address, Message, Person
from storage.queries.answering import answerable
from storage.rules.addressing import recipients
from storage.store import Store

ANA = Correspondent("Ana", "ana@acme.example")
EVE = Correspondent("Eve", "eve@evil.example")


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


@pytest.fixture
def agent(store: Store) -> Actor:
    with store.writing() as session:
        return Actor(agent_named(session, "Ana", now=MONDAY), "test")


def form(header_id: str, *, by: Correspondent | None = ANA, **given):
    """A message as a form of our website sends it: by our own address, to our own address."""
    said = letter(header_id, by=DESK, to=(DESK,), **given)
    return replace(said, reply_to=(by,) if by is not None else ())


def answered_to(store: Store, number: int, kind: DraftKind = DraftKind.REPLY) -> tuple[str, ...]:
    with store.reading() as session:
        answer = answerable(session, number)
    assert answer.message is not None
    to, cc = recipients(
        kind,
        author=answer.message.author,
        reply_to=answer.reply_to,
        to=answer.message.to,
        cc=answer.message.cc,
        own=answer.own,
        strangers=answer.strangers,
    )
    return tuple(one.address for one in (*to, *cc))


@pytest.mark.parametrize("in_sent", [False, True], ids=["in INBOX", "laid among the sent mail by the provider"])
def test_a_form_of_our_website_asks_for_an_answer_and_gets_it(store: Store, post: Post, *, in_sent: bool) -> None:
    brought = post.bring(post.delivery(form("f@site"), at=MONDAY + HOUR, outgoing=in_sent))
    (number,) = brought.message_ids
    message, conversation = row_of(store, number, Message), row_of(store, 1)
    assert message.direction is Direction.INCOMING
    assert (conversation.status, conversation.oldest_unanswered_at) == (Status.NEW, MONDAY + HOUR)
    rows = table(Address)
    with store.reading() as session:
        chosen = select(rows.c.address).where(rows.c.person_id == conversation.customer_id)
        assert session.connection().execute(chosen).scalar() == ANA.address
    assert answered_to(store, 1) == (ANA.address,)
    assert answered_to(store, 1, DraftKind.REPLY_SENDER) == (ANA.address,)


def test_mail_by_us_to_us_alone_is_seen_though_nobody_can_be_answered(store: Store, post: Post) -> None:
    post.bring(post.delivery(form("fax@site", by=None), at=MONDAY + HOUR))
    assert (row_of(store, 1).status, row_of(store, 1).oldest_unanswered_at) == (Status.NEW, MONDAY + HOUR)
    assert answered_to(store, 1) == ()


def test_two_who_filled_in_the_same_form_are_two_conversations(store: Store, post: Post) -> None:
    post.bring(post.delivery(form("one@site", subject="Contato"), at=MONDAY + HOUR))
    bo = Correspondent("Bo", "bo@other.example")
    post.bring(post.delivery(form("two@site", by=bo, subject="Contato"), at=MONDAY + 2 * HOUR))
    assert (answered_to(store, 1), answered_to(store, 2)) == ((ANA.address,), (bo.address,))


def test_whoever_poses_as_us_is_a_stranger_where_they_want_the_answer(store: Store, post: Post) -> None:
    post.send("q@acme", at=MONDAY)
    forged = replace(form("x@evil", by=EVE, cites=["q@acme"]), subject="Re: Fatura")
    post.bring(post.delivery(forged, at=MONDAY + HOUR))
    assert row_of(store, 1).message_count == 2
    assert answered_to(store, 1) == (ANA.address,)


def test_what_we_wrote_elsewhere_with_a_copy_to_ourselves_is_an_answer_still(store: Store, post: Post) -> None:
    post.send("q@acme", at=MONDAY)
    post.send("a@desk", by=DESK, to=(ANA.address, DESK), cites=["q@acme"], at=MONDAY + HOUR, subject="Re: Fatura")
    assert (row_of(store, 1).status, row_of(store, 1).oldest_unanswered_at) == (Status.WAITING, None)


def by_list(header_id: str, list_id: str, **given):
    return replace(letter(header_id, automatic=Automatic.LIST, **given), list_id=list_id)


def test_a_group_that_our_address_is_brings_what_people_wrote(store: Store, post: Post, agent: Actor) -> None:
    ours = DESK.replace("@", ".")
    post.bring(post.delivery(by_list("q@acme", ours), at=MONDAY + HOUR))
    assert row_of(store, 1).oldest_unanswered_at == MONDAY + HOUR
    assert row_of(store, row_of(store, 1).customer_id, Person).kind is PersonKind.CUSTOMER
    with store.writing() as session:
        set_status(session, [1], to=Status.WAITING, actor=agent, now=MONDAY + 2 * HOUR)
    post.bring(post.delivery(by_list("more@acme", ours, cites=["q@acme"], text="E agora?"), at=MONDAY + 3 * HOUR))
    assert row_of(store, 1).status is Status.OPEN


def test_any_other_list_starts_no_clock(store: Store, post: Post) -> None:
    post.bring(post.delivery(by_list("q@acme", "news.acme.example"), at=MONDAY + HOUR))
    assert row_of(store, 1).oldest_unanswered_at is None


@pytest.mark.parametrize(
    ("inline", "status"),
    [(False, Status.OPEN), (True, Status.RESOLVED)],
    ids=["a file", "a picture in the signature"],
)
def test_thanks_that_bring_a_file_are_more_than_thanks(
    store: Store, post: Post, agent: Actor, *, inline: bool, status: Status
) -> None:
    post.send("a@x")
    with store.writing() as session:
        set_status(session, [1], to=Status.RESOLVED, actor=agent, now=MONDAY)
    thanks = letter("t@x", cites=["a@x"], text="Obrigado!")
    thanks = replace(thanks, attachments=(Attachment("comprovante.pdf", "application/pdf", 900, "2", inline),))
    post.bring(post.delivery(thanks, at=MONDAY + HOUR))
    assert row_of(store, 1).status is status
