"""Everything that is known of one customer, for the screen of theirs: in as many statements whatever its size."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select, tuple_, union_all
from sqlmodel import Session

from storage.kinds import Channel, Direction, EntryKind, Subject
from storage.kinds.customers import (
    ColleagueView,
    ConversationLine,
    CustomerView,
    FieldView,
    NoteView,
    OrganizationPart,
    ProfileView,
    SpokenView,
    Timeline,
)
from storage.kinds.entries import Asset, Note
from storage.kinds.errors import NoSuch
from storage.kinds.ideals import FitView
from storage.kinds.journey import JourneyView
from storage.models import SHOWN_BELOW
from storage.queries import ideals, journey, looking, personas, playbooks
from storage.queries.knowing import Entry, fields_among, laid_down
from storage.queries.promises import open_among, promised
from storage.queries.several import listed
from storage.queries.tables import (
    ADDRESS,
    CALLED,
    CONVERSATION,
    DOMAIN,
    ENTRY,
    MESSAGE,
    ORGANIZATION,
    PERSON,
    PROFILE,
    TEXT,
)
from storage.rules.profile import ALWAYS, FIELDS, UNASKED, Field, completeness

PAGE: Final = 100
"""Conversations of a timeline that are read at once."""

COUNTED: Final = 1000
"""How far conversations, messages and people are counted; as many as that are shown as 999+."""

_NOBODY: Final = -1  # no organization has this number
_ENTRIES, _REACHED, _BELOW, _PEOPLE, _OPEN = 200, 50, 50, 60, 30  # as many of each are given
_LOOKED_AT: Final = 500  # of an organization's people, those met last: who has something open is looked for among them
_GIST: Final = 160  # letters
_WAITS: Final = 0  # a rank of `storage.models.conversations.QUEUE_RANKS`
_RANKS: Final = (_WAITS, 1, 2, 3, 5, 6, 7)  # all of those but of what was joined to another

_C = CONVERSATION.c


def read(
    session: Session, person_id: int, *, size: int = PAGE, agent_id: int | None = None, now: datetime | None = None
) -> CustomerView:
    """Read a customer.

    Args:
        session: of any transaction.
        person_id: who; of somebody who was merged the one who stays is read.
        size: conversations of the timeline.
        agent_id: to whom it is told what is new since they last looked, before `now`; nothing is where either is not
            given.
        now: the moment; without one it is left out how far their organization is what the desk wishes,
            and how they fare.

    Raises:
        NoSuch: there is nobody of that number.
    """
    row = _who(session, person_id)
    person, organization = row.id, row.organization_id
    kept = laid_down(session, EntryKind.FIELD, EntryKind.ICP, EntryKind.PERSONA)
    laid = fields_among(kept)
    said = dict(_said(session, person, organization))
    digested = {f"{subject}.{name}": value for (subject, name), value in said.items()}
    cards, which = personas.personas_among(kept), (Subject.PERSON, personas.FIELD)
    persona = personas.beside(session, person, said.get(which, ""), known=cards)
    if which in said:
        said[which] = personas.spelled(cards, said[which])
    written = _written(session, person, organization)
    news = None
    if agent_id is not None and now is not None:
        news = looking.news(session, person, agent_id=agent_id, now=now, fields=digested, entries=written)
    addresses = _addresses(session, person)
    counted = session.connection().execute(_counts(person)).one()
    part = _organization(session, row, laid, said, written) if organization is not None else None
    fares: JourneyView | None = None
    if now is not None:
        fares, whole = journey.both(session, person, organization, now=now)
        part = replace(part, journey=whole) if part is not None else None
    return CustomerView(
        person_id=person,
        name=row.name or "",
        kind=row.kind,
        addresses=tuple((one.address, one.kind) for one in addresses if one.address is not None),
        erased=not row.name and bool(addresses) and all(one.address is None for one in addresses),
        profile=_profile(laid, Subject.PERSON, said),
        notes=_notes(written, Subject.PERSON),
        assets=_assets(written, Subject.PERSON),
        promised=open_among(session, written),
        organization=part,
        since=counted.since,
        wrote=counted.wrote,
        conversations=counted.conversations,
        open=counted.open,
        timeline=timeline(session, person, size=size),
        persona=persona,
        news=news or None,
        fits=_fits(session, organization, kept, now),
        journey=fares,
        models=playbooks.beside(session, _own(said, Subject.PERSON), _own(said, Subject.ORGANIZATION)),
    )


def _fits(
    session: Session, organization: int | None, kept: Sequence[Entry], now: datetime | None
) -> tuple[FitView, ...]:
    if organization is None or now is None:
        return ()
    known = ideals.ideals_among(kept)
    return ideals.of_organization(session, organization, today=now.date(), known=known, laid=fields_among(kept))


def timeline(
    session: Session, person_id: int, *, after: tuple[datetime, int] | None = None, size: int = PAGE
) -> Timeline:
    """Read what a customer had, the newest first.

    Args:
        session: of any transaction.
        person_id: who.
        after: the place below which to begin, of `Timeline.place`; `None` for the newest.
        size: conversations.
    """
    rows = session.connection().execute(_run(person_id, after, size + 1)).all()
    lines = tuple(_line(row) for row in rows[:size])
    return Timeline(lines, _spoken(session, [one.conversation_id for one in lines]), goes_on=len(rows) > size)


def _who(session: Session, person_id: int) -> Any:
    joined = PERSON.outerjoin(ORGANIZATION, ORGANIZATION.c.id == PERSON.c.organization_id)
    columns = (
        PERSON.c.id,
        PERSON.c.name,
        PERSON.c.kind,
        PERSON.c.merged_into,
        PERSON.c.organization_id,
        ORGANIZATION.c.parent_id,
        ORGANIZATION.c.name.label("named"),
        CALLED.label("called"),
    )
    row: Any = None
    number: int | None = person_id
    while number is not None:  # who was merged was so before who stays could be, so this ends
        row = session.connection().execute(select(*columns).select_from(joined).where(PERSON.c.id == number)).first()
        if row is None:
            raise NoSuch(str(Subject.PERSON), person_id)
        number = row.merged_into
    return row


def _of(person: int, organization: int | None, rows: Any) -> ColumnElement[bool]:
    return or_(
        and_(rows.subject == Subject.PERSON, rows.subject_id == person),
        and_(rows.subject == Subject.ORGANIZATION, rows.subject_id == (organization or _NOBODY)),
    )


# ---------------------------------------------------------------------------------------------- what is written down


def _said(session: Session, person: int, organization: int | None) -> Mapping[tuple[Subject, str], str]:
    chosen = select(PROFILE).where(_of(person, organization, PROFILE.c), PROFILE.c.value.is_not(None))
    return {(row.subject, row.field): row.value for row in session.connection().execute(chosen)}


def _own(said: Mapping[tuple[Subject, str], str], subject: Subject) -> dict[str, str]:
    return {name: value for (whose, name), value in said.items() if whose is subject}


def _profile(laid: Sequence[Field], subject: Subject, said: Mapping[tuple[Subject, str], str]) -> ProfileView:
    own = _own(said, subject)
    views = tuple(
        FieldView(one.name, one.label, one.block, own[one.name])
        for one in laid
        if one.subject is subject and one.name in own and one.name not in ALWAYS
    )
    filled, to_fill = completeness(FIELDS, subject, own)
    gaps = (one.name for one in FIELDS if one.subject is subject and one.name not in ALWAYS | UNASKED | own.keys())
    return ProfileView(views, filled, to_fill, tuple(gaps))


def _written(session: Session, person: int, organization: int | None) -> Sequence[Any]:
    """Return the newest entries of each kind about the person and about the organization.

    Each run has an index to itself: asked for together, all that is written down of the whole desk would be read.
    """
    runs = [
        select(ENTRY.c.id)
        .where(
            ENTRY.c.subject == subject,
            ENTRY.c.subject_id == (number or _NOBODY),
            ENTRY.c.kind == kind,
            ENTRY.c.value.is_not(None),
        )
        .order_by(ENTRY.c.id.desc())
        .limit(_ENTRIES)
        for subject, number in ((Subject.PERSON, person), (Subject.ORGANIZATION, organization))
        for kind in (EntryKind.NOTE, EntryKind.ASSET)
    ]
    owed = promised(person).subquery("owed")
    those = union_all(*(select(run.subquery()) for run in runs), select(owed.c.id)).subquery("those")
    chosen = select(ENTRY.c.id, ENTRY.c.subject, ENTRY.c.subject_id, ENTRY.c.kind, ENTRY.c.value)
    chosen = chosen.select_from(those.join(ENTRY, ENTRY.c.id == those.c.id)).order_by(ENTRY.c.id.desc())
    return session.connection().execute(chosen).all()


def _notes(rows: Sequence[Any], subject: Subject) -> tuple[NoteView, ...]:
    some = ((row.id, Note.read(row.value)) for row in rows if row.subject is subject and row.kind is EntryKind.NOTE)
    views = (NoteView(number, one.text, one.pinned) for number, one in some)
    return tuple(sorted(views, key=lambda one: not one.pinned))


def _assets(rows: Sequence[Any], subject: Subject) -> tuple[Asset, ...]:
    some = (Asset.read(row.value) for row in rows if row.subject is subject and row.kind is EntryKind.ASSET)
    return tuple(sorted(some, key=lambda one: one.name))


def _addresses(session: Session, person: int) -> Sequence[Any]:
    chosen = select(ADDRESS.c.address, ADDRESS.c.kind).where(ADDRESS.c.person_id == person)
    return session.connection().execute(chosen.order_by(ADDRESS.c.id).limit(_REACHED)).all()


# ---------------------------------------------------------------------------------------------- their organization


def _organization(
    session: Session,
    row: Any,
    laid: Sequence[Field],
    said: Mapping[tuple[Subject, str], str],
    written: Sequence[Any],
) -> OrganizationPart:
    number = row.organization_id
    related = session.connection().execute(_related(number, row.parent_id)).all()
    domains = select(DOMAIN.c.domain).where(DOMAIN.c.organization_id == number, DOMAIN.c.domain.is_not(None))
    domains = domains.distinct().order_by(DOMAIN.c.domain).limit(_REACHED)
    people, count = _people(session, number, row.id)
    return OrganizationPart(
        organization_id=number,
        name=row.named or "",
        called=row.called or "",
        parent=next((one.called or f"#{one.id}" for one in related if one.id == row.parent_id), ""),
        domains=tuple(session.connection().execute(domains).scalars()),
        subsidiaries=tuple(one.called or f"#{one.id}" for one in related if one.id != row.parent_id),
        profile=_profile(laid, Subject.ORGANIZATION, said),
        notes=_notes(written, Subject.ORGANIZATION),
        assets=_assets(written, Subject.ORGANIZATION),
        people=people,
        people_count=count,
        open=_open_there(session, number, row.id),
    )


def _related(number: int, parent_id: int | None) -> Select[Any]:
    """Return the selection of the organization above this one, and of those right below it."""
    those = or_(ORGANIZATION.c.parent_id == number, ORGANIZATION.c.id == (parent_id or _NOBODY))
    above = ORGANIZATION.c.id == (parent_id or _NOBODY)
    chosen = select(ORGANIZATION.c.id, CALLED.label("called")).where(those)
    return chosen.order_by(above.desc(), ORGANIZATION.c.name, ORGANIZATION.c.id).limit(_BELOW)


def _others(connection: Connection, number: int, person: int, limit: int) -> Select[Any]:
    """Return the selection of the organization's other people, those met last.

    PostgreSQL would look for them among all people from the last on, were the order that of a key.
    """
    order = PERSON.c.id if connection.dialect.name == "sqlite" else PERSON.c.id + 0
    return (
        select(PERSON.c.id, PERSON.c.name)
        .where(PERSON.c.organization_id == number, PERSON.c.merged_into.is_(None), PERSON.c.id != person)
        .order_by(order.desc())
        .limit(limit)
    )


def _people(session: Session, number: int, person: int) -> tuple[tuple[ColleagueView, ...], int]:
    connection = session.connection()
    some = _others(connection, number, person, _LOOKED_AT).subquery("some")
    theirs = select(func.count()).where(_C.customer_id == some.c.id, _C.queue_rank < SHOWN_BELOW)
    opened = select(some, theirs.correlate(some).scalar_subquery().label("open")).subquery("opened")
    first = select(opened).order_by(opened.c.open.desc(), opened.c.name, opened.c.id).limit(_PEOPLE).subquery("first")
    address = select(func.min(ADDRESS.c.address)).where(ADDRESS.c.person_id == first.c.id).correlate(first)
    role = select(PROFILE.c.value).where(
        PROFILE.c.subject == Subject.PERSON, PROFILE.c.subject_id == first.c.id, PROFILE.c.field == "role"
    )
    everybody = _others(connection, number, person, COUNTED).subquery("everybody")
    shown = select(
        first.c.id,
        first.c.open,
        func.coalesce(first.c.name, address.scalar_subquery(), "").label("name"),
        role.correlate(first).scalar_subquery().label("role"),
        select(func.count()).select_from(everybody).scalar_subquery().label("all"),
    ).order_by(first.c.open.desc(), first.c.name, first.c.id)
    rows = connection.execute(shown).all()
    return tuple(ColleagueView(one.id, one.name, one.role or "", one.open) for one in rows), rows[0].all if rows else 0


def _open_there(session: Session, number: int, person: int) -> tuple[ConversationLine, ...]:
    """Return open conversations of the organization's other people, the most urgent first."""
    some = _others(session.connection(), number, person, _LOOKED_AT).subquery("some")
    rows = CONVERSATION.join(some, some.c.id == _C.customer_id)
    chosen = (
        select(_C.id, _C.status, _C.queue_at, _C.queue_rank, some.c.name.label("customer"), TEXT.c.subject)
        .select_from(rows.outerjoin(TEXT, TEXT.c.message_id == _C.first_message_id))
        .where(_C.queue_rank < SHOWN_BELOW)
        .order_by(_C.queue_rank, _C.queue_at, _C.id)
        .limit(_OPEN)
    )
    return tuple(_line(row, row.customer or "") for row in session.connection().execute(chosen))


