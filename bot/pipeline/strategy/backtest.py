"""What a Deal Profile would have said of past deals: what each rule would have cost, and what it would have spared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from bot.pipeline.strategy.book import Book
from bot.pipeline.strategy.cautions import Caution, cautions
from bot.pipeline.strategy.comparing import Comparison, compared
from bot.pipeline.strategy.customers import Customers
from bot.pipeline.strategy.effects import Days, Effect, Part, Refused, Row
from bot.pipeline.strategy.exact import Mask
from bot.pipeline.strategy.intervals import FEWEST, METHOD, Draws, amount_share_of, share_of
from bot.pipeline.strategy.judging import JUDGEMENTS, JudgedDeals, judged_deals
from bot.pipeline.strategy.offers import NearOffers, near_offers
from bot.pipeline.strategy.outcomes import CLOSED, Outcome
from bot.pipeline.strategy.sources import Measure
from bot.profile.columns import codes
from bot.profile.economics_figures import rounded
from bot.profile.economics_money import DAYS_A_YEAR
from bot.profile.model import Profile
from bot.profile.verdict import Judgement, ProfileId

_TENTH = Decimal("0.1")
NOWHERE = "not known, or in no segment"


class NothingClosed(ValueError):
    """There is no deal to look back on. The message says what to do."""


@dataclass(frozen=True)
class Backtest:
    """What the profile would have said of the closed deals.

    `whole` is the effect of all rules that count together; `rules` of each by itself, the costliest first, those that
    say yes to every deal left out. `days` are the agreed payment days of all won deals and of those not refused.
    """

    profile: ProfileId
    currency: str
    measure: Measure
    deals: Mapping[str, int]
    closed: Mapping[Outcome, Part]
    verdicts: tuple[Row, ...]
    segments: tuple[Row, ...]
    whole: Effect
    rules: tuple[Effect, ...]
    silent: tuple[str, ...]
    days: tuple[Days, Days]
    offers: NearOffers | None
    against: Comparison | None
    cautions: tuple[Caution, ...]
    notes: tuple[str, ...]
    judged: JudgedDeals = field(repr=False, compare=False)
    before: JudgedDeals | None = field(default=None, repr=False, compare=False)

    def plain(self) -> dict[str, Any]:
        """As JSON data, in the documented shape (schema 1)."""
        return {
            "schema": 1,
            "profile": _named(self.profile),
            "against": None if self.against is None else self.against.plain(),
            "currency": self.currency,
            "measure": self.measure.value,
            "deals": dict(self.deals),
            "closed": {outcome.value: part.plain() for outcome, part in self.closed.items()},
            "verdicts": [row.plain("verdict") for row in self.verdicts],
            "segments": [row.plain("segment") for row in self.segments],
            "all_rules": self.whole.plain(),
            "rules": [rule.plain() for rule in self.rules],
            "rules_without_effect": list(self.silent),
            "payment_days": {"won": self.days[0].plain(), "won_not_refused": self.days[1].plain()},
            "counter_offers": None if self.offers is None else self.offers.plain(),
            "method": METHOD,
            "warnings": [each.plain() for each in self.cautions],
            "notes": list(self.notes),
        }


def backtest(
    book: Book, profile: Profile, *, against: Profile | None = None, selling_cost: Decimal | None = None
) -> Backtest:
    """Judge the book's closed deals by the profile, and by `against` where one is given.

    `selling_cost` is what selling one lost deal costs, in the profile's currency, where the deal itself does not say
    (the fact `selling_cost`); None where nobody said.

    Raises:
        NothingClosed: no deal of the book is won, lost or churned.
        ColumnError: the book's table cannot be judged.
    """
    judged = judged_deals(book, profile)
    before = None if against is None else judged_deals(book, against)
    offers = near_offers(book, judged)
    return looked_back(judged, before, offers=offers, selling_cost=selling_cost, notes=book.notes)


def looked_back(
    judged: JudgedDeals,
    before: JudgedDeals | None = None,
    *,
    offers: NearOffers | None = None,
    selling_cost: Decimal | None = None,
    notes: Sequence[str] = (),
) -> Backtest:
    """The backtest of deals that are judged already. Raises NothingClosed."""
    done = judged.ended(*CLOSED)
    if not done.any():
        raise NothingClosed(
            f"None of the {len(judged):,} deals is won, lost or churned, so there is nothing to look back on. "
            "Give closed deals, with a stage such as Closed Won, Closed Lost or Churned; "
            "a mapping file translates other words (stages: {won: [Signed], lost: [Dropped]})."
        )
    read, judged = len(judged), judged.take(done)
    before = None if before is None else before.take(done)
    work = _Work(judged)
    whole = work.effect(None, judged.weight, selling_cost)
    effects = [work.effect(number, judged.codes[number], selling_cost) for number in range(len(judged.rules))]
    speaking = [effect for effect in effects if effect.touches]
    return Backtest(
        profile=judged.profile.id,
        currency=judged.profile.currency,
        measure=work.measure,
        deals={
            "read": read,
            "closed": len(judged),
            "open_left_out": read - len(judged),
            "other_currency": int(judged.foreign.sum()),
            "without_value": int((~judged.value.known & ~judged.foreign).sum()),
        },
        closed={outcome: Part.of(judged, judged.ended(outcome)) for outcome in CLOSED},
        verdicts=tuple(_row(judged, each.value, judged.judged(each)) for each in JUDGEMENTS),
        segments=tuple(_segments(judged)),
        whole=whole,
        rules=tuple(sorted(speaking, key=_weighty)),
        silent=tuple(effect.label for effect in effects if not effect.touches),
        days=work.days(),
        offers=offers,
        against=None if before is None else compared(judged, before, work.draws),
        cautions=tuple(cautions(judged, work.customers)),
        notes=(*notes, *judged.selling_note(judged.ended(*CLOSED))),
        judged=judged,
        before=before,
    )


class _Work:
    """One judged book, its customers, and the draws that the intervals share."""

    def __init__(self, judged: JudgedDeals) -> None:
        self.judged = judged
        self.customers = Customers.read(judged.customers)
        self.draws = Draws(self.customers.of)
        won = judged.ended(Outcome.WON)
        known = int((won & judged.margin.known).sum())
        self.measure = Measure.MARGIN if 2 * known >= int((won & judged.value.known).sum()) else Measure.REVENUE
        self._money = judged.margin if self.measure is Measure.MARGIN else judged.value
        counted = np.array([rule.counted for rule in judged.rules], dtype=bool)
        self._refusing = (judged.codes[counted] == codes.FATAL).sum(axis=0)

    def effect(self, number: int | None, code: Any, selling_cost: Decimal | None) -> Effect:
        """The effect of one rule, or of the whole (None), from its codes."""
        judged = self.judged
        rule = None if number is None else judged.rules[number]
        fatal = code == codes.FATAL
        counted = rule is None or rule.counted
        # A rule on trial refuses alone what no rule that counts refuses.
        alone = fatal & (self._refusing == (1 if counted else 0)) if rule is not None else fatal
        return Effect(
            check=None if rule is None else rule.check,
            label="All rules together" if rule is None else rule.label,
            counted=counted,
            refused={outcome: self._refused(fatal, alone, outcome) for outcome in CLOSED},
            approval=_counts(judged, code == codes.APPROVABLE),
            unknown=_counts(judged, (code == codes.UNKNOWN) | (code == codes.OPEN)),
            cash=self._cash(fatal & judged.ended(Outcome.WON, Outcome.CHURNED)),
            selling_cost=self._selling(fatal & judged.ended(Outcome.LOST), selling_cost),
        )

    def days(self) -> tuple[Days, Days]:
        """The agreed payment days of the won deals, and of those that the profile would not have refused."""
        won = self.judged.ended(Outcome.WON)
        return self._weighted(won), self._weighted(won & ~self.judged.judged(Judgement.DOES_NOT_FIT))

    def _refused(self, fatal: Mask, alone: Mask, outcome: Outcome) -> Refused:
        there = self.judged.ended(outcome)
        here = fatal & there
        # What a lost deal would have brought is nobody's margin: lost and churned deals count by their value.
        money = self._money if outcome is Outcome.WON else self.judged.value
        amounts = money.floats()
        ends = self.draws.shares([(here.astype(float), there.astype(float)), (amounts * here, amounts * there)])
        customers = self.draws.customers(there)
        return Refused(
            Part.of(self.judged, here),
            int((alone & there).sum()),
            share_of(int(here.sum()), int(there.sum()), ends[0], customers),
            amount_share_of(money.sum(here), money.sum(there), ends[1], customers),
        )

    def _selling(self, where: Mask, each: Decimal | None) -> Decimal | None:
        """What selling these deals cost: as each deal says, else `each`; None where nothing is known."""
        known = self.judged.selling.known
        if each is None and not known.any():
            return None
        return self.judged.selling.sum(where) + (each or Decimal(0)) * int((where & ~known).sum())

    def _cash(self, where: Mask) -> Decimal | None:
        value, days = self.judged.value, self.judged.days
        if not days.known.any():
            return None
        return value.times(days).sum(where) / DAYS_A_YEAR

    def _weighted(self, where: Mask) -> Days:
        value, days = self.judged.value, self.judged.days
        both = where & value.known & days.known
        weight = value.sum(both)
        if weight <= 0:
            return Days(None)
        exact = Fraction(value.times(days).sum(both)) / Fraction(weight)
        weights = value.floats() * both
        # The draws give percent of the whole: days are a hundredth of that.
        low, high = (end / 100 for end in self.draws.shares([(weights * days.floats(), weights)])[0])
        mean = rounded(exact, _TENTH)
        if self.draws.customers(both) < FEWEST:
            return Days(mean)
        return Days(mean, min(mean, _tenths(low)), max(mean, _tenths(high)))


def _tenths(number: float) -> Decimal:
    return rounded(Fraction(number), _TENTH)


def _counts(judged: JudgedDeals, where: Mask) -> dict[Outcome, int]:
    return {outcome: int((where & judged.ended(outcome)).sum()) for outcome in CLOSED}


def _row(judged: JudgedDeals, name: str, where: Mask) -> Row:
    return Row(name, {outcome: Part.of(judged, where & judged.ended(outcome)) for outcome in CLOSED}, {})


def _segments(judged: JudgedDeals) -> Sequence[Row]:
    refused = judged.judged(Judgement.DOES_NOT_FIT)
    found = []
    for number, segment in [*enumerate(judged.profile.segments), (-1, None)]:
        here = judged.place == number
        parts = {outcome: Part.of(judged, here & judged.ended(outcome)) for outcome in CLOSED}
        if segment is None and (not judged.profile.segments or not any(part.deals for part in parts.values())):
            continue
        name, stance = (NOWHERE, None) if segment is None else (segment.name, segment.stance.value)
        found.append(Row(name, parts, _counts(judged, here & refused), stance))
    return found


def _weighty(effect: Effect) -> tuple[bool, int, int, str]:
    """Rules that refuse most won deals first, then those that refuse most others; rules on trial last."""
    won = effect.refused[Outcome.WON].part.deals
    others = sum(effect.refused[each].part.deals for each in (Outcome.LOST, Outcome.CHURNED))
    return (not effect.counted, -won, -others, effect.label)


def _named(profile: ProfileId) -> dict[str, str]:
    return {"title": profile.title, "version": profile.version, "sha256": profile.sha256}
