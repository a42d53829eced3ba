"""`plantao rule`, `block` and `unblock`: laid down, tried, at work on mail that arrives, named by `why`, dropped."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from made.post import Post, letter

from storage.store import Store, open_store

NEWS = "news@letters.example"


@pytest.fixture
def mail(home: Path):
    """Mail that arrives now, in a mailbox that is live; gives what became of it."""
    store: Store = open_store(str(home / "data"))
    now = datetime.now(UTC)
    post = Post(store, live_since=now - timedelta(days=20))
    post.now = now

    def arrive(name: str, *, days: int = 0, **given):
        post.now = datetime.now(UTC)
        at = post.now - timedelta(days=days)
        given = {"subject": f"Matter {name}", "text": f"letter {name}", "dated_at": at, **given}
        return post.bring(post.delivery(letter(name, **given), at=at))

    yield arrive
    store.close()


def rows(said) -> list[dict]:
    assert said.status == 0, said.err
    return [json.loads(line) for line in said.out.splitlines()]


def test_a_rule_is_tried_laid_down_at_work_and_dropped(run, home: Path, mail):
    (home / "config.toml").write_text('agent = "vera"\n')
    for number in range(3):
        mail(f"{number}@x", by=NEWS, days=number * 8)
    mail("a@x", by="ana@acme.example")
    (tried,) = rows(run("rule", "try", "--from", "@letters.example", "--since", "10d", "--json"))
    assert (tried["count"], tried["looked_at"], len(tried["first"])) == (2, 3, 2)
    assert tried["first"][0].keys() == {
        "message_id",
        "conversation_id",
        "from_name",
        "from_addr",
        "subject",
        "arrived_at",
    }
    said = run(
        "rule", "add", "Boletins", "--from", NEWS, "--tag", "news", "--assign", "me", "--view", "Boletins", "--ignore"
    )
    assert said.status == 0
    assert "--from news@letters.example → +news, +boletins, assigned to vera, ignored." in said.out
    assert "It would have met 3 of 4 messages" in said.out
    counts = mail("z@x", by=NEWS).counts
    assert counts.ignored_by == {"rule:Boletins": 1}
    (found,) = rows(run("list", "tag:news", "--json"))
    number = found["conversation_id"]
    assert (found["status"], found["assignee"]) == ("closed", "vera")
    assert "rule Boletins: tagged, assigned, ignored" in run("show", number).out
    assert "closed, by a rule" in run("show", number).out
    assert "rule Boletins: tagged, assigned, ignored" in run("why", number).out
    (told,) = rows(run("why", number, "--json"))
    assert told["messages"][0]["rules"] == [{"rule_id": 1, "name": "Boletins", "did": ["tag", "assign", "ignore"]}]
    assert "Boletins" in run("view", "list").out
    (rule,) = rows(run("rule", "list", "--json"))
    assert rule["conditions"] == {"from": NEWS}
    assert (rule["tags"], rule["assignee"], rule["spam"], rule["ignore"]) == (["news", "boletins"], "vera", False, True)
    assert "It would have met 4 of 5 messages" in run("rule", "try", "boletins").out
    assert run("rule", "drop", "boletins").status == 0
    assert rows(run("rule", "list", "--json")) == []
    (ended,) = rows(run("rule", "list", "--all", "--json"))
    assert ended["valid_until"] is not None
    assert run("undo").status == 0
    assert len(rows(run("rule", "list", "--json"))) == 1


def test_a_blocked_sender_is_spam_until_let_in_again(run, home: Path, mail):
    (home / "config.toml").write_text('agent = "vera"\n')
    blocked = json.loads(run("block", "@Spam.example", "--json").out)
    assert (blocked["conditions"], blocked["spam"]) == ({"from": "@spam.example"}, True)
    mail("a@x", by="bo@mail.spam.example")
    mail("b@x", by="bo@notspam.example")
    assert [row["customer"] for row in rows(run("list", "is:spam", "--json"))] == ["Bo"]
    assert run("unblock", "@spam.example").status == 0
    mail("c@x", by="bo@spam.example")
    assert len(rows(run("list", "is:open", "--json"))) == 2
    again = run("unblock", "@spam.example")
    assert (again.status, "is not blocked" in again.err) == (1, True)


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("rule", "add", "A", "--spam"), 1, "needs a condition"),
        (("rule", "add", "A", "--subject", "x"), 1, "something to do"),
        (("rule", "add", "A", "--subject", "x", "--spam", "--ignore"), 1, "choose one"),
        (("rule", "add", "A", "--subject", "x", "--assign", "nobody-here"), 1, "Nobody here"),
        (("rule", "add", "A", "--over", "big", "--spam"), 2, "no size"),
        (("rule", "try"), 2, "nothing to try"),
        (("rule", "try", "A", "--subject", "x"), 2, "not both"),
        (("rule", "try", "A"), 1, "no rule A"),
        (("rule", "try", "--subject", "x", "--since", "whenever"), 2, "no date"),
        (("rule", "try", "--subject", "x", "--since", '3d"a"'), 2, "no date"),
        (("rule", "drop", "A"), 1, "no rule A"),
        (("block", "nobody"), 1, "whole address"),
        (("block", "a\x1b]0;b@x.example"), 1, "whole address"),
    ],
)
def test_what_cannot_be_done_is_said(run, filled: Path, words, status, said):
    done = run(*words)
    assert done.status == status
    assert said in done.err
    assert "\x1b" not in done.err


def test_conditions_are_shown_as_a_shell_takes_them(run):
    said = run("rule", "add", "Notas", "--subject", 'nota "fiscal"', "--spam")
    assert said.status == 0
    assert "--subject 'nota \"fiscal\"'" in said.out
    assert "--subject 'nota \"fiscal\"'" in run("rule", "list").out
