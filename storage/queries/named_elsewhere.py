"""Where else somebody is named whom an agent wants to erase: in mail of others, and in what the desk keeps."""

import json
import re
from collections.abc import Collection, Iterator, Sequence
from functools import partial
from typing import Any, Final

from sqlalchemy import Table, Text, cast, func, or_, select
from sqlmodel import Session

from storage.kinds import Subject
from storage.kinds.erasing import Elsewhere, Named
from storage.queries.several import listed
from storage.queries.tables import (
    ENTRY,
    MESSAGE,
    ORGANIZATION,
    PARTICIPANT,
    PROFILE,
    RESPONSE,
    RULE,
    TEXT,
    VIEW,
)

_AT_ONCE: Final = 500
_QUOTED_FROM: Final = 24  # letters of a line from which it is somebody's words rather than a greeting


def elsewhere(
    session: Session, numbers: Sequence[int], messages: Collection[int], names: Sequence[str]
) -> Iterator[Elsewhere]:
    """Yield what names persons and belongs to others or to the desk: mail, and what was laid down or is kept.

    Args:
        session: of any transaction.
        numbers: the persons.
        messages: their own, which are left out.
        names: what they are called and reached by, in small letters (`lower`).
    """
    yield from _others(session, numbers, set(messages), names)
    yield from _laid_down(session, numbers, names)


def _others(session: Session, numbers: Sequence[int], messages: set[int], names: Sequence[str]) -> Iterator[Elsewhere]:
    """Yield the messages of others that name them, mention them, or hold their words."""
    connection = session.connection()
    named = select(PARTICIPANT.c.message_id).where(PARTICIPANT.c.person_id.in_(listed(connection, numbers)))
    found = set(connection.execute(named).scalars())
    if names:
        found.update(_mentioning(session, names))
    quoting = _quoting(session, messages)
    for some in _lots(sorted((found | quoting) - messages)):
        chosen = (
            select(MESSAGE.c.id, MESSAGE.c.conversation_id, TEXT.c.subject)
            .join(TEXT, TEXT.c.message_id == MESSAGE.c.id)
            .where(MESSAGE.c.id.in_(some), MESSAGE.c.erased_at.is_(None))
        )
        for row in connection.execute(chosen.order_by(MESSAGE.c.id)):
            yield Elsewhere(Named.MESSAGE, row.id, row.subject, row.conversation_id, quotes=row.id in quoting)


def _mentioning(session: Session, names: Sequence[str]) -> Iterator[int]:
    columns = (TEXT.c.subject, TEXT.c.from_name, TEXT.c.from_address, TEXT.c.text, cast(TEXT.c.details, Text))
    pattern = pattern_of(names)
    connection = session.connection()
    found = list(connection.execute(select(TEXT.c.message_id).where(_contain(columns, names))).scalars())
    for some in _lots(found):
        for row in connection.execute(select(TEXT).where(TEXT.c.message_id.in_(some))):
            if pattern.search(said(row.subject, row.from_name, row.from_address, row.text, row.details)):
                yield row.message_id


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


def _laid_down(session: Session, numbers: Sequence[int], names: Sequence[str]) -> Iterator[Elsewhere]:
    """Yield what names them among what was laid down for the desk, or kept of others."""
    if not names:
        return
    rows = partial(_naming, session, names)
    for row in rows(RULE, ("name",), ("conditions",)):
        yield Elsewhere(Named.RULE, row.id, row.name or "")
    for row in rows(VIEW, ("name", "query")):
        yield Elsewhere(Named.VIEW, row.id, row.name or "")
    for row in rows(RESPONSE, ("shortcode", "title", "body"), ("tags", "actions")):
        yield Elsewhere(Named.RESPONSE, row.id, f";{row.shortcode}" if row.shortcode else row.title or "")
    for row in rows(ORGANIZATION, ("name",)):
        yield Elsewhere(Named.ORGANIZATION, row.id, row.name)
    yield from _kept_of_others(session, numbers, names)


def _kept_of_others(session: Session, numbers: Sequence[int], names: Sequence[str]) -> Iterator[Elsewhere]:
    rows = partial(_naming, session, names)
    for row in rows(ENTRY, (), ("value",)):
        if not _is_theirs(row, numbers):
            yield Elsewhere(Named.ENTRY, row.id, f"{row.kind} {row.name or ''}".strip())
    for row in rows(PROFILE, ("value",)):
        if not _is_theirs(row, numbers):
            yield Elsewhere(Named.FIELD, row.subject_id, f"{row.subject} {row.field}")


def _is_theirs(row: Any, numbers: Sequence[int]) -> bool:
    return row.subject is Subject.PERSON and row.subject_id in numbers


def _naming(
    session: Session, names: Sequence[str], of: Table, plain: Sequence[str], written: Sequence[str] = ()
) -> Iterator[Any]:
    """Yield the rows of a table that name them in these columns, plain ones or JSON."""
    pattern = pattern_of(names)
    columns = [*(of.c[name] for name in plain), *(cast(of.c[name], Text) for name in written)]
    chosen = select(of).where(_contain(columns, names)).order_by(*of.primary_key.columns)
    for row in session.connection().execute(chosen):
        if pattern.search(said(*(getattr(row, name) for name in (*plain, *written)))):
            yield row


def pattern_of(names: Sequence[str]) -> re.Pattern[str]:
    """Return what finds these names and addresses as whole words: `ana@acme.example` is not in `mariana@…`."""
    return re.compile(rf"(?<![\w.+-])(?:{'|'.join(map(re.escape, names))})(?![\w-]|\.\w)", re.IGNORECASE)


def said(*values: Any) -> str:
    """Return what values of columns say, as one text."""
    written = (one if isinstance(one, str) else json.dumps(one, ensure_ascii=False) for one in values if one)
    return "\n".join(written)


def _contain(columns: Sequence[Any], names: Sequence[str]) -> Any:
    r"""Return what is true of rows that may name them; JSON writes other letters than ASCII's as `\\u....`."""
    forms = dict.fromkeys(form for one in names for form in (one, lower(json.dumps(one)[1:-1])))
    return or_(*(func.lower(column).contains(form, autoescape=True) for column in columns for form in forms))


def _lots(numbers: Sequence[int]) -> Iterator[Sequence[int]]:
    return (numbers[at : at + _AT_ONCE] for at in range(0, len(numbers), _AT_ONCE))


def lower(text: str) -> str:
    """Return a text with ASCII's letters made small, which is what SQLite's `lower` does as well."""
    return text.translate(_SMALL)


_SMALL: Final = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}
