"""The columns of a customer's screen: notes in Markdown, a cursor that stops where something leads on, a meter."""

from datetime import UTC, date, datetime, timedelta

import pytest
from rich.cells import cell_len
from textual.app import App

from storage.kinds import AddressKind, Channel, Direction, PersonKind, Status
from storage.kinds.customers import (
    ConversationLine,
    CustomerView,
    NoteView,
    OrganizationPart,
    ProfileView,
    SpokenView,
    Timeline,
)
from storage.kinds.ideals import Criterion, Fit, FitView, Judged, Operator, Outcome
from storage.kinds.journey import (
    Engaged,
    FeatureView,
    Health,
    JourneyView,
    Lifecycle,
    Measure,
    Milestone,
    MilestoneView,
    Part,
    Phase,
    Stay,
)
from widgets.customer import organization_rows, timeline_rows, who_rows
from widgets.look import Look
from widgets.marked import marked
from widgets.sheet import Sheet, SheetRow

NOW = datetime(2026, 11, 23, 9, 32, tzinfo=UTC)


def words(rows):
    return ["".join(text for text, _role in row) for row in rows]


def test_markdown_is_told_by_weight_and_place():
    rows = marked("# Who\n\nRings **before noon**,\nnever later.\n\n- one\n- two\n  1. deep\n\n> said\n\n    code", 30)
    assert words(rows) == ["Who", "Rings before noon, never", "later.", "• one", "• two", "  1. deep", "│ said", "code"]
    assert rows[0] == (("Who", "bright"),)
    assert ("noon", "bright") in rows[1]


def test_nothing_in_markdown_acts_and_no_row_is_too_wide():
    text = "<b>x</b> [here](http://a.example/q) ![p](http://b.example) \x1b[31m" + "雪" * 40 + " " + "> " * 60 + "deep"
    rows = marked(text, 21)
    assert all(cell_len(row) <= 21 for row in words(rows))
    said = "".join(words(rows)).replace(" ", "")
    assert "<b>x</b>" in said
    assert "here<http://a.example/q>" in said
    assert "\x1b" not in said
    assert said.count("雪") == 40


@pytest.mark.parametrize("text", ["", "\n\n", "-", ">", "```\n", "***", "1.", "- \n  - \n", "a" * 20_001])
def test_odd_markdown_is_rows_too(text):
    assert all(cell_len(row) <= 20 for row in words(marked(text, 20)))


def customer(**given):
    values = {
        "person_id": 1,
        "name": "Bo",
        "kind": PersonKind.CUSTOMER,
        "addresses": (("bo@acme.example", AddressKind.EMAIL),),
        "erased": False,
        "profile": ProfileView((), 1, 4, ("role", "zone", "tone")),
        "notes": (),
        "assets": (),
        "promised": (),
        "organization": None,
        "since": None,
        "wrote": 0,
        "conversations": 0,
        "open": 0,
        "timeline": Timeline(),
    }
    return CustomerView(**(values | given))


def test_a_profile_says_how_much_of_it_is_filled_and_what_is_not():
    rows = who_rows(customer(notes=(NoteView(1, "**Mind** this.", pinned=True),)), 40, NOW)
    text = words(row.left for row in rows)
    assert "profile    25\u00a0% ━━──────" in text
    assert "gaps      role, zone, tone" in text
    assert "wrote     never" in text
    assert text[-2:] == ["pinned", "▌ Mind this."]
    assert "belong to no organization" in " ".join(words(row.left for row in organization_rows(None, 60, NOW)))
    erased = who_rows(customer(name="", addresses=(), erased=True), 40, NOW)
    assert words(row.left for row in erased)[0] == "Name and addresses were erased."


def test_a_timeline_says_what_waits_what_is_settled_and_what_was_said():
    def line(number, status, waits):
        return ConversationLine(number, f"S{number}", status, NOW - timedelta(hours=2, minutes=5), waits)

    call = SpokenView(7, 5, Channel.PHONE, Direction.INCOMING, 12, NOW - timedelta(days=40), "Ana", "She asked\nagain.")
    moments = [line(1204, Status.OPEN, True), line(5, Status.CLOSED, False), call]
    rows = timeline_rows(moments, NOW, goes_on=True)
    assert words(row.left for row in rows) == [
        "07:27    #1204 S1204",
        "07:27    #5    S5",
        "14\u00a0Oct   call, 12 min, in  She asked again.",
        "…",
    ]
    assert [row.aside for row in rows] == [
        (("2h05", "bright"),),
        (("closed", "muted"),),
        (("#5", "muted"),),
        (),
    ]
    assert words(row.left for row in timeline_rows([], NOW, goes_on=False)) == ["Nothing yet."]


