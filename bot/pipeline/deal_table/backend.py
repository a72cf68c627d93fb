"""What the judged deal table is in whatever database: an Ibis backend, one thread at a time, and the table in it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir


class TableBackend:
    """The backend and the judged table, once whoever derives from this has filled it in as `_table`."""

    def __init__(self, backend: Any) -> None:
        self._lock = threading.RLock()
        self._backend = backend
        self._table: ir.Table | None = None

    @property
    def table(self) -> ir.Table:
        """The table, judged: bound to the backend, so that `to_pyarrow` works too; `arrow` is safe between threads."""
        if self._table is None:
            raise RuntimeError("The deal table is empty-handed until it is refreshed once.")
        return self._table

    @contextmanager
    def alone(self) -> Iterator[Any]:
        """The backend, with no other thread of this process using or changing it meanwhile."""
        with self._lock:
            yield self._backend

    def sql(self, expression: ir.Expr) -> str:
        """The statement that works an expression out."""
        return str(self._backend.compile(expression))

    def close(self) -> None:
        """Let go of the memory or the connection."""
        with self._lock:
            self._backend.disconnect()

    def _bound(self, name: str, schema: ibis.Schema) -> ir.Table:
        """A table of the backend, without asking the backend what it is: that reads the catalogue each time."""
        place = ops.DatabaseTable(name=name, schema=schema, source=self._backend, namespace=ops.Namespace())
        return place.to_expr()


def quoted(text: str) -> str:
    """A text as a literal of SQL."""
    return "'" + text.replace("'", "''") + "'"
