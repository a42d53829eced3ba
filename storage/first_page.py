"""The first page of the queue, read past SQLAlchemy: to load that takes longer than all else until rows stand.

What `storage.queries` answers is said here once more, in the very statements that it sends to SQLite; a test holds
both roads equal, word by word and row by row. Whoever finds anything out of the ordinary goes the whole road, which
every console goes a moment later.
"""

import json
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from storage.drivers import sqlite_driver
from storage.kinds.moments import microseconds, moment
from storage.queries.making import Key, mailbox_view, nameless, queue_rows, saved_views
from storage.versions import HEAD, SECURE_SQLITE
from storage.views import MailboxView, QueueWindow, SavedView

_BUSY_SECONDS: Final = 0.1  # then the whole road is taken, which waits
_COUNTED: Final = 1000  # `storage.queries.inbox.COUNTED`

_VERSION: Final = "SELECT version_num FROM alembic_version"
_AGENT: Final = "SELECT agent.id FROM agent WHERE agent.name = ?"
_KEYS: Final = """
    SELECT conversation.queue_rank, conversation.queue_order, conversation.id FROM conversation
    WHERE conversation.queue_rank < 4
    ORDER BY conversation.queue_rank ASC, conversation.queue_order ASC, conversation.id ASC LIMIT ? OFFSET 0
"""
_ROWS: Final = """
    SELECT conversation.id, conversation.status, conversation.tier, conversation.priority, conversation.assignee_id,
    conversation.customer_id, conversation.oldest_unanswered_at, conversation.last_message_at,
    conversation.last_message_id, conversation.snoozed_until, conversation.message_count, message_text.subject,
    person.name, coalesce(organization.name, (SELECT min(domain.domain) AS min_1 FROM domain
    WHERE domain.organization_id = organization.id)) AS coalesce_1, mailbox.name AS name_1, agent.name AS name_2,
    read_mark.message_id, conversation.due_at, conversation.warn_at, conversation.due_metric,
    EXISTS (SELECT handoff.id FROM handoff
    WHERE handoff.conversation_id = conversation.id AND handoff.crossed > 1) AS anon_1,
    EXISTS (SELECT entry.id FROM entry WHERE entry.subject_id = conversation.customer_id
    AND entry.subject = 'person' AND entry.kind = 'promise' AND entry.name IS NOT NULL) AS anon_2,
    EXISTS (SELECT handoff.id FROM handoff WHERE handoff.conversation_id = conversation.id
    AND handoff.state IN ('offered', 'escalated')) AS anon_3
    FROM conversation JOIN mailbox ON mailbox.id = conversation.mailbox_id
    LEFT OUTER JOIN message_text ON message_text.message_id = conversation.first_message_id
    LEFT OUTER JOIN person ON person.id = conversation.customer_id
    LEFT OUTER JOIN organization ON organization.id = coalesce(conversation.organization_id, person.organization_id)
    LEFT OUTER JOIN agent ON agent.id = conversation.assignee_id
    LEFT OUTER JOIN read_mark ON read_mark.conversation_id = conversation.id AND read_mark.agent_id = ?
    WHERE conversation.id IN (SELECT value FROM json_each(?))
"""
_TAGS: Final = """
    SELECT tag.conversation_id, tag.tag FROM tag
    WHERE tag.conversation_id IN (SELECT value FROM json_each(?))
"""
_ADDRESSES: Final = """
    SELECT address.person_id, address.address FROM address
    WHERE address.person_id IN (SELECT value FROM json_each(?)) AND address.address IS NOT NULL
    ORDER BY address.id DESC
"""
_SAVED: Final = """
    SELECT "view".id, "view".agent_id, "view".name, "view"."query", "view".place FROM "view"
    WHERE ("view".agent_id IS NULL OR "view".agent_id = ?) AND "view".name IS NOT NULL AND "view"."query" IS NOT NULL
"""
_MAILBOXES: Final = """
    SELECT mailbox.id, mailbox.name, mailbox.address, mailbox.mailbox_group, mailbox.live_since, mailbox_state.state,
    mailbox_state.since, mailbox_state.synced_at, anon_1.done, anon_1.total, mailbox_state.trouble
    FROM mailbox LEFT OUTER JOIN mailbox_state ON mailbox_state.mailbox_id = mailbox.id
    LEFT OUTER JOIN (SELECT folder.mailbox_id AS mailbox_id, sum(folder.done) AS done, sum(folder.total) AS total
    FROM folder GROUP BY folder.mailbox_id) AS anon_1 ON anon_1.mailbox_id = mailbox.id ORDER BY mailbox.name
"""
_COUNT: Final = """
    SELECT count(*) AS count_1 FROM (SELECT conversation.id AS id FROM conversation WHERE {where}
    LIMIT 1000 OFFSET 0) AS anon_1
"""
_COUNTS: Final[Mapping[str, str]] = {
    "is:open is:mine": "conversation.queue_rank < 4 AND conversation.assignee_id IS NOT NULL"
    " AND conversation.assignee_id = :agent",
    "is:open is:unassigned": "conversation.queue_rank < 4 AND conversation.assignee_id IS NULL",
    "is:open": "conversation.queue_rank < 4",
    "is:settled sort:newest": "conversation.queue_rank = 5"
    " AND (conversation.queue_order != 0 OR conversation.last_message_at IS NOT NULL)",
    "is:open sla:late": "conversation.queue_rank < 4 AND conversation.due_at IS NOT NULL"
    " AND conversation.due_at <= :now",
    "is:spam sort:newest": "conversation.queue_rank < 7 AND conversation.status = 'spam'"
    " AND (conversation.queue_order != 0 OR conversation.last_message_at IS NOT NULL)",
}


