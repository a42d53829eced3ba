"""What an assessment asks, what its answers speak for, and what is told of that: every word of it has its sentence."""

from datetime import UTC, datetime

import pytest

from storage.kinds.assessing import BY_NAME, QUESTIONS, Assessment, Gap, Part
from storage.kinds.errors import BadField
from storage.rules import assessing as rule
from storage.rules.playbooks import SERVICE, TOUCH
from widgets.assessing import (
    answer_words,
    choice_words,
    gap_words,
    model_words,
    part_words,
    question_words,
    topic_words,
)


def test_every_rule_names_a_model_a_question_and_answers_that_there_are() -> None:
    for one in rule.RULES:
        words = (
            {*BY_NAME[one.question].choices, rule.MANY_CHANNELS}
            if one.question == "channels"
            else set(BY_NAME[one.question].choices)
        )
        assert one.answers <= words, one
        assert choice_words(one.question, min(one.answers))
    assert {one.model for one in rule.RULES} == {*TOUCH, *SERVICE}
    for question in QUESTIONS:
        assert question_words(question.name).endswith((".", "?"))
        assert topic_words(question.name)
        assert part_words(question.part)
        assert len({choice_words(question.name, one) for one in question.choices}) == len(question.choices)
    assert [*dict.fromkeys(one.part for one in QUESTIONS)] == [*Part]
    assert all(model_words(one) for one in (*TOUCH, *SERVICE))


@pytest.mark.parametrize(
    ("answers", "touch", "service"),
    [
        ({"size": "thousands", "worth": "small", "helps": "themselves", "asked": "repeated"}, "tech", "self-service"),
        ({"size": "few", "worth": "large", "rhythm": "weekly", "asked": "deep"}, "high", "in-depth"),
        ({"rhythm": "monthly", "start": "guided", "size": "dozens"}, "mid", None),
        ({"worth": "mixed", "channels": ("email", "chat", "phone")}, "smart", "hybrid"),
        ({"depth": "outside", "channels": ("visit",)}, None, "redirected"),
        ({"agents": "few", "complaints": ("passed_on", "slow"), "depth": "everybody"}, None, "single-team"),
    ],
)
def test_answers_speak_for_models_with_reasons(answers, touch, service) -> None:
    found = rule.advice(answers)
    for models, expected in zip(found, (touch, service), strict=True):
        if expected is not None:
            assert models[0].model == expected
            assert 0.5 < models[0].share < 1
            assert {name for name, _word in models[0].reasons} <= set(answers)
        assert [one.share for one in models] == sorted((one.share for one in models), reverse=True)


def test_without_answers_nothing_speaks_and_what_was_passed_over_says_nothing() -> None:
    for answers in ({}, {"worth": "", "channels": (), "aim": ""}):
        assert {one.share for models in rule.advice(answers) for one in models} == {0.0}
        assert rule.gaps(answers) == ()
    assert rule.gaps({"stages": "partly", "usage": "none", "articles": "some"}) == (Gap("stages"), Gap("usage"))
    assert [one.name for one in rule.unanswered({one.name: "" for one in QUESTIONS[:-1]})] == ["aim"]


@pytest.mark.parametrize(
    ("name", "said", "kept"),
    [
        ("size", "2", "dozens"),
        ("size", " FEW ", "few"),
        ("usage", "per feature", "per_feature"),
        ("size", "", ""),
        ("channels", "1, phone,1", ("email", "phone")),
        ("channels", "", ()),
        ("aim", " fewer questions\x1b ", "fewer questions"),
    ],
)
def test_answers_are_read_by_number_and_word(name, said, kept) -> None:
    assert rule.read(BY_NAME[name], said) == kept
    assert isinstance(answer_words(name, kept), str)


@pytest.mark.parametrize(
    ("name", "said"), [("size", "9"), ("size", "1,2"), ("size", "x"), ("channels", "1,fax"), ("aim", "x" * 501)]
)
def test_what_is_no_answer_is_refused(name, said) -> None:
    with pytest.raises(BadField):
        rule.read(BY_NAME[name], said)


def test_it_is_kept_as_it_was() -> None:
    made_at = datetime(2026, 11, 28, 9, tzinfo=UTC)
    one = Assessment(made_at, made_at, {"size": "few", "channels": ("email",)}, (Gap("touch", 2, 5, ("a",)),))
    assert Assessment.read(one.written()) == one
    assert "2 of 5" in gap_words(one.gaps[0])
