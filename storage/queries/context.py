"""What stands beside a conversation: its customer, what else there is of theirs, and who takes part."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, case, func, literal, select, union_all
from sqlmodel import Session

from storage.kinds import Automatic, Direction, EntryKind, Subject
from storage.kinds.clocks import ClockState, ClockView
from storage.kinds.entries import Note
from storage.kinds.handoffs import NOT_HANDED, Handed
from storage.kinds.ideals import FitView
from storage.models import SHOWN_BELOW
from storage.prepared import Named, among, many
from storage.queries import clocks, handoffs, ideals, journey, looking, personas, playbooks
from storage.queries.knowing import Entry, fields_among, laid_down
from storage.queries.promises import open_among, promised
from storage.queries.tables import (
    ADDRESS,
    CALLED,
    CONVERSATION,
    ENTRY,
    MESSAGE,
    ORGANIZATION,
    PARTICIPANT,
    PERSON,
    TEXT,
)
from storage.views import ContextView, ConversationView, MessageView, OtherView, PartView

COUNTED = 1000
"""How far messages and conversations are counted; as many as that are shown as 999+."""

READ = 200
"""The newest messages of a conversation that are looked at for who takes part and in which language."""

_SETTLED, _SPAM = 5, 6  # ranks of `storage.models.conversations.QUEUE_RANKS`
_NOBODY = -1  # no person has this number; a comparison with NULL would find all that we wrote ourselves
_OTHERS, _PARTS, _ADDRESSES, _LANGUAGES = 8, 12, 4, 3  # as many of each are given

OF_USE = ("role", "touch", "persona", "lifecycle", "stage", "tone", "channel")
"""The fields of a profile that stand beside a conversation, in this order."""

_NOTES, _PINNED = 200, 3  # the newest notes that are looked at, and those that are given

_C = CONVERSATION.c


def read(
    session: Session, conversation: ConversationView, *, agent_id: int | None = None, now: datetime | None = None
) -> ContextView:
    """Read what stands beside a conversation that was just read, in the same transaction.

    Args:
        session: of any transaction.
        conversation: as `storage.queries.conversations.read` gave it: nothing it says is read again.
        agent_id: to whom it is told what is new since they last looked, before `now`; nothing is where either is not
            given.
        now: the moment; without one it is left out how far their organization is what the desk wishes,
            and how they fare.
    """
    number = conversation.conversation_id
    customer = _CUSTOMER.first(session.connection(), number=number)
    person = customer.customer_id
    addresses, address_count = _addresses(session, person)
    beside, before = _others(session, number, person)
    said = looking.said(session, person, customer.organization_id)
    fields = _fields(said)
    kept = laid_down(session, EntryKind.FIELD, EntryKind.ICP, EntryKind.PERSONA)
    cards = personas.personas_among(kept)
    persona = personas.beside(session, person, fields.get(personas.FIELD, ""), known=cards)
    counted = _COUNTS.first(session.connection(), number=number, person=_NOBODY if person is None else person)
    written = _WRITTEN.rows(
        session.connection(),
        person=_NOBODY if person is None else person,
        organization=_NOBODY if customer.organization_id is None else customer.organization_id,
    )
    news = None
    if person is not None and agent_id is not None and now is not None:
        news = looking.news(
            session, person, agent_id=agent_id, now=now, fields=said, entries=written, conversation=conversation
        )
    ticking = clocks.clocks_of(session, number, now=now) if now is not None else ()
    newest = conversation.messages[-READ:]
    parts, part_count = _parts(session, newest, person)
    contacts = [message for message in conversation.messages if message.direction is not Direction.INTERNAL]
    theirs = [message for message in contacts if message.direction is Direction.INCOMING and message.is_mail]
    by_people = [message for message in contacts if message.automatic is Automatic.NO]
    ours = [message.arrived_at for message in by_people if message.answers]
    asked_at = next((each.arrived_at for each in by_people if each.direction is Direction.INCOMING), None)
    return ContextView(
        conversation_id=number,
        status=conversation.status,
        tier=conversation.tier,
        assignee_id=conversation.assignee_id,
        assignee=conversation.assignee,
        mailbox=conversation.mailbox,
        known=person is not None,
        erased=person is not None and not customer.name and not addresses and counted.addresses > 0,
        kind=customer.kind,
        models=playbooks.beside(
            session,
            _by_field(said, Subject.PERSON),
            _by_field(said, Subject.ORGANIZATION),
            conversation.mailbox,
            number,
        ),
        customer=customer.name or "",
        addresses=addresses,
        address_count=address_count,
        organization=customer.organization or "",
        fields={
            word: personas.spelled(cards, says) if word == personas.FIELD else says for word, says in fields.items()
        },
        pinned=_pinned(written),
        promised=open_among(session, written),
        since=counted.since,
        wrote=counted.wrote,
        wrote_here=counted.wrote_here,
        wrote_at=counted.wrote_at,
        waiting_since=conversation.waiting_since,
        snoozed_until=conversation.snoozed_until,
        asked_at=asked_at,
        answered_at=_first_after(ours, asked_at),
        answers=len(ours),
        last_at=by_people[-1].arrived_at if by_people else None,
        ours_last=by_people[-1].answers if by_people else None,
        message_count=len(conversation.messages),
        languages=_languages(session, [message.message_id for message in theirs[-READ:]], person),
        beside=beside,
        beside_count=counted.beside,
        before=before,
        before_count=counted.before,
        parts=parts,
        part_count=part_count,
        tags=conversation.tags,
        linked=conversation.linked,
        joined=conversation.joined_numbers,
        person_id=person,
        organization_id=customer.organization_id,
        news=news or None,
        persona=persona,
        handed=_handed(session, conversation),
        fit=_fit(session, customer.organization_id, kept, now),
        fares=journey.beside(session, person, customer.own_organization, now=now) if now and person else None,
        clocks=ticking,
        unexplained=_unexplained(session, number, ticking),
    )


def _handed(session: Session, conversation: ConversationView) -> Handed:
    """Return how it was handed on; what its events do not tell of is not asked for."""
    if not any(one.kind in {"transferred", "consulted"} for one in conversation.events):
        return NOT_HANDED
    return handoffs.handed(session, (conversation.conversation_id, *conversation.joined_numbers))


def _unexplained(session: Session, number: int, ticking: Sequence[ClockView]) -> int:
    """Return how many deadlines passed of which nobody has said why; none is asked for where none did."""
    if not any(one.state is ClockState.BREACHED for one in ticking):
        return 0
    return len(clocks.breaches(session, conversation_id=number, explained=False))


def _fit(session: Session, organization: int | None, kept: Sequence[Entry], now: datetime | None) -> FitView | None:
    known = ideals.ideals_among(kept)
    if organization is None or now is None or not known:
        return None
    return ideals.of_organization(session, organization, today=now.date(), known=known, laid=fields_among(kept))[0]


def _first_after(moments: Sequence[datetime], start: datetime | None) -> datetime | None:
    return None if start is None else next((at for at in moments if at >= start), None)


def _customer(dialect: str) -> Select[Any]:
    """Return the selection of who the customer is; the conversation's organization goes before the person's own."""
    del dialect
    organization = func.coalesce(_C.organization_id, PERSON.c.organization_id)
    rows = CONVERSATION.outerjoin(PERSON, PERSON.c.id == _C.customer_id).outerjoin(
        ORGANIZATION, ORGANIZATION.c.id == organization
    )
    return (
        select(
            _C.customer_id,
            PERSON.c.name,
            PERSON.c.kind,
            ORGANIZATION.c.id.label("organization_id"),
            PERSON.c.organization_id.label("own_organization"),
            CALLED.label("organization"),
        )
        .select_from(rows)
        .where(_C.id == bindparam("number"))
    )


def _fields(said: Mapping[str, str]) -> dict[str, str]:
    """Return the fields of use; the customer's own go before the organization's."""
    both = (
        (name, said.get(f"{Subject.PERSON}.{name}") or said.get(f"{Subject.ORGANIZATION}.{name}")) for name in OF_USE
    )
    return {name: value for name, value in both if value}


def _by_field(said: Mapping[str, str], subject: Subject) -> dict[str, str]:
    """Return what one of the profiles says that tells the models."""
    return {name: value for name in playbooks.TOLD if (value := said.get(f"{subject}.{name}"))}


def _written(dialect: str) -> Select[Any]:
    """Return the selection of what is written down that may be of use: the newest notes, and what was promised."""
    del dialect
    # Each has the index to itself: asked for together, the notes of the whole desk would be read.
    runs = [
        select(ENTRY.c.id, ENTRY.c.subject, ENTRY.c.subject_id, ENTRY.c.kind, ENTRY.c.value)
        .where(
            ENTRY.c.subject == subject,
            ENTRY.c.subject_id == bindparam(str(subject)),
            ENTRY.c.kind == EntryKind.NOTE,
            ENTRY.c.value.is_not(None),
        )
        .order_by(ENTRY.c.id.desc())
        .limit(_NOTES)
        for subject in (Subject.PERSON, Subject.ORGANIZATION)
    ]
    runs.append(promised(bindparam(str(Subject.PERSON))))
    those = union_all(*(select(run.subquery()) for run in runs)).subquery("those")
    return select(those).order_by(those.c.id.desc())


def _pinned(rows: Sequence[Any]) -> tuple[str, ...]:
    """Return the newest few notes that are pinned, the customer's first."""
    notes = [(row.subject, Note.read(row.value)) for row in rows if row.kind is EntryKind.NOTE]
    pinned = [(subject, note.text) for subject, note in notes if note.pinned]
    return tuple(text for _, text in sorted(pinned, key=lambda one: one[0] is Subject.ORGANIZATION))[:_PINNED]


