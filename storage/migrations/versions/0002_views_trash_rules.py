"""Saved views, the trash, and the desk's own rules."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SPAM = "WHEN status = 'spam' THEN 6"
TRASH = f"{SPAM}\n    WHEN status = 'trash' THEN 7"
RANKS = (
    f"CASE\n    WHEN joined_into IS NOT NULL THEN 9\n    {TRASH}\n    WHEN status IN ('resolved', 'closed') THEN 5"
    "\n    WHEN snoozed_until IS NOT NULL THEN 3\n    WHEN status IN ('waiting', 'on_hold') THEN 2"
    "\n    WHEN oldest_unanswered_at IS NULL THEN 1\n    ELSE 0 END"
)
RANKED = {
    "conversation_customer": "customer_id",
    "conversation_mailbox": "mailbox_id",
    "conversation_mine": "assignee_id",
    "conversation_queue": None,
    "conversation_status": "status",
    "conversation_tier": "tier",
}


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        rank_trash_on_sqlite()
    else:
        rank_trash()
    op.add_column("mailbox", sa.Column("trash", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "view",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("agent_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("query", sa.Text(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["agent_id"], ["agent.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_table(
        "rule",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("conditions", sa.JSON(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("assignee_id", sa.BigInteger(), nullable=True),
        sa.Column("spam", sa.Boolean(), nullable=False),
        sa.Column("ignores", sa.Boolean(), nullable=False),
        sa.Column("valid_from", sa.BigInteger(), nullable=False),
        sa.Column("valid_until", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["assignee_id"], ["agent.id"]),
        sa.PrimaryKeyConstraint("id"),
    )


def rank_trash() -> None:
    """Give the trash its rank; the indexes over the column go and come with it."""
    op.drop_column("conversation", "queue_rank")
    op.add_column("conversation", sa.Column("queue_rank", sa.Integer(), sa.Computed(RANKS, persisted=True)))
    for name, first in RANKED.items():
        op.create_index(name, "conversation", [*([first] if first else []), "queue_rank", "queue_at", "id"])


def rank_trash_on_sqlite() -> None:
    """Make the table anew with the other rank, as https://sqlite.org/lang_altertable.html §7 says.

    Foreign keys are off meanwhile, which holds only outside of a transaction: the one that is open is ended and
    another begun, so that this and the version's own row are written in one. `migrate.upgrade` lets go of the
    connection afterwards.
    """
    bind = op.get_bind()
    for statement in ("COMMIT", "PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"):
        bind.exec_driver_sql(statement)
    made, *indexes = (
        row[0]
        for row in bind.exec_driver_sql(
            "SELECT sql FROM sqlite_master WHERE tbl_name = 'conversation' AND sql IS NOT NULL ORDER BY type = 'index'"
        ).all()
    )
    anew = made.replace("CREATE TABLE conversation ", "CREATE TABLE conversation_anew ", 1).replace(SPAM, TRASH)
    columns = ", ".join(row[1] for row in bind.exec_driver_sql("PRAGMA table_info(conversation)"))
    bind.exec_driver_sql(anew)
    bind.exec_driver_sql(f"INSERT INTO conversation_anew ({columns}) SELECT {columns} FROM conversation")
    bind.exec_driver_sql("DROP TABLE conversation")
    bind.exec_driver_sql("ALTER TABLE conversation_anew RENAME TO conversation")
    for index in indexes:
        bind.exec_driver_sql(index)
