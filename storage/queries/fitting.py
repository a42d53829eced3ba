"""Which canned responses fit a conversation: those that answered similar mail, or customers of the same segment."""

import re
from collections.abc import Collection, Mapping
from heapq import nlargest
from math import log
from typing import Final

from sqlalchemy import Connection, and_, func, select
from sqlmodel import Session

from storage.kinds import Automatic, Channel, Direction, Subject
from storage.kinds.clean import folded
from storage.queries.several import listed
from storage.queries.tables import (
    CONVERSATION,
    MESSAGE,
    PERSON,
    PROFILE,
    RESPONSE_USE,
    SEARCH_ENTRY,
    TEXT,
)
from storage.rules.query import Text, Where
from storage.search.matching import matching, written

LOOKED_BACK: Final = 1500
"""Answers with canned responses, the newest, whose questions are compared."""

SEGMENT: Final = ("persona", "touch", "lifecycle", "stage", "typology", "plan", "industry")
"""The fields of profiles that make customers a segment."""

_WORDS: Final = 12  # of the mail to be answered: the longest, which say most
_LONGEST: Final = 4_000  # letters of it that are looked at
_WORD: Final = re.compile(r"[^\W\d_]{4,30}")
_EDITED: Final = 0.6  # what an answer counts whose words had to be changed before they could be sent


def fitting(session: Session, conversation_id: int) -> Mapping[int, float]:
    """Return for responses how well they fit a conversation, the best 1; those without evidence are left out.

    Similar is mail that has its words; a word that little of it has says more (the inverse frequency of Spärck Jones,
    1972). Each answer that was made to similar mail votes for its response: less when it had to be edited.

    Args:
        session: of any transaction.
        conversation_id: the newest mail in it that came in is what shall be answered.
    """
    text = " ".join(asked_in(session, conversation_id))
    words = sorted({folded(word) for word in _WORD.findall(text[:_LONGEST])}, key=lambda word: (-len(word), word))
    questions = _questions(session, conversation_id)
    if not words or not questions:
        return {}
    likeness: dict[int, float] = {}
    connection = session.connection()
    for word in words[:_WORDS]:
        expression = written(connection, Text(word, Where.ANYWHERE, exact=False, prefix=False, place=0))
        if expression is None:
            continue
        found = list(connection.execute(matching(connection, expression, among=sorted(questions))).scalars())
        rarity = log(1 + len(questions) / len(found)) if found else 0.0
        for entry in found:
            likeness[entry] = likeness.get(entry, 0.0) + rarity
    votes: dict[int, float] = {}
    for entry, alike in nlargest(100, likeness.items(), key=lambda one: one[1]):
        for response_id, edited in questions[entry]:
            votes[response_id] = votes.get(response_id, 0.0) + alike * alike * (_EDITED if edited else 1.0)
    best = max(votes.values(), default=0.0)
    return {response_id: vote / best for response_id, vote in votes.items()}


