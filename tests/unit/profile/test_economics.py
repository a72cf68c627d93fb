from __future__ import annotations

import json
from decimal import ROUND_DOWN, Decimal, localcontext
from fractions import Fraction

import pytest
from inline_snapshot import snapshot

from bot.deals.deal import Deal, canonical_json
from bot.deals.rows import read_deals
from bot.profile.case_files import load_cases
from bot.profile.economics import Economist, economics
from bot.profile.economics_figures import cents, rounded
from bot.profile.judge import Judge
from bot.profile.loading import load_profile, parse_profile
from bot.profile.verdict import Judgement
from tests.unit.profile.samples import BUNDLED, HEAD, ROOT, check, make

PROFILE = load_profile(BUNDLED)
JUDGE = Judge(PROFILE)
ECONOMIST = Economist(JUDGE)
ROWS = read_deals(
    (ROOT / "examples" / "deals.csv").read_bytes(), filename="deals.csv", facts=PROFILE.facts, currency="USD"
)
DEALS = [row.deal for row in ROWS if row.deal is not None]
YEAR = {
    "industry": "hospital",
    "beds": 120,
    "records_mandate": True,
    "it_staff": 4,
    "offer": "managed services",
    "service_months": 12,
    "contract_value": Decimal(240000),
    "discount": Decimal(8),
    "margin": Decimal(42),
    "payment_days": 60,
}


def worth(currency: str = "USD", **facts):
    deal = Deal("A deal", {k: v for k, v in {**YEAR, **facts}.items() if v is not None}, currency=currency)
    found = ECONOMIST.of(deal, JUDGE.judge_fully(deal))
    assert found is not None
    return found


def figures(**facts) -> dict[str, str]:
    return {figure.name: f"{figure.words} | {figure.how}" for figure in worth(**facts).proposed.figures}


def test_every_figure_says_how_it_was_reached() -> None:
    assert figures() == snapshot(
        {
            "contract_value": "$240,000 | the deal's contract value",
            "book_value": "$260,869.57 | $240,000 / (100% - 8%) = $260,869.57",
            "discount_given": "$20,869.57 | $260,869.57 - $240,000 = $20,869.57",
            "margin": "$100,800 | $240,000 x 42% = $100,800",
            "terms_cost": "$3,945.21 | $240,000 x 10% x 60 / 365 = $3,945.21",
            "terms_beyond": "$986.30 | $240,000 x 10% x (60 - 45) / 365 = $986.30",
            "margin_after_terms": "$96,854.79 | $100,800 - $3,945.21 = $96,854.79",
            "lifetime": "100 months | 1 / 1% churn a month = 100 months",
            "lifetime_margin": "$840,000 | $100,800 / 12 months x 100 months = $840,000",
            "commission": (
                "$12,106.85 | $96,854.79 x 8% x 1.25 for the service mix x 1.25 for the subscription = $12,106.85"
            ),
        }
    )


@pytest.mark.parametrize(
    ("missing", "waiting"),
    [
        ("contract_value", {"contract_value", "book_value", "discount_given", "margin", "terms_cost", "terms_beyond",
                            "margin_after_terms", "lifetime_margin", "commission"}),
        ("discount", {"book_value", "discount_given"}),
        ("margin", {"margin", "margin_after_terms", "lifetime_margin", "commission"}),
        ("payment_days", {"terms_cost", "terms_beyond", "margin_after_terms", "commission"}),
        ("service_months", {"terms_beyond", "lifetime", "lifetime_margin", "commission"}),
        ("offer", {"commission"}),
        ("beds", {"lifetime", "lifetime_margin"}),
    ],
)  # fmt: skip
def test_a_figure_waits_for_the_fact_it_needs_and_no_other_does(missing: str, waiting: set[str]) -> None:
    shape = worth(**{missing: None}).proposed
    assert {figure.name for figure in shape.figures if figure.amount is None} == waiting
    for figure in shape.figures:
        assert (missing in figure.waits_for) is (figure.name in waiting)
        if figure.name in waiting:
            assert figure.how.startswith("waits for: ")
            assert PROFILE.facts[missing].label in figure.how


def test_paid_in_advance_costs_nothing_and_needs_no_days() -> None:
    assert figures(prepaid=True, payment_days=None)["terms_cost"].startswith("$0 | ")
    assert "paid in advance" in figures(prepaid=True)["terms_cost"]
    assert figures(prepaid=False) == figures()


def test_terms_within_the_limit_cost_nothing_beyond_it() -> None:
    assert figures(payment_days=45)["terms_beyond"] == "$0 | 45 days are within the limit of 45"
    assert figures(payment_days=45, service_months=6)["terms_beyond"].startswith("$986.30")