def _reached(dialect: str) -> Select[Any]:
    """Return the selection of the first few addresses of a person, each with how many there are."""
    del dialect
    return (
        select(ADDRESS.c.address, func.count().over().label("all"))
        .where(ADDRESS.c.person_id == bindparam("person"), ADDRESS.c.address.is_not(None))
        .order_by(ADDRESS.c.id)
        .limit(_ADDRESSES)
    )


def _addresses(session: Session, person: int | None) -> tuple[tuple[str, ...], int]:
    """Return the first few addresses of a person, and how many there are."""
    rows = _REACHED.rows(session.connection(), person=person) if person is not None else ()
    return tuple(row.address for row in rows), rows[0].all if rows else 0


def _of_theirs(dialect: str) -> Select[Any]:
    """Return the selection of a person's other conversations: a few of the open ones, and of the settled."""
    del dialect
    number: Any = bindparam("number")
    person: Any = bindparam("person")
    urgent = (_C.queue_rank, _C.queue_at, _C.id)
    # Each run is walked along its index and ends after a few rows, however many conversations a machine has.
    runs = (
        select(_C.id, literal(0).label("run")).where(*_open(number, person)).order_by(*urgent).limit(_OTHERS),
        select(_C.id, literal(1).label("run"))
        .where(*_settled(number, person, _SETTLED))
        .order_by(_C.queue_at.desc(), _C.id.desc())
        .limit(_OTHERS),
        select(_C.id, literal(1).label("run"))
        .where(*_settled(number, person, _SPAM))
        .order_by(_C.queue_at.desc(), _C.id.desc())
        .limit(_OTHERS),
    )
    chosen = union_all(*(select(run.subquery()) for run in runs)).subquery("chosen")
    columns = (_C.id, _C.status, _C.last_message_at, _C.oldest_unanswered_at, _C.queue_at)
    rows = chosen.join(CONVERSATION, CONVERSATION.c.id == chosen.c.id).outerjoin(
        TEXT, TEXT.c.message_id == _C.first_message_id
    )
    return select(*columns, TEXT.c.subject, chosen.c.run).select_from(rows).order_by(*urgent)


