"""`plantao draft`: an agent's own drafts on the command line, nobody else's, and nothing in them acts."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.desk import open_desk
from storage.commands import drafts
from storage.kinds import DraftKind

EVIL = "\x1b]0;owned\x07Bom dia\u202e.\nAté logo."


@pytest.fixture
def draft(run, home: Path, filled: Path) -> int:
    (home / "config.toml").write_text('agent = "vera"\n')
    desk = open_desk(str(home / "data"), agent="vera")
    now = datetime.now(UTC)
    begun, _known = desk.tell_now(
        drafts.begin,
        agent_id=desk.agent_id,
        kind=DraftKind.NEW,
        now=now,
        values={"body": EVIL, "to": "ana@acme.example"},
    )
    desk.store.close()
    return begun.draft_id


def listed(run, *more):
    said = run("draft", "list", "--json", *more)
    assert said.status == 0
    return [json.loads(line) for line in said.out.splitlines()]


def test_a_draft_is_listed_shown_thrown_away_and_recalled(run, draft):
    [row] = listed(run)
    assert (row["draft_id"], row["kind"], row["to"]) == (draft, "new", "ana@acme.example")
    shown = run("draft", "show", draft)
    assert "ana@acme.example" in shown.out
    assert "Até logo." in shown.out
    assert not {"\x1b", "\x07", "\u202e"} & set(shown.out + run("draft", "list").out)
    assert run("draft", "drop", draft).status == 0
    assert listed(run) == []
    assert [row["draft_id"] for row in listed(run, "--dropped")] == [draft]
    assert json.loads(run("draft", "recall", draft, "--json").out) == {"draft_id": draft, "done": "recall"}
    assert [row["draft_id"] for row in listed(run)] == [draft]


@pytest.mark.parametrize("verb", ["show", "drop", "recall"])
def test_what_is_another_agents_is_not_there(run, home, draft, verb):
    (home / "config.toml").write_text('agent = "rui"\n')
    done = run("draft", verb, draft)
    assert done.status == 1
    assert f"There is no draft {draft} of yours" in done.err
    assert listed(run) == []
