"""Where the money comes from: what is added up, who is one customer, and what is left out aloud."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from bot.pipeline.strategy.measuring import measure
from bot.pipeline.strategy.outcomes import Outcome, outcome_of, walked_away
from bot.pipeline.strategy.sources import Measure, Unreadable, money_sources
from bot.pipeline.strategy.wording import headline

from .support import book_of, bundled, deal, examples, small


def test_the_bundled_deals_tell_a_story_like_alphatechs() -> None:
    found = money_sources(book_of(examples()), bundled())
    assert found.measure is Measure.MARGIN
    assert (found.deals.count, found.deals.needed(75), found.deals.share_of_top(25)) == (95, 24, Decimal("73.9"))
    offers = {kind.name: kind.share for kind in {what: kinds for what, _, kinds in found.by}["offer"]}
    assert offers["managed services"] == Decimal("95.2")
    assert found.customers.below == 8
    assert all(each.amount < 0 for each in found.worst)
    assert "75% of the margin comes from 24 of 95 deals (25.3%)." in list(headline(found))


def test_only_won_deals_are_added_up_and_margin_is_percent_of_value() -> None:
    deals = [
        deal(1, contract_value=Decimal("1000.01"), margin=Decimal("33.3")),
        deal(2, "Closed Lost", contract_value=Decimal(9999)),
        deal(3, "Churned", contract_value=Decimal(9999)),
        deal(4, "negotiation", contract_value=Decimal(9999)),
    ]
    found = money_sources(book_of(deals), small())
    assert found.deals.total == Decimal("333.00333")
    assert found.plain()["deals"]["total"] == 333
    assert money_sources(book_of(deals), small(), scope=Outcome.CHURNED).deals.count == 1


def test_margin_and_revenue_are_never_added_together() -> None:
    half = [deal(n, margin=Decimal(10) if n % 2 else None) for n in range(10)]
    found = money_sources(book_of(half), small())
    assert (found.measure, found.deals.count, found.deals.total) == (Measure.MARGIN, 5, 500)
    assert dict(found.left_out)["no margin known"] == 5
    most = [deal(n, margin=Decimal(10) if n == 0 else None) for n in range(10)]
    found = money_sources(book_of(most), small())
    assert (found.measure, found.deals.count, found.deals.total) == (Measure.REVENUE, 10, 10_000)
    assert "1 of the 10 deals" in found.why
    asked = money_sources(book_of(half), small(), measure=Measure.REVENUE)
    assert asked.deals.total == 10_000


def test_a_customer_is_one_whatever_its_capitals_and_spaces() -> None:
    names = ["Mercy Regional", " mercy  REGIONAL ", "Mercy", None, " "]
    found = money_sources(book_of(deal(n, customer=name) for n, name in enumerate(names)), small())
    assert found.customers.count == 2
    assert [(each.customer, each.deals, each.amount) for each in found.best] == [
        ("Mercy Regional", 2, 600),
        ("Mercy", 1, 300),
    ]
    assert dict(found.left_out)["in the deals, but of no named customer"] == 2


def test_what_cannot_be_added_up_is_counted() -> None:
    deals = [deal(1), replace(deal(2), currency="EUR"), deal(3, contract_value=None)]
    found = money_sources(book_of(deals), small())
    assert found.deals.count == 1
    left_out = dict(found.left_out)
    assert (left_out["in another currency than USD"], left_out["no contract value known"]) == (1, 1)


def test_kinds_add_up_and_the_unknown_come_last() -> None:
    months = [0, 2, 3, 6, 11, 12, 24, 36, None]
    deals = [deal(n, service_months=length, kind="c" if n else None) for n, length in enumerate(months)]
    found = money_sources(book_of(deals), small(), by=["term", "segment", "prepaid"])
    by = {what: kinds for what, _, kinds in found.by}
    terms = {kind.name: kind.deals for kind in by["term"]}
    assert terms == {
        "none": 1, "under 3 months": 1, "3 to 5 months": 1, "6 to 11 months": 2, "12 to 23 months": 1,
        "24 months and more": 2, "not known": 1,
    }  # fmt: skip
    assert by["term"][-1].name == "not known"
    assert {kind.name: kind.deals for kind in by["segment"]} == {"others": 8, "not known": 1}
    assert [kind.name for kind in by["prepaid"]] == ["no"]
    for kinds in by.values():
        assert sum(kind.amount for kind in kinds) == found.deals.total


def test_without_a_won_deal_the_open_ones_are_shown_and_called_so() -> None:
    found = money_sources(book_of([deal(1, "proposal"), deal(2, "Closed Lost")]), small())
    assert (found.scope, found.deals.count) == ("open", 1)
    assert "No deal is won" in found.notes[0]
    assert money_sources(book_of([deal(1, "Closed Lost")]), small()).deals.count == 0


def test_a_group_that_cannot_be_had_is_refused_with_those_that_can() -> None:
    with pytest.raises(Unreadable, match=r"'size'.*segment, term, kind, mandate, prepaid"):
        money_sources(book_of([deal(1)]), small(), by=["size"])


@pytest.mark.parametrize(
    ("stage", "outcome"),
    [
        ("Closed Won", Outcome.WON), ("closed-lost", Outcome.LOST), ("Churned", Outcome.CHURNED),
        ("won_churned", Outcome.CHURNED), ("Walked away", Outcome.LOST), ("Disqualified", Outcome.LOST),
        ("negotiation", Outcome.OPEN), (None, Outcome.OPEN), ("won over the CFO", Outcome.OPEN),
    ],
)  # fmt: skip
def test_how_a_deal_ended(stage: str | None, outcome: Outcome) -> None:
    assert outcome_of(stage) is outcome
    assert walked_away(stage) is (stage in {"Walked away", "Disqualified"})


def test_what_a_mapping_says_of_stages_stands_above_their_words() -> None:
    deals = [deal(1, "Signed"), deal(2, "Dropped"), deal(3, "Signed"), deal(4, "Churned"), deal(5, "Closed Won")]
    book = book_of(deals, statuses=["won", "lost", "open", "won", None])
    assert money_sources(book, small()).deals.count == 1
    assert money_sources(book, small(), scope=Outcome.CHURNED).deals.count == 1
    assert money_sources(book, small(), scope=Outcome.OPEN).deals.count == 2


def test_a_deal_that_its_source_removed_is_in_no_rate() -> None:
    """Nobody knows how it would have ended: it is not lost, and a customer that left is one only where it was won."""
    deals = [deal(n, stage) for n, stage in enumerate(("Closed Won", "Closed Lost", "Proposal", "Churned", "Churned"))]
    statuses = ["won", "lost", "removed", "removed", "lost"]
    measured = measure(book_of(deals, statuses=statuses), small()).whole
    assert (measured.won, measured.lost, measured.churned) == (1, 2, 0)
