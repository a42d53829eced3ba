"""The few conversations with a priority are found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "conversation_priority",
        "conversation",
        ["priority", "queue_rank", "queue_at", "id"],
        sqlite_where=sa.text("priority <> 'normal'"),
        postgresql_where=sa.text("priority <> 'normal'"),
    )
