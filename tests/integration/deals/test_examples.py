"""The examples that ship, and real files that nobody here wrote."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from bot.deals.facts import FactType
from bot.deals.mapping import load_mapping
from bot.deals.rows import DealRows, read_deals
from bot.deals.values import format_outcomes, format_value, parse_value
from tests.unit.deals.specs import bundled

EXAMPLES = Path(__file__).parents[3] / "examples"
REPS = {"Dana Reyes", "Sam Okafor", "Lena Fischer", "Tom Alvarez"}


def our_deals() -> DealRows:
    return read_deals((EXAMPLES / "deals.csv").read_bytes(), filename="deals.csv", facts=bundled(), currency="USD")


def test_our_deals_are_read_whole() -> None:
    rows = our_deals()
    assert len(rows) == 25
    assert [row.errors for row in rows if row.errors] == []
    assert rows.unread == ()
    deals = [row.deal for row in rows if row.deal is not None]
    assert len(deals) == 25
    assert {deal.owner for deal in deals} == REPS
    assert {deal.stage for deal in deals} == {"prospect", "qualified", "proposal", "negotiation"}
    assert all("2026-11-30" <= str(deal.close_date) <= "2027-06-30" for deal in deals)
    assert len({deal.source_id for deal in deals}) == 25
    assert {name for deal in deals for name in deal.facts} == set(bundled())


def test_every_value_of_our_deals_can_be_written_and_read_again() -> None:
    for row in our_deals():
        assert row.deal is not None
        for name, value in row.deal.facts.items():
            spec = bundled()[name]
            outcomes = spec.type is FactType.OUTCOMES and isinstance(value, tuple)
            text = format_outcomes(value) if outcomes else format_value(spec, value)  # type: ignore[arg-type]
            assert parse_value(spec, text) == value


def test_the_hospitals_become_prospects(hospitals: Path) -> None:
    name = "us-hospitals.yaml"
    mapping = load_mapping((EXAMPLES / name).read_bytes(), filename=name, facts=bundled())
    rows = read_deals(
        hospitals.read_bytes(), filename="hospitals.csv", facts=bundled(), currency="USD", mapping=mapping
    )
    assert (len(rows), rows.left_out) == (7146, 435)
    assert not any(row.errors for row in rows)
    deals = [row.deal for row in rows if row.deal is not None]
    assert Counter(deal.facts.get("industry") for deal in deals) == {"hospital": 5372, "other": 1658, None: 116}
    assert sum("beds" in deal.facts for deal in deals) == 6576
    assert {deal.facts["offer"] for deal in deals} == {"managed services"}
    assert {deal.owner for deal in deals} == {None}
    assert rows.unread == ("city", "state", "county", "lat", "lon", "trauma")
