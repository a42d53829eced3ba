"""Where conversations stand among such as are as urgent as each other: by the touch model of whom they are with."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, func, literal_column, or_, select, update

from storage.apply.base import chunks, table
from storage.kinds import Channel, EntryKind, Subject
from storage.kinds.playbooks import Playbook
from storage.models import SPOKEN, Conversation, Entry, Message, Person, Profile
from storage.models.statements import Lookup, Write, some_values
from storage.rules.playbooks import BY_NAME, UNKNOWN_PLACE, Said, asks_channel, overlaid, picked, place

_C, _P, _F, _E, _M = table(Conversation), table(Person), table(Profile), table(Entry), table(Message)

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


def _spoken() -> Any:
    of = _M.c.conversation_id
    return select(of).distinct().where(of.in_(some_values()), literal_column(SPOKEN))


_ROWS, _TOLD, _SPOKEN = Lookup(_rows), Lookup(_told), Lookup(_spoken, plain=True)
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
    models = _models(connection, [(row.id, row.customer_id, row.organization_id) for row in rows], own, firms)
    moved = []
    for row in rows:
        after = place(models[row.id])
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
    return _models(connection, served, own, firms)


def _models(
    connection: Connection,
    served: Sequence[tuple[int, int | None, int | None]],
    own: Mapping[int | None, Mapping[str, str]],
    firms: Mapping[int | None, Mapping[str, str]],
) -> dict[int, str]:
    """Return as `models`, of what profiles say; the channel is asked for where a mixture picks by it."""
    books = _books(connection)
    told = {number: _said(own.get(person, {}), firms.get(firm, {})) for number, person, firm in served}
    asked = [number for number, said in told.items() if asks_channel(books, [said.touch])]
    spoken = {row[0] for row in _SPOKEN(connection, asked)} if asked else set()
    channels = {number: str(Channel.PHONE if number in spoken else Channel.EMAIL) for number in asked}
    return {
        number: picked(books, said.touch, replace(said, channel=channels.get(number, ""))).model
        for number, said in told.items()
    }


def _said(person: Mapping[str, str], firm: Mapping[str, str]) -> Said:
    return Said(
        touch=person.get("touch") or firm.get("touch", ""),
        stage=person.get("stage") or firm.get("stage", ""),
        prefers=person.get("channel", ""),
    )


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
