"""The deal table in a real PostgreSQL gives the figures that the one in memory gives."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest

from bot.checking.asker import OPERATOR
from bot.pipeline.deal_table.tables import PipelineTables
from bot.pipeline.deal_table.warehouse import WarehouseError
from bot.pipeline.query import ChangeFilter, Group, Query, Select
from bot.pipeline.service import PipelineService
from bot.pipeline.view import View
from bot.store.blanking import GONE
from tests.postgres import postgres_url  # noqa: F401 - a fixture
from tests.unit.pipeline.deals import some_deals
from tests.unit.pipeline.support import clock, deal, judge, people
from tests.unit.pipeline.table import Live, Shelf, house

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis 12 on DuckDB 2
]
EVERYTHING = View((), everything=True)


def tables_on(url: str, shelf: Shelf, folder: Path) -> PipelineTables:
    return PipelineTables(live=Live(judge()), people=people, store=shelf, folder=folder, clock=clock, warehouse_url=url)


@pytest.fixture
def shelf() -> Shelf:
    return some_deals(1, 60)


@pytest.fixture
def tables(postgres_url: str, shelf: Shelf, tmp_path: Path) -> Iterator[PipelineTables]:  # noqa: F811 - the fixture
    made = tables_on(postgres_url, shelf, tmp_path / "none")
    yield made
    made.close()


def test_figures_are_those_of_the_table_in_memory(tables: PipelineTables, shelf: Shelf, tmp_path: Path) -> None:
    here = PipelineService(live=Live(judge()), people=people, store=shelf, tables=tables, clock=clock)
    there = house(tmp_path / "memory", shelf).service
    one, other = here.overview(OPERATOR), there.overview(OPERATOR)
    assert one.plain() == other.plain()
    questions = [
        "deals that need approval", "fit by rep", "which checks fail most", "deals of Mercy Regional by quarter",
        "average discount by team", "top 3 deals over 20k", "deals by authority and verdict",
    ]  # fmt: skip
    for question in questions:
        assert here.ask(question, OPERATOR).plain() == there.ask(question, OPERATOR).plain(), question
    assert not (tmp_path / "none").exists()


def test_what_changed_comes_in_and_another_process_goes_on(
    tables: PipelineTables,
    shelf: Shelf,
    postgres_url: str,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    tables.refresh()
    first = tables.take_snapshot("sync")
    before = tables.arrow(tables.judged(EVERYTHING).count().as_table()).to_pylist()[0]
    shelf.put([deal("a new one"), deal("Deal 3", "Sam Okafor", margin=-5)])
    tables.refresh()
    other = tables_on(postgres_url, shelf, tmp_path)
    other.refresh()
    for each in (tables, other):
        table = each.judged(EVERYTHING)
        rows = each.rows(table.filter(table["deal_name"].isin(["a new one", "Deal 3"])).order_by("deal_name"))
        assert [(row["deal_name"], row["dealfit_verdict"]) for row in rows] == [
            ("Deal 3", "does_not_fit"), ("a new one", "fits"),
        ] or [(row["deal_name"], row["dealfit_verdict"]) for row in rows] == [
            ("a new one", "fits"), ("Deal 3", "does_not_fit"),
        ]  # fmt: skip
        assert each.arrow(table.count().as_table()).to_pylist()[0] != before
    assert [each.id for each in other.snapshots()] == [first.id]
    service = PipelineService(live=Live(judge()), people=people, store=shelf, tables=other, clock=clock)
    came = Query(filters=(ChangeFilter(since=first.id, any_of=("came_in",)),))
    found = service.run(came, OPERATOR).table
    assert found is not None
    assert "a new one" in [row[0] for row in found.rows]
    other.close()


def test_whoever_is_stopped_in_the_middle_does_it_again(
    tables: PipelineTables,
    shelf: Shelf,
    postgres_url: str,  # noqa: F811 - the fixture
    tmp_path: Path,
) -> None:
    tables.refresh()
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute("UPDATE dealfit_copy SET value = '1' WHERE name = 'version'")
        connection.execute("UPDATE dealfit_copy SET value = '' WHERE name = 'key'")
    again = tables_on(postgres_url, shelf, tmp_path)
    again.refresh()
    table = again.judged(EVERYTHING)
    (row,) = again.rows(table.aggregate(deals=table.count(), keys=table["deal_key"].nunique()))
    assert row == {"deals": len(shelf.kept), "keys": len(shelf.kept)}
    again.close()


def test_a_warehouse_that_is_not_there_is_said_without_its_password(tmp_path: Path) -> None:
    tables = tables_on("postgresql://me:hunter2@127.0.0.1:1/nothing", Shelf(), tmp_path)
    with pytest.raises(WarehouseError) as refused:
        tables.refresh()
    assert "hunter2" not in str(refused.value)
    assert "DEALFIT_WAREHOUSE_URL" in str(refused.value)


def test_groups_are_the_same_whatever_the_dimension(tables: PipelineTables, shelf: Shelf, tmp_path: Path) -> None:
    here = PipelineService(live=Live(judge()), people=people, store=shelf, tables=tables, clock=clock)
    there = house(tmp_path / "memory", shelf).service
    for by in ("check", "part", "close_month", "customer", "segment"):
        query = Query(select=Select(what="fit"), group_by=(Group.model_validate({"by": by}),))
        assert here.run(query, OPERATOR).plain() == there.run(query, OPERATOR).plain(), by


def test_what_is_erased_goes_from_the_warehouse_too(tables: PipelineTables, shelf: Shelf) -> None:
    """Its copy, what the last refresh left over, and every snapshot: of a deal by its key, of a person as owner."""
    first = tables.take_snapshot("sync")
    rows = tables.rows(tables.snapshot(first.id, EVERYTHING))
    owner = next(row["owner_name"] for row in rows if row["person"])
    theirs = {row["key"] for row in rows if row["owner_name"] == owner}
    gone = next(row for row in rows if row["key"] not in theirs)
    for key, saved in list(shelf.kept.items()):
        if key == gone["key"]:
            shelf.kept[key] = replace(saved, name=GONE, customer=None, source_id=None, version=shelf.version + 1)
        elif key in theirs:
            shelf.kept[key] = replace(saved, owner=None, version=shelf.version + 1)
    shelf.version += 1
    assert tables.forget(deal=gone["key"], owners=[owner.upper()]) == 1
    left = {row["key"]: row for row in tables.rows(tables.snapshot(first.id, EVERYTHING))}
    assert (left[gone["key"]]["name"], left[gone["key"]]["customer"]) == (GONE, None)
    assert {
        (left[key]["person"], left[key]["owner"], left[key]["owner_name"], left[key]["team"]) for key in theirs
    } == {(None, None, None, None)}
    assert {key: (row["value"], row["verdict"]) for key, row in left.items()} == {
        row["key"]: (row["value"], row["verdict"]) for row in rows
    }
    with tables.deals.alone() as backend, backend.con.cursor() as cursor:
        everything = ""
        for name in backend.list_tables():
            if name.startswith("dealfit_"):
                everything += str(cursor.execute(f"SELECT * FROM {name}").fetchall())  # noqa: S608 - names of ours
    assert f"'{gone['name']}'" not in everything
    assert owner not in everything
    assert tables.forget(deal="none of ours", owners=["nobody"]) == 0
