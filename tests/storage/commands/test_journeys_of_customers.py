"""Stages, milestones, figures of use, engagement and what is laid down: kept as facts, taken back, done again, replayed."""

from datetime import date, timedelta

import pytest
from made.post import MONDAY, Post
from made.rows import decided

from console.mail.milestones import begin_overdue
from storage.commands import knowing
from storage.commands.desk import agent_named
from storage.commands.undoing import redo, undo
from storage.events import Actor
from storage.kinds import EntryKind, Subject
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.importing import BadImport, Row
from storage.kinds.journey import Engaged, Milestone, Stay, Usage
from storage.queries import inbox, journey
from storage.queries import knowing as known
from storage.record import replay, verify
from storage.store import Store

P, O = Subject.PERSON, Subject.ORGANIZATION  # noqa: E741 - two letters that stand side by side
TODAY = MONDAY.date()


@pytest.fixture
def ana(store: Store) -> Actor:
    """An agent; Bo of ACME wrote."""
    Post(store).send("1@x", by="bo@acme.example")
    with store.writing() as session:
        return Actor(agent_named(session, "ana", now=MONDAY), "one")


@pytest.fixture
def tell(store: Store, ana: Actor):
    def tell(command, *arguments, **choices):
        with store.writing() as session:
            return command(session, *arguments, actor=ana, now=MONDAY, **choices)

    return tell


def kept(store: Store, subject: Subject, number: int | None, kind: EntryKind) -> list:
    with store.reading() as session:
        return [one.value for one in known.entries(session, subject, number, kind)]


def view(store: Store, person: int = 1):
    with store.reading() as session:
        return journey.read(session, person, now=MONDAY)


def test_who_changes_stage_leaves_one_and_enters_another(store: Store, second_store: Store, ana, tell) -> None:
    tell(knowing.enter_stage, O, 1, "Onboarding", on=date(2026, 1, 5))
    tell(knowing.set_fields, O, 1, {"stage": "growth", "country": "Brasil"})
    assert kept(store, O, 1, EntryKind.STAY) == [
        Stay("onboarding", date(2026, 1, 5), TODAY),
        Stay("growth", TODAY),
    ]
    shown = view(store)
    assert (shown.stage, shown.stay, len(shown.stays)) == ("growth", Stay("growth", TODAY), 2)
    with pytest.raises(Refused, match="already"):
        tell(knowing.enter_stage, O, 1, "GROWTH")
    with pytest.raises(BadField, match="future"):
        tell(knowing.enter_stage, O, 1, "renewal", on=TODAY + timedelta(days=1))
    after = decided(store)
    tell(undo)
    assert kept(store, O, 1, EntryKind.STAY) == [Stay("onboarding", date(2026, 1, 5))]
    tell(redo)
    assert decided(store) == after
    tell(knowing.enter_stage, O, 1, None)
    assert (view(store).stage, [one.until for one in view(store).stays]) == ("", [TODAY, TODAY])
    with store.reading() as log, second_store.writing() as target:
        assert verify(log).broken_at is None
        replay(log, target)
    assert decided(second_store) == decided(store)


def test_a_file_of_customers_moves_them_through_stages_too(store: Store, ana, tell) -> None:
    rows = [
        Row(2, {"address": "bo@acme.example", "stage": "adoption", "organization": "acme.example"}, 1),
        Row(3, {"address": "new@x.example", "stage": "onboarding", "organization": "", "org.stage": ""}, 1),
    ]
    tell(knowing.import_customers, rows, given={})
    assert kept(store, P, 1, EntryKind.STAY) == [Stay("adoption", TODAY)]
    assert kept(store, P, 2, EntryKind.STAY) == [Stay("onboarding", TODAY)]
    tell(undo)
    assert kept(store, P, 1, EntryKind.STAY) == []


def test_milestones_are_due_overdue_reached_and_taken_away(store: Store, ana, tell) -> None:
    first, _ = tell(knowing.keep_milestone, O, 1, " First\tinvoice ", TODAY - timedelta(days=1))
    second, _ = tell(knowing.keep_milestone, P, 1, "Trained", TODAY)
    shown = view(store).milestones
    assert [(one.milestone.name, one.theirs, one.milestone.overdue(TODAY)) for one in shown] == [
        ("First invoice", True, True),
        ("Trained", False, False),
    ]
    with store.reading() as session:
        assert [one.entry_id for one in journey.milestones(session, overdue_at=TODAY)] == [first]
        assert [one.entry_id for one in journey.milestones(session)] == [first, second]
    before = decided(store)
    tell(knowing.finish_milestone, first, TODAY)
    with store.reading() as session:
        assert journey.milestones(session, overdue_at=TODAY) == []
    with pytest.raises(Refused, match="already"):
        tell(knowing.finish_milestone, first, TODAY)
    tell(undo)
    tell(knowing.drop_milestone, second)
    tell(undo)
    assert decided(store) == before
    with pytest.raises(NoSuch):
        tell(knowing.drop_milestone, 99)
    with pytest.raises(BadField, match="empty"):
        tell(knowing.keep_milestone, P, 1, " ", TODAY)


