"""How a draft is begun: what stands in it at first, by what it will be and what it answers; one transaction each."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from console.mail.drafting import first_values
from storage.kinds import DraftKind
from storage.kinds.drafts import DraftView
from storage.views import ContextView, ConversationView

if TYPE_CHECKING:
    from sqlmodel import Session

    from storage.queries.answering import Answerable, Sender


@dataclass(frozen=True, slots=True)
class Begun:
    """A draft that is on the screen, and what is known around it.

    Attributes:
        draft: as it is kept.
        known: whether it had been begun before.
        view: the conversation; `None` for a new one.
        context: what stands beside the conversation.
        names: of the agents, for its events.
        wrote: what the message that is answered says; empty when there is none.
        wrote_by: who wrote it.
        senders: the mailboxes that can be written from.
        customer: whose conversation it is.
    """

    draft: DraftView
    known: bool
    view: ConversationView | None
    context: ContextView | None
    names: dict[int, str]
    wrote: str
    wrote_by: str
    senders: "tuple[Sender, ...]"
    customer: str


def begin(
    session: "Session",
    *,
    agent_id: int,
    kind: DraftKind,
    conversation_id: int | None,
    message_id: int | None,
    now: datetime,
) -> Begun:
    """Begin a draft, or go on with the one there is.

    Args:
        session: of a writing transaction.
        agent_id: who writes.
        kind: what it will be.
        conversation_id: that it belongs to; `None` for a new one.
        message_id: what is answered or forwarded; `None` for the message that asks for it.
        now: the moment.

    Raises:
        NoSuch: there is no such conversation, or no such message in it.
    """
    from storage.commands import drafts
    from storage.queries import answering

    if conversation_id is None:
        senders = answering.senders(session)
        first = senders[0].mailbox_id if senders else None
        draft, known = drafts.begin(session, agent_id=agent_id, kind=kind, mailbox_id=first, now=now)
        return _around(session, draft, known=known, answer=None, now=now)
    answer = answering.answerable(session, conversation_id, message_id=message_id)
    draft, known = drafts.begin(
        session,
        agent_id=agent_id,
        kind=kind,
        conversation_id=answer.view.conversation_id,
        message_id=answer.message.message_id if answer.message else None,
        mailbox_id=answer.sender.mailbox_id,
        values=first_values(kind, answer),
        now=now,
    )
    if known and draft.kind is not kind:  # an answer to all becomes one to the sender, or the other way round
        values = {name: value for name, value in first_values(kind, answer).items() if name in {"to", "cc"}}
        drafts.turn_into(session, draft.draft_id, agent_id=agent_id, kind=kind, now=now)
        drafts.save(session, draft.draft_id, agent_id=agent_id, values=values, now=now)
        draft, _known = drafts.begin(
            session, agent_id=agent_id, kind=kind, conversation_id=answer.view.conversation_id, now=now
        )
    return _around(session, draft, known=known, answer=answer, now=now)


def resume(session: "Session", *, draft_id: int, agent_id: int, now: datetime) -> Begun:
    """Go on with a draft.

    Raises:
        NoSuch: it is not there any more.
    """
    from storage.commands import drafts
    from storage.queries import answering
    from storage.queries.drafts import draft as read_draft

    draft = read_draft(session, draft_id, agent_id=agent_id)
    drafts.note_writing(session, draft_id, agent_id=agent_id, now=now)
    number = draft.conversation_id
    answer = answering.answerable(session, number, message_id=None) if number is not None else None
    return _around(session, draft, known=True, answer=answer, now=now)


def _around(session: "Session", draft: DraftView, *, known: bool, answer: "Answerable | None", now: datetime) -> Begun:
    from storage.queries import agents, answering, context

    if answer is None:
        return Begun(draft, known, None, None, {}, "", "", answering.senders(session), "")
    message = answering.answered(answer.view.messages, draft.message_id) or answer.message
    return Begun(
        draft=draft,
        known=known,
        view=answer.view,
        context=context.read(session, answer.view, now=now),
        names=agents.agents(session),
        wrote=(message.reply_text if message.reply_text.strip() else message.text) if message else "",
        wrote_by=(message.author.name or message.author.address) if message else "",
        senders=answering.senders(session),
        customer=answer.view.customer,
    )
