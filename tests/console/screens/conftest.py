"""A desk with real mail in it, taken in by the record's own commands, and a console before it."""

import hashlib
import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from made import still

from console.app import Plantao
from console.desk import Desk
from console.mail.parse.message import parse
from storage.commands.desk import mailbox_as
from storage.commands.intake import Delivery, take_in
from storage.search.index import index_more
from storage.store import Store, open_store
from widgets.look import Look

still.install()

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


@pytest.fixture(scope="session")
def empty_desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("empty")
    open_store(str(folder)).close()
    return folder


@pytest.fixture
def folder(tmp_path: Path, empty_desk: Path) -> Path:
    shutil.copytree(empty_desk, tmp_path / "desk")
    return tmp_path / "desk"


@pytest.fixture
def bare_folder(tmp_path: Path, empty_desk: Path) -> Path:
    """A desk without a mailbox."""
    shutil.copytree(empty_desk, tmp_path / "bare")
    return tmp_path / "bare"


@pytest.fixture
def store(folder: Path) -> Iterator[Store]:
    store = open_store(str(folder))
    with store.writing() as session:
        mailbox_as(
            session, name="suporte", address="suporte@lumen.example", live_since=NOW - timedelta(days=90), now=NOW
        )
    yield store
    store.close()


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store, agent="Ana", console="here")


@pytest.fixture
def deliver(store: Store) -> Callable[..., int]:
    """Take mails in, each a dict of headers and text; gives the number of the last conversation touched."""

    def make(*mails: dict[str, Any]) -> int:
        deliveries = []
        for mail in mails:
            values = {
                "name": "Joaquín Ruiz",
                "address": "joaquin@ruiz.example",
                "subject": "Hola",
                "text": "Hola.",
                "id": "",
                "answers": "",
                "to": "suporte@lumen.example",
                "ago": 60,
            }
            values |= mail
            at = NOW - timedelta(minutes=values["ago"])
            key = values["id"] or hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:12]
            raw = (
                f"From: {values['name']} <{values['address']}>\r\nTo: {values['to']}\r\nSubject: {values['subject']}\r\n"
                f"Date: {at:%a, %d %b %Y %H:%M:%S +0000}\r\nMessage-ID: <{key}@x.example>\r\n"
                + (f"In-Reply-To: <{values['answers']}@x.example>\r\n" if values["answers"] else "")
                + f"Content-Type: text/plain; charset=utf-8\r\n\r\n{values['text']}"
            ).encode("utf-8", "surrogateescape")
            digest = hashlib.sha256(raw).digest()
            store.content.put({digest: raw})
            deliveries.append(Delivery(1, digest, len(raw), at, parsed=parse(raw)))
        with store.writing() as session:
            taken = take_in(session, deliveries, now=NOW)
        with store.writing() as session:
            while index_more(session, limit=1000):
                pass
        return max(taken.conversation_ids)

    return make


@pytest.fixture
def console(desk: Desk) -> Callable[..., Plantao]:
    def make(**choices: Any) -> Plantao:
        return Plantao(choices.pop("desk", desk), look=Look(choices.pop("look", "dark")), clock=lambda: NOW, **choices)

    return make


@pytest.fixture
def until() -> Callable[..., Any]:
    """Wait for a condition, at most some seconds; fail with what was seen."""
    import asyncio
    import time

    async def wait(condition: Callable[[], Any], seconds: float = 20.0) -> Any:
        end = time.monotonic() + seconds
        while not (given := condition()):
            if time.monotonic() > end:
                pytest.fail(f"not within {seconds} s: {condition.__doc__ or condition}")
            await asyncio.sleep(0.01)
        return given

    return wait


@pytest.fixture
def screen_text() -> Callable[[Plantao], str]:
    """The characters on the screen."""

    def read(app: Plantao) -> str:
        return "\n".join(strip.text for strip in app.screen._compositor.render_strips())

    return read
