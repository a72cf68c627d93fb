"""Findings half filled in: what a check says of every deal is written once, and a deal adds the rest."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from bot.deals.facts import FactValue
from bot.profile.model import Band
from bot.profile.verdict import Finding, Part, Result


@dataclass(frozen=True, slots=True)
class Blank:
    """What all findings of one rule have in common. Positional calls: this runs for every check of every deal."""

    check: str
    label: str
    part: Part
    because: str
    rule: str
    guidance: str | None
    counted: bool = True

    def idle(self) -> Finding:
        """The rule does not apply."""
        return Finding(
            self.check, self.label, self.part, Result.NOT_APPLICABLE, self.because, self.rule,
            guidance=self.guidance, counted=self.counted,
        )  # fmt: skip

    def passed(self, fact: str | None, actual: FactValue | None, limit: str) -> Finding:
        """The deal meets the rule."""
        return Finding(
            self.check, self.label, self.part, Result.PASS, self.because, self.rule,
            fact, actual, limit, None, None, None, None, self.guidance, (), self.counted,
        )  # fmt: skip

    def unknown(self, fact: str | None, limit: str | None, missing: tuple[str, ...]) -> Finding:
        """The rule cannot be decided before these facts are known."""
        return Finding(
            self.check, self.label, self.part, Result.UNKNOWN, self.because, self.rule,
            fact, None, limit, None, None, None, None, self.guidance, missing, self.counted,
        )  # fmt: skip

    def failed(
        self,
        fact: str | None,
        actual: FactValue | None,
        limit: str,
        *,
        gap: Decimal | None = None,
        unit: str | None = None,
        band: Band | None = None,
        missing: tuple[str, ...] = (),
    ) -> Finding:
        """The deal does not meet the rule; `band` is who may approve it."""
        authority, days = (band.authority, band.expires_in_days) if band else (None, None)
        return Finding(
            self.check, self.label, self.part, Result.FAIL, self.because, self.rule,
            fact, actual, limit, gap, unit, authority, days, self.guidance, missing, self.counted,
        )  # fmt: skip