@pytest.mark.parametrize(
    ("facts", "months"),
    [
        ({}, "100 months"),
        ({"service_months": 6}, "50 months"),
        ({"it_staff": 20}, "50 months"),
        ({"it_staff": 20, "service_months": 6}, "25 months"),
        ({"service_months": 120}, "120 months"),
        ({"service_months": 0}, "-"),
    ],
)
def test_the_lifetime_follows_churn_by_segment_and_term(facts: dict, months: str) -> None:
    assert figures(**facts)["lifetime"].split(" | ")[0] == months


def test_a_deal_without_a_term_is_paid_once() -> None:
    found = figures(service_months=0, offer="project")
    assert found["lifetime_margin"] == "$100,800 | $100,800: a deal without a service term is paid once"


def test_no_commission_on_a_loss() -> None:
    assert figures(margin=Decimal(-3))["commission"] == "$0 | the margin of -$11,145.21 is not above zero"


def test_the_commission_is_never_paid_on_bookings() -> None:
    """Twice the contract at half the margin leaves the firm with less after the terms, and pays the rep less."""
    one = worth().proposed.figure("commission")
    two = worth(contract_value=Decimal(480000), margin=Decimal(21)).proposed.figure("commission")
    assert one is not None
    assert two is not None
    assert two.amount < one.amount


def test_money_in_another_currency_is_not_ours() -> None:
    shape = worth("EUR").proposed
    assert {figure.name for figure in shape.figures if figure.amount is not None} == {"lifetime"}
    value = shape.figure("contract_value")
    assert value is not None
    assert value.how == "the deal's money is in EUR: convert it to USD first"


def test_a_lower_discount_raises_the_contract_value_and_the_margin() -> None:
    oakdale = next(deal for deal in DEALS if deal.name.startswith("Oakdale"))
    found = ECONOMIST.of(oakdale, JUDGE.judge_fully(oakdale))
    assert found is not None
    (offer,) = found.offers
    assert [(f.fact, f.after) for f in offer.follows] == [
        ("contract_value", Decimal(180000)),
        ("margin", Decimal("32.53")),
    ]
    assert [follow.how for follow in offer.follows] == snapshot(
        [
            "$176,000 / (100% - 12%) x (100% - 10%) = $180,000 (the book value stays)",
            "($180,000 - $121,440) / $180,000 = 32.53% (the cost of $121,440 stays)",
        ]
    )
    assert offer.judgement is Judgement.FITS


def test_a_longer_term_keeps_the_price_of_a_month() -> None:
    deal = Deal("A deal", YEAR)
    after, follows = ECONOMIST.reshaped(deal, {"service_months": 24})
    assert after.facts["contract_value"] == 480000
    assert after.facts["margin"] == 42
    assert [follow.how for follow in follows] == ["$240,000 / 12 x 24 months = $480,000 (the price of a month stays)"]


@pytest.mark.parametrize(
    ("changes", "value"),
    [
        ({"discount": Decimal(0), "contract_value": Decimal(1000)}, 1000),
        ({"payment_days": 30}, 240000),
        ({"service_months": 0}, 240000),
        ({"discount": Decimal(100)}, 0),
    ],
)
def test_what_was_stated_stays(changes: dict, value: int) -> None:
    after, _ = ECONOMIST.reshaped(Deal("A deal", YEAR), changes)
    assert after.facts["contract_value"] == value


def test_at_a_discount_of_everything_the_margin_is_no_percent() -> None:
    after, follows = ECONOMIST.reshaped(Deal("A deal", YEAR), {"discount": Decimal(100)})
    assert "margin" not in after.facts
    assert follows[-1].after is None
    back, none = ECONOMIST.reshaped(after, {"discount": Decimal(0)})
    assert none == ()
    assert back.facts["contract_value"] == 0


def test_applying_an_offer_gives_the_figures_that_it_promised() -> None:
    for deal in DEALS:
        verdict = JUDGE.judge_fully(deal)
        found = ECONOMIST.of(deal, verdict)
        assert found is not None
        for shape, offer in zip(found.offers, verdict.counter_offers, strict=True):
            applied, _ = ECONOMIST.reshaped(deal, {c.fact: c.after for c in offer.changes})
            again = ECONOMIST.of(applied, JUDGE.judge_fully(applied))
            assert again is not None
            assert [f.amount for f in again.proposed.figures] == [f.amount for f in shape.figures]
            assert shape.judgement is Judgement.FITS


