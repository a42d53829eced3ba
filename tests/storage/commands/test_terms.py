"""Calendars and policies laid down, changed from a moment on, ended and undone; the past stays as it was."""

from datetime import date, timedelta

import pytest
from made.post import DAY, HOUR, MONDAY, Out, Post
from made.rows import decided

from storage.apply.stories import stories
from storage.commands import rotas, terms, undoing
from storage.kinds import EntryKind, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.hours import OwnDay
from storage.kinds.policies import Matter, Metric, Pause
from storage.kinds.rotas import Rota
from storage.queries.clocks import clocks_of
from storage.queries.hours import terms as laid
from storage.queries.touched import touched
from storage.record import replay
from storage.rules.policies import matching
from storage.store import Store
from widgets.text import explain

FIRST = Metric.FIRST_RESPONSE
OFFICE = {"zone": "America/Sao_Paulo", "hours": "mon-fri 09:00-18:00", "country": "br", "region": "sp"}


class Desk:
    """Acme's question is conversation 1, Beta's 2; Ana lays down."""

    def __init__(self, store: Store) -> None:
        self.store, self.post = store, Post(store)
        self.post.send("a@acme", at=MONDAY)
        self.post.send("b@beta", at=MONDAY, by="bob@beta.example", subject="Outra")
        self.ana = Out(self.post, "Ana")

    def tell(self, command, *args, at=MONDAY, **given):
        with self.store.writing() as session:
            return command(session, *args, actor=self.ana.actor, now=at, **given)

    def ask(self, question, *args, **given):
        with self.store.reading() as session:
            return question(session, *args, **given)

    def holds(self, at, matter: Matter | None = None):
        matter = matter or self.ask(lambda session: stories(session.connection(), [1])[1].matter)
        return {one.name: dict(one.targets) for one in matching(self.ask(laid).versions(), matter, at)}


@pytest.fixture
def desk(store: Store) -> Desk:
    return Desk(store)


def test_an_edit_holds_from_its_moment_on_and_undo_takes_it_back(desk: Desk, second_store: Store) -> None:
    desk.tell(terms.set_calendar, "office", OFFICE)
    desk.tell(terms.set_policy, "vip", {"first-response": "30m", "calendar": "office"})
    before = desk.ask(laid)
    desk.tell(terms.set_policy, "vip", {"first-response": "1h"}, at=MONDAY + DAY)
    desk.tell(terms.set_calendar, "office", {"hours": "mon-fri 10:00-12:00"}, at=MONDAY + DAY)
    assert desk.holds(MONDAY + HOUR)["vip"] == {FIRST: timedelta(minutes=30)}
    assert desk.holds(MONDAY + DAY)["vip"] == {FIRST: HOUR}
    after = desk.ask(laid).hours("office")
    span = MONDAY - 3 * DAY, MONDAY + DAY
    assert after.between(*span) == before.hours("office").between(*span)
    assert after.between(MONDAY + DAY, MONDAY + 2 * DAY) <= 2 * HOUR
    with desk.store.reading() as session, second_store.writing() as target:
        replay(session, target)
    assert decided(second_store) == decided(desk.store)
    for _ in range(2):
        with desk.store.writing() as session:
            undoing.undo(session, actor=desk.ana.actor, now=MONDAY + DAY)
    assert desk.ask(laid) == before


def test_what_is_shipped_is_changed_and_its_past_stays(desk: Desk) -> None:
    desk.tell(terms.set_policy, "default", {"first-response": "2h", "resolution": ""}, at=MONDAY + HOUR)
    assert desk.holds(MONDAY)["default"][FIRST] == 4 * HOUR
    assert desk.holds(MONDAY + HOUR)["default"] == {FIRST: 2 * HOUR, Metric.NEXT_RESPONSE: 8 * HOUR}
    # It is a fallback still: another policy has the word.
    desk.tell(terms.set_policy, "slow", {"first-response": "9h"}, at=MONDAY + HOUR)
    assert desk.holds(MONDAY + HOUR)["default"] == {Metric.NEXT_RESPONSE: 8 * HOUR}


