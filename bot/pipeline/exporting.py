"""Tables and deals as CSV that a spreadsheet shows and never runs."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa

from bot.deals.csv_text import csv_text
from bot.deals.deal import plain_value
from bot.deals.exchange import conversions_of
from bot.pipeline.deal_table import layout
from bot.pipeline.deal_table.judging import authority_column, checks_of
from bot.pipeline.figures.overview import Amount, Overview
from bot.pipeline.fit import Split
from bot.pipeline.tables import Table
from bot.profile.columns import names
from bot.profile.columns.names import fact_columns
from bot.profile.model import SEGMENT_CHECK, Profile
from bot.profile.verdict import Judgement, Result

_PIECE = 5_000
_CONVERTED = ("converted", "stated_amount", "stated_currency", "rate", "rate_day")


def table_csv(table: Table) -> bytes:
    """A table with the names of its columns, all rows that it has."""
    return _written([[column.name for column in table.columns], *table.rows])


GLANCE_COLUMNS = (
    "part", "label", "deals", "money", "fits", "money_fits", "needs_approval", "does_not_fit", "incomplete",
    "percent_of_deals_that_fits", "percent_of_money_that_fits", "may_be_approved", "not_known", "settles",
)  # fmt: skip


def overview_csv(overview: Overview) -> bytes:
    """The picture at a glance, a row for each figure: `part` says of which part of the picture it is."""
    fit, places = overview.fit, {name: number for number, name in enumerate(GLANCE_COLUMNS)}
    rows: list[list[object]] = [list(GLANCE_COLUMNS)]

    def add(part: str, label: str | None, **figures: object) -> None:
        row: list[object] = [part, label, *[None] * (len(GLANCE_COLUMNS) - 2)]
        for name, figure in figures.items():
            row[places[name]] = figure
        rows.append(row)

    add("all", "all open deals", **_split_cells(fit.split))
    groups = {
        "rep": fit.by_owner, "segment": fit.by_segment, "stage": fit.by_stage, "close quarter": fit.by_quarter,
    }  # fmt: skip
    for part, found in groups.items():
        for group in found:
            add(part, group.label, **_split_cells(group.split))
    for check in fit.failing:
        more = {"may_be_approved": check.approvable, "not_known": check.unknown}
        add("failing check", check.label, deals=check.tally.deals, money=check.tally.money, **more)
    for part, suspects in (("false positives", overview.false_positives), ("negative value", overview.negative_value)):
        if suspects is not None:
            add(part, None, **_amount_cells(suspects.amount))
    for fact in overview.facts:
        add("fact to get", fact.label, settles=fact.settles, **_amount_cells(fact.waiting))
    if overview.since is not None:
        day = overview.since.snapshot.at.date().isoformat()
        changes = (("came in", overview.since.came_in), ("went out", overview.since.went_out))
        for what, amount in (*changes, ("new verdict", overview.since.new_verdict)):
            add(f"{what} since", day, **_amount_cells(amount))
    return _written(rows)


def _split_cells(split: Split) -> dict[str, object]:
    return {
        "deals": split.total.deals, "money": split.total.money, "fits": split.fits.deals,
        "money_fits": split.fits.money, "percent_of_deals_that_fits": split.share_of_deals,
        "percent_of_money_that_fits": split.share_of_money,
        **{j.value: tally.deals for j, tally in split.by.items() if j is not Judgement.FITS},
    }  # fmt: skip


def _amount_cells(amount: Amount) -> dict[str, object]:
    return {"deals": amount.deals, "money": amount.money}


def deals_csv(rows: pa.Table, profile: Profile, authorities: Mapping[str, str]) -> Iterator[bytes]:
    """Judged deals with every fact, in pieces: the first row names the columns.

    Where amounts were stated in another currency, `converted` names the facts; the amounts as they were stated, their
    currencies, the rates and the rates' days stand in the columns after it, in the same order.
    """
    columns = {
        "key": layout.KEY, "deal": names.NAME, "customer": names.CUSTOMER, "owner": layout.OWNER_NAME,
        "team": layout.TEAM, "status": layout.STATUS, "stage": names.STAGE, "close_date": names.CLOSE_DATE,
        "currency": names.CURRENCY, "verdict": names.VERDICT, "segment": names.SEGMENT, "source": names.SOURCE,
        "source_id": names.SOURCE_ID,
    }  # fmt: skip
    facts = [column.name for column in fact_columns(profile) if not column.name.startswith(names.OURS)]
    yield _written([[*columns, *facts, "fails", "who_may_approve", *_CONVERTED]])
    labels = {check.id: check.label for check in profile.checks} | {SEGMENT_CHECK: "A customer we sell to"}
    wanted = [*columns.values(), *facts]
    for batch in rows.to_batches(max_chunksize=_PIECE):
        found = batch.to_pylist()
        yield _written(
            [*(row[name] for name in wanted), *_why(row, profile, labels, authorities), *_reached(row)] for row in found
        )


def _reached(row: Mapping[str, Any]) -> tuple[str | None, ...]:
    """How amounts in another currency were reached, part by part."""
    text = row[layout.CONVERTED]
    made = conversions_of(json.loads(text)) if text else ()
    if not made:
        return (None,) * len(_CONVERTED)
    parts = ((m.fact, f"{m.amount:f}", m.currency, f"{m.rate:f}", m.as_of.isoformat()) for m in made)
    return tuple("; ".join(each) for each in zip(*parts, strict=True))


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
    return csv_text([_cell(value) for value in row] for row in rows).encode("utf-8")


def _cell(value: object) -> object:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    return plain_value(value) if isinstance(value, Decimal | int) else value
