"""By what customers are reached, and which domains tell an organization."""

from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.events import (
    Actor,
    AddressKept,
    Belongs,
    DomainKept,
)
from storage.kinds import AddressKind, Subject
from storage.kinds.clean import clean_line
from storage.kinds.errors import BadField, NoSuch, Refused
from storage.models import Address, Domain, Person
from storage.queries import knowing
from storage.record import next_id, record
from storage.rules.domains import bare, free

_ADDRESS, _PERSON, _DOMAIN = table(Address), table(Person), table(Domain)
LONGEST_ADDRESS: Final = 320
"""Letters of an address, or of whatever else somebody is reached by."""
_SHORTEST_NUMBER: Final = 3  # digits


def keep_domain(
    session: Session, organization_id: int, domain: str, *, group: str = "", actor: Actor, now: datetime
) -> int:
    """Let who writes from a domain belong to an organization: whoever belongs to none yet, and who comes.

    Args:
        session: of a writing transaction.
        organization_id: to which.
        domain: with or without an @ before it.
        group: the mailbox group of the mail that is meant.
        actor: the agent.
        now: the moment.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no such organization.
        BadField: it is no domain, or one where anybody may have an address (reason ``free_mail``).
        Refused: it belongs to this one already (rule ``already``), or to another (``domain_taken``).
    """
    knowing.membership(session, Subject.ORGANIZATION, organization_id)
    domain = bare(domain)
    if free(domain):
        raise BadField("domain", domain, "free_mail")
    chosen = select(_DOMAIN.c.organization_id).where(_DOMAIN.c.domain == domain, _DOMAIN.c.mailbox_group == group)
    held = session.connection().execute(chosen).scalar()
    if held is not None:
        raise Refused("already" if held == organization_id else "domain_taken")
    kept = DomainKept(
        domain_id=next_id(session, Domain),
        organization_id=organization_id,
        group=group,
        domain=domain,
        happened_at=now,
    )
    of_it = (
        select(_PERSON.c.id)
        .join(_ADDRESS, _ADDRESS.c.person_id == _PERSON.c.id)
        .where(
            _PERSON.c.organization_id.is_(None),
            _PERSON.c.merged_into.is_(None),
            _ADDRESS.c.mailbox_group == group,
            _ADDRESS.c.kind == AddressKind.EMAIL,
            _ADDRESS.c.address.like("%@" + domain.replace("_", r"\_"), escape="\\"),
        )
        .distinct()
        .order_by(_PERSON.c.id)
    )
    joined = [
        Belongs(subject=Subject.PERSON, subject_id=number, before=None, after=organization_id, happened_at=now)
        for number in session.connection().execute(of_it).scalars()
    ]
    return record(session, [kept, *joined], actor=actor, now=now)


def drop_domain(session: Session, organization_id: int, domain: str, *, actor: Actor, now: datetime) -> int:
    """Let a domain belong to nobody; its people stay where they are. Return the action's id.

    Raises:
        NoSuch: the organization has no such domain.
    """
    chosen = select(_DOMAIN).where(_DOMAIN.c.domain == bare(domain), _DOMAIN.c.organization_id == organization_id)
    facts = [
        DomainKept(
            domain_id=row.id,
            organization_id=organization_id,
            group=row.mailbox_group,
            domain=row.domain,
            after=False,
            happened_at=now,
        )
        for row in session.connection().execute(chosen)
    ]
    if not facts:
        raise NoSuch("domain", domain)
    return record(session, facts, actor=actor, now=now)


def keep_address(
    session: Session,
    person_id: int,
    address: str,
    *,
    kind: AddressKind = AddressKind.EMAIL,
    group: str = "",
    actor: Actor,
    now: datetime,
) -> int:
    """Let a person be reached by this as well; return the action's id.

    Raises:
        NoSuch: there is nobody of that number.
        BadField: it is none of its kind.
        Refused: it is theirs already (rule ``already``), or somebody else's (``address_taken``): the two may be one.
    """
    knowing.membership(session, Subject.PERSON, person_id)
    address = _reached(kind, address)
    chosen = select(_ADDRESS.c.person_id).where(_ADDRESS.c.address == address, _ADDRESS.c.mailbox_group == group)
    held = session.connection().execute(chosen).scalar()
    if held is not None:
        raise Refused("already" if held == person_id else "address_taken")
    fact = AddressKept(
        address_id=next_id(session, Address),
        person_id=person_id,
        group=group,
        address_kind=kind,
        address=address,
        happened_at=now,
    )
    return record(session, [fact], actor=actor, now=now)


def drop_address(session: Session, person_id: int, address: str, *, actor: Actor, now: datetime) -> int:
    """Let a person not be reached by this any more; return the action's id.

    Raises:
        NoSuch: it is none of theirs.
        Refused: it is the only one they have (rule ``last_address``): they would never be found again.
    """
    chosen = select(_ADDRESS).where(_ADDRESS.c.person_id == person_id)
    rows = session.connection().execute(chosen).all()
    gone = [row for row in rows if row.address == address.strip().lower() or row.address == address.strip()]
    if not gone:
        raise NoSuch("address", address)
    if len(gone) == len(rows):
        raise Refused("last_address")
    facts = [
        AddressKept(
            address_id=row.id,
            person_id=person_id,
            group=row.mailbox_group,
            address_kind=row.kind,
            address=row.address,
            after=False,
            happened_at=now,
        )
        for row in gone
    ]
    return record(session, facts, actor=actor, now=now)


def _reached(kind: AddressKind, text: str) -> str:
    """Return an address as it is kept: of mail in lower case, a number as its digits and a plus."""
    address = clean_line(text)
    if kind is AddressKind.EMAIL:
        address = address.lower()
        local, at, domain = address.rpartition("@")
        good = bool(local and at and domain) and " " not in address
    elif kind is AddressKind.SOCIAL:
        good = bool(address)
    else:
        address = ("+" if address.startswith("+") else "") + "".join(filter(str.isdecimal, address))
        good = len(address.lstrip("+")) >= _SHORTEST_NUMBER
    if not good or len(address) > LONGEST_ADDRESS:
        raise BadField(str(kind), text, "address")
    return address
