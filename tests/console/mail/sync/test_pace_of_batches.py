"""Batches grow to their time, shrink when they take longer, and do not shrink into overhead."""

import random

import pytest

from console.mail.sync.pace import Pace


def settled(*, fixed: float, each: float, most: int = 200, noise: float = 0.0, starved: float = 1.0) -> int:
    """Return the size that batches of this cost come to."""
    made = random.Random(3)
    pace = Pace(0.05, most=most)
    for round_ in range(60):
        size = pace.size if round_ % 4 else max(1, pace.size // 2)  # the rest of a chunk is a smaller batch
        worked = (fixed + each * size) * (1 + noise * made.random())
        pace.note(size, worked * starved, worked=worked)
    return pace.size


def test_a_batch_fills_its_time() -> None:
    assert settled(fixed=0.01, each=0.001) == pytest.approx(40, abs=2)


def test_quick_messages_make_large_batches() -> None:
    assert settled(fixed=0.001, each=0.00001) == 200
    assert settled(fixed=0.001, each=0.00001, most=2000) == 2000


def test_slow_messages_make_small_batches() -> None:
    assert settled(fixed=0.001, each=0.02) == 5


def test_an_expensive_transaction_is_not_paid_for_a_few_messages() -> None:
    assert settled(fixed=0.04, each=0.001) == pytest.approx(40, abs=2)
    assert settled(fixed=0.04, each=0.001, noise=0.5) > 15


def test_others_do_not_wait_longer_than_twice_the_time() -> None:
    assert settled(fixed=0.08, each=0.001) == pytest.approx(20, abs=2)


def test_waiting_for_the_processor_makes_no_batch_too_small() -> None:
    assert settled(fixed=0.03, each=0.001, starved=10) == pytest.approx(30, abs=3)


def test_a_machine_that_becomes_busy_is_followed() -> None:
    pace = Pace(0.05)
    for _ in range(40):
        for size in (pace.size, max(1, pace.size // 3)):
            pace.note(size, 0.005 + 0.0005 * size, worked=0.005 + 0.0005 * size)
    quick = pace.size
    for _ in range(40):
        for size in (pace.size, max(1, pace.size // 3)):
            pace.note(size, 0.01 + 0.002 * size, worked=0.01 + 0.002 * size)
    assert quick == pytest.approx(90, abs=5)
    assert pace.size == pytest.approx(20, abs=3)


def test_few_messages_are_cut_by_the_processor_alone() -> None:
    pace = Pace(0.05)
    for _ in range(40):
        for size in (32, 10):
            pace.note(size, 10 * (0.008 + 0.0005 * size), worked=0.008 + 0.0005 * size)
    assert pace.size < 25
    assert pace.worked_size(alone=False) == pytest.approx(84, abs=4)
    for _ in range(40):
        for size in (32, 10):
            pace.note(size, 0.03 + 0.002 * size, worked=0.03 + 0.002 * size)
    assert pace.worked_size(alone=False) == pytest.approx(10, abs=2)


def test_where_nobody_sits_at_a_console_a_batch_may_be_three_times_as_long_and_as_large() -> None:
    pace = Pace(0.05)
    for _ in range(40):
        for size in (100, 30):
            pace.note(size, 0.01 + 0.0005 * size, worked=0.01 + 0.0005 * size)
    assert pace.worked_size(alone=False) == pytest.approx(80, abs=4)
    assert pace.worked_size(alone=True) == pytest.approx(280, abs=10)
    for _ in range(40):
        for size in (100, 30):
            pace.note(size, 0.001 + 0.00001 * size, worked=0.001 + 0.00001 * size)
    assert (pace.worked_size(alone=False), pace.worked_size(alone=True)) == (200, 600)
