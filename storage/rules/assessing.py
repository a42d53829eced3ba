"""What an assessment asks, which models its answers speak for and why, and what they say is lacking (DOMAIN §1, §4).

Each rule is a model, a question, and the answers that speak for that model, with a weight. A model's share is the
weight that spoke for it among the weight that could have, of the questions that were answered, and some more for doubt:
so a model of which much is asked is no better off than one of which little is, and one answer alone proves little.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from storage.kinds.assessing import MANY_CHANNELS, QUESTIONS, Answer, Gap, Question
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import BadField
from storage.rules.playbooks import SERVICE, TOUCH

LONGEST: Final = 500
"""Letters of an answer in words."""

_DOUBT: Final = 2  # as much weight as an answer that says nothing

SEVERAL: Final = 3
"""So many channels are several: one model will hardly do for all of them."""


@dataclass(frozen=True, slots=True)
class Speaks:
    """Answers that speak for a model, and how much."""

    model: str
    question: str
    answers: frozenset[str]
    weight: int


def _speaks(model: str, said: str) -> tuple[Speaks, ...]:
    """Read rules: ``worth=small:2 size=hundreds,thousands:1``."""
    found = []
    for rule in said.split():
        question, _sign, rest = rule.partition("=")
        answers, _sign, weight = rest.partition(":")
        found.append(Speaks(model, question, frozenset(answers.split(",")), int(weight)))
    return tuple(found)


RULES: Final = (
    *_speaks(
        "tech", "helps=themselves:3 size=thousands:2 worth=small:2 asked=repeated:2 articles=complete:2 start=alone:1"
    ),
    *_speaks(
        "low", "helps=both:2 worth=small,mixed:1 size=hundreds,thousands:2 asked=repeated:1 articles=some,complete:1"
    ),
    *_speaks("low", "rhythm=seldom:2 agents=one,few:1"),
    *_speaks(
        "mid", "rhythm=monthly:3 start=guided:2 worth=mixed:1 size=dozens,hundreds:2 outage=noticeable:1 asked=mixed:1"
    ),
    *_speaks("high", "worth=large:3 size=few,dozens:2 rhythm=weekly:2 start=project:2 outage=critical:2 asked=deep:2"),
    *_speaks("high", "helps=person:1 strengths=listening:1"),
    *_speaks("smart", "worth=mixed:3 channels=several:3 asked=mixed:1 helps=both:1 size=hundreds,thousands:1"),
    *_speaks("convenient", "rhythm=seldom:3 outage=little:2 worth=small:1 complaints=slow:1"),
    *_speaks("in-depth", "worth=large:2 asked=deep:3 rhythm=weekly:1 strengths=listening:1 complaints=unheard:2"),
    *_speaks("single-team", "complaints=passed_on:3 agents=one,few:2 depth=everybody:2"),
    *_speaks("one-to-one", "agents=many:2 channels=phone,chat:1 complaints=unheard:1 asked=mixed:1 helps=person:2"),
    *_speaks(
        "self-service",
        "helps=themselves:3 asked=repeated:2 articles=some,complete:2 complaints=repeat:2 strengths=writing:1",
    ),
    *_speaks("online", "channels=chat:3 intake=sometimes,often:3 size=hundreds,thousands:1"),
    *_speaks("redirected", "depth=outside:4 depth=levels:1 channels=visit:1 strengths=field:1"),
    *_speaks("hybrid", "channels=several:4 helps=both:2 asked=mixed:1"),
)
"""What speaks for each model."""


@dataclass(frozen=True, slots=True)
class Advice:
    """How much speaks for a model, and what.

    Attributes:
        share: from 0 to 1; 0 where nothing was answered.
        reasons: questions with the answers that speak for it, what weighs most first.
    """

    model: str
    share: float
    reasons: tuple[tuple[str, str], ...]


def read(question: Question, said: str) -> Answer:
    """Return an answer as it is kept.

    Args:
        question: the question.
        said: words as typed: those of the choices, their numbers from 1, or a text; several are parted by commas.

    Raises:
        BadField: it is none of the choices (reason ``choice``), more than one where one is wanted (``one``), or too
            long (``long``).
    """
    text = clean_line(said)
    if not question.choices:
        if len(text) > LONGEST:
            raise BadField(question.name, text, "long")
        return text
    words = [one for part in text.split(",") for one in ([part.strip()] if part.strip() else [])]
    found = tuple(dict.fromkeys(_chosen(question, one) for one in words))
    if question.several:
        return found
    if len(found) > 1:
        raise BadField(question.name, text, "choice", question.choices)
    return found[0] if found else ""


def _chosen(question: Question, word: str) -> str:
    if word.isdecimal() and 1 <= int(word[:4]) <= len(question.choices):
        return question.choices[int(word) - 1]
    plain = folded(word).replace(" ", "_").replace("-", "_")
    for choice in question.choices:
        if plain == choice:
            return choice
    raise BadField(question.name, word, "choice", question.choices)


def advice(answers: Mapping[str, Answer]) -> tuple[tuple[Advice, ...], tuple[Advice, ...]]:
    """Return the touch models and the service models, those that most speaks for first."""
    said = {name: _said(name, answer) for name, answer in answers.items() if answer}
    every = {model: _advised(model, said) for model in (*TOUCH, *SERVICE)}

    def ordered(models: tuple[str, ...]) -> tuple[Advice, ...]:
        return tuple(sorted((every[model] for model in models), key=lambda one: -one.share))

    return ordered(TOUCH), ordered(SERVICE)


def _said(name: str, answer: Answer) -> tuple[str, ...]:
    words = (answer,) if isinstance(answer, str) else answer
    return (*words, MANY_CHANNELS) if name == "channels" and len(words) >= SEVERAL else words


def _advised(model: str, said: Mapping[str, tuple[str, ...]]) -> Advice:
    rules = [one for one in RULES if one.model == model and one.question in said]
    spoke = [(one, next((word for word in said[one.question] if word in one.answers), "")) for one in rules]
    spoke = [(one, word) for one, word in spoke if word]
    could = sum(
        {one.question: max(two.weight for two in rules if two.question == one.question) for one in rules}.values()
    )
    reasons = tuple((one.question, word) for one, word in sorted(spoke, key=lambda pair: -pair[0].weight))
    return Advice(model, sum(one.weight for one, _word in spoke) / (could + _DOUBT), reasons)


def gaps(answers: Mapping[str, Answer]) -> tuple[Gap, ...]:
    """Return what the answers themselves say is lacking; what was not answered says nothing."""
    lacking = {"stages": {"partly", "none"}, "usage": {"none"}, "articles": {"none"}, "intake": {"often"}}
    return tuple(Gap(name) for name, words in lacking.items() if answers.get(name) in words)


def unanswered(answers: Mapping[str, Answer]) -> tuple[Question, ...]:
    """Return the questions that were neither answered nor passed over."""
    return tuple(one for one in QUESTIONS if one.name not in answers)
