"""`customer journey`, `stage`, `milestone`, `engagement` and `journey`: set, shown with why, and all of it undone."""

import json


def one(said) -> dict:
    assert said.status == 0, said.err
    (line,) = said.out.splitlines()
    return json.loads(line)


def test_where_somebody_is_and_how_they_fare(run, filled):
    assert run("customer", "stage", "1", "onboarding", "--on", "2026-01-05").status == 0
    assert run("customer", "stage", "1", "GROWTH").status == 0
    assert run("organization", "milestone", "add", "1", "First invoice", "--due", "2026-02-01").status == 0
    assert run("customer", "engagement", "1", "Boletos", "frustrated").status == 0
    assert run("customer", "set", "1", "lifecycle=loyal", "typology=impatient", "health=40").status == 0
    told = one(run("customer", "journey", "1", "--json"))
    assert (told["customer_id"], told["stage"], [stay["stage"] for stay in told["stays"]]) == (
        1,
        "growth",
        ["growth", "onboarding"],
    )
    assert told["stays"][1]["since"] == "2026-01-05"
    assert [(each["name"], each["overdue"], each["organizations"]) for each in told["milestones"]] == [
        ("First invoice", True, True)
    ]
    assert (told["lifecycle"]["word"], told["lifecycle"]["pinned"]) == ("loyal", True)
    assert [(each["feature"], each["state"]) for each in told["features"]] == [("Boletos", "frustrated")]
    assert [each["measure"] for each in told["health"]["parts"] if each["score"] is None] == ["usage"]
    words = run("customer", "journey", "1").out
    for part in ("stage: growth, since", "lifecycle: loyal, pinned by hand", "First invoice: ", "not known: use"):
        assert part in words
    assert "A short answer now" in words, "the tip that is shipped"
    assert "Mend what is broken first" in words, "and the approach"
    assert run("journey", "set", "approach.frustrated", "Ring", "them.").status == 0
    assert "Ring them." in run("customer", "journey", "1").out
    assert run("undo").status == 0
    assert "Mend what is broken first" in run("customer", "journey", "1").out


def test_milestones_are_reached_and_taken_away(run, filled):
    kept = one(run("customer", "milestone", "add", "1", "Trained", "--due", "2999-01-01", "--json"))
    number = kept["milestone_id"]
    assert (kept["due"], kept["overdue"], kept["subject"]) == ("2999-01-01", False, "person")
    assert run("customer", "milestone", "done", number).status == 0
    assert one(run("customer", "milestone", "list", "1", "--json"))["done_on"] is not None
    assert run("journey", "milestones", "--overdue").out == ""
    assert run("journey", "milestones").out.rstrip().endswith("Trained, Cliente 1")
    assert run("customer", "milestone", "done", number, "--not").status == 0
    assert run("customer", "milestone", "remove", number).status == 0
    assert run("journey", "milestones").out == ""
    assert run("customer", "milestone", "add", "1", "x", "--due", "soon").status == 2
    assert run("customer", "milestone", "done", "99").status == 1


def test_what_is_laid_down_is_listed_changed_and_reset(run, filled):
    assert run("journey", "set", "lifecycle.new", "7").status == 0
    rows = {row["name"]: row for row in map(json.loads, run("journey", "list", "--json").out.splitlines())}
    assert (rows["lifecycle.new"]["value"], rows["lifecycle.new"]["own"]) == ("7", True)
    assert rows["stages"]["value"] == "onboarding, adoption, growth, renewal"
    assert rows["typology.unsure"]["value"]
    assert run("journey", "reset", "lifecycle.new").status == 0
    assert run("journey", "reset", "lifecycle.new").status == 1
    said = run("journey", "set", "lifecycle.gnu", "7")
    assert (said.status, "did you mean lifecycle." in said.err) == (2, True)
