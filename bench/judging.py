"""A verdict with all its findings on an already read deal, next to the same checks written by hand."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from bench.report import Report, paired
from bot.deals.deal import Deal
from bot.deals.values import parse_value
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.settings import content_root

FACTS = {
    "industry": "hospital",
    "beds": "120",
    "records_mandate": "yes",
    "it_staff": "4",
    "remote_access": "yes",
    "offer": "managed services",
    "service_months": "12",
    "contract_value": "240000",
    "discount": "8",
    "margin": "42",
    "payment_days": "60",
    "sponsor": "CFO",
    "monthly_call": "yes",
    "reviews_per_year": "2",
    "service_visit": "yes",
    "outcomes": (
        "time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed; "
        "up-time: 98 -> 99.9 percent by 2027-06-01, owner R. Jones"
    ),
}


def measure(report: Report) -> None:
    judge = Judge(load_profile(content_root() / "profile" / "deal-profile.yaml"))
    specs = judge.profile.facts
    facts = MappingProxyType({name: parse_value(specs[name], raw) for name, raw in FACTS.items()})
    deal = Deal(name="Mercy Regional", facts=facts)
    by_hand = by_hand_findings(facts)
    failed = {finding.check for finding in judge.judge(deal).findings if finding.result.value == "fail"}
    if failed != {check for check, result, *_ in by_hand if result == "fail"}:
        message = f"the peer judges differently: {failed} against {by_hand}"
        raise AssertionError(message)
    ours, theirs = paired(lambda: judge.judge(deal), lambda: by_hand_findings(facts), rounds=15, inner=400)
    report.add("a verdict on a read deal", ours * 1e6, "microseconds", "the checks by hand in Python", theirs * 1e6)


def by_hand_findings(f: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The bundled profile's checks as somebody would write them straight in Python, with actual, limit and gap."""
    found: list[tuple[Any, ...]] = []

    def at_most(check: str, fact: str, limit: int) -> None:
        actual = f.get(fact)
        if actual is None:
            found.append((check, "unknown", None, f"at most {limit}", None))
        elif actual <= limit:
            found.append((check, "pass", actual, f"at most {limit}", None))
        else:
            found.append((check, "fail", actual, f"at most {limit}", actual - limit))

    def at_least(check: str, fact: str, limit: int) -> None:
        actual = f.get(fact)
        if actual is None:
            found.append((check, "unknown", None, f"at least {limit}", None))
        elif actual >= limit:
            found.append((check, "pass", actual, f"at least {limit}", None))
        else:
            found.append((check, "fail", actual, f"at least {limit}", limit - actual))

    def is_in(check: str, fact: str, *wanted: Any) -> None:
        actual = f.get(fact)
        result = "unknown" if actual is None else "pass" if actual in wanted else "fail"
        found.append((check, result, actual, wanted, None))

    industry, beds = f.get("industry"), f.get("beds")
    hospital = industry == "hospital" and beds is not None and 25 <= beds <= 400
    clinic = industry == "clinic" and f.get("records_mandate") and f.get("it_staff", 99) <= 5
    found.append(("segment", "pass" if hospital or clinic else "fail", industry, None, None))
    months, offer, outcomes = f.get("service_months"), f.get("offer"), f.get("outcomes") or ()
    is_in("offer", "offer", "managed services")
    if offer == "managed services":
        is_in("remote-access", "remote_access", True)
    at_least("smallest-deal", "contract_value", 15000)
    measurable = sum(1 for o in outcomes if None not in (o.metric, o.baseline, o.target, o.unit, o.due, o.owner))
    found.append(("outcomes-measurable", "pass" if measurable >= 2 else "fail", measurable, 2, None))
    agreed = sum(1 for o in outcomes if o.agreed)
    found.append(("outcomes-agreed", "pass" if agreed >= 1 else "fail", agreed, 1, None))
    is_in("executive-sponsor", "sponsor", "CEO", "CFO", "COO", "CIO", "hospital administrator")
    if offer == "project":
        is_in("managed-option", "managed_option", True)
        is_in("project-prepaid", "prepaid", True)
    if offer == "managed services" and months is not None and months >= 3:
        is_in("monthly-call", "monthly_call", True)
    if months is not None and months >= 12:
        at_least("customer-reviews", "reviews_per_year", 2)
    elif months is not None and months >= 6:
        at_least("customer-reviews", "reviews_per_year", 1)
    at_most("discount", "discount", 10 if months is not None and months >= 3 else 0)
    at_least("margin", "margin", 30)
    at_most("payment-terms", "payment_days", 45 if months is not None and months >= 12 else 30)
    is_in("service-visit", "service_visit", True)
    if months is not None and months >= 24:
        is_in("long-term-sponsor", "sponsor", "CEO", "CFO", "COO", "hospital administrator")
    return found
