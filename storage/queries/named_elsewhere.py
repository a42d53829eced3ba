"""Where else somebody is named whom an agent wants to erase: in mail of others, and in what the desk keeps."""

import json
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Table, Text, cast, func, or_, select, true
from sqlmodel import Session

from storage.kinds import Channel, Direction, Subject
from storage.kinds.erasing import Elsewhere, Named
from storage.queries.several import listed
from storage.queries.tables import (
    CONVERSATION,
    DRAFT,
    ENTRY,
    EVENT,
    MESSAGE,
    ORGANIZATION,
    PARTICIPANT,
    PERSONAL,
    PROFILE,
    RESPONSE,
    RULE,
    TEXT,
    VIEW,
)
from storage.rules.named import Names

_AT_ONCE: Final = 500
_QUOTED_FROM: Final = 24  # letters of a line from which it is somebody's words rather than a greeting


Place = tuple[Named, int, str]
"""Where something that was laid down or is kept names somebody: what it is, its number, of a field which one."""


def elsewhere(session: Session, numbers: Sequence[int], messages: Collection[int], names: Names) -> Iterator[Elsewhere]:
    """Yield what names persons and belongs to others or to the desk: mail, drafts, and what was laid down or is kept.

    Args:
        session: of any transaction.
        numbers: the persons.
        messages: their own, which are left out.
        names: what they are called and reached by.
    """
    yield from _others(session, numbers, set(messages), names)
    if names:
        stands = dict.fromkeys((place for _event, place in telling(session, names, numbers)), "")
        stands |= dict(standing(session, names, numbers))
        for (what, number, field), said in stands.items():
            yield Elsewhere(what, number, field or said)


def _others(session: Session, numbers: Sequence[int], messages: set[int], names: Names) -> Iterator[Elsewhere]:
    """Yield the messages of others that name them, mention them, or hold their words; and notes beside others' mail."""
    connection = session.connection()
    named = select(PARTICIPANT.c.message_id).where(PARTICIPANT.c.person_id.in_(listed(connection, numbers)))
    found = {*connection.execute(named).scalars(), *_mentioning(session, names), *notes_beside(session, numbers)}
    quoting = _quoting(session, messages)
    for some in _lots(sorted((found | quoting) - messages)):
        chosen = (
            select(MESSAGE.c.id, MESSAGE.c.conversation_id, TEXT.c.subject)
            .join(TEXT, TEXT.c.message_id == MESSAGE.c.id)
            .where(MESSAGE.c.id.in_(some), MESSAGE.c.erased_at.is_(None))
        )
        for row in connection.execute(chosen.order_by(MESSAGE.c.id)):
            yield Elsewhere(Named.MESSAGE, row.id, row.subject, row.conversation_id, quotes=row.id in quoting)


def notes_beside(session: Session, numbers: Sequence[int], *, others: bool = True) -> set[int]:
    """Return notes, calls and tasks in conversations whose customer they are.

    Args:
        session: of any transaction.
        numbers: the persons.
        others: of conversations in which others wrote as well, whom they may be about; else of the rest.
    """
    connection = session.connection()
    about = CONVERSATION.c.customer_id.in_(listed(connection, numbers))
    wrote = MESSAGE.alias("wrote")
    somebody = select(wrote.c.id).where(
        wrote.c.conversation_id == CONVERSATION.c.id,
        wrote.c.direction == Direction.INCOMING,
        wrote.c.author_id.not_in(listed(connection, numbers)),
    )
    chosen = (
        select(MESSAGE.c.id)
        .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
        .where(
            about,
            somebody.exists() if others else ~somebody.exists(),
            (MESSAGE.c.direction == Direction.INTERNAL) | (MESSAGE.c.channel != Channel.EMAIL),
            MESSAGE.c.erased_at.is_(None),
        )
    )
    return set(connection.execute(chosen).scalars())


