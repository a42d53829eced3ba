"""Garbage is looked for a little at a time, after a reading, rather than at once while a key waits for its answer."""

import gc
from typing import Final

_YOUNG: Final = 4_000
"""Things made since the last look from which on it is worth one: under a millisecond. By itself it comes at 50,000."""

_MIDDLE, _OLD = 20, 200  # looks at the younger ones after which older ones are looked at, too


def sweep() -> None:
    """Look for garbage among what was made since the last time, if that is much."""
    young, middle, old = gc.get_count()
    if young >= _YOUNG:
        gc.collect(2 if old >= _OLD else 1 if middle >= _MIDDLE else 0)
