"""When a desk is open: spans of the week in a zone, and whether a moment lies in one; pure."""

import re
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Final, Self

_DAYS: Final = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN: Final = re.compile(r"([a-z]{3})(?:-([a-z]{3}))?\s+([0-9]{1,2}):([0-9]{2})\s*-\s*([0-9]{1,2}):([0-9]{2})")
_WHOLE_DAY: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class Hours:
    """The hours of a week.

    Attributes:
        spans: (weekday from 0 for Monday, first minute of the day, the minute at which it is over).
        words: as the configuration writes them.
    """

    spans: tuple[tuple[int, int, int], ...]
    words: str

    @classmethod
    def read(cls, text: str) -> Self:
        """Read ``mon-fri 09:00-18:00, sat 09:00-12:30``; ``fri-mon`` goes over the week's end, 24:00 is the day's end.

        Raises:
            ValueError: it is not of that form; its argument is the part that cannot be read.
        """
        spans: list[tuple[int, int, int]] = []
        for part in text.split(","):
            found = _SPAN.fullmatch(part.strip().lower())
            if found is None or found[1] not in _DAYS or (found[2] or found[1]) not in _DAYS:
                raise ValueError(part.strip())
            opens, closes = (int(found[place]) * 60 + int(found[place + 1]) for place in (3, 5))
            if int(found[4]) > 59 or int(found[6]) > 59 or not opens < closes <= _WHOLE_DAY:
                raise ValueError(part.strip())
            first, last = _DAYS.index(found[1]), _DAYS.index(found[2] or found[1])
            spans += [((first + day) % 7, opens, closes) for day in range((last - first) % 7 + 1)]
        return cls(tuple(spans), text)

    def open_at(self, moment: datetime, zone: tzinfo | None) -> bool:
        """Say whether the desk is open.

        Args:
            moment: aware.
            zone: in which the hours are meant; `None` for this machine's.
        """
        there = moment.astimezone(zone)
        minute = there.hour * 60 + there.minute
        return any(day == there.weekday() and opens <= minute < closes for day, opens, closes in self.spans)

    def __str__(self) -> str:
        """Write them as they are read."""
        return self.words
