"""Erasing beside other tenants, other transactions and what was decided meanwhile, on both engines."""

import base64
import hashlib
import random

import pytest
from made.post import DAY, MONDAY, Out, Post, letter, row_of
from sqlalchemy import select, text

from console.mail.erasing import finish, unread_naming
from console.mail.sync.running import sync_once
from storage.apply.base import table
from storage.commands import joining, knowing, playbooks, reparse, responses, syncing, triage
from storage.commands.desk import agent_named
from storage.commands.drafts import begin
from storage.commands.erasing import erase, erase_forgotten, erase_old, keep_period
from storage.commands.intake import Place
from storage.commands.undoing import undo
from storage.events import Actor
from storage.kinds import DraftKind, Ignored, Status, Subject
from storage.kinds.erasing import Elsewhere, Named, Survey
from storage.kinds.errors import Refused
from storage.kinds.responses import Canned
from storage.models import EventPersonal, Placement, Response
from storage.queries.erasing import survey
from storage.record import replay
from storage.store import Store

ANA, RUI = "ana@acme.example", "rui@acme.example"
WORDS = "the secret word is pineapple and nobody else should ever read it"
BYTES = b"the very same bytes"


@pytest.fixture
def post(store: Store) -> Post:
    return Post(store)


@pytest.fixture
def ines(post: Post) -> Actor:
    with post.store.writing() as session:
        return Actor(agent_named(session, "inês", now=MONDAY), "here")


def bring(post: Post, name: str = "a1", raw: bytes = b"", **given) -> int:
    parsed = letter(name, **{"by": ANA, "text": WORDS, **given})
    raw = raw or f"{name} {parsed.text}".encode()
    post.store.content.put({hashlib.sha256(raw).digest(): raw})
    (number,) = post.bring(post.delivery(parsed, raw=raw)).message_ids
    assert number is not None
    return number


def unread(post: Post, raw: bytes, **given) -> None:
    post.store.content.put({hashlib.sha256(raw).digest(): raw})
    post.bring(post.delivery(None, raw=raw, **given))


def seen(post: Post, person_id: int = 1) -> Survey:
    with post.store.reading() as session:
        return survey(session, person_id)


def erased(post: Post, what: Survey | None = None, *, elsewhere: bool = True, on_servers: bool = False) -> None:
    choices = {"elsewhere": elsewhere, "on_servers": on_servers, "actor": Actor(None), "now": post.now}
    what = what or seen(post)
    with post.store.writing() as session:
        erase(session, what, **choices)


def test_erasing_elsewhere_lets_conversations_stand_without_the_touch_that_was_taken(
    post: Post, ines: Actor, second_store: Store
) -> None:
    bring(post)
    bring(post, "b1", by=RUI, subject="Other", text="another matter of somebody else's")
    stage = "Onboarding ana@acme.example"
    with post.store.writing() as session:
        picks = f"stage:{stage}=high, else=low"
        playbooks.change(session, "smart", {"picks": picks}, actor=ines, now=MONDAY)
        given = {"touch": "smart", "stage": stage}
        knowing.set_fields(session, Subject.ORGANIZATION, 1, given, actor=ines, now=MONDAY)
    before = row_of(post.store, 2).touch_place
    erased(post)
    after = row_of(post.store, 2).touch_place
    assert before == 0
    with post.store.reading() as log, second_store.writing() as session:
        replay(log, session)
    assert row_of(second_store, 2).touch_place == after != before


def personal(store: Store) -> str:
    with store.reading() as session:
        return repr(session.connection().execute(select(table(EventPersonal).c.personal)).all())


@pytest.fixture
def tenants(store: Store) -> tuple[Post, Post]:
    return tuple(Post(store, name=one, address=f"{one}@plantao.example", group=one) for one in "ab")


def test_another_tenant_gets_the_same_bytes_later(store: Store, tenants: tuple[Post, Post]) -> None:
    bring(tenants[0], raw=BYTES)
    erased(tenants[0])
    finish(store)
    bring(tenants[1], raw=BYTES)
    assert store.content.get(hashlib.sha256(BYTES).digest()) == BYTES


def test_what_is_erased_is_not_read_again_from_another_tenants_bytes(tenants: tuple[Post, Post]) -> None:
    bring(tenants[0], raw=BYTES)
    other = bring(tenants[1], raw=BYTES)
    erased(tenants[0], elsewhere=False)
    with tenants[0].store.reading() as session:
        assert [one.message_id for one in reparse.kept_after(session, 0, limit=10)] == [other]


def test_mail_of_the_very_second_of_the_erasure_comes_in(post: Post) -> None:
    bring(post)
    post.now = post.now.replace(microsecond=700_000)
    erased(post)
    again = letter("a2", by=ANA, text="written a moment later")
    (number,) = post.bring(post.delivery(again, at=post.now.replace(microsecond=0))).message_ids
    assert number is not None
    older = post.delivery(letter("a3", by=ANA, text="written before"), at=post.now.replace(microsecond=0) - DAY)
    assert post.bring(older).message_ids == (None,)


def test_two_made_one_and_two_again_meanwhile_are_refused(post: Post, ines: Actor) -> None:
    bring(post)
    bring(post, "b1", by=RUI, text="good morning to all of you")
    with post.store.writing() as session:
        knowing.merge(session, 1, 2, actor=ines, now=post.now)
    before = seen(post)
    with post.store.writing() as session:
        undo(session, actor=ines, now=post.now)
    with pytest.raises(Refused, match="changed_since"):
        erased(post, before)


def test_no_draft_begins_on_what_was_erased(post: Post, ines: Actor) -> None:
    number = bring(post)
    erased(post)
    with post.store.writing() as session, pytest.raises(Refused, match="erased"):
        begin(session, agent_id=ines.agent_id, kind=DraftKind.REPLY, conversation_id=1, message_id=number, now=post.now)


