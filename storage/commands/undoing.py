"""Taking actions back, and taking that back: appended, never erased; only what still stands as it was left."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlmodel import Session

from storage.apply import apply
from storage.apply.base import chunks, table
from storage.commands import backwards
from storage.commands.noting import withdrawn
from storage.commands.outbox.queueing import taken_back
from storage.commands.transferring import acceptors
from storage.commands.wanted import want
from storage.events import Actor, Cancelled, EntryKept, Erased, Fact, Queued, Transferred, inverse
from storage.kinds import Delivery, EntryKind
from storage.kinds.errors import Changed, Refused
from storage.models import Agent, Event, Outbox
from storage.queries.promises import promise
from storage.record import facts_of, record

_EVENT = table(Event)
_ARRIVING = ("met", "received", "redelivered", "quarantined", "agent_joined", "mailbox_added", "mailbox_changed")
_REMEMBERED = 1000  # actions of one agent at one console that can still be walked back


@dataclass(frozen=True, slots=True)
class Kept:
    """A conversation that an undo left alone, and who changed it since."""

    conversation_id: int
    agent: str


@dataclass(frozen=True, slots=True)
class Undone:
    """What an undo or a redo did.

    Attributes:
        action_id: the new action.
        undoes: the action that it took back.
        facts: the facts taken back, as they had been recorded; of a very large action one of each kind.
        kept: what could not be taken back.
    """

    action_id: int
    undoes: int
    facts: tuple[Fact, ...]
    kept: tuple[Kept, ...]


@dataclass
class NothingStands(Refused):
    """All that the action did was changed since: who changed what stands beside."""

    kept: tuple[Kept, ...] = ()


def undo(session: Session, *, actor: Actor, now: datetime) -> Undone:
    """Take back this agent's last action from this console that is not taken back yet.

    Raises:
        Refused: there is nothing to take back (rule ``nothing_to_undo``), it cannot be taken back
            (``final``), everything it did was changed since (``changed_since``, with the conversations), or it is an
            answer that has left or may have (``has_left``).
    """
    return take_back(session, last_action(session, actor, redo=False), actor=actor, now=now)


def redo(session: Session, *, actor: Actor, now: datetime) -> Undone:
    """Take back this agent's last undo, unless something else was done since.

    Raises:
        Refused: as `undo`; the rule for nothing is ``nothing_to_redo``.
    """
    return take_back(session, last_action(session, actor, redo=True), actor=actor, now=now)


def take_back(
    session: Session,
    action_id: int,
    *,
    actor: Actor,
    now: datetime,
    only: Collection[int | None] | None = None,
    into: int | None = None,
) -> Undone:
    """Take one action back, conversation by conversation: what was changed since stays, and is named.

    Args:
        session: of a writing transaction.
        action_id: the action.
        actor: who takes it back.
        now: the moment.
        only: of what the action did, what is about these conversations: a part of a bulk act.
        into: the action that took back an earlier part.

    Raises:
        Refused: nothing of it can be taken back (``final``), it was an erasure or what it said was erased since
            (``erased``), or all was changed since (``changed_since``, ``accepted`` where it was a handoff, ``broken``
            where it was a promise whose time has passed; a `NothingStands`).
    """
    if backwards.large(session, action_id, only):
        return _take_back_much(session, action_id, actor=actor, now=now, into=into)
    forgotten: set[int] = set()
    done = list(facts_of(session, action_id=action_id, about=only, forgotten=forgotten))
    if any(isinstance(fact, Cancelled) for _, fact in done):
        raise Refused("final")  # its draft is there again, and whoever sends that would have sent twice
    if any(isinstance(fact, Erased) for _, fact in done) or (forgotten and len(forgotten) == len(done)):
        raise Refused("erased")
    stays = _stays(session, [fact for _, fact in done])
    back = {
        number: one
        for number, fact in done
        if number not in forgotten and fact not in stays and (one := inverse(fact)) is not None
    }
    about = {number: fact.about for number, fact in done}
    groups = dict.fromkeys(about[number] for number in back)
    # In the log's own order backwards: what ran as one kind there runs as one kind here.
    orderly = [(about[number], one) for number, one in reversed(back.items())]
    changed = _changed(session, orderly, list(groups))
    inverses = [one.model_copy(update={"happened_at": now}) for group, one in orderly if group not in changed]
    taken = [fact for number, fact in done if about[number] in groups and about[number] not in changed]
    numbers = [group for group in groups if group in changed and group is not None]
    names = _changed_by(session, numbers, after=done[-1][0]) if numbers else {}
    kept = tuple(Kept(number, names.get(number, "")) for number in numbers)
    elsewhere = None in changed  # a view or a rule, which no conversation's timeline tells of
    if not inverses and (accepted := acceptors(session, [fact for _, fact in done])):
        who = tuple(Kept(number, name) for number, name in accepted.items())
        raise NothingStands("accepted", tuple(accepted), who)
    if not inverses and _has_left(session, [fact for _, fact in done]):
        raise NothingStands("has_left", tuple(numbers), kept)
    if not inverses and _broken(session, [fact for _, fact in done]):
        raise NothingStands("broken", tuple(numbers), kept)
    if not inverses:
        raise NothingStands("changed_since", tuple(numbers), kept) if kept or elsewhere else Refused("final")
    new = record(session, inverses, actor=actor, now=now, action_id=into, undoes=action_id)
    _follow(session, inverses, now)
    return Undone(new, action_id, tuple(taken), kept)


def _follow(session: Session, inverses: Sequence[Fact], now: datetime) -> None:
    want(session, inverses, now=now)
    taken_back(session, inverses)
    withdrawn(session, inverses, now=now)


def _take_back_much(session: Session, action_id: int, *, actor: Actor, now: datetime, into: int | None) -> Undone:
    def follow(inverses: Sequence[Fact]) -> None:
        _follow(session, inverses, now)

    try:
        new, told = backwards.in_lots(session, action_id, actor=actor, now=now, into=into, follow=follow)
    except Changed:
        raise NothingStands("changed_since") from None
    if new is None:
        raise Refused("erased" if told else "final")
    return Undone(new, action_id, told, ())


def _stays(session: Session, facts: Sequence[Fact]) -> list[Fact]:
    """Return what of an action is not taken back with the rest: of a handoff the answer that has left with it."""
    if not any(isinstance(fact, Transferred) for fact in facts):
        return []
    return [fact for fact in facts if isinstance(fact, Queued) and _has_left(session, [fact])]


def _has_left(session: Session, facts: Collection[Fact]) -> bool:
    """Say whether one of these facts queued a message that has left since, or may have."""
    queued = [fact.message_id for fact in facts if isinstance(fact, Queued)]
    rows = table(Outbox)
    gone = select(rows.c.id).where(rows.c.id.in_(queued), rows.c.state.not_in((Delivery.QUEUED, Delivery.CANCELLED)))
    return bool(queued) and session.connection().execute(gone.limit(1)).first() is not None


def _broken(session: Session, facts: Collection[Fact]) -> bool:
    """Say whether one of these facts gave a promise of which it is on record since that it was broken."""
    given = [fact.entry_id for fact in facts if isinstance(fact, EntryKept) and fact.entry_kind is EntryKind.PROMISE]
    return any((view := promise(session, number)) is not None and view.broken for number in given)


def left_of(session: Session, action_id: int) -> tuple[int | None, list[int | None]]:
    """Return the action that took back a part of this one, if any did, and what is left of it by conversation.

    What was taken back before and done again since counts as left.
    """
    about = select(_EVENT.c.conversation_id).where(_EVENT.c.action_id == action_id, _EVENT.c.agent_id.is_not(None))
    numbers = list(dict.fromkeys(session.connection().execute(about.order_by(_EVENT.c.id)).scalars()))
    backs = select(func.max(_EVENT.c.action_id)).where(_EVENT.c.undoes == action_id)
    into: int | None = session.connection().execute(backs).scalar()
    if into is None:
        return None, numbers
    again = select(_EVENT.c.id).where(_EVENT.c.undoes == into).limit(1)
    if session.connection().execute(again).first() is not None:
        return None, numbers
    taken = select(_EVENT.c.conversation_id).where(_EVENT.c.action_id == into, _EVENT.c.agent_id.is_not(None))
    gone = set(session.connection().execute(taken).scalars())
    return into, [number for number in numbers if number not in gone]


def _changed(
    session: Session, facts: Sequence[tuple[int | None, Fact]], groups: Sequence[int | None]
) -> set[int | None]:
    """Return the groups whose rows do not all stand as their facts need them.

    All are tried at once, and in halves only where something was changed: a bulk act that stands costs as many
    statements as a single one.
    """
    changed: set[int | None] = set()
    waiting = [groups] if groups else []
    while waiting:
        some = waiting.pop()
        chosen = set(some)
        if _stands(session, [fact for group, fact in facts if group in chosen]):
            continue
        if len(some) == 1:
            changed.update(some)
        else:
            middle = len(some) // 2
            waiting += [some[middle:], some[:middle]]
    return changed


def _stands(session: Session, facts: Sequence[Fact]) -> bool:
    """Try the facts in a savepoint that is given up: say whether every row stands as they need it."""
    attempt = session.begin_nested()
    try:
        apply(session, facts)
    except Changed:
        return False
    else:
        return True
    finally:
        attempt.rollback()


def last_action(session: Session, actor: Actor, *, redo: bool) -> int:
    """Return the action that an undo, or a redo, of this agent at this console is about.

    Mail that this agent brought in is no action here: what has arrived has arrived.

    Raises:
        Refused: there is none (rule ``nothing_to_undo`` or ``nothing_to_redo``).
    """
    # An action's id is that of its first event: this walks an index backwards, however large the actions are.
    mine = (
        select(_EVENT.c.action_id, _EVENT.c.undoes)
        .where(
            _EVENT.c.agent_id == actor.agent_id,
            _EVENT.c.console == actor.console,
            _EVENT.c.id == _EVENT.c.action_id,
            _EVENT.c.kind.not_in(_ARRIVING),
        )
        .order_by(_EVENT.c.id.desc())
        .limit(_REMEMBERED)
    )
    done: list[int] = []
    undone: list[int] = []
    for row in reversed(session.connection().execute(mine).all()):
        if row.undoes is None:
            done.append(row.action_id)
            undone.clear()  # what was taken back before something new was done stays taken back
        elif row.undoes in done:
            done.remove(row.undoes)
            undone.append(row.action_id)
        elif row.undoes in undone:
            undone.remove(row.undoes)
            done.append(row.action_id)
    stack = undone if redo else done
    if not stack:
        raise Refused("nothing_to_redo" if redo else "nothing_to_undo")
    return stack[-1]


def _changed_by(session: Session, numbers: Sequence[int], *, after: int) -> dict[int, str]:
    """Return who changed each of these conversations last, by its number; nobody where the desk itself did."""
    agents = table(Agent)
    names: dict[int, str] = {}
    for some in chunks(numbers):
        last = (
            select(func.max(_EVENT.c.id))
            .where(_EVENT.c.conversation_id.in_(some), _EVENT.c.id > after)
            .group_by(_EVENT.c.conversation_id)
        )
        found = (
            select(_EVENT.c.conversation_id, agents.c.name)
            .select_from(_EVENT.outerjoin(agents, agents.c.id == _EVENT.c.agent_id))
            .where(_EVENT.c.id.in_(last))
        )
        names.update({row.conversation_id: row.name or "" for row in session.connection().execute(found)})
    return names