@dataclass(frozen=True, slots=True)
class FirstPage:
    """What the console shows first: the head of ``is:open``, and what stands around it.

    Attributes:
        agent_id: of whoever sits down.
        window: never without rows; whether nothing waits is for the whole road to say.
        saved: the views that the agent has kept, and those shared with all.
        counts: of the console's own views, by their queries; counted up to 1000.
        mailboxes: how the sync of each stands.
    """

    agent_id: int
    window: QueueWindow
    saved: tuple[SavedView, ...]
    counts: Mapping[str, int]
    mailboxes: tuple[MailboxView, ...]


def first_page(path: Path, *, agent: str, size: int, now: datetime | None = None) -> FirstPage | None:
    """Read the first page of the store in the file `path`.

    Args:
        path: of a store on SQLite.
        agent: who sits down, by name.
        size: rows of the page.
        now: the moment; `None` for the present.

    Returns:
        The page; `None` where there is none, or the store is of another version, locked, broken or new to the agent.
    """
    driver = sqlite_driver()
    if driver.sqlite_version_info < SECURE_SQLITE or not path.exists():
        return None
    try:
        with closing(_connected(driver, path)) as line:
            return _read(line, agent, size, microseconds(now or datetime.now(UTC)))
    except Exception:  # noqa: BLE001 - a lock, damage, a word of a later version: the whole road says what it is
        return None


def _connected(driver: Any, path: Path) -> Any:
    line = driver.connect(path.absolute().as_uri() + "?mode=ro", uri=True, timeout=_BUSY_SECONDS)
    line.isolation_level = None  # BEGIN is said here: one picture of the record
    return line


def _read(line: Any, agent: str, size: int, now: int) -> FirstPage | None:
    def rows(statement: str, *values: Any) -> list[Any]:
        found: list[Any] = line.execute(statement, values).fetchall()
        return found

    line.execute("BEGIN")
    if rows(_VERSION) != [(HEAD,)]:
        return None
    who = rows(_AGENT, agent)
    keys: list[Key] = rows(_KEYS, max(_COUNTED, size + 1))
    if not who or not keys:
        return None
    agent_id = int(who[0][0])
    numbers = _many([key[2] for key in keys[:size]])
    found = rows(_ROWS, agent_id, numbers)
    unnamed = nameless(found)
    shown = queue_rows(keys[:size], found, rows(_TAGS, numbers), rows(_ADDRESSES, _many(unnamed)) if unnamed else ())
    counts = {
        query: int(line.execute(_COUNT.format(where=where), {"agent": agent_id, "now": now}).fetchone()[0])
        for query, where in _COUNTS.items()
    }
    return FirstPage(
        agent_id,
        QueueWindow(tuple(shown), before=False, after=len(keys) > size, position=0, total=min(len(keys), _COUNTED)),
        saved_views(rows(_SAVED, agent_id)),
        counts,
        tuple(
            mailbox_view((*row[:4], _moment(row[4]), row[5], *map(_moment, row[6:8]), *row[8:10]), _said(row[10]))
            for row in rows(_MAILBOXES)
        ),
    )


def _many(numbers: list[int]) -> str:
    return "[" + ",".join(map(str, numbers)) + "]"


def _moment(ticks: int | None) -> Any:
    return None if ticks is None else moment(ticks)


def _said(text: str | None) -> dict[str, str]:
    said: dict[str, str] = (json.loads(text) if text else None) or {}
    return said
