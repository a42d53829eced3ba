"""The canned responses that an agent has, what became of those that were sent, and what is known for their blanks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, func, or_, select
from sqlmodel import Session

from storage.kinds import Automatic, Channel, Direction
from storage.kinds.errors import NoSuch
from storage.kinds.mail import Correspondent
from storage.kinds.responses import Attached, Canned, ResponseView, UsageView, ValuesView, read_actions
from storage.queries.tables import (
    ADDRESS,
    AGENT,
    CONVERSATION,
    EVENT,
    MAILBOX,
    MESSAGE,
    ORGANIZATION,
    PERSON,
    RESPONSE,
    RESPONSE_USE,
    TEXT,
)
from storage.queries.told import told
from storage.rules.addressing import people_in

_AT_ONCE: Final = 500
_SETTLED: Final = ('%"because":"customer_wrote","before":"resolved"%', '%"because":"customer_wrote","before":"closed"%')
"""How the log, in canonical JSON, says that a customer had a settled conversation opened again."""


@dataclass(frozen=True, slots=True)
class Held:
    """A response as its row holds it; `agent_id` is `None` when it is the team's."""

    response_id: int
    agent_id: int | None
    canned: Canned


def held(session: Session, response_ids: Sequence[int] | None = None) -> list[Held]:
    """Return rows of responses, whosever they are: those of these numbers, or all that were not erased."""
    if response_ids is None:
        chosen = select(RESPONSE).where(RESPONSE.c.shortcode.is_not(None)).order_by(RESPONSE.c.id)
        return [_held(row) for row in session.connection().execute(chosen)]
    found = []
    for at in range(0, len(response_ids), _AT_ONCE):
        chosen = select(RESPONSE).where(RESPONSE.c.id.in_(response_ids[at : at + _AT_ONCE]))
        found += [_held(row) for row in session.connection().execute(chosen)]
    return found


def held_as(session: Session, shortcode: str, language: str, agent_id: int | None) -> Held | None:
    """Return the row of that shortcode, language and owner."""
    chosen = select(RESPONSE).where(
        RESPONSE.c.shortcode == shortcode,
        RESPONSE.c.language == language,
        RESPONSE.c.agent_id.is_(None) if agent_id is None else RESPONSE.c.agent_id == agent_id,
    )
    row = session.connection().execute(chosen).first()
    return _held(row) if row else None


def responses(session: Session, *, agent_id: int | None) -> tuple[ResponseView, ...]:
    """Return the responses that an agent has, own and the team's, by shortcode and language, one's own first.

    Args:
        session: of any transaction.
        agent_id: whose; `None` gives the team's alone.
    """
    mine: ColumnElement[bool] = RESPONSE.c.agent_id.is_(None)
    if agent_id is not None:
        mine = or_(mine, RESPONSE.c.agent_id == agent_id)
    chosen = (
        select(RESPONSE, AGENT.c.name.label("owner"))
        .select_from(RESPONSE.outerjoin(AGENT, AGENT.c.id == RESPONSE.c.agent_id))
        .where(mine, RESPONSE.c.shortcode.is_not(None))
        .order_by(RESPONSE.c.shortcode, RESPONSE.c.language, RESPONSE.c.agent_id.is_(None), RESPONSE.c.id)
    )
    return tuple(
        ResponseView(
            response_id=row.id,
            canned=_canned(row),
            owner=row.owner or "",
            shared=row.agent_id is None,
        )
        for row in session.connection().execute(chosen)
    )


def response_called(
    session: Session, name: str, *, language: str = "", agent_id: int | None
) -> tuple[ResponseView, ...]:
    """Return the agent's responses of a shortcode or of a number, in one language or in all.

    Raises:
        NoSuch: there is none.
    """
    wanted = name.strip().removeprefix(";").lower()
    number = int(wanted.removeprefix("#")) if wanted.removeprefix("#").isdecimal() else None
    all_of_them = responses(session, agent_id=agent_id)
    found = [one for one in all_of_them if one.canned.shortcode == wanted]
    found = found or [one for one in all_of_them if one.response_id == number]
    if language:
        found = [one for one in found if one.canned.language == language]
    if not found:
        raise NoSuch("response", name)
    return tuple(found)


def usage(session: Session, response_ids: Sequence[int]) -> dict[int, UsageView]:
    """Return what became of the answers that were made with these responses; those never used are left out."""
    found: dict[int, UsageView] = {}
    used = RESPONSE_USE.join(MESSAGE, MESSAGE.c.id == RESPONSE_USE.c.message_id)
    columns = (
        RESPONSE_USE.c.response_id,
        func.count().label("sent"),
        func.count().filter(RESPONSE_USE.c.edited).label("edited"),
        func.count().filter(_reopened()).label("reopened"),
        func.max(MESSAGE.c.arrived_at).label("last_at"),
    )
    for at in range(0, len(response_ids), _AT_ONCE):
        chosen = (
            select(*columns)
            .select_from(used)
            .where(RESPONSE_USE.c.response_id.in_(response_ids[at : at + _AT_ONCE]))
            .group_by(RESPONSE_USE.c.response_id)
        )
        for row in session.connection().execute(chosen):
            found[row.response_id] = UsageView(row.sent, row.edited, row.reopened, row.last_at)
    return found


