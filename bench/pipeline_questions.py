"""Questions about the pipeline from the words to the answer and to finished blocks, next to DuckDB SQL by hand."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import duckdb

from bench.pipelines import SQL, _deals
from bench.report import Report
from bot.checking.asker import OPERATOR
from bot.deals.deal import canonical_json
from bot.pipeline.deal_table.layout import rows_of
from bot.pipeline.deal_table.parquet import Manifest, ParquetCopy, sql_type
from bot.pipeline.deal_table.tables import PipelineTables
from bot.pipeline.service import PipelineService
from bot.playground.limits import check_message
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.settings import content_root
from bot.slack.work.pipeline_messages import PipelineMessages
from bot.store.database import open_store
from bot.store.records import ChangedDeal, DealMark, SavedDeal
from bot.store.urls import sqlite_url

if TYPE_CHECKING:
    from bot.slack.services import Services

SIZES = (8_800, 1_000_000)
NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
ROUNDS = 12
QUESTIONS = (
    "which deals over {n}k closing this quarter break the payment terms",
    "fit by rep of deals over {n}k",
    "top {n} deals we should walk away from",
    "how much discount did we give below {n} months of service",
    "deals without an executive sponsor over {n}k by rep",
    "fit by quarter of deals under {n}k, open and closed",
)


class Live:
    def __init__(self, judge: Judge) -> None:
        self.judge = judge

    def current(self) -> Judge:
        return self.judge


class Shelf:
    """The store of deals that lie in a DuckDB table: what a question reads of single deals, it makes of a row."""

    shown = "a bench"

    def __init__(self, connection: Any, facts: Collection[str]) -> None:
        self._connection = connection
        self._facts = facts

    def deals_version(self) -> int:
        return 1

    def changed_deals(self, after: DealMark, limit: int = 10_000) -> list[ChangedDeal]:
        del after, limit  # nothing changes while the bench asks
        return []

    def deals(self, *, keys: Collection[str]) -> list[SavedDeal]:
        found = self._connection.execute(
            "SELECT * FROM deals WHERE deal_key IN (SELECT unnest($keys))", {"keys": list(keys)}
        )
        names = [each[0] for each in found.description]
        return [_saved(dict(zip(names, row, strict=True)), self._facts) for row in found.fetchall()]


def _saved(row: dict[str, Any], facts: Collection[str]) -> SavedDeal:
    known = {name: float(row[name]) if not isinstance(row[name], bool | int | str) else row[name]
             for name in facts if row.get(name) is not None}  # fmt: skip
    return SavedDeal(
        key=row["deal_key"], name=row["deal_name"], customer=row["deal_customer"], owner=row["deal_owner"],
        stage=row["deal_stage"], close_date=row["deal_close_date"], currency=row["deal_currency"], source="bench",
        source_id=row["deal_key"], status=row["deal_status"], judgement=None, profile_sha256=None, deal_sha256="",
        decision_id=None, checked_by=None, updated_at=NOW, facts_text=canonical_json(known).decode(), verdict_text=None,
    )  # fmt: skip


def measure(report: Report) -> None:
    for size in SIZES:
        with made(size, report) as (service, connection, folder):
            _glance(report, service, connection, size)
            _questions(report, service, connection, size)
            _blocks(report, service, folder, size)


@contextmanager
def made(size: int, report: Report) -> Iterator[tuple[PipelineService, Any, Path]]:
    """A pipeline of so many deals from its files, counted as by hand; the hand's connection; the folder."""
    judge = Judge(load_profile(content_root() / "profile" / "deal-profile.yaml"))
    people = load_people(content_root() / "profile" / "people.yaml")
    with tempfile.TemporaryDirectory() as folder:
        connection = duckdb.connect()
        shelf = Shelf(connection, judge.profile.facts)
        _written(size, connection, judge, shelf, Path(folder))
        live = Live(judge)
        tables = PipelineTables(live=live, people=lambda: people, store=shelf, folder=Path(folder), clock=lambda: NOW)
        service = PipelineService(live=live, people=lambda: people, store=shelf, tables=tables, clock=lambda: NOW)
        start = time.perf_counter()
        tables.refresh()
        report.add(f"{size:,} deals from their files into memory, judged", time.perf_counter() - start, "seconds")
        _same(service, connection)
        yield service, connection, Path(folder)
        tables.close()
        connection.close()


def _same(service: PipelineService, connection: Any) -> None:
    """Before anything is timed: both count the same open deals under the same verdicts."""
    open_deals = SQL.replace("FROM deals", "FROM deals WHERE deal_status = 'open'")
    rows = connection.sql(open_deals).fetchall()
    by_hand = [sum(row[n] for row in rows) for n in range(1, 6)]
    split = service.overview(OPERATOR).fit.split
    ours = [split.total.deals, *(tally.deals for tally in split.by.values())]
    if ours != by_hand or not ours[0]:
        message = f"the deal table counts {ours}, and SQL by hand {by_hand}"
        raise AssertionError(message)


def _glance(report: Report, service: PipelineService, connection: Any, size: int) -> None:
    seconds = _times(lambda _: service.overview(OPERATOR), ROUNDS)
    by_hand = _times(lambda _: _by_hand(connection), ROUNDS)
    name = f"/pipeline at a glance on {size:,} deals"
    peer = "by hand in DuckDB SQL: fit by rep, segment, stage and quarter"
    report.add(f"{name}, p50", _p(seconds, 50) * 1e3, "milliseconds", peer, _p(by_hand, 50) * 1e3)
    report.add(f"{name}, p95", _p(seconds, 95) * 1e3, "milliseconds")


