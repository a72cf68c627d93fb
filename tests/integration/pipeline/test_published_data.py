"""8,800 opportunities that nobody here wrote: none is dropped, and questions about them are answered.

The file is published as "CRM Sales Opportunities" by Maven Analytics. The folder that holds `maven_crm` is given as
DEALFIT_TEST_DATA; without it the tests are skipped.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

from bot.checking.asker import OPERATOR
from bot.deals.mapping import Mapping
from bot.pipeline.importing import ImportReport, import_deals
from bot.pipeline.service import PipelineService
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.store.database import Store, open_store
from bot.store.urls import sqlite_url
from tests.integration.pipeline.serving import service_over

from .conftest import Ticking

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

pytestmark = [
    pytest.mark.skipif(not DATA.is_file(), reason="set DEALFIT_TEST_DATA to the folder that holds maven_crm"),
    pytest.mark.timeout(600),
]


@pytest.fixture(scope="module")
def imported(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, ImportReport, PipelineService]]:
    judge = Judge(load_profile(ROOT / "profile" / "deal-profile.yaml"))
    people = load_people(ROOT / "profile" / "people.yaml")
    clock = Ticking()
    store = open_store(sqlite_url(tmp_path_factory.mktemp("maven") / "dealfit.sqlite"), clock)
    report = import_deals(
        DATA.read_bytes(), DATA.name, judge=judge, store=store, people=people, mapping=MAPPING, actor="operator"
    )

    class Live:
        def current(self) -> Judge:
            return judge

    yield store, report, service_over(store, Live(), people, clock, tmp_path_factory.mktemp("table"))
    store.close()


def rows() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(DATA.read_text("utf-8"))))


def test_every_opportunity_comes_in(imported: tuple[Store, ImportReport, PipelineService]) -> None:
    store, report, _ = imported
    assert (report.read, report.imported, len(report.rejected)) == (8800, 8800, 0)
    still_open = [row for row in rows() if row["deal_stage"] not in {"Won", "Lost"}]
    assert len(store.open_deals()) == len(still_open)
    assert sum(1 for deal in store.open_deals() if deal.customer is None) == 1425
    assert set(report.unknown_owners) == {row["sales_agent"] for row in rows()}


def test_questions_agree_with_the_file(imported: tuple[Store, ImportReport, PipelineService]) -> None:
    _, _, service = imported
    still_open = [row for row in rows() if row["deal_stage"] not in {"Won", "Lost"}]
    agents = {row["sales_agent"] for row in still_open}
    by_rep = service.ask("how many deals by rep", OPERATOR)
    assert by_rep.table is not None
    counted = {row[0]: row[1] for row in by_rep.table.rows}
    assert counted == {agent: sum(row["sales_agent"] == agent for row in still_open) for agent in agents}
    darcel = service.ask("Darcel Schlecht's deals in Engaging", OPERATOR)
    assert darcel.unknown == ()
    assert darcel.table is not None
    wanted = [r for r in still_open if r["sales_agent"] == "Darcel Schlecht" and r["deal_stage"] == "Engaging"]
    assert darcel.table.matched == len(wanted)


def test_what_the_file_does_not_know_is_said(imported: tuple[Store, ImportReport, PipelineService]) -> None:
    _, _, service = imported
    answer = service.ask("total contract value by stage", OPERATOR)
    assert answer.table is not None
    assert answer.table.totals["sum_contract_value"] == Decimal(0)
    assert any("without a known contract value" in note for note in answer.table.notes)
