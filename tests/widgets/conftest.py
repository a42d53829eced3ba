"""Views to draw, and a driver that counts what would be written to a terminal."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import pytest
from made import still
from textual.drivers.headless_driver import HeadlessDriver

from storage.kinds import (
    Automatic,
    Channel,
    ConversationKind,
    Direction,
    Evidence,
    Priority,
    Status,
    Tier,
)
from storage.kinds.mail import Correspondent
from storage.views import ConversationView, EventView, MessageView, QueueRow, QueueWindow

still.install()

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


class CountingDriver(HeadlessDriver):
    """Keeps what is written, as a terminal would get it."""

    written: ClassVar[list[str]] = []

    @property
    def is_headless(self) -> bool:
        return False

    def write(self, data: str) -> None:
        type(self).written.append(data)


@pytest.fixture
def counting_driver() -> type[CountingDriver]:
    CountingDriver.written = []
    return CountingDriver


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def make_row() -> Callable[..., QueueRow]:
    def make(number: int = 1, **choices: Any) -> QueueRow:
        since = NOW - timedelta(minutes=3 * (100_000 - number) % 20_000)
        values: dict[str, Any] = {
            "conversation_id": number,
            "place": (0, datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=number), number),
            "status": Status.OPEN,
            "tier": Tier.N1,
            "priority": Priority.NORMAL,
            "subject": f"Cobrança em duplicidade na fatura {number}",
            "customer": "Ana Souza",
            "organization": "ACME Logística",
            "mailbox": "suporte",
            "assignee_id": None,
            "assignee": "",
            "waiting_since": since,
            "last_message_at": since,
            "snoozed_until": None,
            "message_count": 2,
            "tags": (),
            "unread": False,
        }
        return QueueRow(**(values | choices))

    return make


@pytest.fixture
def window_of() -> Callable[..., QueueWindow]:
    def make(rows: Any, *, before: bool = False, after: bool = False, position: int | None = 0) -> QueueWindow:
        rows = tuple(rows)
        return QueueWindow(rows, before, after, position, min(1000, len(rows)))

    return make


@pytest.fixture
def make_message() -> Callable[..., MessageView]:
    def make(number: int = 1, **choices: Any) -> MessageView:
        text = choices.pop("text", f"Bom dia. Mensagem {number}.")
        values: dict[str, Any] = {
            "message_id": number,
            "direction": Direction.INCOMING,
            "author": Correspondent("Ana Souza", "ana@acme.example"),
            "to": (Correspondent("", "suporte@lumen.example"),),
            "cc": (),
            "subject": "Cobrança em duplicidade",
            "arrived_at": NOW - timedelta(days=1) + timedelta(seconds=number),
            "dated_at": None,
            "text": text,
            "reply_text": text,
            "attachments": (),
            "original": None,
            "automatic": Automatic.NO,
            "specials": frozenset(),
            "links": (),
            "evidence": Evidence.REFERENCE,
            "through_id": None,
            "marked": False,
            "handled": True,
            "mailbox": "suporte",
        }
        return MessageView(**(values | choices))

    return make


@pytest.fixture
def make_event() -> Callable[..., EventView]:
    def make(number: int = 1, kind: str = "status_changed", **choices: Any) -> EventView:
        values: dict[str, Any] = {
            "event_id": number,
            "action_id": number,
            "kind": kind,
            "agent": "Bruno Reis",
            "conversation_id": 4213,
            "happened_at": NOW - timedelta(hours=1) + timedelta(seconds=number),
            "recorded_at": NOW,
            "values": {"before": "open", "after": "resolved", "because": "agent"},
            "undone": False,
            "undoes": None,
        }
        return EventView(**(values | choices))

    return make


@pytest.fixture
def make_conversation() -> Callable[..., ConversationView]:
    def make(messages: Any = (), events: Any = (), **choices: Any) -> ConversationView:
        values: dict[str, Any] = {
            "conversation_id": 4213,
            "subject": "Cobrança em duplicidade",
            "status": Status.OPEN,
            "tier": Tier.N1,
            "channel": Channel.EMAIL,
            "kind": ConversationKind.CARE,
            "priority": Priority.NORMAL,
            "mailbox": "suporte",
            "assignee_id": None,
            "assignee": "",
            "customer": "Ana Souza",
            "customer_address": "ana@acme.example",
            "waiting_since": NOW - timedelta(minutes=12),
            "snoozed_until": None,
            "tags": (),
            "joined_numbers": (),
            "linked": (),
            "messages": tuple(messages),
            "events": tuple(events),
        }
        return ConversationView(**(values | choices))

    return make


# What no text from outside may bring to a terminal: control characters, and marks that turn the direction of a line.
BARRED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]")
HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07 \x9b31m\x90q\x9c \x05 \u202egnp.exe\u2066 \x08\x08\x08 a\rb\x0bc \x1b]52;c;aGk=\x1b\\"
    "\x1b[6n 日本\u200d👨\u200d👩\u200d👧 \U000e0041 e\u0301\u0301\u0301\u0301"
)


@pytest.fixture
def hostile() -> str:
    return HOSTILE


@pytest.fixture
def barred() -> re.Pattern[str]:
    return BARRED