def suiting(session: Session, conversation_id: int) -> Mapping[int, float]:
    """Return for responses how much they were used for customers of the same segment, the most 1; others are left out.

    A customer is the more alike the more of `SEGMENT` their profiles say in the same words. Responses that go to such
    customers and hardly to others come before those that everybody gets.

    Args:
        session: of any transaction.
        conversation_id: whose customer is meant.
    """
    connection = session.connection()
    organization = func.coalesce(CONVERSATION.c.organization_id, PERSON.c.organization_id).label("organization_id")
    served = CONVERSATION.outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id)
    whom = select(CONVERSATION.c.customer_id, organization).select_from(served)
    mine = connection.execute(whom.where(CONVERSATION.c.id == conversation_id)).first()
    if mine is None:
        return {}
    uses = (
        select(RESPONSE_USE.c.response_id, RESPONSE_USE.c.edited, CONVERSATION.c.customer_id, organization)
        .select_from(
            RESPONSE_USE.join(MESSAGE, MESSAGE.c.id == RESPONSE_USE.c.message_id)
            .join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id)
            .outerjoin(PERSON, PERSON.c.id == CONVERSATION.c.customer_id)
        )
        .where(MESSAGE.c.conversation_id != conversation_id)
        .order_by(RESPONSE_USE.c.message_id.desc())
        .limit(LOOKED_BACK)
    )
    rows = [(row.response_id, row.edited, row.customer_id, row.organization_id) for row in connection.execute(uses)]
    people = {person for *_, person, _organization in rows} | {mine.customer_id}
    organizations = {number for *_, number in rows} | {mine.organization_id}
    says = _segments(connection, Subject.PERSON, people - {None})
    theirs = _segments(connection, Subject.ORGANIZATION, organizations - {None})

    def segment(person: int | None, number: int | None) -> dict[str, str]:
        return theirs.get(number or 0, {}) | says.get(person or 0, {})

    own = segment(mine.customer_id, mine.organization_id)
    if not own:
        return {}
    used: dict[int, int] = {}
    votes: dict[int, float] = {}
    for response_id, edited, person, number in rows:
        other = segment(person, number)
        alike = sum(other.get(name) == value for name, value in own.items()) / len(own)
        used[response_id] = used.get(response_id, 0) + 1
        votes[response_id] = votes.get(response_id, 0.0) + alike * (_EDITED if edited else 1.0)
    weights = {response_id: vote * vote / used[response_id] for response_id, vote in votes.items() if vote}
    best = max(weights.values(), default=0.0)
    return {response_id: weight / best for response_id, weight in weights.items()}


def _segments(connection: Connection, subject: Subject, numbers: Collection[int]) -> dict[int, dict[str, str]]:
    """Return what profiles say of `SEGMENT`, by whose they are."""
    chosen = select(PROFILE.c.subject_id, PROFILE.c.field, PROFILE.c.value).where(
        PROFILE.c.subject == subject,
        PROFILE.c.subject_id.in_(listed(connection, sorted(numbers))),
        PROFILE.c.field.in_(SEGMENT),
        PROFILE.c.value.is_not(None),
    )
    found: dict[int, dict[str, str]] = {}
    for row in connection.execute(chosen):
        found.setdefault(row.subject_id, {})[row.field] = row.value
    return found


def asked_in(session: Session, conversation_id: int) -> tuple[str, str]:
    """Return subject and text of the newest mail in a conversation that came in; both empty where none did."""
    newest = (
        select(TEXT.c.subject, TEXT.c.reply_text)
        .select_from(MESSAGE.join(TEXT, TEXT.c.message_id == MESSAGE.c.id))
        .where(
            MESSAGE.c.conversation_id == conversation_id,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
        )
        .order_by(MESSAGE.c.arrived_at.desc(), MESSAGE.c.id.desc())
        .limit(1)
    )
    row = session.connection().execute(newest).first()
    return (row.subject, row.reply_text) if row else ("", "")


def _questions(session: Session, conversation_id: int) -> dict[int, list[tuple[int, bool]]]:
    """Return by their entry in the index the questions that were answered with responses, and with which."""
    question = MESSAGE.alias("question")
    before = (
        select(func.max(question.c.id))
        .where(
            question.c.conversation_id == MESSAGE.c.conversation_id,
            question.c.direction == Direction.INCOMING,
            question.c.channel == Channel.EMAIL,
            question.c.automatic == Automatic.NO,
            question.c.arrived_at <= MESSAGE.c.arrived_at,
        )
        .correlate(MESSAGE)
        .scalar_subquery()
    )
    answered = RESPONSE_USE.join(MESSAGE, MESSAGE.c.id == RESPONSE_USE.c.message_id).join(
        SEARCH_ENTRY, and_(SEARCH_ENTRY.c.message_id == before)
    )
    chosen = (
        select(SEARCH_ENTRY.c.id, RESPONSE_USE.c.response_id, RESPONSE_USE.c.edited)
        .select_from(answered)
        .where(MESSAGE.c.conversation_id != conversation_id)
        .order_by(RESPONSE_USE.c.message_id.desc())
        .limit(LOOKED_BACK)
    )
    found: dict[int, list[tuple[int, bool]]] = {}
    for row in session.connection().execute(chosen):
        found.setdefault(row.id, []).append((row.response_id, row.edited))
    return found