# ---------------------------------------------------------------------------------------------- what they had


def _run(person: int, after: tuple[datetime, int] | None, size: int) -> Select[Any]:
    """Return the selection of a run of their conversations.

    Each rank is walked along its index and ends after a run, however many conversations a machine has.
    """
    runs = []
    for rank in _RANKS:
        chosen = select(_C.id).where(_C.customer_id == person, _C.queue_rank == rank)
        if after is not None:
            place = tuple_(*after, types=[_C.queue_at.type, _C.id.type])
            chosen = chosen.where(tuple_(_C.queue_at, _C.id) < place)
        runs.append(chosen.order_by(_C.queue_at.desc(), _C.id.desc()).limit(size))
    those = union_all(*(select(run.subquery()) for run in runs)).subquery("those")
    last = (
        select(_C.id, _C.status, _C.queue_at, _C.queue_rank, _C.first_message_id)
        .select_from(those.join(CONVERSATION, _C.id == those.c.id))
        .order_by(_C.queue_at.desc(), _C.id.desc())
        .limit(size)
        .subquery("last")
    )
    named = last.outerjoin(TEXT, TEXT.c.message_id == last.c.first_message_id)
    return select(last, TEXT.c.subject).select_from(named).order_by(last.c.queue_at.desc(), last.c.id.desc())


