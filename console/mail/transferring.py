"""A conversation is handed on: its note and what the customer is told are made, then all is recorded in one step."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from console.mail.answering import frozen
from console.mail.composing import Letter, TooInvolved, compose, id_domain, signed
from console.mail.composing.noting import note_content
from console.mail.drafting import first_values
from console.mail.outgoing import NoAccount, account_of
from console.mail.parse import Unreadable, parse
from console.mail.parse.language import guess
from storage.commands import transferring
from storage.commands.desk import signing_key
from storage.commands.noting import Written
from storage.commands.outbox.queueing import Outgoing
from storage.commands.transferring import Handed, Transfer
from storage.events import Actor
from storage.kinds import DraftKind
from storage.kinds.drafts import DraftView
from storage.kinds.errors import BadField, Changed, DeskError, NoSuch, Refused
from storage.kinds.mail import entries
from storage.kinds.responses import ANYBODY, HandsOn
from storage.kinds.review import Finding
from storage.kinds.review import Written as Looked
from storage.queries.agents import agent_called
from storage.queries.answering import answerable, cites, review_facts
from storage.queries.briefing import draw_up
from storage.queries.history import last_event
from storage.queries.noting import place
from storage.rules.addressing import people_in
from storage.rules.mentions import addresses_in
from storage.rules.reviewing import review
from storage.rules.threading import own_message_id
from storage.store import Store
from storage.store.content import digest_of
from widgets.briefs import note_text
from widgets.text import tier_words

if TYPE_CHECKING:
    from console.config.accounts import Account

_BY_RECORD = (BadField, Changed, NoSuch, Refused)
"""Refusals after which bytes are nobody's; where the store itself failed it may have been committed."""


def hand_on(
    store: Store,
    wanted: Transfer,
    *,
    accounts: "Sequence[Account]",
    agent: str,
    actor: Actor,
    now: datetime,
    undo_window: timedelta,
    draft_id: int | None = None,
) -> Handed:
    """Hand a conversation to another tier, with its note, and the answer in which the customer is told, if any.

    Args:
        store: an agent's.
        wanted: what is handed on.
        accounts: of the configuration: the answer leaves by the one of the conversation's mailbox.
        agent: the agent's name.
        actor: who hands it on.
        now: the moment, in the agent's zone; in it the note tells the times.
        undo_window: for how long the answer can be taken back.
        draft_id: what it was made of: it comes back when the handoff is taken back.

    Raises:
        ComposingError: the answer goes to nobody, or is too much for one message; nothing was done.
        NoWayOut: the mailbox has no account that mail leaves by; nothing was done.
        DeskError: as `storage.commands.transferring.transfer`; nothing was done.
    """
    with store.reading() as session:  # before anything is made of it
        contents = transferring.checked(session, wanted)[1].contents
        where = place(session, wanted.conversation_id)
    told = None
    if contents.told:
        draft = told_draft(store, where.conversation_id, contents.told, agent_id=actor.agent_id or 0, now=now)
        account = account_of(accounts, draft.mailbox, draft.address)
        told = _outgoing(store, draft, account, agent=agent, now=now)
    note = None
    try:
        note = along(store, wanted, agent=agent, now=now).note
        with store.writing() as session:
            return transferring.transfer(
                session,
                wanted,
                note=note,
                told=told,
                undo_window=undo_window,
                draft_id=draft_id,
                actor=actor,
                now=now,
            )
    except _BY_RECORD:
        store.content.erase([one.raw_digest for one in (note, told) if one is not None])
        raise


def by_macro(store: Store, conversation_id: int, macro: HandsOn, *, told: str) -> tuple[Transfer, DeskError | None]:
    """Return what a macro hands on with an answer, and what keeps that from being done, if anything does.

    Args:
        store: an agent's.
        conversation_id: by its own number, or by one that was joined into it.
        macro: with its texts as they came out for the customer.
        told: the answer.
    """
    with store.reading() as session:
        contents = replace(draw_up(session, conversation_id), asked=macro.asked, reason=macro.reason, told=told)
        named = macro.agent not in {"", ANYBODY}
        agent_id = agent_called(session, name=macro.agent) if named else None
        anybody = macro.agent == ANYBODY
        wanted = Transfer(conversation_id, macro.to, contents, agent_id, destination=macro.team, anybody=anybody)
        if named and agent_id is None:
            return wanted, NoSuch("agent", macro.agent)
        try:
            transferring.checked(session, wanted)
        except DeskError as wrong:
            return wanted, wrong
    return wanted, None


