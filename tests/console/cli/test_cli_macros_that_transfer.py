"""A macro that hands on: with the answer, in one action; what it lacks is named, and nothing is done."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from console.mail import transferring
from storage.kinds.errors import Refused
from storage.queries import mailboxes
from storage.store import open_store

ACCOUNT = '[[account]]\nname = "{}"\naddress = "{}"\nimap = "127.0.0.1:1"\nsmtp = "127.0.0.1:2"\ntls = "none"\n'
ASKED = "Why does {{ customer.name }} see {{ fault }}?"


@pytest.fixture
def desk(run, home: Path, filled: Path):
    """The desk of `filled`, with an account by which its mail can leave, and a macro."""
    assert run("reopen", "1", "2").status == 0
    with closing(open_store(str(home / "data"))) as store, store.reading() as session:
        (mailbox,) = {(one.name, one.address) for one in mailboxes.states(session)}
    (home / "config.toml").write_text(ACCOUNT.format(*mailbox))
    given = ("--language", "en", "--title", "Up", "--text", "A specialist looks into it.")
    made = run("response", "add", "up", *given, "--transfer", "n3", "--asked", ASKED, "--put", "n3-asked")
    assert made.status == 0, made.err
    return run


def shown(run, number: int) -> dict:
    return json.loads(run("show", number, "--brief", "--json").out)


def test_it_is_handed_on_with_the_answer_in_one_action_and_one_undo(desk) -> None:
    made = desk("reply", "1", "--response", "up", "--set", "fault=502")
    assert made.status == 0, made.err
    told = shown(desk, 1)
    asked = told["handoff"]["contents"]["asked"] if "contents" in told["handoff"] else told["contents"]["asked"]
    assert asked == "Why does Cliente 1 see 502?"
    assert (told["tier"], told["status"]) == ("n3", "open")
    assert "A specialist looks into it." in told["contents"]["told"]
    view = json.loads(desk("show", "1", "--json").out)
    assert "n3-asked" in view["tags"]
    assert desk("undo").status == 0
    view = json.loads(desk("show", "1", "--json").out)
    assert (view["tier"], view["tags"]) == ("n1", [])
    assert desk("outbox", "list", "--json").out == ""


def test_what_is_not_known_is_asked_for_and_nothing_is_done(desk) -> None:
    made = desk("reply", "1", "--response", "up")
    assert (made.status, "give fault with --set" in made.err) == (1, True), made.err
    assert shown(desk, 1)["tier"] == "n1"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (("--transfer", "n2"), "reason needs a value"),
        (("--transfer", "n1"), "is at that tier already"),
    ],
)
def test_what_a_tier_needs_and_the_macro_lacks_is_said_and_nothing_leaves(desk, changes, words) -> None:
    assert desk("response", "edit", "up", *changes).status == 0
    made = desk("reply", "1", "--response", "up", "--set", "fault=502")
    assert (made.status != 0, words in made.err) == (True, True), made.err
    assert shown(desk, 1)["tier"] == "n1"
    assert desk("outbox", "list", "--json").out == ""
    assert desk("draft", "list", "--json").out == ""


def test_a_director_names_a_destination(desk) -> None:
    name = json.loads(desk("show", "1", "--json").out)["mailbox"]
    assert desk("playbook", "play", name, "redirected").status == 0
    made = desk("reply", "1", "--response", "up", "--set", "fault=502")
    assert made.status == 1
    assert "N1 directs here: name the team" in made.err
    assert desk("response", "edit", "up", "--team", "Payments").status == 0
    assert desk("reply", "1", "--response", "up", "--set", "fault=502").status == 0
    assert shown(desk, 1)["handoff"]["destination"] == "Payments"


def test_a_new_conversation_is_not_handed_on(desk) -> None:
    made = desk(
        "reply",
        "--new",
        "--to",
        "x@y.example",
        "--subject",
        "x",
        "--response",
        "up",
        "--set",
        "fault=502",
        "--set",
        "customer.name=Rui",
    )
    assert made.status == 1
    assert "only what stands" in made.err


def test_the_check_looks_at_what_is_asked_too(desk) -> None:
    said = desk("response", "check").out
    assert "transfer, asked: customer.name would come out blank" in said
    assert desk("response", "edit", "up", "--asked", "Why?").status == 0
    assert "transfer" not in desk("response", "check").out


def test_options_of_a_transfer_are_checked(desk) -> None:
    given = ("--language", "en", "--title", "x", "--text", "y")
    assert desk("response", "add", "a", *given, "--transfer", "n4", "--asked", "z").status == 2
    assert desk("response", "add", "a", *given, "--asked", "z").status == 2
    assert desk("response", "add", "a", *given, "--transfer", "n3").status != 0
    assert desk("response", "edit", "up", "--transfer", "").status == 0
    assert "transfer" not in desk("response", "show", "up").out


def test_what_is_handed_on_by_somebody_else_meanwhile_leaves_no_bytes_of_the_answer(
    desk, home: Path, monkeypatch
) -> None:
    def kept() -> int:
        with closing(sqlite3.connect(home / "data" / "mail.db")) as mail:
            return mail.execute("SELECT count(*) FROM mail_content WHERE NOT erased").fetchone()[0]

    def along(*_given: object, **_more: object) -> None:
        raise Refused("offered", (1,))

    monkeypatch.setattr(transferring, "along", along)
    before = kept()
    assert desk("reply", "1", "--response", "up", "--set", "fault=502").status == 1
    assert kept() == before
