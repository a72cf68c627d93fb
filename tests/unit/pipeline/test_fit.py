from __future__ import annotations

from datetime import date
from decimal import Decimal

from bot.pipeline.records import Record
from bot.pipeline.tables import share
from bot.profile.verdict import Judgement

from .oracle.fit import fit
from .support import deal, record


def pipeline() -> list[Record]:
    return [
        record(deal("Fits", contract_value=100_000, closes=date(2026, 12, 1))),
        record(deal("Late payer", contract_value=50_000, payment_days=60, closes=date(2027, 1, 5))),
        record(deal("No margin known", "Sam Okafor", contract_value=30_000, margin=None, closes=None)),
        record(deal("Factory", "Sam Okafor", industry="manufacturer", contract_value=20_000, stage=None)),
        record(deal("No value", "Nobody We Know", contract_value=None)),
        record(deal("In euro", currency="EUR", contract_value=70_000)),
    ]


def test_the_picture_counts_deals_and_money_by_judgement() -> None:
    split = fit(pipeline()).split
    assert {judgement.value: (tally.deals, tally.money) for judgement, tally in split.by.items()} == {
        "fits": (1, Decimal(100_000)),
        "needs_approval": (1, Decimal(50_000)),
        "does_not_fit": (1, Decimal(20_000)),
        "incomplete": (3, Decimal(30_000)),
    }
    assert (split.total.deals, split.total.money, split.total.without_value) == (6, Decimal(200_000), 2)
    assert (split.share_of_deals, split.share_of_money) == (Decimal("16.7"), Decimal("50.0"))


def test_money_in_another_currency_is_counted_and_never_summed() -> None:
    assert fit(pipeline()).other_currency == 1


def test_groups_name_people_and_keep_what_is_not_known_last() -> None:
    picture = fit(pipeline())
    assert [(g.key, g.label, g.split.total.deals) for g in picture.by_owner] == [
        ("dana", "Dana Reyes", 3),
        ("sam", "Sam Okafor", 2),
        ("nobody we know", "Nobody We Know", 1),
    ]
    assert [(g.key, g.split.total.deals) for g in picture.by_quarter] == [("2026 Q4", 4), ("2027 Q1", 1), (None, 1)]
    assert [(g.key, g.split.total.deals) for g in picture.by_stage] == [("proposal", 5), (None, 1)]


def test_a_failing_check_says_how_much_money_it_holds_and_who_may_help() -> None:
    failing = {check.check: check for check in fit(pipeline()).failing}
    terms = failing["payment-terms"]
    assert (terms.label, terms.tally.deals, terms.tally.money, terms.approvable) == (
        "Payment terms",
        1,
        Decimal(50_000),
        1,
    )
    assert failing["segment"].approvable == 0


def test_incomplete_deals_come_with_the_facts_to_get_largest_first() -> None:
    picture = fit(pipeline())
    assert [(d.name, d.ask) for d in picture.incomplete] == [
        ("No margin known", ("margin",)),
        ("In euro", ("contract_value",)),
        ("No value", ("contract_value",)),
    ]
    assert picture.facts_to_get == (("contract_value", 2), ("margin", 1))


def test_an_empty_pipeline_has_no_shares() -> None:
    picture = fit([])
    assert picture.empty
    assert picture.split.share_of_deals is None
    assert picture.split.share_of_money is None
    assert not picture.by_owner
    assert not picture.failing
    assert not picture.incomplete
    assert picture.split.by[Judgement.FITS].deals == 0


def test_shares_are_rounded_half_up_to_a_tenth() -> None:
    assert share(1, 800) == Decimal("0.1")
    assert share(1, 3) == Decimal("33.3")
    assert share(Decimal("0.25"), Decimal(500)) == Decimal("0.1")
    assert share(5, 0) is None
