"""The newest conversations are counted and walked with their rank, without a look at their rows."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("conversation_recent", "conversation")
    op.create_index("conversation_recent", "conversation", ["last_message_at", "id", "queue_rank"])
