"""On which line of a TOML text each name stands: what the standard library's reader does not tell."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Place = tuple[str | int, ...]
"""The way to a value: names of tables and keys, and numbers of places in arrays, counted from 0."""

# Only a line with one of these can be the last of a value that goes over several lines.
_ENDS = ("]", "}", '"""', "'''")


@dataclass(frozen=True, slots=True)
class Statement:
    """One header, or one key with its value.

    Attributes:
        first, last: its lines, counted from 1.
        place: the table that a header opens, or the way to the value that a key sets.
        header: whether it is a header.
        value: what a key is set to; an empty table for a header.
    """

    first: int
    last: int
    place: Place
    header: bool
    value: object


def statements(text: str) -> Iterator[Statement]:
    """Yield the statements of a valid TOML text in their order.

    A statement's end is found by giving `tomllib` one line more until it reads it: no second TOML grammar here.
    """
    lines = text.replace("\r\n", "\n").split("\n")
    table: Place = ()
    counts: dict[Place, int] = {}
    number = 0
    while number < len(lines):
        line = lines[number].strip()
        if not line or line.startswith("#"):
            number += 1
            continue
        end, content = _read_one(lines, number)
        keys, value = _way(content, header=line.startswith("["))
        if line.startswith("["):
            table = _numbered(keys, counts, opens=line.startswith("[["))
            yield Statement(number + 1, end, table, header=True, value=value)
        else:
            yield Statement(number + 1, end, table + keys, header=False, value=value)
        number = end


def line_of(text: str, place: Place) -> int | None:
    """Return the line on which `place` is set, or the nearest table around it; `None` for the text as a whole.

    Args:
        text: a valid TOML text.
        place: such as ``("account", 0, "imap")``.
    """
    known: dict[Place, int] = {}
    for statement in statements(text):
        for length in range(1, len(statement.place) + 1):
            known.setdefault(statement.place[:length], statement.first)
    return next((known[place[:length]] for length in range(len(place), 0, -1) if place[:length] in known), None)


def _read_one(lines: list[str], start: int) -> tuple[int, Mapping[str, object]]:
    """Return the number after a statement's last line, and its content read on its own."""
    for end in range(start + 1, len(lines) + 1):
        if end > start + 1 and not any(sign in lines[end - 1] for sign in _ENDS):
            continue
        try:
            return end, tomllib.loads("\n".join(lines[start:end]) + "\n")
        except tomllib.TOMLDecodeError:
            continue
    return len(lines), {}  # not reached for a text that tomllib reads as a whole


def _way(content: Mapping[str, object], *, header: bool) -> tuple[Place, object]:
    """Return the dotted names of a statement read on its own, and the value at their end."""
    keys: list[str] = []
    value: object = content
    # A key's value may itself be an inline table of one name: the way then ends one name later, on the same line.
    while isinstance(value, Mapping) and len(value) == 1:
        key, value = next(iter(value.items()))
        keys.append(key)
        if header and isinstance(value, list):
            value = value[0]
    return tuple(keys), value


def _numbered(keys: Place, counts: dict[Place, int], *, opens: bool) -> Place:
    """Return the place of a header, with the number of the array's member that it opens or goes on with."""
    place: Place = ()
    for position, key in enumerate(keys):
        place += (key,)
        if opens and position == len(keys) - 1:
            counts[place] = counts.get(place, -1) + 1
        if place in counts:
            place += (counts[place],)
    return place
