"""Who waits since the same minute stands by touch model: a place for each, and the order that the database makes of it."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

SINCE = "coalesce(oldest_unanswered_at, last_message_at, 0)"
ORDER = f"CASE WHEN {SINCE} = 0 THEN 0 ELSE {SINCE} / 60000000 * 300000000 + touch_place * 60000000 + {SINCE} % 60000000 END"

INDEXES = {
    "conversation_queue": (),
    "conversation_mine": ("assignee_id",),
    "conversation_tier": ("tier",),
    "conversation_mailbox": ("mailbox_id",),
    "conversation_status": ("status",),
    "conversation_priority": ("priority",),
    "conversation_task": ("kind",),
}
ONLY = {"conversation_priority": "priority <> 'normal'", "conversation_task": "kind IN ('task', 'checkin')"}


def upgrade() -> None:
    stored = "" if op.get_bind().dialect.name == "sqlite" else " STORED"
    op.execute("ALTER TABLE conversation ADD COLUMN touch_place INTEGER DEFAULT '4' NOT NULL")
    op.execute(f"ALTER TABLE conversation ADD COLUMN queue_order BIGINT GENERATED ALWAYS AS ({ORDER}){stored}")
    # What profiles say by now; of a mixture what it was shipped with picks where nothing else is said.
    says = "(SELECT value FROM profile WHERE subject = '{}' AND subject_id = {} AND field = 'touch')"
    belongs = (
        "coalesce(organization_id, (SELECT p.organization_id FROM person p WHERE p.id = conversation.customer_id))"
    )
    touch = f"coalesce({says.format('person', 'conversation.customer_id')}, {says.format('organization', belongs)})"
    op.execute(
        f"UPDATE conversation SET touch_place = CASE {touch} WHEN 'high' THEN 0 WHEN 'mid' THEN 1 WHEN 'low' THEN 2"
        " WHEN 'smart' THEN 2 WHEN 'tech' THEN 3 ELSE 4 END WHERE EXISTS"
        " (SELECT 1 FROM profile WHERE field = 'touch')"
    )
    for name, first in INDEXES.items():
        op.drop_index(name, "conversation")
        only = sa.text(ONLY[name]) if name in ONLY else None
        columns = [*first, "queue_rank", "queue_order", "id"]
        op.create_index(name, "conversation", columns, sqlite_where=only, postgresql_where=only)