def _questions(report: Report, service: PipelineService, connection: Any, size: int) -> None:
    def ask(number: int) -> None:
        question = QUESTIONS[number % len(QUESTIONS)].format(n=2 + number // len(QUESTIONS))
        answer = service.ask(question, OPERATOR)
        assert answer.table is not None, (question, answer.notes)
        assert not answer.unknown, answer.unknown

    ask(0)
    seconds = _times(lambda n: ask(n + len(QUESTIONS)), ROUNDS * len(QUESTIONS))
    by_hand = _times(lambda _: connection.sql(SQL).to_arrow_table(), ROUNDS)
    name = f"a question about {size:,} deals, words to answer"
    peer = "by hand in DuckDB SQL: fit by rep"
    report.add(f"{name}, p50", _p(seconds, 50) * 1e3, "milliseconds", peer, _p(by_hand, 50) * 1e3)
    report.add(f"{name}, p95", _p(seconds, 95) * 1e3, "milliseconds")
    first, again = service.ask("fit by rep", OPERATOR), []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        service.ask("fit by rep", OPERATOR)
        again.append(time.perf_counter() - start)
    assert first.table is not None
    report.add(
        f"“fit by rep” of {size:,} deals, asked again", _p(again, 50) * 1e3, "milliseconds", peer, _p(by_hand, 50) * 1e3
    )


def _blocks(report: Report, service: PipelineService, folder: Path, size: int) -> None:
    """What Slack is sent: the answer, drawn, with the questions behind its buttons kept in the database."""
    store = open_store(sqlite_url(folder / "asked.db"), lambda: NOW)
    needed = SimpleNamespace(pipeline=service, store=store, clock=lambda: NOW)
    messages = PipelineMessages(cast("Services", needed))
    made: list[dict[str, Any]] = []

    def ask(number: int) -> None:
        # Other figures than before, so that no statement is one that was made already.
        question = QUESTIONS[number % len(QUESTIONS)].format(n=20 + number // len(QUESTIONS))
        message = messages.ask(question, OPERATOR)
        assert message["ok"], question
        made.append(message)

    def glance(_: int) -> None:
        assert messages.glance(OPERATOR)["ok"]

    for name, do, rounds in (
        (f"/pipeline at a glance on {size:,} deals, to finished blocks", glance, ROUNDS),
        (f"a question about {size:,} deals, words to finished blocks", ask, ROUNDS * len(QUESTIONS)),
    ):
        do(rounds)
        seconds = _times(do, rounds)
        report.add(f"{name}, p50", _p(seconds, 50) * 1e3, "milliseconds")
        report.add(f"{name}, p95", _p(seconds, 95) * 1e3, "milliseconds")
    assert not [problem for message in made for problem in check_message(message["text"], message["blocks"])]
    store.close()


def _by_hand(connection: Any) -> None:
    for column in ("deal_owner", "deal_stage", "deal_status", "quarter"):
        connection.sql(SQL.replace("deal_owner", column)).to_arrow_table()


def _times(do: Callable[[int], object], rounds: int) -> list[float]:
    found: list[float] = []
    for number in range(rounds):
        start = time.perf_counter()
        do(number)
        found.append(time.perf_counter() - start)
    return found


def _p(seconds: list[float], percent: int) -> float:
    return statistics.quantiles(seconds, n=100, method="inclusive")[percent - 1]


def _written(size: int, connection: Any, judge: Judge, shelf: Shelf, folder: Path) -> None:
    """Deals as a part of the copy that the tables read: made by DuckDB, which is quicker than a million rows read."""
    connection.execute("SET enable_progress_bar = false")
    connection.execute(_deals(size).replace("CREATE TABLE deals", "CREATE TABLE made"))
    connection.execute("""
        CREATE TABLE deals AS SELECT *, deal_owner AS owner_of,
          'deal ' || row_number() OVER () AS deal_name, 'customer ' || (random() * 20000)::INT AS deal_customer,
          ['Lead', 'Proposal', 'Negotiation', 'Verbal'][1 + floor(random() * 4)::INT] AS deal_stage,
          DATE '2026-07-01' + (random() * 500)::INT AS deal_close_date, 'bench' AS deal_source,
          ['open', 'open', 'open', 'won', 'lost'][1 + floor(random() * 5)::INT] AS deal_status,
          'bench:' || row_number() OVER () AS deal_key
        FROM made""")
    connection.execute("ALTER TABLE deals ADD COLUMN quarter VARCHAR")
    connection.execute("UPDATE deals SET quarter = year(deal_close_date) || ' Q' || quarter(deal_close_date)")
    schema = rows_of(judge.profile, []).schema
    copy = ParquetCopy(folder, shelf, judge.profile)
    copy.folder.mkdir(parents=True)
    made = {
        "deal_source_id": "deal_key", "deal_version": "1", "deal_updated_at": "TIMESTAMP '2026-11-23 09:00:00'",
        "deal_checked_by": "NULL", "deal_converted": "NULL",
        "deal_name_words": "deal_name", "deal_account": "deal_customer",
        "deal_account_words": "deal_customer", "deal_stage_words": "lower(deal_stage)",
    }  # fmt: skip
    columns = ", ".join(
        f'({made.get(each.name, each.name)})::{sql_type(each.type)} AS "{each.name}"' for each in schema
    )
    connection.execute(f"COPY (SELECT {columns} FROM deals) TO '{copy.path('part-0.parquet')}' (FORMAT parquet)")
    manifest = Manifest(1, DealMark(1, "zzz"), ("part-0.parquet",), {each.name: each.type for each in schema})
    (copy.folder / "manifest.json").write_text(json.dumps(manifest.plain()), encoding="utf-8")
    assert date(2026, 11, 23) == NOW.date()


if __name__ == "__main__":
    made = Report()
    measure(made)
    made.show()
