"""Brings a database to the schema of this code, safely when several processes start at once.

Alembic costs half a second to load, so it is only loaded when there is something to do.
"""

from __future__ import annotations

import threading

from sqlalchemy import Connection, inspect, text

from bot.store.connections import MIGRATION_LOCK, Database
from bot.store.errors import TooNewError

HEAD = "0012"
"""The revision that this code needs: the newest in migrations/versions, which a test checks."""

VERSION_TABLE = "dealfit_version"
"""Named after us, so that a database shared with another program that uses Alembic is safe."""

_one_at_a_time = threading.Lock()  # Alembic hands its context to env.py through module-level names


def bring_up_to_date(database: Database) -> None:
    """Migrates to HEAD. Raises TooNewError for the schema of a newer Dealfit, or another StoreError."""
    with database.reading() as connection:  # not writing: another process may be in the middle of an import
        if _version(connection) == HEAD:
            return
    with _one_at_a_time, database.writing() as connection:
        database.hold(connection, MIGRATION_LOCK)
        version = _version(connection)  # another process may have migrated while we waited
        if version != HEAD:
            _migrate(connection, version, database.address.shown)


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    version: str | None = connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar()  # noqa: S608 - a name of ours
    return version


def _migrate(connection: Connection, version: str | None, shown: str) -> None:
    from alembic import command  # half a second, and only a new or an old database needs it
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
    config.set_main_option("script_location", "bot.store:migrations")
    config.set_main_option("path_separator", "os")
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        message = (
            f"The database {shown} has the schema {version}, which this Dealfit does not know: a newer one wrote it. "
            "Install that version again, or name another database in DEALFIT_DATABASE_URL."
        )
        raise TooNewError(message)
    command.upgrade(config, HEAD)
