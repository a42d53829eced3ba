"""Lifecycle, engagement and health: pure, each with why it is so; health is a mean of what is known, and of that alone."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.kinds.errors import BadField
from storage.kinds.journey import Engaged, Engagement, Lifecycle, Measure, Milestone, Part, Usage
from storage.rules.journey import Known, Settings, features, health, phase, setting, weighted

TODAY = date(2026, 11, 28)


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def use(name: str, *figures: float, every: int = 7, ends: int = 0, first: int | None = None) -> Usage:
    """Return figures by the week, the newest first."""
    days = {ago(ends + every * n).isoformat(): figure for n, figure in enumerate(figures)}
    told = Usage(name).told(days)
    return told if first is None else Usage(name, told.days, told.figures, ago(first).isoformat())


@pytest.mark.parametrize(
    ("known", "word", "reason", "days"),
    [
        (Known(), None, "nothing", 0),
        (Known(first=ago(12), last=ago(2)), "new", "first", 12),
        (Known(since=ago(3), first=ago(400), last=ago(2)), "new", "since", 3),
        (Known(first=ago(30), last=ago(30)), "active", "last", 30),
        (Known(first=ago(200), last=ago(61)), "inactive", "silent", 61),
        (Known(first=ago(200), last=ago(60)), "active", "last", 60),
        (Known(first=ago(200), last=ago(100), usages=(use("api", 3),)), "active", "last", 0),
        (Known(first=ago(365), last=ago(1)), "loyal", "long", 365),
        (Known(since=ago(900), first=ago(20), last=ago(1)), "loyal", "long", 900),
        (Known(first=ago(900), last=ago(366)), None, "gone", 366),
        (Known(since=ago(900)), None, "nothing", 0),
        (Known(pinned=Lifecycle.LOYAL, first=ago(1), last=ago(1)), "loyal", "pinned", 0),
        (
            Known(first=ago(500), last=ago(5), usages=(use("api", 3, first=10), use("app", 9, first=300))),
            "curious",
            "tries",
            10,
        ),
        # Who only just began to be counted tries nothing new.
        (
            Known(first=ago(500), last=ago(5), usages=(use("api", 3, first=10), use("app", 9, first=20))),
            "loyal",
            "long",
            500,
        ),
        (Known(first=ago(-2), last=ago(-2)), "new", "first", 0),
    ],
)
def test_a_lifecycle_and_why_it_is_so(known, word, reason, days):
    found = phase(known, Settings(), TODAY)
    assert (found.word, found.reason, found.days) == (word, reason, days)


def test_thresholds_are_data():
    known = Known(first=ago(12), last=ago(12))
    assert phase(known, Settings({"lifecycle.new": "10", "lifecycle.inactive": "11"}), TODAY).word == "inactive"


@pytest.mark.parametrize(
    ("known", "state", "reason"),
    [
        (Known(), None, "nothing"),
        (Known(usages=(use("app", 3),)), "unaware", "never"),
        (Known(usages=(use("api", 0, 0), use("app", 3))), "unaware", "never"),
        (Known(usages=(use("api", 9, 9, 9, 9, 9, 9, 9, 9),)), "value", "steady"),
        (Known(usages=(use("api", 2, 2, 2, 2, 9, 9, 9, 9),)), "little", "fell"),
        (Known(usages=(use("api", 9, 9, ends=60), use("app", 3))), "little", "stopped"),
        # The last file ends a while ago: what came after it is not held against them, but for one window.
        (Known(usages=(use("api", 9, 9, 9, 9, 9, 9, ends=20),)), "value", "steady"),
        (Known(usages=(use("api", 9, 9, ends=90),)), "little", "stopped"),
        (Known(usages=(use("api", 9, 9, 9, 9),), tagged={"api": 2}), "frustrated", "conversations"),
        (Known(tagged={"api": 1}), "frustrated", "conversations"),
        (Known(usages=(use("api", 9, 9),), engagements=(Engagement("api", Engaged.UNAWARE),)), "unaware", "pinned"),
    ],
)
def test_what_is_made_of_a_feature_and_why(known, state, reason):
    found = {one.feature: one for one in features(known, Settings(), TODAY, ["api"])}["api"]
    assert (found.state, found.reason) == (state, reason)


def test_figures_are_told_apart_by_their_day_and_the_newest_are_kept():
    told = use("api", 1, 2).told({ago(7).isoformat(): 5, ago(9000).isoformat(): 4, ago(9001).isoformat(): 0})
    assert told.figures[:2] == (1, 5)
    assert told.first == ago(9000).isoformat()
    many = Usage("api").told({ago(n).isoformat(): 1 for n in range(300)})
    assert (len(many.days), many.days[0], many.first) == (100, TODAY.isoformat(), ago(299).isoformat())
    assert many.told({ago(299).isoformat(): 1}) == many, "the same file a second time changes nothing"


PARTS = st.lists(
    st.builds(Part, st.sampled_from(Measure), st.one_of(st.none(), st.integers(0, 100)), st.integers(0, 1000)),
    max_size=6,
)


@given(PARTS, st.integers(1, 50))
def test_health_lies_between_its_parts_and_weights_count_as_shares(parts, times):
    found = weighted(parts)
    known = [one.score for one in parts if one.score is not None and one.weight]
    assert (found.score is None) == (not known)
    if found.score is not None:
        assert min(known) <= found.score <= max(known)
    assert weighted([Part(one.measure, one.score, one.weight * times) for one in parts]).score == found.score
    assert found.parts == tuple(parts), "all are shown, known or not"


@given(PARTS, st.integers(0, 1000))
def test_what_is_not_known_changes_no_health(parts, weight):
    for more in (Part(Measure.HAND, None, weight), Part(Measure.HAND, 50, 0)):
        assert weighted([*parts, more]).score == weighted(parts).score


@given(PARTS, st.integers(0, 100), st.integers(1, 100))
def test_a_better_part_makes_no_health_worse(parts, score, better):
    low, high = (Part(Measure.USAGE, one, 40) for one in (score, min(100, score + better)))
    assert weighted([*parts, low]).score <= weighted([*parts, high]).score


def test_the_measures_of_health():
    known = Known(
        first=ago(400),
        last=ago(1),
        usages=(use("api", 3, 3, 3, 3, 6, 6, 6, 6), use("app", 8, 8, 8, 8, 8, 8, 8, 8)),
        opened=3,
        late=1,
        milestones=(Milestone("live", ago(9), ago(10)), Milestone("trained", ago(5)), Milestone("next", ago(-5))),
        hand=40,
    )
    lived, uses = phase(known, Settings(), TODAY), features(known, Settings(), TODAY)
    found = health(known, Settings(), TODAY, lived=lived, uses=uses)
    assert {one.measure: one.score for one in found.parts} == {
        "usage": 75,
        "conversations": 45,
        "lifecycle": 100,
        "milestones": 50,
        "hand": 40,
    }
    assert found.score == round((75 * 35 + 45 * 20 + 100 * 10 + 50 * 20 + 40 * 15) / 100)
    nothing = health(Known(), Settings(), TODAY, lived=phase(Known(), Settings(), TODAY), uses=())
    assert (nothing.score, len(nothing.unknown)) == (None, 5)


@pytest.mark.parametrize(
    ("name", "text", "kept"),
    [
        ("Lifecycle.New", " 14 ", ("lifecycle.new", "14")),
        ("stages", "Trial, live ,, Trial", ("stages", "Trial, live")),
        ("approach.frustrated", "Ring them.", ("approach.frustrated", "Ring them.")),
        ("typology.Grumpy", "Smile.", ("typology.Grumpy", "Smile.")),
        ("health.usage", "0", ("health.usage", "0")),
        ("lifecycle.new", "soon", "number"),
        ("lifecycle.new", "-3", "number"),
        ("lifecycle.new", "1e9", "number"),
        ("engagement.window", "0", "number"),
        ("health.weather", "3", "no_such"),
        ("approach.angry", "x", "no_such"),
        ("typology.", "x", "no_such"),
        ("stages", " , ", "empty"),
        ("typology.x", "y" * 2001, "long"),
    ],
)
def test_what_may_be_laid_down(name, text, kept):
    if isinstance(kept, tuple):
        assert setting(name, text) == kept
    else:
        with pytest.raises(BadField) as wrong:
            setting(name, text)
        assert wrong.value.reason == kept


def test_a_shipped_temperament_may_be_taken_off_the_list_and_others_put_on_it():
    held = Settings({"typology.driven": "none", "typology.Grumpy": "Smile.", "typology.unsure": "Wait."}).typologies
    assert "driven" not in held
    assert (held["Grumpy"], held["unsure"], held["amiable"]) == ("Smile.", "Wait.", "")