def test_what_is_made_of_a_feature_is_said_changed_and_left_to_the_figures(store: Store, ana, tell) -> None:
    tell(knowing.set_engagement, P, 1, "API", Engaged.UNAWARE)
    tell(knowing.set_engagement, P, 1, "api", Engaged.VALUE)
    assert [(one.feature, one.state, one.reason) for one in view(store).features] == [("API", "value", "pinned")]
    tell(knowing.set_engagement, P, 1, "API", None)
    assert view(store).features == ()
    with pytest.raises(Refused, match="already"):
        tell(knowing.set_engagement, P, 1, "api", None)


def test_thresholds_and_weights_are_the_desks_and_what_is_shipped_comes_back(store: Store, ana, tell) -> None:
    assert (view(store).phase.word, view(store).phase.reason) == ("new", "first")
    tell(knowing.lay_down, "lifecycle.new", "0")
    with pytest.raises(Refused, match="already"):
        tell(knowing.lay_down, "LIFECYCLE.new", "00")
    assert view(store).phase.word == "active"
    tell(knowing.set_fields, O, 1, {"lifecycle": "loyal", "health": "30"})
    assert (view(store).phase.reason, view(store).health.score) == ("pinned", round((90 * 20 + 1000 + 450) / 45))
    tell(knowing.set_fields, P, 1, {"health": "100"})
    tell(knowing.lay_down, "health.conversations", "0")
    tell(knowing.lay_down, "health.lifecycle", "0")
    assert view(store).health.score == 100
    tell(knowing.lay_down, "lifecycle.new", None)
    with pytest.raises(NoSuch):
        tell(knowing.lay_down, "lifecycle.new", None)
    with pytest.raises(BadField, match="share"):
        tell(knowing.set_fields, P, 1, {"health": "101"})


def figures(*cells: tuple) -> list[Row]:
    names = ("organization", "address", "feature", "date", "figure")
    return [Row(number, dict(zip(names, one, strict=True)), 1) for number, one in enumerate(cells, 2)]


FILE = figures(
    ("acme.example", "", "Reports", "2026-02-02", "12"),
    ("", "BO@acme.example", "reports", "2026-02-02", "3,5"),
    ("acme.example", "", "REPORTS", "2026-02-09", "0"),
    ("acme.example", "", "API", "2026-02-09", "7"),
)


def test_figures_of_use_come_out_of_a_file_once_and_are_taken_back(store: Store, second_store, ana, tell) -> None:
    before = decided(store)
    with store.reading() as session:
        said = knowing.check_usage(session, FILE, given={}, now=MONDAY, show=9)
    done = tell(knowing.import_usage, FILE, given={}, show=9)
    assert (done.made, done.changed, done.same, done.first) == (4, 0, 0, said.first)
    assert kept(store, O, 1, EntryKind.USAGE) == [
        Usage("Reports", ("2026-02-09", "2026-02-02"), (0, 12), "2026-02-02"),
        Usage("API", ("2026-02-09",), (7,), "2026-02-09"),
    ]
    assert kept(store, P, 1, EntryKind.USAGE) == [Usage("Reports", ("2026-02-02",), (3.5,), "2026-02-02")]
    after = decided(store)
    again = tell(knowing.import_usage, FILE, given={})
    assert (again.same, again.action_id, decided(store)) == (4, None, after)
    other = figures(("acme.example", "", "API", "2026-02-09", "8"))
    assert tell(knowing.import_usage, other, given={}).changed == 1
    tell(undo)
    assert decided(store) == after
    tell(undo)
    assert decided(store) == before
    tell(redo)
    assert decided(store) == after
    with store.reading() as log, second_store.writing() as target:
        replay(log, target)
    assert decided(second_store) == after


def test_figures_are_put_by_in_lots_and_recorded_as_if_they_were_planned_then(
    store: Store, ana, tell, monkeypatch
) -> None:
    monkeypatch.setattr("storage.commands.knowing.usage_plan._LOT", 1)
    with knowing.Ahead() as ahead:
        with store.reading() as session:
            knowing.check_usage(session, FILE, given={}, now=MONDAY, ahead=ahead)
        assert tell(knowing.import_usage, FILE, given={}, ahead=ahead).made == 4
    assert [one.name for one in kept(store, O, 1, EntryKind.USAGE)] == ["Reports", "API"]
    assert [one.name for one in kept(store, P, 1, EntryKind.USAGE)] == ["Reports"]


