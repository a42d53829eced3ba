"""Fingerprints are kept in the store: however they are made, they are these numbers."""

from hashlib import blake2b

from hypothesis import given
from hypothesis import strategies as st

from storage.rules.threading import PRINTS_KEPT, prints_of

WORDS = st.sampled_from(["fatura", "ação", "não", "pedido", "12", "São", "x"])


def defined(words: list[str]) -> tuple[int, ...]:
    runs = {" ".join(words[at : at + 5]) for at in range(len(words) - 4)}
    digests = sorted({int.from_bytes(blake2b(run.encode(), digest_size=8).digest()) >> 1 for run in runs})
    return tuple(digests[:PRINTS_KEPT])


@given(st.lists(WORDS, max_size=60))
def test_they_are_the_smallest_digests_of_the_runs_of_five_words(words):
    folded = {"ação": "acao", "não": "nao", "São": "sao"}
    assert prints_of(" ".join(words)) == defined([folded.get(word, word) for word in words])


def test_they_do_not_change():
    assert prints_of("um dois tres quatro cinco seis") == (4106295299395981504, 4359850574448564169)
