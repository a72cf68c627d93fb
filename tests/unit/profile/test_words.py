# ruff: noqa: E501 - what is said to people is shown here as it is said
from __future__ import annotations

from decimal import Decimal

import pytest
from inline_snapshot import snapshot

from bot.deals.deal import Deal
from bot.deals.values import format_value
from bot.profile.explain import describe, explain_check
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.words import authority_name, gap_words, inside_sentence
from tests.unit.profile.samples import BUNDLED, HEAD, check, make


def bundled() -> Judge:
    return Judge(load_profile(BUNDLED))


def texts(check_id: str, **facts: object) -> list[str]:
    return [statement.text for statement in bundled().limits(check_id, facts)]


def test_what_discount_can_i_give_on_a_two_month_deal() -> None:
    statements = bundled().limits("discount", {"service_months": 2})
    assert [(s.when_text, s.require_text, s.authority_text) for s in statements] == snapshot(
        [(None, "at most 0% discount off book price", "Deal desk may approve up to 15%")]
    )
    line = next(n for n, text in enumerate(BUNDLED.read_text().splitlines(), 1) if '{discount: "<= 0%"}' in text)
    assert statements[0].rule == f"deal-profile.yaml:{line}"


def test_what_discount_can_i_give() -> None:
    assert texts("discount") == snapshot(
        [
            "When the service term is at least 3 months: at most 10% discount off book price. Deal desk may approve up to 15%.",
            "Otherwise: at most 0% discount off book price. Deal desk may approve up to 15%.",
        ]
    )


def test_the_limits_of_every_kind_of_check() -> None:
    for check_id in ("margin", "smallest-deal", "outcomes-agreed", "executive-sponsor", "customer-reviews"):
        assert texts(check_id)
    assert texts("margin") == snapshot(
        ["At least 30% margin. Deal desk may approve down to 25%; Sales director may approve down to 15%."]
    )
    assert texts("smallest-deal") == snapshot(
        ["Contract value of at least $15,000. Sales director may approve down to $10,000."]
    )
    assert texts("outcomes-agreed") == snapshot(["At least 1 agreed outcome. Sales director may approve an exception."])
    assert texts("executive-sponsor") == snapshot(
        ["Sponsor: one of CEO, CFO, COO, CIO, hospital administrator. Sales director may approve an exception."]
    )
    assert texts("customer-reviews", service_months=7) == snapshot(
        ["At least 1 Customer Business Reviews a year. Head of service may approve an exception."]
    )
    assert texts("customer-reviews", service_months=2) == snapshot(["Nothing is required."])
    assert texts("monthly-call", offer="managed services") == snapshot(
        [
            "When the service term is at least 3 months: monthly call committed: yes. Head of service may approve an exception."
        ]
    )
    assert texts("monthly-call", offer="project") == snapshot(
        [
            "Nothing is required; the check applies when the offer is managed services and the service term is at least 3 months."
        ]
    )
    assert texts("segment", industry="clinic") == snapshot(
        [
            'When "digital-records mandate" is yes and the own IT staff is at most 5 people: we are selective with: clinic group under a mandate.',
            "Otherwise: we decline: everyone else.",
        ]
    )


def test_an_unknown_check_has_no_limits() -> None:
    with pytest.raises(KeyError):
        bundled().limits("nothing", {})


def test_a_check_explained() -> None:
    profile = load_profile(BUNDLED)
    assert explain_check(profile, "discount") == snapshot("""\
Discount earned by services (price)
When the service term is at least 3 months, the discount off book price must be at most 10%.
Otherwise, the discount off book price must be at most 0%.
Why: A discount is rarely won back. Three months of services show both sides where the value is.
Deal desk may approve up to 15%, for 30 days. Beyond that nobody may.
Guidance: pricing.md#discounts-come-with-services
Rule: deal-profile.yaml:258\
""")
    assert explain_check(profile, "monthly-call") == snapshot("""\
A monthly call is committed (value)
When the offer is managed services and the service term is at least 3 months, "monthly call committed" must be yes.
Why: The monthly call is where value is seen, and where trouble is heard early.
Head of service may approve an exception, for 30 days.
Guidance: monthly-call.md#committing-to-the-call
Rule: deal-profile.yaml:238\
""")
    assert explain_check(profile, "margin") == snapshot("""\
Margin that pays for the service (price)
The margin must be at least 30%.
Why: A first deal at a loss is a hope that prices rise later, and they rarely do.
Deal desk may approve down to 25%, for 30 days. Sales director may approve down to 15%, for 30 days. Beyond that nobody may.
Guidance: pricing.md#never-buy-the-first-deal
Rule: deal-profile.yaml:268\
""")
    assert explain_check(profile, "segment") == snapshot("""\
A customer we sell to (customer)
The first segment that describes the customer counts.
When the industry is hospital and the staffed beds are 25 to 400 and "digital-records mandate" is yes and the own IT staff is at most 15 people, we pursue: regional hospital.
Why: Regional hospitals under a records mandate need us most, and we serve them best.
Guidance: regional-hospital-market.md#who-we-are-for
When the industry is hospital and the staffed beds are 25 to 400, we are selective with: hospital with its own IT.
Why: A hospital that can run its systems alone, or is in no hurry, buys less of what we do well.
Guidance: regional-hospital-market.md#who-we-are-for
When the industry is clinic and "digital-records mandate" is yes and the own IT staff is at most 5 people, we are selective with: clinic group under a mandate.
Why: A small clinic group has a regional hospital's problem on a smaller scale.
Guidance: regional-hospital-market.md#who-we-are-for
Otherwise, we decline: everyone else.
Why: Money, time and people spent here are not there for the customers we serve best.
Guidance: qualifying-and-walking-away.md#deals-too-small-to-serve-well
Rule: deal-profile.yaml:157\
""")


