"""Words as the index knows them: stems in three languages, and what a query's word looks for."""

import time
from datetime import UTC, datetime

import pytest

from storage.kinds.clean import folded
from storage.rules.query_reader import parse
from storage.rules.stemming import forms, stems, words_of
from storage.search.snippets import Wanted, snippet
from storage.search.vectors import vector

FAMILIES = [
    ("pt", "cobrança", "cobranças", "cobranca", "cobrancas"),
    ("pt", "cancelação", "cancelações", "cancelacao", "cancelacoes"),
    ("pt", "fatura", "faturas", "faturou"),
    ("pt", "disponível", "disponivel"),
    ("es", "facturación", "facturacion"),
    ("es", "devolución", "devoluciones", "devolucion"),
    ("en", "refund", "refunds", "refunded", "refunding"),
]


def found(query, text, language):
    """Whether a word of the query is in the text or in its stems, as the index looks for it."""
    indexed = {folded(word) for word in words_of(text)} | set(stems(text, language).split())
    return not indexed.isdisjoint(forms(query))


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family[1])
def test_every_form_of_a_word_finds_every_other(family):
    language, *words = family
    for text in words:
        for query in words:
            assert found(query, text, language), (query, text)
            assert found(query, text, ""), (query, text)
            assert found(query.upper(), text.capitalize(), language)


def test_other_words_are_not_found():
    assert not found("fatura", "faculdade fator faz", "pt")
    assert not found("cobrança", "cobre cobra cabra", "pt")


def test_letters_and_accents_apart_are_the_same_word():
    apart = "cobranc\u0327a"
    assert forms(apart) == forms("cobrança")
    assert words_of(apart) == ["cobrança"]


def test_stems_are_the_same_every_time_and_quick():
    text = " ".join(f"palavra{n} cobranças da fatura e dos pedidos cancelados" for n in range(40))
    first = stems(text, "pt")
    assert first == stems(text, "pt")
    start = time.process_time()
    for _ in range(50):
        stems(text, "pt")
    assert (time.process_time() - start) / 50 < 0.01  # measured: 0.1 ms


def test_a_long_word_and_a_long_line_take_linear_time():
    start = time.process_time()
    stems("a" * 1_000_000, "")
    stems("a\u0301" * 300_000, "")
    assert time.process_time() - start < 5  # measured: 0.1 s


NOW = datetime(2026, 8, 1, tzinfo=UTC)


def shown(query, text, **choices):
    line, hits = snippet(text, Wanted(parse(query, now=NOW).where), **choices)
    return line, [line[start:end] for start, end in hits]


def test_a_snippet_shows_the_first_hit_and_says_where_the_words_stand():
    text = (
        "Bom dia.\n\n" + "Texto sem nada. " * 30 + "A nota\nfiscal saiu com cobranças erradas, a nota fiscal de agosto."
    )
    line, hits = shown('"nota fiscal" cobranca', text)
    assert hits == ["nota fiscal", "cobranças", "nota fiscal"]
    assert "\n" not in line
    assert len(line) <= 160


def test_a_snippet_without_a_hit_is_the_begin_of_the_text():
    assert shown("ana", "Bom   dia.\nTudo bem?") == ("Bom dia. Tudo bem?", [])
    assert shown("-dia", "Bom dia.") == ("Bom dia.", [])
    assert shown("from:dia", "Bom dia.") == ("Bom dia.", [])


def test_a_snippet_ends_at_a_word():
    line, hits = shown("inicio", "inicio " + "palavra " * 100, width=50)
    assert line.endswith("palavra")
    assert len(line) <= 50
    assert hits == ["inicio"]


def test_a_snippet_marks_prefixes_and_either():
    assert shown("fat* OR pedido", "o pedido e a fatura")[1] == ["pedido", "fatura"]
    assert shown('"nota"', "notas e nota")[1] == ["nota"]
    assert shown('"nota fis*"', "nota fiscal")[1] == []


def test_a_vector_stays_within_what_postgresql_takes():
    long = {
        "subject": "s",
        "author": "a",
        "recipients": "",
        "files": "",
        "body": " ".join(f"palavra{n}" for n in range(200_000)),
        "stems": " ".join(f"palavr{n}" for n in range(200_000)),
    }
    assert len(vector(long)) < 1_000_000
    assert vector(long | {"body": "um dois um", "stems": "do"}) == "'s':2A 'a':4B 'um':8C,10C 'dois':9C '~do'"
