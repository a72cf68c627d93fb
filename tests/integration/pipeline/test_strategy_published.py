"""The strategist's questions on 8,800 opportunities that nobody here wrote: revenue alone, for they know no margin.

The file is published as "CRM Sales Opportunities" by Maven Analytics. The folder that holds `maven_crm` is given as
DEALFIT_TEST_DATA; without it the tests are skipped.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.deals.mapping import Mapping
from bot.deals.rows import read_deals
from bot.pipeline.strategy.backtest import backtest
from bot.pipeline.strategy.book import DealBook
from bot.pipeline.strategy.measuring import measure
from bot.pipeline.strategy.periods import Length
from bot.pipeline.strategy.sources import Measure, money_sources
from bot.profile.loading import load_profile
from bot.profile.model import Profile

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("DEALFIT_TEST_DATA", ROOT.parent / "shared" / "data")) / "maven_crm" / "sales_pipeline.csv"
MAPPING = Mapping(
    id="opportunity_id",
    columns={
        "owner": "sales_agent",
        "customer": "account",
        "stage": "deal_stage",
        "contract_value": "close_value",
        "close_date": "close_date",
    },
)

pytestmark = pytest.mark.skipif(not DATA.is_file(), reason="set DEALFIT_TEST_DATA to the folder that holds maven_crm")


@pytest.fixture(scope="module")
def profile() -> Profile:
    return load_profile(ROOT / "profile" / "deal-profile.yaml")


@pytest.fixture(scope="module")
def book(profile: Profile) -> Iterator[DealBook]:
    rows = read_deals(
        DATA.read_bytes(), filename=DATA.name, facts=profile.facts, currency=profile.currency, mapping=MAPPING
    )
    made = DealBook(row.deal for row in rows if row.deal is not None)
    yield made
    made.close()


def test_the_top_quarter_of_the_won_deals_carries_58_percent_of_the_revenue(book: DealBook, profile: Profile) -> None:
    found = money_sources(book, profile)
    assert (found.measure, found.scope, found.deals.count) == (Measure.REVENUE, "won", 4238)
    assert found.deals.total == Decimal(10_005_534)
    assert found.deals.share_of_top(25) == Decimal("58.5")
    assert found.deals.below == 0
    assert found.customers.count == 85
    assert "the margin is known of 0 of the 4,238 deals" in found.why


def test_a_backtest_says_that_these_deals_know_too_little(book: DealBook, profile: Profile) -> None:
    found = backtest(book, profile)
    assert (found.deals["closed"], found.deals["open_left_out"]) == (6711, 2089)
    assert sum(row.parts[o].deals for row in found.verdicts for o in row.parts) == 6711
    strong = {each.id for each in found.cautions if each.strong}
    assert strong == {"absent-facts"}


def test_results_by_quarter(book: DealBook, profile: Profile) -> None:
    found = measure(book, profile, length=Length.QUARTER)
    assert [(row.name, row.won + row.lost) for row in found.periods] == [
        ("2017 Q1", 647), ("2017 Q2", 2032), ("2017 Q3", 2047), ("2017 Q4", 1985),
    ]  # fmt: skip
    assert found.whole.win_rate.percent == Decimal("63.2")
    assert {each.direction for each in found.trends} == {"too few"}
