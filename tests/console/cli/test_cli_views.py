"""`plantao view`: kept, listed by their keys, shown to those they are for, taken away and brought back."""

import json
from pathlib import Path

import pytest


def listed(run) -> dict[str, dict]:
    said = run("view", "list", "--json")
    assert said.status == 0
    return {row["name"]: row for row in map(json.loads, said.out.splitlines())}


def test_a_view_is_kept_shown_and_taken_away(run, home: Path, filled: Path):
    said = run("view", "save", "Cobrança", "subject:fatura", "sort:newest")
    assert (said.status, said.out) == (0, "Cobrança is kept, on key 6.\n")
    rows = listed(run)
    assert [rows[name]["key"] for name in ("Mine", "Unassigned", "All", "Settled", "Spam")] == list("12345")
    assert rows["Mine"]["view_id"] is None
    assert rows["Cobrança"] == {
        "view_id": 1,
        "key": "6",
        "name": "Cobrança",
        "query": "subject:fatura sort:newest",
        "shared": False,
    }
    assert "Cobrança" in run("view", "list").out
    dropped = run("view", "drop", "cobranca", "--json")
    assert json.loads(dropped.out)["done"] == "drop"
    assert "Cobrança" not in listed(run)
    assert run("undo").status == 0
    assert listed(run)["Cobrança"]["key"] == "6"
    assert "view Cobrança kept" in run("history").out


def test_a_shared_view_on_a_key_of_the_consoles_own_stands_for_that_one(run, home: Path, filled: Path):
    (home / "config.toml").write_text('agent = "vera"\n')
    kept = json.loads(run("view", "save", "Everything", "is:open", "--shared", "--key", 3, "--json").out)
    assert (kept["key"], kept["shared"]) == ("3", True)
    run("view", "save", "Vera's", "is:mine")
    (home / "config.toml").write_text('agent = "rui"\n')
    assert listed(run).keys() == {"Mine", "Unassigned", "Everything", "Settled", "Spam", "Late", "N1", "N2", "N3"}


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (("save", "A", "colour:red"), 2, "there are after, before"),
        (("save", "A", "owner:nobody"), 2, "there are me, none"),
        (("save", " ", "is:open"), 1, "40 letters"),
        (("drop", "nothing"), 1, "no view nothing"),
        (("save", "A"), 2, "QUERY"),
        (("save", "A", "is:open", "--key", "12"), 2, "--key"),
    ],
)
def test_what_cannot_be_kept_is_said(run, filled: Path, words, status, said):
    done = run("view", *words)
    assert done.status == status
    assert said in done.err


def test_two_views_do_not_share_a_name(run, filled: Path):
    assert run("view", "save", "Ação", "is:open").status == 0
    done = run("view", "save", "acao", "is:mine")
    assert (done.status, "that name" in done.err) == (1, True)
