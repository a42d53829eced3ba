"""How far an organization is an ideal customer: shares of what is known, which no guess and no gap can change."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.kinds import Subject
from storage.kinds.errors import BadCriterion, BadField
from storage.kinds.ideals import Criterion, Icp, Operator, Outcome
from storage.kinds.profiles import Block, Sort
from storage.rules.fit import ago, judge
from storage.rules.ideal import HEAVIEST, fields_of, in_line, line_of, made, operators, tidied
from storage.rules.profile import FIELDS, Field

TODAY = date(2026, 11, 28)
OWN = (
    *FIELDS,
    Field("contract", Subject.ORGANIZATION, Block.WHO, Sort.CHOICE, ("Gold", "Silver"), "Contract"),
    Field("audited", Subject.ORGANIZATION, Block.WHO, Sort.YES_NO),
)
KNOWN = fields_of(OWN)
SORTS = {name: field.sort for name, field in KNOWN.items()}


@pytest.mark.parametrize(
    ("line", "says", "outcome"),
    [
        ("1 industry is Freight", ["freíght"], "matched"),
        ("1 industry is freight", ["fish"], "missed"),
        ("1 industry is freight", [], "unknown"),
        ("1 industry is_not freight", ["fish"], "matched"),
        ("1 industry != freight", ["freight"], "missed"),
        ("1 industry one_of fish, freight", ["freight"], "matched"),
        ("1 industry none_of fish, freight", ["law"], "matched"),
        ("1 industry none-of fish, freight", ["fish"], "missed"),
        ("1 industry contains eight", ["Freight"], "matched"),
        ("1 industry known", ["x"], "matched"),
        ("1 industry known", [], "unknown"),
        ("1 size >= 60", ["60"], "matched"),
        ("1 size >= 60", ["9"], "missed"),  # numbers, not letters
        ("1 size <= 60,5", ["60.4"], "matched"),
        ("1 size = 60", ["60.0"], "matched"),
        ("1 size >= 60", ["many"], "unknown"),
        ("1 since before 2026-01-01", ["2025-12-31"], "matched"),
        ("1 since since 2026-01-01", ["2026-01-01"], "matched"),
        ("1 since older 2y", ["2024-11-27"], "matched"),
        ("1 since older 2y", ["2024-11-28"], "missed"),
        ("1 since newer 90d", ["2026-11-01"], "matched"),
        ("1 contract is gold", ["Gold"], "matched"),
        ("1 audited is sim", ["yes"], "matched"),
        ("1 domain contains .br", ["acme.com", "acme.com.br"], "matched"),
        ("1 domain is_not acme.com", ["acme.com", "acme.com.br"], "missed"),
        ("1 person.role contains CTO", ["driver", "cto"], "matched"),
        ("1 people at_least 3", ["2"], "missed"),
    ],
)
def test_each_operator_says_matched_missed_or_unknown(line: str, says: list[str], outcome: str) -> None:
    criterion = made(in_line(line), KNOWN)
    fit = judge([criterion], {criterion.field: says}, SORTS, today=TODAY)
    assert [one.outcome for one in fit.judged] == [outcome]
    assert fit.percent == {"matched": 100, "missed": 0, "unknown": None}[outcome]
    assert made(in_line(line_of(criterion)), KNOWN) == criterion


@st.composite
def wishes(draw) -> tuple[list[Criterion], dict[str, list[str]]]:
    words = st.sampled_from(["fish", "freight", "law", "Löw"])
    texts = st.builds(
        Criterion,
        st.sampled_from(["industry", "country", "person.role", "gone"]),
        st.sampled_from([Operator.IS, Operator.IS_NOT, Operator.CONTAINS]),
        words.map(lambda word: (word,)),
        st.integers(1, HEAVIEST),
    )
    numbers = st.builds(
        Criterion,
        st.just("size"),
        st.sampled_from([Operator.AT_LEAST, Operator.AT_MOST, Operator.IS]),
        st.integers(0, 99).map(lambda count: (str(count),)),
        st.integers(1, HEAVIEST),
    )
    says = st.dictionaries(st.sampled_from(["industry", "country", "person.role"]), st.lists(words, max_size=3))
    size = draw(st.lists(st.integers(0, 99).map(str), max_size=1))
    return draw(st.lists(texts | numbers, max_size=8)), {**draw(says), "size": size}


@given(wishes(), st.integers(0, 8), st.integers(1, HEAVIEST))
def test_the_share_is_of_what_is_known_and_nothing_unknown_changes_it(wished, place: int, weight: int) -> None:
    criteria, says = wished
    fit = judge(criteria, says, SORTS, today=TODAY)
    matched, missed, unknown = (fit.weight(one) for one in Outcome)
    assert matched + missed + unknown == sum(one.weight for one in criteria)
    assert [one.criterion for one in fit.judged] == criteria, "each is told, in its order"
    assert (fit.percent is None) == (matched + missed == 0), "nothing known is no 0 %"
    if fit.percent is not None:
        assert 0 <= fit.percent <= 100
        assert (fit.percent == 100) == (missed == 0)
    # What is unknown is no miss: one more of it changes nothing.
    more = [*criteria[:place], Criterion("site", Operator.KNOWN, (), weight), *criteria[place:]]
    assert judge(more, says, SORTS, today=TODAY).percent == fit.percent
    # What is learned to be as wished never lowers it, and what is not never raises it.
    better = judge(more, {**says, "site": ["x"]}, SORTS, today=TODAY).percent
    no = [Criterion("site", Operator.IS_NOT, ("x",), weight) if one.field == "site" else one for one in more]
    worse = judge(no, {**says, "site": ["x"]}, SORTS, today=TODAY).percent
    assert better is not None
    assert worse is not None
    assert better >= (fit.percent if fit.percent is not None else 100)
    assert worse <= (fit.percent or 0)
    # Neither order nor a common factor of the weights matters.
    assert judge(criteria[::-1], says, SORTS, today=TODAY).percent == fit.percent
    heavier = [Criterion(one.field, one.operator, one.values, one.weight * 7) for one in criteria]
    assert judge(heavier, says, SORTS, today=TODAY).percent == fit.percent


@pytest.mark.parametrize(
    ("line", "part", "reason"),
    [
        ("", "weight", "weight"),
        ("x industry is fish", "weight", "weight"),
        ("0 industry is fish", "weight", "weight"),
        ("1001 industry is fish", "weight", "weight"),
        ("1.5 industry is fish", "weight", "weight"),
        ("-1 industry is fish", "weight", "weight"),
        ("٣ industry is fish", "weight", "weight"),
        ("1", "field", "no_such"),
        ("1 industri is fish", "field", "no_such"),
        ("1 industry", "operator", "operator"),
        ("1 industry like fish", "operator", "operator"),
        ("1 industry at_least 3", "operator", "operator"),
        ("1 industry is", "value", "empty"),
        ("1 industry known fish", "value", "no_value"),
        ("1 size is many", "value", "number"),
        ("1 since before soon", "value", "date"),
        ("1 since older soon", "value", "span"),
        ("1 contract is bronze", "value", "choice"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_part(line: str, part: str, reason: str) -> None:
    with pytest.raises(BadCriterion) as bad:
        made(in_line(line), KNOWN, number=3)
    assert (bad.value.part, bad.value.reason, bad.value.number) == (part, reason, 3)
    assert bad.value.part in in_line(line).places


def test_a_definition_is_kept_clean_and_bounded() -> None:
    given_one = Icp(" Freight ", (Criterion("contract", Operator.IS, ("gold",), 5),), notes=" x\n")
    assert tidied(given_one, KNOWN) == Icp("Freight", (Criterion("contract", Operator.IS, ("Gold",), 5),), notes="x")
    for wrong in (Icp(""), Icp("x" * 61), Icp("x", good=0), Icp("x", good=101), Icp("x", notes="y" * 20_001)):
        with pytest.raises(BadField):
            tidied(wrong, KNOWN)
    assert Operator.KNOWN in operators(Sort.AGENT)


@pytest.mark.parametrize(
    ("span", "day"),
    [("1d", "2024-02-28"), ("2w", "2024-02-15"), ("1m", "2024-01-29"), ("12m", "2023-02-28"), ("1y", "2023-02-28")],
)
def test_a_span_ends_on_a_day_there_is(span: str, day: str) -> None:
    assert ago(span, date(2024, 2, 29)) == date.fromisoformat(day)
    assert ago("9999y", TODAY) == date.min
    assert ago("x", TODAY) is None
