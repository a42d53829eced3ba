"""`plantao icp`: definitions kept, changed and exchanged as files, and how far organizations fit, each part told."""

import json

import pytest


def rows(said) -> list[dict]:
    assert said.status == 0, said.err
    return [json.loads(line) for line in said.out.splitlines()]


@pytest.fixture
def desk(run, filled):
    """Six customers of one organization."""
    run("organization", "set", "1", "industry=freight", "size=12")
    return run


LINES = ("25 industry is freight", "20 size >= 60", "5 country one_of Brasil, Chile")


def test_a_definition_is_kept_changed_and_judged_with_every_part(desk):
    (kept,) = rows(desk("icp", "add", "Freight", *LINES, "--notes", "Why *freight*.", "--json"))
    assert (kept["fits"], kept["poor"], kept["unknown"], kept["good"]) == (0, 1, 1, 70)
    (fit,) = rows(desk("icp", "fit", "--organization", "1", "--json"))
    assert (fit["percent"], fit["fits"]) == (55, False)
    assert [one["says"] for one in fit["matched"] + fit["missed"] + fit["unknown"]] == [["freight"], ["12"], []]
    assert rows(desk("icp", "fit", "--customer", "3", "--json")) == [fit]
    assert "55 %" in desk("icp", "fit", "Freight").out
    assert "miss         20     size at_least 60 (12)" in desk("icp", "fit", "--organization", "1").out
    changed = desk("icp", "set", "FREIGHT", "--weigh", "2=5", "--drop", "3", "--add", "1 people >= 3", "--good", "80")
    assert "1 fit, 1 do not, 0 unknown" in changed.out
    assert desk("icp", "show", "freight").out.startswith(
        "---\nicp: Freight\ngood: 80\ncriteria:\n- 25 industry is freight\n- 5 size at_least 60\n- 1 people at_least 3\n"
    )
    assert rows(desk("list", "icp:Freight", "--json")) == rows(desk("list", "org:1", "--json"))
    (shown,) = rows(desk("organization", "show", "1", "--json"))
    assert shown["fits"] == [{"icp": "Freight", "percent": 83, "good": 80, "fits": True}]
    desk("undo")
    assert "25 industry is freight" in desk("icp", "show", "Freight").out
    assert desk("icp", "remove", "Freight").status == 0
    assert desk("icp", "fit", "Freight").status == 1


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("many industry is fish", "many is no weight"),
        ("5 industri is fish", "did you mean industry?"),
        ("5 industry like fish", "industry cannot be compared by like"),
        ("5 size is many", "many is no number"),
    ],
)
def test_a_criterion_that_is_none_says_why_and_nothing_is_kept(desk, line, words):
    said = desk("icp", "add", "Freight", LINES[0], line)
    assert said.status == 2
    assert words in said.err
    assert desk("icp", "list").out == ""


def test_files_say_the_same_again_and_bad_ones_are_named_with_line_and_column(desk, tmp_path):
    desk("field", "add", "fleet", "--of", "organization", "--sort", "number")
    desk("icp", "add", "Freight", *LINES, "9 fleet >= 4", "--notes", "# Why\n\nFreight *pays*.")
    folder = tmp_path / "ideals"
    desk("icp", "export", folder)
    kept = (folder / "freight.md").read_text()
    assert rows(desk("icp", "import", folder, "--json"))[0]["would_be"] == "same"
    head = "---\nicp: New\ncriteria:\n- 5 site known\n"
    for text, place in (
        (f"{head}- heavy industry is fish\n---\n", "new.md:5:3: heavy is no weight"),
        (f"{head}- 5 industri is fish\n---\n", "new.md:5:5: There is no field industri; did you mean industry?"),
        (f"{head}- '5 industry like fish'\n---\n", "new.md:5:15: industry cannot be compared by like"),
        (f"{head}- 5 size >= many\n---\n", "new.md:5:13: size: many is no number"),
        ("---\nicp: New\ngood: most\n---\n", "new.md:3:7: most is no share"),
        ("---\nicp: New\ngood: 101\n---\n", "new.md:3:7: 101 is no share"),
        ("---\nicp: New\ncriteria: {a: b}\n---\n", "new.md:3:11: a list of words is wanted here"),
        ("---\nicp: New\nweights: x\n---\n", "new.md:3:10: weights is not known here"),
        ("---\npersona: New\n---\n", "new.md:2:10: persona is not known here"),
    ):
        (folder / "new.md").write_text(text)
        said = desk("icp", "import", folder)
        assert said.status != 0
        assert place in said.err, said.err
        assert len(rows(desk("icp", "list", "--json"))) == 1, "nothing half taken in"
    (folder / "new.md").write_text(f"{head}---\n")
    assert "New" in desk("icp", "import", folder).out
    assert (folder / "freight.md").read_text() == kept
