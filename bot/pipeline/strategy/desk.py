"""Arrow tables put side by side in DuckDB, in this process's memory, to be judged there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import ibis
import pyarrow as pa

if TYPE_CHECKING:
    import ibis.expr.types as ir


class Desk:
    """A database of one's own. Closing it lets go of the tables."""

    def __init__(self) -> None:
        self._backend: Any = ibis.duckdb.connect()
        self._backend.con.execute("SET enable_progress_bar = false")
        self._tables = 0

    def put(self, rows: pa.Table) -> ir.Table:
        """The rows as a table."""
        name, self._tables = f"deals_{self._tables}", self._tables + 1
        connection = self._backend.con
        connection.register("incoming", rows)
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM incoming")  # noqa: S608 a name of ours
        connection.unregister("incoming")
        return ibis.table(ibis.Schema.from_pyarrow(rows.schema), name=name)

    def arrow(self, expression: ir.Table) -> pa.Table:
        """An expression over these tables, worked out."""
        return self._backend.con.sql(str(self._backend.compile(expression))).to_arrow_table()

    def close(self) -> None:
        """Let go of the tables."""
        self._backend.disconnect()
