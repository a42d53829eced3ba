"""`plantao report`: figures with their n, of the last weeks or of a period, as words and as JSON."""

import csv
import io
import json

import pytest


def test_a_report_of_all_that_came_says_its_n_and_what_was_left_out(run, filled):
    told = json.loads(run("report", "--from", "2000-01-01", "--json").out)
    whole = len(run("list", "is:open OR is:settled", "--json").out.splitlines())
    assert told["conversations"] == whole > 0
    figures = {one["measure"]: one for one in told["figures"]}
    assert list(figures) == [
        "solved",
        "contacts",
        "first_response",
        "any_response",
        "between_contacts",
        "first_contact",
        "acceptance",
    ]
    assert figures["solved"]["n"] + sum(told["left_out"].values()) == whole
    assert {one["metric"] for one in told["clocks"]} == {"first_response", "next_response", "resolution", "acceptance"}
    assert told["transfers"] == []
    words = run("report", "--from", "2000-01-01").out
    assert "solved at the first contact" in words
    assert all(len(line) <= 80 for line in words.splitlines()), words
    assert (
        json.loads(run("report", "--from", "1999-01-01", "--until", "1999-12-31", "--json").out)["conversations"] == 0
    )


def test_a_report_is_narrowed_by_mailbox_tier_agent_and_touch_model(run, filled):
    mailbox = json.loads(run("show", 1, "--json").out)["mailbox"]
    span = ("--from", "2000-01-01", "--json")
    whole = json.loads(run("report", *span).out)["conversations"]
    assert json.loads(run("report", *span, "--mailbox", mailbox.upper()).out)["conversations"] == whole
    assert json.loads(run("report", *span, "--tier", "n3").out)["conversations"] == 0
    assert json.loads(run("report", *span, "--touch", "high").out)["conversations"] == 0
    run("take", 1)
    name = json.loads(run("show", 1, "--json").out)["assignee"]
    run("tag", 1, 2, "+billing")
    assert json.loads(run("report", *span, "--of", "tag:billing").out)["conversations"] == 2
    assert json.loads(run("report", *span, "--of", "tag:billing owner:me").out)["conversations"] == 1
    assert "of: tag:billing" in run("report", "--from", "2000-01-01", "--of", "tag:billing").out
    assert json.loads(run("report", *span, "--agent", name).out)["conversations"] == 1


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--from", "yesterday"), "is no day"),
        (("--from", "2026-02-01", "--until", "2026-01-01"), "is after"),
        (("--mailbox", "nowhere"), "There is no mailbox nowhere"),
        (("--agent", "nobody"), "There is no agent nobody"),
        (("--of", "colour:red"), "colour"),
    ],
)
def test_what_cannot_be_reported_is_said(run, filled, options, said):
    done = run("report", *options)
    assert (done.status, said in done.err) == (2, True), done.err


def test_a_report_as_csv_has_a_row_for_each_figure_that_the_json_has(run, filled):
    assert run("reopen", 1).status == 0
    assert run("transfer", 1, "--to", "n3", "--asked", "Why?").status == 0
    assert run("return", 1, "--reason", "not ours").status == 0
    span = ("--from", "2000-01-01", "--until", "2030-12-31")
    told = json.loads(run("report", *span, "--json").out)
    done = run("report", *span, "--csv")
    assert done.status == 0
    rows = list(csv.DictReader(io.StringIO(done.out)))
    assert list(rows[0]) == ["metric", "of", "value", "unit", "n", "left_out", "since", "until"]
    assert {(one["since"], one["until"]) for one in rows} == {span[1::2]}
    found = {(one["metric"], one["of"]): one for one in rows}
    assert len(found) == len(rows)
    for one in told["figures"]:
        row = found[one["measure"], ""]
        assert (row["n"], row["unit"]) == (str(one["n"]), one["unit"])
        assert (float(row["value"]) if row["value"] else None) == one["value"]
        assert row["left_out"] == " ".join(f"{why}={count}" for why, count in one["left_out"].items())
    (border,) = told["transfers"]
    for name in ("accepted", "handed_back", "returned", "open", "escalated", "bounces", "misrouted"):
        assert float(found[name, "n1>n3"]["value"]) == border[name], name
    assert (border["returned"], border["misrouted"]) == (1, 1)
    assert found["acceptance", "n1>n3"]["left_out"] == "returned=1"
    for one in told["clocks"]:
        assert found[f"clock_{one['metric']}", ""]["n"] == str(one["n"])
    assert found["conversations", ""]["value"] == str(told["conversations"])
    # A query that begins with a minus is no formula for a spreadsheet.
    minus = csv.DictReader(io.StringIO(run("report", *span, "--csv", "--of=-is:snoozed").out))
    assert {one["of"] for one in minus} >= {"'-is:snoozed"}


def test_a_report_is_csv_or_json(run, filled):
    done = run("report", "--csv", "--json")
    assert (done.status, done.out, "--csv" in done.err) == (2, "", True)
