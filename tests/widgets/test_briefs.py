"""A brief as rows: it fits a screen whatever is in it, says what is late, and leaves the least out of what is asked."""

from datetime import UTC, datetime, timedelta

import pytest
from rich.cells import cell_len

from storage.kinds import ConsultState, ConversationKind, HandoffState, Priority, Status, Tier
from storage.kinds.handoffs import (
    Before,
    Brief,
    ConsultView,
    Contents,
    Gleaned,
    Handed,
    HandoffView,
    Promised,
    SolutionView,
    Tried,
    Visit,
)
from widgets.briefs import brief_lines, note_text
from widgets.handed import handed_ends

NOW = datetime(2026, 3, 5, 3, 4, tzinfo=UTC)
HOUR = timedelta(hours=1)


def handoff(**given) -> HandoffView:
    values = {
        "handoff_id": 1,
        "conversation_id": 4213,
        "from_tier": Tier.N1,
        "to_tier": Tier.N3,
        "from_agent_id": 1,
        "from_agent": "Bruno",
        "to_agent_id": 2,
        "to_agent": "Inês",
        "destination": "Payments",
        "rota": "payments",
        "at": NOW - HOUR,
        "state": HandoffState.OFFERED,
        "due_at": NOW + timedelta(minutes=9),
        "accepted_at": None,
        "accepted_by": None,
        "accepted": "",
        "returned_at": None,
        "reason": "",
        "escalations": 0,
        "escalated_at": None,
        "crossed": 1,
        "note_id": 9,
        "told_id": None,
        "contents": contents(1),
    }
    return HandoffView(**{**values, **given})


def contents(much: int) -> Contents:
    return Contents(
        "Stop the second capture on gateway br-2. " * much,
        reason="too deep for us " * much,
        tried=tuple(Tried(NOW, "Bruno", f"tried {one} " * much) for one in range(8 * much)),
        facts=tuple(Gleaned(sort, ("88121",) * much, "Ana", NOW) for sort in ("order", "amount", "code", "host")),
        promised=tuple(Promised(f"a status {one}", NOW + HOUR) for one in range(much)),
        visit=Visit("Dock 4", "printer", NOW, NOW + HOUR),
        told="Volto até 03:40. " * much,
    )


def told(much: int, **given) -> Brief:
    values = {
        "conversation_id": 4213,
        "subject": "Pagamentos capturados em dobro " * much,
        "status": Status.OPEN,
        "tier": Tier.N3,
        "kind": ConversationKind.SUPPORT,
        "priority": Priority.NORMAL,
        "assignee": "Inês",
        "customer": "Ana Souza " * much,
        "organization": "ACME",
        "touch": "high",
        "handoff": handoff(),
        "contents": contents(much),
        "before": (Before(3377, "Captura repetida " * much, NOW, SolutionView(True, "key", "sent")),) * 2,
        "vendor": 2 * HOUR,
        "bouncing": True,
    }
    return Brief(**{**values, **given})


@pytest.mark.parametrize("much", [1, 2, 40])
def test_a_brief_fits_a_screen_and_keeps_what_is_asked(much):
    lines = brief_lines(told(much), NOW, 80, height=23)
    assert len(lines) <= 23
    assert all(cell_len(line) <= 80 for line in lines)
    text = "\n".join(lines)
    assert "asked     Stop the second capture" in text
    for word in ("accept within 9m", "bounced", "with a vendor 2h00", "Dock 4, printer", "88121", "a status 0", "who "):
        assert word in text


def test_a_whole_brief_leaves_nothing_out():
    lines = "\n".join(brief_lines(told(3), NOW, 80))
    assert all(f"tried {one} " in lines for one in range(24))
    assert "Bruno, N1 → N3 Payments" in lines


def test_the_note_of_a_handoff_says_all_of_it():
    text = note_text(contents(1), "N3 Payments", NOW)
    assert text.startswith("Handed on to N3 Payments.")
    for word in ("Stop the second", "too deep", "tried 7", "88121", "a status 0", "Dock 4", "Volto até"):
        assert word in text


def words(handed: Handed) -> str:
    rows = handed_ends(handed, NOW)
    return "\n".join("".join(text for text, _role in (*left, *aside)) for left, aside in rows)


def test_beside_a_conversation_stands_what_is_asked_and_what_is_late():
    asked = ConsultView(
        1, 4213, 1, "Bruno", 2, "Marta", 7, NOW - HOUR, NOW - timedelta(minutes=5), ConsultState.ASKED, None
    )
    text = words(Handed(handoff(due_at=NOW - timedelta(minutes=3)), (asked,), bouncing=True))
    for word in ("Stop the second capture", "accept LATE 3m", "Dock 4", "Marta is asked", "5m", "bounced"):
        assert word in text
    assert words(Handed(handoff(state=HandoffState.RETURNED, reason="no log", due_at=None))) == "returned no log"
    assert words(Handed()) == ""
