"""Which models hold for customers and conversations: a few statements, however many are asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, exists, literal_column, or_, select
from sqlmodel import Session

from storage.kinds import Channel, EntryKind, Subject
from storage.kinds.playbooks import Away, ModelsView, Playbook, Plays
from storage.models import SPOKEN
from storage.prepared import Named, Prepared, among, many
from storage.queries.tables import AGENT, CONVERSATION, ENTRY, MAILBOX, MESSAGE, PERSON, PROFILE
from storage.rules.playbooks import Playing, Said, asks_channel, overlaid, playing

TOLD: Final = ("touch", "stage", "channel", "service", "owner", "backup")
"""The fields of profiles that tell a model, or to whom mail goes."""

_OF_THE_DESK: Final = (EntryKind.PLAYBOOK, EntryKind.PLAYS, EntryKind.AWAY)
_C = CONVERSATION.c


@dataclass(frozen=True, slots=True)
class Laid:
    """What a desk has laid down for itself.

    Attributes:
        books: the playbooks by name, shipped ones replaced by the desk's.
        own: the names of those that the desk changed, with their entries.
        plays: the service model of mailboxes, by their names.
        away: until when agents are away, by their names.
        entries: the numbers of the entries that say who is away and what mailboxes play, by kind and name.
    """

    books: Mapping[str, Playbook]
    own: Mapping[str, int]
    plays: Mapping[str, str]
    away: Mapping[str, datetime | None]
    entries: Mapping[tuple[EntryKind, str], int] = field(default_factory=dict)

    def is_away(self, name: str, now: datetime) -> bool:
        """Say whether an agent is away now."""
        return name in self.away and ((until := self.away[name]) is None or until > now)


def stand() -> Any:
    """Return what tells, as a column of another question, whether anything says to whom mail goes."""
    told = or_(*(PROFILE.c.field == name for name in ("owner", "service", "touch")))
    plays = exists(select(ENTRY.c.id).where(ENTRY.c.kind == literal_column("'plays'")))
    return select(or_(exists(select(PROFILE.c.field).where(told)), plays)).scalar_subquery()


def laid(session: Session) -> Laid:
    """Return what the desk has laid down."""
    return laid_in(session.connection())


def laid_in(connection: Connection) -> Laid:
    """Return as `laid`, in an applier."""
    books, own, plays, away, entries = [], {}, {}, {}, {}
    for number, kind, value in _LAID.rows(connection):
        match kind:
            case EntryKind.PLAYBOOK:
                book = Playbook.read(value)
                books.append(book)
                own[book.name] = number
            case EntryKind.PLAYS:
                played = Plays.read(value)
                plays[played.name] = played.model
                entries[kind, played.name] = number
            case _:
                absence = Away.read(value)
                away[absence.name] = absence.until
                entries[kind, absence.name] = number
    return Laid(overlaid(books), own, plays, away, entries)


@dataclass(frozen=True, slots=True)
class Served:
    """Who is served in a conversation, and which models hold.

    Attributes:
        owner: the customer's, else the organization's, by name; empty for none. So is `backup`.
        said: what tells the models.
    """

    conversation_id: int
    assignee_id: int | None
    person_id: int | None
    organization_id: int | None
    said: Said
    owner: str
    backup: str
    playing: Playing


def _laid(dialect: str) -> Any:
    del dialect
    chosen = select(ENTRY.c.id, ENTRY.c.kind, ENTRY.c.value).where(
        ENTRY.c.kind.in_(_OF_THE_DESK), ENTRY.c.value.is_not(None), ENTRY.c.subject.is_(None)
    )
    return chosen.order_by(ENTRY.c.id)


def _conversations(dialect: str) -> Any:
    rows = CONVERSATION.join(MAILBOX, MAILBOX.c.id == _C.mailbox_id).outerjoin(PERSON, PERSON.c.id == _C.customer_id)
    columns = (_C.id, _C.assignee_id, _C.customer_id, PERSON.c.organization_id, _C.organization_id, MAILBOX.c.name)
    return select(*columns).select_from(rows).where(_C.id.in_(among(dialect)))


def _profiles(dialect: str) -> Any:
    columns = PROFILE.c.subject_id, PROFILE.c.field, PROFILE.c.value
    return select(*columns).where(
        PROFILE.c.subject == bindparam("whose"),
        PROFILE.c.subject_id.in_(among(dialect)),
        or_(*(PROFILE.c.field == name for name in TOLD)),
        PROFILE.c.value.is_not(None),
    )


def _spoken(dialect: str) -> Any:
    of = MESSAGE.c.conversation_id
    return select(of).distinct().where(of.in_(among(dialect)), literal_column(SPOKEN))


_LAID = Named(_laid)
_CONVERSATIONS, _PROFILES, _SPOKEN = Prepared(_conversations), Prepared(_profiles), Prepared(_spoken)


def served(session: Session, numbers: Iterable[int], laid_down: Laid | None = None) -> dict[int, Served]:
    """Return who is served in conversations, by their numbers.

    Args:
        session: of any transaction.
        numbers: the conversations.
        laid_down: what the desk has laid down, where that was read already.
    """
    connection = session.connection()
    laid_down = laid_down or laid_in(connection)
    rows = _CONVERSATIONS.rows(connection, numbers=many(connection, sorted(set(numbers))))
    people = {row[2] for row in rows if row[2] is not None}
    organizations = {one for row in rows if (one := row[4] if row[4] is not None else row[3]) is not None}
    persons = told(connection, Subject.PERSON, people)
    firms = told(connection, Subject.ORGANIZATION, organizations)
    saying: dict[int, Said] = {}
    for number, _assignee, person, theirs, organization, mailbox in rows:
        firm = firms.get(organization if organization is not None else theirs, {})
        saying[number] = said_of(persons.get(person, {}), firm, laid_down.plays.get(mailbox, ""))
    asked = [
        number
        for number, one in saying.items()
        if asks_channel(laid_down.books, (one.touch, one.service, one.mailbox_service))
    ]
    for number, channel in channels(connection, asked).items():
        saying[number] = replace(saying[number], channel=channel)
    found = {}
    for number, assignee, person, theirs, organization, _mailbox in rows:
        belongs = organization if organization is not None else theirs
        own, firm, said = persons.get(person, {}), firms.get(belongs, {}), saying[number]
        found[number] = Served(
            number,
            assignee,
            person,
            belongs,
            said,
            own.get("owner") or firm.get("owner", ""),
            firm.get("backup", ""),
            playing(laid_down.books, said),
        )
    return found


def told(connection: Connection, subject: Subject, numbers: Iterable[int]) -> dict[int, dict[str, str]]:
    """Return what profiles say of the fields that tell a model, by number."""
    wanted: Sequence[int] = sorted(set(numbers))
    found: dict[int, dict[str, str]] = {}
    if wanted:
        rows = _PROFILES.rows(connection, whose=str(subject), numbers=many(connection, wanted))
        for number, name, value in rows:
            found.setdefault(number, {})[name] = value
    return found


def said_of(own: Mapping[str, str], firm: Mapping[str, str], mailbox_service: str = "", *, channel: str = "") -> Said:
    """Return what tells the models, of what the customer's and the organization's profile say.

    Args:
        own, firm: what the profiles say, by field.
        mailbox_service: what the mailbox plays.
        channel: of the conversation; empty where it is about none.
    """
    return Said(
        touch=own.get("touch") or firm.get("touch", ""),
        stage=own.get("stage") or firm.get("stage", ""),
        channel=channel,
        prefers=own.get("channel", ""),
        service=firm.get("service", ""),
        mailbox_service=mailbox_service,
    )


def channels(connection: Connection, numbers: Iterable[int]) -> dict[int, str]:
    """Return by which channel conversations are held: by phone where calls stand in them, else by mail."""
    wanted: Sequence[int] = sorted(set(numbers))
    rows = _SPOKEN.rows(connection, numbers=many(connection, wanted)) if wanted else ()
    spoken = {row[0] for row in rows}
    return {number: str(Channel.PHONE if number in spoken else Channel.EMAIL) for number in wanted}


def beside(
    session: Session,
    own: Mapping[str, str],
    firm: Mapping[str, str],
    mailbox: str = "",
    conversation_id: int | None = None,
) -> ModelsView:
    """Return which models hold for a customer, as their profile and their organization's say.

    Args:
        session: of any transaction.
        own, firm: what the profiles say, by field.
        mailbox: the name of the mailbox; empty where it is about none.
        conversation_id: the conversation; `None` where it is about none.
    """
    here = laid(session)
    said = said_of(own, firm, here.plays.get(mailbox, ""))
    if conversation_id is not None and asks_channel(here.books, (said.touch, said.service, said.mailbox_service)):
        said = replace(said, channel=channels(session.connection(), [conversation_id])[conversation_id])
    played = playing(here.books, said)
    service = played.own if played.own.model else played.service
    owner = own.get("owner") or firm.get("owner", "")
    return ModelsView(
        touch=played.touch.named if played.touch.model else "",
        touch_model=played.touch.model,
        touch_pick=played.touch.pick,
        service=service.named if service.model else "",
        service_model=service.model,
        service_pick=service.pick,
        own_service=bool(played.own.model),
        owner=owner,
        backup=firm.get("backup", ""),
        away=owner in here.away,
        away_until=here.away.get(owner),
    )


def models_of(session: Session, conversation_id: int) -> ModelsView:
    """Return which models hold for a conversation."""
    connection = session.connection()
    (row,) = _CONVERSATIONS.rows(connection, numbers=many(connection, [conversation_id]))
    _number, _assignee, person, theirs, organization, mailbox = row
    belongs = organization if organization is not None else theirs
    own = told(connection, Subject.PERSON, [person] if person is not None else [])
    firm = told(connection, Subject.ORGANIZATION, [belongs] if belongs is not None else [])
    return beside(session, own.get(person, {}), firm.get(belongs, {}), mailbox, conversation_id)


def agent_ids(session: Session) -> dict[str, int]:
    """Return the agents' numbers by their names."""
    rows = session.connection().execute(select(AGENT.c.name, AGENT.c.id).where(AGENT.c.name.is_not(None)))
    return {row.name: row.id for row in rows}
