"""What an agent saw of a customer when they last looked, and what is new since."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, func, or_, select
from sqlmodel import Session

from storage.kinds import Channel, Direction, EntryKind, Subject
from storage.kinds.looking import Looks, News, Seen
from storage.prepared import Named
from storage.queries.tables import AGENT, ENTRY, EVENT, LOOK, MESSAGE, PROFILE
from storage.rules import looking as rule
from storage.views import ConversationView

_NOBODY: Final = -1  # no person or organization has this number
_COUNTED: Final = 1000
_OWN: Final = 500  # the newest acts of the agent that are looked at for what they did themselves
_LATE: Final = timedelta(hours=1)  # mail may have come to the server before, and be fetched after somebody looked
_TOLD: Final = frozenset(
    {"status_changed", "assigned", "tagged", "snoozed", "linked", "merged", "split", "called"}
    | {"transferred", "accepted", "returned", "escalated"}
)
"""What is told of a conversation; notes and answers stand there to be read."""


def _looked(dialect: str) -> Any:
    del dialect
    return select(LOOK).where(LOOK.c.agent_id == bindparam("agent"), LOOK.c.person_id == bindparam("person"))


def _profiles(dialect: str) -> Any:
    del dialect
    whose = or_(
        *(
            and_(PROFILE.c.subject == subject, PROFILE.c.subject_id == bindparam(str(subject)))
            for subject in (Subject.PERSON, Subject.ORGANIZATION)
        )
    )
    return select(PROFILE.c.subject, PROFILE.c.field, PROFILE.c.value).where(whose, PROFILE.c.value.is_not(None))


_LOOKED, _PROFILES = Named(_looked), Named(_profiles)


def looks(session: Session, agent_id: int, person_id: int) -> Looks | None:
    """Return when an agent looked at a customer, and what they saw; `None` for never."""
    row = _LOOKED.first(session.connection(), agent=agent_id, person=person_id)
    if row is None:
        return None
    return Looks(row.at, Seen.read(row.seen), row.before_at, Seen.read(row.before) if row.before else None)


def said(session: Session, person_id: int | None, organization_id: int | None) -> dict[str, str]:
    """Return what a customer's profile and their organization's say, by ``person.role`` or ``organization.plan``."""
    rows = _PROFILES.rows(
        session.connection(),
        person=_NOBODY if person_id is None else person_id,
        organization=_NOBODY if organization_id is None else organization_id,
    )
    return {f"{row.subject}.{row.field}": row.value for row in rows}


def standing(session: Session, fields: Mapping[str, str]) -> Seen:
    """Return what stands there now.

    Args:
        session: of any transaction.
        fields: what the profiles say, by ``person.role`` or ``organization.plan``.
    """
    newest = select(
        *(select(func.max(rows.c.id)).scalar_subquery() for rows in (EVENT, MESSAGE, ENTRY)),
    )
    event, message, entry = session.connection().execute(newest).one()
    return Seen(event or 0, message or 0, entry or 0, rule.digests(fields))


def news(
    session: Session,
    person_id: int,
    *,
    agent_id: int,
    now: datetime,
    fields: Mapping[str, str],
    entries: Sequence[Any],
    conversation: ConversationView | None = None,
) -> News | None:
    """Return what is new of a customer since an agent last looked; `None` for whoever never looked before.

    Takes one statement where there is nothing to compare with, and at most four more.

    Args:
        session: of any transaction.
        person_id: the customer.
        agent_id: who looks.
        now: the present.
        fields: as of `standing`.
        entries: rows of what is written down of the customer and of their organization.
        conversation: the one that is read; `None` for all of theirs.
    """
    found = rule.since(looks(session, agent_id, person_id), now)
    if found is None:
        return None
    at, seen = found
    names = rule.changed(seen.fields, rule.digests(fields))
    written = [row for row in entries if row.id > seen.entry]
    if names or written:
        own_fields, own_entries = _own(session, agent_id, seen.event)
        names = tuple(name for name in names if name not in own_fields)
        written = [row for row in written if row.id not in own_entries]
    after = at - _LATE
    return News(
        since=at,
        messages=sum(
            one.message_id > seen.message and one.direction is Direction.INCOMING and one.arrived_at > after
            for one in (conversation.messages if conversation else ())
        ),
        elsewhere=_elsewhere(session, person_id, seen.message, after, conversation),
        event_ids=_decided(session, agent_id, seen.event, conversation),
        fields=tuple(dict.fromkeys(name.partition(".")[2] for name in names)),
        notes=sum(row.kind is EntryKind.NOTE for row in written),
        promises=sum(row.kind is EntryKind.PROMISE for row in written),
    )


def _elsewhere(
    session: Session, person_id: int, message: int, after: datetime, conversation: ConversationView | None
) -> int:
    """Return how much the customer wrote in other conversations; read from when it came, never all that they wrote."""
    theirs = select(MESSAGE.c.id).where(
        MESSAGE.c.author_id == person_id,
        MESSAGE.c.arrived_at > after,
        MESSAGE.c.id > message,
        MESSAGE.c.direction == Direction.INCOMING,
        MESSAGE.c.channel == Channel.EMAIL,
        ~MESSAGE.c.history,
    )
    if conversation is not None:
        theirs = theirs.where(MESSAGE.c.conversation_id != conversation.conversation_id)
    some = theirs.limit(_COUNTED).subquery("some")
    return int(session.connection().execute(select(func.count()).select_from(some)).scalar_one())


def _decided(session: Session, agent_id: int, event: int, conversation: ConversationView | None) -> tuple[int, ...]:
    """Return what others decided about the conversation, and holds."""
    if conversation is None:
        return ()
    new = [one for one in conversation.events if one.event_id > event and one.kind in _TOLD]
    # What nobody decided follows from mail, which is told already.
    new = [one for one in new if one.agent and not one.undone and one.undoes is None]
    if not new:
        return ()
    own = session.connection().execute(select(AGENT.c.name).where(AGENT.c.id == agent_id)).scalar()
    return tuple(one.event_id for one in new if one.agent != own)


def _own(session: Session, agent_id: int, event: int) -> tuple[frozenset[str], frozenset[int]]:
    """Return the fields that the agent set since an event, as of `standing`, and the entries that they wrote."""
    newest = (
        select(EVENT.c.kind, EVENT.c.public)
        .where(EVENT.c.agent_id == agent_id, EVENT.c.id > event)
        .order_by(EVENT.c.id.desc())
        .limit(_OWN)
        .subquery("newest")
    )
    chosen = select(newest).where(newest.c.kind.in_(("profile_changed", "entry_kept")))
    fields, entries = set(), set()
    for row in session.connection().execute(chosen):
        fact = json.loads(row.public)["fact"]
        if row.kind == "entry_kept":
            entries.add(fact["entry_id"])
        else:
            fields.add(f"{Subject(fact['subject'])}.{fact['field']}")
    return frozenset(fields), frozenset(entries)
