"""`plantao promise`: written down, listed by when it is due, kept, taken away, and undone."""

import json

import pytest


def test_a_promise_is_written_down_listed_kept_and_taken_back(run, filled):
    said = json.loads(run("promise", "add", "1", "call", "back", "--due", "tomorrow 10:00", "--json").out)
    assert (said["text"], said["conversation_id"], said["overdue"], said["kept"]) == ("call back", 1, False, False)
    assert said["due"].endswith("Z")
    run("promise", "add", "2", "a price", "--due", "2h")
    listed = run("promise", "list").out.splitlines()
    assert [line.rsplit("  ", 1)[-1].strip() for line in listed] == ["a price", "call back"]
    assert "by " in listed[0]
    assert len(run("promise", "list", "--mine", "--json").out.splitlines()) == 2
    assert run("promise", "list", "--overdue").out == ""
    kept = run("promise", "keep", str(said["promise_id"]))
    assert (kept.status, "kept" in kept.out) == (0, True)
    assert [json.loads(line)["text"] for line in run("promise", "list", "--kept", "--json").out.splitlines()] == [
        "call back"
    ]
    run("undo")
    assert run("promise", "drop", str(said["promise_id"])).status == 0
    assert len(run("promise", "list").out.splitlines()) == 1


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("add", "1", "x", "--due", "never"), 2, "is no moment"),
        (("add", "1", "x", "--due", "2020-01-01"), 2, "has passed"),
        (("add", "1", "--due", "2h"), 2, "promise needs a value"),
        (("add", "99", "x", "--due", "2h"), 1, "#99"),
        (("keep", "99"), 1, "There is no promise 99"),
    ],
)
def test_what_cannot_be_promised_is_said(run, filled, words, status, said):
    done = run("promise", *words)
    assert (done.status, said in done.err) == (status, True), done.err
