"""What stands around a store in its tests: a clock, ready-made deals, and somebody with raw SQL."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg

from bot.deals.deal import Deal
from bot.deals.facts import FactValue
from bot.profile.verdict import Finding, Judgement, Part, ProfileId, Result, Verdict
from bot.store.urls import read_url

START = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)


class FixedClock:
    """A clock that moves when it is told to."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


def raw(url: str, *statements: str) -> list[tuple[Any, ...]]:
    """Runs SQL behind the store's back, one transaction a statement, and gives the rows of the last."""
    path = read_url(url).path
    rows: list[tuple[Any, ...]] = []
    if path is not None:
        with closing(sqlite3.connect(path, isolation_level=None)) as connection:
            for statement in statements:
                rows = connection.execute(statement).fetchall()
        return rows
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            cursor = connection.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
    return rows


def drop_guards(url: str) -> None:
    """Takes the triggers off the decision log, as somebody with all rights could."""
    if read_url(url).path is None:
        raw(url, "ALTER TABLE decisions DISABLE TRIGGER ALL")
    else:
        names = raw(url, "SELECT name FROM sqlite_master WHERE type = 'trigger'")
        raw(url, *(f"DROP TRIGGER {name}" for (name,) in names))


def deal(name: str = "Mercy Regional", owner: str | None = "Dana", **more: Any) -> Deal:
    facts: dict[str, FactValue] = {"beds": 120, "industry": "hospital", **more.pop("facts", {})}
    return Deal(name=name, owner=owner, facts=facts, **more)


def verdict(of: Deal, judgement: Judgement = Judgement.NEEDS_APPROVAL) -> Verdict:
    finding = Finding("discount", "Discount", Part.PRICE, Result.FAIL, "Rarely won back.", "deal-profile.yaml:120")
    return Verdict(
        judgement=judgement,
        profile=ProfileId("Managed services", "2026.11", "a" * 64),
        deal_sha256=of.sha256,
        facts=of.facts,
        findings=(finding,),
    )
