"""The same expression on PostgreSQL gives the same verdicts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import ibis
import psycopg
import pytest

from bot.profile.columns import names
from bot.profile.columns.deals import deals_table
from bot.profile.columns.judge import ColumnJudge
from bot.profile.loading import load_profile
from bot.profile.verdict import Judgement, Result
from tests.postgres import postgres_url  # noqa: F401 - a fixture
from tests.unit.profile.samples import BUNDLED
from tests.unit.profile_columns.agreement import assert_agreement, duckdb
from tests.unit.profile_columns.test_figures import assert_the_judge_says_the_same
from tests.unit.profile_columns.worlds import World

pytestmark = [
    pytest.mark.postgres,
    pytest.mark.filterwarnings("ignore:fetch_arrow_table:DeprecationWarning"),  # Ibis 12 on DuckDB 2
]


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[Any]:  # noqa: F811 - the fixture
    with psycopg.connect(postgres_url) as connection:
        yield ibis.postgres.from_connection(connection)


def test_both_evaluators_agree_on_postgresql(postgres: Any) -> None:
    seen = assert_agreement(postgres, load_profile(BUNDLED), [])
    for seed in range(12):
        world = World(seed)
        seen.update(assert_agreement(postgres, world.profile(), [world.deal(n) for n in range(80)]))
    assert all(seen[word.value] for word in (*Result, *Judgement)), seen


def test_derived_facts_are_worked_out_on_postgresql_as_the_judge_does(postgres: Any) -> None:
    assert_the_judge_says_the_same(postgres, 400)


def test_the_fit_is_the_same_as_on_duckdb(postgres: Any) -> None:
    world = World(7)
    profile = world.profile()
    table = deals_table(profile, [world.deal(n) for n in range(300)])
    local = duckdb()
    found = []
    for backend in (postgres, local):
        fit = ColumnJudge(profile).fit(backend.create_table("deals", table), by=[names.OWNER], money="worth")
        found.append(sorted(fit.to_pyarrow().to_pylist(), key=lambda row: row[names.OWNER] or ""))
    local.disconnect()
    assert found[0] == found[1]
    assert found[0][0]["deals"] > 100
