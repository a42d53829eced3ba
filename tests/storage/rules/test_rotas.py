"""Who is on call by a rota: turns, overrides, absences, versions, and what a check finds."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from storage.kinds import Tier
from storage.kinds.hours import Calendar, Window
from storage.kinds.rotas import Every, Fault, KeptRota, Missing, Override, Rota
from storage.rules.hours import ALWAYS, hours_of
from storage.rules.rotas import People, after, begun_for, check, duty, edited, overridden, spells, turn, without

ANA, RUI, IVO = 1, 2, 3
ALL = People({ANA, RUI, IVO})
MADRID = ZoneInfo("Europe/Madrid")
WEEKLY = Rota("N3", "Europe/Madrid", (ANA, RUI, IVO), date(2026, 3, 2), Tier.N3)
KEPT = KeptRota("N3", (WEEKLY,))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def hours(rota: Rota):
    return hours_of(Calendar(rota.name, rota.zone, rota.windows)) if rota.windows else ALWAYS


def madrid(*when: int) -> datetime:
    return datetime(*when, tzinfo=MADRID).astimezone(UTC)


def on(kept: KeptRota, at: datetime, people: People = ALL):
    return duty(kept, at, hours=hours, people=people)


def test_turns_go_round_and_say_their_number_and_when_they_change() -> None:
    first = on(KEPT, madrid(2026, 3, 2, 9))
    assert (first.line, first.because.turn) == ((ANA, RUI, IVO), 1)
    assert (first.since, first.until) == (madrid(2026, 3, 2, 9), madrid(2026, 3, 9, 9))
    fifth = on(KEPT, madrid(2026, 4, 1, 12))
    assert (fifth.line, fifth.because.turn) == ((RUI, IVO, ANA), 5)
    assert on(KEPT, madrid(2026, 3, 9, 8, 59)).line[0] == ANA
    assert on(KEPT, madrid(2026, 3, 9, 9)).line[0] == RUI


def test_a_turn_changes_by_the_clock_on_the_wall_whatever_night_lies_between() -> None:
    spring = on(KEPT, madrid(2026, 3, 24, 12))  # the clock is put on on 29 March
    assert (spring.since, spring.until) == (madrid(2026, 3, 23, 9), madrid(2026, 3, 30, 9))
    assert spring.until - spring.since == 7 * DAY - HOUR
    autumn = on(KEPT, madrid(2026, 10, 20, 12))
    assert autumn.until - autumn.since == 7 * DAY + HOUR
    nightly = KeptRota("night", (replace(WEEKLY, every=Every.DAY, at=time(2, 30), begun=date(2026, 3, 27)),))
    # Half past two is not there on that night: the turn changes when it would have been.
    gone = on(nightly, datetime(2026, 3, 29, 1, 30, tzinfo=UTC))
    assert (gone.because.turn, gone.since) == (3, datetime(2026, 3, 29, 1, 30, tzinfo=UTC))


@given(
    st.integers(0, 1_500_000).map(lambda minutes: datetime(2026, 3, 3, tzinfo=UTC) + timedelta(minutes=minutes)),
    st.sampled_from(["Europe/Madrid", "America/Santiago", "Australia/Lord_Howe", "Africa/Cairo", "UTC"]),
    st.sampled_from(Every),
    st.times().map(lambda one: one.replace(second=0, microsecond=0)),
)
def test_turns_follow_each_other_without_a_gap_in_every_zone(
    at: datetime, zone: str, every: Every, change: time
) -> None:
    rota = replace(WEEKLY, zone=zone, every=every, at=change)
    number, since, until = turn(rota, at)
    assert since <= at < until
    assert turn(rota, until)[:2] == (number + 1, until)
    assert turn(rota, until - timedelta(microseconds=1))[0] == number
    wall = until.astimezone(ZoneInfo(zone))
    # A wall clock that shows the hour of the change shows it then; else the hour is not there on that day.
    there = datetime.combine(wall.date(), change, ZoneInfo(zone))
    exists = there.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) == there.replace(tzinfo=None)
    assert not exists or wall.time() == change


def test_whoever_is_away_retired_or_gone_is_passed_over_and_it_says_so() -> None:
    at = madrid(2026, 3, 4, 12)
    back = madrid(2026, 3, 5, 8)
    away = People({ANA, RUI, IVO}, absences={ANA: [(None, back)]})
    found = on(KEPT, at, away)
    assert (found.line, found.because.passed) == ((RUI, IVO), ((ANA, Missing.AWAY),))
    assert (found.since, found.until) == (madrid(2026, 3, 2, 9), back)
    assert on(KEPT, back, away).line[0] == ANA
    left = People({ANA, IVO}, retired={ANA: madrid(2026, 3, 3, 0)})
    found = on(KEPT, at, left)
    assert found.line == (IVO,)
    assert found.because.passed == ((ANA, Missing.RETIRED), (RUI, Missing.GONE))
    assert on(KEPT, madrid(2026, 3, 2, 12), left).line[0] == ANA
    assert on(KEPT, at, People(())).line == ()


def test_an_override_goes_before_the_turn_and_the_later_before_the_earlier() -> None:
    since, until = madrid(2026, 3, 4, 9), madrid(2026, 3, 5, 9)
    kept = overridden(KEPT, Override(IVO, since, until))
    found = on(kept, since)
    assert (found.line, found.since, found.until) == ((IVO, RUI, ANA), since, until)
    assert (found.because.override, found.because.turn) == (kept.overrides[0], 1)
    assert on(kept, since - HOUR).until == since
    assert on(kept, until).line[0] == ANA
    kept = overridden(kept, Override(RUI, since + 2 * HOUR, until - 2 * HOUR))
    assert on(kept, since + 3 * HOUR).line == (RUI, IVO, ANA)
    assert on(kept, since).until == since + 2 * HOUR
    # Whoever stands in may be away as well: then it is the turn of whom it was.
    away = replace(ALL, absences={RUI: [(None, None)], IVO: [(None, None)]})
    found = on(kept, since + 3 * HOUR, away)
    assert (found.line, found.because.override) == ((ANA,), None)
    assert without(kept, 1, since).overrides == kept.overrides[:1]
    assert without(kept, 0, since + HOUR).overrides[0].until == since + HOUR


def test_hours_that_a_rota_does_not_cover_have_nobody() -> None:
    nights = tuple(Window(day, time(22), time(6)) for day in range(7))
    kept = KeptRota("N3", (replace(WEEKLY, windows=nights, every=Every.DAY, at=time(12)),))
    assert on(kept, madrid(2026, 3, 4, 15)) is None
    found = on(kept, madrid(2026, 3, 5, 1))
    assert (found.since, found.until, found.because.turn) == (madrid(2026, 3, 4, 22), madrid(2026, 3, 5, 6), 3)
    held = [*spells(kept, madrid(2026, 3, 4, 15), madrid(2026, 3, 6, 0), hours=hours, people=ALL)]
    assert [(one.line[0], one.until - one.since) for one in held] == [(IVO, 8 * HOUR), (ANA, 2 * HOUR)]
    assert on(KEPT, madrid(2026, 3, 1, 12)).line == ()  # before it began


def test_who_is_asked_next_and_the_lead_when_all_were() -> None:
    found = on(KeptRota("N3", (replace(WEEKLY, lead=9),)), madrid(2026, 3, 4, 12), People({ANA, RUI, IVO, 9}))
    asked = [found.line[0]]
    while (following := after(found, asked[-1])) is not None:
        asked.append(following)
    assert asked == [ANA, RUI, IVO, 9]
    assert after(found, 77) == ANA


def test_an_edit_never_changes_who_was_on_and_keeps_whoever_is() -> None:
    now = madrid(2026, 3, 11, 12)  # the turn of Rui
    order = replace(WEEKLY, agents=(IVO, RUI))
    after_ = replace(order, begun=begun_for(order, WEEKLY, RUI, now))
    kept = edited(KEPT, after_, now)
    assert on(kept, madrid(2026, 3, 4, 12)).line == (ANA, RUI, IVO)
    was, is_ = on(kept, now - HOUR), on(kept, now)
    assert was.line == (RUI, IVO, ANA)
    assert (was.until, is_.since, is_.line) == (now, now, (RUI, IVO))
    assert on(kept, madrid(2026, 3, 17, 12)).line == (IVO, RUI)
    ended = edited(kept, replace(after_, agents=()), now + DAY)
    assert on(ended, now + DAY) is None
    assert on(ended, now).until == now + DAY


def test_a_check_finds_gaps_overlaps_and_those_who_left() -> None:
    start, end = madrid(2026, 3, 2, 9), madrid(2026, 3, 30, 9)
    assert check([KEPT], start, end, hours=hours, people=ALL) == ()
    late = KeptRota("late", (replace(WEEKLY, begun=date(2026, 3, 16), topic="billing"),))
    (gap,) = check([late], start, end, hours=hours, people=ALL)
    assert (gap.fault, gap.since, gap.until, gap.lasts) == (Fault.GAP, start, madrid(2026, 3, 16, 9), 14 * DAY)
    everybody = replace(ALL, absences={one: [(start + DAY, start + 2 * DAY)] for one in (ANA, RUI, IVO)})
    (gap,) = check([KEPT], start, end, hours=hours, people=everybody)
    assert (gap.since, gap.until) == (start + DAY, start + 2 * DAY)
    left = People({ANA, RUI}, retired={RUI: start})
    found = check([KEPT], start, end, hours=hours, people=left)
    assert [(one.fault, one.agent_id) for one in found] == [(Fault.MISSING, RUI), (Fault.MISSING, IVO)]
    found = check([KEPT], start, end, hours=hours, people=People(()))
    assert {one.fault for one in found} == {Fault.MISSING, Fault.NOBODY, Fault.GAP}
    other = KeptRota("other", (replace(WEEKLY, name="other", begun=date(2026, 3, 23)),))
    (gap, overlap) = check([KEPT, other], start, end, hours=hours, people=ALL)
    assert gap.fault is Fault.GAP
    assert (overlap.fault, overlap.other, overlap.since, overlap.until) == (
        Fault.OVERLAP,
        "other",
        madrid(2026, 3, 23, 9),
        end,
    )
    twice = overridden(overridden(KEPT, Override(IVO, start, end)), Override(RUI, start, start + DAY))
    (overlap,) = check([twice], start, end, hours=hours, people=ALL)
    assert (overlap.fault, overlap.agent_id, overlap.until) == (Fault.OVERLAP, IVO, start + DAY)
    moon = KeptRota("N3", (replace(WEEKLY, zone="Moon/Base"),))
    assert [one.fault for one in check([moon], start, end, hours=hours, people=ALL)] == [Fault.ZONE, Fault.GAP]
