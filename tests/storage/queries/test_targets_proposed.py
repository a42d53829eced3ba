"""Targets proposed out of what a desk has done: p50 and p90 in open hours, with what was left out, of enough alone."""

from datetime import datetime, timedelta

from made.post import DAY, HOUR, MONDAY, Out, Post

from storage.commands import terms
from storage.kinds.policies import Metric, Policy, When
from storage.queries.proposing import proposals
from storage.rules.proposing import LEAST, percentile, proposal, rounded
from storage.store import Store

MINUTE = timedelta(minutes=1)
FIRST = Metric.FIRST_RESPONSE
ALL = Policy("all", {})


def asked_and_answered(store: Store, count: int) -> Post:
    """So many questions, the nth answered n hours later; then one that waits, and one that was marked as handled."""
    post = Post(store)
    for n in range(1, count + 1):
        post.send(f"q{n}@x", at=MONDAY, by=f"c{n}@x{n}.example", subject=f"Pergunta {n}")
        post.send(f"a{n}@lumen", at=MONDAY + n * HOUR, outgoing=True, cites=(f"q{n}@x",), to=(f"c{n}@x{n}.example",))
    post.send("waits@x", at=MONDAY, by="w@waits.example", subject="Espera")
    return post


def found(store: Store, policy: Policy = ALL, *, since: datetime = MONDAY - DAY):
    with store.reading() as session:
        return proposals(session, policy, since=since, now=MONDAY + 9 * DAY)


def test_half_and_nine_of_ten_in_open_time_and_what_is_left_out(store: Store) -> None:
    asked_and_answered(store, LEAST)
    told = found(store)[FIRST]
    assert (told.n, told.running, told.needless) == (LEAST, 1, 0)
    assert (told.p50, told.p90, told.target) == (10 * HOUR, 18 * HOUR, 18 * HOUR)
    assert found(store, since=MONDAY + HOUR)[FIRST].n == 0
    assert found(store, Policy("no", {}, when=When(mailbox=("other",))))[FIRST].n == 0


def test_of_too_few_nothing_is_proposed(store: Store) -> None:
    asked_and_answered(store, LEAST - 1)
    told = found(store)[FIRST]
    assert (told.n, told.p50, told.p90, told.target) == (LEAST - 1, None, None, None)


def test_only_open_hours_of_the_policys_calendar_count(store: Store) -> None:
    asked_and_answered(store, LEAST)
    ana = Out(Post(store), "Ana")
    day = MONDAY.strftime("%a").lower()
    knobs = {"zone": "UTC", "hours": f"{day} {MONDAY:%H:%M}-{MONDAY + HOUR:%H:%M}"}
    with store.writing() as session:
        terms.set_calendar(session, "hour", knobs, actor=ana.actor, now=MONDAY)
    told = found(store, Policy("p", {}, "hour"))[FIRST]
    assert (told.p50, told.p90) == (HOUR, HOUR)


def test_percentiles_are_of_the_nearest_rank_and_targets_are_rounded_up() -> None:
    ranked = [n * MINUTE for n in range(1, 11)]
    assert [percentile(ranked, share) for share in (1, 50, 90, 91, 100)] == [n * MINUTE for n in (1, 5, 9, 10, 10)]
    assert [rounded(n * MINUTE) // MINUTE for n in (0, 1, 5, 6, 59, 61, 239, 241, 719, 721)] == [
        *(5, 5, 5, 10, 60, 75, 240, 270, 720, 780)
    ]
    few = proposal([HOUR] * (LEAST - 1), running=3, needless=2)
    assert (few.n, few.running, few.needless, few.target) == (LEAST - 1, 3, 2, None)
