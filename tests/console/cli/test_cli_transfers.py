"""`plantao transfer` and what follows: handed on with a brief, accepted, returned, asked, resolved with a cause."""

import json
import sqlite3
import zlib
from contextlib import closing
from datetime import UTC, datetime

import pytest

from storage.commands import transferring
from storage.commands.desk import agent_named
from storage.kinds.errors import StoreFailing
from storage.queries import mailboxes
from storage.store import open_store


@pytest.fixture
def opened(run, filled):
    """Conversations that are not settled, as imported mail is."""
    assert run("reopen", "1", "2").status == 0
    return filled


def test_a_conversation_is_handed_on_read_accepted_and_returned(run, opened):
    run("note", "1", "switched retry off on br-2")
    asked = run("transfer", "1", "--to", "n3", "--asked", "Why 500s?", "--destination", "Payments", "--tried", "prayed")
    assert asked.status == 0, asked.err
    assert "N1 → N3 Payments" in asked.out
    assert "accept within" in asked.out
    brief = run("show", "1", "--brief").out
    lines = brief.splitlines()
    assert len(lines) <= 23
    assert all(len(line) <= 80 for line in lines)
    assert "Why 500s?" in brief
    assert "switched retry off on br-2" in brief
    assert "prayed" in brief
    said = json.loads(run("show", "1", "--brief", "--json").out)
    assert (said["tier"], said["handoff"]["state"], said["contents"]["asked"]) == ("n3", "offered", "Why 500s?")
    accepted = json.loads(run("accept", "1", "--json").out)
    assert (accepted["state"], accepted["done"]) == ("accepted", "accept")
    again = run("accept", "1")
    assert (again.status, "waits to be accepted" in again.err) == (1, True)
    assert run("return", "1", "--reason", "no log").status == 0
    shown = run("show", "1").out
    assert "handed on, N1 → N3, to Payments" in shown
    assert "returned, N3 → N1: no log" in shown
    assert "× bounced" in run("show", "1", "--brief").out


def test_undo_takes_it_back_until_it_is_accepted(run, opened):
    run("transfer", "1", "--to", "n3", "--asked", "Why?")
    assert run("undo").status == 0
    assert json.loads(run("show", "1", "--json").out)["tier"] == "n1"
    history = run("history").out
    assert "handed on, N1 → N3" in history


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("--to", "n4", "--asked", "x"), 2, "n4"),
        (("--to", "n3"), 2, "asked needs a value"),
        (("--to", "n1", "--asked", "x"), 1, "#1 is at that tier already"),
        (("--to", "n2", "--asked", "x"), 2, "reason needs a value"),
        (("--to", "n2", "--asked", "x", "--reason", "r"), 2, "a visit goes along"),
        (("--to", "n2", "--asked", "x", "--reason", "r", "--site", "s"), 2, "time window"),
        (("--to", "n3", "--asked", "x", "--agent", "Nobody"), 1, "Nobody here is called Nobody"),
        (("--to", "n3", "--asked", "x", "--promise", "y"), 2, "--due"),
        (("--to", "n3", "--asked", "x", "--told", "y"), 78, "has no account here"),
    ],
)
def test_what_cannot_be_handed_on_is_said_and_nothing_is_done(run, opened, words, status, said):
    done = run("transfer", "1", *words)
    assert (done.status, said in done.err) == (status, True), done.err
    assert json.loads(run("show", "1", "--json").out)["tier"] == "n1"


def test_a_visit_is_booked_with_n2(run, opened):
    given = ("--reason", "broken", "--site", "Dock 4", "--asset", "printer", "--from", "2h", "--until", "4h")
    assert run("transfer", "1", "--to", "n2", "--asked", "Change it.", *given).status == 0
    brief = run("show", "1", "--brief").out
    assert "Dock 4, printer, " in brief


def test_a_colleague_is_asked(run, opened):
    run("take", "1")
    alone = run("consult", "1", "me", "--text", "Do you know?")
    assert (alone.status, "not yourself" in alone.err) == (1, True)
    odd = run("consult", "1", "me", "--text", "x", "--within", "soon")
    assert (odd.status, "no span of time" in odd.err) == (2, True)
    assert run("agent", "set", "Marta Gil", "tiers=n2").status == 0
    assert run("consult", "1", "marta", "--text", "Seen this before?").out.startswith("#1: Marta Gil is asked, until ")


