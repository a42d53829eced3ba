"""Responses found while typing: in their tiers, whatever case and accents, narrowed letter by letter to the same."""

from random import Random

import pytest

from console.library.finding import Library, lit
from storage.kinds.responses import Canned, ResponseView


def view(
    number: int, code: str, title: str, body: str = "", language: str = "en", tags: tuple[str, ...] = ()
) -> ResponseView:
    return ResponseView(number, Canned(code, language, title, body, tags), "", shared=True)


VIEWS = (
    view(1, "late-refund", "Money comes later"),
    view(2, "estorno", "Estorno de cobrança", language="pt_BR"),
    view(3, "refund", "We pay back"),
    view(4, "refund-no", "No money back"),
    view(5, "bye", "After a refund", "We are done."),
    view(6, "hi", "Greeting", "About your refund and your order."),
    view(7, "tagged", "Something", tags=("refund",)),
)


def found(library: Library, typed: str, **choices) -> list[int]:
    return [one.view.response_id for one in library.find(typed, **choices)]


def test_the_shortcode_comes_first_then_the_title_then_tags_then_words() -> None:
    assert found(Library(VIEWS), "refund") == [3, 4, 1, 5, 7, 6]
    assert found(Library(VIEWS), ";REFUND") == [3, 4, 1, 5, 7, 6]
    assert found(Library(VIEWS), "refund order") == [6]


def test_case_and_accents_do_not_matter_and_a_slip_is_forgiven() -> None:
    library = Library(VIEWS)
    assert found(library, "COBRANCA") == [2]
    assert found(library, "cobrança") == [2]
    assert found(library, "estrono")[0] == 2
    assert found(library, "xyzzy") == []


def test_what_fits_and_what_the_customer_reads_come_first_among_equals() -> None:
    library = Library(VIEWS)
    assert found(library, "", fits={6: 0.5, 1: 1.0})[:2] == [1, 6]
    assert found(library, "", languages=("pt",))[0] == 2
    assert library.find("", fits={6: 0.5}, limit=1)[0].fit == 0.5
    assert found(library, "", fits={6: 0.5}, suits={1: 0.4, 5: 0.9, 6: 0.1})[:3] == [6, 5, 1]
    assert found(library, "", languages=("de", "pt"))[0] == 2


def test_what_the_customer_reads_comes_before_words_of_titles_in_other_languages() -> None:
    """`trein` for a Portuguese customer brought a Spanish title first, since titles stand before texts."""
    views = (
        view(1, "meeting", "Treinta minutos", language="es"),
        view(2, "training", "Oficina", "Um treinamento para a equipe.", language="pt_BR"),
        view(3, "trein", "Thirty", language="en"),
    )
    assert found(Library(views), "trein", languages=("pt",)) == [3, 2, 1]
    assert found(Library(views), "trein") == [3, 1, 2]


@pytest.mark.parametrize("seed", range(5))
def test_narrowed_letter_by_letter_it_is_the_same_as_asked_at_once(seed: int) -> None:
    chance = Random(seed)
    words = [f"{first}{second}" for first in ("re", "fun", "ent", "ola", "ção") for second in ("do", "a", "ga", "nda")]
    views = [
        view(
            number,
            f"c{chance.randrange(90)}-{number}",
            " ".join(chance.choices(words, k=3)),
            " ".join(chance.choices(words, k=9)),
        )
        for number in range(1, 200)
    ]
    library = Library(views)
    for _round in range(20):
        typed = " ".join(chance.choices(words, k=chance.choice((1, 2))))
        for end in range(1, len(typed) + 1):
            assert found(library, typed[:end], limit=999) == found(Library(views), typed[:end], limit=999)


def test_where_the_words_stand_is_lit() -> None:
    assert lit("Estorno de Cobrança", ["cobranca"]) == ((11, 19),)
    assert lit("ab ab", ["ab", "b"]) == ((0, 2),)
    assert lit("ﬁnal", ["fi"]) == ((0, 1),)
    assert lit("x", ["nothing", ""]) == ()
