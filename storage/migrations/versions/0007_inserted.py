"""What canned responses went into a draft."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("draft", sa.Column("inserted", sa.JSON(), nullable=False, server_default="[]"))
