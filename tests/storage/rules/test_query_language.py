"""The query language: what it understands, where its errors point, and that it raises nothing else."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.rules.query import (
    DEEPEST,
    FIELDS,
    LONGEST,
    And,
    BadQuery,
    Field,
    Moment,
    Not,
    Or,
    Query,
    Sla,
    Sort,
    Text,
    Trouble,
    Where,
)
from storage.rules.query_asked import sla_asked
from storage.rules.query_reader import parse

NOW = datetime(2026, 8, 18, 9, 32, tzinfo=ZoneInfo("America/Sao_Paulo"))


def read(text):
    return parse(text, now=NOW)


def word(words, place=0, *, where=Where.ANYWHERE, exact=False, prefix=False):
    return Text(words, where, exact, prefix, place)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("", None),
        ("   ", None),
        ("fatura", word("fatura")),
        ("Cobrança", word("Cobrança")),
        ("fatur*", word("fatur", prefix=True)),
        ('"nota fiscal"', word("nota fiscal", exact=True)),
        ("nota fiscal", And((word("nota"), word("fiscal", 5)))),
        ("nota - fiscal &", And((word("nota"), word("fiscal", 7)))),
        ("ana@acme.com", word("ana acme com")),
        ("10:30", word("10 30")),
        ("https://acme.com/x", word("https acme com x")),
        ("Re: nota", And((word("Re"), word("nota", 4)))),
        ("-nota", Not(word("nota", 1))),
        ("--nota", word("nota", 2)),
        ('-"nota fiscal"', Not(word("nota fiscal", 1, exact=True))),
        ("a-b", word("a b")),
        ("-is:spam", Not(Field("is", "spam", 1))),
        ("-(nota fiscal)", Not(And((word("nota", 2), word("fiscal", 7))))),
        ("nota OR fiscal", Or((word("nota"), word("fiscal", 8)))),
        ("nota or", And((word("nota"), word("or", 5)))),
        ("a b OR c", And((word("a"), Or((word("b", 2), word("c", 7)))))),
        ("(a b) OR c", Or((And((word("a", 1), word("b", 3))), word("c", 9)))),
        ("is:open", Field("is", "open", 0)),
        ("IS:On-Hold", Field("is", "on_hold", 0)),
        ('is:"on hold"', Field("is", "on_hold", 0)),
        ("tier:N1", Field("tier", "n1", 0)),
        ('owner:"Bruno Reis"', Field("owner", "Bruno Reis", 0)),
        ("tag:refund", Field("tag", "refund", 0)),
        ("has:attachment", Field("has", "attachment", 0)),
        ("from:ana@acme.com", word("ana acme com", where=Where.FROM)),
        ("to:suporte", word("suporte", where=Where.TO)),
        ('subject:"nota fiscal"', word("nota fiscal", where=Where.SUBJECT, exact=True)),
        ("subject:fatur*", word("fatur", where=Where.SUBJECT, prefix=True)),
    ],
)
def test_it_reads(text, where):
    assert read(text) == Query(where, None)


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("today", datetime(2026, 8, 18, 3, tzinfo=UTC)),
        ("yesterday", datetime(2026, 8, 17, 3, tzinfo=UTC)),
        ("2026-08-01", datetime(2026, 8, 1, 3, tzinfo=UTC)),
        ("2026-8-1", datetime(2026, 8, 1, 3, tzinfo=UTC)),
        ("2026-08", datetime(2026, 8, 1, 3, tzinfo=UTC)),
        ("2025", datetime(2025, 1, 1, 3, tzinfo=UTC)),
        ("7d", NOW.astimezone(UTC) - timedelta(days=7)),
        ("36h", NOW.astimezone(UTC) - timedelta(hours=36)),
        ("2w", NOW.astimezone(UTC) - timedelta(weeks=2)),
    ],
)
def test_days_begin_at_the_agents_midnight(value, moment):
    assert read(f"after:{value}").where == Moment(False, moment, 0)
    assert read(f"before:{value}").where == Moment(True, moment, 0)


def test_sort_is_for_the_whole():
    assert read("sort:oldest") == Query(None, Sort.OLDEST)
    assert read("fatura sort:newest") == Query(word("fatura"), Sort.NEWEST)


@pytest.mark.parametrize(
    ("text", "trouble", "place", "wrong"),
    [
        ("fild:x", Trouble.UNKNOWN_FIELD, 0, "fild"),
        ("nota fild:x", Trouble.UNKNOWN_FIELD, 5, "fild"),
        ("is:open tier:n4", Trouble.UNKNOWN_VALUE, 8, "tier:n4"),
        ("is:", Trouble.MISSING_VALUE, 0, "is:"),
        ('tag:""', Trouble.MISSING_VALUE, 0, 'tag:""'),
        ("before:2026-13-01", Trouble.BAD_DATE, 0, "before:2026-13-01"),
        ("before:soon", Trouble.BAD_DATE, 0, "before:soon"),
        ("after:0000", Trouble.BAD_DATE, 0, "after:0000"),
        ("after:999999w", Trouble.BAD_DATE, 0, "after:999999w"),
        ('nota "fiscal', Trouble.OPEN_QUOTE, 5, '"fiscal'),
        ("nota (fiscal", Trouble.OPEN_PARENTHESIS, 5, "("),
        ("nota fiscal)", Trouble.STRAY_PARENTHESIS, 11, ")"),
        ("nota ()", Trouble.EMPTY_PARENTHESES, 5, "("),
        ("OR nota", Trouble.NOTHING_BESIDE_OR, 0, "OR"),
        ("nota OR", Trouble.NOTHING_BESIDE_OR, 5, "OR"),
        ("(nota OR) fiscal", Trouble.NOTHING_BESIDE_OR, 6, "OR"),
        ("&&", Trouble.NO_WORD, 0, "&&"),
        ("subject:--", Trouble.NO_WORD, 0, "subject:--"),
        ("nota f*", Trouble.SHORT_PREFIX, 5, "f*"),
        ("-sort:newest", Trouble.SORT_INSIDE, 1, "sort:newest"),
        ("(sort:newest)", Trouble.SORT_INSIDE, 1, "sort:newest"),
        ("nota OR sort:newest", Trouble.SORT_INSIDE, 8, "sort:newest"),
        ("(" * (DEEPEST + 1) + "a" + ")" * (DEEPEST + 1), Trouble.TOO_DEEP, DEEPEST, "("),
    ],
)
def test_its_errors_point_at_the_place(text, trouble, place, wrong):
    with pytest.raises(BadQuery) as caught:
        read(text)
    assert (caught.value.trouble, caught.value.place, caught.value.word) == (trouble, place, wrong)


def test_its_errors_name_what_could_stand_there():
    with pytest.raises(BadQuery) as caught:
        read("tier:n4")
    assert caught.value.known == ("n1", "n2", "n3")
    with pytest.raises(BadQuery) as caught:
        read("teir:n1")
    assert caught.value.known == FIELDS


def test_a_query_has_an_end():
    with pytest.raises(BadQuery) as caught:
        read("a" * (LONGEST + 1))
    assert caught.value.trouble is Trouble.TOO_LONG
    assert read("a " * (LONGEST // 2)).where is not None
    assert read("(" * DEEPEST + "a" + ")" * DEEPEST).where == word("a", DEEPEST)
    assert read("-" * (LONGEST - 1) + "a").where is not None


PIECES = st.sampled_from(
    [
        *'()"-*: \\',
        "OR",
        " OR ",
        "is:",
        "tier:n1",
        "before:",
        "sort:newest",
        "ç",
        "\x1b[31m",
        "\u202e",
        "\x00",
        "\ud800",
    ]
)


@given(st.one_of(st.text(max_size=60), st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=30).map("".join)))
def test_any_string_is_read_or_refused(text):
    refused = None
    try:
        query = read(text)
    except BadQuery as error:
        refused = error
    if refused is None:
        assert query == read(text)
        assert "\x1b" not in repr(query.where)
    else:
        assert 0 <= refused.place <= len(text)
        assert "\x1b" not in refused.word
        assert "\u202e" not in refused.word


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("sla:late", (Sla.LATE, timedelta(0), True)),
        ("SLA:Paused", (Sla.PAUSED, timedelta(0), True)),
        ("sla<1h", (None, timedelta(hours=1), True)),
        ("sla:<90m", (None, timedelta(minutes=90), True)),
        ("sla>2D", (None, timedelta(days=2), False)),
        ("sla>=1w", (None, timedelta(weeks=1), False)),
    ],
)
def test_clocks_are_asked_for_by_a_word_or_by_what_is_left(text, asked):
    found = sla_asked(read(text).where)
    assert (found.word, found.at - NOW, found.before) == asked
    assert read(f"-{text}").where == Not(Field("sla", text[3:].lstrip(":"), 1, NOW.date()))


@pytest.mark.parametrize("text", ["sla:soon", "sla<", "sla<1", "sla<1x", "sla<999999w", "sla:1h", "is:open sla>h"])
def test_what_is_wrong_with_a_clock_that_is_asked_for_is_pointed_at(text):
    with pytest.raises(BadQuery) as wrong:
        read(text)
    assert text[wrong.value.place :].startswith("sla")
    assert wrong.value.word == text[wrong.value.place :]
    assert wrong.value.known == ("late", "warned", "paused", "none", "<1h", ">2h")


def test_a_word_that_only_begins_so_is_a_word():
    assert read("sla").where == word("sla")
    assert read("slack<3").where == word("slack 3")
