"""What an agent writes down becomes a message: its bytes are made, read as any mail is, and kept with its fact."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from console.mail.composing.noting import call_content, note_content
from console.mail.parse import parse
from storage.commands import noting
from storage.commands.noting import Written
from storage.events import Actor
from storage.kinds import Direction, Status
from storage.kinds.errors import Changed, NoSuch, Refused
from storage.queries.noting import Place, place
from storage.store import Store
from storage.store.content import digest_of


def keep_note(
    store: Store,
    conversation_id: int,
    text: str,
    *,
    agent: str,
    actor: Actor,
    now: datetime,
    draft_id: int | None = None,
) -> tuple[int, int, int]:
    """Keep a note; it is never sent.

    Args:
        store: an agent's.
        conversation_id: by its own number, or by one that was joined into it.
        text: as typed.
        agent: the agent's name.
        actor: who wrote it.
        now: the moment.
        draft_id: what it was made of.

    Returns:
        The action, the note's number as a message, and the conversation that it stands in.

    Raises:
        ComposingError: there is no text, or too much of it; nothing was done.
        DeskError: as `storage.commands.noting.note`; nothing was done.
    """
    where = _place(store, conversation_id)
    content = note_content(text, agent=agent, subject=where.subject, now=now)
    chosen = {"conversation_id": where.conversation_id, "actor": actor, "now": now, "draft_id": draft_id}
    return (*kept(store, content, noting.note, chosen), where.conversation_id)


def log_call(
    store: Store,
    conversation_id: int,
    text: str,
    *,
    incoming: bool,
    minutes: int,
    agent: str,
    actor: Actor,
    now: datetime,
    who: str = "",
    promised: str = "",
    promised_word: str = "promised:",
    after: Status | None = None,
) -> tuple[int, int, int]:
    """Log a call.

    Args:
        store, conversation_id, agent, actor, now: as of `keep_note`.
        text: what was said; may be empty when something was promised.
        incoming: whether it was they who rang.
        minutes: how long it took.
        who: with whom: a name or a number; empty for the conversation's customer.
        promised: what was promised; `promised_word` stands before it.
        after: where the conversation stands then; `None` leaves it where it is.

    Returns:
        The action, the call's number as a message, and the conversation that it stands in.

    Raises:
        ComposingError, DeskError: as `keep_note`.
    """
    where = _place(store, conversation_id)
    content = call_content(
        text,
        agent=agent,
        who=who or where.customer,
        subject=where.subject,
        promised=promised,
        incoming=incoming,
        word=promised_word,
        now=now,
    )
    chosen = {
        "conversation_id": where.conversation_id,
        "direction": Direction.INCOMING if incoming else Direction.OUTGOING,
        "minutes": minutes,
        "by_customer": not who or who.casefold() == where.customer.casefold(),
        "actor": actor,
        "now": now,
        "after": after,
    }
    return (*kept(store, content, noting.call, chosen), where.conversation_id)


def _place(store: Store, conversation_id: int) -> Place:
    with store.reading() as session:
        return place(session, conversation_id)


def kept(store: Store, content: bytes, command: Callable[..., tuple[int, int]], chosen: dict[str, Any]) -> Any:
    """Read the bytes of what was written down, lay them into the content, and give them to a command of the record."""
    digest = digest_of(content)
    written = Written(parse(content), digest, len(content))
    store.content.put({digest: content})  # on the disk before the row that points at it
    try:
        with store.writing() as session:
            return command(session, written, **chosen)
    except (Changed, NoSuch, Refused):  # by the record: whatever fails later may have been committed
        store.content.erase([digest])  # nobody else has these bytes: their Message-ID is new
        raise
