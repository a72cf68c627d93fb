"""Many candidates from one pass over the deals: each is told as its own query tells it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.profile.columns import names
from bot.profile.columns.candidates import Candidates
from bot.profile.columns.deals import deals_table
from bot.profile.columns.judge import ColumnJudge
from bot.profile.columns.names import ColumnError
from bot.profile.loading import parse_profile
from tests.unit.profile.samples import BUNDLED, check, make
from tests.unit.profile_columns.worlds import World

pytestmark = pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning")  # Ibis 12 on DuckDB 2


@pytest.mark.parametrize("seed", range(6))
def test_each_candidate_is_told_as_its_own_query_tells_it(duckdb: Any, seed: int) -> None:
    """Random worlds share their facts and hardly a rule; two of them share all."""
    worlds = [World(seed * 10 + n) for n in range(3)]
    profiles = [world.profile() for world in worlds]
    profiles.append(profiles[0])
    deals = deals_table(profiles[0], [worlds[0].deal(number) for number in range(200)])
    table = duckdb.create_table("many", deals, overwrite=True)
    candidates = Candidates(profiles)
    for by in ([], [names.OWNER]):
        cells = candidates.cells(table, by=by, money="worth").to_pyarrow()
        for profile, found in zip(profiles, candidates.fits(cells, by=by), strict=True):
            own = ColumnJudge(profile).fit(table, by=by, money="worth").to_pyarrow().to_pylist()
            key = lambda row: str(row.get(names.OWNER))  # noqa: E731 - to sort both alike
            assert sorted(found.to_pylist(), key=key) == sorted(own, key=key)


def test_candidates_that_differ_in_one_limit_share_the_rest() -> None:
    text = BUNDLED.read_text(encoding="utf-8")
    other = text.replace('margin: ">= 30%"', 'margin: ">= 32%"')
    assert other != text
    candidates = Candidates([parse_profile(each.encode(), "candidate.yaml") for each in (text, other)])
    assert len(candidates._tests) == 3  # 30, 32, and the reach of the wider band


def test_candidates_with_other_facts_are_compared_apart() -> None:
    profile = parse_profile(BUNDLED.read_bytes(), "one.yaml")
    with pytest.raises(ColumnError, match="Compare"):
        Candidates([profile, make(check("{margin: <= 10%}"))])


def test_a_query_is_written_once_for_each_table(duckdb: Any) -> None:
    profile = make(check("{margin: <= 10%}"))
    table = duckdb.create_table("written", deals_table(profile, []), overwrite=True)
    judge = ColumnJudge(profile)
    sql = judge.fit_sql(table, by=[names.OWNER], money="worth")
    assert judge.fit_sql(table, by=(names.OWNER,), money="worth") is sql
    assert duckdb.con.sql(sql).fetchall() == []
    assert judge.fit_sql(table) != sql