def test_under_the_shipped_plan_the_better_shape_is_the_better_paid_one() -> None:
    """For every counter-offer of the shipped examples; more, wherever it moves what the firm earns."""
    seen = 0
    for deal in DEALS:
        found = ECONOMIST.of(deal, JUDGE.judge_fully(deal))
        assert found is not None
        before = found.proposed.figure("commission")
        for shape in found.offers:
            after = shape.figure("commission")
            assert before is not None
            assert after is not None
            assert before.amount is not None
            assert after.amount is not None
            seen += 1
            if {change.fact for change in shape.changes} & {"discount", "payment_days", "offer", "service_months"}:
                assert after.amount > before.amount, deal.name
            else:
                assert after.amount == before.amount, deal.name
    assert seen == 5


def test_where_only_the_price_can_mend_the_margin_it_says_so() -> None:
    fairview = next(deal for deal in DEALS if deal.name == "Fairview rollout")
    verdict = JUDGE.judge_fully(fairview)
    assert verdict.counter_offers == ()
    assert ECONOMIST.at_a_better_price(fairview, verdict) == snapshot(
        "At 10% discount off book price the margin would be 31.37%, and the deal would fit."
    )
    kingsbury = next(deal for deal in DEALS if deal.name == "Kingsbury, thin margin")
    assert ECONOMIST.at_a_better_price(kingsbury, JUDGE.judge_fully(kingsbury)) is None


def test_the_same_deal_gives_the_same_bytes() -> None:
    one, two = (canonical_json(worth().plain()) for _ in range(2))
    assert one == two
    shapes = json.loads(one)["shapes"]
    assert set(shapes[0]) == {"name", "verdict", "changes", "follows", "figures"}
    assert set(shapes[0]["figures"][0]) == {"name", "label", "amount", "unit", "how", "waits_for"}


def test_a_profile_without_economics_has_none() -> None:
    profile = make(check("{months: '>= 3'}"))
    assert profile.economics is None
    deal = Deal("A deal", {"months": 2})
    verdict = Judge(profile).judge_fully(deal)
    assert economics(profile, deal, verdict) is None
    assert Economist(Judge(profile)).reshaped(deal, {"months": 3})[0].facts == {"months": 3}
    assert Economist(Judge(profile)).at_a_better_price(deal, verdict) is None


@pytest.mark.parametrize(
    ("amount", "shown"),
    [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049999", "0.00"), ("2.675", "2.68"), ("-0.001", "0.00")],
)
def test_halves_are_rounded_away_from_zero(amount: str, shown: str) -> None:
    assert str(cents(Fraction(amount))) == shown


def test_rounding_does_not_depend_on_the_callers_decimal_context() -> None:
    with localcontext(prec=3, rounding=ROUND_DOWN):
        assert str(rounded(Fraction(2 * 10**20, 3), Decimal("0.01"))) == "66666666666666666666.67"


def test_a_figure_waits_for_the_deals_own_facts_behind_a_derived_one() -> None:
    head = HEAD + "derived:\n  month_price: {value: worth / months, type: money, label: Price of a month}\n"
    segments = """
    - {name: big, stance: pursue, when: {month_price: ">= 1000"}, because: So.}
    - {name: others, stance: selective, because: So.}
    """
    economics_part = """\
economics:
  facts: {contract_value: worth, service_months: months}
  churn: [{segment: big, monthly: 1%}, {monthly: 2%}]
"""
    profile = parse_profile(
        make(check("{beds: known}"), segments, head=head).source + economics_part.encode(), "small.yaml"
    )
    judge = Judge(profile)

    def lifetime(**facts):
        deal = Deal("A deal", facts)
        found = Economist(judge).of(deal, judge.judge(deal))
        assert found is not None
        return found.proposed.figure("lifetime")

    assert lifetime(months=12, worth=Decimal(24000)).amount == 100
    assert lifetime(months=12, worth=Decimal(2400)).amount == 50
    assert lifetime(months=12).waits_for == ("worth",)
    assert lifetime(months=12).how == "waits for: Contract value"


def test_no_counter_offer_to_a_case_beside_the_profile_pays_less() -> None:
    seen = 0
    for case in load_cases(PROFILE, BUNDLED.parent / "cases"):
        deal = Deal(case.name, case.facts)
        found = ECONOMIST.of(deal, JUDGE.judge_fully(deal))
        assert found is not None
        before = found.proposed.figure("commission")
        assert before is not None
        for shape in found.offers:
            after = shape.figure("commission")
            assert after is not None
            assert shape.judgement is Judgement.FITS, case.name
            if before.amount is not None and after.amount is not None:
                seen += 1
                assert after.amount >= before.amount, case.name
    assert seen >= 10
