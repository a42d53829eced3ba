"""Where conversations stand among such as are as urgent as each other: by the touch model of whom they are with."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, func, or_, select, update

from storage.apply.base import chunks, table
from storage.kinds import EntryKind, Subject
from storage.kinds.playbooks import Playbook
from storage.models import Conversation, Entry, Person, Profile
from storage.models.statements import Lookup, Write, some_values
from storage.rules.playbooks import BY_NAME, UNKNOWN_PLACE, Said, overlaid, picked, place

_C, _P, _F, _E = table(Conversation), table(Person), table(Profile), table(Entry)

TELLING: Final = frozenset({"touch", "stage", "channel"})
"""The fields of profiles by which it is told."""

_MIXTURES: Final = tuple(one.name for one in BY_NAME.values() if one.picks)


def _rows() -> Any:
    # Asked of each row before anything is joined to it: a desk that names no model pays for nothing.
    named = exists(select(_F.c.field).where(_F.c.field == "touch")).correlate(None)
    belongs = func.coalesce(_C.c.organization_id, _P.c.organization_id)
    return (
        select(_C.c.id, _C.c.touch_place, _C.c.customer_id, belongs.label("organization_id"))
        .select_from(_C.outerjoin(_P, _P.c.id == _C.c.customer_id))
        .where(_C.c.id.in_(some_values()), or_(_C.c.touch_place != UNKNOWN_PLACE, named))
    )


def _told() -> Any:
    fields = or_(*(_F.c.field == name for name in sorted(TELLING)))
    whose = _F.c.subject == bindparam("whose", type_=_F.c.subject.type)
    return select(_F.c.subject_id, _F.c.field, _F.c.value).where(whose, _F.c.subject_id.in_(some_values()), fields)


_ROWS, _TOLD = Lookup(_rows), Lookup(_told)
_PLACING: Final = Write(lambda: update(_C).where(_C.c.id == bindparam("row")).values(touch_place=bindparam("after")))


def settle(connection: Connection, conversation_ids: Iterable[int]) -> None:
    """Let conversations stand where the models say, as profiles name them by now."""
    rows = _ROWS(connection, conversation_ids)
    if not rows:
        return
    own = _values(connection, Subject.PERSON, {row.customer_id for row in rows})
    firms = _values(connection, Subject.ORGANIZATION, {row.organization_id for row in rows})
    if not own and not firms and all(row.touch_place == UNKNOWN_PLACE for row in rows):
        return
    books = _books(connection)
    moved = []
    for row in rows:
        after = place(_picked(books, own.get(row.customer_id, {}), firms.get(row.organization_id, {})))
        if after != row.touch_place:
            moved.append({"row": row.id, "after": after})
    _PLACING(connection, moved)


def models(connection: Connection, served: Sequence[tuple[int, int | None, int | None]]) -> dict[int, str]:
    """Return the touch model of conversations, empty for none.

    Args:
        connection: of any transaction.
        served: each one's number, its customer and the organization that it belongs to.
    """
    own = _values(connection, Subject.PERSON, {person for _, person, _ in served})
    firms = _values(connection, Subject.ORGANIZATION, {firm for _, _, firm in served})
    books = _books(connection)
    return {number: _picked(books, own.get(person, {}), firms.get(firm, {})) for number, person, firm in served}


def _picked(books: Mapping[str, Playbook], person: Mapping[str, str], firm: Mapping[str, str]) -> str:
    said = Said(
        touch=person.get("touch") or firm.get("touch", ""),
        stage=person.get("stage") or firm.get("stage", ""),
        channel=person.get("channel", ""),
    )
    return picked(books, said.touch, stage=said.stage, channel=said.channel).model


def _values(connection: Connection, subject: Subject, numbers: set[int | None]) -> dict[int | None, dict[str, str]]:
    found: dict[int | None, dict[str, str]] = {}
    for row in _TOLD(connection, numbers - {None}, whose=subject):
        if row.value is not None:
            found.setdefault(row.subject_id, {})[row.field] = row.value
    return found


def _books(connection: Connection) -> Mapping[str, Playbook]:
    changed = select(_E.c.value).where(_E.c.kind == EntryKind.PLAYBOOK, _E.c.value.is_not(None)).order_by(_E.c.id)
    return overlaid([Playbook.read(value) for value in connection.execute(changed).scalars()])


def settle_those_of(connection: Connection, subject: Subject, numbers: Iterable[int]) -> None:
    """Let the conversations of persons, or of organizations and their people, stand where the models say."""
    for some in chunks(numbers):
        if subject is Subject.PERSON:
            chosen = select(_C.c.id).where(_C.c.customer_id.in_(some))
            settle(connection, connection.execute(chosen).scalars().all())
            continue
        people = select(_P.c.id).where(_P.c.organization_id.in_(some))
        for theirs in (_C.c.customer_id.in_(people), _C.c.organization_id.in_(some)):
            settle(connection, connection.execute(select(_C.c.id).where(theirs)).scalars().all())


def settle_those_picked(connection: Connection) -> None:
    """Let the conversations of all whose model is a mixture stand where its rules say by now."""
    named = select(_F.c.subject, _F.c.subject_id).where(_F.c.field == "touch", _F.c.value.in_(_MIXTURES))
    rows = connection.execute(named).all()
    for subject in Subject:
        settle_those_of(connection, subject, [row.subject_id for row in rows if row.subject is subject])
