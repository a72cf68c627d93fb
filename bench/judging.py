"""A verdict with all its findings on an already read deal: this judge, Python by hand, and other engines."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bench.by_hand import RULES, ByHand
from bench.engines import ZEN_COMPILED, ZEN_TRACED, engines
from bench.report import Report, in_turn
from bot.deals.deal import Deal
from bot.deals.facts import FactValue
from bot.deals.values import parse_value
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.model import Profile
from bot.settings import content_root

FACTS = {
    "industry": "hospital",
    "beds": "120",
    "records_mandate": "yes",
    "it_staff": "4",
    "remote_access": "yes",
    "offer": "managed services",
    "service_months": "12",
    "contract_value": "240000",
    "discount": "8",
    "margin": "42",
    "payment_days": "60",
    "sponsor": "CFO",
    "monthly_call": "yes",
    "reviews_per_year": "2",
    "service_visit": "yes",
    "outcomes": (
        "time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed; "
        "up-time: 98 -> 99.9 percent by 2027-06-01, owner R. Jones"
    ),
}
ROUNDS = 41
BY_HAND = "by hand in Python, the same findings"
PROMISED = {BY_HAND: 3, ZEN_COMPILED: 1 / 4, ZEN_TRACED: 1 / 20}
"""Promise 5: the time of a verdict, as times that of the peer."""
_UNKNOWN = (
    ("margin",),
    ("discount", "service_months"),
    ("beds", "it_staff", "margin", "sponsor"),
    ("industry", "beds", "records_mandate", "it_staff", "outcomes", "service_visit"),
)


def measure(report: Report) -> None:
    whole = load_profile(content_root() / "profile" / "deal-profile.yaml")
    facts = {name: parse_value(whole.facts[name], raw) for name, raw in FACTS.items()}
    deal = Deal(name="Mercy Regional", facts=MappingProxyType(facts))
    judge, by_hand = Judge(twelve(whole)), ByHand(whole)
    for trial in _trials(facts, 3000):
        _compare(judge, by_hand, trial)
    runs: dict[str, tuple[Callable[[], object], int]] = {
        "this judge": (lambda: judge.judge(deal), 200),
        BY_HAND: (lambda: by_hand.judge(deal.facts), 200),
    }
    expected = {finding.check for finding in judge.judge(deal).findings if finding.result.value == "fail"}
    for engine in engines(twelve(whole), facts):
        broken = engine.broken()
        if broken != expected:
            message = f"{engine.name} judges differently: {broken} against {expected}"
            raise AssertionError(message)
        runs[engine.name] = engine.judge, engine.inner
    name = "a verdict on a read deal, 12 rules"
    report.add_peers(name, in_turn(runs, rounds=ROUNDS), "microseconds", 1e6, PROMISED)
    bundled = Judge(whole)
    some = [Deal("trial", {n: v for n, v in facts.items() if n not in unknown}) for unknown in _UNKNOWN]
    alone: dict[str, Callable[[], object]] = {
        "a verdict under the bundled profile": lambda: bundled.judge(deal),
        "the same with its hash and canonical bytes": lambda: bundled.judge(deal).to_bytes(),
        "a verdict with facts missing, its questions in order": lambda: [bundled.judge(each).ask for each in some],
    }
    rounds = in_turn({name: (do, 50) for name, do in alone.items()}, rounds=ROUNDS)
    for name in alone:
        each = len(some) if name.startswith("a verdict with facts missing") else 1
        report.add(name, rounds.median(name) / each * 1e6, "microseconds")


def twelve(profile: Profile) -> Profile:
    """The profile with the twelve rules alone."""
    return dataclasses.replace(profile, segments=(), checks=tuple(c for c in profile.checks if c.id in RULES))


def _trials(facts: dict[str, FactValue], count: int) -> Iterator[dict[str, FactValue]]:
    """The deal with other values and with facts missing, on both sides of every limit."""
    chosen = random.Random(12)
    outcomes: Any = facts["outcomes"]
    values: dict[str, list[Any]] = {
        "remote_access": [True, False],
        "offer": ["managed services", "project"],
        "service_months": [0, 2, 3, 5, 6, 11, 12, 24],
        "contract_value": [Decimal(text) for text in ("9999.99", "10000", "14999.99", "15000", "240000")],
        "discount": [Decimal(text) for text in ("-1", "0", "0.5", "10", "10.5", "15", "15.1")],
        "margin": [Decimal(text) for text in ("14.9", "15", "25", "29.9", "30", "42")],
        "payment_days": [0, 30, 31, 45, 46, 60, 61],
        "sponsor": ["CFO", "hospital administrator", "IT administrator", "none"],
        "monthly_call": [True, False],
        "reviews_per_year": [0, 1, 2],
        "service_visit": [True, False],
        "outcomes": [(), outcomes[:1], outcomes[1:], outcomes, (dataclasses.replace(outcomes[0], due=None),)],
    }
    for _ in range(count):
        known = chosen.choice((0.7, 0.95, 1))
        changed = {name: chosen.choice(each) for name, each in values.items() if chosen.random() < 0.5}
        yield {name: value for name, value in {**facts, **changed}.items() if chosen.random() < known}


def _compare(judge: Judge, by_hand: ByHand, facts: dict[str, FactValue]) -> None:
    """Stops the bench unless the peer says the very same, field by field."""
    ours, theirs = judge.judge(Deal("trial", facts)), by_hand.judge(facts)
    same = (ours.judgement, list(ours.authorities), {q.fact for q in ours.ask}) == (
        theirs.judgement,
        theirs.authorities,
        {q.fact for q in theirs.ask},
    )
    for finding, found in zip(ours.findings, theirs.findings, strict=True):
        names = [field.name for field in dataclasses.fields(finding) if field.compare]
        same = same and all(getattr(finding, name) == getattr(found, name) for name in names)
        if not same:
            message = f"the peer judges {facts} differently:\n{finding}\n{found}"
            raise AssertionError(message)
