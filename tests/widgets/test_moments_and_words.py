"""Times and facts are written as LOOK §6 says."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from storage.kinds import Automatic, Evidence, Special, Status, Tier
from storage.kinds.errors import BadField, Changed, DeskError, NoSuch, Refused, StoreTooNew, StoreTrouble
from widgets import facts, text
from widgets.moments import count_words, moment_words, now_words, size_words, span_words


@pytest.mark.parametrize(
    ("span", "words"),
    [
        (timedelta(seconds=-5), "0m"),
        (timedelta(minutes=12), "12m"),
        (timedelta(minutes=59, seconds=59), "59m"),
        (timedelta(hours=2, minutes=5), "2h05"),
        (timedelta(hours=9, minutes=59), "9h59"),
        (timedelta(hours=14, minutes=40), "14h"),
        (timedelta(days=3, hours=23), "3d"),
        (timedelta(days=400), "400d"),
    ],
)
def test_a_span_is_written_in_the_fewest_signs(span, words):
    assert span_words(span) == words


def test_a_moment_is_written_by_time_weekday_or_date_in_the_readers_zone():
    zone = timezone(timedelta(hours=-3))
    now = datetime(2026, 11, 23, 9, 32, tzinfo=zone)
    assert now_words(now) == "Mon 09:32"
    assert moment_words(datetime(2026, 11, 23, 11, 32, tzinfo=UTC), now) == "08:32"
    assert moment_words(datetime(2026, 11, 23, 2, 0, tzinfo=UTC), now) == "Sun 23:00"
    assert moment_words(datetime(2026, 8, 22, 12, 0, tzinfo=UTC), now) == "22\u00a0Aug"
    assert moment_words(datetime(2024, 8, 22, 12, 0, tzinfo=UTC), now) == "22\u00a0Aug\u00a02024"


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 B"),
        (999, "999 B"),
        (1000, "1 kB"),
        (182_400, "182 kB"),
        (999_600, "1.0 MB"),
        (1_240_000, "1.2 MB"),
        (30_000_000, "30 MB"),
        (5_000_000_000_000, "5000 GB"),
    ],
)
def test_sizes_keep_amount_and_unit_together(size, words):
    assert size_words(size) == words.replace(" ", "\u00a0")


def test_counts_are_exact_up_to_the_limit():
    assert count_words(41) == "41"
    assert count_words(999) == "999"
    assert count_words(1000) == "999+"


def test_every_word_of_the_enums_has_words_a_person_reads():
    for status in Status:
        assert text.status_words(status)
    for tier in Tier:
        assert text.tier_words(tier)
    for special in Special:
        assert text.special_words(special)
    for evidence in Evidence:
        assert text.evidence_words(evidence)
    assert [bool(text.automatic_words(automatic)) for automatic in Automatic] == [
        automatic is not Automatic.NO for automatic in Automatic
    ]


def test_every_error_of_the_record_is_a_sentence_without_its_class_name():
    troubles = [cls for cls in StoreTrouble.__subclasses__() if cls is not StoreTooNew]
    assert troubles
    errors: list[DeskError] = [
        StoreTooNew("/desk", "9.9"),
        NoSuch("conversation", 7),
        Changed("conversation", (1,)),
        Refused("already"),
        BadField("since", "31/01/2026", "date"),
        BadField("shoe", "", "no_such", ("name", "role")),
    ]
    errors += [trouble("/home/ana/desk.db") for trouble in troubles]
    for error in errors:
        words = text.explain(error)
        assert words.endswith(".")
        assert type(error).__name__ not in words


@pytest.mark.parametrize(
    ("kind", "values", "words"),
    [
        ("status_changed", {"before": "open", "after": "resolved", "because": "agent"}, "resolved"),
        (
            "status_changed",
            {"before": "resolved", "after": "open", "because": "customer_wrote"},
            "reopened, the customer wrote",
        ),
        ("assigned", {"before": None, "after": 2}, "assigned to Marta Gil"),
        ("assigned", {"before": 2, "after": None}, "assigned to nobody"),
        ("assigned", {"before": 2, "after": 9}, "assigned to #9"),
        ("tagged", {"added": ["vip"], "removed": ["beta"]}, "tagged +vip -beta"),
        ("profile_changed", {"field": "role", "stands": True, "after": "Buyer"}, "role set to Buyer"),
        ("profile_changed", {"field": "role", "stands": True, "after": None}, "role set to (erased)"),
        ("profile_changed", {"field": "role", "stands": False}, "role emptied"),
        ("entry_kept", {"entry_kind": "note", "stood": False, "stands": True}, "note on the customer kept"),
        ("customers_merged", {"after": False}, "one customer made two again"),
        ("snoozed", {"before": None, "after": "2026-11-23T15:00:00Z", "because": "agent"}, "snoozed until 15:00"),
        (
            "snoozed",
            {"before": "2026-11-23T15:00:00Z", "after": None, "because": "due"},
            "in sight again, its time came",
        ),
        ("merged", {"other_id": 88}, "#88 was joined to this"),
        ("split", {"other_id": 90, "message_ids": [1, 2]}, "2 messages split off to #90"),
        ("linked", {"other_id": 90, "after": True}, "linked with #90"),
        ("received", {}, ""),
        ("something_new", {}, "something new"),
    ],
)
def test_facts_in_words(make_event, now, kind, values, words):
    assert facts.event_words(make_event(1, kind, values=values), now, {2: "Marta Gil"}) == words


def test_what_nobody_wrote_is_told_from_an_agents_answer(now):
    assert facts.fact_words("queued", {"agent_id": 2}, now) == "answered"
    assert facts.fact_words("queued", {"agent_id": None}, now) == "answered by itself"


def test_who_takes_a_conversation_is_not_said_twice_and_you_are_you(make_event, now):
    names = {1: "Ana", 2: "Marta Gil"}
    taken = make_event(1, "assigned", agent="Marta Gil", values={"before": None, "after": 2})
    given = make_event(1, "assigned", agent="Marta Gil", values={"before": None, "after": 1})
    assert facts.event_words(taken, now, names, you=1) == "took it"
    assert facts.event_words(given, now, names, you=1) == "assigned to you"


def test_whoever_reads_is_asked_in_good_english(make_event, now):
    def told(kind, you, **values):
        return facts.event_words(make_event(2, kind, values=values), now, {1: "Ana", 2: "Marta Gil"}, you=you)

    asked = {"agent_id": 1, "stands": True, "due_at": now.isoformat()}
    handed = {"before": "n1", "after": "n3", "stands": True, "to_agent_id": 1}
    assert told("transferred", 1, **handed) == "handed on, N1 → N3, you are asked"
    assert told("transferred", 2, **handed) == "handed on, N1 → N3, Ana is asked"
    assert told("escalated", 1, before=2, after=1) == "nobody accepted it in time: you are asked"
    assert told("consulted", 1, **asked).startswith("you are asked, until ")
    assert told("consulted", 1, **asked | {"stands": False}) == "you are not asked any more"
