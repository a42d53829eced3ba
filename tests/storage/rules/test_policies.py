"""Which policies hold for a conversation: by every condition, by date, and fallbacks only where no other speaks."""

from datetime import UTC, datetime, timedelta

import pytest

from storage.kinds.policies import CONDITIONS, KeptPolicy, Matter, Metric, Pause, Policy, When
from storage.rules.policies import SHIPPED, matching, meets, overlaid, replaced, versions

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MATTER = Matter("normal", "mid", "n1", "help", 7, "care")
FIRST, NEXT = Metric.FIRST_RESPONSE, Metric.NEXT_RESPONSE


def names(policies, matter: Matter = MATTER, at: datetime = NOW) -> dict[str, set[Metric]]:
    return {one.name: set(one.targets) for one in matching(policies, matter, at)}


@pytest.mark.parametrize("condition", CONDITIONS)
def test_every_condition_must_be_met_and_an_empty_one_is(condition: str) -> None:
    value = getattr(MATTER, condition)
    other = 8 if condition == "organization" else "other"
    assert meets(When(**{condition: (other, value)}), MATTER)
    assert not meets(When(**{condition: (other,)}), MATTER)
    assert meets(When(), MATTER)


def test_a_desk_that_lays_nothing_down_has_targets() -> None:
    shipped = versions(overlaid([]).values())
    assert names(shipped) == {"default": {FIRST, NEXT, Metric.RESOLUTION}}
    specialist = Matter("normal", "", "n3", "help", None, "support")
    (found,) = (one for one in matching(shipped, specialist, NOW) if Metric.ACCEPTANCE in one.targets)
    assert (found.targets[Metric.ACCEPTANCE], found.calendar) == (timedelta(minutes=15), "always")


def test_a_fallback_gives_way_metric_by_metric() -> None:
    own = Policy("mid", {FIRST: 12 * HOUR}, when=When(touch=("mid",)))
    assert names((*SHIPPED, own)) == {"default": {NEXT, Metric.RESOLUTION}, "mid": {FIRST}}
    assert names((*SHIPPED, own), Matter("normal", "high", "n1", "help", 7, "care")) == {
        "default": {FIRST, NEXT, Metric.RESOLUTION}
    }
    # Two that are none do not give way to each other: the shorter deadline is for the clocks to say.
    assert names((own, Policy("all", {FIRST: HOUR}))) == {"mid": {FIRST}, "all": {FIRST}}


def test_a_version_holds_from_its_moment_until_the_next_and_the_past_stays() -> None:
    old, new = Policy("p", {FIRST: 4 * HOUR}), Policy("p", {FIRST: HOUR})
    held = replaced((old,), new, at=NOW)
    assert [one.targets[FIRST] for one in matching(held, MATTER, NOW - HOUR)] == [4 * HOUR]
    assert [one.targets[FIRST] for one in matching(held, MATTER, NOW)] == [HOUR]
    again = replaced(held, Policy("p", {FIRST: 2 * HOUR}), at=NOW + DAY)
    assert len(again) == 3
    assert [one.targets[FIRST] for one in matching(again, MATTER, NOW + HOUR)] == [HOUR]
    # What was to begin later falls away when something else is said from an earlier moment on.
    sooner = replaced(again, Policy("p", {FIRST: 3 * HOUR}), at=NOW + HOUR)
    assert [one.targets[FIRST] for one in matching(sooner, MATTER, NOW + 2 * DAY)] == [3 * HOUR]
    kept = KeptPolicy("p", again)
    assert kept.at(NOW - DAY) == again[0]
    assert kept.at(NOW + 2 * DAY) == again[2]


def test_one_that_is_over_holds_no_more() -> None:
    over = Policy("p", {FIRST: HOUR}, valid_until=NOW)
    assert names((over,), at=NOW - HOUR) == {"p": {FIRST}}
    assert names((over,)) == {}
    assert KeptPolicy("p", (over,)).at(NOW) is None


def test_what_is_kept_is_read_again() -> None:
    full = Policy(
        "vip",
        {FIRST: timedelta(minutes=30), Metric.ACCEPTANCE: HOUR},
        "office",
        When(("high",), ("high",), ("n1", "n2"), ("help",), (3, 4), ("support",)),
        0.5,
        DAY,
        (Pause.THIRD_PARTY,),
        fallback=False,
        valid_from=NOW,
        valid_until=NOW + DAY,
    )
    kept = KeptPolicy("vip", (*SHIPPED[:1], full))
    read = KeptPolicy.read(kept.written())
    assert read.versions[1] == full
    assert read.versions[0].targets == SHIPPED[0].targets
    assert hash(full) == hash(read.versions[1])
