"""Clocks: what they are read from, where they stand, what was recorded of them, and the queue by their deadlines."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

SINCE = "coalesce(due_at, oldest_unanswered_at + 3155760000000000, last_message_at + 3155760000000000, 0)"
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
    _tables()
    _stood()
    _handled()
    for name in INDEXES:
        op.drop_index(name, "conversation")
    op.execute("ALTER TABLE conversation DROP COLUMN queue_order")
    stored = "" if op.get_bind().dialect.name == "sqlite" else " STORED"
    for column, kind in (("due_at", "BIGINT"), ("warn_at", "BIGINT"), ("due_metric", "VARCHAR(32)")):
        op.execute(f"ALTER TABLE conversation ADD COLUMN {column} {kind}")
    op.execute(f"ALTER TABLE conversation ADD COLUMN queue_order BIGINT GENERATED ALWAYS AS ({ORDER}){stored}")
    for name, first in INDEXES.items():
        only = sa.text(ONLY[name]) if name in ONLY else None
        columns = [*first, "queue_rank", "queue_order", "id"]
        op.create_index(name, "conversation", columns, sqlite_where=only, postgresql_where=only)
    due = sa.text("due_at IS NOT NULL")
    op.create_index("conversation_due", "conversation", ["due_at", "id"], sqlite_where=due, postgresql_where=due)


def _tables() -> None:
    moment = sa.BigInteger()
    word = sa.String(32)
    op.create_table(
        "stand",
        sa.Column("conversation_id", sa.BigInteger(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("place", sa.Integer(), primary_key=True),
        sa.Column("at", moment, nullable=False),
        sa.Column("before", word, nullable=False),
        sa.Column("after", word, nullable=False),
    )
    op.create_table(
        "alarm",
        sa.Column("conversation_id", sa.BigInteger(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("metric", word, primary_key=True),
        sa.Column("due_at", moment, primary_key=True),
        sa.Column("mark", word, primary_key=True),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("noticed_at", moment, nullable=False),
        sa.Column("explained_at", moment),
        sa.Column("cause", sa.Text()),
        sa.Column("corrective", sa.Text()),
    )
    unexplained = sa.text("mark = 'breached' AND explained_at IS NULL")
    op.create_index("alarm_unexplained", "alarm", ["due_at"], sqlite_where=unexplained, postgresql_where=unexplained)
    op.create_table(
        "clock",
        sa.Column("conversation_id", sa.BigInteger(), sa.ForeignKey("conversation.id"), primary_key=True),
        sa.Column("metric", word, primary_key=True),
        sa.Column("state", word, nullable=False),
        sa.Column("started_at", moment, nullable=False),
        sa.Column("due_at", moment),
        sa.Column("warn_at", moment),
        sa.Column("stopped_at", moment),
        sa.Column("policy", sa.Text(), nullable=False),
        sa.Column("next_at", moment),
    )
    waits = sa.text("next_at IS NOT NULL")
    op.create_index("clock_next", "clock", ["next_at"], sqlite_where=waits, postgresql_where=waits)
    op.execute("ALTER TABLE message ADD COLUMN handled_at BIGINT")


def _stood() -> None:
    """Put down how conversations stood, out of the log, as replaying it would."""
    if op.get_bind().dialect.name == "sqlite":
        said = "json_extract(public, '$.fact.{}')"
    else:
        said = "CAST(public AS json) -> 'fact' ->> '{}'"
    before = f"CASE kind WHEN 'cancelled' THEN {said.format('starts')} ELSE {said.format('before')} END"
    after = f"CASE kind WHEN 'cancelled' THEN 'trash' ELSE {said.format('after')} END"
    op.execute(
        'INSERT INTO stand (conversation_id, place, at, "before", "after") SELECT conversation_id,'
        f" row_number() OVER (PARTITION BY conversation_id ORDER BY id), happened_at, {before}, {after} FROM event"
        f" WHERE kind = 'status_changed' OR kind = 'cancelled' AND {said.format('starts')} IS NOT NULL"
    )


def _handled() -> None:
    """Put down since when mail is handled; what was marked last stands."""
    if op.get_bind().dialect.name != "sqlite":
        op.execute(
            "UPDATE message SET handled_at = last.at FROM (SELECT DISTINCT ON (one.value) CAST(one.value AS bigint) AS id,"
            " CASE WHEN CAST(event.public AS json) -> 'fact' ->> 'after' = 'true' THEN event.happened_at END AS at"
            " FROM event, json_array_elements_text(CAST(event.public AS json) -> 'fact' -> 'message_ids') AS one(value)"
            " WHERE event.kind = 'handled' ORDER BY one.value, event.id DESC) AS last"
            " WHERE last.id = message.id AND last.at IS NOT NULL"
        )
        return
    op.execute("CREATE TEMPORARY TABLE handled_last (id INTEGER PRIMARY KEY, at BIGINT)")
    op.execute(
        "INSERT OR REPLACE INTO handled_last SELECT one.value,"
        " CASE WHEN json_extract(event.public, '$.fact.after') THEN event.happened_at END"
        " FROM event, json_each(event.public, '$.fact.message_ids') AS one WHERE event.kind = 'handled' ORDER BY event.id"
    )
    op.execute(
        "UPDATE message SET handled_at = (SELECT one.at FROM handled_last AS one WHERE one.id = message.id)"
        " WHERE id IN (SELECT id FROM handled_last WHERE at IS NOT NULL)"
    )
    op.execute("DROP TABLE handled_last")
