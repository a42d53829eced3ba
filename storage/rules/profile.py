"""The fields of profiles (DOMAIN §4): what each holds, in which block it stands, and how complete a profile is."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from storage.kinds import AddressKind, PersonKind, Subject
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import BadField
from storage.kinds.profiles import Block, Sort
from storage.rules import playbooks

LONGEST_VALUE: Final = 300
"""Letters of a field; what is longer is a note."""

NAME: Final = re.compile(r"[a-z][a-z0-9_]{0,29}")
"""What a field of the desk's own may be called."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a profile.

    Attributes:
        name: by which it is set, asked for and found.
        subject: of whom it is told.
        block: where it stands.
        sort: what it holds.
        choices: the words of a `Sort.CHOICE`.
        label: what agents call a field of their own; empty for those that everybody has.
    """

    name: str
    subject: Subject
    block: Block
    sort: Sort = Sort.TEXT
    choices: tuple[str, ...] = ()
    label: str = ""


_P, _O = Subject.PERSON, Subject.ORGANIZATION
_LIFECYCLE: Final = ("new", "active", "inactive", "curious", "loyal")

FIELDS: Final = (
    Field("name", _P, Block.WHO),
    Field("kind", _P, Block.WHO, Sort.CHOICE, tuple(str(one) for one in PersonKind)),
    Field("role", _P, Block.WHO),
    Field("language", _P, Block.WHO, Sort.LANGUAGE),
    Field("zone", _P, Block.WHO, Sort.ZONE),
    Field("owner", _P, Block.WHO, Sort.AGENT),
    Field("opinion", _P, Block.OPINION),
    Field("typology", _P, Block.OPINION),
    Field("health", _P, Block.OPINION, Sort.NUMBER),
    Field("since", _P, Block.JOURNEY, Sort.DATE),
    Field("lifecycle", _P, Block.JOURNEY, Sort.CHOICE, _LIFECYCLE),
    Field("stage", _P, Block.JOURNEY),
    Field("persona", _P, Block.APPROACH),
    Field("touch", _P, Block.APPROACH, Sort.CHOICE, playbooks.TOUCH),
    Field("channel", _P, Block.APPROACH, Sort.CHOICE, tuple(str(one) for one in AddressKind)),
    Field("tone", _P, Block.APPROACH),
    Field("name", _O, Block.WHO),
    Field("industry", _O, Block.WHO),
    Field("size", _O, Block.WHO, Sort.NUMBER),
    Field("country", _O, Block.WHO),
    Field("site", _O, Block.WHO),
    Field("plan", _O, Block.WHO),
    Field("owner", _O, Block.WHO, Sort.AGENT),
    Field("backup", _O, Block.WHO, Sort.AGENT),
    Field("opinion", _O, Block.OPINION),
    Field("health", _O, Block.OPINION, Sort.NUMBER),
    Field("since", _O, Block.JOURNEY, Sort.DATE),
    Field("lifecycle", _O, Block.JOURNEY, Sort.CHOICE, _LIFECYCLE),
    Field("stage", _O, Block.JOURNEY),
    Field("touch", _O, Block.APPROACH, Sort.CHOICE, playbooks.TOUCH),
    Field("service", _O, Block.APPROACH, Sort.CHOICE, playbooks.SERVICE),
)
"""The fields that every desk has."""

ALWAYS: Final = frozenset({"name", "kind"})
"""Fields that the row itself holds, and that are never empty of their own: they do not count as filled."""


_ROOT: Final = {Subject.PERSON: "customer", Subject.ORGANIZATION: "organization"}
_ELSEWHERE: Final = frozenset({"name", "language"})  # templates have these from the conversation
_STANDARD: Final = frozenset((field.subject, field.name) for field in FIELDS)


def placeholder(field: Field) -> str:
    """Return what templates call a field, such as ``customer.role``; empty where they have no word for it.

    One of the desk's own stands behind ``field``, as in queries: ``customer.field.contract``.
    """
    if (field.subject, field.name) not in _STANDARD:
        return f"{_ROOT[field.subject]}.field.{field.name}"
    return "" if field.name in _ELSEWHERE else f"{_ROOT[field.subject]}.{field.name}"


CHOICES: Final = {name: field.choices for field in FIELDS if field.choices and (name := placeholder(field))}
"""What templates call the fields that every desk has and that say one of a few words, with those."""
UNASKED: Final = frozenset({"health"})
"""Fields that are filled only where an agent knows better than what is computed: their lack is no gap."""


def find(fields: Iterable[Field], subject: Subject, name: str) -> Field:
    """Return the field of that name.

    Raises:
        BadField: nobody has such a field (reason ``no_such``).
    """
    own = [field for field in fields if field.subject is subject]
    for field in own:
        if field.name == name:
            return field
    raise BadField(name, "", "no_such", tuple(field.name for field in own))


def read(field: Field, text: str) -> str:
    """Return a value as it is kept: one clean line, a date as ISO 8601, a number without blanks and with a point.

    Args:
        field: the field.
        text: as an agent, or a file, gives it.

    Raises:
        BadField: it is too long (reason ``long``) or empty (``empty``), or none of its sort (the sort's word).
    """
    value = clean_line(text)
    if not value:
        raise BadField(field.name, text, "empty")
    if len(value) > LONGEST_VALUE:
        raise BadField(field.name, value, "long")
    made = _READERS[field.sort](field, value)
    if made is None:
        raise BadField(field.name, value, str(field.sort), field.choices)
    if field.name == "health" and not 0 <= float(made) <= 100:
        raise BadField(field.name, value, "share")
    return made


def _number(_field: Field, text: str) -> str | None:
    plain = text.replace(" ", "").replace("\N{NO-BREAK SPACE}", "")
    if not re.fullmatch(r"-?[0-9]{1,15}(?:[.,][0-9]{1,6})?", plain):
        return None
    whole, _, part = plain.replace(",", ".").partition(".")
    part = part.rstrip("0")
    return f"{int(whole)}.{part}" if part else str(int(whole))


def _date(_field: Field, text: str) -> str | None:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        return None


def _yes_no(_field: Field, text: str) -> str | None:
    word = folded(text)
    if word in {"yes", "y", "true", "1", "sim", "s", "si"}:
        return "yes"
    return "no" if word in {"no", "n", "false", "0", "nao"} else None


def _choice(field: Field, text: str) -> str | None:
    return next((choice for choice in field.choices if folded(choice) == folded(text)), None)


def _language(_field: Field, text: str) -> str | None:
    code = text.replace("-", "_")
    if not re.fullmatch(r"[A-Za-z]{2,3}(?:_[A-Za-z]{2})?", code):
        return None
    tongue, _, region = code.partition("_")
    return f"{tongue.lower()}_{region.upper()}" if region else tongue.lower()


def _zone(_field: Field, text: str) -> str | None:
    from zoneinfo import available_timezones  # late: it reads a folder, and few fields need it

    return next((zone for zone in available_timezones() if zone.lower() == text.lower().replace(" ", "_")), None)


def _text(_field: Field, text: str) -> str:
    return text


_READERS: Final = {
    Sort.TEXT: _text,
    Sort.AGENT: _text,  # that there is one of that name is for the command to see to
    Sort.NUMBER: _number,
    Sort.DATE: _date,
    Sort.YES_NO: _yes_no,
    Sort.CHOICE: _choice,
    Sort.LANGUAGE: _language,
    Sort.ZONE: _zone,
}


def completeness(fields: Sequence[Field], subject: Subject, values: Mapping[str, str]) -> tuple[int, int]:
    """Return how many fields of a profile are filled, and how many there are to fill."""
    to_fill = [one.name for one in fields if one.subject is subject and one.name not in ALWAYS | UNASKED]
    return sum(name in values for name in to_fill), len(to_fill)
