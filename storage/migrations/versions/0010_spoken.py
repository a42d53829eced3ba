"""The few messages that are calls are found by it."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "message_spoken",
        "message",
        ["conversation_id"],
        sqlite_where=sa.text("channel = 'phone'"),
        postgresql_where=sa.text("channel = 'phone'"),
    )
