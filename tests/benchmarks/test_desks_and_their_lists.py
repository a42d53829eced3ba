"""What the figures of searches stand on: desks with a merged index, and lists that are met as an index meets them."""

import random

from benchmarks import loading
from benchmarks.lists import WANTED, met
from benchmarks.queries import as_long, frequencies
from storage.store import open_store


def test_a_loaded_desk_has_its_index_in_one_piece_also_where_the_last_batch_is_full(tmp_path, monkeypatch):
    monkeypatch.setattr(loading, "_INDEXED_AT_ONCE", 25)
    loading.load(tmp_path, 250, length=12)
    with open_store(str(tmp_path)).reading() as session:
        told = session.connection().exec_driver_sql(
            "SELECT count(DISTINCT segid), (SELECT count(*) FROM search_entry) FROM search_index_idx"
        )
        assert told.one() == (1, 250)
        known = {word: count for count, word in frequencies(session)}
        words = as_long(session, [2, 2, 5])
        assert [known[word] for word in words] == [2, 2, 5]
        assert len(set(words)) == 3


def test_lists_are_met_newest_first_until_enough_are_found_or_one_ends():
    made = random.Random(7)
    for _ in range(50):
        lists = [sorted(made.sample(range(400), made.randint(1, 300))) for _ in range(made.randint(1, 4))]
        common = sorted(set.intersection(*map(set, lists)))
        looks, entries = met(lists)
        last = common[-WANTED] if len(common) >= WANTED else 0
        on_the_way = sum(len([one for one in each if one >= last]) for each in lists)
        assert entries <= on_the_way
        # Each that is found is seen in every list, and nothing is looked at twice but what ends it.
        assert len(common[-WANTED:]) * len(lists) <= looks <= on_the_way + len(lists)


def test_a_list_of_one_costs_a_look_however_long_the_other_is():
    assert met([[500], list(range(1000))])[0] == 3
    assert met([[5, 995], list(range(10, 1000))])[0] == met([[5, 995], list(range(10, 1000, 5))])[0]
    assert met([list(range(0, 1000, 2)), list(range(1, 1000, 2))])[0] > 900