def withdrawn_beside(session: Session, numbers: Sequence[int]) -> set[int]:
    """Return what was taken out again of conversations whose customer they are, and in which nobody else wrote."""
    wrote = MESSAGE.alias("wrote")
    somebody = select(wrote.c.id).where(
        wrote.c.conversation_id == CONVERSATION.c.id,
        wrote.c.direction == Direction.INCOMING,
        wrote.c.author_id.not_in(listed(session.connection(), numbers)),
    )
    about = CONVERSATION.c.customer_id.in_(listed(session.connection(), numbers))
    chosen = select(CONVERSATION.c.id).where(about, ~somebody.exists())
    return withdrawn_from(session, session.connection().execute(chosen).scalars().all())


def withdrawn_from(session: Session, conversation_ids: Sequence[int]) -> set[int]:
    """Return the notes and calls that were taken out of conversations, or of what was joined to them, and lie there."""
    connection = session.connection()
    those = select(CONVERSATION.c.id).where(CONVERSATION.c.id.in_(listed(connection, conversation_ids)))
    first = those.cte(recursive=True)
    every = first.union(select(CONVERSATION.c.id).where(CONVERSATION.c.joined_into == first.c.id))
    told = select(EVENT.c.public).where(EVENT.c.kind == "withdrawn", EVENT.c.conversation_id.in_(select(every.c.id)))
    taken = {json.loads(public)["fact"]["message_id"] for public in connection.execute(told).scalars()}
    lies = select(MESSAGE.c.id).where(
        MESSAGE.c.id.in_(listed(connection, sorted(taken))),
        MESSAGE.c.conversation_id.is_(None),
        MESSAGE.c.erased_at.is_(None),
    )
    return set(connection.execute(lies).scalars())


def _mentioning(session: Session, names: Names) -> Iterator[int]:
    if not names:
        return
    columns = (TEXT.c.subject, TEXT.c.from_name, TEXT.c.from_address, TEXT.c.text, cast(TEXT.c.details, Text))
    connection = session.connection()
    found = list(connection.execute(select(TEXT.c.message_id).where(_may_hold(columns, names))).scalars())
    for some in _lots(found):
        for row in connection.execute(select(TEXT).where(TEXT.c.message_id.in_(some))):
            if names.stand_in(row.subject, row.from_name, row.from_address, row.text, row.details):
                yield row.message_id


def _may_hold(columns: Sequence[Any], names: Names) -> Any:
    """Return what is true of all rows that name them, and of some more."""
    hints = names.hints
    if not hints:
        return true()
    return or_(*(func.lower(column).contains(one, autoescape=True) for column in columns for one in hints))


def _quoting(session: Session, messages: set[int]) -> set[int]:
    """Return the messages in the same conversations that hold a line of theirs."""
    connection = session.connection()
    found: set[int] = set()
    homes = select(MESSAGE.c.conversation_id).where(MESSAGE.c.id.in_(listed(connection, sorted(messages)))).distinct()
    for some in _lots(sorted(one for one in connection.execute(homes).scalars() if one is not None)):
        chosen = (
            select(MESSAGE.c.id, MESSAGE.c.conversation_id, TEXT.c.reply_text, TEXT.c.text)
            .join(TEXT, TEXT.c.message_id == MESSAGE.c.id)
            .where(MESSAGE.c.conversation_id.in_(some))
            .order_by(MESSAGE.c.conversation_id)
        )
        said: dict[int, set[str]] = {}
        rows = connection.execute(chosen).all()
        for row in rows:
            if row.id in messages:
                said.setdefault(row.conversation_id, set()).update(_lines(row.reply_text))
        for row in rows:
            if row.id not in messages and said.get(row.conversation_id, set()) & set(_lines(row.text)):
                found.add(row.id)
    return found


def _lines(text: str) -> Iterator[str]:
    for line in text.splitlines():
        bare = line.strip("> \t")
        if len(bare) >= _QUOTED_FROM:
            yield bare


