"""What is known of customers and organizations."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    # Written out: SQLite adds a column with its key in place, where Alembic would build the whole table anew.
    op.execute("ALTER TABLE organization ADD COLUMN parent_id BIGINT REFERENCES organization (id)")
    op.execute("ALTER TABLE person ADD COLUMN merged_into BIGINT REFERENCES person (id)")
    op.add_column("address", sa.Column("kind", sa.String(32), nullable=False, server_default="email"))
    op.create_index("ix_organization_name", "organization", ["name"])
    op.create_index("ix_organization_parent_id", "organization", ["parent_id"])
    op.create_index("ix_person_merged_into", "person", ["merged_into"])
    op.create_table(
        "domain",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("organization_id", sa.BigInteger(), nullable=False),
        sa.Column("mailbox_group", sa.Text(), nullable=False),
        sa.Column("domain", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["organization_id"], ["organization.id"]),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_domain_organization_id", "domain", ["organization_id"])
    op.create_index("ix_domain_domain", "domain", ["domain"])
    op.create_table(
        "profile",
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("field", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("subject", "subject_id", "field"),
    )
    op.create_index("profile_value", "profile", ["field", "value", "subject", "subject_id"])
    op.create_table(
        "entry",
        sa.Column("id", NUMBER, autoincrement=False, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), nullable=True),
        sa.Column("subject_id", sa.BigInteger(), nullable=True),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("entry_name", "entry", ["kind", "name"])
    op.create_index("entry_subject", "entry", ["subject", "subject_id", "kind"])
