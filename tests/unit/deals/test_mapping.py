"""Mapping files: stages, lookups and arithmetic; what does not hold is told at its place; the editors' schema."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.cells import Bad, Cells
from bot.deals.errors import DealsFileError, FactError
from bot.deals.local_cells import COMMA_HINT
from bot.deals.mapping import Mapping, load_mapping
from bot.deals.mapping_schema import mapping_schema, schema_bytes
from bot.deals.rows import DealRows, read_deals
from bot.deals.values import parse_value
from tests.unit.deals.specs import bundled

EXAMPLES = Path(__file__).parents[3] / "examples"
PRICES = b"sku;List Price\nA-1;$1,000\nB;0\nC;free\n"
FILES = {"prices.csv": PRICES, "twice.csv": b"sku,price\nA,1\na,2\n", "reps.csv": b"rep,mail\nDana,dana@x.example\n"}
TEXT = """
columns: {contract_value: Paid, stage: Phase}
id: Nr
helpers: {list_price: money}
lookups:
  - {file: prices.csv, by: Product, key: sku, columns: {list_price: List Price}}
work_out: {discount: (1 - contract_value / list_price) * 100}
stages: {won: [Sold], lost: [Gone, No budget], open: [Talk]}
"""


def open_file(name: str) -> bytes:
    if name not in FILES:
        raise DealsFileError(f"there is no file {name}.")
    return FILES[name]


def mapping(text: str) -> Mapping:
    return load_mapping(text.encode(), filename="map.yaml", facts=bundled(), open_file=open_file)


def read(data: str, text: str = TEXT) -> DealRows:
    return read_deals(data.encode(), filename="d.csv", facts=bundled(), currency="USD", mapping=mapping(text))


def test_a_discount_is_worked_out_from_the_list_price_of_a_second_file() -> None:
    rows = read(
        "Nr,Product,Paid,Phase\n1,a 1,920,Sold\n2,B,5,Talk\n3,C,7,no-budget\n4,Z,7,Hm\n5,A-1,,\n6,A-1,2000,Talk\n"
    )
    assert [row.deal.facts.get("discount") for row in rows if row.deal] == [8, None, None, None, None, None]
    assert [row.status for row in rows] == ["won", "open", "lost", "open", "open", "open"]
    errors = [error for row in rows for error in row.errors]
    assert [error.split(". ")[0] for error in errors] == [
        "d.csv:4: column 'list_price in prices.csv': List price: cannot read 'free'",
        "d.csv:5: column 'Product': 'Z' is not in prices.csv",
        "d.csv:5: column 'stage': 'Hm' is in none of the mapping's stages, so the deal counts as open.",
        "d.csv:7: worked out: Discount off book price: '-100.0000' is below 0%",
    ]
    assert all("list_price" not in row.deal.facts for row in rows if row.deal), "a helper is no fact"
    assert rows.unread == ()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "work_out:\n  discount: 1 - contract_vale",
            "map.yaml:2:17: work_out.discount: There is no fact `contract_vale`",
        ),
        ("work_out: {discount: '1 - margin * ('}", "map.yaml:1:36: work_out.discount: The expression ends"),
        ("work_out: {industry: beds}", "work_out.industry: Industry is no number"),
        ("work_out: {dicsount: beds}", "there is no fact 'dicsount'. Did you mean 'discount'?"),
        (
            "columns: {discount: A}\nwork_out: {discount: beds}",
            "map.yaml:2:12: work_out.discount: 'discount' has a column",
        ),
        ("stages: {won: [Sold], lost: [sold]}", "map.yaml:1:30: stages.lost.0: the stage 'sold' stands under won too"),
        ("stages: {win: [Sold]}", "map.yaml:1:10: stages.win: input should be 'open', 'won' or 'lost'"),
        (
            "lookups: [{file: no.csv, by: x, columns: {beds: b}}]",
            "map.yaml:1:12: lookups.0.file: there is no file no.csv",
        ),
        ("lookups: [{file: twice.csv, by: sku, columns: {beds: price}}]", "twice.csv:3: 'a' stands in line 2 already"),
        ("lookups: [{file: reps.csv, by: rep, columns: {owner: e-mail}}]", "reps.csv:1: there is no column 'e-mail'"),
        (
            "lookups: [{file: reps.csv, by: rep, colums: {owner: mail}}]",
            "lookups.0.colums: there is no such key. Did you",
        ),
        ("helpers: {owner: money}", "map.yaml:1:11: helpers.owner: 'owner' is a field of a deal"),
        ("activities: {roles: {CFOO: [x]}}", "the profile's sponsor has no choice 'CFOO'. Did you mean 'CFO'?"),
        ("activities: {columns: {who: x}}", "activities.columns.who"),
    ],
)
def test_what_does_not_hold_is_told_at_its_place(text: str, says: str) -> None:
    with pytest.raises(DealsFileError) as caught:
        mapping(text)
    assert says in str(caught.value)


def test_a_column_that_is_misspelt_in_the_mapping_is_named_with_the_nearest() -> None:
    with pytest.raises(DealsFileError, match=r"column 'Phase', which is not there. .* Did you mean 'Phases'\?"):
        read("Nr,Product,Paid,Phases\n1,a,1,Talk\n")


def test_the_committed_schema_is_the_model_s_own() -> None:
    assert (EXAMPLES / "mapping.schema.json").read_bytes() == schema_bytes()


@pytest.mark.parametrize("path", ["us-hospitals.yaml", "maven-crm/mapping.yaml"])
def test_the_examples_fit_the_schema(path: str) -> None:
    jsonschema.validate(yaml.safe_load((EXAMPLES / path).read_text("utf-8")), mapping_schema())
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"colums": {}}, mapping_schema())


numerals = st.from_regex(r"-?\d{1,6}(\.\d{1,3})?", fullmatch=True) | st.sampled_from(
    ["0", "1.200", "1,200", "007", "-0"]
)


@given(numerals, st.sampled_from(["beds", "discount", "contract_value", "margin", "payment_days"]))
def test_a_plain_numeral_is_read_as_every_other_text_is(text: str, fact: str) -> None:
    spec = bundled()[fact]
    quick: Any = Cells(fact, spec, "USD", Mapping())(text)
    try:
        value = parse_value(spec, text)
    except FactError as error:
        assert isinstance(quick, Bad)
        assert quick.told.removesuffix(f" {COMMA_HINT}") == str(error)  # noqa: PT017 - nothing else is raised
    else:
        assert (quick, type(quick), str(quick)) == (value, type(value), str(value))
        assert not isinstance(value, Decimal) or value.as_tuple() == quick.as_tuple()