def test_every_check_of_the_bundled_profile_is_explained_in_full() -> None:
    profile = load_profile(BUNDLED)
    for item in profile.checks:
        text = explain_check(profile, item.id)
        assert item.because in text
        assert item.guidance is not None
        assert item.guidance in text
        assert all(authority_name(band.authority) in text for band in item.exception)


def test_a_check_explained_that_nobody_may_waive_and_that_is_on_trial() -> None:
    text = explain_check(make(check("{call: true}", more="mode: dry-run", when="{kind: hospital}")), "c")
    assert text == snapshot("""\
Check c (price)
When the kind is hospital, "monthly call" must be yes.
Why: We say so.
Nobody may approve a deal that fails this check.
This check is on trial (dry-run): it is reported and does not count.
Rule: small.yaml:18\
""")


def test_a_check_of_cases_under_a_condition_says_the_condition_once() -> None:
    cases = """
    - id: c
      part: price
      label: Discount
      when: {kind: hospital}
      cases:
        - {when: {months: ">= 3"}, require: {discount: <= 10%}}
        - {require: {discount: 0%}}
      because: We say so.
    """
    assert explain_check(make(cases), "c") == snapshot("""\
Discount (price)
For deals where the kind is hospital:
When the service term is at least 3 months, the discount must be at most 10%.
Otherwise, the discount must be 0%.
Why: We say so.
Nobody may approve a deal that fails this check.
Rule: small.yaml:18\
""")


def test_an_unknown_check_is_not_explained() -> None:
    with pytest.raises(KeyError):
        explain_check(load_profile(BUNDLED), "nothing")


@pytest.mark.parametrize(
    ("condition", "words"),
    [
        ("{beds: 25..400}", "the staffed beds are 25 to 400"),
        ('{months: ">= 1"}', "the service term is at least 1 month"),
        ("{call: true}", '"monthly call" is yes'),
        ("{not: {call: true}}", '"monthly call" is no'),
        ('{kind: "!= other"}', "the kind is not other"),
        ("{not: {kind: [hospital, clinic]}}", "the kind is none of hospital, clinic"),
        ('{outcomes: {agreed: ">= 1"}}', "there is at least 1 agreed outcome"),
        ("{outcomes: known}", "the agreed outcomes are known"),
        (
            '{call: true, any: [{beds: "< 5"}, {months: "> 6"}]}',
            '"monthly call" is yes and (the staffed beds are below 5 or the service term is above 6 months)',
        ),
        ('{start: ">= 2026-12-01"}', "the start is on or after 2026-12-01"),
        ('{worth: "<= 1500000.5"}', "the contract value is at most $1,500,000.50"),
    ],
)
def test_a_condition_in_words(condition: str, words: str) -> None:
    profile = make(check(condition))
    require = profile.checks[0].cases[0].require
    assert require is not None
    assert describe(profile, require) == words


@pytest.mark.parametrize(
    ("label", "inside"),
    [
        ("Service term", "service term"),
        ("Own IT staff", "own IT staff"),
        ("IT staff", "IT staff"),
        ("Customer Business Reviews a year", "Customer Business Reviews a year"),
        ("Digital-records mandate", "digital-records mandate"),
        ("Margin", "margin"),
        ("CFO", "CFO"),
    ],
)
def test_a_label_inside_a_sentence(label: str, inside: str) -> None:
    assert inside_sentence(label) == inside


def test_money_is_told_in_the_currency_of_the_profile() -> None:
    profile = make(
        check("{each: '>= 500'}"),
        head=HEAD.replace("currency: USD", "currency: EUR") + "derived:\n  each: worth / beds\n",
    )
    worth, each = profile.specs["worth"], profile.specs["each"]
    assert [format_value(spec, Decimal(400)) for spec in (worth, each)] == ["€400", "€400"]
    assert format_value(worth, Decimal(400), "CHF") == "CHF 400"
    deal = Deal("A", {"worth": Decimal(4000), "beds": 10}, currency="EUR")
    assert gap_words(Judge(profile).judge(deal).findings[0], profile.specs) == "€100"


@pytest.mark.parametrize(
    ("require", "facts", "words"),
    [
        ("{discount: 10%}", {"discount": Decimal(18)}, "8 percentage points"),
        ("{discount: 10%}", {"discount": Decimal(11)}, "1 percentage point"),
        ("{months: '>= 3'}", {"months": 2}, "1 month"),
        ("{months: '>= 3'}", {"months": 1}, "2 months"),
        ("{worth: '>= 15000'}", {"worth": Decimal("13999.5")}, "$1,000.50"),
        ("{outcomes: {agreed: '>= 1'}}", {"outcomes": ()}, "1 agreed outcome"),
        ("{kind: clinic}", {"kind": "other"}, ""),
        ("{months: '>= 3'}", {"months": 4}, ""),
    ],
)
def test_the_gap_to_a_limit(require: str, facts: dict[str, object], words: str) -> None:
    profile = make(check(require))
    assert gap_words(Judge(profile).judge(Deal("A", facts)).findings[0], profile.specs) == words


def test_the_decimal_point_of_a_limit_is_kept() -> None:
    statement = Judge(make(check("{discount: <= 2.5%}"))).limits("c", {"discount": Decimal(9)})[0]
    assert statement.require_text == "at most 2.5% discount"
