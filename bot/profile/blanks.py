"""Findings half filled in: what a check says of every deal is written once, and a deal adds the rest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.deals.facts import FactValue
from bot.profile.evaluate import Facts
from bot.profile.model import Band
from bot.profile.verdict import Finding, Part, Result


class Draft:
    """A finding that can still be written in, with the same slots as the Finding that it becomes.

    A frozen dataclass is made field by field through `object.__setattr__`, which takes three times as long as all the
    judging of a check. A draft is filled in plainly and then given the class Finding, from when on it is frozen. Only
    what differs from deal to deal is filled in, and what the judge itself reads; the rest stands in the finding `like`.
    """

    __slots__ = Finding.__slots__


@dataclass(frozen=True, slots=True)
class Blank:
    """What all findings of one rule have in common."""

    check: str
    label: str
    part: Part
    because: str
    rule: str
    guidance: str | None
    counted: bool = True

    def idle(self) -> Finding:
        """The rule does not apply."""
        return self._finding(Result.NOT_APPLICABLE)

    def unknown(self, fact: str | None, limit: str | None, missing: tuple[str, ...]) -> Finding:
        """The rule cannot be decided before these facts are known."""
        return self._finding(Result.UNKNOWN, fact=fact, limit=limit, missing=missing)

    def passed(self, fact: str | None, actual: FactValue | None, limit: str) -> Finding:
        """The deal meets the rule."""
        return self._finding(Result.PASS, fact=fact, actual=actual, limit=limit)

    def failed(self, fact: str | None, actual: FactValue | None, limit: str, band: Band | None = None) -> Finding:
        """The deal does not meet the rule; `band` is who may approve it."""
        return self.failing(fact, limit, None)(actual, None, band, ())

    def _finding(self, result: Result, **rest: Any) -> Finding:
        return Finding(
            self.check, self.label, self.part, result, self.because, self.rule,
            guidance=self.guidance, counted=self.counted, **rest,
        )  # fmt: skip

    def passing(self, fact: str, limit: str) -> Callable[[FactValue | None], Finding]:
        """A function that writes, from the actual value, that the deal meets the rule. It runs for most checks."""
        like, result, counted = self._finding(Result.PASS, fact=fact, limit=limit), Result.PASS, self.counted

        def passed(actual: FactValue | None) -> Finding:
            draft: Any = Draft()
            draft.like = like
            draft.result = result
            draft.fact = fact
            draft.actual = actual
            draft.missing = ()
            draft.counted = counted
            draft.__class__ = Finding
            finding: Finding = draft
            return finding

        return passed

    def comparing(
        self,
        fact: str,
        limit: str,
        stands: Callable[[Any, Any], bool],
        than: FactValue,
        failed: Callable[[Facts, FactValue | None], Finding],
    ) -> Callable[[Facts], Finding]:
        """A function that says what the rule says where it is one comparison of one fact: all of it in one call."""
        like, result, counted = self._finding(Result.PASS, fact=fact, limit=limit), Result.PASS, self.counted
        unknown = self.unknown(fact, limit, (fact,))

        def of_value(facts: Facts) -> Finding:
            actual = facts.get(fact)
            if actual is None:
                return unknown
            if not stands(actual, than):
                return failed(facts, actual)
            draft: Any = Draft()
            draft.like = like
            draft.result = result
            draft.fact = fact
            draft.actual = actual
            draft.missing = ()
            draft.counted = counted
            draft.__class__ = Finding
            finding: Finding = draft
            return finding

        return of_value

    def failing(
        self, fact: str | None, limit: str, unit: str | None
    ) -> Callable[[FactValue | None, Decimal | None, Band | None, tuple[str, ...]], Finding]:
        """A function that writes that the deal does not meet the rule.

        It takes the actual value, the gap to the limit, who may approve it, and the facts for which that waits.
        """
        like, result, counted = self._finding(Result.FAIL, fact=fact, limit=limit), Result.FAIL, self.counted

        def failed(
            actual: FactValue | None, gap: Decimal | None, band: Band | None, missing: tuple[str, ...]
        ) -> Finding:
            draft: Any = Draft()
            draft.like = like
            draft.result = result
            draft.fact = fact
            draft.actual = actual
            draft.gap = gap
            draft.unit = None if gap is None else unit
            draft.authority = None if band is None else band.authority
            draft.expires_in_days = None if band is None else band.expires_in_days
            draft.missing = missing
            draft.counted = counted
            draft.__class__ = Finding
            finding: Finding = draft
            return finding

        return failed
