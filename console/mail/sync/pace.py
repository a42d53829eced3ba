"""How many messages one transaction takes: as many as fit its time, and never so few that most of it is overhead."""

from typing import Final

_LEAST, _MOST = 5, 200
_KEPT: Final = 0.9  # of what was learnt, at each batch: about the last ten count
_PRIOR_BATCH, _PRIOR_SECONDS = 0.005, 0.001  # what a batch and a message cost, until something is known


class Pace:
    """Learns what a batch costs by itself and what each message adds.

    A batch has a part that does not shrink with it (a few dozen statements). Shrinking alone, whenever a batch
    takes too long, would end at the smallest ones on a busy machine, where that part is paid for every few
    messages: so a batch may take up to twice its time where that makes the part no more than half of it.

    Args:
        seconds: how long a batch should take at most.
        most: the largest size of a batch.
    """

    def __init__(self, seconds: float, *, most: int = _MOST) -> None:
        self._seconds = seconds
        self._most = most
        # Sums for a line through (size, seconds), older batches counting less; begun with two made-up ones.
        self._weight = self._sizes = self._times = self._squares = self._products = 0.0
        for size in (10, 40):
            self.note(size, _PRIOR_BATCH + size * _PRIOR_SECONDS)

    @property
    def size(self) -> int:
        """How many messages the next batch should have."""
        fixed, each = self._line()
        fitting, twice = (self._seconds - fixed) / each, (2 * self._seconds - fixed) / each
        return max(_LEAST, min(self._most, int(max(fitting, min(twice, fixed / each)))))

    def note(self, size: int, seconds: float) -> None:
        """Learn from a batch that was done.

        Args:
            size: how many messages it had.
            seconds: how long its transaction took.
        """
        self._weight = self._weight * _KEPT + 1
        self._sizes = self._sizes * _KEPT + size
        self._times = self._times * _KEPT + seconds
        self._squares = self._squares * _KEPT + size * size
        self._products = self._products * _KEPT + size * seconds

    def _line(self) -> tuple[float, float]:
        """Return the seconds of a batch by itself, and of each message, by least squares."""
        mean_size, mean_time = self._sizes / self._weight, self._times / self._weight
        spread = self._squares / self._weight - mean_size**2
        slope = (self._products / self._weight - mean_size * mean_time) / spread if spread > 1 else 0.0
        # Noise may tilt the line: each message costs something, and no more than its share of the whole.
        each = min(max(slope, 0.1 * mean_time / mean_size), mean_time / mean_size)
        return mean_time - each * mean_size, max(each, 1e-6)