async def test_the_cursor_stops_where_something_leads_on_and_what_lies_between_is_seen():
    class Bench(App):
        def compose(self):
            yield Sheet(Look("dark"))

    rows = [SheetRow(((f"row {n}", "text"),), target=("person", n) if n in {3, 5, 60} else None) for n in range(80)]
    async with Bench().run_test(size=(30, 10)) as pilot:
        sheet = pilot.app.query_one(Sheet)
        sheet.lay(rows)
        assert sheet.chosen == ("person", 3)
        sheet.move(1)
        assert sheet.chosen == ("person", 5)
        for _ in range(4):
            sheet.move(1)
        assert "row 4" in sheet.draw(0).text, "the next is far: what lies between is read first"
        sheet.lay([SheetRow((("new", "text"),)), *rows])
        assert sheet.chosen == ("person", 5)
        assert "row 4" in sheet.draw(0).text, "what is seen stays where it is"
        sheet.move(1_000)
        assert "row 79" in sheet.draw(9).text
        sheet.move(-1_000)
        assert sheet.chosen == ("person", 3)
        assert "new" in sheet.draw(0).text
        sheet.lay([])
        assert sheet.chosen is None


def test_where_they_are_is_told_with_why_and_no_row_is_too_wide():
    today = NOW.date()
    parts = (Part(Measure.USAGE, 30, 35), Part(Measure.HAND, None, 15))
    journey = JourneyView(
        stage="growth",
        stages=("onboarding", "growth"),
        stays=(Stay("growth", today - timedelta(days=40)), Stay("onboarding", date(2025, 1, 1), date(2026, 10, 14))),
        milestones=(
            MilestoneView(7, Milestone("First invoice", today - timedelta(days=3))),
            MilestoneView(8, Milestone("A name 雪 that is far too long for a row", today, today)),
        ),
        phase=Phase(Lifecycle.INACTIVE, "silent", 75),
        features=(
            FeatureView("API", Engaged.FRUSTRATED, "conversations", 4, 9, None, 2, (1, 2, 8)),
            FeatureView("Stock", Engaged.UNAWARE, "never"),
        ),
        health=Health(30, parts),
        typology="impatient",
        approaches={Engaged.UNAWARE: "Ask Ana."},
    )
    rows = who_rows(customer(journey=journey), 40, NOW)
    text = ["".join(one for one, _ in (*row.left, *row.aside)).replace("\u00a0", " ") for row in rows]
    for told in (
        "stage     growth2 of 2",
        "          since 14 Oct",
        "before    onboarding › 14 Oct",
        "cycle     recently inactive",
        "          last heard of 2 months ago",
        "health     30 ━━──────",
        "          use 30 (×35)",
        "          not known: by hand",
        "· First invoice3 days overdue",
        "API  ▁▂█frustrated",
        "  2 open conversations about it",
        "› Mend what is broken first; say what",
        "› Ask Ana.",
        "typology  impatient",
    ):
        assert told in text, told
    assert all(sum(cell_len(one) for one, _ in (*row.left, *row.aside)) <= 38 for row in rows if not row.heading)
    assert "where they are in the journey" not in words(
        row.left for row in who_rows(customer(journey=JourneyView()), 40, NOW)
    )


def test_how_an_organization_fares_stands_in_its_column_and_with_its_people_only_what_is_their_own():
    late = Milestone("First invoice", NOW.date() - timedelta(days=3))
    lived = Phase(Lifecycle.INACTIVE, "silent", 75)
    api = FeatureView("API", Engaged.FRUSTRATED, "conversations", 4, 9, None, 2, (1, 2, 8))
    well = Health(30, (Part(Measure.USAGE, 30, 35),))
    whole = JourneyView(milestones=(MilestoneView(7, late),), phase=lived, features=(api,), health=well)
    own = JourneyView(
        milestones=(MilestoneView(7, late, theirs=True), MilestoneView(9, Milestone("Trained", NOW.date()))),
        phase=lived,
        features=(api, FeatureView("Stock", Engaged.UNAWARE, "never")),
        health=well,
    )
    part = OrganizationPart(1, "ACME", "ACME", "", (), (), ProfileView(), (), (), (), 0, (), whole)
    shown = words((*row.left, *row.aside) for row in organization_rows(part, 40, NOW))
    assert {"· First invoice3 days overdue", "          last heard of 2 months ago", "API  ▁▂█frustrated"} <= set(shown)
    matched = Fit((Judged(Criterion("industry", Operator.IS, ("freight",), 5), Outcome.MATCHED, ("freight",)),))
    fits = (FitView(7, "Freight", 70, matched),)
    both = words((*row.left, *row.aside) for row in organization_rows(part, 40, NOW, fits))
    place = {sign: next(at for at, row in enumerate(both) if sign in row) for sign in ("First invoice", "Freight")}
    assert place["First invoice"] < place["Freight"], "where they are stands above how far they fit"
    assert "          use 30 (×35)" in [one.replace("\u00a0", " ") for one in shown]
    beside = words((*row.left, *row.aside) for row in who_rows(customer(organization=part, journey=own), 40, NOW))
    assert "· Traineddue 23\u00a0Nov" in " ".join(beside)
    assert any(row.startswith("Stock") for row in beside)
    assert "cycle     recently inactiveas their organization" in beside
    assert "health     30 ━━──────" in beside
    assert not [row for row in beside if "First invoice" in row or "API" in row or "use 30" in row]
