"""What marks the words in a text finds the same whatever letters stand beside them."""

from datetime import UTC, datetime

import pytest

from storage.rules.query import parse
from storage.search.snippets import Wanted, snippet


@pytest.mark.parametrize("beside", ["", " é", " “–” €", " Żółć", " cafe\u0301", " привет 😀"])
@pytest.mark.parametrize(
    ("query", "text", "marked"),
    [
        ("cobranca", "A cobrança veio.", ["cobrança"]),
        ("cobrança", "COBRANÇAS e cobranc\u0327a", ["COBRANÇAS", "cobrança"]),
        ("skoda", "Meu Škoda, seu skoda", ["Škoda", "skoda"]),
        ("привет", "Привет, мир", ["Привет"]),
        ('"não há"', "Nao ha, não há, nãohá", ["Nao ha", "não há"]),
        ("fat*", "Uma fátura sem fato", ["fátura", "fato"]),
    ],
)
def test_words_are_marked_whatever_stands_beside_them(query, text, marked, beside):
    line, places = snippet(f"{text} //{beside}", Wanted(parse(query, now=datetime(2026, 8, 1, tzinfo=UTC)).where))
    found = [line[start:end] for start, end in places]
    assert found[: len(marked)] == marked