def test_a_policy_that_is_ended_holds_no_more_and_did_before(desk: Desk) -> None:
    desk.tell(terms.set_policy, "vip", {"first-response": "30m"})
    desk.tell(terms.remove_policy, "vip", at=MONDAY + DAY)
    assert "vip" in desk.holds(MONDAY + HOUR)
    assert "vip" not in desk.holds(MONDAY + DAY)
    with pytest.raises(Refused):
        desk.tell(terms.remove_policy, "vip", at=MONDAY + DAY)
    desk.tell(terms.set_policy, "vip", {"next-response": "1h"}, at=MONDAY + 2 * DAY)
    assert set(desk.holds(MONDAY + 2 * DAY)["vip"]) == {FIRST, Metric.NEXT_RESPONSE}
    # What never held goes without a trace.
    desk.tell(terms.set_policy, "later", {"first-response": "1h"}, since=MONDAY + 9 * DAY)
    desk.tell(terms.remove_policy, "later")
    assert "later" not in desk.ask(laid).policies


def test_a_change_to_come_holds_from_its_day_and_until_its_end(desk: Desk) -> None:
    desk.tell(terms.set_policy, "peak", {"first-response": "1h"}, since=MONDAY + DAY, until=MONDAY + 2 * DAY)
    assert [("peak" in desk.holds(MONDAY + HOUR * n)) for n in (0, 23, 24, 47, 48)] == [False, False, True, True, False]
    for given in ({"since": MONDAY - HOUR}, {"until": MONDAY}, {"since": MONDAY + DAY, "until": MONDAY + DAY}):
        with pytest.raises(Refused) as refused:
            desk.tell(terms.set_policy, "x", {"first-response": "1h"}, **given)
        assert refused.value.rule == "past"


