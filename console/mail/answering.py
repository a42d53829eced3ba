"""A draft becomes an answer: its bytes are made once, read as any mail is, and queued with all that follows from it."""

import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from console.config.accounts import Account
from console.mail.composing import Composed, Letter, TooInvolved, TooLarge, compose, id_domain, load_files, signed
from console.mail.outgoing import NoWayOut
from console.mail.parse import LIMITS, Unreadable, parse
from storage.commands.desk import signing_key
from storage.commands.outbox import queueing
from storage.commands.outbox.queueing import Outgoing, Sent
from storage.commands.responses import Use
from storage.commands.transferring import Along, Transfer
from storage.events import Actor
from storage.kinds import DraftKind, Status
from storage.kinds.drafts import DraftView
from storage.kinds.errors import BadField, Changed, NoSuch, Refused
from storage.kinds.promises import Commitment
from storage.kinds.responses import Actions
from storage.queries.answering import Cites, cites
from storage.rules.addressing import people_in
from storage.rules.threading import own_message_id
from storage.store import Store
from storage.store.content import digest_of

_TRIES: Final = 20  # conversations that may begin at other desks' consoles between making the bytes and queueing them


def send_draft(
    store: Store,
    draft: DraftView,
    *,
    account: Account,
    agent: str,
    actor: Actor,
    now: datetime,
    undo_window: timedelta,
    after: Status | None,
    uses: Sequence[Use] = (),
    actions: Sequence[Actions] = (),
    promises: Sequence[Commitment] = (),
    keeps: Sequence[int] = (),
    hands_on: Transfer | None = None,
) -> Sent:
    """Freeze a draft into its final bytes and queue them.

    Args:
        store: an agent's.
        draft: as it is kept; its mailbox is the account's, its address that or an alias of it.
        account: of the mailbox that it is sent from.
        agent: the agent's name, for From and signature where the account asks for it.
        actor: who sends.
        now: the moment; it is the Date.
        undo_window: for how long it can be taken back.
        after: where the conversation stands then; `None` leaves it open.
        uses: the canned responses in it.
        actions: what macros do beside.
        promises, keeps: as `queueing.queue` takes them.
        hands_on: to whom the conversation is handed on with it, in the same action.

    Raises:
        ComposingError: an attachment vanished, an address is none, there is no recipient, or it is too much for one
            message; nothing was done.
        NoWayOut: the account has no SMTP server.
        DeskError: as `queueing.queue`; nothing was done.
    """
    assert draft.kind is not DraftKind.NOTE, "a note is never sent"
    if account.smtp is None:
        raise NoWayOut(account.name)
    assert draft.mailbox_id is not None
    bare = sum(one.size for one in draft.attachments)
    if bare > LIMITS.message:  # before it is all read
        raise TooLarge(_in_base64(bare), LIMITS.message)
    files = load_files(store, draft.attachments)
    begins = draft.conversation_id is None
    assert not (begins and hands_on), "what is only begun is not handed on"
    with store.writing() as session:  # the first answer of all makes the key
        key = signing_key(session)
    with store.reading() as session:
        answers = draft.kind in {DraftKind.REPLY, DraftKind.REPLY_SENDER} and draft.message_id is not None
        cited = cites(session, draft.message_id) if answers and draft.message_id is not None else Cites("", ())
    for attempt in range(_TRIES):
        number = draft.conversation_id
        if number is None:
            with store.reading() as session:
                number = queueing.number_to_begin(session)
        author = account.sender(agent, address=draft.address)
        letter = Letter(
            author=author,
            to=people_in(draft.to),
            cc=people_in(draft.cc),
            bcc=people_in(draft.bcc),
            subject=draft.subject,
            text=signed(draft.body, account.signed_by(agent)),
            header_id=own_message_id(
                key, conversation_id=number, unique=secrets.token_hex(10), domain=id_domain(author.address)
            ),
            dated_at=now,
            in_reply_to=cited.header_id,
            references=cited.references,
            html=account.html,
            files=files,
        )
        composed = compose(letter)
        if len(composed.content) > LIMITS.message:
            raise TooLarge(len(composed.content), LIMITS.message)
        about = {"mailbox_id": draft.mailbox_id, "conversation_id": number, "begins": begins}
        try:
            outgoing = frozen(store, composed, answers_id=draft.message_id if not begins else None, **about)
        except Unreadable:
            raise TooInvolved from None
        with_it = None
        try:
            if hands_on is not None:
                with_it = _along(store, hands_on, agent=agent, now=now)
            with store.writing() as session:
                return queueing.queue(
                    session,
                    outgoing,
                    actor=actor,
                    now=now,
                    undo_window=undo_window,
                    after=after,
                    draft_id=draft.draft_id,
                    uses=uses,
                    actions=actions,
                    promises=promises,
                    keeps=keeps,
                    along=with_it,
                )
        except (BadField, Changed, NoSuch, Refused) as refused:  # by the record: what fails later may be committed
            store.content.erase([outgoing.raw_digest, *([with_it.note.raw_digest] if with_it is not None else ())])
            if not (begins and isinstance(refused, Changed)) or attempt == _TRIES - 1:
                raise
            # Another conversation began meanwhile: the Message-ID would name it.
    raise AssertionError


def _along(store: Store, wanted: Transfer, *, agent: str, now: datetime) -> Along:
    from console.mail.transferring import along  # late: it stands on this

    return along(store, wanted, agent=agent, now=now)


def frozen(store: Store, composed: Composed, **about: Any) -> Outgoing:
    """Lay the bytes of a message into the content, and return it as what is to leave.

    Args:
        store: in whose content they lie from then on, on the disk, before any row points at them.
        composed: the finished message.
        about: the other fields of `Outgoing`.

    Raises:
        Unreadable: our own parser cannot read it; nothing was kept.
    """
    parsed, digest = parse(composed.content), digest_of(composed.content)
    store.content.put({digest: composed.content})
    return Outgoing(
        parsed=parsed,
        raw_digest=digest,
        size=len(composed.content),
        sender=composed.sender,
        recipients=composed.recipients,
        **about,
    )


def _in_base64(size: int) -> int:
    """Return how many bytes so many become in a message: four for three, and a line end for 76."""
    return size * 4 // 3 * 78 // 76
