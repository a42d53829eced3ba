"""`playbook`, `away` and `task`: all of it by command, told as JSON, and taken back."""

import json
from pathlib import Path


def told(said) -> list[dict]:
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


def test_models_are_listed_changed_exchanged_and_taken_back(filled: Path, run, tmp_path: Path) -> None:
    rows = told(run("playbook", "list", "--json"))
    assert (len(rows), {row["scope"] for row in rows}) == (13, {"touch", "service"})
    (mid,) = told(run("playbook", "set", "mid", "check-in=14", "limit=5", "--json"))
    assert (mid["check_in"], mid["limit"], mid["shipped"]) == (14, 5, False)
    assert "shipped with: a check-in every 30 days" in run("playbook", "show", "mid").out
    file = tmp_path / "books.json"
    assert run("playbook", "export", file).status == 0
    assert run("undo").status == 0
    assert told(run("playbook", "show", "mid", "--json"))[0]["check_in"] == 30
    assert [one["name"] for one in told(run("playbook", "import", file, "--json"))] == ["mid"]
    assert run("playbook", "import", file).status == 1  # all of it stands so already
    file.write_text('[{"name": "mid", "limit": "many"}]', encoding="utf-8")
    assert "many is no number" in run("playbook", "import", file).err
    file.write_text("{", encoding="utf-8")
    assert "is no list of playbooks" in run("playbook", "import", file).err
    assert told(run("playbook", "reset", "mid", "--json"))[0]["shipped"] is True
    assert "no field surveys" in run("playbook", "set", "mid", "surveys=on").err


def test_a_mailbox_plays_a_model_and_an_agent_is_away(filled: Path, run) -> None:
    mailbox = told(run("account", "list", "--json"))
    name = mailbox[0]["name"] if mailbox else told(run("list", "--json"))[0]["mailbox"]
    assert run("playbook", "play", name, "in-depth").out == f"{name} plays in-depth\n"
    assert f"{name} plays in-depth" in run("playbook", "list").out
    assert run("playbook", "play", name, "high").status != 0
    assert run("playbook", "play", "nowhere", "in-depth").status == 1
    assert "is away until" in run("away", "me", "--until", "3d").out
    (row,) = told(run("away", "--json"))
    assert row["away"] is True
    assert "is here again" in run("away", "--back").out
    assert run("away", "--json").out == ""


def test_a_task_is_begun_by_command(filled: Path, run) -> None:
    (task,) = told(run("task", "add", "Ask", "again", "--due", "3d", "--owner", "me", "--json"))
    assert task["title"] == "Ask again"
    (row,) = told(run("list", "kind:task", "--json"))
    assert row["conversation_id"] == task["conversation_id"]
    assert run("task", "add", "x", "--due", "never").status == 2
    assert run("undo").status == 0
    assert run("list", "kind:task", "--json").out == ""
