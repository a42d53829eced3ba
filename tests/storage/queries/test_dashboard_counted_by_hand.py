"""The dashboard of a desk whose panels were counted by hand, and the conversations behind each figure, on both engines.

What each conversation does stands in `made.counted`; hours are from Monday nine o'clock, in UTC.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from made.counted import Desk, a_week
from made.post import DAY, MONDAY
from made.post import HOUR as HOURS
from sqlalchemy import event

from storage.commands import promising, terms, triage
from storage.events import Actor
from storage.kinds import Status, Tier
from storage.kinds.dashboard import Behind, PromisesTold, Standing
from storage.kinds.policies import KeptPolicy, Metric, Policy
from storage.kinds.reports import Asked, Measure
from storage.queries import dashboard, inbox
from storage.queries.reports import report
from storage.rules import dashboard as rules
from storage.rules.query import BadQuery
from storage.rules.query_reader import parse
from storage.store import Store

NOW = MONDAY + 9 * DAY
BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
WEEK = Asked(BEGIN, BEGIN + 7 * DAY)
HOUR = 3600
DAYS = "@2026-03-02..2026-03-08"


@pytest.fixture
def desk(store: Store) -> Desk:
    return a_week(store)


def cells(desk: Desk, asked: Asked, now: datetime) -> dict[tuple[int, int], int]:
    told = desk.ask(dashboard.panels, asked, now=now).heat
    return {(day, hour): n for day, row in enumerate(told.cells) for hour, n in enumerate(row) if n}


def found(desk: Desk, query: str, now: datetime = NOW) -> list[int]:
    """Return what the queue shows of a query; its count says the same."""
    asked = {"query": query, "agent_id": desk.bruno.agent_id, "now": now}
    numbers = desk.ask(inbox.numbers, **asked)
    assert desk.ask(inbox.count, **asked) == len(numbers) == len(desk.ask(inbox.window, **asked).rows)
    return sorted(numbers)


def named(desk: Desk, *names: str) -> list[int]:
    return sorted(desk.homes[name] for name in names)


def test_incoming_is_counted_by_the_hours_of_the_reader(desk: Desk) -> None:
    # Nine: 11 at once, refused, hasty, rethought, waiting; robot is a machine, spam is spam. Ten: thrice, second.
    # Eleven: rang. Twelve: twice; "I am away" is a machine's. Fifteen: thrice.
    assert cells(desk, WEEK, NOW) == {(0, 9): 15, (0, 10): 2, (0, 11): 1, (0, 12): 1, (0, 15): 1}
    told = desk.ask(dashboard.panels, WEEK, now=NOW).heat
    assert (told.n, told.peak) == (20, (0, 9))
    later = NOW.astimezone(ZoneInfo("Asia/Tokyo"))  # nine hours on
    tokyo = Asked(rules.midnight(date(2026, 3, 2), later), rules.midnight(date(2026, 3, 9), later))
    assert cells(desk, tokyo, later) == {(0, 18): 15, (0, 19): 2, (0, 20): 1, (0, 21): 1, (1, 0): 1}
    with_history = Asked(WEEK.since, WEEK.until, history=True)
    assert cells(desk, with_history, NOW)[0, 8] == 1  # old
    assert cells(desk, Asked(WEEK.since, WEEK.until, query="subject:thrice"), NOW) == {
        (0, 9): 1,
        (0, 10): 1,
        (0, 15): 1,
    }


def test_what_was_open_at_the_end_of_each_day_stands_in_the_tier_of_then(desk: Desk) -> None:
    told = {one.tier: one for one in desk.ask(dashboard.panels, Asked(BEGIN, BEGIN + 10 * DAY), now=NOW).tiers}
    # Solved on Monday: once, twice, thrice, wrong, done, joined, machine, rung, rang. Open in N1: refused, never, hasty,
    # rethought (taken back), robot, old (nobody answered it before the desk went live), and ours. In N2 bounced, in N3
    # waiting. On the ninth day nothing came, on the tenth "later" came and went.
    days = 9 + 1
    assert told[Tier.N1].counts == (7,) * days
    assert told[Tier.N2].counts == (1,) * days
    assert told[Tier.N3].counts == (1,) * days
    assert [told[tier].now for tier in Tier] == [7, 1, 1]
    for tier in Tier:
        assert len(found(desk, f"is:open tier:{tier}")) == told[tier].now
    desk.at(3 * 24)  # on Thursday never is solved, and bounced goes back to N1
    desk.tell(triage.set_status, [desk.homes["never"]], to=Status.RESOLVED)
    desk.give_back("bounced", 4 * 24, desk.ines)
    told = {one.tier: one for one in desk.ask(dashboard.panels, WEEK, now=NOW).tiers}
    assert told[Tier.N1].counts == (7, 7, 7, 6, 7, 7, 7)
    assert told[Tier.N2].counts == (1, 1, 1, 1, 0, 0, 0)
    # At the end of a week that is not over, today counts as it is now.
    wednesday = MONDAY + 2 * DAY
    told = {one.tier: one for one in desk.ask(dashboard.panels, WEEK, now=wednesday).tiers}
    assert len(told[Tier.N1].counts) == 3


def test_what_is_open_now_is_what_the_queue_shows(desk: Desk) -> None:
    told = desk.ask(dashboard.panels, WEEK, now=NOW).standing
    # Seven in N1, bounced, waiting; three of them wait for the customer: refused, hasty, ours.
    assert told == Standing(9, len(found(desk, "is:open sla:late")), 3)
    assert len(found(desk, "is:waiting")) == 3
    assert len(found(desk, "is:open")) == 9


def test_tags_are_held_against_their_own_weeks(desk: Desk) -> None:
    desk.tell(triage.tag, named(desk, "once", "twice", "thrice", "wrong", "done", "spam", "old"), add=["bill"])
    desk.tell(triage.tag, named(desk, "once", "twice", "thrice", "wrong"), add=["few"])
    told = desk.ask(dashboard.panels, WEEK, now=NOW).growing
    # Spam and what is history are not counted.
    assert [(one.tag, one.weeks, one.times) for one in told] == [("bill", (0,) * 8 + (5,), None)]
    assert found(desk, f"tag:bill figure:began{DAYS}") == named(desk, "once", "twice", "thrice", "wrong", "done")
    later = Asked(BEGIN + 7 * DAY, BEGIN + 14 * DAY)
    assert desk.ask(dashboard.panels, later, now=BEGIN + 14 * DAY).growing == ()
    for number in range(6):
        desk.begins(f"more-{number}", 7 * 24 + number)
    desk.tell(triage.tag, named(desk, *(f"more-{number}" for number in range(6))), add=["bill"])
    (bill,) = desk.ask(dashboard.panels, later, now=BEGIN + 14 * DAY).growing
    assert bill.weeks == (0, 0, 0, 0, 0, 0, 0, 5, 6)
    assert bill.times == pytest.approx(6 / (5 / 8))


def test_the_figures_are_the_reports_and_the_days_are_the_readers(desk: Desk) -> None:
    told = desk.ask(dashboard.figures, WEEK, now=NOW)
    assert told.report == desk.ask(report, WEEK, now=NOW)
    # once 1, twice 2, thrice 5, wrong 3, done 6, joined 3, machine 2, rung 4, rang 2, refused 9, hasty 8
    (monday,) = told.days
    assert (monday.day, monday.n, monday.p50, monday.p90) == (date(2026, 3, 2), 11, 3 * HOUR, 8 * HOUR)
    assert {one.measure: one.n for one in told.before}[Measure.SOLVED] == 0
    next_week = desk.ask(dashboard.figures, Asked(BEGIN + 7 * DAY, BEGIN + 14 * DAY), now=NOW)
    assert next_week.before == told.report.figures[:-1]  # all but acceptance


FIGURES = {
    "counted": (
        *("once", "twice", "never", "thrice", "wrong", "done", "bounced", "joined", "machine", "rung", "rang"),
        *("refused", "hasty", "rethought", "waiting"),
    ),
    "solved": ("once", "twice", "thrice", "wrong", "done", "joined", "machine", "rung", "rang"),
    "unsolved": ("never", "bounced", "refused", "hasty", "rethought", "waiting"),
    "answered": (
        *("once", "twice", "thrice", "wrong", "done", "joined", "machine", "rung", "rang"),
        *("refused", "hasty"),
    ),
    "incoming-mon-10": ("thrice", "joined"),
    "incoming-mon-15": ("thrice",),
    "incoming-tue": (),
    "handed": ("wrong", "done", "bounced", "waiting"),
    "handed-n1-n2": ("wrong", "done", "bounced"),
    "handed-n1-n3": ("waiting",),
}


@pytest.mark.parametrize("figure", FIGURES)
def test_behind_a_figure_are_the_conversations_it_counts(desk: Desk, figure: str) -> None:
    assert found(desk, f"figure:{figure}{DAYS}") == named(desk, *FIGURES[figure])
    resolved = set(named(desk, *FIGURES["solved"]))
    assert found(desk, f"is:open figure:{figure}{DAYS}") == sorted(set(named(desk, *FIGURES[figure])) - resolved)
    assert set(found(desk, f"is:settled -figure:{figure}{DAYS}")).isdisjoint(named(desk, *FIGURES[figure]))


def test_as_many_are_behind_as_the_figures_say(desk: Desk) -> None:
    told = desk.ask(report, WEEK, now=NOW)
    figures = {one.measure: one for one in told.figures}
    assert len(found(desk, f"figure:left_out{DAYS}")) == sum(count for _why, count in told.left_out) == 5
    assert len(found(desk, f"figure:began{DAYS}")) == told.began - 3  # the first mail and spam, and what is history
    assert len(found(desk, f"figure:began{DAYS},history")) == told.began - 2
    assert len(found(desk, f"figure:counted{DAYS}")) == figures[Measure.SOLVED].n
    assert len(found(desk, f"figure:solved{DAYS}")) == figures[Measure.CONTACTS].n
    assert len(found(desk, f"figure:answered{DAYS}")) == figures[Measure.FIRST_RESPONSE].n
    with_history = desk.ask(report, Asked(WEEK.since, WEEK.until, history=True), now=NOW)
    assert len(found(desk, f"figure:counted{DAYS},history")) == with_history.figures[0].n == 16


def test_behind_breaches_are_the_conversations_whose_clock_was(desk: Desk) -> None:
    kept = KeptPolicy("all", (Policy("all", {Metric.FIRST_RESPONSE: timedelta(hours=4)}),))
    desk.tell(terms.keep, kept)
    told = {one.metric: one for one in desk.ask(report, WEEK, now=NOW).clocks}
    # 5, 6, 9 and 8 hours; and what nobody has answered yet.
    late = ("thrice", "done", "refused", "hasty", "never", "bounced", "rethought", "waiting")
    assert found(desk, f"figure:breached-first_response{DAYS}") == named(desk, *late)
    assert told[Metric.FIRST_RESPONSE].breached >= len(late)  # what was joined has two clocks
    assert desk.ask(dashboard.panels, WEEK, now=NOW).target == timedelta(hours=4)


@pytest.fixture
def statements(store: Store) -> Iterator[list[str]]:
    told: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        told.append(statement)

    engine = store.engine
    event.listen(engine, "before_cursor_execute", note)
    yield told
    event.remove(engine, "before_cursor_execute", note)


def test_as_many_statements_are_asked_whatever_the_desk_holds(desk: Desk, statements: list[str]) -> None:
    desk.ask(dashboard.panels, WEEK, now=NOW)
    few = len(statements)
    for number in range(12):
        desk.begins(f"another-{number}", 10)
    statements.clear()
    desk.ask(dashboard.panels, WEEK, now=NOW)
    assert len(statements) == few <= 9


def test_what_nobody_waits_for_is_not_read_on(desk: Desk) -> None:
    with pytest.raises(dashboard.Left):
        desk.ask(dashboard.figures, WEEK, now=NOW, stopped=lambda: True)


def test_a_query_of_a_figure_is_read_once_in_a_transaction(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Behind] = []
    behind = dashboard.behind

    def noted(session, figure, *, now):
        asked.append(figure.behind)
        return behind(session, figure, now=now)

    monkeypatch.setattr(dashboard, "behind", noted)
    assert parse(f"figure:solved{DAYS}", now=NOW).where is not None
    query = f"figure:solved{DAYS} OR figure:solved{DAYS}"
    desk.ask(inbox.window, query=query, agent_id=desk.bruno.agent_id, now=NOW, around=desk.homes["once"])
    assert asked == [Behind.SOLVED]


def test_promises_are_kept_broken_or_open_and_stand_behind_their_figures(desk: Desk) -> None:
    def promise(who: str, due: float, kept: float | None = None) -> int:
        desk.at(1)
        number, _action = desk.tell(promising.promise, desk.homes[who], who, MONDAY + due * HOURS)
        if kept is not None:
            desk.at(kept)
            desk.tell(promising.keep, number)
        return number

    promise("once", 4, kept=2)
    promise("twice", 5, kept=3)
    promise("twice", 6, kept=3)  # two, in one conversation
    promise("never", 7)  # late, and never written down as broken
    late = promise("waiting", 8)
    promise("refused", 24 * 30)  # open, far ahead
    promise("spam", 4, kept=2)  # in no figure, as the next
    promise("spam", 5)
    promise("done", 24 * 8, kept=2)  # due after the week
    desk.at(30)
    with desk.store.writing() as session:
        promising.note_broken(session, actor=Actor(None, "clock"), now=desk.now, limit=9)
    desk.tell(promising.keep, late)  # later than promised
    told = desk.ask(dashboard.panels, WEEK, now=NOW).promises
    assert told == PromisesTold(kept=3, broken=2, open=2, late=1)
    assert found(desk, f"figure:promised-kept{DAYS}") == named(desk, "once", "twice")
    assert found(desk, f"figure:promised-broken{DAYS}") == named(desk, "never", "waiting")
    assert found(desk, f"figure:promised{DAYS}") == named(desk, "once", "twice", "never", "waiting")
    assert found(desk, "is:promised -is:spam") == named(desk, "never", "refused")
    assert found(desk, "promise:late -is:spam") == named(desk, "never")
    part = Asked(WEEK.since, WEEK.until, query="subject:twice")
    assert desk.ask(dashboard.panels, part, now=NOW).promises == PromisesTold(kept=2)
    with pytest.raises(BadQuery):
        parse(f"figure:promised-open{DAYS}", now=NOW)
