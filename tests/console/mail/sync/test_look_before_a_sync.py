"""The look before a sync: it finds in step only what a sync would leave as it is, and hands on what it has opened."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine
from servers.boxes import Box, assert_in_step, bring, letter, mailbox_number, quiet
from sqlalchemy import func, select, text

from console.mail.glance import Look, look
from console.mail.imap.errors import ImapError, SignInNotRepeated, SignInRefused
from console.mail.imap.opening import open_session
from console.mail.imap.server import Server
from console.mail.sync import sync_once
from storage.apply.base import table
from storage.commands import knowing, leasing, promising, syncing, triage
from storage.commands.desk import agent_named
from storage.commands.undoing import undo
from storage.events import Actor
from storage.glance import glance
from storage.kinds import ConversationKind, Subject
from storage.models import Conversation, MailboxState, MessageText, Person
from storage.store import Store

pytestmark = pytest.mark.server


def place(store: Store) -> Path:
    assert store.path is not None
    return store.path


def looked(store: Store, *boxes: Box) -> bool:
    with look(place(store), glance(place(store)), [one.account for one in boxes]) as found:
        return found.in_step


@pytest.fixture
def synced(sync_store: Store, box: Callable[..., Box]) -> Box:
    """A mailbox that has been brought in step."""
    mail = box(archive="Archive")
    mail.server.append(mail.user, [letter(number) for number in range(12)])
    bring(sync_store, mail)
    bring(sync_store, mail)
    return mail


def test_a_glance_sees_what_the_sync_wrote(sync_store: Store, synced: Box) -> None:
    kept = glance(place(sync_store))
    assert kept is not None
    assert not kept.busy
    with sync_store.reading() as session:
        cursors = {
            name: replace(one, placed=syncing.count_placed(session, one.folder_id))
            for name, one in syncing.cursors(session, mailbox_number(sync_store, synced)).items()
        }
    assert kept.mailboxes["support"].cursors == cursors
    assert kept.mailboxes["support"].state == "ok"
    assert kept.mailboxes["support"].settings["archive"] == "Archive"


def test_a_mailbox_in_step_is_found_so_and_that_is_put_down(sync_store: Store, synced: Box) -> None:
    def synced_at() -> datetime:
        rows = table(MailboxState)
        with sync_store.reading() as session:
            return session.connection().execute(select(rows.c.synced_at)).scalar_one()

    before = synced_at()
    assert looked(sync_store, synced)
    assert before < synced_at() <= datetime.now(UTC)


@pytest.mark.parametrize("change", ["delivered", "flagged", "expunged", "moved", "renumbered"])
def test_what_changed_on_the_server_is_seen(sync_store: Store, synced: Box, change: str) -> None:
    server, user = synced.server, synced.user
    match change:
        case "delivered":
            server.append(user, [letter(100)])
        case "flagged":
            server.flag(user, [3], r"+FLAGS (\Seen)")
        case "expunged":
            server.expunge(user, [12])
        case "moved":
            server.move(user, [4], "Sent")
        case "renumbered":
            with server.other_client(user, None) as client:
                client.delete("Sent")
                client.create("Sent")
            server.append(user, [letter(101)], "Sent")
    assert not looked(sync_store, synced)
    bring(sync_store, synced)
    bring(sync_store, synced)
    assert looked(sync_store, synced)
    assert_in_step(sync_store, synced)


def test_what_the_desk_has_to_do_is_seen(sync_store: Store, synced: Box) -> None:
    now = datetime.now(UTC)
    with sync_store.writing() as session:
        actor = Actor(agent_named(session, "inês", now=now), "test")
    with sync_store.writing() as session:
        triage.handle(session, [1], handled=True, actor=actor, now=now)
    assert not looked(sync_store, synced)  # the message is to be marked on the server
    bring(sync_store, synced)
    bring(sync_store, synced)
    assert looked(sync_store, synced)
    with sync_store.writing() as session:
        triage.snooze(session, [2], until=now + timedelta(hours=1), actor=actor, now=now)
    assert looked(sync_store, synced)
    with sync_store.writing() as session:
        undo(session, actor=actor, now=now)
        triage.snooze(session, [2], until=now - timedelta(seconds=1), actor=actor, now=now - timedelta(hours=1))
    assert not looked(sync_store, synced)


def test_what_comes_due_on_the_desk_is_seen(sync_store: Store, synced: Box) -> None:
    """A promise, a clock, a handoff that nobody accepts: a sync records what became of them though no mail came."""
    now = datetime.now(UTC)
    with sync_store.writing() as session:
        actor = Actor(agent_named(session, "inês", now=now), "test")
    for hours, seen in ((1, True), (-1, False)):
        with sync_store.writing() as session:
            promising.promise(session, 1, "call", now + timedelta(hours=hours), actor=actor, now=now)
        assert looked(sync_store, synced) is seen
    bring(sync_store, synced)  # which writes down that it is broken
    assert looked(sync_store, synced)

    def lay(command: str, **given: object) -> None:
        with sync_store.writing() as session:
            session.connection().execute(text(command), given)

    late = int(now.timestamp() * 1_000_000) - 1
    lay("UPDATE clock SET next_at = :at WHERE conversation_id = 1", at=late + 3_600_000_000)
    assert looked(sync_store, synced)
    lay("UPDATE clock SET next_at = :at WHERE conversation_id = 1", at=late)
    assert not looked(sync_store, synced)
    lay("UPDATE clock SET next_at = NULL")
    handoff = "INSERT INTO handoff (id, conversation_id, from_tier, to_tier, destination, rota, at, state, escalations"
    lay(f"{handoff}, crossed) VALUES (1, 1, 'n1', 'n3', '', '', :at, 'accepted', 0, 1)", at=late)
    assert looked(sync_store, synced)
    lay("UPDATE handoff SET state = 'escalated'")
    assert not looked(sync_store, synced)
    lay("DELETE FROM handoff")
    asked = "INSERT INTO consult (id, conversation_id, by_agent_id, agent_id, note_id, at, due_at, state)"
    lay(f"{asked} VALUES (1, 1, 1, 1, 1, :at, :at, 'asked')", at=late)
    assert not looked(sync_store, synced)
    lay("DELETE FROM consult")
    assert looked(sync_store, synced)
    lay("INSERT INTO desk (name, value) VALUES ('late 1 resolution 5', x'')")
    assert not looked(sync_store, synced)


def test_check_ins_and_milestones_are_begun_by_a_sync_without_news(sync_store: Store, synced: Box) -> None:
    """Whatever is recorded, and each day, may let one come due; a sync that found nothing says so to the next look."""
    now = datetime.now(UTC)
    with sync_store.writing() as session:
        actor = Actor(agent_named(session, "inês", now=now), "test")

    def told(command: Callable[..., object], *given: object) -> None:
        with sync_store.writing() as session:
            command(session, *given, actor=actor, now=now)

    def begun(kind: ConversationKind) -> int:
        rows = table(Conversation)
        with sync_store.reading() as session:
            found = select(func.count()).select_from(rows).where(rows.c.kind == kind)
            return session.connection().execute(found).scalar_one()

    with sync_store.reading() as session:
        firm = session.connection().execute(select(table(Person).c.organization_id)).scalars().first()
    told(knowing.set_fields, Subject.ORGANIZATION, firm, {"touch": "mid"})
    assert not looked(sync_store, synced)
    bring(sync_store, synced)
    assert begun(ConversationKind.CHECK_IN) == 1
    assert looked(sync_store, synced)
    day = datetime.now().astimezone().date()
    told(knowing.keep_milestone, Subject.ORGANIZATION, firm, "Trained", day)
    bring(sync_store, synced)
    assert looked(sync_store, synced)  # the day itself is in time
    with time_machine.travel(now + timedelta(days=1)):
        assert not looked(sync_store, synced)
        bring(sync_store, synced)
        assert begun(ConversationKind.TASK) == 1
        assert looked(sync_store, synced)


def test_an_index_that_lags_behind_is_seen(sync_store: Store, synced: Box) -> None:
    with sync_store.writing() as session:
        last = session.connection().execute(select(table(MessageText).c.message_id)).scalars().all()[-1]
        session.connection().execute(
            text("UPDATE desk SET value = :at WHERE name = 'search_cursor'"), {"at": str(last - 1).encode()}
        )
    assert not looked(sync_store, synced)
    bring(sync_store, synced)
    assert looked(sync_store, synced)
    with sync_store.writing() as session:
        session.connection().execute(text("UPDATE search_entry SET version = 0 WHERE message_id = 1"))
    assert not looked(sync_store, synced)


def test_a_sync_elsewhere_is_left_for_the_sync_to_say(sync_store: Store, synced: Box) -> None:
    with sync_store.writing() as session:
        leasing.take_lease(session, "sync", "elsewhere:1:2", now=datetime.now(UTC), lasts=timedelta(seconds=60))
    assert not looked(sync_store, synced)


def test_another_configuration_is_seen(sync_store: Store, synced: Box) -> None:
    for changed in ({"address": "other@example.org"}, {"aliases": ("us@example.org",)}, {"archive": None}):
        account = synced.account.model_copy(update=changed)
        assert not looked(sync_store, Box(synced.server, synced.user, account))
    account = synced.account.model_copy(update={"folders": ("Drafts",)})
    assert not looked(sync_store, Box(synced.server, synced.user, account))
    assert looked(sync_store, synced)


def test_a_store_of_another_version_or_none_is_not_looked_at(sync_store: Store, synced: Box, tmp_path: Path) -> None:
    assert glance(tmp_path / "nowhere" / "desk.db") is None
    (tmp_path / "empty.db").touch()
    assert glance(tmp_path / "empty.db") is None
    (tmp_path / "letter.db").write_bytes(letter(1))
    assert glance(tmp_path / "letter.db") is None
    with sync_store.writing() as session:
        session.connection().execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert glance(place(sync_store)) is None


def test_the_sync_goes_on_with_the_session_that_the_look_opened(sync_store: Store, synced: Box) -> None:
    synced.server.append(synced.user, [letter(100)])
    found = look(place(sync_store), glance(place(sync_store)), [synced.account])
    with found:
        session = found.doors["support"].__enter__()
        outcome = sync_once(sync_store, [synced.account], report=quiet, doors=found.doors)
        assert outcome.step.counts.fetched == 1
        with pytest.raises((ImapError, OSError)):  # signed out with the sync
            session.noop()
    assert_in_step(sync_store, synced)


def test_a_password_that_the_look_was_refused_with_is_not_tried_again(
    sync_store: Store, synced: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PLANTAO_PASSWORD_SUPPORT", "not it")
    found: Look = look(place(sync_store), glance(place(sync_store)), [synced.account])
    assert not found.in_step
    monkeypatch.setattr("console.mail.sync.mailbox.open_session", None)  # whoever calls it fails otherwise
    with found:
        outcome = sync_once(sync_store, [synced.account], report=quiet, doors=found.doors)
    assert [type(trouble.error) for trouble in outcome.troubles] == [SignInRefused]
    assert not looked(sync_store, synced)  # the mailbox has stopped: that is for the sync to say


def test_a_password_that_was_refused_is_not_tried_by_the_next_sync(
    sync_store: Store, synced: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each `plantao sync` tried it once more, so that cron could lock an account."""
    tries: list[str] = []

    def counted(server: Server) -> object:
        tries.append(server.password)
        return open_session(server)

    def sync(secret: str) -> list[type[Exception]]:
        monkeypatch.setenv("PLANTAO_PASSWORD_SUPPORT", secret)
        with look(place(sync_store), glance(place(sync_store)), [synced.account]) as found:
            outcome = sync_once(sync_store, [synced.account], report=quiet, doors=found.doors)
        return [type(trouble.error) for trouble in outcome.troubles]

    right = os.environ["PLANTAO_PASSWORD_SUPPORT"]
    assert sync("not it") == [SignInRefused]  # in the look
    monkeypatch.setattr("console.mail.sync.mailbox.open_session", counted)
    assert sync("not it") == [SignInNotRepeated]
    assert sync("not it") == [SignInNotRepeated]
    assert tries == []
    with sync_store.reading() as session:
        trouble = leasing.trouble_that_stops(session, 1)
    assert (trouble["kind"], "not it" in str(trouble)) == ("SignInRefused", False)
    assert sync("nor that") == [SignInRefused]  # another one is tried, once
    assert sync("nor that") == [SignInNotRepeated]
    assert tries == ["nor that"]
    with sync_store.writing() as session:
        assert leasing.try_again(session, 1, now=datetime.now(UTC))  # as the console's key and `account check` do
    assert sync("nor that") == [SignInRefused]
    assert tries == ["nor that", "nor that"]
    assert sync(right) == []
    assert_in_step(sync_store, synced)
