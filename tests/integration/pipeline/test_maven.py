"""examples/maven-crm on the published files: the figures that anybody can work out from them come out of the import.

The folder that holds `maven_crm` is given as DEALFIT_TEST_DATA; without it the tests are skipped.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.cli.deal_files import read_mapping
from bot.pipeline.importing import ImportReport, import_deals
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.store.database import Store, open_store
from bot.store.records import SavedDeal
from bot.store.urls import sqlite_url

from .conftest import Ticking

ROOT = Path(__file__).parents[3]
DATA = Path(os.environ.get("DEALFIT_TEST_DATA", ROOT.parent / "shared" / "data")) / "maven_crm" / "sales_pipeline.csv"
EXAMPLE = ROOT / "examples" / "maven-crm"

pytestmark = [
    pytest.mark.skipif(not DATA.is_file(), reason="set DEALFIT_TEST_DATA to the folder that holds maven_crm"),
    pytest.mark.timeout(300),
]


@dataclass
class Imported:
    store: Store
    report: ImportReport
    again: ImportReport
    deals: list[SavedDeal]

    def facts(self, status: str) -> list[dict[str, Any]]:
        return [deal.facts_plain for deal in self.deals if deal.status == status]


@pytest.fixture(scope="module")
def maven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Imported]:
    judge = Judge(load_profile(EXAMPLE / "deal-profile.yaml"))
    people = load_people(EXAMPLE / "people.yaml")
    mapping = read_mapping(EXAMPLE / "mapping.yaml", judge.profile, DATA)
    store = open_store(sqlite_url(tmp_path_factory.mktemp("maven") / "dealfit.sqlite"), Ticking())

    def bring_in() -> ImportReport:
        with DATA.open("rb") as stream:
            return import_deals(
                stream, DATA.name, judge=judge, store=store, people=people, mapping=mapping, actor="operator"
            )

    yield Imported(store, bring_in(), bring_in(), store.deals())
    store.close()


def share(part: int, whole: int) -> float:
    return round(100 * part / whole, 1)


def test_every_opportunity_comes_in_and_nothing_changes_the_second_time(maven: Imported) -> None:
    report = maven.report
    assert (report.read, report.imported, report.rejected_rows, report.unread_cells) == (8800, 8800, 0, 0)
    assert report.statuses == {"open": 2089, "won": 4238, "lost": 2473}
    assert len(maven.deals) == 8800
    assert (maven.again.imported, maven.again.updated, maven.again.unchanged) == (0, 0, 8800)


def test_open_deals_without_an_account_are_imported_and_reported(maven: Imported) -> None:
    assert maven.report.without_customer == 1425
    assert any("1,425 open deals name no customer" in note for note in maven.report.notes)
    assert sum(deal.status == "open" and deal.customer is None for deal in maven.deals) == 1425


def test_discounts_are_worked_out_from_list_prices(maven: Imported) -> None:
    won = maven.facts("won")
    discounts = [each["discount"] for each in won]
    assert len(discounts) == 4238
    assert share(sum(each > 10 for each in discounts), 4238) == 16.7
    assert share(sum(each > 5 for each in discounts), 4238) == 31.6
    assert round(100 * sum(each < 0 for each in discounts) / 4238) == 48
    assert not any("discount" in each for each in (*maven.facts("lost"), *maven.facts("open"))), "nothing was paid"


def test_every_product_has_its_list_price_gtxpro_included(maven: Imported) -> None:
    prices = Counter((deal.facts_plain["product"], deal.facts_plain["list_price"]) for deal in maven.deals)
    assert sum(prices.values()) == 8800
    assert len(prices) == 7
    assert prices["GTX Pro", 4821] == 1480


def test_the_top_quarter_of_won_deals_carries_most_of_the_revenue(maven: Imported) -> None:
    values = sorted((Decimal(str(each["close_value"])) for each in maven.facts("won")), reverse=True)
    top = sum(values[: len(values) // 4], Decimal(0))
    assert round(100 * top / sum(values), 1) == Decimal("58.5")


def test_accounts_and_teams_are_looked_up(maven: Imported) -> None:
    known = [deal for deal in maven.deals if deal.customer is not None]
    assert all({"sector", "employees", "revenue"} <= set(deal.facts_plain) for deal in known)
    assert sum(deal.facts_plain["sector"] == "technology" for deal in known) > 1000
    assert Counter(deal.facts_plain["region"] for deal in maven.deals).keys() == {"Central", "East", "West"}
    assert len({deal.facts_plain["manager"] for deal in maven.deals}) == 6
