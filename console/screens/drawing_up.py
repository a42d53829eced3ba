"""What the screen of a handoff asks of the record, in one transaction: facts, who is asked, what was typed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from storage.kinds import DraftKind, Tier
from storage.kinds.handoffs import Before, Contents
from storage.views import ConversationView
from widgets.handing import Changing

if TYPE_CHECKING:
    from sqlmodel import Session


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """A handoff that is begun.

    Attributes:
        view: the conversation.
        contents: what goes along by itself.
        before: what resembles it.
        changing: what it changes.
        draft_id: under which it is kept; `typed` what was typed before, by field; empty for a new one.
    """

    view: ConversationView
    contents: Contents
    before: tuple[Before, ...]
    changing: Changing
    draft_id: int
    typed: Mapping[str, Any]


def begin(session: "Session", *, conversation_id: int, to: Tier, agent_id: int, now: datetime) -> DrawnUp:
    """Begin a handoff, or go on with the one that this agent has begun there.

    Args:
        session: of a writing transaction.
        conversation_id: by its own number, or by one that was joined into it.
        to: the receiving tier.
        agent_id: who hands it on.
        now: the moment.

    Raises:
        NoSuch: there is no such conversation.
    """
    from storage.commands import drafts
    from storage.queries import agents, briefing, context, conversations, handoffs
    from storage.rules import transfers

    view = conversations.read(session, conversation_id, agent_id=agent_id)
    number = view.conversation_id
    draft, known = drafts.begin(session, agent_id=agent_id, kind=DraftKind.HANDOFF, now=now, conversation_id=number)
    typed: dict[str, Any] = json.loads(draft.body) if known and draft.body else {}
    asked, _rota = handoffs.asked_first(session, to, now)
    every = handoffs.handoffs_of(session, number)
    return DrawnUp(
        view,
        briefing.drawn_up(session, view, context.read(session, view)),
        briefing.similar(session, number),
        Changing(
            view.tier,
            to,
            view.assignee,
            agents.agents(session).get(asked or 0, ""),
            transfers.WITHIN[to],
            view.customer or view.customer_address,
            transfers.crossings(every, view.tier, to),
        ),
        draft.draft_id,
        typed,
    )


def written(values: Mapping[str, Any]) -> str:
    """Return what was typed as a draft keeps it."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True)
