"""How Alembic reaches the store: through the engine that the store hands over."""

from typing import Any

from alembic import context
from sqlmodel import SQLModel

import storage.models  # noqa: F401 - every table
from storage.models.log import give_conditions

give_conditions(SQLModel.metadata)
engine = context.config.attributes["engine"]
SEARCH = "search_index"  # the full-text index and its shadow tables are made by hand


def include(_object: Any, name: str | None, kind: str, _reflected: bool, _compare_to: Any) -> bool:  # noqa: FBT001
    """Leave out what the models do not describe: autogenerate would drop the search index."""
    return not (kind == "table" and name and (name.startswith(SEARCH) or name == "mail_content"))


with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=SQLModel.metadata, include_object=include)
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()
