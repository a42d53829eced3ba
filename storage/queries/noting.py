"""What a note or a call needs to know of the conversation that it is put into."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from storage.queries.conversations import resolve_number
from storage.queries.tables import ADDRESS, CONVERSATION, PERSON, TEXT


@dataclass(frozen=True, slots=True)
class Place:
    """A conversation, by its own number; `customer` is the name, else the address, else empty."""

    conversation_id: int
    subject: str
    customer: str


def place(session: Session, conversation_id: int) -> Place:
    """Return where a note is put.

    Raises:
        NoSuchConversation: there is no such conversation.
    """
    number = resolve_number(session, conversation_id)
    address = (
        select(ADDRESS.c.address)
        .where(ADDRESS.c.person_id == CONVERSATION.c.customer_id, ADDRESS.c.address.is_not(None))
        .order_by(ADDRESS.c.id)
        .limit(1)
        .correlate(CONVERSATION)
        .scalar_subquery()
    )
    chosen = (
        select(TEXT.c.subject, PERSON.c.name, address.label("address"))
        .select_from(
            CONVERSATION.outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id).outerjoin(
                TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id
            )
        )
        .where(CONVERSATION.c.id == number)
    )
    row = session.connection().execute(chosen).one()
    return Place(number, row.subject or "", row.name or row.address or "")
