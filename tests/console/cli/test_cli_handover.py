"""`handover`: what changed in the shift, what is owed, who is on next, and that it was read."""

import json
from pathlib import Path


def told(said) -> list[dict]:
    assert (said.status, said.err) == (0, "")
    return [json.loads(line) for line in said.out.splitlines()]


def test_a_shift_is_handed_over_and_acknowledged_and_that_is_taken_back(filled: Path, run) -> None:
    first, second = "1", "2"
    assert run("reopen", first).status == 0
    assert run("resolve", first).status == 0
    assert run("promise", "add", second, "call", "back", "--due", "2h").status == 0
    assert run("agent", "set", "Ana", "tiers=n3").status == 0
    assert run("rota", "set", "nights", "tier=n3", "zone=UTC", "agents=Ana, me", "turn=daily", "at=09:00").status == 0
    (view,) = told(run("handover", "--since", "1h", "--json"))
    assert [one["conversation_id"] for one in view["resolved"]["rows"]] == [1]
    assert view["promises"][0]["text"] == "call back"
    assert (view["on"][0]["agent"], len(view["then"])) == ("Ana", 1)
    assert view["acknowledged"] is None
    page = run("handover", "--since", "1h").out
    for words in ("Resolved: 1", "call back", "On call", "nights: Ana"):
        assert words in page, words
    assert run("undo").status == 0  # the rota
    assert run("reopen", first).status == 0
    assert told(run("handover", "--since", "1h", "--json"))[0]["resolved"]["count"] == 0
    assert "is read" in run("handover", "--since", "1h", "--acknowledge", "seen, \x1b[31mthanks").out
    (after,) = told(run("handover", "--since", "last", "--json"))
    assert after["acknowledged"]["text"] == "seen, [31mthanks"
    assert after["since"] == after["acknowledged"]["at"]
    assert "last read by" in run("handover").out
    assert run("undo").status == 0
    assert told(run("handover", "--json"))[0]["acknowledged"] is None


def test_a_moment_that_is_none_or_to_come_is_refused(filled: Path, run) -> None:
    for wrong in ("never", "2099-01-01"):
        assert run("handover", "--since", wrong).status == 2
    assert run("handover", "--acknowledge", "x" * 2001).status == 2
    assert run("handover", "--since", "23:59", "--json").status == 0
