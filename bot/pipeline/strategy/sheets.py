"""A strategist's answer as one sheet: every figure of its JSON shape, a row each, for a spreadsheet.

`part` says which part of the answer a row is of. Figures with an interval have columns for its ends beside them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Any

from bot.deals.csv_text import csv_text

if TYPE_CHECKING:
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.measuring import Measured
    from bot.pipeline.strategy.sources import Sources

Parts = Iterable[tuple[str, Iterable[Mapping[str, Any]]]]


def money_sheet(sources: Sources) -> bytes:
    """Where the money comes from: the curves, the kinds, and the customers that bring most and least."""
    plain = sources.plain()
    points = {name: plain[name].pop("curve") for name in ("deals", "customers")}
    curves = [
        (f"curve of {name}", [{"percent_of_count": count, "percent_of_money": money} for count, money in found])
        for name, found in points.items()
    ]
    kinds = [(f"by {each['label']}", each["kinds"]) for each in plain["by"]]
    return _sheet([
        ("all", [{"name": name, **plain[name]} for name in ("deals", "customers")]),
        *kinds,
        ("customers who bring most", plain["best_customers"]),
        ("customers below zero", plain["worst_customers"]),
        *curves,
        ("left out", plain["left_out"]),
    ])  # fmt: skip


def backtest_sheet(found: Backtest) -> bytes:
    """A backtest by rule, verdict and segment, and the deals that move where two profiles are compared."""
    plain = found.plain()
    against = plain["against"] or {}
    return _sheet([
        ("all rules", [plain["all_rules"]]),
        ("rule", plain["rules"]),
        ("verdict", plain["verdicts"]),
        ("segment", plain["segments"]),
        ("moves", against.get("moves", [])),
        ("warning", plain["warnings"]),
    ])  # fmt: skip


def measured_sheet(found: Measured) -> bytes:
    """Results by verdict and over time."""
    plain = found.plain()
    return _sheet([
        ("all", [plain["all"]]),
        ("verdict", plain["verdicts"]),
        (plain["by"], plain["periods"]),
        ("said no", plain["said_no"]),
        ("open pipeline", plain["pipeline"]),
        ("trend", plain["trends"]),
    ])  # fmt: skip


def _sheet(parts: Parts) -> bytes:
    rows = [{"part": part, **dict(_flat(row))} for part, found in parts for row in found]
    columns = list(dict.fromkeys(["part", *(name for row in rows for name in row)]))
    cells = ([row.get(name) for name in columns] for row in rows)
    return csv_text(chain([columns], cells)).encode("utf-8-sig", "replace")


def _flat(data: Mapping[str, Any], under: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in data.items():
        path = f"{under}{name}"
        if isinstance(value, Mapping):
            yield from _flat(value, f"{path}_")
        elif isinstance(value, list):
            yield path, " ".join(str(each) for each in value)
        else:
            yield path, value
