"""A sync process that dies by kill -9 at any moment loses nothing and takes nothing in twice."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from servers.boxes import Box, assert_in_step, bring, letter
from sqlalchemy import func, select

from storage.apply.base import table
from storage.models import Message, Raw
from storage.record import verify
from storage.store import Store

pytestmark = [pytest.mark.server, pytest.mark.slow]

RUN = """
import sys
from console.config.accounts import Account
from console.mail.sync import sync_once
from storage.store import open_store
store = open_store(sys.argv[1], durable=False)
account = Account.model_validate_json(sys.argv[2])
print("begun", flush=True)
sync_once(store, [account], report=lambda *_: None)
"""


def one_life(store: Store, mail: Box, seconds: float) -> bool:
    """Start a sync and kill it after so long; say whether it was killed in the middle."""
    process = subprocess.Popen(
        [sys.executable, "-c", RUN, str(store.place).removesuffix("/desk.db"), mail.account.model_dump_json()],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[4])},
    )
    assert process.stdout is not None
    process.stdout.readline()
    try:
        process.wait(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        process.wait()
        return True
    finally:
        process.stdout.close()
    return False


def rounds(store: Store, mail: Box, *, count: int, seed: int) -> int:
    """Kill a first sync and its successors again and again, with the mailbox changing meanwhile."""
    chance = random.Random(seed)
    killed = 0
    number = 0
    for _ in range(count):
        fresh = [letter(number + place, marker=f"k{seed}-") for place in range(60)]
        number += 60
        uids = mail.server.append(mail.user, fresh)
        mail.server.flag(mail.user, chance.sample(uids, 5), r"+FLAGS (\Seen)")
        mail.server.expunge(mail.user, chance.sample(uids, 3))
        killed += one_life(store, mail, chance.uniform(0.0, 0.35))
    bring(store, mail)
    assert_in_step(store, mail)
    messages, raws = table(Message), table(Raw)
    with store.reading() as session:
        connection = session.connection()
        assert verify(session).broken_at is None
        doubles = select(messages.c.key).group_by(messages.c.key).having(func.count() > 1)
        assert connection.execute(doubles).all() == []
        lonely = select(messages.c.id).where(messages.c.conversation_id.is_(None))
        assert connection.execute(lonely).all() == []
        for digest in connection.execute(select(raws.c.digest).where(raws.c.quarantined.is_(None))).scalars().all():
            assert store.content.get(digest)
    return killed


def test_ten_kills_at_seeded_moments(sync_store: Store, box: Callable[..., Box]) -> None:
    began = time.monotonic()
    killed = rounds(sync_store, box(), count=10, seed=20261122)
    assert killed >= 3, f"only {killed} of ten were killed in the middle, in {time.monotonic() - began:.0f} s"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(50))
def test_five_hundred_kills(sync_store: Store, box: Callable[..., Box], seed: int) -> None:
    rounds(sync_store, box(), count=10, seed=seed)
