"""How long to wait before trying again, so that many clients do not come back to a server in step."""

from random import Random


class Backoff:
    """Growing pauses with jitter, which begin anew after a success.

    Each pause is drawn between half of a bound and the bound; the bound doubles with every pause
    ("equal jitter", Marc Brooker, Exponential Backoff And Jitter, 2015).

    Args:
        first: the first bound, in seconds.
        most: what the bound never passes, in seconds.
        random: where the jitter comes from; a seeded one makes the pauses repeatable.

    Raises:
        ValueError: `first` is not positive, or `most` is below it.
    """

    def __init__(self, first: float = 2.0, most: float = 300.0, *, random: Random | None = None) -> None:
        if not 0 < first <= most:
            raise ValueError(f"a pause of {first} s that grows to {most} s makes no sense")
        self._first = first
        self._most = most
        self._bound = first
        self._random = random or Random()  # noqa: S311 - jitter, not a secret

    def next(self) -> float:
        """Return the pause to make now, in seconds, and let the next one be longer."""
        bound, self._bound = self._bound, min(self._bound * 2, self._most)
        return self._random.uniform(bound / 2, bound)

    def reset(self) -> None:
        """Note a success: the next pause is a first one again."""
        self._bound = self._first
