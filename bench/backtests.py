"""Backtests of many profiles on a million past deals, and one backtest in full: exact counts, with intervals."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from typing import Any

import ibis

from bench.pipelines import CANDIDATES, MEMORY, SIZES, _deals, _variants
from bench.report import Report
from bot.deals.facts import FactType
from bot.pipeline.strategy.backtest import backtest
from bot.pipeline.strategy.book import Source
from bot.pipeline.strategy.candidates import compare
from bot.pipeline.strategy.outcomes import Outcome
from bot.profile.columns import names
from bot.profile.columns.names import fact_columns
from bot.profile.loading import load_profile
from bot.profile.model import Profile
from bot.settings import content_root

SIZE = SIZES[-1]
CUSTOMERS = 200_000
_DTYPES = {
    FactType.YES_NO: "boolean",
    FactType.CHOICE: "string",
    FactType.TEXT: "string",
    FactType.DATE: "date",
    FactType.INTEGER: "int64",
}


class TableBook:
    """Deals that stand in a table: `_row` and the columns that `bot.pipeline.strategy.book.Book` names."""

    notes = ()

    def __init__(self, table: Any, run: Callable[[Any], Any]) -> None:
        """`run` works out an expression over the table."""
        self._table = table
        self._run = run

    def source(self, profile: Profile) -> Source:
        """The table, with an empty column for each fact that it does not have."""
        table = self._table
        missing = [column for column in fact_columns(profile) if column.name not in table.columns]
        fields = {names.NAME: "string", names.CUSTOMER: "string", names.CLOSE_DATE: "date"}
        empty = {name: ibis.null(kind) for name, kind in fields.items() if name not in table.columns}
        empty |= {column.name: ibis.null(_DTYPES.get(column.type, "decimal(18, 2)")) for column in missing}
        return Source(table.mutate(**empty) if empty else table, self._run)

    def deal(self, _row: Any, _profile: Profile) -> None:
        """None: a table holds columns, and no outcomes."""


def measure(report: Report, size: int = SIZE, candidates: int = CANDIDATES) -> None:
    profile = load_profile(content_root() / "profile" / "deal-profile.yaml")
    profiles = list(_variants(profile))[:candidates]
    backend = ibis.duckdb.connect(memory_limit=MEMORY)
    backend.con.execute("SET enable_progress_bar = false")
    backend.con.execute(_deals(size))
    backend.con.execute(_ENDED.format(customers=CUSTOMERS))

    def run(expression: Any) -> Any:
        return backend.con.sql(str(backend.compile(expression))).to_arrow_table()

    schema = ibis.Schema.from_pyarrow(backend.con.sql("FROM past").to_arrow_table().schema)
    book = TableBook(ibis.table(schema, name="past"), run)
    start = time.perf_counter()
    found = backtest(book, profile)
    report.add(f"backtest of {size:,} deals, every rule, with intervals", time.perf_counter() - start, "seconds")
    start = time.perf_counter()
    compared = compare(book, [profile, *profiles])
    seconds = time.perf_counter() - start
    report.add(f"backtest of {size:,} deals under {len(profiles)} candidate profiles", seconds, "seconds")
    ours, full = compared.candidates[0], found.whole.refused
    if any(refused != full[each].part.deals for each, refused in ours.refused.items()):
        message = f"the two backtests count differently: {ours.refused} against {full}"
        raise AssertionError(message)
    if ours.amount != full[Outcome.WON].part.margin:
        message = f"the two backtests add up differently: {ours.amount} against {full[Outcome.WON].part.margin}"
        raise AssertionError(message)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    report.add("peak memory of the bench by then", peak, "MB")
    backend.disconnect()


_ENDED = """
CREATE TABLE past AS SELECT *, row_number() OVER () AS _row, 'deal ' || _row AS deal_name,
  'customer ' || (hash(_row) % {customers}) AS deal_customer,
  ['Closed Won', 'Closed Won', 'Closed Lost', 'Churned'][1 + (hash(_row, 1) % 4)::INT] AS deal_stage,
  DATE '2024-01-01' + (hash(_row, 2) % 900)::INT AS deal_close_date
FROM deals
"""