@pytest.mark.parametrize(
    ("knobs", "field", "reason"),
    [
        ({"first-response": "0h"}, "first-response", "target"),
        ({"first-response": "-4h"}, "first-response", "target"),
        ({"first-response": "soon"}, "first-response", "target"),
        ({"first-response": "9999h"}, "first-response", "long_target"),
        ({"calendar": "always"}, "policy", "no_target"),
        ({"first-response": "1h", "tier": "n9"}, "tier", "choice"),
        ({"first-response": "1h", "touch": "smart"}, "touch", "choice"),
        ({"first-response": "1h", "priority": "extreme"}, "priority", "choice"),
        ({"first-response": "1h", "kind": "x"}, "kind", "choice"),
        ({"first-response": "1h", "warn": "0"}, "warn", "percent"),
        ({"first-response": "1h", "warn": "101%"}, "warn", "percent"),
        ({"first-response": "1h", "pauses": "lunch"}, "pauses", "choice"),
        ({"first-response": "1h", "fallback": "maybe"}, "fallback", "yes_no"),
        ({"first_response": "1h"}, "first_response", "no_such"),
        ({"first-response": "1h", "grace": "-1d"}, "grace", "target"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_and_nothing_is_kept(desk: Desk, knobs, field: str, reason: str) -> None:
    with pytest.raises(BadField) as wrong:
        desk.tell(terms.set_policy, "bad", knobs)
    assert (wrong.value.field, wrong.value.reason) == (field, reason)
    assert "bad" not in desk.ask(laid).policies


@pytest.mark.parametrize(
    ("knobs", "field", "reason"),
    [
        ({"hours": "mon-fri 09:00-18:00"}, "zone", "empty"),
        ({"zone": "Mars/Olympus", "hours": "mon-fri 09:00-18:00"}, "zone", "zone"),
        ({"zone": "UTC"}, "hours", "never_open"),
        ({"zone": "UTC", "hours": ""}, "hours", "never_open"),
        ({"zone": "UTC", "hours": "monday 9-18"}, "hours", "hours"),
        ({"zone": "UTC", "hours": "mon 09:00-25:00"}, "hours", "hours"),
        ({"zone": "UTC", "hours": "mon 24:00-25:00"}, "hours", "hours"),
        ({**OFFICE, "country": "XX"}, "country", "country"),
        ({**OFFICE, "region": "ZZ"}, "region", "region"),
        ({**OFFICE, "country": ""}, "region", "no_country"),
        ({**OFFICE, "colour": "red"}, "colour", "no_such"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_and_nothing_is_kept(desk: Desk, knobs, field: str, reason: str) -> None:
    with pytest.raises(BadField) as wrong:
        desk.tell(terms.set_calendar, "bad", knobs)
    assert (wrong.value.field, wrong.value.reason) == (field, reason)
    assert "bad" not in desk.ask(laid).calendars


def test_what_is_named_must_be_there(desk: Desk) -> None:
    for knobs in ({"calendar": "none"}, {"mailbox": "none"}, {"organization": "none"}):
        with pytest.raises(NoSuch) as none:
            desk.tell(terms.set_policy, "x", {"first-response": "1h", **knobs})
        assert none.value.what == next(iter(knobs))
    for command, name in ((terms.remove_calendar, "none"), (terms.remove_policy, "none")):
        with pytest.raises(NoSuch):
            desk.tell(command, name)
    with pytest.raises(BadField) as wrong:
        desk.tell(terms.set_calendar, "always", OFFICE)
    assert wrong.value.reason == "always"


def test_a_calendar_that_policies_name_or_named_stays(desk: Desk) -> None:
    desk.tell(terms.set_calendar, "office", OFFICE)
    desk.tell(terms.set_policy, "vip", {"first-response": "30m", "calendar": "office"})
    desk.tell(terms.remove_policy, "vip", at=MONDAY + DAY)
    with pytest.raises(BadField) as used:
        desk.tell(terms.remove_calendar, "office", at=MONDAY + DAY)
    assert used.value.choices == ("vip",)
    desk.tell(terms.set_calendar, "spare", OFFICE)
    desk.tell(terms.remove_calendar, "spare")
    assert set(desk.ask(laid).calendars) == {"office"}


def test_a_calendar_by_which_rotas_run_or_agents_work_stays(desk: Desk) -> None:
    ana = desk.ana.actor.agent_id
    for name in ("office", "nights"):
        desk.tell(terms.set_calendar, name, OFFICE)
    desk.tell(rotas.set_agent, AgentCard(ana, hours="office"))
    desk.tell(rotas.set_rota, Rota("n3", "UTC", (ana,), MONDAY.date(), Tier.N3, calendar="nights"))
    desk.tell(rotas.end_rota, "n3", at=MONDAY + DAY)
    for name, who in (("office", "Ana"), ("nights", "n3")):
        with pytest.raises(BadField) as used:
            desk.tell(terms.remove_calendar, name, at=MONDAY + 2 * DAY)
        assert (used.value.reason, used.value.choices) == ("calendar_worked", (who,))
        assert who in explain(used.value)
    desk.tell(rotas.set_agent, AgentCard(ana))
    desk.tell(terms.remove_calendar, "office")
    assert set(desk.ask(laid).calendars) == {"nights"}, "who was on call is told by it"


def test_knobs_are_said_and_taken_away(desk: Desk) -> None:
    knobs = {
        "first-response": "1h30m",
        "acceptance": "20m",
        "warn": "50%",
        "grace": "3d",
        "pauses": "third-party",
        "priority": "High, urgent",
        "touch": "high",
        "tier": "n1",
        "kind": "support",
        "organization": "acme.example",
    }
    desk.tell(terms.set_policy, "full", knobs)
    policy = desk.ask(laid).policies["full"].versions[-1]
    assert policy.targets == {FIRST: timedelta(minutes=90), Metric.ACCEPTANCE: timedelta(minutes=20)}
    assert (policy.warn, policy.grace, policy.pauses) == (0.5, 3 * DAY, (Pause.THIRD_PARTY,))
    assert policy.when.priority == ("high", "urgent")
    assert len(policy.when.organization) == 1
    gone = {"acceptance": "", "priority": "", "organization": "", "pauses": "none"}
    desk.tell(terms.set_policy, "full", gone, at=MONDAY + HOUR)
    policy = desk.ask(laid).policies["full"].versions[-1]
    assert (set(policy.targets), policy.pauses) == ({FIRST}, ())
    assert set(policy.when.said()) == {"touch", "tier", "kind"}
    with pytest.raises(Refused) as same:
        desk.tell(terms.set_policy, "full", gone, at=MONDAY + HOUR)
    assert same.value.rule == "already"


def test_days_of_its_own_are_laid_down_and_taken_away(desk: Desk) -> None:
    desk.tell(terms.set_calendar, "office", OFFICE)
    eve, last = OwnDay(date(2026, 12, 24)), OwnDay(date(2026, 12, 31))
    desk.tell(terms.set_calendar, "office", {}, days=[last, eve])
    assert desk.ask(laid).calendars["office"].versions[-1].days == (eve, last)
    desk.tell(terms.set_calendar, "office", {}, without=[last.day], at=MONDAY + HOUR)
    assert desk.ask(laid).calendars["office"].versions[-1].days == (eve,)


def test_a_change_says_which_open_conversations_it_touches_and_how_their_deadlines_move(desk: Desk) -> None:
    desk.tell(terms.set_calendar, "office", OFFICE)
    now = MONDAY + 2 * HOUR

    def found(value):
        told = desk.ask(touched, value, now=now)
        assert told.open == 2
        return told

    def drafted(knobs, name="vip"):
        return found(desk.ask(terms.policy_drafted, name, knobs, now=now))

    told = drafted({"first-response": "3h"})
    assert told.conversation_ids == (1, 2)
    assert told.late == ()
    assert [(one.metric, one.before, one.after) for one in told.moved] == [
        (FIRST, MONDAY + 4 * HOUR, MONDAY + 3 * HOUR)
    ] * 2
    told = drafted({"first-response": "1h", "organization": "beta.example"})
    assert told.conversation_ids == (2,)
    assert drafted({"first-response": "1h", "priority": "urgent"}).moved == ()
    assert drafted({"acceptance": "1h"}).moved == ()
    desk.tell(terms.set_policy, "vip", {"first-response": "3h", "organization": "beta.example", "calendar": "office"})
    calendar = desk.ask(terms.calendar_drafted, "office", {"hours": "fri 09:00-10:00"}, now=now)
    (moved,) = found(calendar).moved
    assert moved.conversation_id == 2
    assert moved.before < moved.after
    (moved,) = found(desk.ask(terms.policy_ended, "vip", now=now)).moved
    assert (moved.conversation_id, moved.after) == (2, MONDAY + 4 * HOUR)
    ended = desk.ask(terms.policy_ended, "default", now=now)
    assert {(one.metric, one.ends) for one in found(ended).moved} >= {(Metric.RESOLUTION, True)}
    assert (EntryKind.POLICY, "vip") in desk.ask(laid).entries


@pytest.mark.parametrize("target", ["3h", "30m"])
def test_what_a_change_says_is_what_it_does(desk: Desk, target: str) -> None:
    now = MONDAY + HOUR
    drafted = desk.ask(terms.policy_drafted, "vip", {"first-response": target}, now=now)
    told = desk.ask(touched, drafted, now=now)
    assert told.conversation_ids == (1, 2)
    desk.tell(terms.set_policy, "vip", {"first-response": target}, at=now)
    for number in (1, 2):
        clocks = desk.ask(clocks_of, number, now=now)
        stands = {clock.metric: clock.due_at for clock in clocks}
        assert [stands[one.metric] for one in told.moved if one.conversation_id == number] == [
            one.after for one in told.moved if one.conversation_id == number
        ]
        assert (number in told.late) == any(clock.due_at < now for clock in clocks)
