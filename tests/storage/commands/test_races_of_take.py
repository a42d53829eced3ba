"""Two consoles take the same conversation at the same moment: one has it, and the other is told who."""

import multiprocessing

import pytest
from made.post import MONDAY, Post, letter, row_of
from made.writers import race

from storage.store import Store


def raced(store: Store, store_url: str, count: int) -> None:
    post = Post(store)
    said = [letter(f"{n}@x", by=f"n{n}@x.example", subject=f"S{n}", text=f"text {n}") for n in range(count)]
    for begin in range(0, count, 100):
        post.bring(*(post.delivery(one, at=MONDAY) for one in said[begin : begin + 100]))
    spawn = multiprocessing.get_context("spawn")
    start, told = spawn.Barrier(2), spawn.Queue()
    names = ("Ana", "Rui")
    numbers = list(range(1, count + 1))
    racers = [spawn.Process(target=race, args=(store_url, start, name, numbers, told)) for name in names]
    for racer in racers:
        racer.start()
    found = dict(told.get(timeout=300) for _ in racers)
    for racer in racers:
        racer.join(60)
        assert racer.exitcode == 0
    ids = {}
    for number, ana, rui in zip(numbers, found["Ana"], found["Rui"], strict=True):
        winner, loser, words = ("Ana", rui, ana) if not ana else ("Rui", ana, rui)
        assert (words, loser) == ("", f"taken {winner}"), number
        ids.setdefault(winner, set()).add(row_of(store, number).assignee_id)
    # A race that is always won by the same console would be none.
    assert len(ids) == 2
    assert all(len(one) == 1 for one in ids.values())


@pytest.mark.slow
def test_a_hundred_races_have_one_winner_each_and_the_other_is_told_who(store: Store, store_url: str) -> None:
    raced(store, store_url, 100)


@pytest.mark.soak
def test_a_thousand_races(store: Store, store_url: str) -> None:
    raced(store, store_url, 1000)
