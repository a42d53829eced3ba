"""Every response against all sorts of customers that a desk may have: what would come out blank, or does not render.

Customers differ in what is known of them, in their language, and in what profiles tell: persona, touch model, whatever
a template names. What it does not name makes no difference, and values that it never mentions make the same; so a few
combinations stand for all of them, and each value that the desk has is tried at least once.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from itertools import combinations, product
from math import prod
from time import monotonic
from typing import Final

from console.library.errors import TemplateTrouble
from console.library.rendering import Rendered, Template
from console.library.values import LANGUAGES, MAY_LACK, PROFILES, ROOTS, SAMPLE, is_own
from storage.rules.profile import CHOICES
from widgets.language import _

_NAME: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_LITERALS: Final = frozenset({"nil", "null", "none", "true", "false", "blank", "empty"})
_QUOTED: Final = re.compile(r"'([^']*)'|\"([^\"]*)\"")
_ALL_WAYS: Final = 2_000  # combinations up to which all are tried; beyond, each two ways together
_MENTIONED: Final = 20  # values of a field that are tried together with all others
_SECONDS: Final = 10.0  # for one response


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a template, and where.

    Attributes:
        words: a sentence.
        line, column: counted from 1.
        customer: of whom it goes wrong: what is told of them, by the template's names; `None` is not known. Empty where
            it goes wrong for everybody.
    """

    words: str
    line: int
    column: int
    customer: Mapping[str, str | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """One way in which customers differ.

    Attributes:
        names: the fields that go together.
        values: what they may say; `None` is not known. The first is what most customers are tried with.
        apart: those of `values` that the template may tell apart.
        told: whether profiles tell it.
    """

    names: tuple[str, ...]
    values: tuple[str | None, ...]
    apart: tuple[str | None, ...]
    told: bool = False


@dataclass(frozen=True, slots=True)
class Customer:
    """A made-up customer.

    Attributes:
        ways: in which customers differ.
        some: what is so of this one in each.
    """

    ways: tuple[Way, ...]
    some: tuple[str | None, ...]

    @property
    def values(self) -> Mapping[str, str]:
        """What is known of them, by field."""
        found = {name: value for name, value in SAMPLE.items() if name not in PROFILES}
        for way, value in zip(self.ways, self.some, strict=True):
            for name in way.names:
                if value is None:
                    found.pop(name, None)
                elif value:
                    found[name] = value
        return found

    @property
    def lacking(self) -> frozenset[str]:
        """What is not known."""
        pairs = zip(self.ways, self.some, strict=True)
        return frozenset(name for way, value in pairs if value is None for name in way.names)

    def otherwise(self, way: Way) -> Iterator["Customer"]:
        """Yield customers who differ from this one in nothing but one way."""
        place = self.ways.index(way)
        for value in way.apart:
            if value != self.some[place]:
                yield Customer(self.ways, (*self.some[:place], value, *self.some[place + 1 :]))


def problems(
    body: str, desk: Mapping[str, Sequence[str]] | None = None, *, clock: Callable[[], float] = monotonic
) -> list[Problem]:
    """Render a template for every sort of customer, in every language, and return what is wrong.

    What is asked for in place by its nature, as everything under ``promised``, is taken as answered.

    Args:
        body: the template.
        desk: what profiles may tell there (`storage.queries.told.desk_values`); without it, what they may anywhere.
        clock: gives seconds, by which it ends in time.
    """
    try:
        template = Template(body)
    except TemplateTrouble as trouble:
        return [Problem(trouble.words, trouble.line, trouble.column)]
    if desk is not None and (strange := list(_strange(template, desk))):
        return strange
    return [*_never(template), *_problems(template, desk or CHOICES, clock)]


def _strange(template: Template, desk: Mapping[str, Sequence[str]]) -> Iterator[Problem]:
    """Yield the fields of the desk's own that it has not."""
    for name, (line, column) in template.names.items():
        if is_own(name) and name not in desk:
            trouble = TemplateTrouble("unknown_field", line, column, name, *get_close_matches(name, list(desk), 1))
            yield Problem(trouble.words, line, column)


def _never(template: Template) -> Iterator[Problem]:
    """Yield the comparisons with what a field can never say."""
    for name, value, (line, column) in template.compared():
        choices = CHOICES.get(name, ())
        if choices and value not in choices:
            words = _("{name} is never {value}: it is {choices}.").format(
                name=name, value=value or "''", choices=", ".join(choices)
            )
            yield Problem(words, line, column)


def _problems(template: Template, desk: Mapping[str, Sequence[str]], clock: Callable[[], float]) -> Iterator[Problem]:
    seen = set()
    asked = {name: "…" for name in template.names if name.partition(".")[0] not in ROOTS}
    until = clock() + _SECONDS
    for customer in customers(template, desk):
        if clock() > until:
            yield Problem(_("there was no time to try it for every customer: make it simpler."), 1, 1)
            return
        for problem in _with(template, customer, asked):
            place = problem.line, problem.column
            if place not in seen:
                seen.add(place)
                yield _of_whom(problem, customer, template, asked)


def _places(template: Template, customer: Customer, asked: Mapping[str, str]) -> set[tuple[int, int]]:
    return {(one.line, one.column) for one in _with(template, customer, asked)}


def _of_whom(problem: Problem, customer: Customer, template: Template, asked: Mapping[str, str]) -> Problem:
    """Return a problem with what is told of the customers whose it is; what makes no difference is left out."""
    place = problem.line, problem.column
    told = {
        way.names[0]: value
        for way, value in zip(customer.ways, customer.some, strict=True)
        if way.told and not all(place in _places(template, other, asked) for other in customer.otherwise(way))
    }
    words = problem.words
    if any(name not in words for name in told):
        words = _("{words} Such as with: {customer}.").format(words=words, customer=_described(told))
    return Problem(words, problem.line, problem.column, told)


def _described(told: Mapping[str, str | None]) -> str:
    said = (
        _("{name} unknown").format(name=name) if value is None else f"{name} {value}" for name, value in told.items()
    )
    return ", ".join(said)


def _with(template: Template, customer: Customer, asked: Mapping[str, str]) -> Iterator[Problem]:
    try:
        done, answers = template.render({**customer.values, **asked}), dict(asked)
        for _round in range(20):  # an answer may bring another question to light
            open_ones = [one.name for one in done.missing if _is_asked_for(one.name)]
            if not open_ones or set(open_ones) <= set(answers):
                break
            answers |= dict.fromkeys(open_ones, "…")
            done = template.render({**customer.values, **answers})
    except TemplateTrouble as trouble:
        yield Problem(trouble.words, trouble.line, trouble.column)
        return
    yield from _blanks(done, customer)


def _is_asked_for(name: str) -> bool:
    """Say whether a person can be asked for it: it is a name, and none of the desk's own or of Liquid's."""
    return bool(_NAME.fullmatch(name)) and name not in _LITERALS and name.partition(".")[0] not in ROOTS


def _blanks(done: Rendered, customer: Customer) -> Iterator[Problem]:
    for one in done.missing:
        if one.name in customer.lacking:
            words = _("{name} would come out blank where it is not known: put it into {{% if {name} %}}.")
        else:
            words = _("{name} always comes out blank.")
        yield Problem(words.format(name=one.name), one.line, one.column)
    if not done.text:
        words = _("nothing comes out for some customers, such as one who writes in {language}.")
        yield Problem(words.format(language=customer.values["language"]), 1, 1)


def customers(template: Template, desk: Mapping[str, Sequence[str]]) -> Iterator[Customer]:
    """Yield customers who differ in what a template names, those of whom much is known first.

    Args:
        template: customers who differ in nothing that it names are one.
        desk: as `problems`.
    """
    ways = tuple(_ways(template, desk))
    known, unknown = tuple(one.values[0] for one in ways), tuple(one.values[-1] for one in ways)
    if prod(len(one.apart) for one in ways) <= _ALL_WAYS:
        yield from (Customer(ways, some) for some in product(*(one.apart for one in ways)))
    else:
        for first, second in combinations(range(len(ways)), 2):
            for one, other in product(ways[first].apart, ways[second].apart):
                for rest in (known, unknown):
                    yield Customer(ways, (*rest[:first], one, *rest[first + 1 : second], other, *rest[second + 1 :]))
    for place, way in enumerate(ways):
        for value in way.values:
            if value not in way.apart:
                for rest in (known, unknown):
                    yield Customer(ways, (*rest[:place], value, *rest[place + 1 :]))


def _ways(template: Template, desk: Mapping[str, Sequence[str]]) -> Iterator[Way]:
    names = template.names
    speaks = "language" in names or "customer.language" in names
    languages = dict.fromkeys((*(one[:2] for one in LANGUAGES), *desk.get("language", ())))
    spoken = tuple(languages) if speaks else tuple(languages)[:1]
    yield Way(("language", "customer.language"), spoken, spoken)
    for some in (*MAY_LACK, ("customer.language",)):
        if any(name in names for name in some):
            yield Way(some, ("", None), ("", None))  # as the sample says, or not at all
    quoted = {one or other for one, other in _QUOTED.findall(template.source)} - {""}
    for name in names:
        if name in PROFILES or is_own(name):
            values = tuple(desk.get(name, ())) or (SAMPLE.get(name, "…"),)
            told_apart = [one for one in values if any(said in one or one in said for said in quoted)][:_MENTIONED]
            others = [one for one in values if one not in told_apart][:1]
            yield Way((name,), (*values, None), (*told_apart, *others, None), told=True)
