"""The picture at a glance as plain data: every figure with the typed query that shows the deals behind it.

`Overview.plain` is what `dealfit pipeline --format json` prints. Its shape is version 2:

    {"schema": 2, "currency": of the money, "profile": {"title", "version", "sha256"}, "notes": [sentences],
     "fit": a split, "query": the query of all open deals,
     "by_rep", "by_segment", "by_stage", "by_close_quarter": [{"label", ...a split, "query"}],
     "failing": [{"check", "label", "part", "deals", "money", "approvable", "unknown", "query"}], most money first,
     "false_positives", "negative_value": {"deals", "money", "query", "largest": [{"key", "name", "rep", "money"}]},
     "incomplete": {"deals", "money", "query", "largest": [{"key", "name", "rep", "money", "ask": [labels]}]},
     "facts_to_get": [{"fact", "label", "deals", "money", "settles", "settles_money", "query"}],
     "since": null, or {"snapshot", "at", "came_in", "went_out", "new_verdict": {"deals", "money", "query"},
                        "moves": [{"from", "to", "deals", "money"}]}}

A split is {"deals", "money", "by_verdict": {verdict: {"deals", "money"}}, "share_of_deals", "share_of_money"}. A query
is one that `PipelineService.run` takes, or null where none can say it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from bot.deals.deal import plain_value
from bot.pipeline.deal_table.snapshots import Snapshot
from bot.pipeline.fit import Fit, FitGroup, IncompleteDeal, Split
from bot.pipeline.query import Query
from bot.profile.verdict import ProfileId

SCHEMA = 2


@dataclass(frozen=True, slots=True)
class Amount:
    """Some deals: how many, what they are worth, and the query that shows them."""

    deals: int
    money: Decimal
    query: Query

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {"deals": self.deals, "money": plain_value(self.money), "query": self.query.plain()}


@dataclass(frozen=True, slots=True)
class Suspects:
    """Deals that are better dropped, with the largest of them by name."""

    amount: Amount
    largest: tuple[IncompleteDeal, ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {**self.amount.plain(), "largest": [_named(deal) for deal in self.largest]}


@dataclass(frozen=True, slots=True)
class FactToGet:
    """A fact that incomplete deals wait for.

    `waiting` deals lack it and have an undecided check that looks at it; for `settles` of them it is the only one, so
    that getting it decides the deal.
    """

    fact: str
    label: str
    waiting: Amount
    settles: int
    settles_money: Decimal

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        more = {"settles": self.settles, "settles_money": plain_value(self.settles_money)}
        return {"fact": self.fact, "label": self.label, **self.waiting.plain(), **more}


@dataclass(frozen=True, slots=True)
class Since:
    """What changed among the open deals since a snapshot. `moves` counts new verdicts as (from, to): deals, money."""

    snapshot: Snapshot
    came_in: Amount
    went_out: Amount
    new_verdict: Amount
    moves: tuple[tuple[str, str, int, Decimal], ...]

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        return {
            "snapshot": self.snapshot.id,
            "at": self.snapshot.at.isoformat(),
            "came_in": self.came_in.plain(),
            "went_out": self.went_out.plain(),
            "new_verdict": self.new_verdict.plain(),
            "moves": [{"from": a, "to": b, "deals": n, "money": plain_value(money)} for a, b, n, money in self.moves],
        }


@dataclass(frozen=True)
class Overview:
    """The picture at a glance under one profile. `since` is None where there is no snapshot to compare with."""

    fit: Fit
    profile: ProfileId
    currency: str
    notes: tuple[str, ...]
    labels: Mapping[str, str] = field(repr=False)
    query: Query = field(default_factory=Query)
    at: datetime | None = None
    false_positives: Suspects | None = None
    negative_value: Suspects | None = None
    facts: tuple[FactToGet, ...] = ()
    incomplete_query: Query = field(default_factory=Query)
    since: Since | None = None

    @property
    def profile_words(self) -> str:
        """Which profile judged."""
        return f"{self.profile.title}, version {self.profile.version} ({self.profile.sha256[:8]})"

    def label_of(self, fact: str) -> str:
        """What people call a fact."""
        return self.labels.get(fact, fact)

    def plain(self) -> dict[str, Any]:
        """The picture as JSON data, in the shape that the module documents."""
        fit = self.fit
        incomplete = next((tally for judgement, tally in fit.split.by.items() if judgement.value == "incomplete"), None)
        waiting = incomplete.deals if incomplete else 0
        return {
            "schema": SCHEMA,
            "currency": self.currency,
            "profile": {"title": self.profile.title, "version": self.profile.version, "sha256": self.profile.sha256},
            "notes": list(self.notes),
            "fit": split_plain(fit.split),
            "query": self.query.plain(),
            "by_rep": [_group(group) for group in fit.by_owner],
            "by_segment": [_group(group) for group in fit.by_segment],
            "by_stage": [_group(group) for group in fit.by_stage],
            "by_close_quarter": [_group(group) for group in fit.by_quarter],
            "failing": [
                {
                    "check": check.check,
                    "label": check.label,
                    "part": check.part.value,
                    "deals": check.tally.deals,
                    "money": plain_value(check.tally.money),
                    "approvable": check.approvable,
                    "unknown": check.unknown,
                    "query": None if check.query is None else check.query.plain(),
                }
                for check in fit.failing
            ],
            "false_positives": None if self.false_positives is None else self.false_positives.plain(),
            "negative_value": None if self.negative_value is None else self.negative_value.plain(),
            "incomplete": {
                "deals": waiting,
                "money": plain_value(incomplete.money if incomplete else Decimal(0)),
                "query": self.incomplete_query.plain(),
                "largest": [{**_named(d), "ask": [self.label_of(fact) for fact in d.ask]} for d in fit.incomplete],
            },
            "facts_to_get": [fact.plain() for fact in self.facts],
            "since": None if self.since is None else self.since.plain(),
        }


def split_plain(split: Split) -> dict[str, Any]:
    """A split as JSON data."""
    return {
        "deals": split.total.deals,
        "money": plain_value(split.total.money),
        "by_verdict": {j.value: {"deals": t.deals, "money": plain_value(t.money)} for j, t in split.by.items()},
        "share_of_deals": None if split.share_of_deals is None else plain_value(split.share_of_deals),
        "share_of_money": None if split.share_of_money is None else plain_value(split.share_of_money),
    }


def _group(group: FitGroup) -> dict[str, Any]:
    query = None if group.query is None else group.query.plain()
    return {"label": group.label, **split_plain(group.split), "query": query}


def _named(deal: IncompleteDeal) -> dict[str, Any]:
    value = None if deal.contract_value is None else plain_value(deal.contract_value)
    return {"key": deal.key, "name": deal.name, "rep": deal.owner_name, "money": value}
