"""What the columns of a file of customers mean, and what may stand in their cells."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from storage.kinds import Subject
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import BadField
from storage.rules.profile import Field, find

ADDRESS: Final = "address"
ORGANIZATION: Final = "organization"
PARENT: Final = "org.parent"
FEATURE, DATE, FIGURE = "feature", "date", "figure"
"""What a column of a file of figures of use holds, beside whose they are."""

_USAGE: Final = (ADDRESS, ORGANIZATION, FEATURE, DATE, FIGURE)
_OWN: Final = "field."
_THEIRS: Final = "org."
_ALSO: Final = {"email": ADDRESS, "e-mail": ADDRESS, "addresses": ADDRESS, "company": ORGANIZATION}
_BETWEEN: Final = re.compile(r"[\s,;]+")
_LONGEST_ADDRESS: Final = 320
_FIGURE: Final = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Target:
    """Where the cells of a column go.

    Attributes:
        column: by its name in the file.
        word: `ADDRESS`, `ORGANIZATION` or `PARENT`; empty for a field of a profile.
        field: of the customer's, or of their organization's.
    """

    column: str
    word: str
    field: Field | None = None

    @property
    def place(self) -> object:
        """What no other column may fill as well."""
        return self.word or (self.field and (self.field.subject, self.field.name))


def target(fields: Sequence[Field], column: str, given: Mapping[str, str | None]) -> Target | None:
    """Return where the cells of a column go, `None` where it is left out.

    Args:
        fields: of profiles.
        column: as the file calls it.
        given: the fields of columns that are not called so; `None` leaves one out.

    Raises:
        BadField: there is no such field (reason ``no_such``).
    """
    said = given.get(column, column)
    if said is None:
        return None
    name = folded(clean_line(said)).replace(" ", "_")
    name = _ALSO.get(name, name)
    if name in {ADDRESS, ORGANIZATION, PARENT}:
        return Target(column, name)
    bare = name.removeprefix(_THEIRS).removeprefix(_OWN)
    if name.startswith(_THEIRS):
        subject = Subject.ORGANIZATION
    else:  # a field that only organizations have is theirs, as beside a conversation
        have = {one.subject for one in fields if one.name == bare}
        subject = Subject.ORGANIZATION if have == {Subject.ORGANIZATION} else Subject.PERSON
    try:
        return Target(column, "", find(fields, subject, bare))
    except BadField as unknown:
        raise BadField(said, "", unknown.reason, (ADDRESS, ORGANIZATION, *unknown.choices)) from None


def usage_word(column: str, given: Mapping[str, str | None]) -> str | None:
    """Return what a column of a file of figures of use holds, `None` where it is left out.

    Raises:
        BadField: that is nothing of theirs (reason ``no_such``).
    """
    said = given.get(column, column)
    if said is None:
        return None
    name = folded(clean_line(said)).replace(" ", "_")
    name = _ALSO.get(name, name)
    if name not in _USAGE:
        raise BadField(said, "", "no_such", _USAGE)
    return name


def day(cell: str, today: date) -> str:
    """Return a day as ISO 8601 has it.

    Raises:
        BadField: it is none (reason ``date``, or ``empty``), or yet to come (``future``).
    """
    try:
        found = date.fromisoformat(cell)
    except ValueError:
        raise BadField(DATE, cell, "date" if cell else "empty") from None
    if found > today:
        raise BadField(DATE, cell, "future")
    return found.isoformat()


def figure(cell: str) -> int | float:
    """Return a figure from 0 on, with a comma or a point before its fraction; whole ones as whole numbers.

    Raises:
        BadField: it is none (reason ``figure``, or ``empty``).
    """
    plain = cell.replace(" ", "").replace("\N{NO-BREAK SPACE}", "").replace(",", ".")
    if not plain:
        raise BadField(FIGURE, "", "empty")
    if not _FIGURE.fullmatch(plain):
        raise BadField(FIGURE, cell, "figure")
    value = float(plain)
    return int(value) if value.is_integer() else value


def addresses(cell: str) -> list[str]:
    """Return the addresses in a cell, in lower case, the first one first, each once.

    Raises:
        BadField: one is none (reason ``address``).
    """
    found = dict.fromkeys(filter(None, _BETWEEN.split(clean_line(cell).lower())))
    for one in found:
        local, at, domain = one.partition("@")
        good = local and at and domain and "@" not in domain and not set(one) & set("<>()[]\\\"'")
        if not good or len(one) > _LONGEST_ADDRESS:
            raise BadField(ADDRESS, one, "address")
    return list(found)


def above(number: int, parents: Mapping[int, int | None]) -> Iterable[int]:
    """Yield those above an organization, from below; one that stands above itself comes at the end once more."""
    met = {number}
    over = parents.get(number)
    while over is not None:
        yield over
        if over in met:
            return
        met.add(over)
        over = parents.get(over)
