"""What a conversation needs before it can be resolved: for support its cause and solution, or why they are unknown."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.joining import standing_number
from storage.events import Actor, KindChanged, Solved
from storage.kinds import TASKS, ConversationKind
from storage.kinds.clean import clean
from storage.kinds.errors import BadField, Refused
from storage.models import Conversation
from storage.queries import handoffs
from storage.queries.solved import outdated
from storage.record import record
from storage.rules import transfers

_C = table(Conversation).c


def solve(
    session: Session,
    conversation_id: int,
    *,
    cause: str = "",
    solution: str = "",
    unknown: str = "",
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Write down what was the cause and what solved it, or why the cause is unknown; return the action's id.

    Args:
        session: of a writing transaction.
        conversation_id: by its own number, or by one that was joined into it.
        cause, solution: both, where the cause is known.
        unknown: why it is not; empty where it is.
        actor: the agent.
        now: the moment.
        action_id: the action that this is a part of.

    Raises:
        NoSuch: there is no such conversation.
        BadField: one of them is missing or too long, or both sorts are given.
        Refused: it is written down so already, and was not reopened since (rule ``already``).
    """
    number = standing_number(session, conversation_id)
    cause, solution, unknown = (clean(text).strip() for text in (cause, solution, unknown))
    known = not unknown
    if unknown and (cause or solution):
        raise BadField("unknown", unknown[:40], "known_already")
    given = {"cause": cause, "solution": solution} if known else {"unknown": unknown}
    for name, text in given.items():
        if not text or len(text) > transfers.LONGEST:
            raise BadField(name, text[:40], "long_text" if text else "empty")
    held = handoffs.solution_of(session, number)
    after = (cause, solution if known else unknown)
    before = (held.cause, held.solution) if held else None
    if held is not None and (held.known, before) == (known, after) and number not in outdated(session, [number]):
        raise Refused("already", (number,))
    fact = Solved(
        conversation_id=number,
        stood=held is not None,
        stands=True,
        known_before=held.known if held else False,
        known=known,
        before=before,
        after=after,
        happened_at=now,
    )
    return record(session, [fact], actor=actor, now=now, action_id=action_id)


def check_resolving(session: Session, numbers: Sequence[int], *, anyway: bool = False) -> None:
    """Refuse to resolve conversations that a rule keeps open (DOMAIN §2).

    What was found before support was reopened speaks of other work: it is asked anew, and may be the same.

    Args:
        session: of any transaction.
        numbers: the conversations, none of them joined to another.
        anyway: N1 resolves although it only directs here.

    Raises:
        Refused: support without cause and solution (rule ``unsolved``), or N1 that only directs (``director``), with
            those that it is about.
    """
    rows: list[Any] = []
    for some in chunks(numbers):
        chosen = select(_C.id, _C.kind, _C.tier).where(_C.id.in_(some))
        rows += session.connection().execute(chosen.order_by(_C.id)).all()
    support = [row.id for row in rows if row.kind is ConversationKind.SUPPORT]
    solved = handoffs.solutions(session, support).keys() - outdated(session, support) if support else ()
    knobs = handoffs.knobs_of(session, numbers)
    kept: dict[str, list[int]] = {}
    for row in rows:
        rule = transfers.may_resolve(
            kind=row.kind, solved=row.id in solved, knob=None if anyway else knobs.get(row.id), tier=row.tier
        )
        if rule is not None:
            kept.setdefault(rule, []).append(row.id)
    for rule, some in kept.items():
        raise Refused(rule, tuple(some))


def set_kind(
    session: Session,
    numbers: Sequence[int],
    *,
    to: ConversationKind,
    actor: Actor,
    now: datetime,
    action_id: int | None = None,
) -> int:
    """Make conversations another kind of work: care or support; return the action's id.

    Args:
        session: of a writing transaction.
        numbers: aliases are followed.
        to: care or support; what begins at the desk as a task stays one.
        actor: the agent.
        now: the moment.
        action_id: the action that an earlier part of a bulk act began.

    Raises:
        NoSuch: there is no conversation of a number.
        Refused: all are that already (rule ``already``), or one is a task (``task_stays``).
    """
    resolved = list(dict.fromkeys(standing_number(session, number) for number in numbers))
    rows: list[Any] = []
    for some in chunks(resolved):
        rows += session.connection().execute(select(_C.id, _C.kind).where(_C.id.in_(some)).order_by(_C.id)).all()
    if tasks := tuple(row.id for row in rows if row.kind in TASKS):
        raise Refused("task_stays", tasks)
    facts = [
        KindChanged(conversation_id=row.id, before=row.kind, after=to, happened_at=now)
        for row in rows
        if row.kind is not to
    ]
    if not facts:
        raise Refused("already", tuple(resolved))
    return record(session, facts, actor=actor, now=now, action_id=action_id)
