"""Cases beside the profile: each named deal is judged, and expected and actual stand side by side."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from bot.deals.deal import Deal
from bot.profile.case_files import UNKNOWN, DealCase, load_cases
from bot.profile.coverage import Gap, coverage
from bot.profile.judge import Judge
from bot.profile.problems import CasesError
from bot.profile.verdict import Result, Verdict

__all__ = ["CaseReport", "CaseResult", "CasesError", "DealCase", "Difference", "Gap", "load_cases", "run_cases"]


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that came out otherwise."""

    what: str
    expected: str
    actual: str


@dataclass(frozen=True, slots=True)
class CaseResult:
    """One case run."""

    case: DealCase
    verdict: Verdict
    differences: tuple[Difference, ...]

    @property
    def passed(self) -> bool:
        """Whether all came out as expected."""
        return not self.differences

    def __str__(self) -> str:
        if self.passed:
            return f"{self.case.place}: {self.case.name}: as expected"
        width = max(len(difference.what) for difference in self.differences)
        lines = [f"{self.case.place}: {self.case.name}"]
        for each in self.differences:
            lines.append(f"  {each.what:<{width}}  expected {each.expected}")
            lines.append(f"  {'':<{width}}  actual   {each.actual}")
        return "\n".join(lines)


@dataclass(frozen=True, slots=True)
class CaseReport:
    """All cases run, and what they leave untried, in words."""

    results: tuple[CaseResult, ...]
    gaps: tuple[Gap, ...] = ()

    @property
    def failures(self) -> tuple[CaseResult, ...]:
        """The cases that came out otherwise than expected."""
        return tuple(result for result in self.results if not result.passed)


def run_cases(judge: Judge, folder: Path) -> CaseReport:
    """Judge every case in the folder's YAML files. Raises CasesError when a file cannot be taken."""
    results = tuple(_run(judge, case) for case in load_cases(judge.profile, folder))
    return CaseReport(results, coverage(judge, ((result.verdict.facts, result.verdict) for result in results)))


def _run(judge: Judge, case: DealCase) -> CaseResult:
    verdict = judge.judge(Deal(case.name, case.facts, currency=judge.profile.currency))
    expect = case.expect
    found: list[Difference] = []

    def compare(what: str, expected: object, actual: object) -> None:
        if expected != actual:
            found.append(Difference(what, _shown(expected), _shown(actual)))

    compare("verdict", expect.verdict, verdict.judgement.value)
    for name, result in (("fail", Result.FAIL), (UNKNOWN, Result.UNKNOWN), ("not_applicable", Result.NOT_APPLICABLE)):
        expected = getattr(expect, name)
        if expected is not None:
            compare(name, sorted(expected), sorted(f.check for f in verdict.findings if f.result is result))
    if expect.segment is not None:
        compare("segment", expect.segment, verdict.segment or "")
    if expect.authorities is not None:
        compare("authorities", expect.authorities, list(verdict.authorities))
    if expect.ask_first is not None:
        compare("ask_first", expect.ask_first, verdict.ask[0].fact if verdict.ask else "")
    return CaseResult(case, verdict, tuple(found))


def _shown(value: object) -> str:
    words = ", ".join(str(item) for item in value) if isinstance(value, list) else str(value)
    return words or "none"