def test_mail_that_nobody_could_read_is_told_by_whole_addresses(post: Post) -> None:
    bring(post)
    unread(post, b"\x00garbage of mariana@acme.example\x00")
    unread(post, base64.encodebytes(random.Random(1).randbytes(1_000_000)))
    unread(post, b"\x00garbage of <ana@acme.example>\x00")
    what = seen(post)
    assert unread_naming(post.store, what.quarantined, what.addresses) == what.quarantined[-1:]


def test_mail_that_nobody_could_read_is_left_where_it_lies(post: Post) -> None:
    bring(post)
    with post.store.writing() as session:
        syncing.keep_folders(session, post.mailbox_id, {"INBOX": "inbox"})
    unread(post, b"\x00garbage of <ana@acme.example>\x00", place=Place(1, 7, ""))
    what = seen(post)
    with_unread = Survey(
        **{name: getattr(what, name) for name in Survey.__slots__ if name != "elsewhere"},
        elsewhere=(Elsewhere(Named.UNREAD, what.quarantined[0], ""),),
    )
    erased(post, with_unread, on_servers=True)
    rows = table(Placement)
    with post.store.reading() as session:
        assert session.connection().execute(select(rows.c.raw_id, rows.c.ignored)).all() == [(None, Ignored.ERASED)]


def test_a_row_that_is_emptied_is_so_in_replay(post: Post, ines: Actor, second_store: Store) -> None:
    bring(post)
    with post.store.writing() as session:
        knowing.set_fields(session, Subject.PERSON, 1, {"name": "Ana Souza"}, actor=ines, now=post.now)
        canned = Canned(shortcode="x", language="pt_BR", title="Contatos", body="Nomes:\n\tAna Souza, e outros.")
        responses.keep(session, canned, shared=True, actor=ines, now=post.now)
    erased(post)
    rows = select(table(Response).c.shortcode, table(Response).c.body)
    with post.store.reading() as log, second_store.writing() as target:
        replay(log, target)
        assert target.connection().execute(rows).all() == log.connection().execute(rows).all() == [(None, None)]


def test_names_are_found_whatever_letters_the_database_knows(post: Post, ines: Actor) -> None:
    bring(post)
    with post.store.writing() as session:
        if session.connection().dialect.name == "postgresql":
            knowing_letters = 'ALTER TABLE message_text ALTER COLUMN text TYPE text COLLATE "en-x-icu"'
            session.connection().execute(text(knowing_letters))
        knowing.set_fields(session, Subject.PERSON, 1, {"name": "Ângela Lima"}, actor=ines, now=post.now)
    bring(post, "b1", by=RUI, text="falei com a Ângela Lima ontem")
    assert [one.number for one in seen(post).elsewhere] == [2]


@pytest.mark.server
def test_an_older_picture_of_the_database_keeps_it_unfinished(post: Post) -> None:
    if post.store.path is not None:
        pytest.skip("SQLite has a log in its place: test_cli_erasing_whose")
    bring(post)
    other = post.store.engine.connect().execution_options(isolation_level="REPEATABLE READ")
    other.execute(text("SELECT 1"))
    erased(post)
    assert finish(post.store) is False
    other.rollback()
    other.close()
    assert finish(post.store) is True


def test_mail_comes_in_though_the_files_cannot_be_written_anew(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(post)
    erased(post)
    monkeypatch.setattr("storage.store.engine.BUSY_SECONDS", 1)
    reader = post.store.engine.connect()
    reader.execute(text("SELECT count(*) FROM message"))
    if post.store.path is None:
        with post.store.engine.connect() as connection:
            connection.execute(text(f"ALTER DATABASE {post.store.engine.url.database} SET lock_timeout = '1s'"))
            connection.commit()
    assert sync_once(post.store, [], report=lambda *_: None).troubles == []
    reader.rollback()
    reader.close()


def test_an_answer_that_was_split_off_and_grows_old_takes_its_address_along(store: Store) -> None:
    out = Out(Post(store))
    out.post.bring(out.post.delivery(letter("a1", by=ANA, text=WORDS, dated_at=MONDAY)))
    sent = out.queue(1, to=(ANA,), cites=("a1",), text="answer", answers_id=1)
    out.leave()
    with store.writing() as session:
        joining.split(session, [sent.message_id], actor=out.actor, now=out.now)
        keep_period(session, "desk", 1, actor=out.actor, now=out.now)
        triage.set_status(session, [2], to=Status.CLOSED, actor=out.actor, now=out.now)  # the first stays open
    with store.writing() as session:
        later = out.now + 400 * DAY
        assert erase_old(session, out.post.mailbox_id, on_servers=False, actor=out.actor, now=later).messages == 1
    with store.reading() as session:
        kinds = text("SELECT e.kind FROM event_personal p JOIN event e ON e.id = p.event_id")
        assert not {"queued", "delivery_changed"} & set(session.connection().execute(kinds).scalars())


def test_who_was_made_one_is_forgotten_together(post: Post, ines: Actor) -> None:
    bring(post)
    bring(post, "b1", by=RUI, text="good morning to all of you")
    with post.store.writing() as session:
        knowing.merge(session, 1, 2, actor=ines, now=post.now)
        keep_period(session, "desk", 1, actor=ines, now=post.now)
        triage.set_status(session, [1, 2], to=Status.CLOSED, actor=ines, now=post.now)
    later = post.now + 400 * DAY
    with post.store.writing() as session:
        erase_old(session, post.mailbox_id, on_servers=False, actor=ines, now=later)
        assert erase_forgotten(session, actor=ines, now=later).people == 2
    assert ANA not in personal(post.store)
    assert RUI not in personal(post.store)
