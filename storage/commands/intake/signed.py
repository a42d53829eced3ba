"""Our own signed Message-IDs in what mail cites: they name the conversation that our mail left from."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlmodel import Session

from storage.apply.base import chunks, table
from storage.commands.desk import signing_key
from storage.commands.intake.deliveries import Incoming, header_key
from storage.commands.intake.evidence import Edge
from storage.commands.intake.references import bearers_of
from storage.commands.joining import standing_number
from storage.kinds import Evidence
from storage.models import Conversation, Mailbox
from storage.rules.threading import signed_conversation


def signed(session: Session, messages: Sequence[Incoming]) -> list[Edge]:
    """Return what ties messages to the conversations that they name by a signed Message-ID of ours.

    Where our message itself is known, that is where it stands now; else where the conversation's number leads.
    A name of another mailbox group is no evidence.
    """
    candidates = [
        (message, one)
        for message in messages
        for one in (*message.parsed.in_reply_to, *reversed(message.parsed.references))
        if one.startswith("p.")
    ]
    if not candidates:
        return []
    key = signing_key(session)
    named: dict[int, tuple[int, bytes]] = {}
    groups: dict[int, str] = {}
    for message, one in candidates:
        conversation = signed_conversation(key, one)
        cited = header_key(message.mailbox.group, one)
        if conversation is not None and cited is not None:
            named.setdefault(message.message_id, (conversation, cited))
            groups[message.message_id] = message.mailbox.group
    rows, boxes = table(Conversation), table(Mailbox)
    chosen = select(rows.c.id, boxes.c.mailbox_group).join(boxes, boxes.c.id == rows.c.mailbox_id)
    group_of: dict[int, str] = {}
    for some in chunks(conversation for conversation, _ in named.values()):
        group_of.update(session.connection().execute(chosen.where(rows.c.id.in_(some))).all())
    bearers = bearers_of(session, {cited for _, cited in named.values()})
    edges = []
    for number, (conversation, cited) in named.items():
        if group_of.get(conversation) != groups[number]:
            continue
        known = bearers.get(cited, [])
        parent = known[0] if len(known) == 1 else -standing_number(session, conversation)
        edges.append(Edge(number, parent, Evidence.SIGNED))
    return edges
