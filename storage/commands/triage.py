"""What agents decide about conversations: where they stand, whose they are, tags, snoozes, handled mail."""

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Row, select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.joining import standing_number
from storage.commands.solving import check_resolving
from storage.commands.wanted import want
from storage.events import Actor, Assigned, Fact, Handled, Snoozed, StatusChanged, Tagged
from storage.kinds import SETTLED, Cause, Channel, Direction, Status
from storage.kinds.clean import clean_line, unsteady_gone
from storage.kinds.errors import NoSuch, Refused
from storage.models import Agent, Conversation, Message, Tag
from storage.queries.agents import cards
from storage.queries.working import over_limit
from storage.record import record

AT_ONCE: Final = 200
"""Conversations in one transaction of a bulk act: others get their turn in between."""

_Rule = Callable[[Session, Row[*tuple[Any, ...]], datetime], Iterable[Fact]]


def set_status(
    session: Session,
    numbers: Sequence[int],
    *,
    to: Status,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
    anyway: bool = False,
) -> int:
    """Move conversations to a status; resolving handles their mail and ends a snooze.

    Args:
        session: of a writing transaction.
        numbers: at most `AT_ONCE`; aliases are followed.
        to: the new status.
        actor: who decides.
        now: the moment.
        action_id: the action that an earlier part of a bulk act began.
        anyway: N1 resolves although it only directs here.

    Returns:
        The action's id.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: all of them stand there already (rule ``already``), or some cannot be resolved (as
            `storage.commands.solving.check_resolving`).
    """
    if to in SETTLED:
        check_resolving(session, [row.id for row in _rows(session, numbers) if row.status is not to], anyway=anyway)

    def decide(session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        if row.status is to:
            return
        yield StatusChanged(conversation_id=row.id, before=row.status, after=to, happened_at=now)
        if row.snoozed_until is not None:
            yield Snoozed(conversation_id=row.id, before=row.snoozed_until, after=None, happened_at=now)
        if to in SETTLED and (open_mail := _incoming(session, row.id, handled=False)):
            yield Handled(conversation_id=row.id, message_ids=open_mail, after=True, happened_at=now)

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def reopen(
    session: Session, numbers: Sequence[int], *, actor: Actor, now: datetime, action_id: int | None = None
) -> int:
    """Bring settled, waiting, held or spam conversations back to open, the last mail from outside to be answered.

    Raises:
        NoSuch, Refused: as `set_status`.
    """

    def decide(_session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        if row.status is not Status.OPEN:
            yield StatusChanged(conversation_id=row.id, before=row.status, after=Status.OPEN, happened_at=now)
        if row.snoozed_until is not None:
            yield Snoozed(conversation_id=row.id, before=row.snoozed_until, after=None, happened_at=now)

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def assign(
    session: Session,
    numbers: Sequence[int],
    *,
    to: int | None,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
    reason: str = "",
) -> int:
    """Give conversations to an agent, or to nobody.

    Args:
        session, numbers, actor, now, action_id: as of `set_status`.
        to: the agent.
        reason: why one more than the models allow in work is taken; kept in the fact.

    Raises:
        NoSuch: there is no conversation or agent of that number.
        Refused: all of them are that agent's already, they do not work here any more (rule ``retired``), or it would be
            more than a model or their card allows (rule ``limit``).
    """
    if to is not None and session.get(Agent, to) is None:
        raise NoSuch("agent", to)
    if to is not None and (card := cards(session).get(to)) is not None and card.is_retired(now):
        raise Refused("retired")
    reason = clean_line(reason)
    over = frozenset(over_limit(session, [row.id for row in _rows(session, numbers)], to))
    if over and not reason:
        raise Refused("limit", tuple(sorted(over)))

    def decide(_session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        if row.assignee_id != to:
            why = reason if row.id in over else None
            yield Assigned(conversation_id=row.id, before=row.assignee_id, after=to, reason=why, happened_at=now)

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def take(
    session: Session,
    numbers: Sequence[int],
    *,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
    reason: str = "",
) -> int:
    """Make conversations the acting agent's own, unless somebody else has them.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: a colleague has one (rule ``taken``, with who), all are the agent's already, or as `assign`.
    """
    rows = _rows(session, numbers)
    if taken := [row for row in rows if row.assignee_id not in {None, actor.agent_id}]:
        holder = session.get(Agent, taken[0].assignee_id)
        raise Refused("taken", tuple(row.id for row in taken), who=(holder and holder.name) or "")
    return assign(session, numbers, to=actor.agent_id, actor=actor, now=now, action_id=action_id, reason=reason)


def snooze(
    session: Session,
    numbers: Sequence[int],
    *,
    until: datetime | None,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Put conversations out of sight until a moment, or back in sight with `None`.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: the moment has passed (rule ``past``), or nothing would change.
    """
    if until is not None and until <= now:
        raise Refused("past", tuple(numbers))

    def decide(_session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        if row.snoozed_until != until:
            yield Snoozed(conversation_id=row.id, before=row.snoozed_until, after=until, happened_at=now)

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def tag(
    session: Session,
    numbers: Sequence[int],
    *,
    add: Sequence[str] = (),
    remove: Sequence[str] = (),
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Put tags on conversations and take others off; what stands already is left alone.

    A tag that was put on with signs that are never shown is taken off by what is shown of it.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: nothing would change, or a tag is empty or has spaces (rule ``bad_tag``).
    """
    words = [clean_line(one).strip().lower() for one in (*add, *remove)]
    if any(not one or len(one) > 60 or any(sign.isspace() for sign in one) for one in words):
        raise Refused("bad_tag", tuple(numbers))
    wanted, unwanted = set(words[: len(add)]), set(words[len(add) :])
    tags = table(Tag)

    def decide(session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        held = set(session.connection().execute(select(tags.c.tag).where(tags.c.conversation_id == row.id)).scalars())
        added, removed = wanted - held, _meant(unwanted, held)
        if added or removed:
            yield Tagged(
                conversation_id=row.id, added=tuple(sorted(added)), removed=tuple(sorted(removed)), happened_at=now
            )

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def _meant(names: Collection[str], held: Collection[str]) -> set[str]:
    """Return the tags that names mean: those called exactly so, else those that look so."""
    shown: dict[str, set[str]] = {}
    for tag in held:
        shown.setdefault(unsteady_gone(clean_line(tag)), set()).add(tag)
    meant = ({name} if name in held else shown.get(unsteady_gone(name), set()) for name in names)
    return set().union(*meant)


def handle(
    session: Session,
    numbers: Sequence[int],
    *,
    handled: bool,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Mark the incoming mail of conversations as needing no answer, or the newest one as needing one again.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: nothing would change.
    """

    def decide(session: Session, row: Row[*tuple[Any, ...]], now: datetime) -> Iterable[Fact]:
        mail = _incoming(session, row.id, handled=not handled)
        if mail:
            yield Handled(
                conversation_id=row.id, message_ids=mail if handled else mail[-1:], after=handled, happened_at=now
            )

    return _each(session, numbers, decide, actor=actor, now=now, action_id=action_id)


def wake_due(session: Session, *, now: datetime) -> int:
    """Bring conversations back whose snooze is over, each once; return how many.

    The fact's own condition, that the row still has that moment, is what makes it happen once. It happened when
    it was due and is recorded now: with nobody running the two differ, and both stand in the log.
    """
    rows = table(Conversation)
    due = select(rows.c.id, rows.c.snoozed_until).where(rows.c.snoozed_until <= now).order_by(rows.c.snoozed_until)
    facts = [
        Snoozed(
            conversation_id=row.id,
            before=row.snoozed_until,
            after=None,
            because=Cause.DUE,
            happened_at=row.snoozed_until,
        )
        for row in session.connection().execute(due.limit(AT_ONCE))
    ]
    if facts:
        record(session, facts, actor=Actor(None, "clock"), now=now)
    return len(facts)


def any_due(session: Session, *, now: datetime) -> bool:
    """Say whether a snooze is over, so that only then the store's lock is taken."""
    rows = table(Conversation)
    return (
        session.connection().execute(select(rows.c.id).where(rows.c.snoozed_until <= now).limit(1)).first() is not None
    )


def _each(
    session: Session, numbers: Sequence[int], rule: _Rule, *, actor: Actor, now: datetime, action_id: int | None
) -> int:
    rows = _rows(session, numbers)
    facts = [fact for row in rows for fact in rule(session, row, now)]
    if not facts:
        raise Refused("already", tuple(row.id for row in rows))
    facts.sort(key=lambda fact: fact.kind, reverse=True)  # runs of one kind are applied at once
    action_id = record(session, facts, actor=actor, now=now, action_id=action_id)
    want(session, facts, now=now)
    return action_id


def _rows(session: Session, numbers: Sequence[int]) -> list[Row[*tuple[Any, ...]]]:
    if len(numbers) > AT_ONCE:
        raise ValueError(f"at most {AT_ONCE} conversations in one transaction, not {len(numbers)}")
    conversations = table(Conversation)
    resolved = list(dict.fromkeys(standing_number(session, number) for number in numbers))
    found: dict[int, Row[*tuple[Any, ...]]] = {}
    for some in chunks(resolved):
        for row in session.connection().execute(select(conversations).where(conversations.c.id.in_(some))).all():
            found[row.id] = row
    return [found[number] for number in resolved]


def _incoming(session: Session, number: int, *, handled: bool) -> tuple[int, ...]:
    messages = table(Message)
    found = select(messages.c.id).where(
        messages.c.conversation_id == number,
        messages.c.direction == Direction.INCOMING,
        messages.c.channel == Channel.EMAIL,
        messages.c.handled == handled,
    )
    return tuple(session.connection().execute(found.order_by(messages.c.arrived_at, messages.c.id)).scalars())
