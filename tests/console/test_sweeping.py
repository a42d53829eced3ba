"""Garbage is looked for before so much of it waits that a key would wait for the look."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from console.sweeping import sweep


class Ring:
    """What holds itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture
def _no_look_by_itself() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("_no_look_by_itself")
def test_little_waits_and_much_is_looked_through() -> None:
    ring = weakref.ref(Ring())
    sweep()
    assert ring() is not None
    kept = [[] for _ in range(5_000)]
    sweep()
    assert ring() is None
    assert kept


@pytest.mark.usefixtures("_no_look_by_itself")
def test_what_was_kept_once_is_looked_at_again_later() -> None:
    one = Ring()
    ring = weakref.ref(one)
    kept = [[[] for _ in range(5_000)]]
    sweep()
    del one
    for _ in range(25):
        kept.append([[] for _ in range(5_000)])
        sweep()
    assert ring() is None
