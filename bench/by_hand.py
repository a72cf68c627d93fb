"""Twelve of the bundled profile's checks, written straight in Python: the peer that explains as much as the judge.

It is what a good programmer would write who has only these twelve rules to serve, for ever: the limits are in the code,
nothing is configurable, nothing cites a line that could move. It makes the same: for each rule an object with the
actual value, the limit in words, the gap and its unit, who may approve it, what is missing, why, and the guidance; and
of them the judgement, the authorities and the questions to ask next, though not in the order in which fewest answers
settle the verdict: the deal that is measured lacks nothing. `bench.judging` holds it equal to the judge on thousands of
deals, facts missing or not, before anything is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import Any

from bot.profile.model import Profile
from bot.profile.verdict import Judgement, Question, Result

RULES = (
    "offer",
    "remote-access",
    "smallest-deal",
    "outcomes-measurable",
    "outcomes-agreed",
    "executive-sponsor",
    "monthly-call",
    "customer-reviews",
    "discount",
    "margin",
    "payment-terms",
    "service-visit",
)
PASS, FAIL, UNKNOWN, IDLE = Result.PASS, Result.FAIL, Result.UNKNOWN, Result.NOT_APPLICABLE
MANAGED = {"managed services"}
EXECUTIVES = {"CEO", "CFO", "COO", "CIO", "hospital administrator"}
AUTHORITIES = ("sales-director", "head-of-service", "deal-desk", "finance")
Facts = Mapping[str, Any]


@dataclass(slots=True)
class Found:
    """What one rule says of a deal: the fields of the judge's Finding, without its freezing."""

    check: str
    label: str
    part: str
    because: str
    guidance: str | None
    rule: str
    result: Result
    fact: str | None = None
    actual: Any = None
    limit: str | None = None
    gap: Decimal | None = None
    unit: str | None = None
    authority: str | None = None
    expires_in_days: int | None = None
    missing: tuple[str, ...] = ()
    counted: bool = True


@dataclass(slots=True)
class Judged:
    """What all rules say together."""

    judgement: Judgement
    findings: list[Found]
    authorities: list[str]
    ask: list[Question]


