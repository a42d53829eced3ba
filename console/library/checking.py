"""Every response against customers of whom this or that is not known: what would come out blank, or does not render."""

import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from console.library.errors import TemplateTrouble
from console.library.rendering import Rendered, Template
from console.library.values import LANGUAGES, MAY_LACK, ROOTS, SAMPLE
from widgets.language import _

_NAME: Final = re.compile(r"[\w-]+(?:\.[\w-]+)*")
_LITERALS: Final = frozenset({"nil", "null", "none", "true", "false", "blank", "empty"})


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a template, and where.

    Attributes:
        words: a sentence.
        line, column: counted from 1.
    """

    words: str
    line: int
    column: int


def problems(body: str) -> list[Problem]:
    """Render a template for customers with and without each field, in every language, and return what is wrong.

    What is asked for in place by its nature, as everything under ``promised``, is taken as answered.
    """
    try:
        template = Template(body)
        return list(_problems(template))
    except TemplateTrouble as trouble:
        return [Problem(trouble.words, trouble.line, trouble.column)]


def _problems(template: Template) -> Iterator[Problem]:
    seen = set()
    asked = {name: "…" for name in template.names if name.partition(".")[0] not in ROOTS}
    for values, lacking in customers(template.names):
        done, answers = template.render({**values, **asked}), dict(asked)
        for _round in range(20):  # an answer may bring another question to light
            open_ones = [one.name for one in done.missing if _is_asked_for(one.name)]
            if not open_ones or set(open_ones) <= set(answers):
                break
            answers |= dict.fromkeys(open_ones, "…")
            done = template.render({**values, **answers})
        for problem in _blanks(done, lacking, values["language"]):
            if (problem.line, problem.column) not in seen:
                seen.add((problem.line, problem.column))
                yield problem


def _is_asked_for(name: str) -> bool:
    """Say whether a person can be asked for it: it is a name, and none of the desk's own or of Liquid's."""
    return bool(_NAME.fullmatch(name)) and name not in _LITERALS and name.partition(".")[0] not in ROOTS


def _blanks(done: Rendered, lacking: tuple[str, ...], language: str) -> Iterator[Problem]:
    for one in done.missing:
        if one.name in lacking:
            words = _("{name} would come out blank where it is not known: put it into {{% if {name} %}}.")
        else:
            words = _("{name} always comes out blank.")
        yield Problem(words.format(name=one.name), one.line, one.column)
    if not done.text:
        words = _("nothing comes out for some customers, such as one who writes in {language}.")
        yield Problem(words.format(language=language), 1, 1)


def customers(names: Container[str]) -> Iterator[tuple[Mapping[str, str], tuple[str, ...]]]:
    """Yield the values of customers with and without each field, in every language, and what each lacks.

    Args:
        names: what the template asks for; customers who differ in nothing of that are one.
    """
    speaks = "language" in names or "customer.language" in names
    may_lack = [some for some in (*MAY_LACK, ("customer.language",)) if any(name in names for name in some)]
    for language in LANGUAGES if speaks else LANGUAGES[:1]:
        everything = {**SAMPLE, "customer.language": language[:2], "language": language[:2]}
        for count in range(len(may_lack) + 1):
            for some in combinations(may_lack, count):
                lacking = tuple(name for together in some for name in together)
                yield {name: value for name, value in everything.items() if name not in lacking}, lacking
