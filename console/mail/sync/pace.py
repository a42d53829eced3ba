"""How many messages one transaction takes: as many as fit its time, and never so few that most of it is overhead."""

from typing import Final

_LEAST, _MOST = 5, 200
_ALONE: Final = 3  # times as long, and as many messages; four take ten megabytes more
_KEPT: Final = 0.9  # of what was learnt, at each batch: about the last ten count
_PRIOR_BATCH, _PRIOR_SECONDS = 0.005, 0.001  # what a batch and a message cost, until something is known


class Pace:
    """Learns what a batch costs by itself and what each message adds.

    A batch has a part that does not shrink with it (a few dozen statements). Shrinking alone, whenever a batch
    takes too long, would end at the smallest ones on a busy machine, where that part is paid for every few
    messages: so a batch may cost up to twice its time of the processor where that makes the part no more than
    half of it. How long it waits for the processor says nothing about its size.

    Args:
        seconds: how long a batch should take at most.
        most: the largest size of a batch.
    """

    def __init__(self, seconds: float, *, most: int = _MOST) -> None:
        self._seconds = seconds
        self._most = most
        self._lasting, self._working = _Line(), _Line()
        for size in (10, 40):
            self.note(size, _PRIOR_BATCH + size * _PRIOR_SECONDS, worked=_PRIOR_BATCH + size * _PRIOR_SECONDS)

    @property
    def size(self) -> int:
        """How many messages the next batch should have."""
        fixed, each = self._lasting.parts()
        work, work_each = self._working.parts()
        worthwhile = min(work / work_each, (2 * self._seconds - work) / work_each)
        return max(_LEAST, min(self._most, int(max((self._seconds - fixed) / each, worthwhile))))

    def worked_size(self, *, alone: bool) -> int:
        """Return how many messages fit the time if it is all the processor's: for what is ended if somebody waits.

        Args:
            alone: no agent sits at a console: whoever comes nevertheless waits for more to be taken back. Each
                transaction writes the same pages anew, and a piece of the index: a few long ones are less work.
        """
        work, work_each = self._working.parts()
        times = _ALONE if alone else 1
        return max(_LEAST, min(times * self._most, int((times * self._seconds - work) / work_each)))

    def note(self, size: int, seconds: float, *, worked: float) -> None:
        """Learn from a batch that was done.

        Args:
            size: how many messages it had.
            seconds: how long its transaction took.
            worked: seconds of the processor within it.
        """
        self._lasting.add(size, seconds)
        self._working.add(size, worked)


class _Line:
    """A line through (size, seconds), older points counting less."""

    def __init__(self) -> None:
        self._weight = self._sizes = self._times = self._squares = self._products = 0.0

    def add(self, size: int, seconds: float) -> None:
        """Take a point in."""
        self._weight = self._weight * _KEPT + 1
        self._sizes = self._sizes * _KEPT + size
        self._times = self._times * _KEPT + seconds
        self._squares = self._squares * _KEPT + size * size
        self._products = self._products * _KEPT + size * seconds

    def parts(self) -> tuple[float, float]:
        """Return the seconds of a batch by itself, and of each message, by least squares."""
        mean_size, mean_time = self._sizes / self._weight, self._times / self._weight
        spread = self._squares / self._weight - mean_size**2
        slope = (self._products / self._weight - mean_size * mean_time) / spread if spread > 1 else 0.0
        # Noise may tilt the line: each message costs something, and no more than its share of the whole.
        each = max(min(max(slope, 0.1 * mean_time / mean_size), mean_time / mean_size), 1e-6)
        return max(0.0, mean_time - each * mean_size), each
