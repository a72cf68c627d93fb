"""What standing approvals say of a deal and its verdict: whether it fits with exception, until when, and why not."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any

from bot.deals.deal import Deal
from bot.deals.errors import FactError
from bot.deals.facts import FactSpecs
from bot.deals.values import value_from_plain
from bot.exceptions.covering import Approved, why_not
from bot.exceptions.model import ExceptionRequest, Part, Subject
from bot.profile.judge import Judge
from bot.profile.verdict import Finding, Judgement, Result, Verdict

DAY = "%Y-%m-%d"


@dataclass(frozen=True, slots=True)
class HeldApproval:
    """An approval that holds for a finding: whose, since when and until when, and on which conditions."""

    check: str
    label: str
    authority: str
    by: str
    at: datetime
    until: datetime
    conditions: str | None
    exception: int


@dataclass(frozen=True, slots=True)
class LostApproval:
    """An approval that does not hold for a finding any more, and why, in a sentence."""

    check: str
    label: str
    authority: str
    by: str
    why: str
    exception: int


@dataclass(frozen=True)
class Coverage:
    """The approvals of a deal against the findings that fail now. The verdict itself is not changed by them."""

    needed: tuple[str, ...] = ()
    """The checks that fail and count."""
    held: tuple[HeldApproval, ...] = ()
    lost: tuple[LostApproval, ...] = ()
    approvable: bool = False
    """Whether the judgement is `needs_approval`: nothing else can be approved."""

    @cached_property
    def covered(self) -> frozenset[str]:
        """The checks whose finding an approval holds for."""
        return frozenset(approval.check for approval in self.held)

    @property
    def granted(self) -> bool:
        """Whether every finding that fails is covered, so that the deal may go ahead."""
        return self.approvable and bool(self.needed) and set(self.needed) <= self.covered

    @property
    def until(self) -> datetime | None:
        """When the first of the approvals ends on which this rests; None where it is not granted."""
        return min((approval.until for approval in self.held), default=None) if self.granted else None

    @property
    def words(self) -> str | None:
        """What stands beside the verdict: "fits with exception until 2026-12-23"; None where it does not."""
        return f"fits with exception until {self.until.strftime(DAY)}" if self.until is not None else None


NONE = Coverage()


def covering(
    requests: Sequence[ExceptionRequest],
    deal: Deal,
    verdict: Verdict,
    judge: Judge,
    judge_of: Callable[[str], Judge | None],
    now: datetime,
) -> Coverage:
    """The coverage of a deal judged now by `judge`. `judge_of` gives the judge of an earlier profile by its hash."""
    failing = verdict.of(Result.FAIL)
    held: list[HeldApproval] = []
    lost: list[LostApproval] = []
    for finding in failing:
        found = [
            _tried(request, part, finding, deal, judge, judge_of, now) for request, part in _for(requests, finding)
        ]
        holding = [each for each in found if isinstance(each, HeldApproval)]
        if holding:
            held.append(max(holding, key=lambda each: each.until))
        else:
            lost += [each for each in found if isinstance(each, LostApproval)][:1]
    return Coverage(
        needed=tuple(finding.check for finding in failing),
        held=tuple(held),
        lost=tuple(lost),
        approvable=verdict.judgement is Judgement.NEEDS_APPROVAL,
    )


def _for(requests: Sequence[ExceptionRequest], finding: Finding) -> list[tuple[ExceptionRequest, Part]]:
    """The parts that approved this check, the newest first."""
    return [
        (request, part)
        for request in sorted(requests, key=lambda each: -each.number)
        for part in request.parts
        if part.decision is not None and finding.check in part.decision.ends and _was_granted(part)
    ]


def _was_granted(part: Part) -> bool:
    return part.state.granted or part.state.value == "expired"


def _tried(
    request: ExceptionRequest,
    part: Part,
    finding: Finding,
    deal: Deal,
    judge: Judge,
    judge_of: Callable[[str], Judge | None],
    now: datetime,
) -> HeldApproval | LostApproval:
    decision = part.decision
    assert decision is not None  # noqa: S101 - `_for` takes no other
    until = decision.ends[finding.check]
    why = f"It ended on {until.strftime(DAY)}." if until <= now else None
    if why is None:
        then = judge if request.subject.profile_sha256 == judge.profile.id.sha256 else None
        then = then or judge_of(request.subject.profile_sha256)
        if then is None:
            why = f"Deal Profile {request.subject.profile_version}, under which it was given, was not kept."
        else:
            approved = Approved(finding.check, part.authority, deal_of(request.subject, then.profile.facts), then)
            why = why_not(approved, deal, judge)
    if why is not None:
        return LostApproval(finding.check, finding.label, part.name, decision.by.name, why, request.number)
    conditions = decision.words.text if decision.words is not None else None
    return HeldApproval(
        finding.check, finding.label, part.name, decision.by.name, decision.at, until, conditions, request.number
    )


def deal_of(subject: Subject, specs: FactSpecs) -> Deal:
    """The deal of a request as it was asked for."""
    facts: dict[str, Any] = {}
    for name, data in subject.facts.items():
        try:
            facts[name] = value_from_plain(specs[name], data)
        except (KeyError, FactError):
            continue
    return Deal(
        name=subject.deal, facts=facts, customer=subject.customer, owner=subject.owner, currency=subject.currency
    )
