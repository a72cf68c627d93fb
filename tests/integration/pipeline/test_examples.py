"""The deals that ship as an example: they come in whole, and the first question of the handbook has an answer."""

from __future__ import annotations

from pathlib import Path

from bot.checking.asker import OPERATOR
from bot.pipeline.importing import import_deals
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.profile.verdict import Judgement
from bot.store.database import Store
from tests.integration.pipeline.serving import service_over

from .conftest import Ticking

ROOT = Path(__file__).parents[3]
DEALS = ROOT / "examples" / "deals.csv"


def test_the_examples_come_in_and_a_manager_s_question_is_answered(
    store: Store, clock: Ticking, tmp_path: Path
) -> None:
    judge = Judge(load_profile(ROOT / "profile" / "deal-profile.yaml"))
    people = load_people(ROOT / "profile" / "people.yaml")

    class Live:
        def current(self) -> Judge:
            return judge

    report = import_deals(DEALS.read_bytes(), DEALS.name, judge=judge, store=store, people=people, actor="operator")
    assert (report.read, report.imported, report.rejected, report.unknown_owners) == (25, 25, (), {})
    again = import_deals(DEALS.read_bytes(), DEALS.name, judge=judge, store=store, people=people, actor="operator")
    assert (again.imported, again.updated, again.unchanged) == (0, 0, 25)
    service = service_over(store, Live(), people, clock, tmp_path)
    picture = service.overview(OPERATOR).fit
    assert all(picture.split.by[judgement].deals for judgement in Judgement)
    answer = service.ask("which of Dana's deals break the payment terms", OPERATOR)
    assert answer.unknown == ()
    assert answer.table is not None
    assert answer.table.rows
    owners = [column.name for column in answer.table.columns].index("owner")
    assert {row[owners] for row in answer.table.rows} == {"Dana Reyes"}
