"""How the pipeline stood at a moment: one row a deal, kept for comparisons."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir

from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import checks_of
from bot.pipeline.records import margin_fact
from bot.profile.columns import names
from bot.profile.model import Profile
from bot.profile.verdict import Result

SCHEMA = ibis.schema(
    {
        "key": "string", "name": "string", "customer": "string", "person": "string", "owner": "string",
        "owner_name": "string", "team": "string", "status": "string", "stage": "string", "close_date": "date",
        "value": "decimal(38, 6)", "margin": "decimal(38, 6)", "verdict": "string", "segment": "string",
        "failed_checks": "string",
    }
)  # fmt: skip
"""The columns of a snapshot. `person` is the owner's key in people.yaml (null for a stranger), `owner` the key or a
stranger's name in lower case. `value` is in the profile's currency. `failed_checks` are the ids of the checks that
failed, blanks between and around them (" discount margin "), so that " discount " is found in it; "" when none did."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What is known of a snapshot without opening it. `verdicts` counts its open deals by judgement."""

    id: str
    at: datetime
    reason: str
    deals: int
    verdicts: Mapping[str, int]
    profile_version: str
    profile_sha256: str

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "id": self.id, "at": self.at.isoformat(), "reason": self.reason, "deals": self.deals,
            "verdicts": dict(self.verdicts), "profile_version": self.profile_version,
            "profile_sha256": self.profile_sha256,
        }  # fmt: skip

    @classmethod
    def of(cls, plain: Mapping[str, Any]) -> Snapshot:
        """From JSON data."""
        return cls(**{**plain, "at": datetime.fromisoformat(plain["at"])})


def snapshot_rows(deals: ir.Table, profile: Profile) -> ir.Table:
    """The judged deal table as the rows of a snapshot."""
    checks = checks_of(profile)
    failed: ir.StringValue = ibis.literal(" ")
    for check in checks:
        here = deals[names.result_column(check)] == Result.FAIL.value
        failed = failed + here.ifelse(f"{check} ", "")
    margin = margin_fact(profile)
    columns: dict[str, ir.Value] = {
        "key": deals[layout.KEY],
        "name": deals[names.NAME],
        "customer": deals[names.CUSTOMER],
        "person": deals[layout.PERSON],
        "owner": deals[layout.OWNER_KEY],
        "owner_name": deals[layout.OWNER_NAME],
        "team": deals[layout.TEAM],
        "status": deals[layout.STATUS],
        "stage": deals[names.STAGE],
        "close_date": deals[names.CLOSE_DATE],
        "value": deals[layout.VALUE],
        "margin": ibis.null("decimal(38, 6)") if margin is None else deals[margin],
        "verdict": deals[names.VERDICT],
        "segment": deals[names.SEGMENT],
        "failed_checks": (failed == " ").ifelse("", failed),
    }
    return deals.select(**{name: column.cast(SCHEMA[name]) for name, column in columns.items()})


def new_id(at: datetime) -> str:
    """An id that sorts in the order of time."""
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%S}-{secrets.token_hex(2)}"


@contextmanager
def snapshots_lock(folder: Path) -> Iterator[None]:
    """Alone with the snapshots below a folder: nobody takes one while an erased deal is taken out of them."""
    from filelock import FileLock  # only who writes needs it

    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with FileLock(folder / "snapshots.lock"):
        yield


class SnapshotShelf:
    """Snapshots as Parquet files in a folder, each with its description beside it, which is written last."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def path(self, snapshot: str) -> Path:
        """Where the rows of a snapshot lie."""
        return self._folder / f"{snapshot}.parquet"

    def all(self) -> list[Snapshot]:
        """The snapshots there are, oldest first. One that cannot be read is left out."""
        found: list[Snapshot] = []
        for path in sorted(self._folder.glob("*.json")):
            try:
                snapshot = Snapshot.of(json.loads(path.read_bytes()))
            except (OSError, ValueError, KeyError, TypeError):
                continue
            if self.path(snapshot.id).is_file():
                found.append(snapshot)
        return sorted(found, key=lambda each: (each.at, each.id))

    def make_room(self) -> None:
        """Make the folder. Raises OSError when that is not allowed."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)

    def add(self, snapshot: Snapshot) -> None:
        """Describe a snapshot whose rows are written."""
        target = self._folder / f"{snapshot.id}.json"
        writing = target.with_suffix(".writing")
        writing.write_text(json.dumps(snapshot.plain()), encoding="utf-8")
        writing.replace(target)
