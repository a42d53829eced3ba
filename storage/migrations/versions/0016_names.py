"""Customers and organizations are found by their names, whatever case and accents (docs/decisions/0021)."""

import sqlalchemy as sa
from alembic import op

from storage.kinds.clean import folded_name

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

AT_ONCE = 5_000


def upgrade() -> None:
    for name in ("person", "organization"):
        op.add_column(name, sa.Column("folded", sa.Text(), nullable=True))
        _fill(sa.table(name, sa.column("id"), sa.column("name"), sa.column("folded")))
        op.create_index(f"ix_{name}_folded", name, ["folded"])


def _fill(rows: sa.TableClause) -> None:
    """Fold every name that is there: the engines themselves know no folding."""
    connection = op.get_bind()
    named = sa.select(rows.c.id, rows.c.name).where(rows.c.name.is_not(None)).order_by(rows.c.id).limit(AT_ONCE)
    folding = sa.update(rows).where(rows.c.id == sa.bindparam("row")).values(folded=sa.bindparam("after"))
    last = 0
    while some := connection.execute(named.where(rows.c.id > last)).all():
        connection.execute(folding, [{"row": row.id, "after": folded_name(row.name)} for row in some])
        last = some[-1].id
