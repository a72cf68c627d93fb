"""Tables and deals as CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bot.deals.deal import plain_value
from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import authority_column, checks_of
from bot.pipeline.tables import Table
from bot.profile.columns import names
from bot.profile.columns.names import fact_columns
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement, Result

_PIECE = 5_000
_RUN = ("=", "+", "-", "@", "\t", "\r", "\n")


def safe(cell: object) -> object:
    """The cell as it may stand in a file: a text that a spreadsheet would run begins with an apostrophe."""
    if isinstance(cell, str):
        return f"'{cell}" if cell.lstrip(" ").startswith(_RUN) else cell
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return "" if cell is None else plain_value(cell) if isinstance(cell, Decimal | int) else str(cell)


def table_csv(table: Table) -> bytes:
    """A table with the names of its columns, all rows that it has."""
    return _written([[column.name for column in table.columns], *table.rows])


def deals_csv(rows: pa.Table, profile: Profile, authorities: Mapping[str, str]) -> Iterator[bytes]:
    """Judged deals with every fact, in pieces: the first row names the columns."""
    columns = {
        "key": layout.KEY, "deal": names.NAME, "customer": names.CUSTOMER, "owner": layout.OWNER_NAME,
        "team": layout.TEAM, "status": layout.STATUS, "stage": names.STAGE, "close_date": names.CLOSE_DATE,
        "currency": names.CURRENCY, "verdict": names.VERDICT, "segment": names.SEGMENT, "source": names.SOURCE,
        "source_id": names.SOURCE_ID,
    }  # fmt: skip
    facts = [column.name for column in fact_columns(profile) if not column.name.startswith(names.OURS)]
    yield _written([[*columns, *facts, "fails", "who_may_approve"]])
    labels = {check.id: check.label for check in profile.checks} | {SEGMENT_CHECK: "A customer we sell to"}
    wanted = [*columns.values(), *facts]
    for batch in rows.to_batches(max_chunksize=_PIECE):
        found = batch.to_pylist()
        yield _written([*(row[name] for name in wanted), *_why(row, profile, labels, authorities)] for row in found)


def _why(
    row: Mapping[str, Any], profile: Profile, labels: Mapping[str, str], authorities: Mapping[str, str]
) -> tuple[str, str]:
    """What fails, and who would have to approve."""
    failing = [check for check in checks_of(profile) if row[names.result_column(check)] == Result.FAIL.value]
    asked = {row[authority_column(check)] for check in failing}
    needed = row[names.VERDICT] == Judgement.NEEDS_APPROVAL.value
    approvers = [authorities.get(each, each) for each in profile.authorities if needed and each in asked]
    return ", ".join(labels[check] for check in failing), ", ".join(approvers)


def _written(rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerows([safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8")
