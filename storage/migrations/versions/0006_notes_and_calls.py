"""How a message reached the desk, for calls, and how many minutes they took."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("message", sa.Column("channel", sa.String(32), nullable=False, server_default="email"))
    op.add_column("message", sa.Column("minutes", sa.SmallInteger(), nullable=True))
