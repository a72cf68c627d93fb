"""Insert or update, in the words of either database."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from functools import lru_cache
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import Connection, Date, Table
from sqlalchemy.dialects import postgresql, sqlite

from bot.store.tables import UtcTime, utc_text


def inserting(connection: Connection, table: Table[Any]) -> postgresql.Insert | sqlite.Insert:
    """An INSERT that understands ON CONFLICT. SQLite's and PostgreSQL's are the same but for their class."""
    return postgresql.insert(table) if connection.dialect.name == "postgresql" else sqlite.insert(table)


def upsert(connection: Connection, table: Table[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """Inserts each row, or gives the row with the same primary key all its values.

    In the order of the keys: on PostgreSQL two who write the same rows in two orders would lock each other out.
    """
    statement = inserting(connection, table)
    keys = list(table.primary_key.columns)
    changes = {column.name: statement.excluded[column.key] for column in table.columns if not column.primary_key}
    ordered = sorted(rows, key=itemgetter(*(column.key for column in keys)))
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changes), ordered)


def write_many(
    connection: Connection,
    table: Table[Any],
    statement: postgresql.Insert | sqlite.Insert,
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Execute an insert of whole rows for each of these.

    SQLite gets the values as it keeps them: to give each row of a large import to SQLAlchemy takes half as long again
    as to write it.
    """
    if connection.dialect.name != "sqlite":
        connection.execute(statement, list(rows))
        return
    compiled = cast("Any", statement.compile(dialect=sqlite.dialect()))
    order: list[str] = list(compiled.positiontup)
    words = {at: _WORDS[kind] for at, name in enumerate(order) if (kind := type(table.c[name].type)) in _WORDS}
    picked, values = itemgetter(*order), []
    said: dict[Any, str | None] = {None: None}
    for row in rows:
        made = list(picked(row))
        for at, word in words.items():
            value = made[at]
            if value not in said:
                said[value] = word(value)
            made[at] = said[value]
        values.append(tuple(made))
    connection.exec_driver_sql(compiled.string, values)


@lru_cache(maxsize=20_000)
def _day(value: date) -> str:
    return value.isoformat()


_WORDS: dict[type, Callable[[Any], str]] = {Date: _day, UtcTime: cast("Callable[[datetime], str]", utc_text)}
"""How SQLite keeps what is no number and no text."""
