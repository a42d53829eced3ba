"""To whom mail that arrives goes by itself: to the customer's owner, to the backup while they are away, or in turn."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import table
from storage.commands.intake.deliveries import Incoming
from storage.events import Assigned, Fact
from storage.kinds import Automatic, Cause, Direction
from storage.kinds.playbooks import Assignment
from storage.models import Desk, Message
from storage.models.statements import Lookup, some_values
from storage.models.types import inserting
from storage.queries.playbooks import Laid, Served, agent_ids, laid, served

_D, _M = table(Desk), table(Message)
_HOMES: Final = Lookup(lambda: select(_M.c.id, _M.c.conversation_id).where(_M.c.id.in_(some_values())))
_TURN: Final = "turn"  # under which name it is kept whose turn was last


def returned(
    session: Session,
    messages: Sequence[Incoming],
    begun: Mapping[int, int],
    *,
    decided: frozenset[int],
    now: datetime,
) -> list[Fact]:
    """Return to whom the conversations of a batch go.

    What a person wrote and is live is met, and nothing else: history returns to nobody. A model that says *owner* gives
    what the customer writes to their owner, whoever has it; where no model says anything, an owner gets what nobody
    has, or what they have and are away from. Whoever is away is stood in for by the organization's backup. A model that
    says *round robin* gives what begins and nobody has to the next agent who is here.

    Args:
        session: of a writing transaction, the messages joined to their conversations.
        messages: of the batch.
        begun: the conversations that begin with this batch, and their first messages.
        decided: conversations that a rule gave to somebody in this batch: that holds.
        now: the moment.
    """
    live = {
        one.message_id: one
        for one in messages
        if one.direction is Direction.INCOMING
        and one.parsed.automatic is Automatic.NO
        and not (one.history or one.quiet)
    }
    if not live:
        return []
    arrived: dict[int, datetime] = {}
    for row in _HOMES(session.connection(), live):
        if row.conversation_id is not None and row.conversation_id not in decided:
            at = live[row.id].arrived_at
            arrived[row.conversation_id] = max(at, arrived.get(row.conversation_id, at))
    here = laid(session)
    numbers = agent_ids(session)
    turn = _Turn(session, here, numbers, now)
    facts: list[Fact] = []
    for number, one in sorted(served(session, arrived, here).items()):
        to, because = _to(one, here, numbers, now)
        if to is None and number in begun and one.assignee_id is None:
            if one.playing.knob("assignment")[0] is not Assignment.ROUND_ROBIN:
                continue
            to, because = turn.next(), Cause.TURN
        if to is not None and to != one.assignee_id:
            facts.append(
                Assigned(
                    conversation_id=number,
                    before=one.assignee_id,
                    after=to,
                    because=because,
                    happened_at=arrived[number],
                )
            )
    turn.keep()
    return facts


def _to(one: Served, here: Laid, numbers: Mapping[str, int], now: datetime) -> tuple[int | None, Cause]:
    """Return the agent to whom a customer's mail returns, and why; `None` where it stays where it is."""
    says, _model = one.playing.knob("assignment")
    owner = numbers.get(one.owner)
    if owner is None or says not in {None, Assignment.OWNER}:
        return None, Cause.OWNER
    to, because = owner, Cause.OWNER
    if here.is_away(one.owner, now) and not here.is_away(one.backup, now) and one.backup in numbers:
        to, because = numbers[one.backup], Cause.BACKUP
    if says is None and one.assignee_id not in {None, owner}:  # somebody took it, and no model says that it returns
        return None, because
    return to, because


class _Turn:
    """Whose turn it is: the agents who are here, in the order of their numbers."""

    def __init__(self, session: Session, here: Laid, numbers: Mapping[str, int], now: datetime) -> None:
        self._session = session
        self._here = sorted(number for name, number in numbers.items() if not here.is_away(name, now))
        self._last: int | None = None

    def next(self) -> int | None:
        if not self._here:
            return None
        if self._last is None:
            held = self._session.connection().execute(select(_D.c.value).where(_D.c.name == _TURN)).scalar()
            self._last = int(bytes(held)) if held is not None else 0
        self._last = next((one for one in self._here if one > self._last), self._here[0])
        return self._last

    def keep(self) -> None:
        if self._last is None:
            return
        connection = self._session.connection()
        row = {"name": _TURN, "value": str(self._last).encode()}
        statement = inserting(connection.dialect.name)(_D).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": row["value"]}))