def test_support_is_resolved_with_its_cause(run, opened):
    assert run("kind", "1", "--to", "support").out.strip() == "#1: support"
    some = run("resolve", "1", "2")
    assert (some.status, "#1 is support" in some.err, "#2: resolved" in some.out) == (1, True, True)
    half = run("resolve", "1", "--cause", "a key")
    assert (half.status, "solution needs a value" in half.err) == (2, True)
    assert run("resolve", "1", "--cause", "a key", "--solution", "sent it").status == 0
    assert "a key; sent it" in run("show", "1", "--brief").out
    run("undo")
    assert json.loads(run("show", "1", "--json").out)["status"] != "resolved"
    assert run("resolve", "1", "--unknown", "never came again").status == 0


def test_a_question_that_is_refused_leaves_nothing_in_any_file(run, home, opened):
    store = open_store(str(home / "data"))
    with store.writing() as session:
        agent_named(session, "Marta", now=datetime.now(UTC))
    store.close()
    refused = run("consult", "1", "Marta", "--text", "dizem-que-segredo", "--within", "40d")
    assert (refused.status, "to a month" in refused.err) == (2, True), refused.err
    mail = sqlite3.connect(home / "data" / "mail.db")
    kept = [zlib.decompress(one) for (one,) in mail.execute("SELECT packed FROM mail_content WHERE NOT erased")]
    mail.close()
    assert not any(b"dizem-que-segredo" in one for one in kept)


def in_the_files(home) -> bytes:
    with closing(sqlite3.connect(home / "data" / "mail.db")) as mail:
        kept = mail.execute("SELECT packed FROM mail_content WHERE NOT erased")
        return b"".join(zlib.decompress(one) for (one,) in kept)


@pytest.mark.parametrize("name", ["transfer", "consult"])
def test_where_the_store_fails_it_may_have_been_committed_and_the_bytes_stay(run, home, opened, monkeypatch, name):
    """An answer that is on record without its bytes never leaves."""
    with closing(open_store(str(home / "data"))) as store, store.writing() as session:
        agent_named(session, "Marta", now=datetime.now(UTC))

    def failing(*_given, **_more):
        raise StoreFailing("desk.db")

    monkeypatch.setattr(transferring, name, failing)
    given = {"transfer": ("--to", "n3", "--asked", "the question"), "consult": ("Marta", "--text", "the question")}
    assert run(name, "1", *given[name]).status != 0
    assert b"the question" in in_the_files(home)


def test_somebody_or_nobody_is_asked_by_name(run, home, opened):
    with closing(open_store(str(home / "data"))) as store, store.writing() as session:
        agent_named(session, "Marta", now=datetime.now(UTC))
    assert run("away", "Marta", "--until", "2d").status == 0
    both = run("transfer", "1", "--to", "n3", "--asked", "x", "--agent", "Marta", "--anybody")
    assert (both.status, "--anybody" in both.err) == (2, True)
    named = run("transfer", "1", "--to", "n3", "--asked", "x", "--agent", "Marta", "--json")
    assert json.loads(named.out)["to_agent"] == "Marta"
    assert "Marta: away" in named.err
    anybody = run("transfer", "2", "--to", "n3", "--asked", "x", "--anybody", "--json")
    assert (json.loads(anybody.out)["to_agent"], anybody.err) == ("", "")


def test_what_the_customer_is_told_is_promised_with_its_clock(run, home, opened):
    account = '[[account]]\nname = "{}"\naddress = "{}"\nimap = "127.0.0.1:1"\nsmtp = "127.0.0.1:2"\ntls = "none"\n'
    with closing(open_store(str(home / "data"))) as store, store.reading() as session:
        (mailbox,) = {(one.name, one.address) for one in mailboxes.states(session)}
    (home / "config.toml").write_text(account.format(*mailbox))
    given = ("transfer", "1", "--asked", "x", "--to", "n3", "--told", "I will write to you by tomorrow 15:00.")
    assert run(*given, "--promises", "--promise", "the cause", "--due", "5d").status == 0
    promised = [json.loads(line)["text"] for line in run("promise", "list", "--json").out.splitlines()]
    assert promised == ["I will write to you by tomorrow 15:00.", "the cause"]
    told = json.loads(run("show", "1", "--brief", "--json").out)["contents"]["promised"]
    assert sorted(one["text"] for one in told) == promised
    assert run("undo").status == 0
    assert run("promise", "list", "--json").out == ""


def test_why_tells_the_time_with_a_vendor(run, opened):
    run("transfer", "1", "--to", "n3", "--asked", "x")
    assert json.loads(run("why", "1", "--json").out)["vendor"] == []
    assert run("hold", "1").status == 0
    (told,) = json.loads(run("why", "1", "--json").out)["vendor"]
    assert told["ends"] is None
    assert "on hold at N3" in run("why", "1").out
