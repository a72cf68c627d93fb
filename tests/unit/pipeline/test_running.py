from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from pydantic import ValidationError

from bot.pipeline.query import Query
from bot.pipeline.records import Record
from bot.pipeline.tables import Column, ColumnType, Table, cell_words
from bot.pipeline.validating import QueryError

from .oracle.running import run
from .support import TODAY, deal, judge, record

RECORDS: list[Record] = [
    record(deal("Mercy", payment_days=60, contract_value=50_000, closes=date(2026, 12, 1))),
    record(deal("Hope", payment_days=50, contract_value=90_000, closes=date(2027, 2, 1))),
    record(deal("Grace", payment_days=None, contract_value=10_000_000)),
    record(deal("Faith", "Sam Okafor", customer="Faith Hospital", payment_days=30, discount=5)),
]


def table(**query: object) -> Table:
    return run(Query.model_validate(query), RECORDS, profile=judge().profile, today=TODAY)


def where(*filters: dict[str, object]) -> list[str]:
    return sorted(str(row[0]) for row in table(filters=filters).rows)


def test_a_question_about_one_check_shows_actual_limit_gap_and_who_may_approve() -> None:
    found = table(filters=({"by": "check", "any_of": ("payment-terms",)},))
    assert [column.name for column in found.columns] == [
        "deal", "owner", "verdict", "contract_value", "close_date", "stage", "payment_days", "limit", "gap",
        "authority",
    ]  # fmt: skip
    assert [(row[0], row[6], row[7], row[8], row[9]) for row in found.rows] == [
        ("Hope", 50, "at most 45 days", Decimal(5), "Finance"),
        ("Mercy", 60, "at most 45 days", Decimal(15), "Finance"),
    ]
    assert found.totals == {"contract_value": Decimal(140_000)}
    assert (found.matched, found.undecided) == (2, 1)
    assert found.notes == ("1 deal left out: what the question asks is not known of it.",)


def test_the_gap_can_order_the_rows() -> None:
    query = {"filters": ({"by": "check", "any_of": ("payment-terms",)},), "order_by": {"by": "gap"}}
    assert [row[0] for row in table(**query).rows] == ["Mercy", "Hope"]


def test_a_missing_fact_neither_meets_a_comparison_nor_its_opposite() -> None:
    long = {"by": "fact", "fact": "payment_days", "op": ">", "value": 45}
    assert where(long) == ["Hope", "Mercy"]
    assert where({**long, "negate": True}) == ["Faith"]
    assert where({"by": "missing", "fact": "payment_days"}) == ["Grace"]


def test_facts_of_every_type_can_be_asked_for() -> None:
    assert where({"by": "fact", "fact": "outcomes", "op": ">=", "value": 2}) == ["Faith", "Grace", "Hope", "Mercy"]
    assert where({"by": "fact", "fact": "records_mandate", "value": False}) == []
    assert where({"by": "fact", "fact": "sponsor", "op": "in", "value": ("CFO", "CEO")}) != []
    assert where({"by": "fact", "fact": "discount", "op": "!=", "value": 8}) == ["Faith"]
    assert where({"by": "customer", "any_of": ("faith hospital",)}) == ["Faith"]
    assert where({"by": "customer", "any_of": ("mercy",)}) == ["Mercy"]
    assert where({"by": "close_date", "period": "next quarter"}) == ["Hope"]


def test_an_average_counts_what_is_known() -> None:
    found = table(select={"what": "average", "of": "payment_days"}, group_by=({"by": "owner"},))
    assert found.rows == (("Dana Reyes", 3, 2, Decimal("55.00")), ("Sam Okafor", 1, 1, Decimal("30.00")))
    assert found.columns[-1] == Column("average_payment_days", "Average Payment terms", ColumnType.NUMBER, "days")
    assert found.totals["average_payment_days"] == Decimal("46.67")


