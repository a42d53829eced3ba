"""Applying the facts about agents, mailboxes and persons."""

from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, update

from storage.apply.base import Touched, applies, insert, naming, standing, table
from storage.events import AgentJoined, MailboxAdded, MailboxChanged, Met
from storage.kinds import AddressKind
from storage.kinds.errors import Changed
from storage.models import Address, Agent, Mailbox, Person


@applies(AgentJoined)
def _(facts: Sequence[AgentJoined], connection: Connection) -> Touched:
    insert(connection, Agent, [{"id": fact.agent_id, "name": fact.name} for fact in facts])
    return ()


@applies(MailboxAdded)
def _(facts: Sequence[MailboxAdded], connection: Connection) -> Touched:
    rows = [
        {
            "id": fact.mailbox_id,
            "name": fact.name,
            "address": fact.address,
            "aliases": list(fact.aliases),
            "mailbox_group": fact.group,
            "live_since": fact.live_since,
            "archive": fact.archive,
            "trash": fact.trash,
        }
        for fact in facts
    ]
    insert(connection, Mailbox, rows)
    return ()


@applies(MailboxChanged)
def _(facts: Sequence[MailboxChanged], connection: Connection) -> Touched:
    holds = standing(connection, Mailbox, "archive", (fact.mailbox_id for fact in facts))
    rows = table(Mailbox)
    for fact in facts:
        if holds.get(fact.mailbox_id) != fact.archive_before:
            raise Changed("mailbox", (fact.mailbox_id,))
        holds[fact.mailbox_id] = fact.archive
        connection.execute(
            update(rows).where(rows.c.id == bindparam("row")),
            {
                "row": fact.mailbox_id,
                "address": fact.address,
                "aliases": list(fact.aliases),
                "archive": fact.archive,
                "trash": fact.trash,
            },
        )
    return ()


@applies(Met)
def _(facts: Sequence[Met], connection: Connection) -> Touched:
    insert(
        connection,
        Person,
        [
            {
                "id": fact.person_id,
                **naming(fact.name),
                "kind": fact.person_kind,
                "organization_id": fact.organization_id,
                "merged_into": None,
            }
            for fact in facts
        ],
    )
    insert(
        connection,
        Address,
        [
            {
                "id": fact.address_id,
                "person_id": fact.person_id,
                "mailbox_group": fact.group,
                "kind": AddressKind.EMAIL,
                "address": fact.address,
            }
            for fact in facts
        ],
    )
    return ()
