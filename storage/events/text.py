"""The canonical text of facts as the log keeps it, made by the field: what the sync records is mostly this.

`Fact.written` and `canonical` say what the text is; here it is put together without values in between, and a test
holds the two equal. What holds anything but numbers, words, truths and tuples of them goes the long way.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import cache
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from typing import Any

from storage.events.base import Actor, Fact, canonical, personal_fields


class _NotPlain(Exception):
    """A value that is not written here."""


def texts_of(fact: Fact) -> tuple[str, str]:
    """Return the canonical JSON of the public fields, and of the personal ones, empty when there are none."""
    public, personal = _plan(type(fact))
    try:
        return _written(fact, public), _written(fact, personal) if personal else ""
    except _NotPlain:
        values, sealed = fact.written()
        return canonical(values), sealed


def row_text(
    number: int, fact: Fact, text: str, *, action: int, undoes: int | None, actor: Actor, recorded: str
) -> str:
    """Return the canonical JSON of a row of the log, which is what is hashed.

    Args:
        number: of the row.
        fact: what it keeps, and `text` its public fields.
        action: the action that it belongs to, and `undoes` the one that it takes back.
        actor: who acts.
        recorded: the moment of recording, as `written_moment` has it.
    """
    return (
        f'{{"action":{action},"agent":{_number(actor.agent_id)},"console":{quoted(actor.console)},"fact":{text},'
        f'"happened":"{written_moment(fact.happened_at)}","id":{number},"kind":{quoted(fact.kind)},'
        f'"recorded":"{recorded}","undoes":{_number(undoes)},"v":{fact.version}}}'
    )


def written_moment(moment: datetime) -> str:
    """Return a moment in UTC as the log writes it."""
    return (moment if moment.tzinfo is UTC else moment.astimezone(UTC)).isoformat()


def _number(value: int | None) -> str:
    return "null" if value is None else str(value)


_Plan = Sequence[tuple[str, Callable[[Any], Any]]]


@cache
def _plan(kind: type[Fact]) -> tuple[_Plan, _Plan]:
    """Return, in the order of the text, the sign before each field and what gets its value."""
    hidden = personal_fields(kind)
    public = [name for name in kind.model_fields if name not in {"kind", "happened_at", *hidden}]
    one, other = (
        [(f'{"," if place else ""}"{name}":', attrgetter(name)) for place, name in enumerate(sorted(names))]
        for names in (public, hidden)
    )
    return one, other


def _written(fact: Fact, plan: _Plan) -> str:
    parts = ["{"]
    for sign, value_of in plan:
        value = value_of(fact)
        parts.append(sign)
        kind = type(value)
        parts.append(str(value) if kind is int else _WRITERS.get(kind, _other)(value))
    parts.append("}")
    return "".join(parts)


def _truth(value: bool) -> str:  # noqa: FBT001 - it is what is written
    return "true" if value else "false"


def _several(values: tuple[Any, ...]) -> str:
    return f"[{','.join([_WRITERS.get(type(value), _other)(value) for value in values])}]"


def _other(value: Any) -> str:
    if isinstance(value, str):  # a member, whose word it is
        return quoted(str(value))
    raise _NotPlain


_WRITERS: dict[type, Callable[[Any], str]] = {
    int: str,
    str: quoted,
    bool: _truth,
    type(None): lambda _: "null",
    tuple: _several,
}