@pytest.mark.parametrize(
    ("cells", "faults"),
    [
        ([{"feature": "a", "date": "2026-02-02"}], [(1, "", "no_column")]),
        ([{"feature": "a", "date": "2026-02-02", "figure": "1"}], [(1, "", "no_column")]),
        ([{"address": "bo@acme.example", "shoe": "1"}], [(1, "shoe", "unknown")]),
        ([("nobody.example", "", "a", "2026-02-02", "1")], [(2, "organization", "no_such_organization")]),
        ([("", "no@x.example", "a", "2026-02-02", "1")], [(2, "address", "no_customer")]),
        (
            [("", "", "", "soon", "-1")],
            [(2, "", "nobody"), (2, "feature", "empty"), (2, "date", "date"), (2, "figure", "figure")],
        ),
        ([("acme.example", "", "a", "2999-01-01", "nan")], [(2, "date", "future"), (2, "figure", "figure")]),
        (
            [("acme.example", "", "a", "2026-02-02", "1"), ("ACME.example", "", "Á", "2026-02-02", "1")],
            [(3, "date", "figure_twice")],
        ),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column_and_nothing_is_taken_in(
    store: Store, ana, tell, cells, faults
) -> None:
    rows = figures(*cells) if isinstance(cells[0], tuple) else [Row(n, one, 1) for n, one in enumerate(cells, 2)]
    before = decided(store)
    with pytest.raises(BadImport) as bad:
        tell(knowing.import_usage, rows, given={})
    assert [(one.row, one.column, one.reason) for one in bad.value.faults] == faults
    assert decided(store) == before


def test_two_made_one_have_the_figures_of_both(store: Store, ana, tell) -> None:
    Post(store).send("9@x", by="bob@home.example")
    rows = figures(
        ("", "bo@acme.example", "api", "2026-02-02", "1"),
        ("", "bob@home.example", "api", "2026-02-02", "5"),
        ("", "bob@home.example", "api", "2026-02-09", "6"),
    )
    tell(knowing.import_usage, rows, given={})
    for person, stage in ((1, "growth"), (2, "onboarding")):
        tell(knowing.enter_stage, P, person, stage)
        tell(knowing.set_engagement, P, person, "api", Engaged.VALUE)
        tell(knowing.keep_milestone, P, person, f"m{person}", TODAY)
    before = decided(store)
    tell(knowing.merge, 1, 2)
    assert kept(store, P, 1, EntryKind.USAGE) == [Usage("api", ("2026-02-09", "2026-02-02"), (6, 1), "2026-02-02")]
    assert kept(store, P, 1, EntryKind.STAY) == [Stay("growth", TODAY)]
    assert len(kept(store, P, 1, EntryKind.ENGAGEMENT)) == 1
    assert kept(store, P, 1, EntryKind.MILESTONE) == [Milestone("m1", TODAY), Milestone("m2", TODAY)]
    tell(undo)
    assert decided(store) == before


def test_one_account_is_read_as_it_is_among_all(store: Store, ana, tell) -> None:
    Post(store).send("7@x", by="cy@acme.example")
    Post(store).send("8@x", by="li@gmail.com")
    tell(knowing.import_usage, FILE, given={})
    tell(knowing.keep_milestone, O, 1, "m", TODAY)
    tell(knowing.set_fields, P, 3, {"lifecycle": "curious"})
    with store.reading() as session:
        choices = {"settings": known.settings(session), "now": MONDAY}
        whole = journey.accounts(session, None, **choices)
        assert set(whole) == {(O, 1), (P, 3)}
        for account, one in whole.items():
            assert journey.accounts(session, [account], **choices)[account] == one
        assert [(one.name, one.figures) for one in whole[O, 1].usages] == [("Reports", (0, 15.5)), ("API", (7,))]
        assert whole[O, 1].opened == 2
        assert set(journey.accounts(session, None, pieces={"milestone"}, **choices)) == {(O, 1)}


def test_an_overdue_milestone_becomes_a_task_of_the_owners_once_and_is_resolved_with_it(
    store: Store, ana, tell
) -> None:
    number, _ = tell(knowing.keep_milestone, O, 1, "First invoice", TODAY - timedelta(days=1))
    tell(knowing.keep_milestone, P, 1, "Trained", TODAY)
    tell(knowing.set_fields, O, 1, {"owner": "ana"})
    assert [begin_overdue(store, now=MONDAY) for _ in range(2)] == [1, 0]
    with store.reading() as session:
        (row,) = inbox.window(session, query="kind:task", agent_id=1, now=MONDAY).rows
        assert (row.assignee, "First invoice" in row.subject) == ("ana", True)
        assert journey.read(session, 1, now=MONDAY).health.parts[1].score == 90, "a task is nobody's open mail"
    before = decided(store)
    tell(knowing.finish_milestone, number, TODAY)
    with store.reading() as session:
        assert inbox.window(session, query="kind:task is:open", agent_id=1, now=MONDAY).rows == ()
    tell(undo)
    assert decided(store) == before
    tell(knowing.drop_milestone, number)
    with store.reading() as session:
        assert inbox.window(session, query="kind:task is:open", agent_id=1, now=MONDAY).rows == ()
    assert begin_overdue(store, now=MONDAY) == 0
    assert begin_overdue(store, now=MONDAY + timedelta(days=1)) == 1
