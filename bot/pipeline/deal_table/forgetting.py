"""Taking an erased deal, or an erased owner, out of the copies that the pipeline keeps beside the database.

This module does it for the files of the data folder; what a warehouse keeps is changed there, by the same words.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.pipeline.deal_table.backend import quoted
from bot.store.blanking import GONE
from bot.store.records import folded

OWNER_COLUMNS = ("person", "owner", "owner_name")
"""What of a snapshot says whose a deal was."""


@dataclass(frozen=True, slots=True)
class Gone:
    """What was erased: a deal by its key, people as owners by texts that mean them (in any case and spacing)."""

    deal: str | None = None
    owners: frozenset[str] = frozenset()

    @classmethod
    def of(cls, deal: str | None, owners: Collection[str]) -> Gone:
        """With the texts as they are compared."""
        return cls(deal, frozenset(folded(each) for each in owners) - {""})

    def owned(self, rows: Iterable[Mapping[str, Any]]) -> list[str]:
        """The values of `owner` that mean one of the people, among rows of `OWNER_COLUMNS`."""
        hit = (row["owner"] for row in rows if any(folded(row[name]) in self.owners for name in OWNER_COLUMNS))
        return sorted({owner for owner in hit if owner is not None})


def changes(deal: str | None, owners: Collection[str]) -> dict[str, str]:
    """What each column of a snapshot becomes, in SQL, where a deal (its key) and what these own is gone.

    A person's deals become those of nobody, as they are in the database; an erased deal stays whose it was, by key.
    """
    its, theirs = is_deal(deal), is_theirs(owners)
    return {
        "name": f"CASE WHEN {its} THEN '{GONE}' ELSE name END",
        "customer": f"CASE WHEN {its} THEN NULL ELSE customer END",
        "owner_name": f"CASE WHEN {theirs} THEN NULL WHEN {its} THEN person ELSE owner_name END",
        "team": f"CASE WHEN {theirs} THEN NULL ELSE team END",
        "person": f"CASE WHEN {theirs} THEN NULL ELSE person END",
        # The last: databases that change one column after the other look at it for those before.
        "owner": f"CASE WHEN {theirs} THEN NULL WHEN {its} THEN coalesce(person, '') ELSE owner END",
    }


def is_deal(deal: str | None) -> str:
    """Whether a row of a snapshot is a deal's, in SQL."""
    return "1 = 0" if deal is None else f"key = {quoted(deal)}"


def is_theirs(owners: Collection[str]) -> str:
    """Whether a row of a snapshot is owned by one of these, in SQL."""
    return f"owner IN ({', '.join(map(quoted, owners))})" if owners else "1 = 0"


def forget(folder: Path, gone: Gone) -> int:
    """Drop the copies of deals, which are made anew, and empty the snapshots of what is gone. How many had it.

    Each snapshot is replaced whole, in one step. An app may run beside: it finds its copy gone, and makes it again; it
    takes no snapshot meanwhile. Doing it again is harmless. Raises OSError where files cannot be written.
    """
    from filelock import FileLock

    from bot.pipeline.deal_table.snapshots import snapshots_lock

    if not folder.is_dir():
        return 0
    with snapshots_lock(folder):
        with FileLock(folder / "writing.lock"):
            for copy in folder.glob("deals-*"):
                shutil.rmtree(copy)
        for left in (folder / "snapshots").glob("*.writing"):  # by whoever was stopped while they wrote
            left.unlink()
        return sum(_rewritten(path, gone) for path in sorted((folder / "snapshots").glob("*.parquet")))


def _rewritten(path: Path, gone: Gone) -> bool:
    """Whether a snapshot had what is gone; it has not any more."""
    import duckdb  # seldom needed

    source = f"read_parquet({quoted(str(path))})"
    with duckdb.connect() as connection:
        whose = connection.sql(f"SELECT DISTINCT {', '.join(OWNER_COLUMNS)} FROM {source}").to_arrow_table().to_pylist()
        owners = gone.owned(whose) if gone.owners else []
        hit = f"SELECT 1 FROM {source} WHERE {is_deal(gone.deal)} OR {is_theirs(owners)} LIMIT 1"
        if connection.execute(hit).fetchone() is None:
            return False
        columns = ", ".join(f"{value} AS {name}" for name, value in changes(gone.deal, owners).items())
        writing = path.with_suffix(".writing")
        connection.execute(
            f"COPY (SELECT * REPLACE ({columns}) FROM {source}) TO {quoted(str(writing))} "
            "(FORMAT parquet, COMPRESSION zstd)"
        )
    with writing.open("rb") as file:
        os.fsync(file.fileno())
    writing.replace(path)
    return True
