"""What marks the words in a text finds the same whatever letters stand beside them."""

import random
import time
from datetime import UTC, datetime

import pytest

from storage.kinds.clean import clean, clean_line
from storage.rules.query_reader import parse
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


BELOW = "On 3 Aug, Ana Souza <ana@acme.example>\nwrote:\n> The invoice came twice.\n> Please mend it.\n\n"


@pytest.mark.parametrize(
    ("query", "text", "line"),
    [
        ("invoice", f"{BELOW}That invoice is void.", "That invoice is void."),
        ("invoice", f"{BELOW}Done.", "The invoice came twice. > Please mend it. Done."),
        ("nothing", f"{BELOW}That invoice is void.", "That invoice is void."),
        ("nothing", "Hi:\n\nThat invoice is void.", "Hi: That invoice is void."),
        ("nothing", BELOW, "On 3 Aug, Ana Souza <ana@acme.example> wrote: > The invoice came twice. > Please mend it."),
        ("void", f"Dear all,\n> old\n{'far ' * 30}\n> near\nthis is void", "this is void"),
    ],
)
def test_what_somebody_says_is_shown_before_what_somebody_quotes(query, text, line):
    shown, places = snippet(text, Wanted(parse(query, now=datetime(2026, 8, 1, tzinfo=UTC)).where))
    assert shown.endswith(line)
    assert shown.startswith(line) or query == "invoice"
    assert bool(places) == (query != "nothing")


def test_many_blanks_are_passed_over_once():
    wanted = Wanted(parse("nothing", now=datetime(2026, 8, 1, tzinfo=UTC)).where)
    begun = time.process_time()
    for blank in (" ", "\n", " \n", "> \n", "a\n"):
        snippet(blank * 50_000, wanted)
    assert time.process_time() - begun < 2


SIGNS = "aábcçdeéfghiìnñoöøstuüßæªº²µyzAÁÇÉÑÖ012 \n\t .,;_-«»“”–—…€\xa0\xad\u0301\u0327šžłŻпривет😀ﬁⅧ①ℓ"


def test_the_quick_way_to_where_words_begin_finds_what_the_pattern_finds():
    made = random.Random(11)
    asked = ["ca", "a", "faç*", "bo* boca", "cão OR aço", "nó", '"fá so"', "s", "12", "ªb", "ção de", "não"]
    wanted = [Wanted(parse(each, now=datetime(2026, 8, 1, tzinfo=UTC)).where) for each in asked]
    quick = 0
    for number in range(4000):
        signs = SIGNS[: made.choice((40, 60, len(SIGNS)))]
        text = "".join(made.choices(signs, k=made.randrange(40)))
        each = wanted[number % len(wanted)]
        found = list(each._starts(text))
        assert found == list(each._by_pattern(text)), text
        quick += bool(found)
    assert quick > 100


def test_a_line_is_cleaned_the_same_whether_or_not_all_of_it_can_be_printed():
    made = random.Random(7)
    every = [chr(made.randrange(0x110000)) for _ in range(3000)] + [chr(code) for code in range(0x3000)]
    for sign in every:
        text = f" a{sign}b \n{sign}{made.choice(every)}c"
        assert clean_line(text) == " ".join(clean(text).split()), repr(text)