def _others(session: Session, number: int, person: int | None) -> tuple[tuple[OtherView, ...], tuple[OtherView, ...]]:
    """Return a person's other conversations: the open ones, most urgent first, and the settled, newest first."""
    if person is None:
        return (), ()
    beside: list[OtherView] = []
    before: list[OtherView] = []
    for row in _OF_THEIRS.rows(session.connection(), number=number, person=person):
        last = row.last_message_at or row.queue_at
        other = OtherView(row.id, row.subject or "", row.status, last, row.oldest_unanswered_at)
        (before if row.run else beside).append(other)
    before.sort(key=lambda other: (other.last_message_at, other.conversation_id), reverse=True)
    return tuple(beside), tuple(before[:_OTHERS])


def _open(number: Any, person: Any) -> tuple[Any, ...]:
    return (_C.customer_id == person, _C.queue_rank < SHOWN_BELOW, _C.id != number)


def _settled(number: Any, person: Any, rank: int) -> tuple[Any, ...]:
    return (_C.customer_id == person, _C.queue_rank == rank, _C.id != number)


def _counts(dialect: str) -> Select[Any]:
    """Return the selection of what is counted and of the first and last times, each read along an index."""
    del dialect
    number: Any = bindparam("number")
    person: Any = bindparam("person")
    wrote = MESSAGE.c.author_id == person
    # From the conversation's messages to their authors, never from all that a busy author wrote.
    here = (MESSAGE.c.conversation_id == number, MESSAGE.c.author_id + 0 == person)

    def counted(chosen: Select[Any]) -> Any:
        return select(func.count()).select_from(chosen.limit(COUNTED).subquery()).scalar_subquery()

    settled = _C.queue_rank.in_((_SETTLED, _SPAM))
    return select(
        counted(select(ADDRESS.c.id).where(ADDRESS.c.person_id == person)).label("addresses"),
        counted(select(_C.id).where(*_open(number, person))).label("beside"),
        counted(select(_C.id).where(_C.customer_id == person, settled, _C.id != number)).label("before"),
        counted(select(MESSAGE.c.id).where(wrote)).label("wrote"),
        select(func.min(MESSAGE.c.arrived_at)).where(wrote).scalar_subquery().label("since"),
        select(func.count()).select_from(MESSAGE).where(*here).scalar_subquery().label("wrote_here"),
        select(func.max(MESSAGE.c.arrived_at)).where(*here).scalar_subquery().label("wrote_at"),
    )