def standing(session: Session, names: Names, numbers: Sequence[int]) -> Iterator[tuple[Place, str]]:
    """Yield what names them now among what was laid down for the desk, kept or written, and how it is known."""
    for row in _naming(session, names, RULE, ("name",), ("conditions",)):
        yield (Named.RULE, row.id, ""), row.name or ""
    for row in _naming(session, names, VIEW, ("name", "query")):
        yield (Named.VIEW, row.id, ""), row.name or ""
    for row in _naming(session, names, RESPONSE, ("shortcode", "title", "body"), ("tags", "actions")):
        yield (Named.RESPONSE, row.id, ""), f";{row.shortcode}" if row.shortcode else row.title or ""
    for row in _naming(session, names, ORGANIZATION, ("name",)):
        yield (Named.ORGANIZATION, row.id, ""), row.name
    for row in _naming(session, names, DRAFT, ("to_line", "cc_line", "bcc_line", "subject", "body")):
        yield (Named.DRAFT, row.id, ""), row.subject
    for row in _naming(session, names, ENTRY, (), ("value",)):
        if not _is_theirs(row.subject, row.subject_id, numbers):
            yield (Named.ENTRY, row.id, ""), f"{row.kind} {row.name or ''}".strip()
    for row in _naming(session, names, PROFILE, ("value",)):
        if not _is_theirs(row.subject, row.subject_id, numbers):
            yield (Named.FIELD, row.subject_id, f"{row.subject} {row.field}"), ""


def _is_theirs(subject: str | None, subject_id: int | None, numbers: Sequence[int]) -> bool:
    return subject == Subject.PERSON and subject_id in numbers


def _naming(
    session: Session, names: Names, of: Table, plain: Sequence[str], written: Sequence[str] = ()
) -> Iterator[Any]:
    """Yield the rows of a table that name them in these columns, plain ones or JSON."""
    columns = [*(of.c[name] for name in plain), *(cast(of.c[name], Text) for name in written)]
    chosen = select(of).where(_may_hold(columns, names)).order_by(*of.primary_key.columns)
    for row in session.connection().execute(chosen):
        if names.stand_in(*(getattr(row, name) for name in (*plain, *written))):
            yield row


def telling(session: Session, names: Names, numbers: Sequence[int]) -> Iterator[tuple[int, Place]]:
    """Yield the events whose personal part names them, and what each is about; of what no longer stands as well."""
    chosen = (
        select(EVENT.c.id, EVENT.c.kind, EVENT.c.public, PERSONAL.c.personal)
        .join(PERSONAL, PERSONAL.c.event_id == EVENT.c.id)
        .where(EVENT.c.kind.in_(tuple(PLACES)), _may_hold([PERSONAL.c.personal], names))
    )
    for row in session.connection().execute(chosen.order_by(EVENT.c.id)):
        fact = json.loads(row.public)["fact"]
        theirs = _is_theirs(fact.get("subject"), fact.get("subject_id"), numbers)
        if not theirs and names.stand_in(json.loads(row.personal)):
            yield row.id, PLACES[row.kind](fact)


def _of(what: Named, name: str) -> Callable[[Mapping[str, Any]], Place]:
    return lambda fact: (what, fact[name], "")


def _of_profile(fact: Mapping[str, Any]) -> Place:
    if fact["subject"] == Subject.ORGANIZATION and fact["field"] == "name":
        return Named.ORGANIZATION, fact["subject_id"], ""
    return Named.FIELD, fact["subject_id"], f"{fact['subject']} {fact['field']}"


PLACES: Final[Mapping[str, Callable[[Mapping[str, Any]], Place]]] = {
    "rule_kept": _of(Named.RULE, "rule_id"),
    "ruled": _of(Named.RULE, "rule_id"),
    "view_kept": _of(Named.VIEW, "view_id"),
    "response_kept": _of(Named.RESPONSE, "response_id"),
    "response_used": _of(Named.RESPONSE, "response_id"),
    "organization_kept": _of(Named.ORGANIZATION, "organization_id"),
    "entry_kept": _of(Named.ENTRY, "entry_id"),
    "profile_changed": _of_profile,
}
"""What a fact with a personal part is about that is nobody's own."""


def _lots(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE))