def test_grouping_by_failing_check_says_that_a_deal_may_stand_twice() -> None:
    found = table(select={"what": "count"}, group_by=({"by": "check"},))
    assert ("Payment terms", 2, Decimal(140_000)) in found.rows
    assert "A deal that fails several checks stands in several rows; the totals count it once." in found.notes


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"filters": ({"by": "fact", "fact": "discoumt", "op": ">", "value": 1},)}, "Did you mean discount?"),
        ({"filters": ({"by": "fact", "fact": "industry", "op": ">", "value": "hospital"},)}, "has no order"),
        ({"filters": ({"by": "fact", "fact": "industry", "value": "hospitl"},)}, "Did you mean hospital?"),
        ({"filters": ({"by": "fact", "fact": "discount", "value": "much"},)}, "no percent value"),
        ({"filters": ({"by": "fact", "fact": "prepaid", "value": 1},)}, "no yes/no value"),
        ({"filters": ({"by": "check", "any_of": ("payment",)},)}, "payment-terms"),
        ({"filters": ({"by": "missing", "fact": "nothing"},)}, "no fact 'nothing'"),
        ({"select": {"what": "sum", "of": "discount"}}, "Percentages have an average"),
        ({"select": {"what": "count"}, "group_by": ({"by": "fact", "fact": "beds"},)}, "only by a choice"),
        ({"show": ("nothing",)}, "no fact 'nothing'"),
    ],
)
def test_a_query_that_the_profile_cannot_answer_is_refused_in_words(query: dict[str, object], words: str) -> None:
    with pytest.raises(QueryError) as refused:
        table(**query)
    assert words in str(refused.value)


@pytest.mark.parametrize(
    "query",
    [
        {"select": {"what": "deals"}, "group_by": [{"by": "owner"}]},
        {"select": {"what": "sum"}},
        {"select": {"what": "count", "of": "discount"}},
        {"filters": [{"by": "verdict", "any_of": ["fine"]}]},
        {"filters": [{"by": "status", "any_of": ["closed"]}]},
        {"filters": [{"by": "owner", "any_of": []}]},
        {"filters": [{"by": "close_date"}]},
        {"filters": [{"by": "close_date", "first": "2027-02-01", "last": "2027-01-01"}]},
        {"filters": [{"by": "fact", "fact": "discount", "op": "in", "value": 3}]},
        {"filters": [{"by": "sql", "text": "drop table deals"}]},
        {"group_by": [{"by": "fact"}]},
        {"limit": 0},
        {"limit": 1001},
        {"limit": "10"},
        {"everything": True},
    ],
)
def test_a_query_out_of_shape_is_refused(query: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Query.model_validate(query)


def test_a_query_survives_json() -> None:
    query = Query.model_validate({
        "select": {"what": "average", "of": "discount"},
        "filters": (
            {"by": "fact", "fact": "contract_value", "op": ">", "value": Decimal("7.25")},
            {"by": "close_date", "first": date(2027, 1, 1)},
            {"by": "owner", "any_of": ("dana",), "negate": True},
        ),
        "group_by": ({"by": "owner"},),
    })  # fmt: skip
    assert Query.model_validate_json(json.dumps(query.plain())) == query


def test_the_schema_for_a_model_is_closed() -> None:
    schema = Query.model_json_schema()
    assert schema["additionalProperties"] is False
    assert all(part.get("additionalProperties") is False for part in schema["$defs"].values())


@pytest.mark.parametrize(
    ("cell", "kind", "unit", "words"),
    [
        (None, ColumnType.MONEY, None, ""),
        (Decimal(85_000), ColumnType.MONEY, None, "$85,000"),
        (Decimal("16.7"), ColumnType.PERCENT, None, "16.7%"),
        (1, ColumnType.INTEGER, "days", "1 day"),
        (1200, ColumnType.INTEGER, None, "1,200"),
        (True, ColumnType.YES_NO, None, "yes"),
        (date(2027, 3, 1), ColumnType.DATE, None, "2027-03-01"),
        ("does_not_fit", ColumnType.VERDICT, None, "does not fit"),
    ],
)
def test_cells_in_words(cell: object, kind: ColumnType, unit: str | None, words: str) -> None:
    assert cell_words(cell, Column("x", "X", kind, unit), "USD") == words  # type: ignore[arg-type]
