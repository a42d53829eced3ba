"""The rules that agents laid down: which there are, and what one would have met."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappop, heappush
from typing import Any

from sqlalchemy import func, literal, select
from sqlmodel import Session

from storage.kinds import Direction
from storage.kinds.clean import folded
from storage.kinds.errors import NoSuch
from storage.kinds.filing import Conditions, Deeds
from storage.kinds.mail import Correspondent
from storage.models.details import correspondents
from storage.queries.tables import AGENT, CONVERSATION, MESSAGE, RAW, RULE, TEXT
from storage.rules.filing import Letter, Test


@dataclass(frozen=True, slots=True)
class RuleView:
    """A rule of the desk.

    Attributes:
        name: empty when it was erased, as the conditions are then.
        assignee: the name of the agent who gets what it meets.
        valid_until: since when it does not act any more; `None` while it stands.
    """

    rule_id: int
    name: str
    conditions: Conditions
    deeds: Deeds
    assignee: str
    valid_from: datetime
    valid_until: datetime | None


@dataclass(frozen=True, slots=True)
class Met:
    """A message that a rule would have met."""

    message_id: int
    conversation_id: int
    author: Correspondent
    subject: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Tried:
    """What a rule would have met.

    Attributes:
        count: how many messages; `looked_at` among how many that came in.
        first: the newest of them.
    """

    count: int
    looked_at: int
    first: tuple[Met, ...]


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
    for row, letter in _letters(session, since, sized=conditions.over is not None or conditions.under is not None):
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


def _letters(session: Session, since: datetime, *, sized: bool) -> Iterator[tuple[Any, Letter]]:
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
        )
    )
    for row in session.connection().execute(chosen.execution_options(yield_per=500)):
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
