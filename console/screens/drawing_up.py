"""What the screen of a handoff asks of the record, in one transaction: facts, who is asked, what was typed."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from storage.kinds import Delivery, DraftKind, Tier
from storage.kinds.handoffs import Before, Contents, HandoffView, Promised, Visit
from storage.views import ConversationView
from widgets.handing import Changing
from widgets.language import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.kinds.handoffs import Askable
    from storage.kinds.rotas import OnCall

_UNSENT: Final = frozenset({Delivery.CANCELLED, Delivery.FAILED})


@dataclass(frozen=True, slots=True)
class DrawnUp:
    """A handoff that is begun.

    Attributes:
        view: the conversation.
        contents: what goes along by itself.
        before: what resembles it.
        changing: what it changes.
        askable: who can be asked to accept it; `on_call` who is on call at the receiving tier.
        draft_id: under which it is kept; `typed` what was typed before, by field; empty for a new one.
    """

    view: ConversationView
    contents: Contents
    before: tuple[Before, ...]
    changing: Changing
    askable: tuple["Askable", ...]
    on_call: tuple["OnCall", ...]
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
    from storage.queries import briefing, context, conversations, handoffs
    from storage.queries.askable import askable
    from storage.queries.clocks import clocks_handed
    from storage.queries.on_call import on_call
    from storage.rules import transfers

    view = conversations.read(session, conversation_id, agent_id=agent_id)
    number = view.conversation_id
    draft, known = drafts.begin(session, agent_id=agent_id, kind=DraftKind.HANDOFF, now=now, conversation_id=number)
    typed: dict[str, Any] = json.loads(draft.body) if known and draft.body else {}
    every = handoffs.handoffs_of(session, number)
    if _has_left(session, str(typed.get("told", "")), every):
        typed["told"] = ""
    return DrawnUp(
        view,
        briefing.drawn_up(session, view, context.read(session, view)),
        briefing.similar(session, number),
        Changing(
            view.tier,
            to,
            view.assignee,
            clocks_handed(session, number, to, now=now),
            now + transfers.WITHIN[to],
            view.customer or view.customer_address,
            transfers.crossings(every, view.tier, to),
        ),
        askable(session, to, now, but=agent_id),
        on_call(session, now, tier=to),
        draft.draft_id,
        typed,
    )


def _has_left(session: "Session", told: str, every: Sequence[HandoffView]) -> bool:
    """Say whether the customer was told that already: an answer that has left is not taken back with its handoff."""
    from storage.queries.outbox import delivery

    same = [one for one in every if told.strip() and one.contents is not None and one.contents.told == told.strip()]
    answers = [delivery(session, one.told_id) for one in same if one.told_id is not None]
    return any(one is not None and one.state not in _UNSENT for one in answers)


def written(values: Mapping[str, Any]) -> str:
    """Return what was typed as a draft keeps it."""
    return json.dumps(values, ensure_ascii=False, sort_keys=True)


def visit_of(values: Mapping[str, Any], now: datetime, *, words: Callable[[str], str]) -> tuple[Visit | None, str]:
    """Return the visit that fields describe, or why they describe none.

    Args:
        values: by their names.
        now: the present, in the agent's zone.
        words: gives the label of a field.
    """
    from widgets.when import NoMoment, read_moment

    given = {name: str(values[name]).strip() for name in ("site", "asset", "from", "until")}
    if not any(given.values()):
        return None, ""
    moments = []
    for name in ("from", "until"):
        try:
            moments.append(read_moment(given[name], now=now).astimezone(UTC))
        except NoMoment as wrong:
            return None, f"{words(name)}: {wrong}" if given[name] else _("A visit needs from and until.")
    return Visit(given["site"], given["asset"], moments[0], moments[1]), ""


def promise_of(values: Mapping[str, Any], now: datetime) -> tuple[Promised | None, str]:
    """Return what the field of a promise promises, words and until when, or why that is no promise."""
    from console.screens.commands.promising import parted, trouble_of
    from widgets.when import read_moment

    line = str(values["promise"]).strip()
    if not line:
        return None, ""
    said = parted(line, now)
    if wrong := trouble_of(said, now):
        return None, wrong
    return Promised(said[0], read_moment(said[1], now=now).astimezone(UTC)), ""
