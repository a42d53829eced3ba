"""A second process that writes to a store: top-level, so that it can be started from anywhere."""

from multiprocessing.synchronize import Barrier

from made.post import HOUR, MONDAY, Post

from storage.store import open_store


def bring_answers(url: str, start: Barrier, mine: list[int]) -> None:
    """Bring answers of one customer to one question, each in a transaction of its own."""
    store = open_store(url, durable=False)
    try:
        post = Post(store, name="desk")
        start.wait(60)
        for number in mine:
            post.send(f"answer{number}@x", cites=["question@x"], at=MONDAY + number * HOUR, text=f"answer {number}")
    finally:
        store.close()
