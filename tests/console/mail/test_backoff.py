"""Pauses grow, jitter and begin anew."""

from random import Random

import pytest

from console.mail.backoff import Backoff


def test_each_pause_lies_between_half_its_bound_and_the_bound() -> None:
    pauses = Backoff(2, 60, random=Random(7))
    bounds = [2, 4, 8, 16, 32, 60, 60, 60]
    drawn = [pauses.next() for _ in bounds]
    assert all(bound / 2 <= pause <= bound for pause, bound in zip(drawn, bounds, strict=True))
    assert len(set(drawn)) == len(drawn)


def test_the_same_seed_gives_the_same_pauses_and_another_seed_others() -> None:
    def drawn(seed: int) -> list[float]:
        pauses = Backoff(random=Random(seed))
        return [pauses.next() for _ in range(10)]

    assert drawn(1) == drawn(1)
    assert drawn(1) != drawn(2)


def test_a_success_makes_the_next_pause_a_first_one() -> None:
    pauses = Backoff(2, 300, random=Random(3))
    for _ in range(10):
        pauses.next()
    assert pauses.next() >= 150
    pauses.reset()
    assert pauses.next() <= 2


@pytest.mark.parametrize(("first", "most"), [(0, 10), (-1, 10), (20, 10)])
def test_senseless_bounds_are_refused(first: float, most: float) -> None:
    with pytest.raises(ValueError):
        Backoff(first, most)
