"""What a deal says of the parts that a proposal needs, and the gaps where it says nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from bot.deals.deal import Deal
from bot.deals.facts import FactSpecs, FactValue, Outcome
from bot.deals.money import money_words
from bot.deals.values import format_value
from bot.deals.wording import date_words
from bot.pipeline.proposals.document import Amount, Gap, Kind, Run, clean, gap_text
from bot.pipeline.proposals.texts import ProposalTexts
from bot.pipeline.reviews.calendar import Promise
from bot.profile.economics_figures import cents, exact
from bot.profile.people import People, Person

WHOLE = 100
START = "the day on which the service begins"


@dataclass
class Given:
    """One deal, read part by part. Each missing part becomes a gap, once, in the order of the document."""

    deal: Deal
    texts: ProposalTexts
    facts: FactSpecs
    people: People
    gaps: dict[str, Gap] = field(default_factory=dict)
    amounts: dict[str, Amount] = field(default_factory=dict)

    def value(self, role: str) -> FactValue | None:
        """The fact that plays this part, where the deal has it."""
        name = self.fact(role)
        return None if name is None else self.deal.facts.get(name)

    def fact(self, role: str) -> str | None:
        """The name of the fact that plays this part, where the profile has one."""
        name = getattr(self.texts.shape.facts, role)
        return name if name in self.facts else None

    def whole(self, role: str) -> int | None:
        """A whole number."""
        found = self.value(role)
        return found if isinstance(found, int) and not isinstance(found, bool) else None

    def yes(self, role: str) -> bool | None:
        """A yes or no."""
        found = self.value(role)
        return found if isinstance(found, bool) else None

    def words(self, role: str) -> str | None:
        """A choice or a text, as data."""
        found = self.value(role)
        return clean(found) if isinstance(found, str) and clean(found) else None

    def shown(self, role: str, otherwise: str) -> Run:
        """A fact in words, or the gap."""
        name, found = self.fact(role), self.value(role)
        if name is None or found is None:
            return self.gap(otherwise, role)
        return Run(clean(format_value(self.facts[name], found, self.deal.currency)))

    def gap(self, words: str, role: str | None = None) -> Run:
        """A visible gap, which also stands among the open points."""
        made = Gap(words, None if role is None else self.fact(role))
        self.gaps.setdefault(words, made)
        return Run(gap_text(made), Kind.GAP)

    def amount(self, name: str, exactly: Fraction, how: str) -> Run:
        """A sum of money that is worked out: rounded to cents, halves up, and kept with its derivation."""
        made = cents(exactly)
        self.amounts.setdefault(name, Amount(name, made, self.deal.currency, f"{how} = {self.money(made)}"))
        return Run(self.money(made))

    def money(self, amount: Decimal) -> str:
        """An amount in the deal's currency."""
        return money_words(amount, self.deal.currency)

    def exact(self, role: str) -> Fraction | None:
        """A number, exactly."""
        return exact(self.value(role))

    @property
    def customer(self) -> str:
        """Who buys: the customer, else the deal's name."""
        return clean(self.deal.customer or "", 200) or clean(self.deal.name, 200)

    @property
    def placeholders(self) -> Mapping[str, str]:
        """What the standing texts are filled in with."""
        return {"customer": self.customer, "firm": self.texts.shape.firm, "deal": clean(self.deal.name, 200)}

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """The outcomes; none where the deal names none."""
        found = self.value("outcomes")
        return found if isinstance(found, tuple) else ()

    @property
    def is_managed(self) -> bool:
        """Whether managed services are what is offered."""
        return self.value("offer") == self.texts.shape.managed_services_are

    @property
    def start(self) -> date | None:
        """The first day of service: the fact for it, else the day on which the deal is to close."""
        found = self.value("start")
        return found if isinstance(found, date) else self.deal.close_date

    @property
    def promise(self) -> Promise:
        """What is promised for after the signature."""
        return promise_of(self.deal, self.texts, self.facts)

    @property
    def rep(self) -> Person | None:
        """The owner of the deal, where people.yaml names them."""
        return self.people.by_name(self.deal.owner) if self.deal.owner else None

    def start_words(self) -> Run:
        """The first day of service in words, or the gap."""
        start = self.start
        return self.gap(START, "start") if start is None else Run(date_words(start))


def promise_of(deal: Deal, texts: ProposalTexts, facts: FactSpecs) -> Promise:
    """What the deal promises for after its signature."""

    def found(role: str, *types: type) -> FactValue | None:
        name = getattr(texts.shape.facts, role)
        value = deal.facts.get(name) if name in facts else None
        return value if type(value) in types else None

    start, months = found("start", date), found("service_months", int)
    call, reviews = found("monthly_call", bool), found("reviews_per_year", int)
    return Promise(
        start if isinstance(start, date) else deal.close_date,
        months if isinstance(months, int) else None,
        call if isinstance(call, bool) else None,
        reviews if isinstance(reviews, int) else None,
    )


def number_words(value: Decimal, unit: str | None) -> str:
    """A figure of an outcome with its unit: 10 days, 98.6%."""
    short = value.normalize() if value else Decimal(0)
    text = f"{short:,f}"
    if unit is None:
        return text
    return f"{text}%" if unit.strip() == "%" else f"{text} {clean(unit, 60)}"


def percent(value: Fraction) -> str:
    """A percent as it stands in the document."""
    rounded = (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.0001"), ROUND_HALF_UP)
    return number_words(rounded, "%")
