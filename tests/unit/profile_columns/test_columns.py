"""What the evaluator asks of a table, and what it does with odd ones."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import ibis
import pyarrow as pa
import pytest

from bot.deals.deal import Deal
from bot.profile.columns import names
from bot.profile.columns.deals import deals_table
from bot.profile.columns.judge import ColumnJudge
from bot.profile.columns.names import ColumnError, fact_columns, result_column
from bot.profile.loading import load_profile
from tests.unit.profile.samples import BUNDLED, FULL, HEAD, check, make
from tests.unit.profile_columns.agreement import assert_agreement, duckdb

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2


def results(backend: Any, require: str, rows: dict[str, list[Any]], schema: dict[str, str], **more: str) -> list[str]:
    """The results of one check over a table with these columns."""
    numbered = {"n": list(range(len(next(iter(rows.values()))))), **rows}
    data = pa.table(numbered, schema=ibis.schema({"n": "int64", **schema}).to_pyarrow())
    table = backend.create_table("odd", data, overwrite=True)
    judged = ColumnJudge(make(check(require, **more))).judged(table).order_by("n")
    return [row[result_column("c")] for row in judged.to_pyarrow().to_pylist()]


def test_a_list_of_outcomes_is_three_columns() -> None:
    columns = [column.name for column in fact_columns(load_profile(BUNDLED))]
    assert [name for name in columns if name.startswith("outcomes")] == [
        "outcomes__count",
        "outcomes__measurable",
        "outcomes__agreed",
    ]
    assert "service_months" in columns


def test_numbers_are_exact_to_the_last_digit() -> None:
    profile = make(check("{margin: <= 10%}"))
    facts = {
        "margin": Decimal("0.1234567890123456789"),
        "worth": Decimal("12345678901234567890.12"),
        "beds": 10**30,
        "rate": 2,
        "outcomes": (FULL, FULL),
        "start": date(2026, 12, 1),
        "call": False,
    }
    table = deals_table(profile, [Deal("a", facts, close_date=date(2026, 12, 24)), Deal("b")])
    first, second = table.to_pylist()
    assert {name: first[name] for name in ("margin", "worth", "beds", "rate", "start", "call")} == {
        name: facts[name] for name in ("margin", "worth", "beds", "rate", "start", "call")
    }
    assert [first[f"outcomes__{each}"] for each in ("count", "measurable", "agreed")] == [2, 2, 2]
    assert first["deal_close_date"] == date(2026, 12, 24)
    assert {second[column.name] for column in fact_columns(profile)} == {None}


def test_a_number_that_no_database_holds_is_refused_with_its_fact() -> None:
    with pytest.raises(ColumnError, match="worth needs 41 digits"):
        deals_table(make(check("{margin: <= 10%}")), [Deal("a", {"worth": Decimal("1E-40")})])
    with pytest.raises(ColumnError, match="worth holds NaN"):
        deals_table(make(check("{margin: <= 10%}")), [Deal("a", {"worth": Decimal("NaN")})])


def test_a_value_of_another_kind_is_refused_as_the_judge_refuses_it() -> None:
    with pytest.raises(TypeError, match="beds of 'a' holds True, which is no integer"):
        deals_table(make(check("{margin: <= 10%}")), [Deal("a", {"beds": True})])


def test_limits_between_the_columns_values_still_divide_them(duckdb: Any) -> None:
    rows = {"margin": [Decimal("10.00"), Decimal("10.01"), None]}
    schema = {"margin": "decimal(18, 2)"}
    assert results(duckdb, '{margin: "<= 10.005%"}', rows, schema) == ["pass", "fail", "unknown"]
    assert results(duckdb, '{margin: "> 10.005%"}', rows, schema) == ["fail", "pass", "unknown"]
    assert results(duckdb, "{margin: 10.005%}", rows, schema) == ["fail", "fail", "unknown"]
    assert results(duckdb, "{not: {margin: 10.005%}}", rows, schema) == ["pass", "pass", "unknown"]
    assert results(duckdb, "{margin: 10.001%..10.009%}", rows, schema) == ["fail", "fail", "unknown"]


def test_the_opposite_of_an_unknown_test_is_unknown(duckdb: Any) -> None:
    rows, schema = {"call": [True, False, None]}, {"call": "boolean"}
    assert results(duckdb, "{not: {call: false}}", rows, schema) == ["pass", "fail", "unknown"]
    assert results(duckdb, "{not: {call: true}}", rows, schema) == ["fail", "pass", "unknown"]
    assert results(duckdb, "{not: {call: known}}", rows, schema) == ["fail", "fail", "pass"]


def test_limits_beyond_the_columns_range_hold_for_all_or_none(duckdb: Any) -> None:
    rows, schema = {"rate": [-128, 127, None]}, {"rate": "int8"}
    assert results(duckdb, '{rate: "<= 300"}', rows, schema) == ["pass", "pass", "unknown"]
    assert results(duckdb, '{rate: ">= 300"}', rows, schema) == ["fail", "fail", "unknown"]
    assert results(duckdb, '{rate: "<= 126.5"}', rows, schema) == ["pass", "fail", "unknown"]
    assert results(duckdb, "{rate: -500..500}", rows, schema) == ["pass", "pass", "unknown"]


def test_floating_point_is_compared_as_it_is_and_no_number_is_unknown(duckdb: Any) -> None:
    rows = {"rate": [0.1, 0.3, float("nan"), None]}
    assert results(duckdb, '{rate: "<= 0.1"}', rows, {"rate": "float64"}) == ["pass", "fail", "unknown", "unknown"]
    assert results(duckdb, "{rate: [0.1, 0.2]}", rows, {"rate": "float64"}) == ["pass", "fail", "unknown", "unknown"]


def test_money_in_another_currency_is_unknown(duckdb: Any) -> None:
    rows = {"worth": [Decimal(20000)] * 3, "deal_currency": ["USD", "EUR", None]}
    schema = {"worth": "decimal(18, 2)", "deal_currency": "string"}
    assert results(duckdb, '{worth: ">= 15000"}', rows, schema) == ["pass", "unknown", "unknown"]


def test_columns_that_no_check_looks_at_may_be_absent_and_others_not(duckdb: Any) -> None:
    with pytest.raises(ColumnError, match="no column margin"):
        results(duckdb, "{margin: <= 10%}", {"rate": [1]}, {"rate": "int64"})


def test_a_column_of_another_kind_is_refused(duckdb: Any) -> None:
    with pytest.raises(ColumnError, match="margin is string, and the fact is percent"):
        results(duckdb, "{margin: <= 10%}", {"margin": ["10%"]}, {"margin": "string"})
    with pytest.raises(ColumnError, match="call is int64, and the fact is yes/no"):
        results(duckdb, "{call: true}", {"call": [1]}, {"call": "int64"})


def test_a_table_that_was_judged_already_is_refused(duckdb: Any) -> None:
    rows = {"margin": [1], "dealfit_verdict": [1]}
    with pytest.raises(ColumnError, match="column dealfit_verdict already"):
        results(duckdb, "{margin: <= 10%}", rows, dict.fromkeys(rows, "int64"))


def test_a_fact_that_takes_the_name_of_a_count_is_refused() -> None:
    head = HEAD + "  outcomes__count: {type: integer, label: Count, ask: How many?}\n"
    with pytest.raises(ColumnError, match="outcomes__count needs a column outcomes__count, and that name is taken"):
        fact_columns(make(check("{margin: <= 10%}"), head=head))


def test_the_fit_of_a_pipeline_adds_up(duckdb: Any) -> None:
    profile = make(check('{margin: ">= 30%"}', more="exception: {authority: desk, up_to: {margin: 20%}}"))
    deals = [
        Deal("a", {"margin": Decimal(30), "worth": Decimal("10.10")}, owner="Dana"),
        Deal("b", {"margin": Decimal(25), "worth": Decimal("20.20")}, owner="Dana"),
        Deal("c", {"worth": Decimal("40.40")}, owner="Dana"),
        Deal("d", {"margin": Decimal(2)}, owner="Dana"),
        Deal("e", {"margin": Decimal(31), "worth": Decimal(5)}, owner="Eve", currency="EUR"),
    ]
    table = duckdb.create_table("deals", deals_table(profile, deals), overwrite=True)
    fit = ColumnJudge(profile).fit(table, by=[names.OWNER], money="worth").order_by(names.OWNER)
    dana, eve = fit.to_pyarrow().to_pylist()
    assert dana == {
        "deal_owner": "Dana",
        "deals": 4,
        "fits": 1,
        "needs_approval": 1,
        "does_not_fit": 1,
        "incomplete": 1,
        "money": Decimal("70.70"),
        "money_fits": Decimal("10.10"),
        "money_needs_approval": Decimal("20.20"),
        "money_does_not_fit": None,
        "money_incomplete": Decimal("40.40"),
    }
    assert (eve["fits"], eve["money"]) == (1, None)
    assert ColumnJudge(profile).fit(table).to_pyarrow().to_pylist()[0]["deals"] == 5


def test_no_deals_give_no_rows(duckdb: Any) -> None:
    profile = load_profile(BUNDLED)
    table = duckdb.create_table("deals", deals_table(profile, []), overwrite=True)
    assert ColumnJudge(profile).judged(table).to_pyarrow().num_rows == 0


def test_the_close_date_is_the_deals_own_column() -> None:
    close = date(2027, 1, 30)
    rules = (
        check('{close_date: "<= effective + 90 days"}', id_="soon")
        + check('{start: ">= close_date + 10 days"}', id_="later")
        + check("{close_date: known}", id_="stated")
    )
    profile = make(rules)
    deals = [
        Deal("none"),
        Deal("field", {"start": close}, close_date=close),
        Deal("fact", {"close_date": close + timedelta(days=1), "start": close + timedelta(days=11)}),
        Deal("field wins", {"close_date": close}, close_date=close + timedelta(days=1)),
    ]
    table = deals_table(profile, deals)
    assert "close_date" not in table.column_names
    assert table[names.CLOSE_DATE].to_pylist() == [None, close, *[close + timedelta(days=1)] * 2]
    assert_agreement(duckdb(), profile, deals)
