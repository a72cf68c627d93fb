"""Derived facts worked out by the database from base facts alone: the very figures and verdicts of the judge."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.profile.columns import names
from bot.profile.columns.deals import deals_table
from bot.profile.columns.figures import Figures
from bot.profile.columns.judge import ColumnJudge
from bot.profile.columns.names import ColumnError, fact_columns
from bot.profile.deriving import Deriving
from bot.profile.model import Profile
from tests.unit.profile.samples import HEAD, check, make
from tests.unit.profile_columns.agreement import of_each

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2

FORMULAS = {
    "bed_price": '{value: "worth / beds", type: money}',
    "spread": "margin - discount",
    "per_month": '{value: "worth / beds / max(months, 1)", type: money}',
    "scaled": '{value: "rate * 0.12345 - 3", type: number}',
    "turned": '{value: "1 / (rate - 2)", type: number}',
    "both_ways": '{value: "max(margin, discount) - min(margin, discount) * 0.5", type: percent}',
    "nested": '{value: "(margin / 3 + discount / 7) / (rate + 1)", type: number}',
    "resting": '{value: "bed_price / 3", type: money}',
    "cut": '{value: "worth - worth * discount / 100", type: money}',
}
HEADED = HEAD + "derived:\n" + "".join(f"  {name}: {formula}\n" for name, formula in FORMULAS.items())
VALUES: dict[str, list[Any]] = {
    "worth": [Decimal(10000), Decimal("14999.98"), Decimal("0.01"), Decimal(0), Decimal("123456789.05"), Decimal(7)],
    "beds": [0, 1, 2, 3, 7, 400, 999],
    "months": [0, 1, 3, 24],
    "margin": [Decimal(10), Decimal("20.005"), Decimal(-30), Decimal("0.5")],
    "discount": [Decimal(0), Decimal("10.005"), Decimal("2.5")],
    "rate": [Decimal("1.25"), Decimal(2), Decimal(-1), Decimal("2.0001"), Decimal("100.5")],
    "note": ["As AGREED", "not yet", "", "\u212aelvin agreed", "agreed? \u0130nfo", "\u0130", "STRASSE straße"],
    "start": [date(2026, 12, 2), date(2026, 12, 3), date(2026, 11, 1), date(1999, 2, 28)],
}
RULES = (
    '{bed_price: ">= 5000"}',
    "{spread: 10..20}",
    '{not: {per_month: "< 1666.67"}}',
    '{resting: "<= 1111.11"}',
    "{note: {contains: [agreed, kel]}}",
    "{note: {starts_with: as}}",
    '{note: {ends_with: "info"}}',
    '{start: "<= effective + 31 days"}',
    '{nested: ">= 0.5"}',
)


def profile() -> Profile:
    return make("".join(check(rule, id_=f"c{n}") for n, rule in enumerate(RULES)), head=HEADED)


def some_deals(seed: int, count: int) -> list[Deal]:
    chosen = random.Random(seed)
    return [
        Deal(
            str(number),
            {name: chosen.choice(each) for name, each in VALUES.items() if chosen.random() < 0.9},
            currency=chosen.choice(("USD", "USD", "EUR")),
        )
        for number in range(count)
    ]


def base_facts_only(of: Profile, deals: list[Deal]) -> pa.Table:
    derived = {each.name for each in of.derived}
    columns = [column.name for column in fact_columns(of) if column.subject.fact in derived]
    return deals_table(of, deals).drop_columns(columns)


def assert_the_judge_says_the_same(backend: Any, count: int) -> None:
    of, deals = profile(), some_deals(7, count)
    table = backend.create_table("base", base_facts_only(of, deals), overwrite=True)
    rows = ColumnJudge(of).judged(table, keep=[names.NAME]).to_pyarrow().to_pylist()
    found = {row[names.NAME]: row for row in rows}
    for deal, one in zip(deals, of_each(of, deals), strict=True):
        assert found[deal.name] == one, deal


def test_a_table_of_base_facts_alone_is_judged_the_same(duckdb: Any) -> None:
    assert_the_judge_says_the_same(duckdb, 800)


def test_every_figure_is_the_judges_to_the_last_digit(duckdb: Any) -> None:
    # One large table: the time goes into the database's plan of so many figures, not into the deals.
    of, deals = profile(), some_deals(5, 1_200)
    table = duckdb.create_table("figures", base_facts_only(of, deals), overwrite=True)
    derived = {each.name: each for each in of.derived}
    wanted = list(FORMULAS)
    for name in wanted:
        figures = Figures(lambda part, before=table: before[part])
        table = table.mutate(**{name: figures.column(derived[name])}).view()
    rows = table.select(names.NAME, *wanted).to_pyarrow().to_pylist()
    deriving = Deriving(of.derived)
    for deal, row in zip(deals, sorted(rows, key=lambda row: int(row[names.NAME])), strict=True):
        facts = deriving.complete(deal.facts)
        for name in wanted:
            assert row[name] == facts.get(name), (name, deal.facts)


@settings(max_examples=15)
@given(st.lists(st.tuples(st.integers(-(10**15), 10**15), st.integers(1, 10**6)), min_size=1, max_size=300))
def test_a_half_goes_to_the_even_digit(duckdb: Any, pairs: list[tuple[int, int]]) -> None:
    pairs = [*pairs, (15, 10), (25, 10), (-15, 10), (-25, 10), (5, 10), (-5, 10), (10**18 - 5, 10)]
    of = make(check("{margin: <= 10%}"), head=HEAD + "derived:\n  each: {value: worth / beds, type: money}\n")
    rows = {"worth": [Decimal(one).scaleb(-2) for one, _ in pairs], "beds": [other for _, other in pairs]}
    schema = pa.schema([("worth", pa.decimal128(18, 2)), ("beds", pa.int64())])
    table = ibis.memtable(pa.table(rows, schema=schema))
    figures = Figures(lambda name: table[name]).column(of.derived[0])
    found = duckdb.to_pyarrow(table.select(each=figures))["each"].to_pylist()
    complete = Deriving(of.derived).complete
    assert found == [complete({"worth": w, "beds": b})["each"] for w, b in zip(*rows.values(), strict=True)]


def test_what_cannot_be_exact_is_refused_in_words(duckdb: Any) -> None:
    of = profile()
    judge = ColumnJudge(of)
    rows = base_facts_only(of, some_deals(1, 3)).to_pylist()
    floating = pa.table({**{k: [r[k] for r in rows] for k in rows[0]}, "worth": pa.array([1.5, 2.5, None])})
    with pytest.raises(ColumnError, match=r"worth is float64.*Cast it to a whole number or to a decimal"):
        judge.judged(ibis.memtable(floating))
    odd = make(check("{note: {contains: naïve}}"))
    with pytest.raises(ColumnError, match="searched for naïve: databases do not agree"):
        ColumnJudge(odd).judged(ibis.memtable(base_facts_only(odd, some_deals(1, 3))))
    with pytest.raises(ColumnError, match="no column beds"):
        judge.judged(ibis.memtable(base_facts_only(of, some_deals(1, 3)).drop_columns(["beds"])))
