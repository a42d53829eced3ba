"""Definitions of ideal customers: which fields a criterion may ask of, how, and one criterion in a line.

A line says weight, field, operator and value: ``25 industry is freight``, ``20 size >= 60``, ``10 country one_of
Brasil, Portugal``, ``5 person.role contains CTO``, ``5 site known``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from storage.kinds import Subject
from storage.kinds.clean import clean, clean_line
from storage.kinds.errors import BadCriterion, BadField
from storage.kinds.ideals import Criterion, Icp, Operator
from storage.kinds.profiles import Block, Sort
from storage.rules.fit import SPAN
from storage.rules.profile import Field, read

LONGEST_NAME: Final = 60
LONGEST_NOTES: Final = 20_000
HEAVIEST: Final = 1000
MOST: Final = 50
"""Letters of a name and of the notes; the greatest weight; criteria of a definition, and values of one."""

OF_PEOPLE: Final = "person."
"""What stands before a field of an organization's people: it is met where anybody's is."""

_BESIDES: Final = (
    Field("domain", Subject.ORGANIZATION, Block.WHO),
    Field("parent", Subject.ORGANIZATION, Block.WHO),
    Field("people", Subject.ORGANIZATION, Block.WHO, Sort.NUMBER),
)
"""What is known of an organization without its profile: its domains, what it is part of, how many people wrote."""

_EQUAL: Final = (Operator.IS, Operator.IS_NOT, Operator.ONE_OF, Operator.NONE_OF)
_BY_SORT: Final[Mapping[Sort, tuple[Operator, ...]]] = {
    Sort.NUMBER: (*_EQUAL, Operator.AT_LEAST, Operator.AT_MOST, Operator.KNOWN),
    Sort.DATE: (Operator.BEFORE, Operator.SINCE, Operator.OLDER, Operator.NEWER, Operator.KNOWN),
    Sort.YES_NO: (Operator.IS, Operator.KNOWN),
    Sort.CHOICE: (*_EQUAL, Operator.KNOWN),
}
_OTHERS: Final = (*_EQUAL, Operator.CONTAINS, Operator.KNOWN)
_SIGNS: Final = {
    "=": Operator.IS,
    "!=": Operator.IS_NOT,
    ">=": Operator.AT_LEAST,
    "<=": Operator.AT_MOST,
    "~": Operator.CONTAINS,
}
_SEVERAL: Final = frozenset({Operator.ONE_OF, Operator.NONE_OF})
_WORD: Final = re.compile(r"\S+")


def fields_of(known: Iterable[Field]) -> dict[str, Field]:
    """Return the fields that a criterion may ask of, by the names that it has for them."""
    known = tuple(known)
    own = {one.name: one for one in (*known, *_BESIDES) if one.subject is Subject.ORGANIZATION}
    return own | {f"{OF_PEOPLE}{one.name}": one for one in known if one.subject is Subject.PERSON}


def operators(sort: Sort) -> tuple[Operator, ...]:
    """Return how a field of a sort is held against something."""
    return _BY_SORT.get(sort, _OTHERS)


@dataclass(frozen=True, slots=True)
class Given:
    """A criterion as somebody wrote it.

    Attributes:
        places: where its parts begin in the line, by their words.
    """

    weight: str
    field: str
    operator: str
    values: tuple[str, ...]
    places: Mapping[str, int]


def in_line(text: str) -> Given:
    """Take a line apart; nothing in it is looked at."""
    words = list(_WORD.finditer(text))
    parts = [one[0] for one in words[:3]] + [""] * (3 - len(words[:3]))
    starts = [one.start() for one in words] + [len(text)] * 4
    rest = clean_line(text[words[3].start() :]) if len(words) > 3 else ""
    operator = parts[2].lower().replace("-", "_")
    several = str(_SIGNS.get(operator, operator)) in map(str, _SEVERAL)
    values = tuple(filter(None, map(clean_line, rest.split(",")))) if several else (rest,) if rest else ()
    places = dict(zip(("weight", "field", "operator", "value"), starts, strict=False))
    return Given(parts[0], parts[1], operator, values, places)


def line_of(criterion: Criterion) -> str:
    """Return a criterion as `in_line` reads it."""
    words = (str(criterion.weight), criterion.field, str(criterion.operator), ", ".join(criterion.values))
    return " ".join(filter(None, words))


def made(given: Given, fields: Mapping[str, Field], *, number: int = 1) -> Criterion:
    """Return a criterion as it is kept: its values as profiles keep them.

    Args:
        given: its parts.
        fields: as `fields_of` gives them.
        number: which one of a definition it is, from 1 on, for what is said of it.

    Raises:
        BadCriterion: a part of it is none.
    """
    weight = clean_line(given.weight)
    if not re.fullmatch(r"[0-9]{1,4}", weight) or not 1 <= int(weight) <= HEAVIEST:
        raise BadCriterion("weight", weight, "weight", number=number, part="weight")
    name = clean_line(given.field)
    field = fields.get(name)
    if field is None:
        raise BadCriterion(name, "", "no_such", tuple(fields), number=number, part="field")
    word = clean_line(given.operator).lower().replace("-", "_")
    word = str(_SIGNS.get(word, word))
    known = operators(field.sort)
    if word not in map(str, known):
        raise BadCriterion(name, word, "operator", tuple(map(str, known)), number=number, part="operator")
    operator = Operator(word)
    return Criterion(name, operator, _values(operator, given.values, field, name, number), int(weight))


def _values(operator: Operator, given: Sequence[str], field: Field, name: str, number: int) -> tuple[str, ...]:
    values = tuple(dict.fromkeys(filter(None, map(clean_line, given))))
    if operator is Operator.KNOWN:
        if values:
            raise BadCriterion(name, values[0], "no_value", number=number, part="value")
        return ()
    if not values or len(values) > (MOST if operator in _SEVERAL else 1):
        raise BadCriterion(name, ", ".join(values), "one_value" if values else "empty", number=number, part="value")
    if operator in {Operator.OLDER, Operator.NEWER}:
        span = values[0].lower()
        if not SPAN.fullmatch(span):
            raise BadCriterion(name, values[0], "span", number=number, part="value")
        return (span,)
    try:
        return values if operator is Operator.CONTAINS else tuple(read(field, one) for one in values)
    except BadField as bad:
        raise BadCriterion(name, bad.value, bad.reason, bad.choices, number=number, part="value") from None


def tidied(given: Icp, fields: Mapping[str, Field]) -> Icp:
    """Return a definition as it is kept.

    Raises:
        BadField: its name, its threshold or its notes are none (reasons ``empty``, ``long_name``, ``percent``,
            ``long_notes``), or it has too many criteria (``many_criteria``).
        BadCriterion: one of its criteria is none.
    """
    name = clean_line(given.name)
    if not name or len(name) > LONGEST_NAME:
        raise BadField("name", name, "long_name" if name else "empty")
    if not 1 <= given.good <= 100:
        raise BadField("good", str(given.good), "percent")
    notes = clean(given.notes).strip()
    if len(notes) > LONGEST_NOTES:
        raise BadField("notes", "", "long_notes")
    if len(given.criteria) > MOST:
        raise BadField("criteria", "", "many_criteria")
    criteria = tuple(
        made(Given(str(one.weight), one.field, str(one.operator), one.values, {}), fields, number=number)
        for number, one in enumerate(given.criteria, 1)
    )
    return Icp(name, criteria, given.good, notes)
