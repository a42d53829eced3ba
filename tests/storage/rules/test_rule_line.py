"""A rule as one line: read, written, what may stand next while it is typed; any text at all is read or refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from storage.kinds.filing import Conditions
from storage.rules.filing import LONGEST_NAME
from storage.rules.query import LONGEST
from storage.rules.rule_line import BadRule, RuleLine, Wrong, parse, size_in, size_written, slot, written


def test_a_line_says_what_mail_must_be_and_what_is_done():
    line = 'Nota fiscal: from:@acme.example subject:"nota fiscal" size>=500k size<2M -> tag:Fiscal assign:me view:"A B"'
    rule = parse(line)
    assert rule == RuleLine(
        "Nota fiscal",
        Conditions(sender="@acme.example", subject="nota fiscal", over=500_000, under=2_000_000),
        tags=("fiscal",),
        assign="me",
        view="A B",
    )
    start, end = rule.places["assign"]
    assert line[start:end] == "assign:me"
    assert parse(written(rule)) == rule
    assert parse("N: list:news.example → ignore").ignores


@pytest.mark.parametrize(
    ("line", "wrong", "word"),
    [
        ("", Wrong.MISSING_NAME, ""),
        ("from:a@b.example -> spam", Wrong.MISSING_NAME, "from:a@b.example"),
        (f"{'n' * (LONGEST_NAME + 1)}: from:a -> spam", Wrong.LONG_NAME, "n" * (LONGEST_NAME + 1)),
        ("N: colour:red -> spam", Wrong.UNKNOWN_CONDITION, "colour:red"),
        ("N: from:a -> colour:red", Wrong.UNKNOWN_DEED, "colour:red"),
        ("N: from:a -> delete", Wrong.UNKNOWN_DEED, "delete"),
        ("N: from:a -> to:b", Wrong.CONDITION_AFTER_ARROW, "to:b"),
        ("N: tag:a -> spam", Wrong.DEED_BEFORE_ARROW, "tag:a"),
        ("N: from:a -> -> spam", Wrong.SECOND_ARROW, "->"),
        ("N: from:a from:b -> spam", Wrong.TWICE, "from:b"),
        ("N: from: -> spam", Wrong.MISSING_VALUE, "from:"),
        ("N: from:a -> assign", Wrong.MISSING_VALUE, "assign"),
        ('N: from:"a -> spam', Wrong.OPEN_QUOTE, 'from:"a -> spam'),
        ("N: size>big -> spam", Wrong.BAD_SIZE, "size>big"),
        ("N: size>2M size<1M -> spam", Wrong.NO_SIZE_FITS, "size<1M"),
        ("N: subject:!!! -> spam", Wrong.NO_WORD, "subject:!!!"),
        ('N: from:a -> tag:"two words"', Wrong.BAD_TAG, 'tag:"two words"'),
        ("N: -> spam", Wrong.NO_CONDITION, ""),
        ("N: from:a", Wrong.NO_ARROW, ""),
        ("N: from:a ->", Wrong.NO_DEED, ""),
        ("N: from:a -> spam ignore", Wrong.SPAM_AND_IGNORE, "ignore"),
        ("x" * (LONGEST + 1), Wrong.TOO_LONG, "x"),
    ],
)
def test_what_is_wrong_is_named_at_its_place(line, wrong, word):
    with pytest.raises(BadRule) as caught:
        parse(line)
    assert (caught.value.wrong, caught.value.word) == (wrong, word)
    if word:
        assert line[caught.value.start : caught.value.end] == word


@pytest.mark.parametrize(
    ("text", "kind", "letters", "arrow"),
    [
        ("", "name", "", False),
        ("Fis", "name", "Fis", False),
        ("N: ", "condition", "", False),
        ("N: fr", "condition", "fr", False),
        ("N: from:@ac", "from", "@ac", False),
        ("N: from:a ", "condition", "", True),
        ("N: from:a -> ", "deed", "", False),
        ("N: from:a -> ta", "deed", "ta", False),
        ("N: from:a -> tag:fi", "tag", "fi", False),
        ('N: from:a -> view:"My v', "view", "My v", False),
    ],
)
def test_what_may_stand_at_the_end_of_a_line_that_is_typed(text, kind, letters, arrow):
    at = slot(text)
    assert (at.kind, at.letters, at.arrow) == (kind, letters, arrow)
    assert at.start <= len(text)


PIECES = some.sampled_from(
    [
        "N:",
        "->",
        "→",
        "from:",
        "to:@a.example",
        "size>",
        "size<1k",
        "tag:x",
        "spam",
        "ignore",
        '"',
        " ",
        "\x1b[2J",
        "é",
        "\u202e",
    ]
)


@given(
    some.one_of(some.text(max_size=80), some.lists(PIECES, max_size=12).map("".join), some.lists(PIECES).map(" ".join))
)
def test_any_text_is_a_rule_or_says_where_it_is_none(text):
    assert slot(text).start <= len(text)
    try:
        rule = parse(text)
    except BadRule as caught:
        bad = caught
    else:
        bad = None
    if bad is not None:
        assert 0 <= bad.start <= bad.end
        return
    assert parse(written(rule)) == rule
    assert not any(ord(letter) < 32 for letter in written(rule))


@given(some.integers(0, 10**11))
def test_sizes_read_as_they_are_written(size):
    assert size_in(size_written(size)) == size


@pytest.mark.parametrize("word", ["", "-1", "2G", "1.5M", "9" * 13, "k", "١٢"])
def test_no_size(word):
    assert size_in(word) is None


@pytest.mark.parametrize("text", ['so "called"', '"', '""', '"all of it"', 'a" -> b', 'N"', '" x'])
def test_a_quotation_mark_is_shown_as_it_is_typed(text):
    """It became a blank, so that what was shown was another rule."""
    rule = RuleLine(text, Conditions(subject=f"nota {text}"), tags=('so"called',), assign=text, view=text)
    assert parse(written(rule)) == rule
    assert parse('N: subject:"so ""called""" -> spam').conditions.subject == 'so "called"'
    assert slot('N: subject:"so ""ca').letters == 'so "ca'
