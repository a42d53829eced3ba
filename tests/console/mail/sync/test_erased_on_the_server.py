"""What was erased here is deleted on the server where that is asked, and is not taken in again where it is not."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from servers.boxes import Box, bring, letter
from sqlalchemy import func, select

from console.mail.erasing import finish
from storage.apply.base import table
from storage.commands.desk import agent_named
from storage.commands.erasing import erase
from storage.events import Actor
from storage.kinds.erasing import Receipt
from storage.kinds.errors import NoSuch
from storage.models import Message, Wanted
from storage.queries.erasing import survey
from storage.store import Store
from storage.store.content import digest_of

pytestmark = pytest.mark.server

RUI = "rui@example.net"


def filled(store: Store, mail: Box) -> None:
    """Two letters of Ana's, one of Rui's."""
    mail.deliver(letter(1), letter(2, sender=RUI), letter(3))
    bring(store, mail)


def erased(store: Store, *, on_servers: bool) -> Receipt:
    """Ana is erased, who wrote first."""
    with store.writing() as session:
        who = Actor(agent_named(session, "inês", now=datetime.now(UTC)), "test")
        choices = {"elsewhere": True, "on_servers": on_servers, "actor": who, "now": datetime.now(UTC)}
        receipt = erase(session, survey(session, 1), **choices)
    assert finish(store) is True
    for number in (1, 3):
        with pytest.raises(NoSuch):
            store.content.get(digest_of(letter(number)))
    return receipt


def count(store: Store, model: type) -> int:
    with store.reading() as session:
        return session.connection().execute(select(func.count()).select_from(table(model))).scalar_one()


def test_it_stays_away_however_often_the_folder_is_read(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    filled(sync_store, mail)
    assert erased(sync_store, on_servers=False).asked == 0
    bring(sync_store, mail)
    first, _, third = mail.server.uids(mail.user)
    mail.server.flag(mail.user, [first, third], r"+FLAGS (\Flagged)")  # which says news of them
    bring(sync_store, mail)
    mail.server.renumber(mail.user)  # and so does every folder that begins anew
    bring(sync_store, mail)
    assert (len(mail.server.uids(mail.user)), count(sync_store, Message)) == (3, 3)
    for number in (1, 3):
        with pytest.raises(NoSuch):
            sync_store.content.get(digest_of(letter(number)))
    mail.deliver(letter(4, text="Escrevo de novo, depois de apagada."))
    bring(sync_store, mail)
    assert count(sync_store, Message) == 4
    assert sync_store.content.get(digest_of(letter(4, text="Escrevo de novo, depois de apagada.")))


def test_the_server_deletes_what_it_is_asked_to(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    filled(sync_store, mail)
    assert erased(sync_store, on_servers=True).asked == 2
    bring(sync_store, mail)
    assert mail.read() == [letter(2, sender=RUI)]
    bring(sync_store, mail)
    assert (count(sync_store, Message), count(sync_store, Wanted)) == (3, 0)


def test_what_it_left_to_do_is_done_later(sync_store: Store, box: Callable[..., Box]) -> None:
    mail = box()
    filled(sync_store, mail)
    with sync_store.writing() as session:
        who = Actor(agent_named(session, "inês", now=datetime.now(UTC)), "test")
        choices = {"elsewhere": True, "on_servers": False, "actor": who, "now": datetime.now(UTC)}
        erase(session, survey(session, 1), **choices)
    assert sync_store.content.get(digest_of(letter(1)))  # the process died here
    bring(sync_store, mail)
    with pytest.raises(NoSuch):
        sync_store.content.get(digest_of(letter(1)))
    assert finish(sync_store) is None