def along(store: Store, wanted: Transfer, *, agent: str, now: datetime) -> transferring.Along:
    """Return a transfer as a part of an answer: its brief is written as a note, whose bytes lie on the disk.

    Raises:
        DeskError: as `storage.commands.transferring.checked`; nothing was done.
    """
    with store.reading() as session:
        contents = transferring.checked(session, wanted)[1].contents
        where = place(session, wanted.conversation_id)
    to = " ".join(filter(None, (tier_words(wanted.to), wanted.destination)))
    note = _written(store, note_text(contents, to, now), agent=agent, subject=where.subject, now=now)
    return transferring.Along(wanted, note)


def ask_colleague(
    store: Store,
    conversation_id: int,
    agent_id: int,
    text: str,
    *,
    within: timedelta,
    agent: str,
    actor: Actor,
    now: datetime,
) -> tuple[int, int]:
    """Ask a colleague in a note; return the action, and the number of the consultation.

    Args:
        store: an agent's.
        conversation_id: by its own number, or by one that was joined into it.
        agent_id: who is asked.
        text: the question.
        within: for how long an answer is waited for.
        agent: the name of the agent who asks.
        actor: who asks.
        now: the moment.

    Raises:
        ComposingError: there is no text, or too much of it; nothing was done.
        DeskError: as `storage.commands.transferring.consult`; nothing was done.
    """
    with store.reading() as session:
        where = place(session, conversation_id)
    note = _written(store, text, agent=agent, subject=where.subject, now=now)
    try:
        with store.writing() as session:
            return transferring.consult(
                session, where.conversation_id, agent_id, note=note, within=within, actor=actor, now=now
            )
    except _BY_RECORD:
        store.content.erase([note.raw_digest])
        raise


def told_draft(store: Store, conversation_id: int, text: str, *, agent_id: int, now: datetime) -> DraftView:
    """Return what the customer is told as a draft that nothing keeps: an answer to everybody who takes part."""
    with store.reading() as session:
        answer = answerable(session, conversation_id)
        seen = last_event(session)
    values = {"to": "", "cc": "", "subject": "", **first_values(DraftKind.REPLY, answer)}
    return DraftView(
        draft_id=0,
        agent_id=agent_id,
        kind=DraftKind.REPLY,
        conversation_id=answer.view.conversation_id,
        message_id=answer.message.message_id if answer.message is not None else None,
        mailbox_id=answer.sender.mailbox_id,
        mailbox=answer.sender.name,
        address=answer.sender.address,
        to=values["to"],
        cc=values["cc"],
        bcc="",
        subject=values["subject"],
        body=text,
        attachments=(),
        seen_event_id=seen,
        right=frozenset(),
        begun_at=now,
        updated_at=now,
        writing_until=None,
    )


def told_findings(store: Store, draft: DraftView, *, now: datetime) -> Sequence[Finding]:
    """Return what the review finds in what the customer is told, as in any answer."""
    looked_at = Looked(
        kind=draft.kind,
        to=entries(draft.to),
        cc=entries(draft.cc),
        bcc=(),
        subject=draft.subject,
        body=draft.body,
        attachments=(),
        language=guess(draft.body),
    )
    mentioned = {address for address, _start, _end in addresses_in(draft.body)}
    with store.reading() as session:
        facts = review_facts(session, draft, mentioned=mentioned, now=now)
    return review(looked_at, facts)


def _written(store: Store, text: str, *, agent: str, subject: str, now: datetime) -> Written:
    content = note_content(text, agent=agent, subject=subject, now=now)
    digest = digest_of(content)
    written = Written(parse(content), digest, len(content))
    store.content.put({digest: content})  # on the disk before the row that points at it
    return written


def _outgoing(store: Store, draft: DraftView, account: "Account", *, agent: str, now: datetime) -> Outgoing:
    if draft.mailbox_id is None or draft.conversation_id is None:
        raise NoAccount(draft.mailbox)
    with store.writing() as session:  # the first answer of all makes the key
        key = signing_key(session)
    with store.reading() as session:
        cited = cites(session, draft.message_id) if draft.message_id is not None else None
    author = account.sender(agent, address=draft.address)
    header_id = own_message_id(
        key,
        conversation_id=draft.conversation_id,
        unique=secrets.token_hex(10),
        domain=id_domain(author.address),
    )
    letter = Letter(
        author=author,
        to=people_in(draft.to),
        cc=people_in(draft.cc),
        bcc=(),
        subject=draft.subject,
        text=signed(draft.body, account.signed_by(agent)),
        header_id=header_id,
        dated_at=now,
        in_reply_to=cited.header_id if cited is not None else "",
        references=cited.references if cited is not None else (),
        html=account.html,
        files=(),
    )
    try:
        return frozen(
            store,
            compose(letter),
            mailbox_id=draft.mailbox_id,
            conversation_id=draft.conversation_id,
            answers_id=draft.message_id,
        )
    except Unreadable:
        raise TooInvolved from None
