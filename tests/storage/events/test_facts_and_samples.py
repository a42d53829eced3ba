"""Every fact has an applier, a sample of each version that still lifts, and an inverse that is its own inverse."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.apply import missing
from storage.events import KINDS, Actor, Fact, inverse, lift
from storage.events.base import canonical, personal_fields
from storage.events.text import row_text, texts_of, written_moment
from storage.kinds import Cause

SAMPLES = sorted((Path(__file__).parent / "samples").glob("*.json"))
FINAL = {
    "clock_warned",
    "clock_breached",
    "agent_joined",
    "mailbox_added",
    "mailbox_changed",
    "met",
    "received",
    "redelivered",
    "quarantined",
    "joined",
    "ruled",
    "cancelled",
    "delivery_changed",
    "escalated",
    "consult_lapsed",
    "erased",
}
ONCE = {"queued"}
"""Taken back once: whoever does it again writes anew, or the customer might get it twice."""


def lifted(path: Path, *, erased: bool = False) -> tuple[Fact, dict]:
    kept = json.loads(path.read_text(encoding="utf-8"))
    personal = None if erased or not kept["personal"] else canonical(kept["personal"])
    return lift(kept["kind"], kept["v"], kept["fact"], personal, datetime.fromisoformat(kept["happened"])), kept


def test_every_fact_has_an_applier() -> None:
    assert missing() == []


def test_every_version_of_every_fact_has_a_sample() -> None:
    assert {path.name for path in SAMPLES} == {
        f"{word}-{version}.json" for word, kind in KINDS.items() for version in range(1, kind.version + 1)
    }


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_stored_fact_still_lifts(path: Path) -> None:
    fact, kept = lifted(path)
    assert fact.kind == kept["kind"]
    assert type(fact) is KINDS[kept["kind"]]
    if kept["v"] == fact.version:
        values, personal = fact.written()
        assert values == kept["fact"]
        assert personal == (canonical(kept["personal"]) if kept["personal"] else "")


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_fact_without_its_personal_part_lifts_as_well(path: Path) -> None:
    fact, kept = lifted(path, erased=True)
    names = personal_fields(type(fact))
    assert set(names) >= set(kept["personal"])
    assert set(names) == set(kept["personal"]) or kept["v"] < fact.version
    assert all(getattr(fact, name) is None for name in names)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_taking_back_twice_is_as_if_it_had_been_done(path: Path) -> None:
    fact, kept = lifted(path)
    back = inverse(fact)
    assert (back is None) is (kept["kind"] in FINAL)
    if back is None:
        return
    again = inverse(back)
    assert (again is None) is (kept["kind"] in ONCE)
    if again is None:
        return
    assert effect(inverse(again)) == effect(back)
    if kept["kind"] not in {"merged", "split", "moved", "noted", "called", "task_begun"}:
        assert effect(again) == effect(fact)


def effect(fact: Fact | None) -> dict:
    """What a fact does; that an agent took it back is not part of it."""
    assert fact is not None
    return fact.model_dump(exclude={"because"}) if "because" in type(fact).model_fields else fact.model_dump()


def test_what_is_taken_back_is_an_agents_doing() -> None:
    paths = [path for path in SAMPLES if path.stem in {"status_changed-1", "snoozed-1"}]
    status, snooze = (
        inverse(lifted(path)[0]) for path in sorted(paths, key=lambda path: path.stem != "status_changed-1")
    )
    assert (status.because, snooze.because) == (Cause.UNDONE, Cause.AGENT)
    assert inverse(status).because is Cause.AGENT  # done again it is a change like any other, for clocks too


def test_a_fact_of_a_newer_program_is_refused() -> None:
    with pytest.raises(KeyError):
        lift("teleported", 1, {}, None, datetime.fromisoformat("2026-03-02T09:00:00+00:00"))


def test_a_fact_knows_nothing_that_its_version_does_not() -> None:
    fact, kept = lifted(SAMPLES[0])
    with pytest.raises(ValueError, match="extra"):
        lift(kept["kind"], fact.version, {**kept["fact"], "surprise": 1}, None, fact.happened_at)


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_the_quick_text_of_a_fact_is_its_canonical_one(path: Path) -> None:
    fact, kept = lifted(path)
    actors = (Actor(None, "sync"), Actor(7, 'a "console"\n\x01é\u2028'))
    for actor, action, undoes in ((actors[0], 4, None), (actors[1], 5, 3)):
        values, personal = fact.written()
        now = datetime.fromisoformat("2026-11-22T10:00:00.000120+01:00")
        text, sealed = texts_of(fact)
        assert (text, sealed) == (canonical(values), personal)
        row = row_text(9, fact, text, action=action, undoes=undoes, actor=actor, recorded=written_moment(now))
        assert row == canonical(
            {
                "id": 9,
                "action": action,
                "undoes": undoes,
                "agent": actor.agent_id,
                "console": actor.console,
                "kind": fact.kind,
                "v": fact.version,
                "happened": fact.happened_at.astimezone(UTC).isoformat(),
                "recorded": "2026-11-22T09:00:00.000120+00:00",
                "fact": values,
            }
        )
    assert kept["kind"] == fact.kind
