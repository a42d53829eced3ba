"""Clocks on the command line: `why`, `list`, `show`, `breach` and `doctor --rebuild`."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from made.post import Post

from storage.commands import clocks
from storage.store import open_store


@pytest.fixture
def live(home) -> str:
    """A desk with two live letters, since three hours ago and one; the first one is due in an hour."""
    store = open_store(str(home / "data"))
    now = datetime.now(UTC).replace(microsecond=0)
    post = Post(store, live_since=now - timedelta(days=1))
    post.now = now
    for number, hours in ((1, 3), (2, 1)):
        post.send(f"{number}@x", at=now - timedelta(hours=hours), subject=f"S{number}", text=f"{number}")
    store.close()
    return str(home / "data")


def lines(said) -> list[dict]:
    return [json.loads(line) for line in said.out.splitlines()]


def test_why_tells_every_interval_and_lists_say_when_what_is_due(run, live):
    rows = lines(run("list", "--json"))
    assert [row["conversation_id"] for row in rows] == [1, 2]
    assert {row["due_metric"] for row in rows} == {"first_response"}
    assert rows[0]["warn_at"] < rows[0]["due_at"] < rows[1]["due_at"]
    assert lines(run("show", "1", "--json"))[0]["due_at"] == rows[0]["due_at"]
    (told,) = lines(run("why", "1", "--json"))
    first = told["clocks"][0]
    assert (first["metric"], first["state"], first["due_at"]) == ("first_response", "running", rows[0]["due_at"])
    (interval,) = first["intervals"]
    assert (interval["starts"], interval["counted"], interval["rule"]) == (first["started_at"], True, "open")
    assert re.search(r"^#1 +5[0-9]m ", run("list").out, re.MULTILINE)
    run("hold", "1")
    assert re.search(r"^#1 +on hold ", run("list").out, re.MULTILINE)
    assert "on hold: a third party is waited for" in run("why", "1").out
    words = run("why", "2").out
    assert "first response: running, due " in words
    assert "of 4h spent, by the policy default" in words


def test_a_breach_is_listed_until_somebody_says_why(run, live):
    assert run("breach", "list").out == "No breach.\n"
    store = open_store(live)
    with store.writing() as session:
        clocks.note_due(session, now=datetime.now(UTC) + timedelta(hours=2))
    store.close()
    (one,) = lines(run("breach", "list", "--json"))
    assert (one["conversation_id"], one["metric"], one["explained_at"], one["subject"]) == (
        1,
        "first_response",
        None,
        "S1",
    )
    done = run("breach", "explain", "1", "--cause", "an empty shift", "--corrective", "two on Mondays")
    assert (done.status, "written down" in done.out) == (0, True)
    assert run("breach", "list", "--json").out == ""
    (said,) = lines(run("breach", "list", "--explained", "--json"))
    assert (said["cause"], said["corrective"], said["due_at"]) == ("an empty shift", "two on Mondays", one["due_at"])
    assert "an empty shift" in run("breach", "list", "--all").out
    assert "cause: an empty shift" in run("why", "1").out
    run("undo")
    assert len(run("breach", "list", "--json").out.splitlines()) == 1
    assert "nobody has said why" in run("why", "1").out


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("explain", "1", "--cause", "x", "--metric", "speed"), 2, "speed"),
        (("explain", "99", "--cause", "x"), 1, "#99"),
        (("explain", "1", "--cause", " "), 2, "cause needs a value"),
        (("explain", "1", "--cause", "x"), 1, "breach list"),
    ],
)
def test_what_cannot_be_explained_is_said(run, live, words, status, said):
    done = run("breach", *words)
    assert (done.status, said in done.err) == (status, True), done.err


def test_clocks_made_anew_are_as_they_were_and_those_that_are_not_are_counted(run, live):
    assert "0 rows are not as they were" in run("doctor", "--rebuild").out
    store = open_store(live)
    with store.writing() as session:
        session.connection().exec_driver_sql("DELETE FROM clock WHERE conversation_id = 2 AND metric = 'resolution'")
    store.close()
    assert "1 row is not as it was" in run("doctor", "--rebuild").out
    assert "0 rows are not as they were" in run("doctor", "--rebuild").out
