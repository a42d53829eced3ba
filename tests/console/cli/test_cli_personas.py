"""`plantao persona`: cards kept, changed and exchanged as files; suggested for customers, confirmed, dismissed."""

import json

import pytest


def rows(said) -> list[dict]:
    assert said.status == 0, said.err
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def desk(run, filled):
    """Six customers of one organization."""
    return run


def test_a_card_is_kept_changed_shown_and_taken_away(desk):
    assert desk("persona", "add", "Chief", "--role", "CTO", "--pain", "month end", "--tone", "terse").status == 0
    (card,) = rows(desk("persona", "set", "chief", "--name", "Head", "--do", "give a time", "--json"))
    assert (card["name"], card["pains"], card["do"], card["former"]) == (
        "Head",
        ["month end"],
        ["give a time"],
        ["Chief"],
    )
    assert desk("persona", "show", "Chief").out.startswith("---\npersona: Head\ntone: terse\npains:\n- month end\n")
    assert "Head" in desk("persona", "list").out
    said = desk("persona", "add", "CHIEF")
    assert (said.status, "That name is taken" in said.err) == (1, True)
    assert desk("persona", "set", "head", "--tone", "x" * 301).status == 2
    assert desk("persona", "remove", "head").status == 0
    assert desk("persona", "show", "head").status == 1
    desk("undo")
    assert len(rows(desk("persona", "list", "--json"))) == 1


def test_who_somebody_may_be_is_said_with_why_and_decided(desk):
    desk("persona", "add", "Chief", "--role", "CTO")
    desk("customer", "set", "3", "role=CTO")
    assert "Chief? role: CTO" in desk("persona", "suggest", "3", "4").out
    assert rows(desk("persona", "suggest", "3", "--json")) == [
        {
            "customer_id": 3,
            "persona": None,
            "suggested": {"persona": "Chief", "entry_id": 1, "by": "role", "said": "CTO"},
        }
    ]
    assert [one["customer_id"] for one in rows(desk("persona", "suggest", "--json"))] == [3]
    assert "Chief? role: CTO" in desk("persona", "suggest").out
    assert "is not Chief" in desk("persona", "dismiss", "3").out
    assert desk("persona", "confirm", "3").status == 1
    desk("undo")
    assert "is Chief now" in desk("persona", "confirm", "3").out
    desk("persona", "set", "Chief", "--name", "Head")
    (shown,) = rows(desk("customer", "show", "3", "--json"))
    assert shown["fields"]["persona"] == "Head"
    assert "is Head" in desk("persona", "suggest", "3").out


def test_files_say_the_same_again_and_bad_ones_are_named_with_their_place(desk, tmp_path):
    notes = "# Notes\n\n**Month end** is on the 10th."
    desk("persona", "add", "Operações", "--role", "operações", "--dont", "apologise", "--notes", notes)
    desk("persona", "add", "Finance", "--signature", "accounts payable", "--channel", "phone")
    folder = tmp_path / "cards"
    assert rows(desk("persona", "export", folder, "--json"))[0]["kept"] == 2
    kept = {one.name: one.read_text() for one in folder.iterdir()}
    assert sorted(kept) == ["finance.md", "operacoes.md"]
    assert [row["would_be"] for row in rows(desk("persona", "import", folder, "--json"))] == ["same", "same"]
    (folder / "new.md").write_text("---\npersona: New\ndo:\n- a\n- " + "b" * 301 + "\n---\n")
    for text, place in (
        (None, "new.md:5:3"),
        ("---\npersona: New\nmood: x\n---\n", "new.md:3:7: mood is not known here"),
        ("---\npersona: New\npersona: Again\n---\n", "new.md:3:1"),
        ("---\npersona: New\nchannel: pigeon\n---\n", "new.md:3:10"),
        ("---\npersona: [New]\n---\n", "new.md:2:10"),
        ("---\ntone: x\n---\n", "new.md:2"),
        ("---\npersona: 'New\n---\n", "new.md:"),
        ("persona: New\n", "new.md: it does not begin with front matter"),
        ("---\npersona: finance\n---\n", "finance.md gives this name already"),
    ):
        if text is not None:
            (folder / "new.md").write_text(text)
        said = desk("persona", "import", folder)
        assert said.status != 0
        assert place in said.err
        assert len(rows(desk("persona", "list", "--json"))) == 2
    (folder / "new.md").unlink()
    (folder / "finance.md").unlink()
    assert "taken away" in desk("persona", "import", folder, "--prune").out
    assert [row["name"] for row in rows(desk("persona", "list", "--json"))] == ["Operações"]
    desk("undo")
    desk("persona", "export", folder)
    assert {one.name: one.read_text() for one in folder.iterdir()} == kept
