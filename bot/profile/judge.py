"""The judge: a deal and a Deal Profile give a verdict, always the same one."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.deals.deal import CLOSE_DATE, Deal
from bot.deals.facts import FactType, FactValue
from bot.profile.compiled_check import CompiledCheck
from bot.profile.compiled_segments import CompiledSegments
from bot.profile.counter_offers import Negotiation
from bot.profile.deriving import Deriving
from bot.profile.evaluate import Facts
from bot.profile.limits import LimitStatement, limits_of
from bot.profile.model import SEGMENT_CHECK, Profile, Segment
from bot.profile.questions import Questions
from bot.profile.verdict import JUDGE, CounterOffer, Finding, Judgement, Result, Verdict
from bot.profile.words import Words

PYTHON_TYPES: dict[FactType, tuple[type, ...]] = {
    FactType.INTEGER: (int,),
    FactType.NUMBER: (Decimal, int),
    FactType.PERCENT: (Decimal, int),
    FactType.MONEY: (Decimal, int),
    FactType.YES_NO: (bool,),
    FactType.CHOICE: (str,),
    FactType.TEXT: (str,),
    FactType.DATE: (date,),
    FactType.OUTCOMES: (tuple,),
}
"""Exactly these: True is no number, and a time of day is no date."""


_PASS, _FAIL, _IDLE = Result.PASS, Result.FAIL, Result.NOT_APPLICABLE
_FITS: tuple[Judgement, tuple[str, ...]] = (Judgement.FITS, ())


class _Draft:
    """A verdict that can still be written in, with the same slots: see `blanks.Draft`."""

    __slots__ = Verdict.__slots__


class Judge:
    """Judges deals by one profile. Made once per profile; safe to use from several threads."""

    def __init__(self, profile: Profile) -> None:
        self.profile = profile
        self.words = Words.of(profile)
        self._deriving = Deriving(profile.derived) if profile.derived else None
        self._segments = CompiledSegments(profile) if profile.segments else None
        self._checks = tuple(CompiledCheck(check, profile, self.words) for check in profile.checks)
        self._finders = tuple(check.finding for check in self._checks)
        self._counted = tuple(check for check in self._checks if check.check.counted)
        self._types = {name: PYTHON_TYPES[spec.type] for name, spec in profile.facts.items()}
        self._usual = {name: types[0] for name, types in self._types.items()}
        self._money = frozenset(name for name, spec in profile.facts.items() if spec.type is FactType.MONEY)
        self._closes = CLOSE_DATE in profile.facts
        self._ranks = {authority: rank for rank, authority in enumerate(profile.authorities)}
        self._questions = Questions(profile, self._segments, self._telling())
        self._negotiation = Negotiation(profile, self.fits)

    def judge(self, deal: Deal) -> Verdict:
        """The verdict on a deal, with a finding for each check in the profile's order, the segments' first.

        Money in another currency than the profile's is taken as unknown: it is never compared as if it were the same.
        Raises TypeError for a fact whose value is not of its declared kind: values are read by `bot.deals.values`.
        """
        deal = deal.with_close_date() if self._closes else deal
        facts = self._of(deal)
        segment: Segment | None = None
        findings = [finder(facts) for finder in self._finders]
        if self._segments is not None:
            segment, finding = self._segments.place(facts)
            findings.insert(0, finding)
        if self._deriving is not None:
            findings = [self._deriving.told(each, facts) for each in findings]
        quiet, idle = _PASS, _IDLE
        troubled = [f for f in findings if f.result is not quiet and f.result is not idle and f.counted]
        draft: Any = _Draft()
        draft.judgement, draft.authorities = self._decide(troubled) if troubled else _FITS
        draft.profile = self.profile.id
        draft.judge = JUDGE
        draft.judged = deal  # its hash is made when it is asked for
        draft.facts = deal.facts
        draft.findings = tuple(findings)
        draft.segment = None if segment is None else segment.name
        draft.stance = None if segment is None else segment.stance.value
        if troubled:
            draft.waiting = (self._questions, troubled, facts)  # the questions are put in order when they are asked for
        else:
            draft.ask = ()
        draft.counter_offers = ()
        draft.__class__ = Verdict
        verdict: Verdict = draft
        return verdict

    def judge_fully(self, deal: Deal) -> Verdict:
        """The verdict together with the counter-offers, which take longer to find."""
        verdict = self.judge(deal)
        return replace(verdict, counter_offers=self.counter_offers(deal, verdict))

    def counter_offers(self, deal: Deal, verdict: Verdict) -> tuple[CounterOffer, ...]:
        """The nearest deals that fit, each judged; none for a deal that fits already or is incomplete."""
        offers = self._negotiation.offers(self.usable(deal), verdict)
        return tuple(offer for offer in offers if self.judge(_changed(deal, offer)).judgement is Judgement.FITS)

    def gave_up(self, deal: Deal, verdict: Verdict) -> bool:
        """Whether the search for counter-offers ended because too many changed deals would have had to be tried."""
        return self._negotiation.search(self.usable(deal), verdict).given_up

    def fitting_as_stated(self, deal: Deal, verdict: Verdict) -> tuple[CounterOffer, ...]:
        """The nearest deals that would fit if nothing followed from the change of price or term, and do not."""
        return self._negotiation.search(self.usable(deal), verdict).as_stated

    def fits(self, facts: Facts) -> bool:
        """Whether a deal with exactly these facts fits: the verdict alone, without findings."""
        if self._deriving is not None:
            facts = self._deriving.complete(facts)
        if self._segments is not None and not self._segments.accepts(facts):
            return False
        return all(check.accepts(facts) for check in self._counted)

    def limits(self, check_id: str, facts: Mapping[str, FactValue]) -> tuple[LimitStatement, ...]:
        """What a check requires of a deal of which only these facts are known.

        One statement for each case that may apply. Raises KeyError when the profile has no such check.
        """
        return limits_of(self.profile, self.words, check_id, self.complete(facts))

    def complete(self, facts: Facts) -> Facts:
        """The facts together with those that the profile derives from them."""
        return facts if self._deriving is None else self._deriving.complete(facts)

    def takes(self, name: str, value: FactValue) -> bool:
        """Whether the value is of the kind that the profile declares for the fact, or the profile has no such fact."""
        allowed = self._types.get(name)
        return allowed is None or type(value) in allowed

    def _telling(self) -> dict[str, Callable[[Facts], Finding]]:
        """For each check that counts, what finds it with the deal's own facts as what is missing."""
        finders: dict[str, Callable[[Facts], Finding]] = {c.check.id: c.finding for c in self._counted}
        if self._segments is not None:
            place = self._segments.place
            finders[SEGMENT_CHECK] = lambda facts: place(facts)[1]
        deriving = self._deriving
        if deriving is None:
            return finders
        return {name: _told(find, deriving) for name, find in finders.items()}

    def usable(self, deal: Deal) -> Facts:
        """The facts that the deal is judged on: with what follows from them, without money in another currency."""
        return self._of(deal.with_close_date() if self._closes else deal)

    def _of(self, deal: Deal) -> Facts:
        facts, usual = deal.facts, self._usual
        for name, value in facts.items():
            if usual.get(name) is not type(value) and not self.takes(name, value):
                kind = self.profile.facts[name].type
                msg = f"The fact {name} of {deal.name!r} holds {value!r}, which is no {kind}. Read it with parse_value."
                raise TypeError(msg)
        if deal.currency == self.profile.currency or not self._money:
            return self.complete(facts)
        return self.complete({name: value for name, value in facts.items() if name not in self._money})

    def _decide(self, troubled: Sequence[Finding]) -> tuple[Judgement, tuple[str, ...]]:
        incomplete = False
        authorities: set[str] = set()
        judgement = Judgement.FITS
        for finding in troubled:
            if finding.result is _FAIL:
                if finding.authority is not None:
                    authorities.add(finding.authority)
                elif finding.missing:
                    incomplete = True
                else:
                    judgement = Judgement.DOES_NOT_FIT
            else:
                incomplete = True
        if judgement is Judgement.DOES_NOT_FIT:
            return judgement, ()
        if incomplete:
            return Judgement.INCOMPLETE, ()
        if not authorities:
            return judgement, ()
        if len(authorities) == 1:
            return Judgement.NEEDS_APPROVAL, tuple(authorities)
        return Judgement.NEEDS_APPROVAL, tuple(sorted(authorities, key=lambda authority: self._ranks[authority]))


def _told(find: Callable[[Facts], Finding], deriving: Deriving) -> Callable[[Facts], Finding]:
    return lambda facts: deriving.told(find(facts), facts)


def _changed(deal: Deal, offer: CounterOffer) -> Deal:
    return deal.with_facts({change.fact: change.after for change in offer.changes})
