"""Taking an erased deal out of the copies that the pipeline keeps beside the database, as files in the data folder."""

from __future__ import annotations

import shutil
from pathlib import Path

from bot.store.blanking import GONE


def forget(folder: Path, key: str) -> int:
    """Drop the copies of deals, which are made anew, and empty a deal in the snapshots. How many snapshots had it.

    An app may run beside: it finds its copy gone, and makes it again. Raises OSError where files cannot be written.
    """
    import duckdb  # seldom needed
    from filelock import FileLock

    if not folder.is_dir():
        return 0
    with FileLock(folder / "writing.lock"):
        for copy in folder.glob("deals-*"):
            shutil.rmtree(copy)
    changed = 0
    for path in sorted((folder / "snapshots").glob("*.parquet")):
        writing = path.with_suffix(".writing")
        with duckdb.connect() as connection:
            here = connection.execute("SELECT count(*) FROM read_parquet(?) WHERE key = ?", [str(path), key]).fetchone()
            if here is None or not here[0]:
                continue
            connection.execute(
                "CREATE TABLE kept AS SELECT * REPLACE ("
                f"CASE WHEN key = $key THEN '{GONE}' ELSE name END AS name, "
                "CASE WHEN key = $key THEN NULL ELSE customer END AS customer, "
                "CASE WHEN key = $key THEN coalesce(person, '') ELSE owner END AS owner, "
                "CASE WHEN key = $key THEN person ELSE owner_name END AS owner_name) FROM read_parquet($path)",
                {"key": key, "path": str(path)},
            )
            target = str(writing).replace("'", "''")
            connection.execute(f"COPY kept TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        writing.replace(path)
        changed += 1
    return changed
