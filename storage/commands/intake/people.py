"""Who wrote, and to whom: persons found by address, or met for the first time."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.intake.deliveries import Incoming
from storage.events import DomainKept, Fact, Met, OrganizationKept
from storage.kinds import Automatic, Direction, PersonKind
from storage.kinds.mail import Correspondent
from storage.models import Address, Domain, Organization, Person
from storage.models.statements import Lookup, some_values
from storage.record import next_ids
from storage.rules.domains import telling

_NAMED_AT_MOST = 50
"""Recipients of one message that are put down as persons; a list of hundreds is no conversation."""


_Place = tuple[str, str]
"""A mailbox group, and an address in it."""


def recognise(session: Session, messages: Sequence[Incoming]) -> list[Fact]:
    """Give every message its author, customer and participants; return the facts of those met for the first time.

    Who writes from a domain of their own belongs to the organization of that domain, which is met with them.
    """
    wanted: dict[_Place, tuple[Correspondent, PersonKind, datetime]] = {}
    named = [(message, _named(message)) for message in messages]
    for message, some in named:
        for correspondent, kind in some:
            place = (message.mailbox.group, correspondent.address)
            if place not in wanted or (correspondent.name and not wanted[place][0].name):
                wanted[place] = (correspondent, kind, message.arrived_at)
    persons = _found(session, wanted)
    new = {place: one for place, one in wanted.items() if place not in persons}
    own = {message.mailbox.group: message.own for message in messages}
    belongs, organizations = _organizations(session, new, own)
    person_id, address_id = next_ids(session, Person, Address)
    met = []
    for (group, address), (correspondent, kind, arrived_at) in new.items():
        persons[group, address] = person_id
        met.append(
            Met(
                person_id=person_id,
                address_id=address_id,
                person_kind=kind,
                group=group,
                organization_id=belongs.get((group, address)),
                name=correspondent.name or None,
                address=address,
                happened_at=arrived_at,
            )
        )
        person_id, address_id = person_id + 1, address_id + 1
    for message, some in named:
        _introduce(message, [one.address for one, _ in some], persons)
    return [*organizations, *met]


_D = table(Domain)
_DOMAINS: Final = Lookup(
    lambda: select(_D.c.mailbox_group, _D.c.domain, _D.c.organization_id).where(_D.c.domain.in_(some_values()))
)


def _organizations(
    session: Session,
    new: Mapping[_Place, tuple[Correspondent, PersonKind, datetime]],
    own: Mapping[str, frozenset[str]],
) -> tuple[dict[_Place, int], list[Fact]]:
    """Return to which organization each new customer belongs, and the facts of those that are met with them."""
    domains = {
        place: domain
        for place, (_, kind, _at) in new.items()
        if kind is PersonKind.CUSTOMER and (domain := telling(place[1], own[place[0]]))
    }
    if not domains:
        return {}, []
    rows = _DOMAINS(session.connection(), domains.values())
    known = {(row.mailbox_group, row.domain): int(row.organization_id) for row in rows}
    organization_id, domain_id = next_ids(session, Organization, Domain)
    kept: list[OrganizationKept] = []
    named: list[DomainKept] = []
    belongs = {}
    for place, domain in domains.items():
        group, at = place[0], new[place][2]
        if (group, domain) not in known:
            known[group, domain] = organization_id
            kept.append(OrganizationKept(organization_id=organization_id, happened_at=at))
            named.append(
                DomainKept(
                    domain_id=domain_id, organization_id=organization_id, group=group, domain=domain, happened_at=at
                )
            )
            organization_id, domain_id = organization_id + 1, domain_id + 1
        belongs[place] = known[group, domain]
    return belongs, [*kept, *named]


def _named(message: Incoming) -> list[tuple[Correspondent, PersonKind]]:
    """Return everybody a message names who is not us, its author first."""
    if message.written_here:
        return []
    parsed = message.parsed
    machine = message.parsed.automatic in {Automatic.BOUNCE, Automatic.LIST, Automatic.BULK, Automatic.GENERATED}
    named = [(parsed.author, PersonKind.MACHINE if machine else PersonKind.CUSTOMER)]
    if (original := forwarded_for(message)) is not None:
        named.append((original, PersonKind.CUSTOMER))
    elif (writer := written_for(message)) is not None:
        named.append((writer, PersonKind.MACHINE if machine else PersonKind.CUSTOMER))
    named += [(one, PersonKind.CUSTOMER) for one in (*parsed.to, *parsed.cc)[:_NAMED_AT_MOST]]
    return [(one, kind) for one, kind in named if one.address and one.address not in message.own]


def forwarded_for(message: Incoming) -> Correspondent | None:
    """Return the original author of a mail that one of us forwarded: the customer (docs/decisions/0005).

    A customer who forwards us somebody else's mail stays the customer.
    """
    original = message.parsed.original
    if original is None or not original.author.address:
        return None
    return original.author if of_ours(message.parsed.author.address, message.own) else None


def written_for(message: Incoming) -> Correspondent | None:
    """Return who wrote by our own address, as a form of our website does for them: whoever wants the answer."""
    if message.direction is not Direction.INCOMING or message.parsed.author.address not in message.own:
        return None
    return next((one for one in message.parsed.reply_to if one.address not in message.own), None)


def of_ours(address: str, own: frozenset[str]) -> bool:
    """Say whether an address is one of us: our own, or a colleague's at the domain of one."""
    return address in own or address.rpartition("@")[2] in {one.rpartition("@")[2] for one in own}


_A = table(Address)
_PERSONS: Final = Lookup(
    lambda: select(_A.c.mailbox_group, _A.c.address, _A.c.person_id).where(_A.c.address.in_(some_values()))
)


def _found(session: Session, wanted: Mapping[tuple[str, str], object]) -> dict[tuple[str, str], int]:
    rows = _PERSONS(session.connection(), (address for _, address in wanted))
    return {(row.mailbox_group, row.address): row.person_id for row in rows}


def _introduce(message: Incoming, named: Sequence[str], persons: Mapping[tuple[str, str], int]) -> None:
    group, parsed = message.mailbox.group, message.parsed
    message.participants = tuple(dict.fromkeys([persons[group, address] for address in named]))
    author = written_for(message) if parsed.author.address in message.own else parsed.author
    message.author_id = persons.get((group, author.address)) if author is not None else None
    if (original := forwarded_for(message)) is not None:
        message.customer_id = persons.get((group, original.address))
    elif message.written_here or message.direction is Direction.INCOMING:
        message.customer_id = message.author_id
    else:
        message.customer_id = next(
            (persons[group, one.address] for one in parsed.to if (group, one.address) in persons), None
        )
