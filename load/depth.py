"""How much work is not finished, read from the queue's own tables, without asking the app."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

UNSENT = "SELECT count(*) FROM outgoing WHERE state = 'waiting'"
OPEN = "SELECT count(*) FROM {}workflow_status WHERE status IN ('ENQUEUED', 'PENDING', 'DELAYED')"


def depth_of(settings: dict[str, str]) -> int:
    """Pieces of work that are not finished, and messages that are not sent."""
    url = settings.get("DEALFIT_DATABASE_URL")
    if url is None:
        folder = Path(settings["DEALFIT_DATA_DIR"])
        return _count(folder / "work.db", OPEN.format("")) + _count(folder / "dealfit.db", UNSENT)
    import psycopg  # on PostgreSQL only

    with psycopg.connect(url) as connection:
        rows = [connection.execute(query).fetchone() for query in (OPEN.format("dbos."), UNSENT)]
        return sum(int(row[0]) for row in rows if row)


def _count(path: Path, query: str) -> int:
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute(query).fetchone()[0])
