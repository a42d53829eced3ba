"""Bringing a store to this program's version, after a backup; Alembic is imported only when needed."""

from itertools import chain, count
from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text
from sqlmodel import SQLModel

from storage.kinds.errors import StoreTooNew
from storage.models import MailBase
from storage.models.log import give_conditions
from storage.search.index import ddl
from storage.versions import HEAD, MAIL_VERSION

_SCRIPTS = Path(__file__).parent.parent / "migrations"
_VERSION_KEPT = (
    "CREATE TABLE alembic_version"
    " (version_num VARCHAR(32) NOT NULL, CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
)


def version_of(connection: Connection) -> str | None:
    """Return the migration that a store stands at; `None` for an empty database."""
    if connection.dialect.name == "sqlite":  # one look, where reflecting is a quarter of opening the store
        made: object = connection.exec_driver_sql("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").first()
    else:
        made = inspect(connection).has_table("alembic_version")
    if not made:
        return None
    found: str | None = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
    return found


def bring_up(engine: Engine, *, place: str, backup: Path | None) -> None:
    """Apply the migrations that a store lacks.

    Args:
        engine: the store.
        place: its name in errors.
        backup: where a copy is laid before an existing store is changed; `None` when there can be none here
            (PostgreSQL has its own tools).

    Raises:
        StoreTooNew: the store was written by a newer program.
    """
    with engine.connect() as connection:
        version = version_of(connection)
    if version == HEAD:
        return
    if version is None and engine.dialect.name == "sqlite":
        make(engine)
        return
    if version is not None and version > HEAD:
        raise StoreTooNew(place, version)
    if version is not None and backup is not None:
        _copy(engine, backup.with_suffix(f".before-{HEAD}"))
    upgrade(engine)


def _copy(engine: Engine, target: Path) -> None:
    """Lay a copy of the store beside it: whole or not at all, for its owner alone, and over none that is there.

    Whoever was ended amid a migration has the copy from before it; the next start lays another one.
    """
    under_way = target.with_name(f"{target.name}.part")
    under_way.unlink(missing_ok=True)
    under_way.touch(mode=0o600)  # SQLite writes into an empty file
    with engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")  # VACUUM INTO runs outside of a transaction
        connection.execute(text("VACUUM INTO :path"), {"path": str(under_way)})
    places = (target.with_name(f"{target.name}-{number}") for number in count(2))
    under_way.rename(next(place for place in chain([target], places) if not place.exists()))


def make(engine: Engine) -> None:
    """Make an empty SQLite store as all migrations would leave it, in one transaction.

    To run them one after the other takes a quarter of a second, which a first sync spends before its first letter.
    """
    give_conditions(SQLModel.metadata)
    with engine.begin() as connection:
        SQLModel.metadata.create_all(connection, checkfirst=False)  # what is there already is no store of ours
        for statement in ddl(connection.dialect.name):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(_VERSION_KEPT)
        connection.exec_driver_sql("INSERT INTO alembic_version (version_num) VALUES (?)", (HEAD,))


def upgrade(engine: Engine) -> None:
    """Run the migrations up to `HEAD` on the store behind `engine`."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["engine"] = engine
    command.upgrade(config, "head")
    engine.dispose()  # a migration may have left its connection with other settings


def bring_up_mail(engine: Engine, *, place: str) -> None:
    """Make the tables of `mail.db`, or of its counterpart in the database.

    Raises:
        StoreTooNew: it was written by a newer program.
    """
    if engine.dialect.name != "sqlite":
        MailBase.metadata.create_all(engine)
        return
    with engine.connect() as connection:
        version = int(connection.exec_driver_sql("PRAGMA user_version").scalar_one())
    if version > MAIL_VERSION:
        raise StoreTooNew(place, str(version))
    if version < MAIL_VERSION:
        MailBase.metadata.create_all(engine)
        with engine.connect() as connection:
            connection.exec_driver_sql(f"PRAGMA user_version = {MAIL_VERSION}")
            connection.commit()