class ByHand:
    """The rules. Texts and questions are taken from the profile once: they are prose, no rule."""

    def __init__(self, profile: Profile) -> None:
        facts = list(profile.facts.values())
        self.questions = {
            spec.name: Question(spec.name, f"{spec.ask} (in USD)" if spec.type == "money" else spec.ask)
            for spec in facts
        }
        self.ranks = {spec.name: rank for rank, spec in enumerate(facts)}
        self.say: dict[str, Callable[..., Found]] = {}
        self.rows: dict[str, list[str]] = {}
        for name in RULES:
            check = profile.check(name)
            assert check is not None
            self.say[name] = partial(Found, name, check.label, check.part, check.because, check.guidance)
            self.rows[name] = [profile.rule(check.place), *(profile.rule(case.place) for case in check.cases)]

    def judge(self, f: Facts) -> Judged:
        offer, months, outcomes = f.get("offer"), f.get("service_months"), f.get("outcomes")
        say, rows = self.say, self.rows
        measurable = agreed = None
        if outcomes is not None:
            measurable = agreed = 0
            for o in outcomes:
                if o.agreed is True:
                    agreed += 1
                if o.metric and o.unit and o.owner and None not in (o.baseline, o.target, o.due):
                    measurable += 1
        found = [
            _is(say["offer"], rows["offer"][1], "offer", offer, MANAGED, "managed services", "sales-director", 60),
            self.remote_access(f, offer),
            self.smallest_deal(f.get("contract_value")),
            _at_least(say["outcomes-measurable"], rows["outcomes-measurable"][1], "outcomes", measurable, 2,
                      "at least 2 measurable outcomes", "measurable outcomes", "sales-director", 30),
            _at_least(say["outcomes-agreed"], rows["outcomes-agreed"][1], "outcomes", agreed, 1,
                      "at least 1 agreed outcome", "agreed outcomes", "sales-director", 30),
            _is(say["executive-sponsor"], rows["executive-sponsor"][1], "sponsor", f.get("sponsor"), EXECUTIVES,
                "one of CEO, CFO, COO, CIO, hospital administrator", "sales-director", 30),
            self.monthly_call(f, offer, months),
            self.customer_reviews(f, months),
            self.discount(f.get("discount"), months),
            self.margin(f.get("margin")),
            self.payment_terms(f.get("payment_days"), months),
            _is(say["service-visit"], rows["service-visit"][1], "service_visit", f.get("service_visit"), {True}, "yes",
                "head-of-service", 14),
        ]  # fmt: skip
        return self.summed_up(found)

    def remote_access(self, f: Facts, offer: str | None) -> Found:
        say, rows = self.say["remote-access"], self.rows["remote-access"]
        if offer is None:
            return say(rows[0], UNKNOWN, "offer", missing=("offer",))
        if offer != "managed services":
            return say(rows[0], IDLE)
        return _is(say, rows[1], "remote_access", f.get("remote_access"), {True}, "yes", "head-of-service", 60)

    def smallest_deal(self, value: Decimal | None) -> Found:
        say, row = self.say["smallest-deal"], self.rows["smallest-deal"][1]
        if value is None:
            return say(row, UNKNOWN, "contract_value", None, "at least $15,000", missing=("contract_value",))
        if value >= 15000:
            return say(row, PASS, "contract_value", value, "at least $15,000")
        who, days = ("sales-director", 30) if value >= 10000 else (None, None)
        return say(row, FAIL, "contract_value", value, "at least $15,000", 15000 - value, "USD", who, days)

    def monthly_call(self, f: Facts, offer: str | None, months: int | None) -> Found:
        say, rows = self.say["monthly-call"], self.rows["monthly-call"]
        if (offer is not None and offer != "managed services") or (months is not None and months < 3):
            return say(rows[0], IDLE)
        if offer is None or months is None:
            missing = tuple(n for n, v in (("offer", offer), ("service_months", months)) if v is None)
            return say(rows[0], UNKNOWN, missing[0], missing=missing)
        return _is(say, rows[1], "monthly_call", f.get("monthly_call"), {True}, "yes", "head-of-service", 30)

    def customer_reviews(self, f: Facts, months: int | None) -> Found:
        say, rows = self.say["customer-reviews"], self.rows["customer-reviews"]
        if months is None:
            return say(rows[1], UNKNOWN, "service_months", missing=("service_months",))
        if months < 6:
            return say(rows[3], IDLE)
        row, wanted, limit = rows[2], 1, "at least 1 review a year"
        if months >= 12:
            row, wanted, limit = rows[1], 2, "at least 2 reviews a year"
        reviews = f.get("reviews_per_year")
        return _at_least(say, row, "reviews_per_year", reviews, wanted, limit, "reviews a year", "head-of-service", 30)

    def discount(self, discount: Decimal | None, months: int | None) -> Found:
        say, rows = self.say["discount"], self.rows["discount"]
        if months is None:
            return say(rows[1], UNKNOWN, "service_months", missing=("service_months",))
        row, most, limit = (rows[1], 10, "at most 10%") if months >= 3 else (rows[2], 0, "at most 0%")
        if discount is None:
            return say(row, UNKNOWN, "discount", None, limit, missing=("discount",))
        if discount <= most:
            return say(row, PASS, "discount", discount, limit)
        who, days = ("deal-desk", 30) if discount <= 15 else (None, None)
        return say(row, FAIL, "discount", discount, limit, discount - most, "percentage points", who, days)

    def margin(self, margin: Decimal | None) -> Found:
        say, row = self.say["margin"], self.rows["margin"][1]
        if margin is None:
            return say(row, UNKNOWN, "margin", None, "at least 30%", missing=("margin",))
        if margin >= 30:
            return say(row, PASS, "margin", margin, "at least 30%")
        who, days = ("deal-desk", 30) if margin >= 25 else ("sales-director", 30) if margin >= 15 else (None, None)
        return say(row, FAIL, "margin", margin, "at least 30%", 30 - margin, "percentage points", who, days)

    def payment_terms(self, days: int | None, months: int | None) -> Found:
        say, rows = self.say["payment-terms"], self.rows["payment-terms"]
        if months is None:
            return say(rows[1], UNKNOWN, "service_months", missing=("service_months",))
        row, most, limit = (rows[1], 45, "at most 45 days") if months >= 12 else (rows[2], 30, "at most 30 days")
        if days is None:
            return say(row, UNKNOWN, "payment_days", None, limit, missing=("payment_days",))
        if days <= most:
            return say(row, PASS, "payment_days", days, limit)
        who, expires = ("finance", 30) if days <= 60 else (None, None)
        return say(row, FAIL, "payment_days", days, limit, Decimal(days - most), "days", who, expires)

    def summed_up(self, found: list[Found]) -> Judged:
        troubled = [each for each in found if each.result is FAIL or each.result is UNKNOWN]
        if not troubled:
            return Judged(Judgement.FITS, found, [], [])
        groups: dict[str, int] = {}
        counts: dict[str, int] = {}
        incomplete = hopeless = False
        who = set()
        for each in troubled:
            if each.result is UNKNOWN:
                incomplete = True
                group = 0 if each.check in {"smallest-deal", "discount", "margin", "payment-terms"} else 1
                for name in each.missing:
                    groups[name] = min(group, groups.get(name, group))
                    counts[name] = counts.get(name, 0) + 1
            elif each.authority is None:
                hopeless = True
            else:
                who.add(each.authority)
        names = sorted(groups, key=lambda name: (groups[name], -counts[name], self.ranks[name]))
        ask = [self.questions[name] for name in names]
        if hopeless:
            return Judged(Judgement.DOES_NOT_FIT, found, [], ask)
        if incomplete:
            return Judged(Judgement.INCOMPLETE, found, [], ask)
        return Judged(Judgement.NEEDS_APPROVAL, found, [each for each in AUTHORITIES if each in who], ask)


def _is(
    say: Callable[..., Found], row: str, fact: str, actual: Any, wanted: set[Any], limit: str, who: str, days: int
) -> Found:
    if actual is None:
        return say(row, UNKNOWN, fact, None, limit, missing=(fact,))
    if actual in wanted:
        return say(row, PASS, fact, actual, limit)
    return say(row, FAIL, fact, actual, limit, None, None, who, days)


def _at_least(
    say: Callable[..., Found],
    row: str,
    fact: str,
    actual: int | None,
    least: int,
    limit: str,
    unit: str,
    who: str,
    days: int,
) -> Found:
    if actual is None:
        return say(row, UNKNOWN, fact, None, limit, missing=(fact,))
    if actual >= least:
        return say(row, PASS, fact, actual, limit)
    return say(row, FAIL, fact, actual, limit, Decimal(least - actual), unit, who, days)
