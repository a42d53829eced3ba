"""A desk is restored from a copy that is older than what was sent, or goes on at a second machine: nothing leaves twice."""

import subprocess
import sys
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from made.sending import header_id
from servers.boxes import bring, quiet
from servers.grounds import until_true
from servers.smtp import FaultySmtp

from console.mail.sync.running import watch
from storage.kinds import Delivery, DraftKind
from storage.queries import outbox
from storage.store import Store, open_store

pytestmark = pytest.mark.server


@pytest.fixture
def desk(desk_before: Callable[..., Any], faulty_smtp: FaultySmtp) -> Any:
    """A desk in step that lays the copies of what it sends itself."""
    made = desk_before(faulty_smtp.port, sent_copy="append")
    made.sync()
    return made


COPY = """
import sqlite3, sys
source, target = map(sqlite3.connect, sys.argv[1:])
source.backup(target)
"""
"""In a process of its own: two libraries of SQLite in one would take each other's locks away."""


def copied(store: Store, to: Path) -> Path:
    """Lay a copy of a desk, as of this moment."""
    to.mkdir(mode=0o700)
    for name in ("desk.db", "mail.db"):
        subprocess.run([sys.executable, "-c", COPY, Path(store.place).parent / name, to / name], check=True)
    return to


def state(store: Store, message_id: int) -> Delivery:
    with store.reading() as session:
        view = outbox.delivery(session, message_id)
    assert view is not None
    return view.recipients[0].state


@pytest.mark.parametrize("way", ["a single sync", "a sync that stays"])
def test_what_left_since_the_copy_was_made_does_not_leave_again(
    desk: Any, faulty_smtp: FaultySmtp, tmp_path: Path, way: str
) -> None:
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example")
    backup = copied(desk.store, tmp_path / "backup")
    desk.sync()  # it leaves
    desk.sync()  # its copy is laid
    assert desk.states(sent.message_id) == [Delivery.FILED]
    restored = open_store(str(backup), durable=False)
    name = header_id(restored, sent.message_id)
    assert (state(restored, sent.message_id), faulty_smtp.copies(name)) == (Delivery.QUEUED, 1)
    if way == "a single sync":
        bring(restored, desk.box)
    else:
        stop = threading.Event()
        runs = threading.Thread(target=watch, args=(restored, [desk.account]), kwargs={"report": quiet, "stop": stop})
        runs.start()
        try:
            until_true(lambda: state(restored, sent.message_id) is not Delivery.QUEUED, "word of what waits")
        finally:
            stop.set()
            runs.join(30)
    assert state(restored, sent.message_id) is Delivery.FILED
    assert faulty_smtp.copies(name) == 1
    restored.close()


def test_what_waits_leaves_though_its_mailbox_cannot_be_looked_at(desk: Any, faulty_smtp: FaultySmtp) -> None:
    sent = desk.send(None, kind=DraftKind.NEW, subject="Aviso", to="c1@customer.example")
    deaf = desk.account.model_copy(update={"imap": replace(desk.account.imap, port=1)})
    stop = threading.Event()
    runs = threading.Thread(target=watch, args=(desk.store, [deaf]), kwargs={"report": quiet, "stop": stop})
    runs.start()
    try:
        until_true(lambda: state(desk.store, sent.message_id) is Delivery.ACCEPTED, "the message that leaves")
    finally:
        stop.set()
        runs.join(30)
    assert faulty_smtp.copies(header_id(desk.store, sent.message_id)) == 1
