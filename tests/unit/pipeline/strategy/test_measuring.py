"""Results over time: which period a deal is in, what a trend is, and when there are too few to say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from bot.deals.deal import Deal
from bot.pipeline.deal_table.snapshots import Snapshot
from bot.pipeline.strategy.history import history_of
from bot.pipeline.strategy.measuring import measure
from bot.pipeline.strategy.periods import Length, between, period_of
from bot.pipeline.strategy.trends import FEWEST_PERIODS, trend
from bot.pipeline.strategy.wording import trend_words
from bot.store.records import Decision

from .support import book_of, bundled, deal, examples, small


def closed(number: int, stage: str, day: date | None, **facts: Any) -> Deal:
    return replace(deal(number, stage, **facts), close_date=day)


def test_the_bundled_deals_show_the_new_way_of_selling() -> None:
    found = measure(book_of(examples()), bundled())
    assert [period.name for period in found.periods] == [
        "2024 Q4", "2025 Q1", "2025 Q2", "2025 Q3", "2025 Q4", "2026 Q1", "2026 Q2", "2026 Q3",
    ]  # fmt: skip
    trends = {each.figure: each for each in found.trends}
    assert (trends["margin"].direction, trends["payment_days"].direction) == ("up", "down")
    assert trends["open_that_fit"].direction == "too few"
    verdicts = {row.name: row for row in found.by_verdict}
    assert verdicts["fits"].churn.percent == 0
    assert verdicts["does_not_fit"].churn.percent == Decimal("17.4")
    assert sum(row.won for row in found.by_verdict) == found.whole.won == 98
    assert sum(each.walked_away for each in found.said_no) == 8


def test_a_deal_counts_in_the_period_of_its_close_date_and_in_every_sum_once() -> None:
    deals = [
        closed(1, "Closed Won", date(2025, 12, 31), margin=Decimal(50), contract_value=Decimal(300)),
        closed(2, "Churned", date(2025, 10, 1), margin=Decimal(0), contract_value=Decimal(100), payment_days=90),
        closed(3, "Closed Lost", date(2026, 4, 1)),
        closed(4, "Walked away", date(2026, 6, 30)),
        closed(5, "Closed Won", None),
        closed(6, "proposal", date(2026, 6, 1)),
    ]
    found = measure(book_of(deals), small())
    assert [(p.name, p.won, p.lost, p.churned, p.walked_away) for p in found.periods] == [
        ("2025 Q4", 1, 0, 1, 0), ("2026 Q1", 0, 0, 0, 0), ("2026 Q2", 0, 2, 0, 1),
    ]  # fmt: skip
    first, empty, last = found.periods
    assert (first.win_rate.percent, first.churn.percent, first.margin.percent) == (100, 50, Decimal("37.5"))
    assert first.days == 45
    assert first.win_rate.low is None
    assert (empty.win_rate.percent, empty.margin.percent, empty.days) == (None, None, None)
    assert (last.win_rate.percent, last.churn.percent) == (0, None)
    assert (found.undated, found.whole.won, found.whole.lost) == (1, 2, 2)
    assert {each.direction for each in found.trends} == {"too few"}
    months = measure(book_of(deals), small(), length=Length.MONTH)
    assert [p.name for p in months.periods][:3] == ["2025-10", "2025-11", "2025-12"]
    assert len(months.periods) == 9


def test_without_a_closed_deal_it_says_so() -> None:
    found = measure(book_of([deal(1, "proposal")]), small())
    assert found.periods == ()
    assert "no results to measure" in found.notes[0]
    assert found.plain()["all"]["win_rate"] == {"percent": None, "low": None, "high": None}


class Log:
    def __init__(self, *entries: tuple[str, date, str, dict[str, Any]]) -> None:
        self._entries = entries

    def decisions(self, *, kind: str | None = None, limit: int = 50) -> list[Decision]:
        del limit
        return [
            Decision(n, datetime(day.year, day.month, day.day, tzinfo=UTC), found, "dana", subject, body, "", "")
            for n, (found, day, subject, body) in enumerate(self._entries)
            if found == kind
        ]


def snapshot(at: datetime, **verdicts: int) -> Snapshot:
    return Snapshot(f"{at:%Y%m%d}", at, "daily", 9, MappingProxyType(verdicts), "1", "0" * 64)


def test_how_often_we_said_no_counts_a_deal_once_a_period_and_declined_exceptions() -> None:
    may, august = date(2026, 5, 4), date(2026, 8, 4)
    no, yes = {"verdict": "does_not_fit"}, {"verdict": "fits"}
    log = Log(
        ("verdict", may, "Mercy", no), ("verdict", may, "Mercy", no), ("verdict", may, "Fairview", yes),
        ("verdict", august, "Mercy", no), ("exception.decided", august, "1", {"decision": {"choice": "decline"}}),
        ("exception.decided", august, "2", {"decision": {"choice": "approve"}}), ("verdict", may, "old", {}),
    )  # fmt: skip
    shots = [
        snapshot(datetime(2026, 5, 1, tzinfo=UTC), fits=1, does_not_fit=9),
        snapshot(datetime(2026, 6, 30, tzinfo=UTC), fits=3, incomplete=1),
    ]
    history = history_of(log, shots, Length.QUARTER)
    found = measure(book_of([closed(1, "Walked away", may)]), small(), history=history)
    assert [(s.period, s.does_not_fit, s.declined, s.walked_away) for s in found.said_no] == [
        ("2026 Q2", 1, 0, 1), ("2026 Q3", 1, 1, 0),
    ]  # fmt: skip
    assert [(s.period, s.deals, s.fits, s.share) for s in found.pipeline] == [("2026 Q2", 4, 3, 75)]


def test_a_trend_is_told_from_chance_or_not_at_all() -> None:
    few = trend("churn", [Decimal(n) for n in range(FEWEST_PERIODS - 1)] + [None, None])
    assert (few.direction, few.slope) == ("too few", None)
    assert "too few quarters with a figure (5)" in trend_words(few, "quarter")
    rising = trend("margin", [Decimal(2 * n) + Decimal(n % 2) / 10 for n in range(8)])
    assert rising.direction == "up"
    assert rising.slope == pytest.approx(Decimal(2), abs=Decimal("0.1"))
    assert trend_words(rising, "month").startswith("Margin: up by 2.0")
    noise = trend("win_rate", [Decimal(n) for n in (50, 10, 90, 20, 80, 40, 60)])
    assert noise.direction == "unclear"
    assert "no trend that could be told from chance" in trend_words(noise, "quarter")
    assert trend("churn", [Decimal(7)] * 8).direction == "unclear"


def test_periods_have_names_that_sort_and_no_holes() -> None:
    assert period_of(date(2026, 11, 23), Length.QUARTER) == "2026 Q4"
    assert period_of(date(2026, 3, 1), Length.MONTH) == "2026-03"
    assert period_of(None, Length.MONTH) is None
    assert between("2025 Q3", "2026 Q2", Length.QUARTER) == ("2025 Q3", "2025 Q4", "2026 Q1", "2026 Q2")
    assert between("2025-11", "2026-01", Length.MONTH) == ("2025-11", "2025-12", "2026-01")
