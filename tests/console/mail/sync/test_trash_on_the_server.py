"""What is thrown away moves to the server's trash where the mailbox asks for it, and out of it again, never else."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from servers.boxes import Box, assert_in_step, bring, letter
from sqlalchemy import func, select

from storage.apply.base import table
from storage.commands import trash
from storage.commands.desk import agent_named
from storage.commands.undoing import undo
from storage.events import Actor
from storage.models import Conversation, Message, Wanted
from storage.store import Store

pytestmark = pytest.mark.server


def count(store: Store, model: type) -> int:
    with store.reading() as session:
        return session.connection().execute(select(func.count()).select_from(table(model))).scalar_one()


def tell(store: Store, command: Callable, *args) -> None:
    with store.writing() as session:
        who = Actor(agent_named(session, "inês", now=datetime.now(UTC)), "test")
        command(session, *args, actor=who, now=datetime.now(UTC))


def thrown(store: Store, mail: Box) -> None:
    """Two letters come in, in one conversation, and go into the trash; a third stays."""
    mail.server.append(mail.user, [letter(1), letter(2), letter(3, answers=1)])
    bring(store, mail)
    rows = table(Conversation)
    with store.reading() as session:
        both = session.connection().execute(select(rows.c.id).where(rows.c.message_count == 2)).scalar_one()
    tell(store, trash.throw_away, [both])
    bring(store, mail)
    bring(store, mail)
    assert_in_step(store, mail)


def test_it_moves_there_and_back_and_what_others_threw_away_is_not_read(
    sync_store: Store, box: Callable[..., Box]
) -> None:
    mail = box(trash=r"\Trash")
    with mail.server.other_client(mail.user, None) as client:
        client.create("Lixeira")
    mail.server.append(mail.user, [letter(8), letter(9)], "Lixeira")
    thrown(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 1
    assert len(mail.server.uids(mail.user, "Lixeira")) == 4
    assert count(sync_store, Message) == 3
    tell(sync_store, undo)
    bring(sync_store, mail)
    bring(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 3
    assert len(mail.server.uids(mail.user, "Lixeira")) == 2
    assert_in_step(sync_store, mail)
    assert (count(sync_store, Message), count(sync_store, Wanted)) == (3, 0)


def test_a_trash_that_is_not_there_is_made_and_mail_that_moved_within_is_found(
    sync_store: Store, box: Callable[..., Box]
) -> None:
    mail = box(trash=r"\Trash")
    thrown(sync_store, mail)
    assert len(mail.server.uids(mail.user, "Trash")) == 2
    # Somebody takes it out and puts it back: other UIDs.
    with mail.server.other_client(mail.user, None) as client:
        client.create("Aside")
    mail.server.move(mail.user, mail.server.uids(mail.user, "Trash"), "Aside", "Trash")
    mail.server.move(mail.user, mail.server.uids(mail.user, "Aside"), "Trash", "Aside")
    tell(sync_store, undo)
    bring(sync_store, mail)
    bring(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 3
    assert_in_step(sync_store, mail)


def test_other_mail_that_has_the_uids_by_now_stays_where_it_is(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box(trash="Trash")
    thrown(sync_store, mail)
    mail.server.recreate(mail.user, "Trash")
    mail.server.append(mail.user, [letter(20), letter(21)], "Trash")
    assert mail.server.uids(mail.user, "Trash") == [1, 2]
    tell(sync_store, undo)
    bring(sync_store, mail)
    bring(sync_store, mail)
    assert mail.server.uids(mail.user, "Trash") == [1, 2]
    assert len(mail.server.uids(mail.user)) == 1
    assert_in_step(sync_store, mail)
    assert (count(sync_store, Message), count(sync_store, Wanted)) == (3, 0)


def test_without_being_asked_nothing_moves(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    thrown(sync_store, mail)
    assert len(mail.server.uids(mail.user)) == 3