def _reopened() -> ColumnElement[bool]:
    """Say of an answer that the customer had its conversation opened again, and no other answer lay between."""
    event, later = EVENT.alias("reopening"), MESSAGE.alias("later")
    between = (
        select(later.c.id)
        .where(
            later.c.conversation_id == MESSAGE.c.conversation_id,
            or_(later.c.direction == Direction.OUTGOING, later.c.channel == Channel.PHONE),
            later.c.automatic == Automatic.NO,
            later.c.arrived_at > MESSAGE.c.arrived_at,
            later.c.arrived_at < event.c.happened_at,
        )
        .correlate(MESSAGE, event)
    )
    return (
        select(event.c.id)
        .where(
            event.c.conversation_id == MESSAGE.c.conversation_id,
            event.c.kind == "status_changed",
            event.c.happened_at > MESSAGE.c.arrived_at,
            or_(*(event.c.public.like(words) for words in _SETTLED)),
            ~between.exists(),
        )
        .correlate(MESSAGE)
        .exists()
    )


def values(session: Session, conversation_id: int, *, agent_id: int | None, agent: str) -> ValuesView:
    """Return what is known in a conversation for the placeholders of a response.

    Args:
        session: of any transaction.
        conversation_id: aliases are followed.
        agent_id: who answers; `agent` is the name where the desk does not know the number yet.

    Raises:
        NoSuch: there is no such conversation.
    """
    rows = (
        CONVERSATION.join(MAILBOX, MAILBOX.c.id == CONVERSATION.c.mailbox_id)
        .outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id)
        .outerjoin(
            ORGANIZATION, ORGANIZATION.c.id == func.coalesce(CONVERSATION.c.organization_id, PERSON.c.organization_id)
        )
        .outerjoin(TEXT, TEXT.c.message_id == CONVERSATION.c.first_message_id)
    )
    columns = (
        CONVERSATION.c.id,
        CONVERSATION.c.joined_into,
        TEXT.c.subject,
        CONVERSATION.c.customer_id,
        MAILBOX.c.name.label("mailbox"),
        MAILBOX.c.address.label("mailbox_address"),
        PERSON.c.name.label("customer"),
        PERSON.c.kind,
        ORGANIZATION.c.id.label("organization_id"),
        ORGANIZATION.c.name.label("organization"),
    )
    connection = session.connection()
    row = connection.execute(select(*columns).select_from(rows).where(CONVERSATION.c.id == conversation_id)).first()
    if row is None:
        raise NoSuch("conversation", conversation_id)
    if row.joined_into is not None:
        return values(session, row.joined_into, agent_id=agent_id, agent=agent)
    wrote = (
        select(TEXT.c.language)
        .select_from(MESSAGE.join(TEXT, TEXT.c.message_id == MESSAGE.c.id))
        .where(
            MESSAGE.c.conversation_id == row.id,
            MESSAGE.c.customer_id == row.customer_id,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
        )
        .order_by(MESSAGE.c.arrived_at.desc(), MESSAGE.c.id.desc())
        .limit(1)
    )
    last = connection.execute(wrote).first()
    address = select(ADDRESS.c.address).where(ADDRESS.c.person_id == row.customer_id).order_by(ADDRESS.c.id).limit(1)
    named = select(AGENT.c.name).where(AGENT.c.id == agent_id)
    known, prefers = told(session, row.customer_id, row.organization_id)
    return ValuesView(
        conversation_id=row.id,
        subject=row.subject or "",
        customer=row.customer or "",
        customer_address=connection.execute(address).scalar() or "",
        organization=row.organization or "",
        agent=connection.execute(named).scalar() or agent,
        mailbox=row.mailbox,
        mailbox_address=row.mailbox_address,
        language=last.language if last else "",
        prefers=prefers[:2],
        told=known | ({"customer.kind": str(row.kind)} if row.kind else {}),
    )


def values_for(
    session: Session, line: str, *, agent_id: int | None, agent: str, mailbox: str = "", address: str = ""
) -> ValuesView:
    """Return what is known for a conversation that is to be begun, which has no number yet.

    Args:
        session: of any transaction.
        line: of recipients; the first is the customer. Whose address is known in two groups of mailboxes is nobody's.
        agent_id: who writes; `agent` is the name where the desk does not know the number yet.
        mailbox: through which; `address` is its address.
    """
    first = next(iter(people_in(line)), Correspondent("", ""))
    connection = session.connection()
    rows = ADDRESS.join(PERSON, PERSON.c.id == ADDRESS.c.person_id).outerjoin(
        ORGANIZATION, ORGANIZATION.c.id == PERSON.c.organization_id
    )
    chosen = (
        select(PERSON.c.id, PERSON.c.name, PERSON.c.kind, PERSON.c.organization_id, ORGANIZATION.c.name.label("theirs"))
        .select_from(rows)
        .where(ADDRESS.c.address == first.address)
        .limit(2)
    )
    found = connection.execute(chosen).all() if first.address else []
    row = found[0] if len(found) == 1 else None
    known, prefers = told(session, row.id, row.organization_id) if row else ({}, "")
    named = select(AGENT.c.name).where(AGENT.c.id == agent_id)
    return ValuesView(
        conversation_id=0,
        subject="",
        customer=first.name or (row.name or "" if row else ""),
        customer_address=first.address,
        organization=row.theirs or "" if row else "",
        agent=connection.execute(named).scalar() or agent,
        mailbox=mailbox,
        mailbox_address=address,
        language="",
        prefers=prefers[:2],
        told=known | ({"customer.kind": str(row.kind)} if row else {}),
    )


def _held(row: Any) -> Held:
    return Held(row.id, row.agent_id, _canned(row))


def _canned(row: Any) -> Canned:
    return Canned(
        shortcode=row.shortcode or "",
        language=row.language or "",
        title=row.title or "",
        body=row.body or "",
        tags=tuple(row.tags),
        attachments=tuple(Attached(*one) for one in row.attachments),
        actions=read_actions(row.actions),
    )
