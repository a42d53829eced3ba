"""Erasing a person: one transaction that leaves numbers and times, and takes everything out that was said."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy import delete, select, update
from sqlmodel import Session

from storage.apply import clocks
from storage.apply.base import chunks, naming, table
from storage.apply.touch import settle_those_of
from storage.commands.erasing.elsewhere import erase_elsewhere
from storage.commands.erasing.emptying import deliveries_of, empty_messages, forget_facts, record_erased, signs_of
from storage.commands.erasing.finishing import note_unfinished
from storage.commands.intake.salt import made_salt
from storage.events import Actor, Erased, Fact, StatusChanged
from storage.kinds import PUT_AWAY, SETTLED, AddressKind, Direction, ErasedFor, Status, Subject
from storage.kinds.erasing import Elsewhere, Named, Receipt, Survey
from storage.kinds.errors import Refused
from storage.models import (
    Address,
    Conversation,
    Draft,
    Entry,
    Look,
    Message,
    Person,
    Profile,
)
from storage.queries import erasing as looking
from storage.record import head
from storage.rules import tombstones
from storage.rules.tombstones import tombstone


def erase(
    session: Session,
    survey: Survey,
    *,
    elsewhere: bool | Collection[Elsewhere],
    on_servers: bool,
    actor: Actor,
    now: datetime,
) -> Receipt:
    """Erase a person for ever. `finish` must follow it: until then bytes lie in the files still.

    Args:
        session: of a writing transaction.
        survey: what an agent has seen and agreed to; what came since that is theirs goes as well.
        elsewhere: which of what names them and belongs to others or to the desk is erased as well; all of it or nothing
            where it is said so.
        on_servers: ask the servers to delete their copies.
        actor: who erases.
        now: the moment.

    Raises:
        Refused: an answer to them is on its way or may have been sent (rule ``in_outbox``, with the conversations), or
            they were made one with somebody since, or two again (``changed_since``).
    """
    numbers = survey.person_ids
    if tuple(looking.survey_numbers(session, numbers[0])) != numbers:
        raise Refused("changed_since")
    named = survey.elsewhere if elsewhere is True else tuple(elsewhere or ())
    unread = [one.number for one in named if one.what is Named.UNREAD]
    others = {one.number for one in named if one.what is Named.MESSAGE}
    messages = sorted({*looking.theirs(session, numbers), *others})
    if under_way := looking.unsettled(session, messages):
        raise Refused("in_outbox", under_way)
    salt = made_salt(session)
    signs = [*signs_of(session, salt, messages, unread), *_addresses(session, salt, numbers)]
    deliveries = deliveries_of(session, messages, unread)
    known = () if others else survey.facts  # of more messages there are more facts
    facts = [
        *known,
        *looking.facts_about(session, numbers, set(messages), after=0 if others else survey.event_id),
    ]
    if named:
        facts += erase_elsewhere(session, replace(survey, elsewhere=named))
    forget_facts(session, facts)
    forget_persons(session, numbers)
    drafts = looking.drafts(session, numbers, messages, survey.addresses)
    for some in chunks(drafts):
        session.connection().execute(delete(table(Draft)).where(table(Draft).c.id.in_(some)))
    asked = empty_messages(session, messages, deliveries, on_servers=on_servers, now=now)
    action = record_erased(
        session,
        _closed(session, numbers, now),
        messages,
        signs,
        Erased(
            because=ErasedFor.REQUEST,
            person_ids=numbers,
            message_ids=(),
            deliveries=len(deliveries),
            facts=len(set(facts)),
            drafts=len(drafts),
            tombstones=(),
            happened_at=now,
        ),
        actor,
        now,
    )
    note_unfinished(session, [digest for _, digest in deliveries])
    return Receipt(
        action_id=action,
        person_ids=numbers,
        messages=len(messages),
        deliveries=len(deliveries),
        facts=len(set(facts)),
        drafts=len(drafts),
        elsewhere=len(named),
        kept=len(survey.elsewhere) - len(named),
        asked=asked,
        head=head(session).hex(),
    )


def _addresses(session: Session, salt: bytes, numbers: Sequence[int]) -> Iterator[bytes]:
    rows = table(Address)
    chosen = select(rows.c.mailbox_group, rows.c.address).where(
        rows.c.person_id.in_(numbers), rows.c.address.is_not(None), rows.c.kind == AddressKind.EMAIL
    )
    for row in session.connection().execute(chosen):
        yield tombstone(salt, tombstones.ADDRESS, row.mailbox_group.encode(), row.address.encode())


def _closed(session: Session, numbers: Sequence[int], now: datetime) -> list[Fact]:
    """Return the facts that close their conversations that are still open: nobody is left to be answered in them."""
    rows, people = table(Conversation), table(Message)
    others = select(people.c.id).where(
        people.c.conversation_id == rows.c.id,
        people.c.direction == Direction.INCOMING,
        people.c.author_id.not_in(numbers),
    )
    chosen = select(rows.c.id, rows.c.status).where(
        rows.c.customer_id.in_(numbers), rows.c.status.not_in((*SETTLED, *PUT_AWAY)), ~others.exists()
    )
    return [
        StatusChanged(conversation_id=row.id, before=row.status, after=Status.CLOSED, happened_at=now)
        for row in session.connection().execute(chosen.order_by(rows.c.id))
    ]


def forget_persons(session: Session, numbers: Sequence[int]) -> None:
    """Empty what the record says of persons; it stands for facts that have no personal part any more."""
    people, addresses, fields, entries = table(Person), table(Address), table(Profile), table(Entry)
    connection = session.connection()
    for some in chunks(numbers):
        connection.execute(update(people).where(people.c.id.in_(some)).values(naming(None)))
        connection.execute(update(addresses).where(addresses.c.person_id.in_(some)).values(address=None))
        whose = fields.c.subject == Subject.PERSON, fields.c.subject_id.in_(some)
        connection.execute(update(fields).where(*whose).values(value=None))
        about = entries.c.subject == Subject.PERSON, entries.c.subject_id.in_(some)
        connection.execute(update(entries).where(*about).values(name=None, value=None))
        connection.execute(delete(table(Look)).where(table(Look).c.person_id.in_(some)))
    settle_those_of(connection, Subject.PERSON, numbers)
    clocks.settle_those_of(connection, Subject.PERSON, numbers)
