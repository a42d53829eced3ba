"""The same sync on PostgreSQL: placements, flags and raw mail equal the server's there too."""

from collections.abc import Callable

import pytest
from servers.boxes import Box, assert_in_step, bring, letter
from sqlalchemy import func, select

from storage.apply.base import table
from storage.models import Message
from storage.record import verify
from storage.store import open_store

pytestmark = pytest.mark.server


def test_a_mailbox_is_kept_in_step_on_postgresql(postgres_url: str, box: Callable[..., Box]) -> None:
    store = open_store(postgres_url, durable=False)
    mail = box()
    uids = mail.server.append(mail.user, [letter(number) for number in range(80)])
    bring(store, mail)
    assert_in_step(store, mail)
    mail.server.flag(mail.user, uids[:4], r"+FLAGS (\Seen \Flagged)")
    mail.server.expunge(mail.user, uids[10:12])
    mail.server.append(mail.user, [letter(200, answers=3)])
    bring(store, mail)
    assert_in_step(store, mail)
    with store.reading() as session:
        assert session.connection().execute(select(func.count()).select_from(table(Message))).scalar_one() == 81
        assert verify(session).broken_at is None
    store.close()
