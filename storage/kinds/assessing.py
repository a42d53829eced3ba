"""An assessment of the desk: what was asked, what was answered and when, and what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from storage.kinds.words import EntryKind


class Part(StrEnum):
    """What questions are about, in the order in which they are asked (DOMAIN §1, §4)."""

    PROFILE = "profile"  # who the customers are
    JOURNEY = "journey"
    DATA = "data"
    NEEDS = "needs"
    TEAM = "team"
    GAPS = "gaps"


Answer = str | tuple[str, ...]
"""One word, several, or a text."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question.

    Attributes:
        choices: the words that can be answered; none for a text.
        several: whether more than one can be.
    """

    name: str
    part: Part
    choices: tuple[str, ...] = ()
    several: bool = False


QUESTIONS: Final = (
    Question("size", Part.PROFILE, ("few", "dozens", "hundreds", "thousands")),
    Question("worth", Part.PROFILE, ("small", "mixed", "large")),
    Question("ideal", Part.PROFILE),
    Question("start", Part.JOURNEY, ("alone", "guided", "project")),
    Question("rhythm", Part.JOURNEY, ("seldom", "monthly", "weekly")),
    Question("stages", Part.JOURNEY, ("written", "partly", "none")),
    Question("usage", Part.DATA, ("per_feature", "roughly", "none")),
    Question("intake", Part.DATA, ("never", "sometimes", "often")),
    Question("asked", Part.NEEDS, ("repeated", "mixed", "deep")),
    Question("outage", Part.NEEDS, ("little", "noticeable", "critical")),
    Question("channels", Part.NEEDS, ("email", "chat", "phone", "visit"), several=True),
    Question("helps", Part.NEEDS, ("themselves", "both", "person")),
    Question("agents", Part.TEAM, ("one", "few", "many")),
    Question("strengths", Part.TEAM, ("listening", "technical", "writing", "field"), several=True),
    Question("depth", Part.TEAM, ("everybody", "levels", "outside")),
    Question("articles", Part.TEAM, ("none", "some", "complete")),
    Question("complaints", Part.GAPS, ("slow", "passed_on", "repeat", "unheard"), several=True),
    Question("aim", Part.GAPS),
)
"""What is asked, in this order."""

BY_NAME: Final = {one.name: one for one in QUESTIONS}
"""The questions by their names."""

MANY_CHANNELS: Final = "several"
"""What the answer to the channels says as well, where there are three of them at least."""


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that the desk lacks.

    Attributes:
        name: what, by its word.
        count: how many lack it, `of` how many; both 0 where it is not counted.
        words: which, where a few are named, such as languages.
    """

    name: str
    count: int = 0
    of: int = 0
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Assessment:
    """The desk as its people saw it on a day.

    Attributes:
        begun_at: when the first question was asked; `ended_at` when the last one was answered, `None` until then.
        answers: by the question's name; what was passed over has no words.
        gaps: what the desk lacked when it ended.
    """

    begun_at: datetime
    ended_at: datetime | None = None
    answers: Mapping[str, Answer] = field(default_factory=dict)
    gaps: tuple[Gap, ...] = ()

    kind = EntryKind.ASSESSMENT

    def written(self) -> dict[str, Any]:
        """Return it as facts and rows keep it."""
        answers = {name: list(one) if isinstance(one, tuple) else one for name, one in self.answers.items()}
        gaps = [[one.name, one.count, one.of, list(one.words)] for one in self.gaps]
        return {
            "begun": self.begun_at.astimezone(UTC).isoformat(timespec="seconds"),
            **({"ended": self.ended_at.astimezone(UTC).isoformat(timespec="seconds")} if self.ended_at else {}),
            "answers": answers,
            **({"gaps": gaps} if gaps else {}),
        }

    @classmethod
    def read(cls, kept: Mapping[str, Any]) -> "Assessment":
        """Return what `written` gave."""
        ended = kept.get("ended")
        return cls(
            datetime.fromisoformat(kept["begun"]),
            datetime.fromisoformat(ended) if ended else None,
            {name: tuple(one) if isinstance(one, list) else one for name, one in kept["answers"].items()},
            tuple(Gap(name, count, of, tuple(words)) for name, count, of, words in kept.get("gaps", ())),
        )
