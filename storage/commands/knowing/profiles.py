"""The profiles of customers and organizations: their fields, and who belongs where."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.knowing.facts import changed
from storage.commands.knowing.stays import with_stays
from storage.events import Actor, Belongs, OrganizationKept, ProfileChanged
from storage.kinds import Subject
from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.kinds.profiles import Sort
from storage.models import Agent, Organization
from storage.queries import knowing, names, personas
from storage.queries.working import over_capacity
from storage.record import next_id, record
from storage.rules import profile


def set_fields(
    session: Session,
    subject: Subject,
    subject_id: int,
    values: Mapping[str, str | None],
    *,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
    reason: str = "",
) -> int:
    """Fill fields of a profile, or empty those whose value is `None`; what stands so already is left alone.

    Args:
        session: of a writing transaction.
        subject, subject_id: whose profile.
        values: by the names of the fields, as an agent gives them.
        actor: the agent.
        now: the moment.
        action_id: the action that this is a part of.
        reason: why an agent owns one more organization than the touch model's capacity; kept in the fact.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is nobody of that number, or no agent of the name given.
        BadField: there is no such field, or a value is none of its sort; ``name`` and ``kind`` cannot be emptied.
        Refused: all of it stands so already (rule ``already``), another organization has that name, whatever its case
            and accents (``organization_taken``), or an agent owns as many such organizations as the model allows
            (``capacity``).
    """
    holds = knowing.values(session, subject, subject_id)
    fields = knowing.fields(session)
    facts: list[ProfileChanged] = []
    for name, given in values.items():
        field = profile.find(fields, subject, name)
        if given is None and name in profile.ALWAYS:
            raise BadField(name, "", "empty")
        after = None if given is None else profile.read(field, given)
        if after is not None:
            after = _looked_up(session, field, after, subject_id)
        if after != holds.get(name):
            facts.append(changed(subject, subject_id, name, holds.get(name), after, now))
    if not facts:
        raise Refused("already")
    if subject is Subject.ORGANIZATION and {fact.field for fact in facts} & {"owner", "touch"}:
        says = {**holds, **{fact.field: fact.after for fact in facts}}
        owner, touch, stage = (says.get(name) or "" for name in ("owner", "touch", "stage"))
        if over_capacity(session, subject_id, owner=owner, touch=touch, stage=stage):
            if not (reason := clean_line(reason)):
                raise Refused("capacity")
            facts = [fact.model_copy(update={"reason": reason}) for fact in facts]
    return record(session, with_stays(session, facts, now), actor=actor, now=now, action_id=action_id)


def set_beside(
    session: Session,
    conversation_id: int,
    name: str,
    given: str | None,
    *,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Fill or empty a field of a conversation's customer, or of their organization; return the action's id.

    Args:
        session: of a writing transaction.
        conversation_id: whose customer is meant.
        name: of the field; ``org.`` before it means the organization's, as does a field that only those have.
        given: the value, `None` to empty it.
        actor: the agent.
        now: the moment.
        reason: as of `set_fields`.

    Raises:
        NoSuch: the conversation has no customer.
        BadField, Refused: as `set_fields`; the customer belongs to no organization (rule ``no_organization``).
    """
    subject, subject_id, field = knowing.beside(session, knowing.customer(session, conversation_id), name)
    return set_fields(session, subject, subject_id, {field: given}, actor=actor, now=now, reason=reason)


def set_of(
    session: Session, person_id: int, name: str, given: str | None, *, actor: Actor, now: datetime, reason: str = ""
) -> int:
    """Fill or empty a field of a person, or of their organization, as `set_beside` does; return the action's id.

    Raises:
        NoSuch: there is nobody of that number.
        BadField, Refused: as `set_beside`.
    """
    subject, subject_id, field = knowing.beside(session, knowing.person(session, person_id), name)
    return set_fields(session, subject, subject_id, {field: given}, actor=actor, now=now, reason=reason)


def make_organization(
    session: Session, name: str, *, actor: Actor, now: datetime, action_id: int | None = None
) -> tuple[int, int]:
    """Make an organization that no mail brought; return its number, and the action's id.

    Raises:
        BadField: the name is empty or too long.
        Refused: there is one of that name, whatever its case and accents (rule ``organization_taken``).
    """
    name = profile.read(profile.find(profile.FIELDS, Subject.ORGANIZATION, "name"), name)
    _must_be_free(session, name)
    number = next_id(session, Organization)
    fact = OrganizationKept(organization_id=number, name=name, happened_at=now)
    return number, record(session, [fact], actor=actor, now=now, action_id=action_id)


def belong(
    session: Session,
    subject: Subject,
    subject_id: int,
    organization_id: int | None,
    *,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Let a person belong to an organization, or one be another's subsidiary; `None` for none. Return the action's id.

    Raises:
        NoSuch: there is nobody, or no organization, of that number.
        Refused: it is so already (rule ``already``), or an organization would stand below itself (``own_subsidiary``).
    """
    before = knowing.membership(session, subject, subject_id)
    if organization_id is not None:
        knowing.membership(session, Subject.ORGANIZATION, organization_id)
    if before == organization_id:
        raise Refused("already")
    above = organization_id if subject is Subject.ORGANIZATION else None
    while above is not None:
        if above == subject_id:
            raise Refused("own_subsidiary")
        above = knowing.membership(session, Subject.ORGANIZATION, above)
    fact = Belongs(subject=subject, subject_id=subject_id, before=before, after=organization_id, happened_at=now)
    return record(session, [fact], actor=actor, now=now, action_id=action_id)


def _looked_up(session: Session, field: profile.Field, value: str, subject_id: int) -> str:
    """Return a value as the desk knows it: of an agent, a persona, or an organization's name, which others may have."""
    if field.sort is Sort.AGENT:
        _must_be_agent(session, value)
    if (field.subject, field.name) == (Subject.PERSON, personas.FIELD):
        return personas.key(session, value)
    if (field.subject, field.name) == (Subject.ORGANIZATION, "name"):
        _must_be_free(session, value, subject_id)
    return value


def _must_be_free(session: Session, name: str, but: int | None = None) -> None:
    if names.called(session, Subject.ORGANIZATION, name) - {but}:
        raise Refused("organization_taken")


def _must_be_agent(session: Session, name: str) -> None:
    rows = table(Agent)
    if session.connection().execute(select(rows.c.id).where(rows.c.name == name)).first() is None:
        raise NoSuch("agent", name)
