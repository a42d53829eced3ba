"""The few conversations that are tasks are found by their kind."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0012"
branch_labels = None
depends_on = None

TASKS = "kind IN ('task', 'checkin')"


def upgrade() -> None:
    op.create_index(
        "conversation_task",
        "conversation",
        ["kind", "queue_rank", "queue_at", "id"],
        sqlite_where=sa.text(TASKS),
        postgresql_where=sa.text(TASKS),
    )
