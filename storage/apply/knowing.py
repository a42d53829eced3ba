"""Applying the facts of what the desk knows of customers and organizations."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, bindparam, select, tuple_, update
from sqlmodel import SQLModel

from storage.apply.base import Touched, applies, chunks, insert, move, naming, remove, standing, table
from storage.apply.touch import TELLING, settle_those_of, settle_those_picked
from storage.events import (
    AddressKept,
    Belongs,
    CustomersMerged,
    DomainKept,
    EntryKept,
    OrganizationKept,
    ProfileChanged,
)
from storage.kinds import EntryKind, Subject
from storage.kinds.errors import Changed
from storage.models import Address, Domain, Entry, Message, Organization, Participant, Person, Profile
from storage.models.profiles import MEMBERSHIP
from storage.rules.profile import ALWAYS

_SUBJECTS: Final[Mapping[Subject, type[SQLModel]]] = {Subject.PERSON: Person, Subject.ORGANIZATION: Organization}


@applies(OrganizationKept)
def _(facts: Sequence[OrganizationKept], connection: Connection) -> Touched:
    rows = [{"id": fact.organization_id, **naming(fact.name), "parent_id": None} for fact in facts]
    _keep(connection, Organization, [fact.after for fact in facts], rows)
    return ()


@applies(DomainKept)
def _(facts: Sequence[DomainKept], connection: Connection) -> Touched:
    rows = [
        {
            "id": fact.domain_id,
            "organization_id": fact.organization_id,
            "mailbox_group": fact.group,
            "domain": fact.domain,
        }
        for fact in facts
    ]
    _keep(connection, Domain, [fact.after for fact in facts], rows)
    return ()


@applies(AddressKept)
def _(facts: Sequence[AddressKept], connection: Connection) -> Touched:
    rows = [
        {
            "id": fact.address_id,
            "person_id": fact.person_id,
            "mailbox_group": fact.group,
            "kind": fact.address_kind,
            "address": fact.address,
        }
        for fact in facts
    ]
    _keep(connection, Address, [fact.after for fact in facts], rows)
    return ()


def _keep(connection: Connection, model: Any, stands: Sequence[bool], rows: Sequence[Mapping[str, Any]]) -> None:
    """Put rows in that come to be, and take out those that do not stand any more, which must stand until then.

    Raises:
        Changed: one is there already, or is not there; or something else names it.
    """
    there = set(standing(connection, model, "id", (row["id"] for row in rows)))
    now, gone = set(there), set()
    for row, stand in zip(rows, stands, strict=True):
        if (row["id"] in now) == stand:
            raise Changed(table(model).name, (row["id"],))
        now ^= {row["id"]}
        if not stand and row["id"] in there:
            gone.add(row["id"])
    if gone and model is Organization and (named := _named(connection, gone)):
        raise Changed("organization", tuple(sorted(named)))
    # A number may be another's by now: what was the last one is taken in the next time, for whatever it is.
    remove(connection, model, [{"id": number} for number in sorted(gone)])
    last = {row["id"]: row for row in rows}
    kept = now - (there - gone)
    insert(connection, model, [row for number, row in last.items() if number in kept])


def _named(connection: Connection, organizations: set[int]) -> set[int]:
    """Return those of these organizations that something else names."""
    found: set[int] = set()
    for column in (table(Person).c.organization_id, table(Organization).c.parent_id, table(Domain).c.organization_id):
        for some in chunks(organizations):
            found.update(connection.execute(select(column).where(column.in_(some)).distinct()).scalars())
    return found


@applies(Belongs)
def _(facts: Sequence[Belongs], connection: Connection) -> Touched:
    for subject, column in MEMBERSHIP.items():
        changes = [(fact.subject_id, fact.before, fact.after) for fact in facts if fact.subject is subject]
        if changes:
            move(connection, _SUBJECTS[subject], column, changes)
        if changes and subject is Subject.PERSON:  # a touch model may come with the organization
            settle_those_of(connection, subject, (number for number, _, _ in changes))
    return ()


@applies(ProfileChanged)
def _(facts: Sequence[ProfileChanged], connection: Connection) -> Touched:
    columns: dict[tuple[Subject, str], list[ProfileChanged]] = {}
    for fact in facts:
        if fact.field in ALWAYS:
            columns.setdefault((fact.subject, fact.field), []).append(fact)
    for (subject, field), own in columns.items():
        _write_column(connection, _SUBJECTS[subject], field, own)
    kept = [fact for fact in facts if fact.field not in ALWAYS]
    if kept:
        _write_values(connection, kept)
    for subject in Subject:
        if told := {fact.subject_id for fact in kept if fact.subject is subject and fact.field in TELLING}:
            settle_those_of(connection, subject, told)
    return ()


def _write_column(connection: Connection, model: type[SQLModel], column: str, facts: Sequence[ProfileChanged]) -> None:
    holds = standing(connection, model, column, (fact.subject_id for fact in facts))
    rows = table(model)
    if column == "kind":
        holds = {number: str(value) for number, value in holds.items()}
    wrong = []
    for fact in facts:
        # What was erased on either side tells nothing.
        if fact.subject_id not in holds or not _alike(holds[fact.subject_id], fact.before, stood=fact.stood):
            wrong.append(fact.subject_id)
        holds[fact.subject_id] = fact.after
    if wrong:
        raise Changed(rows.name, tuple(wrong))
    moved = dict.fromkeys(fact.subject_id for fact in facts)
    columns = {number: naming(holds[number]) if column == "name" else {column: holds[number]} for number in moved}
    given = {rows.c[name]: bindparam(f"{name}_after", type_=rows.c[name].type) for name in next(iter(columns.values()))}
    connection.execute(
        update(rows).where(rows.c.id == bindparam("row")).values(given),
        [{"row": number, **{f"{name}_after": one for name, one in own.items()}} for number, own in columns.items()],
    )


def _alike(holds: str | None, said: str | None, *, stood: bool) -> bool:
    return holds == said or (stood and (said is None or holds is None))


_PROFILE: Final = table(Profile)
_KEY: Final = (_PROFILE.c.subject, _PROFILE.c.subject_id, _PROFILE.c.field)


def _write_values(connection: Connection, facts: Sequence[ProfileChanged]) -> None:
    there: dict[tuple[str, int, str], str | None] = {}
    for some in chunks((str(fact.subject), fact.subject_id, fact.field) for fact in facts):
        chosen = select(*_KEY, _PROFILE.c.value).where(tuple_(*_KEY).in_(some))
        there.update({(str(row.subject), row.subject_id, row.field): row.value for row in connection.execute(chosen)})
    stands: dict[tuple[str, int, str], str | None] = dict(there)
    wrong = []
    for fact in facts:
        place = str(fact.subject), fact.subject_id, fact.field
        if (place in stands) != fact.stood or (fact.stood and not _alike(stands[place], fact.before, stood=fact.stood)):
            wrong.append(fact.subject_id)
        if fact.stands:
            stands[place] = fact.after
        else:
            stands.pop(place, None)
    if wrong:
        raise Changed("profile", tuple(wrong))
    _replace(connection, Profile, ("subject", "subject_id", "field"), there, stands, lambda value: {"value": value})


def _replace(
    connection: Connection,
    model: Any,
    key: Sequence[str],
    there: Mapping[Any, Any],
    stands: Mapping[Any, Any],
    columns: Any,
) -> None:
    """Write what stands in place of what was there: rows by their key, and what makes the other columns of each."""
    altered = {place for place in there if place not in stands or stands[place] != there[place]}
    remove(connection, model, [dict(zip(key, _several(place), strict=True)) for place in there if place in altered])
    new = [
        {**dict(zip(key, _several(place), strict=True)), **columns(value)}
        for place, value in stands.items()
        if place not in there or place in altered
    ]
    insert(connection, model, new)


def _several(place: Any) -> tuple[Any, ...]:
    return place if isinstance(place, tuple) else (place,)


@applies(EntryKept)
def _(facts: Sequence[EntryKept], connection: Connection) -> Touched:
    rows = table(Entry)
    there: dict[int, tuple[Any, ...]] = {}
    for some in chunks(fact.entry_id for fact in facts):
        for row in connection.execute(select(rows).where(rows.c.id.in_(some))):
            there[row.id] = (row.kind, row.subject, row.subject_id, row.value)
    stands = dict(there)
    wrong = []
    for fact in facts:
        held = stands.get(fact.entry_id)
        if (held is not None) != fact.stood or (held is not None and not _as_said(held, fact)):
            wrong.append(fact.entry_id)
        if fact.stands:
            stands[fact.entry_id] = (fact.entry_kind, fact.subject, fact.subject_id, fact.after)
        else:
            stands.pop(fact.entry_id, None)
    if wrong:
        raise Changed("entry", tuple(wrong))
    _replace(connection, Entry, ("id",), there, stands, _entry)
    if any(fact.entry_kind is EntryKind.PLAYBOOK for fact in facts):
        settle_those_picked(connection)
    return ()


def _as_said(row: tuple[Any, ...], fact: EntryKept) -> bool:
    *place, value = row
    if place != [fact.entry_kind, fact.subject, fact.subject_id]:
        return False
    return value is None or fact.before is None or value == fact.before


def _entry(row: tuple[Any, ...]) -> dict[str, Any]:
    kind, subject, subject_id, value = row
    name = value.get("name") if value else None
    return {"kind": kind, "subject": subject, "subject_id": subject_id, "name": name, "value": value}


@applies(CustomersMerged)
def _(facts: Sequence[CustomersMerged], connection: Connection) -> Touched:
    touched: set[int] = set()
    for fact in facts:
        gone, kept = (fact.other_id, fact.person_id) if fact.after else (fact.person_id, fact.other_id)
        move(
            connection,
            Person,
            "merged_into",
            [(fact.other_id, *((None, fact.person_id) if fact.after else (fact.person_id, None)))],
        )
        move(connection, Address, "person_id", [(number, gone, kept) for number in fact.address_ids])
        move(connection, Message, "author_id", [(number, gone, kept) for number in fact.authored])
        move(connection, Message, "customer_id", [(number, gone, kept) for number in fact.served])
        _rename(connection, fact.named, gone, kept)
        # Where a message names both, the other stays a participant, and who stays has written what the other wrote.
        _credit(connection, set(fact.authored) - set(fact.named), fact.person_id, wrote=fact.after)
        touched.update(_homes(connection, gone, kept))
    return touched


def _rename(connection: Connection, messages: Sequence[int], gone: int, kept: int) -> None:
    """Let one participant of these messages be another.

    Raises:
        Changed: they do not all name the one, or name the other already.
    """
    rows = table(Participant)
    for some in chunks(messages):
        those = rows.c.message_id.in_(some)
        if connection.execute(select(rows.c.message_id).where(those, rows.c.person_id == kept)).first():
            raise Changed("participant", tuple(some))
        done = connection.execute(update(rows).where(those, rows.c.person_id == gone).values(person_id=kept))
        if done.rowcount != len(some):
            raise Changed("participant", tuple(some))


def _credit(connection: Connection, messages: Iterable[int], person_id: int, *, wrote: bool) -> None:
    rows = table(Participant)
    for some in chunks(messages):
        whose = rows.c.message_id.in_(some), rows.c.person_id == person_id
        connection.execute(update(rows).where(*whose).values(author=wrote))


def _homes(connection: Connection, *persons: int) -> set[int]:
    """Return the conversations in which one of these takes part."""
    rows, messages = table(Participant), table(Message)
    joined = rows.join(messages, messages.c.id == rows.c.message_id)
    chosen = select(messages.c.conversation_id).select_from(joined).where(rows.c.person_id.in_(persons)).distinct()
    return {number for number in connection.execute(chosen).scalars() if number is not None}
