"""The rules that agents laid down: which there are, and what one would have met."""

from collections.abc import Callable, Generator
from contextlib import closing
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from sqlalchemy import func, literal, select
from sqlmodel import Session

from storage.kinds import Channel, Direction
from storage.kinds.clean import clean_line, folded
from storage.kinds.errors import NoSuch
from storage.kinds.filing import Conditions, Deeds
from storage.kinds.mail import Correspondent
from storage.models.details import correspondents
from storage.queries.tables import AGENT, CONVERSATION, MESSAGE, RAW, RULE, TEXT
from storage.rules.filing import Letter, Test, address_in
from storage.rules.threading import subject_of
from storage.rules.word import WORD
from storage.views import Met, RuleView, Tried

_SUBJECT_WORDS = 8  # of a subject that a rule is made from


def rules(session: Session, *, ended: bool = False) -> tuple[RuleView, ...]:
    """Return the rules that stand, in the order in which they act; with `ended` those that do not any more, too."""
    chosen = select(RULE, AGENT.c.name.label("assignee")).select_from(
        RULE.outerjoin(AGENT, AGENT.c.id == RULE.c.assignee_id)
    )
    if not ended:
        chosen = chosen.where(RULE.c.valid_until.is_(None))
    return tuple(_view(row) for row in session.connection().execute(chosen.order_by(RULE.c.id)))


def rule_called(session: Session, name: str) -> RuleView:
    """Return the standing rule of that name, whichever its case and accents.

    Raises:
        NoSuch: there is none.
    """
    for rule in rules(session):
        if rule.name and folded(rule.name) == folded(name):
            return rule
    raise NoSuch("rule", name)


def tried(
    session: Session,
    conditions: Conditions,
    *,
    since: datetime,
    limit: int = 10,
    stopped: Callable[[], bool] = lambda: False,
) -> Tried:
    """Say which messages that came in since a moment a rule would have met, had it stood; history counts as well.

    What it would then have done is another matter: an agent's decisions come first.

    Args:
        session: of any transaction.
        conditions: of the rule.
        since: the moment.
        limit: how many of them are shown, the newest.
        stopped: asked now and then; when it says yes, what was found until then is returned.
    """
    test = Test(conditions)
    count = looked_at = 0
    first: list[tuple[datetime, int, Met]] = []
    sized = conditions.over is not None or conditions.under is not None
    with closing(_letters(session, since, sized=sized)) as letters:  # PostgreSQL keeps a cursor for who stops early
        for row, letter in letters:
            looked_at += 1
            if looked_at % 500 == 0 and stopped():
                break
            if test.meets(letter):
                count += 1
                author = Correspondent(row.from_name, row.from_address)
                met = Met(row.id, row.conversation_id, author, row.subject, row.arrived_at)
                heappush(first, (row.arrived_at, row.id, met))
                if len(first) > limit:
                    heappop(first)
    return Tried(count, looked_at, tuple(met for *_, met in sorted(first, reverse=True)))


def kind_of_mail(session: Session, conversation_id: int) -> Conditions:
    """Return what a rule would ask for to meet mail like a conversation's: its sender, and its list or its subject.

    The newest mail that its customer wrote counts, else the newest that came in; a subject is without prefixes, and cut
    after some words, since a rule finds them wherever they stand.

    Args:
        session: of any transaction.
        conversation_id: the conversation; one without incoming mail asks for nothing.
    """
    of_customer = func.coalesce(MESSAGE.c.author_id == CONVERSATION.c.customer_id, False)
    chosen = (
        select(TEXT.c.subject, TEXT.c.from_address, TEXT.c.details)
        .select_from(
            MESSAGE.join(CONVERSATION, CONVERSATION.c.id == MESSAGE.c.conversation_id).join(
                TEXT, TEXT.c.message_id == MESSAGE.c.id
            )
        )
        .where(
            MESSAGE.c.conversation_id == conversation_id,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
        )
        .order_by(of_customer.desc(), MESSAGE.c.arrived_at.desc(), MESSAGE.c.id.desc())
        .limit(1)
    )
    row = session.connection().execute(chosen).first()
    if row is None:
        return Conditions()
    list_id = clean_line(row.details.get("list_id", ""))
    subject = " ".join(WORD.findall(subject_of(clean_line(row.subject or "")).bare)[:_SUBJECT_WORDS])
    return Conditions(
        sender=address_in(clean_line(row.from_address or "")), subject="" if list_id else subject, list_id=list_id
    )


def _letters(session: Session, since: datetime, *, sized: bool) -> Generator[tuple[Any, Letter], None, None]:
    """Yield the incoming messages since a moment, in no order, as rules see them.

    They are reached through conversations that have mail since then: both ways are indexed.
    """
    size: Any = func.coalesce(select(func.max(RAW.c.size)).where(RAW.c.message_id == MESSAGE.c.id).scalar_subquery(), 0)
    if not sized:
        size = literal(0)
    chosen = (
        select(
            MESSAGE.c.id,
            MESSAGE.c.conversation_id,
            MESSAGE.c.arrived_at,
            TEXT.c.subject,
            TEXT.c.from_name,
            TEXT.c.from_address,
            TEXT.c.details,
            size.label("size"),
        )
        .select_from(
            CONVERSATION.join(MESSAGE, MESSAGE.c.conversation_id == CONVERSATION.c.id).join(
                TEXT, TEXT.c.message_id == MESSAGE.c.id
            )
        )
        .where(
            CONVERSATION.c.last_message_at >= since,
            MESSAGE.c.arrived_at >= since,
            MESSAGE.c.direction == Direction.INCOMING,
            MESSAGE.c.channel == Channel.EMAIL,
        )
    )
    with session.connection().execute(chosen.execution_options(yield_per=500)) as rows:
        for row in rows:
            yield (
                row,
                Letter(
                    author=Correspondent(row.from_name, row.from_address),
                    recipients=(*correspondents(row.details, "to"), *correspondents(row.details, "cc")),
                    subject=row.subject,
                    list_id=row.details.get("list_id", ""),
                    size=row.size,
                ),
            )


def _view(row: Any) -> RuleView:
    return RuleView(
        rule_id=row.id,
        name=row.name or "",
        conditions=Conditions.read(row.conditions or {}),
        deeds=Deeds(tuple(row.tags), row.assignee_id, spam=row.spam, ignores=row.ignores),
        assignee=row.assignee or "",
        valid_from=row.valid_from,
        valid_until=row.valid_until,
    )
