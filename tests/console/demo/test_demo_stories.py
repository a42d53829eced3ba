"""How the demo's stories are read, and when their messages were written."""

from datetime import UTC, datetime, timedelta

import pytest

from console.demo.letters import answered_subject, filled
from console.demo.story import span, stories, unescaped
from console.demo.timing import moments

NOW = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "length"),
    [("2h05m", timedelta(hours=2, minutes=5)), ("1d", timedelta(days=1)), ("12m", timedelta(minutes=12))],
)
def test_spans(text: str, length: timedelta) -> None:
    assert span(text) == length


@pytest.mark.parametrize("text", ["", "2x", "m", "h2"])
def test_what_is_no_span(text: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        span(text)


def test_named_characters() -> None:
    assert unescaped(r"\e[2J\a \u202e\x9b \\") == "\x1b[2J\a \u202e\x9b \\"


def test_dates_are_relative_to_the_message() -> None:
    assert filled("fatura de {month}, {d-5}", NOW, "pt") == "fatura de fevereiro, 28/2"
    assert filled("until {d+1}", NOW, "en") == "until 6 Mar"


def test_an_answer_has_one_prefix() -> None:
    assert answered_subject("RES: Re: Fatura", "gmail", "pt") == "Re: Fatura"
    assert answered_subject("Re: Fatura", "outlook", "pt") == "RES: Fatura"


@pytest.mark.parametrize("language", ["pt", "es", "en"])
def test_stories_are_read_whole(language: str) -> None:
    told = list(stories(language))
    assert len(told) >= 55
    assert len({story.key for story in told}) == len(told)
    for story in told:
        assert "@" in story.customer
        assert all(turn.author for turn in story.turns if turn.is_answer)


@pytest.mark.parametrize("language", ["pt", "es", "en"])
def test_news_follow_stories_that_exist(language: str) -> None:
    known = {story.key for story in stories(language) if story.last and story.last < timedelta(days=7)}
    told = list(stories(f"news-{language}"))
    assert {story.options["follows"] for story in told if "follows" in story.options} <= known
    assert len(told) >= 12


@pytest.mark.parametrize("seed", range(5))
def test_the_stated_age_of_a_recent_message_holds(seed: int) -> None:
    story = next(story for story in stories("pt") if story.key == "pt-fatura-dobro")
    at = moments(story, NOW, seed, "pt")
    assert timedelta(minutes=12) <= NOW - at[-1] < timedelta(minutes=13)
    assert list(at) == sorted(at)
