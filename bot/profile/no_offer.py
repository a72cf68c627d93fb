"""Why a deal that does not fit has no counter-offer, in one sentence that a rep can act on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from bot.deals.deal import Deal
from bot.deals.facts import FactSpec, FactValue
from bot.deals.values import format_value
from bot.profile.compiled_check import CompiledCheck
from bot.profile.compiled_segments import CompiledSegments
from bot.profile.conditions import Condition, facts_of
from bot.profile.counter_offers import MAX_CHANGES, MAX_TRIED, Negotiation
from bot.profile.economics_plan import Roles
from bot.profile.economics_reshaping import follow_up
from bot.profile.evaluate import Facts
from bot.profile.judge import Judge
from bot.profile.model import SEGMENT_CHECK
from bot.profile.verdict import CounterOffer, Finding, Judgement, Result, Verdict
from bot.profile.words import inside_sentence

MOST_NAMED = 3


class Obstacles:
    """Says what stands in the way of a counter-offer under one profile. Made once; safe to use from threads."""

    def __init__(self, judge: Judge) -> None:
        profile = judge.profile
        self._profile = profile
        segments = _named(*(segment.when for segment in profile.segments))
        self._facts: dict[str, tuple[str, ...]] = {SEGMENT_CHECK: segments}
        self._required = {SEGMENT_CHECK: segments}
        for check in profile.checks:
            conditions = [part for case in check.cases for part in (case.when, case.require)]
            self._facts[check.id] = _named(check.when, *conditions)
            self._required[check.id] = _named(*(case.require for case in check.cases))
        self._judge = judge
        self._alone: dict[str, Negotiation] = {}

    def reason(self, deal: Deal, verdict: Verdict) -> str | None:
        """Why the verdict has no counter-offer; None when it has one, or needs none because the deal fits."""
        if verdict.judgement is Judgement.FITS or verdict.counter_offers:
            return None
        open_facts = self._missing(verdict)
        failed = verdict.of(Result.FAIL)
        fixed = [finding for finding in failed if not self._movable(finding)]
        segment = next((finding for finding in fixed if finding.check == SEGMENT_CHECK), None)
        if segment is not None:
            return self._segment_words(segment)
        if fixed:
            return self._fixed_words(fixed)
        if open_facts:
            return (
                f"Facts are missing: {self._labels(open_facts)}. Which deal would fit can be told when they are known."
            )
        facts = self._judge.usable(deal)
        stuck = [finding for finding in failed if not self._can_be_met(finding, facts, verdict)]
        if stuck:
            names = " and ".join(f"“{finding.label}”" for finding in stuck[:MOST_NAMED])
            allowed = self._labels(dict.fromkeys(name for finding in stuck for name in self._movable(finding)))
            return (
                f"No move that is allowed meets {names}: {allowed} can be moved in one direction only, or not so far."
            )
        if self._at_least(failed) > MAX_CHANGES:
            checks = ", ".join(f"“{finding.label}”" for finding in failed)
            return f"More than three facts would have to change at once to meet {checks}."
        firm = [finding for finding in failed if not any(map(self._negotiable, self._required[finding.check]))]
        if firm:
            return f"{self._fixed_words(firm)} To sell something else instead breaks other checks."
        return self._searched_words(deal, verdict)

    def _searched_words(self, deal: Deal, verdict: Verdict) -> str:
        """What the search for counter-offers came to, where nothing else stands in their way."""
        if as_stated := self._judge.fitting_as_stated(deal, verdict):
            return self._following_words(deal, as_stated[0])
        if self._judge.gave_up(deal, verdict):
            return (
                f"The search for a deal that fits was given up after {MAX_TRIED:,} changed deals. There may be one: "
                "change by hand what fails, and check again."
            )
        return "No change of up to three facts makes this deal fit: what helps one check breaks another."

    def _following_words(self, deal: Deal, offer: CounterOffer) -> str:
        """That what would meet the checks as stated breaks another one by what follows from it."""
        plan, specs = self._profile.economics, self._profile.facts
        changed = deal.with_facts({change.fact: change.after for change in offer.changes})
        roles = plan.facts if plan is not None else Roles("")
        follows = follow_up(roles, specs, self._profile.currency, deal.facts, changed.facts)
        after = changed.with_facts({follow.fact: follow.after for follow in follows})
        broken = [
            f"“{each.label}”" for each in self._judge.judge(after).of(Result.FAIL, Result.UNKNOWN) if each.counted
        ]
        moved = [_moved(specs[change.fact], change.after) for change in offer.changes]
        then = [f"{_moved(specs[each.fact], each.after)}: {each.how}" for each in follows]
        return (
            f"With {' and '.join(moved)} the checks would be met as the deal is stated, but what follows breaks "
            f"{' and '.join(broken[:MOST_NAMED])}: {'; '.join(then)}."
        )

    def _completing(self, holds: Callable[[Facts], bool]) -> Callable[[Facts], bool]:
        return lambda facts: holds(self._judge.complete(facts))

    def _missing(self, verdict: Verdict) -> dict[str, None]:
        findings = verdict.of(Result.FAIL, Result.UNKNOWN)
        return dict.fromkeys(name for finding in findings for name in finding.missing)

    def _movable(self, finding: Finding) -> tuple[str, ...]:
        return tuple(filter(self._negotiable, self._facts.get(finding.check, ())))

    def _negotiable(self, name: str) -> bool:
        return self._profile.facts[name].negotiable is not None

    def _can_be_met(self, finding: Finding, facts: Facts, verdict: Verdict) -> bool:
        """Whether up to three moves meet this check when no other is looked at."""
        alone = replace(verdict, judgement=Judgement.DOES_NOT_FIT, findings=(finding,), counter_offers=())
        negotiation = self._alone.get(finding.check)
        if negotiation is None:
            negotiation = self._alone[finding.check] = self._alone_with(finding.check)
        found = negotiation.search(facts, alone)
        return bool(found.offers) or found.given_up

    def _alone_with(self, check_id: str) -> Negotiation:
        """Talks in which this check alone, or the segments', is to be met: no other's limits are places to land on."""
        checks = tuple(check for check in self._profile.checks if check.id == check_id)
        segments = self._profile.segments if check_id == SEGMENT_CHECK else ()
        profile = replace(self._profile, checks=checks, segments=segments)
        met = CompiledCheck(checks[0], profile, self._judge.words) if checks else CompiledSegments(profile)
        return Negotiation(profile, self._completing(met.accepts), follows=False)

    def _at_least(self, failed: tuple[Finding, ...]) -> int:
        """So many facts must change at the least: failed checks that have no movable fact in common need one each."""
        count, taken = 0, set[str]()
        for movable in sorted((set(self._movable(finding)) for finding in failed), key=len):
            if movable.isdisjoint(taken):
                count, taken = count + 1, taken | movable
        return count

    def _segment_words(self, finding: Finding) -> str:
        who = f" The customer is in “{finding.actual}”, which we decline." if finding.actual else ""
        return f"The segment cannot be negotiated.{who}"

    def _fixed_words(self, fixed: list[Finding]) -> str:
        sentences = []
        for finding in fixed[:MOST_NAMED]:
            names = self._required.get(finding.check, ())
            lead = "a fact" if len(names) == 1 else "facts"
            facts = self._labels(dict.fromkeys(names))
            sentences.append(f"“{finding.label}” rests on {lead} that no counter-offer can change: {facts}.")
        more = len(fixed) - MOST_NAMED
        return " ".join(sentences) + (f" The same holds for {more} more." if more > 0 else "")

    def _labels(self, names: dict[str, None]) -> str:
        specs = self._profile.facts
        labels = [inside_sentence(specs[name].label) if name in specs else name for name in names]
        shown = labels[:MOST_NAMED]
        if len(labels) > MOST_NAMED:
            shown.append(f"{len(labels) - MOST_NAMED} more")
        return " and ".join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown)


def _moved(spec: FactSpec, value: FactValue | None) -> str:
    label = inside_sentence(spec.label)
    return f"{label} not known" if value is None else f"{label} {format_value(spec, value)}"


def _named(*conditions: Condition | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for condition in conditions for name in facts_of(condition)))
