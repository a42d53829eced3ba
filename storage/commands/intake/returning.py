"""To whom mail that arrives goes by itself: to the customer's owner, to the backup while they are away, or in turn."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import standing, table
from storage.commands.intake.deliveries import Incoming
from storage.events import Assigned, Fact
from storage.kinds import Automatic, Cause, Direction, Tier
from storage.kinds.agents import AgentCard
from storage.kinds.playbooks import Assignment
from storage.models import Conversation, Desk, Message, Tag
from storage.models.statements import Lookup, some_values
from storage.models.types import inserting
from storage.queries.agents import cards
from storage.queries.hours import terms
from storage.queries.playbooks import Laid, Served, agent_ids, laid, served
from storage.queries.working import in_work
from storage.rules.assigning import Asks, Ready, fitting, returns_to

_D, _M, _T = table(Desk), table(Message), table(Tag)
_TAGS: Final = Lookup(lambda: select(_T.c.tag).where(_T.c.conversation_id.in_(some_values())))
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

    What a person wrote and is live is met, and nothing else: history returns to nobody. A model that says *owner*
    gives what the customer writes to their owner, whoever has it; where no model says anything, an owner gets what
    nobody has, or what they have and are away from. Whoever is away, outside their hours or full is stood in for by
    the organization's backup (`storage.rules.assigning.returns_to`). A model that says *round robin* gives what
    begins and nobody has to the next agent who is here, works for the tier, writes the language, is at work and has
    room; those who know what it is about go before others.

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
    known = cards(session)
    tiers = _tiers(session, arrived) if any(card.tiers for card in known.values()) else {}
    turn = Turn(session, here, numbers, known, now)
    facts: list[Fact] = []
    firsts = {number: live[first] for number, first in begun.items() if first in live}
    for number, one in sorted(served(session, arrived, here).items()):
        to, because = _to(one, turn, numbers, tiers.get(number, Tier.N1), now)
        if to is None and number in begun and one.assignee_id is None:
            if one.playing.knob("assignment")[0] is not Assignment.ROUND_ROBIN:
                continue
            to, because = turn.next(number, firsts.get(number))
        if to is not None and to != one.assignee_id:
            turn.give(to)
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


def _tiers(session: Session, numbers: Collection[int]) -> Mapping[int, Tier]:
    return standing(session.connection(), Conversation, "tier", numbers)


def _to(one: Served, turn: "Turn", numbers: Mapping[str, int], tier: Tier, now: datetime) -> tuple[int | None, Cause]:
    """Return the agent to whom a customer's mail returns, and why; `None` where it stays where it is."""
    says, _model = one.playing.knob("assignment")
    owner = numbers.get(one.owner)
    if owner is None or says not in {None, Assignment.OWNER}:
        return None, Cause.OWNER
    if says is None and one.assignee_id not in {None, owner}:  # somebody took it, and no model says that it returns
        return None, Cause.OWNER
    ready = turn.ready()
    return returns_to(
        ready.get(owner),
        ready.get(numbers.get(one.backup, 0)),
        has=one.assignee_id,
        tier=tier,
        must=says is not None,
        at=now,
    )


class Turn:
    """Whose turn it is: the agents who are here, in the order of their numbers.

    Args:
        session: of a writing transaction.
        here: who is away.
        numbers: the agents' numbers by their names.
        known: what is laid down of them.
        now: the moment.
    """

    def __init__(
        self,
        session: Session,
        here: Laid,
        numbers: Mapping[str, int],
        known: Mapping[int, AgentCard],
        now: datetime,
    ) -> None:
        self._session = session
        self._here = sorted(number for name, number in numbers.items() if not here.is_away(name, now))
        self._known = {number: known.get(number) or AgentCard(number) for number in self._here}
        self._now = now
        self._last: int | None = None
        self._ready: dict[int, Ready] | None = None

    def next(self, conversation_id: int, message: Incoming | None) -> tuple[int | None, Cause]:
        """Return whose turn it is to have a conversation that begins with a message, and why; `None` for nobody."""
        ready = self.ready()
        able, because = fitting(self._asks(conversation_id, message), ready.values(), self._now)
        order = [one for one in self._here if one in able]
        if not order:
            return None, because
        if self._last is None:
            held = self._session.connection().execute(select(_D.c.value).where(_D.c.name == _TURN)).scalar()
            self._last = int(bytes(held)) if held is not None else 0
        last = self._last = next((one for one in order if one > (self._last or 0)), order[0])
        return last, because

    def give(self, agent_id: int) -> None:
        """Take in that an agent gets one more."""
        ready = self.ready()
        if agent_id in ready:
            ready[agent_id] = replace(ready[agent_id], has=ready[agent_id].has + 1)

    def keep(self) -> None:
        """Keep whose turn was last."""
        if self._last is None:
            return
        connection = self._session.connection()
        row = {"name": _TURN, "value": str(self._last).encode()}
        statement = inserting(connection.dialect.name)(_D).values(row)
        connection.execute(statement.on_conflict_do_update(index_elements=["name"], set_={"value": row["value"]}))

    def ready(self) -> dict[int, Ready]:
        """Return those who are here, by their numbers."""
        if self._ready is None:
            limited = [number for number, card in self._known.items() if card.limit is not None]
            has = in_work(self._session, limited) if limited else {}
            laid_down = terms(self._session) if any(card.hours for card in self._known.values()) else None
            self._ready = {
                number: Ready(
                    card,
                    laid_down is None or not card.hours or laid_down.hours(card.hours).is_open(self._now),
                    has.get(number, 0),
                )
                for number, card in self._known.items()
            }
        return self._ready

    def _asks(self, conversation_id: int, message: Incoming | None) -> Asks:
        if message is None:
            return Asks(Tier.N1)
        tags: Collection[str] = ()
        if any(card.skills for card in self._known.values()):
            tags = [row.tag for row in _TAGS(self._session.connection(), [conversation_id])]
        parsed = message.parsed
        return Asks(Tier.N1, parsed.language, tags, f"{parsed.subject} {parsed.reply_text}")
