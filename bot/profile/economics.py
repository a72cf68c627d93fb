"""What a deal is worth, as proposed and in the shape of each counter-offer: exact, and every figure says how.

The figures start from the deal's facts and end in one rounding each, halves up, to cents (months: to tenths). In
between everything is exact, so that the same facts always give the same figures. See docs/economics.md.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from bot.deals.deal import Deal
from bot.deals.facts import Direction, FactValue
from bot.deals.values import format_value
from bot.profile.deriving import Deriving
from bot.profile.economics_figures import Economics, Figure, Follow, Shape
from bot.profile.economics_money import Money, waiting
from bot.profile.economics_pay import Pay
from bot.profile.economics_plan import EconomicsPlan
from bot.profile.economics_reshaping import follow_up
from bot.profile.judge import Judge
from bot.profile.model import Profile
from bot.profile.verdict import Change, Judgement, Verdict
from bot.profile.words import inside_sentence

PROPOSED = "as proposed"
MOST_STEPS = 200


class Economist:
    """Works out what deals are worth under one profile. Made once per profile; safe to use from several threads."""

    def __init__(self, judge: Judge) -> None:
        profile = judge.profile
        self._judge, self._profile = judge, profile
        self._plan: EconomicsPlan | None = profile.economics
        self._deriving = Deriving(profile.derived)
        self._money = None if self._plan is None else Money(profile, self._plan)
        self._pay = None if self._plan is None else Pay(profile, self._plan)

    def of(self, deal: Deal, verdict: Verdict) -> Economics | None:
        """The figures for the deal and for each of the verdict's counter-offers; None when the profile has no plan."""
        if self._plan is None:
            return None
        offers = tuple(
            self._reshaped(f"offer {number}", deal, {c.fact: c.after for c in offer.changes})
            for number, offer in enumerate(verdict.counter_offers, start=1)
        )
        return Economics(self._profile.currency, self._shape(PROPOSED, deal), offers)

    def reshaped(self, deal: Deal, changes: Mapping[str, FactValue]) -> tuple[Deal, tuple[Follow, ...]]:
        """The deal with the changes and with what follows from them: a lower discount raises the contract value."""
        changed = deal.with_facts(changes)
        plan = self._plan
        if plan is None or deal.currency != self._profile.currency:
            return changed, ()
        follows = follow_up(plan.facts, self._profile.facts, self._profile.currency, deal.facts, changed.facts)
        return changed.with_facts({follow.fact: follow.after for follow in follows}), follows

    def at_a_better_price(self, deal: Deal, verdict: Verdict) -> str | None:
        """Where no counter-offer was found: the greatest discount at which the deal fits by the margin that follows.

        A counter-offer moves stated facts alone; the margin that a better price leaves is one step further.
        """
        plan = self._plan
        if plan is None or plan.facts.discount is None or plan.facts.margin is None or verdict.counter_offers:
            return None
        if verdict.judgement not in {Judgement.NEEDS_APPROVAL, Judgement.DOES_NOT_FIT}:
            return None
        spec = self._profile.facts[plan.facts.discount]
        discount = deal.facts.get(spec.name)
        if spec.negotiable is not Direction.DOWN or not isinstance(discount, Decimal | int):
            return None
        step = spec.step or Decimal(1)
        highest = math.ceil(Fraction(discount) / Fraction(step)) - 1
        for number in range(highest, max(highest - MOST_STEPS, -1), -1):
            lower = number * step
            after, _ = self.reshaped(deal, {spec.name: lower})
            margin = after.facts.get(plan.facts.margin)
            if margin is not None and self._judge.judge(after).judgement is Judgement.FITS:
                return (
                    f"At {format_value(spec, lower)} {inside_sentence(spec.label)} the margin would be "
                    f"{format_value(self._profile.facts[plan.facts.margin], margin)}, and the deal would fit."
                )
        return None

    def _reshaped(self, name: str, deal: Deal, changes: Mapping[str, FactValue]) -> Shape:
        after, follows = self.reshaped(deal, changes)
        moves = tuple(Change(fact, deal.facts.get(fact), value) for fact, value in changes.items())
        return self._shape(name, after, moves, follows)

    def _shape(
        self, name: str, deal: Deal, changes: tuple[Change, ...] = (), follows: tuple[Follow, ...] = ()
    ) -> Shape:
        if self._money is None or self._pay is None:
            message = "a profile without economics has no shapes"
            raise RuntimeError(message)
        facts = self._judge.usable(deal)
        foreign = deal.currency if deal.currency != self._profile.currency else None
        value = "" if self._plan is None else self._plan.facts.contract_value
        followed = next((follow.how for follow in follows if follow.fact == value), None)
        figures = self._money.figures(facts, foreign=foreign, followed=followed)
        figures = (*figures, *self._pay.figures(facts, figures))
        told = tuple(self._told(figure, facts) for figure in figures)
        return Shape(name, self._judge.judge(deal).judgement, told, changes, follows)

    def _told(self, figure: Figure, facts: Mapping[str, FactValue]) -> Figure:
        """The figure waiting for the deal's own facts, in place of those that are derived from them."""
        if not figure.waits_for or not self._profile.derived:
            return figure
        needed = self._deriving.needed(figure.waits_for, facts)
        return waiting(self._profile, figure.name, figure.label, figure.unit, needed)


def economics(profile: Profile, deal: Deal, verdict: Verdict) -> Economics | None:
    """What the deal is worth, beside its verdict. None when the profile has no `economics`."""
    return Economist(Judge(profile)).of(deal, verdict)
