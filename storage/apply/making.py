"""Applying that customers are known whom no mail brought: each with addresses and profile, in one go."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any, Final

from sqlalchemy import Connection, delete, select

from storage.apply.base import Touched, applies, chunks, insert, naming, remove, standing, table
from storage.events import CustomerKept
from storage.kinds import AddressKind, Subject
from storage.kinds.errors import Changed
from storage.models import Address, Entry, Message, Participant, Person, Profile

_PERSON, _ADDRESS, _PROFILE, _ENTRY = table(Person), table(Address), table(Profile), table(Entry)
_NAMING: Final = (
    table(Message).c.author_id,
    table(Message).c.customer_id,
    table(Participant).c.person_id,
    _PERSON.c.merged_into,
)
"""The columns that name a person; whoever stands in one of them stays."""


@applies(CustomerKept)
def _(facts: Sequence[CustomerKept], connection: Connection) -> Touched:
    # Made, taken back and made again stand side by side in a log: one stretch after the other.
    for after, stretch in groupby(facts, key=lambda fact: fact.after):
        (_make if after else _unmake)(connection, list(stretch))
    return ()


def _make(connection: Connection, facts: Sequence[CustomerKept]) -> None:
    there = standing(connection, Person, "id", (fact.person_id for fact in facts))
    if there:
        raise Changed("person", tuple(sorted(there)))
    persons, addresses, profiles = [], [], []
    for fact in facts:
        persons.append(
            {
                "id": fact.person_id,
                **naming(fact.name),
                "kind": fact.person_kind,
                "organization_id": fact.organization_id,
                "merged_into": None,
            }
        )
        addresses += [
            {
                "id": number,
                "person_id": fact.person_id,
                "mailbox_group": fact.group,
                "kind": AddressKind.EMAIL,
                "address": address,
            }
            for number, address in _addresses(fact)
        ]
        profiles += [
            {"subject": Subject.PERSON, "subject_id": fact.person_id, "field": field, "value": value}
            for field, value in _values(fact).items()
        ]
    insert(connection, Person, persons)
    insert(connection, Address, addresses)
    if profiles:
        insert(connection, Profile, profiles)


def _unmake(connection: Connection, facts: Sequence[CustomerKept]) -> None:
    """Take out customers of whom nothing else is known by now.

    Raises:
        Changed: something is told of them by now, or was changed; or they have written.
    """
    told = {fact.person_id: fact for fact in facts}
    persons: dict[int, Any] = {}
    addresses: dict[int, dict[int, str | None]] = {number: {} for number in told}
    values: dict[int, dict[str, str | None]] = {number: {} for number in told}
    named: set[int] = set()
    for some in chunks(told):
        persons.update((row.id, row) for row in connection.execute(select(_PERSON).where(_PERSON.c.id.in_(some))))
        for row in connection.execute(select(_ADDRESS).where(_ADDRESS.c.person_id.in_(some))):
            addresses[row.person_id][row.id] = row.address
        whose = _PROFILE.c.subject == Subject.PERSON, _PROFILE.c.subject_id.in_(some)
        for row in connection.execute(select(_PROFILE).where(*whose)):
            values[row.subject_id][row.field] = row.value
        for column in _NAMING:
            named.update(connection.execute(select(column).where(column.in_(some)).distinct()).scalars())
        about = _ENTRY.c.subject == Subject.PERSON, _ENTRY.c.subject_id.in_(some)
        named.update(connection.execute(select(_ENTRY.c.subject_id).where(*about)).scalars())
    wrong = [
        number
        for number, fact in told.items()
        if number in named
        or not _as_said(persons.get(number), fact)
        or not _alike(addresses[number], dict(_addresses(fact)))
        or not _alike(values[number], _values(fact))
    ]
    if wrong:
        raise Changed("person", tuple(wrong))
    filled = [
        {"subject": Subject.PERSON, "subject_id": number, "field": field}
        for number, own in values.items()
        for field in own
    ]
    remove(connection, Profile, filled)
    remove(connection, Address, [{"id": one} for own in addresses.values() for one in own])
    # A statement a row would fill the journal of the savepoint in which an undo is tried, and walk it anew each time.
    for some in chunks(told):
        connection.execute(delete(_PERSON).where(_PERSON.c.id.in_(some)))


def _as_said(row: Any, fact: CustomerKept) -> bool:
    if row is None or row.kind != fact.person_kind or row.organization_id != fact.organization_id:
        return False
    return row.merged_into is None and (row.name == fact.name or row.name is None or fact.name is None)


def _alike(holds: dict[Any, str | None], said: dict[Any, str | None]) -> bool:
    # What was erased on either side tells nothing.
    return holds.keys() == said.keys() and all(
        None in (value, said[place]) or value == said[place] for place, value in holds.items()
    )


def _addresses(fact: CustomerKept) -> Sequence[tuple[int, str | None]]:
    return list(zip(fact.address_ids, fact.addresses or (None,) * len(fact.address_ids), strict=True))


def _values(fact: CustomerKept) -> dict[str, str | None]:
    return dict(zip(fact.filled, fact.values or (None,) * len(fact.filled), strict=True))