def _spoken(dialect: str) -> Select[Any]:
    """Return the selection of the languages of a person's messages among some, the commonest first."""
    often = func.count().label("often")
    return (
        select(TEXT.c.language, often)
        .select_from(MESSAGE.join(TEXT, TEXT.c.message_id == MESSAGE.c.id))
        .where(
            MESSAGE.c.id.in_(among(dialect)),
            MESSAGE.c.author_id == bindparam("person"),
            TEXT.c.language != "",
        )
        .group_by(TEXT.c.language)
        .order_by(often.desc(), TEXT.c.language)
        .limit(_LANGUAGES)
    )


def _languages(session: Session, messages: Sequence[int], person: int | None) -> tuple[str, ...]:
    """Return the languages of a person's messages among these, the commonest first."""
    if person is None or not messages:
        return ()
    connection = session.connection()
    rows = _SPOKEN.rows(connection, numbers=many(connection, messages), person=person)
    return tuple(row.language for row in rows)


def _taking_part(dialect: str) -> Select[Any]:
    """Return the selection of who else is named in some messages, those who wrote first."""
    of_a_stranger = MESSAGE.c.id.in_(among(dialect, "marked"))
    wrote = func.sum(case((PARTICIPANT.c.author, 1), else_=0)).label("wrote")
    # A stranger stays one until the last message of theirs came from somebody who takes part.
    named = (
        select(
            PARTICIPANT.c.person_id,
            wrote,
            func.max(case((PARTICIPANT.c.author, MESSAGE.c.arrived_at))).label("last"),
            func.max(case((PARTICIPANT.c.author & of_a_stranger, MESSAGE.c.arrived_at))).label("strange"),
            func.count().over().label("all"),
        )
        .select_from(PARTICIPANT.join(MESSAGE, MESSAGE.c.id == PARTICIPANT.c.message_id))
        .where(
            MESSAGE.c.id.in_(among(dialect)),
            PARTICIPANT.c.person_id != bindparam("person"),
            # Who was found to be somebody else, in a message that names both.
            PARTICIPANT.c.person_id.not_in(select(PERSON.c.id).where(PERSON.c.merged_into.is_not(None))),
        )
        .group_by(PARTICIPANT.c.person_id)
        .order_by(wrote.desc(), PARTICIPANT.c.person_id)
        .limit(_PARTS)
        .subquery("named")
    )
    address = (
        select(func.min(ADDRESS.c.address))
        .where(ADDRESS.c.person_id == named.c.person_id)
        .correlate(named)
        .scalar_subquery()
    )
    return (
        select(named, func.coalesce(PERSON.c.name, address, "").label("name"))
        .select_from(named.join(PERSON, PERSON.c.id == named.c.person_id))
        .order_by(named.c.wrote.desc(), named.c.person_id)
    )


def _parts(session: Session, newest: Sequence[MessageView], person: int | None) -> tuple[tuple[PartView, ...], int]:
    """Return who else is named in these messages, those who wrote first, and how many they are."""
    if not newest:
        return (), 0
    connection = session.connection()
    rows = _TAKING_PART.rows(
        connection,
        numbers=many(connection, [message.message_id for message in newest]),
        marked=many(connection, [message.message_id for message in newest if message.marked]),
        person=_NOBODY if person is None else person,
    )
    parts = tuple(
        PartView(row.name, row.wrote, stranger=row.strange is not None and row.strange == row.last) for row in rows
    )
    return parts, rows[0].all if rows else 0


_CUSTOMER, _COUNTS, _WRITTEN, _REACHED = Named(_customer), Named(_counts), Named(_written), Named(_reached)
_OF_THEIRS, _SPOKEN, _TAKING_PART = Named(_of_theirs), Named(_spoken), Named(_taking_part)