def _line(row: Any, customer: str = "") -> ConversationLine:
    return ConversationLine(row.id, row.subject or "", row.status, row.queue_at, row.queue_rank == _WAITS, customer)


def _spoken(session: Session, conversations: Sequence[int]) -> tuple[SpokenView, ...]:
    """Return the calls and notes of conversations."""
    if not conversations:
        return ()
    connection = session.connection()
    chosen = (
        select(
            MESSAGE.c.id,
            MESSAGE.c.conversation_id,
            MESSAGE.c.channel,
            MESSAGE.c.direction,
            MESSAGE.c.minutes,
            MESSAGE.c.arrived_at,
            TEXT.c.from_name,
            func.substr(TEXT.c.reply_text, 1, _GIST).label("gist"),
        )
        .select_from(MESSAGE.outerjoin(TEXT, TEXT.c.message_id == MESSAGE.c.id))
        .where(
            MESSAGE.c.conversation_id.in_(listed(connection, conversations)),
            or_(MESSAGE.c.channel == Channel.PHONE, MESSAGE.c.direction == Direction.INTERNAL),
        )
    )
    return tuple(
        SpokenView(
            row.id,
            row.conversation_id,
            row.channel,
            row.direction,
            row.minutes or 0,
            row.arrived_at,
            row.from_name or "",
            row.gist or "",
        )
        for row in connection.execute(chosen)
    )


def _counts(person: int) -> Select[Any]:
    """Return the selection of what is counted, each along an index and no further than is shown."""

    def counted(chosen: Select[Any]) -> Any:
        return select(func.count()).select_from(chosen.limit(COUNTED).subquery()).scalar_subquery()

    wrote = MESSAGE.c.author_id == person
    theirs = select(_C.id).where(_C.customer_id == person)
    return select(
        counted(theirs.where(_C.queue_rank.in_(_RANKS))).label("conversations"),
        counted(theirs.where(_C.queue_rank < SHOWN_BELOW)).label("open"),
        counted(select(MESSAGE.c.id).where(wrote)).label("wrote"),
        select(func.min(MESSAGE.c.arrived_at)).where(wrote).scalar_subquery().label("since"),
    )
