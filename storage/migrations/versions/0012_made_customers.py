"""The messages of a customer are found by it: a customer whom a file brought is taken out again only without any."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("message_customer", "message", ["customer_id"])
