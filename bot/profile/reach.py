"""Which deals are judged otherwise by another Deal Profile."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from bot.deals.deal import Deal
from bot.deals.wording import spoken
from bot.profile.case_files import load_cases
from bot.profile.judge import Judge
from bot.profile.problems import CasesError
from bot.profile.verdict import Verdict


@dataclass(frozen=True, slots=True)
class VerdictChange:
    """One deal whose verdict, or the list of those who must approve it, is not the same. `place` is "file:line"."""

    name: str
    place: str
    before: Verdict
    after: Verdict

    def __str__(self) -> str:
        return f"{self.name}: {outcome(self.before)} -> {outcome(self.after)}"


def outcome(verdict: Verdict) -> str:
    """The verdict with who must approve: "needs approval (deal-desk, finance)"."""
    words = spoken(verdict.judgement.value)
    return f"{words} ({', '.join(verdict.authorities)})" if verdict.authorities else words


def deals_of_cases(old: Judge, new: Judge, folder: Path) -> list[tuple[str, Deal]]:
    """The deals of the cases in the folder, each with its place, read as the new profile has it, else as the old one.

    Raises CasesError when neither can read them.
    """
    currency = new.profile.currency
    try:
        cases = load_cases(new.profile, folder)
    except CasesError as error:
        currency = old.profile.currency
        try:
            cases = load_cases(old.profile, folder)
        except CasesError:
            raise error from None
    return [(case.place, Deal(case.name, case.facts, currency=currency)) for case in cases]


def verdict_changes(old: Judge, new: Judge, deals: Iterable[tuple[str, Deal]]) -> list[VerdictChange]:
    """The deals that the two judges take otherwise. A value that is not of a profile's kind is unknown to that one."""
    found = []
    for place, deal in deals:
        before, after = (judge.judge(typed(judge, deal)) for judge in (old, new))
        if (before.judgement, before.authorities) != (after.judgement, after.authorities):
            found.append(VerdictChange(deal.name, place, before, after))
    return found


def typed(judge: Judge, deal: Deal) -> Deal:
    """The deal without the facts whose values are not of the profile's kind."""
    return deal.with_facts({name: None for name in deal.facts if not judge.takes(name, deal.facts[name])})
