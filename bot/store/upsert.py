"""Insert or update, in the words of either database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def inserting(connection: Connection, table: Table[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that understands ON CONFLICT. SQLite's and PostgreSQL's are the same but for their class."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts each row, or gives the row with the same primary key all its values."""
    statement = inserting(connection, table)
    keys = list(table.primary_key.columns)
    changes = {column.name: statement.excluded[column.key] for column in table.columns if not column.primary_key}
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), list(rows))
