"""A peer engine judges by the same conditions: zen-engine agrees on every deal of which nothing is missing."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.expressions import ZEN, Dialect, as_written, plain, segment_codes
from bot.deals.deal import Deal
from bot.deals.facts import Outcome
from bot.profile.conditions import Measure
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.verdict import Judgement, Result
from tests.unit.profile_columns.worlds import VALUES, World

zen: Any = pytest.importorskip("zen", reason="the oracle needs the package zen-engine: install the extra 'test'")

RESULTS = {0: Result.NOT_APPLICABLE, 1: Result.PASS, 2: Result.FAIL, 5: Result.FAIL}
JUDGEMENTS = {0: Judgement.FITS, 1: Judgement.FITS, 2: Judgement.NEEDS_APPROVAL, 5: Judgement.DOES_NOT_FIT}
# Texts as numbered words: how an engine escapes quotes is not what is compared here.
TEXTS = {text: f"text {number}" for number, text in enumerate([*VALUES["note"], *VALUES["kind"]])}
SPOKEN = Dialect(
    ZEN.both, ZEN.either, ZEN.negate, ZEN.counts,
    literal=lambda value: as_written(TEXTS[value] if isinstance(value, str) else value),
)  # fmt: skip


def facts_for_zen(deal: Deal) -> dict[str, Any]:
    facts = {name: TEXTS[value] if isinstance(value, str) else plain(value) for name, value in deal.facts.items()}
    # The engine's own counting takes an empty text for one that is there: say none, as it means the same.
    for outcome in facts["outcomes"]:
        outcome.update({name: value if value != "" else None for name, value in outcome.items()})
    return facts


class Oracle:
    """The profile as zen-engine's compiled expressions."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._checks = [(check, zen.compile_expression(SPOKEN.code(check))) for check in profile.checks]
        self._segment = zen.compile_expression(SPOKEN.segment(profile)) if profile.segments else None

    def judge(self, deal: Deal) -> tuple[dict[str, Result], str | None, Judgement]:
        facts = facts_for_zen(deal)
        codes = {check.id: int(expression.evaluate(facts)) for check, expression in self._checks}
        weights = [codes[check.id] for check in self._profile.checks if check.counted]
        name = None
        if self._segment is not None:
            place = int(self._segment.evaluate(facts))
            codes["segment"] = segment_codes(self._profile)[place]
            weights.append(codes["segment"])
            name = self._profile.segments[place].name if place >= 0 else None
        return {check: RESULTS[code] for check, code in codes.items()}, name, JUDGEMENTS[max([1, *weights])]


def test_zen_engine_agrees_where_nothing_is_missing() -> None:
    seen: Counter[str] = Counter()

    @settings(max_examples=100)
    @given(st.integers(0, 2**32))
    def agree(seed: int) -> None:
        world = World(seed)
        profile = world.profile()
        judge, oracle = Judge(profile), Oracle(profile)
        for number in range(100):
            deal = world.deal(number, missing=False)
            verdict = judge.judge(deal)
            ours = {finding.check: finding.result for finding in verdict.findings}
            assert (ours, verdict.segment, verdict.judgement) == oracle.judge(deal), f"{deal}\n{profile.checks}"
            seen.update([verdict.judgement.value, *(result.value for result in ours.values())])

    agree()
    for word in (Result.PASS, Result.FAIL, Result.NOT_APPLICABLE, *set(JUDGEMENTS.values())):
        assert seen[word.value] > 100, f"{word} occurred {seen[word.value]} times only"


def test_the_oracle_would_notice() -> None:
    """It speaks of the deal: another one gets another answer."""
    expression = zen.compile_expression(SPOKEN.counts[Measure.AGREED])
    assert expression.evaluate({"outcomes": [plain((Outcome("a", agreed=True),))[0]]}) == 1
    assert expression.evaluate({"outcomes": []}) == 0
