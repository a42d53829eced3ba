"""Erasing a person: one transaction that leaves numbers and times, and takes everything out that was said."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import delete, select, update
from sqlmodel import Session, SQLModel

from storage.apply.base import chunks, naming, table
from storage.commands.erasing.elsewhere import erase_elsewhere
from storage.commands.erasing.finishing import note_unfinished
from storage.commands.intake.salt import made_salt
from storage.commands.wanted import want_erased
from storage.events import Actor, Erased, Fact, StatusChanged
from storage.kinds import PUT_AWAY, SETTLED, AddressKind, Direction, ErasedFor, Ignored, Status, Subject
from storage.kinds.erasing import Named, Receipt, Survey
from storage.kinds.errors import Refused
from storage.models import (
    Address,
    Cited,
    Claim,
    Conversation,
    Draft,
    Entry,
    EventPersonal,
    Mailbox,
    Message,
    MessageText,
    Outbox,
    Person,
    Placement,
    Print,
    Profile,
    QuotedPrint,
    Raw,
    Recipient,
    SubjectKey,
    Wanted,
)
from storage.queries import erasing as looking
from storage.record import head, record
from storage.rules import tombstones
from storage.rules.tombstones import tombstone
from storage.search import add, remove

_IN_ONE_FACT: Final = 500
_MADE_OF_WORDS: Final[tuple[type[SQLModel], ...]] = (Cited, Print, QuotedPrint, SubjectKey)
_EMPTY: Final[dict[str, Any]] = {
    "subject": "",
    "from_name": "",
    "from_address": "",
    "dated_at": None,
    "language": "",
    "header_id": "",
    "source": None,
    "details": {},
    "reply_text": "",
    "text": "",
}


def erase(
    session: Session,
    survey: Survey,
    *,
    elsewhere: bool,
    on_servers: bool,
    actor: Actor,
    now: datetime,
    unread: Sequence[int] = (),
    stray: Sequence[bytes] = (),
) -> Receipt:
    """Erase a person for ever. `finish` must follow it: until then bytes lie in the files still.

    Args:
        session: of a writing transaction.
        survey: what an agent has seen and agreed to; what came since that is theirs goes as well.
        elsewhere: erase what names them and belongs to others or to the desk as well.
        on_servers: ask the servers to delete their copies.
        actor: who erases.
        now: the moment.
        unread: deliveries that nobody could read and that name them, by number.
        stray: digests of bytes that no message leads to, and that name them.

    Raises:
        Refused: an answer to them is on its way or may have been sent (rule ``in_outbox``, with the conversations).
    """
    numbers = survey.person_ids
    others = {one.number for one in survey.elsewhere if one.what is Named.MESSAGE} if elsewhere else set()
    messages = sorted({*looking.theirs(session, numbers), *others})
    if under_way := looking.unsettled(session, messages):
        raise Refused("in_outbox", under_way)
    salt = made_salt(session)
    signs = [*_signs(session, salt, messages, unread), *_addresses(session, salt, numbers)]
    deliveries = _deliveries(session, messages, unread)
    known = () if others else survey.facts  # of more messages there are more facts
    facts = [
        *known,
        *looking.facts_about(session, numbers, set(messages), after=0 if others else survey.event_id),
    ]
    if elsewhere:
        facts += erase_elsewhere(session, survey)
    forget_facts(session, facts)
    _forget_persons(session, numbers)
    drafts = looking.drafts(session, numbers, messages, survey.names)
    for some in chunks(drafts):
        session.connection().execute(delete(table(Draft)).where(table(Draft).c.id.in_(some)))
    asked = empty_messages(session, messages, deliveries, on_servers=on_servers, now=now)
    action = _record(
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
    note_unfinished(session, [*(digest for _, digest in deliveries), *stray])
    more = len(survey.elsewhere)
    return Receipt(
        action_id=action,
        person_ids=numbers,
        messages=len(messages),
        deliveries=len(deliveries),
        facts=len(set(facts)),
        drafts=len(drafts),
        elsewhere=more if elsewhere else 0,
        kept=0 if elsewhere else more,
        asked=asked,
        head=head(session).hex(),
    )


def _record(
    session: Session,
    before: Sequence[Fact],
    messages: Sequence[int],
    signs: Sequence[bytes],
    first: Erased,
    actor: Actor,
    now: datetime,
) -> int:
    """Record the erasure, in facts of a bounded size: the first one says how much it was."""
    facts: list[Fact] = []
    shown = [one.hex() for one in signs]
    for at in range(0, max(len(messages), len(shown), 1), _IN_ONE_FACT):
        some = {"message_ids": tuple(messages[at : at + _IN_ONE_FACT])}
        counts = {} if not at else {"deliveries": 0, "facts": 0, "drafts": 0, "person_ids": ()}
        facts.append(first.model_copy(update={**some, **counts, "tombstones": tuple(shown[at : at + _IN_ONE_FACT])}))
    return record(session, [*facts, *before], actor=actor, now=now)


def forget_facts(session: Session, event_ids: Sequence[int]) -> None:
    """Delete the personal parts of facts, with their salts."""
    rows = table(EventPersonal)
    for some in chunks(event_ids):
        session.connection().execute(delete(rows).where(rows.c.event_id.in_(some)))


def empty_messages(
    session: Session,
    messages: Sequence[int],
    deliveries: Sequence[tuple[int, bytes]],
    *,
    on_servers: bool,
    now: datetime,
) -> int:
    """Take everything out that messages say, and let nothing lead to them on their servers.

    Args:
        session: of a writing transaction.
        messages: by number.
        deliveries: number and digest of each copy of them.
        on_servers: ask the servers to delete their copies.
        now: the moment.

    Returns:
        How many deletions are asked for.
    """
    connection = session.connection()
    remove(session, messages, forget=True)
    texts, wanted, recipients, claims = table(MessageText), table(Wanted), table(Recipient), table(Claim)
    for some in chunks(messages):
        connection.execute(update(texts).where(texts.c.message_id.in_(some)).values(_EMPTY))
        for model in _MADE_OF_WORDS:
            connection.execute(delete(table(model)).where(table(model).c.message_id.in_(some)))
        connection.execute(delete(wanted).where(wanted.c.message_id.in_(some)))
        connection.execute(update(recipients).where(recipients.c.message_id.in_(some)).values(address=None, words=None))
        connection.execute(update(claims).where(claims.c.message_id.in_(some)).values(trouble=""))
    add(session, messages)
    asked = want_erased(session, messages, now=now) if on_servers else 0
    placements = table(Placement)
    if not on_servers:
        for ids in chunks(number for number, _ in deliveries):
            connection.execute(
                update(placements).where(placements.c.raw_id.in_(ids)).values(raw_id=None, ignored=str(Ignored.ERASED))
            )
    return asked


def _deliveries(session: Session, messages: Sequence[int], unread: Sequence[int]) -> list[tuple[int, bytes]]:
    """Return number and digest of every copy of these messages, and of what could not be read."""
    raws, outbox = table(Raw), table(Outbox)
    connection = session.connection()
    found: list[tuple[int, bytes]] = []
    for some in chunks(messages):
        found += map(tuple, connection.execute(select(raws.c.id, raws.c.digest).where(raws.c.message_id.in_(some))))
        sent = select(outbox.c.id, outbox.c.digest).where(outbox.c.id.in_(some))
        found += [(0, row.digest) for row in connection.execute(sent)]
    for some in chunks(unread):
        found += map(tuple, connection.execute(select(raws.c.id, raws.c.digest).where(raws.c.id.in_(some))))
    return found


def _signs(session: Session, salt: bytes, messages: Sequence[int], unread: Sequence[int]) -> Iterator[bytes]:
    """Yield by what these messages and their copies are known again."""
    rows, raws, outbox, boxes = table(Message), table(Raw), table(Outbox), table(Mailbox)
    connection = session.connection()
    for some in chunks(messages):
        keys = select(rows.c.key, rows.c.header_key, outbox.c.id).select_from(
            rows.outerjoin(outbox, outbox.c.id == rows.c.id)
        )
        for row in connection.execute(keys.where(rows.c.id.in_(some))):
            yield tombstone(salt, tombstones.MESSAGE, row.key)
            if row.id is not None and row.header_key is not None:
                yield tombstone(salt, tombstones.SENT, row.header_key)
    copies = select(raws.c.digest, boxes.c.mailbox_group).join(boxes, boxes.c.id == raws.c.mailbox_id)
    lots = [
        *(raws.c.message_id.in_(some) for some in chunks(messages)),
        *(raws.c.id.in_(one) for one in chunks(unread)),
    ]
    for chosen in lots:
        for copy in connection.execute(copies.where(chosen)):
            yield tombstone(salt, tombstones.RAW, copy.mailbox_group.encode(), copy.digest)


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


def _forget_persons(session: Session, numbers: Sequence[int]) -> None:
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
