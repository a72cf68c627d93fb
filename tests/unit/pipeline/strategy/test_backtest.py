"""The backtest against the judge of single deals, and the laws of its figures."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.pipeline.strategy.backtest import Backtest, NothingClosed, backtest, looked_back
from bot.pipeline.strategy.candidates import compare
from bot.pipeline.strategy.exact import Exact
from bot.pipeline.strategy.intervals import Share
from bot.pipeline.strategy.judging import OUTCOMES, JudgedDeals, judged_deals
from bot.pipeline.strategy.outcomes import CLOSED, Outcome, outcome_of
from bot.pipeline.strategy.rows import HEAD, deal_rows
from bot.pipeline.strategy.sources import Measure, money_sources
from bot.pipeline.strategy.wording import verdict_on_past
from bot.profile.columns import codes
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.verdict import Judgement, Result

from .support import book_of, bundled, deal, examples, small

WON, LOST, CHURNED = Outcome.WON, Outcome.LOST, Outcome.CHURNED


def test_it_says_of_each_rule_what_the_judge_of_single_deals_says() -> None:
    judge, found = Judge(bundled()), backtest(book_of(examples()), bundled())
    refused: Counter[tuple[str, str]] = Counter()
    approvable: Counter[tuple[str, str]] = Counter()
    verdicts: Counter[tuple[str, str]] = Counter()
    for each in examples():
        ended, verdict = outcome_of(each.stage).value, judge.judge(each)
        verdicts[verdict.judgement.value, ended] += 1
        for finding in verdict.of(Result.FAIL):
            if finding.authority is not None:
                approvable[finding.check, ended] += 1
            elif not finding.missing:
                refused[finding.check, ended] += 1
    shown = {(rule.check, outcome.value): rule for rule in found.rules for outcome in CLOSED}
    for (check, ended), rule in shown.items():
        assert rule.refused[Outcome(ended)].part.deals == refused[str(check), ended], check
        assert rule.approval[Outcome(ended)] == approvable[str(check), ended], check
    assert {check for check, _ in refused} <= {rule.check for rule in found.rules}
    for row in found.verdicts:
        assert {o.value: part.deals for o, part in row.parts.items()} == {
            o.value: verdicts[row.name, o.value] for o in CLOSED
        }
    assert found.whole.refused[WON].part.deals == verdicts["does_not_fit", "won"] == 57
    assert found.offers is not None
    assert found.offers.looked_at == 57


def test_a_deals_own_selling_cost_goes_before_the_usual_one_and_lowers_its_margin() -> None:
    fact = "selling_cost: {type: money, label: Selling cost, ask: What did selling it cost?}"
    profile = small(with_cost=f"prepaid: -> {fact}\n  prepaid:")
    deals = [
        deal(1, selling_cost=Decimal("120.25")),
        deal(2, selling_cost=Decimal(400)),
        deal(3),
        deal(4, "Closed Lost", discount=Decimal(20), selling_cost=Decimal(900)),
        deal(5, "Closed Lost", discount=Decimal(20)),
    ]
    book = book_of(deals)
    assert backtest(book, profile).whole.selling_cost == 900
    found = backtest(book, profile, selling_cost=Decimal(700))
    assert found.whole.selling_cost == 1600
    assert found.closed[WON].margin == Decimal("379.75")
    told = "The margin is after selling cost, which is known of 3 of 5 deals."
    assert told in found.notes
    money = money_sources(book, profile)
    assert (money.deals.total, money.deals.below) == (Decimal("379.75"), 1)
    assert "known of 2 of 3 deals." in money.notes[-1]
    assert backtest(book_of([deal(1)]), small()).notes == (), "a profile without the fact has nothing to say of it"


def test_the_costs_are_exact_and_a_rule_alone_is_one_that_nothing_else_would_have_caught() -> None:
    deals = [
        deal(1, discount=Decimal(20), payment_days=60),
        deal(2, discount=Decimal(20), contract_value=Decimal("500.50")),
        deal(3, discount=Decimal(12)),
        deal(4, "Closed Lost", discount=Decimal(20)),
        deal(5, "Closed Lost"),
        deal(6, "Churned", kind="c", prepaid=True, payment_days=90),
        deal(7, margin=Decimal(5)),
        deal(8, discount=None),
        deal(9, "proposal", discount=Decimal(90)),
    ]
    found = backtest(book_of(deals), small(), selling_cost=Decimal(700))
    rules = {rule.check: rule for rule in found.rules}
    discount = rules["discount"]
    assert (discount.refused[WON].part.deals, discount.refused[WON].alone) == (2, 1)
    assert discount.refused[WON].part.margin == Decimal("450.15")
    assert (discount.refused[LOST].part.deals, discount.selling_cost) == (1, 700)
    assert discount.approval == {WON: 1, LOST: 0, CHURNED: 0}
    assert discount.unknown == {WON: 1, LOST: 0, CHURNED: 0}
    assert rules["segment"].refused[CHURNED].alone == 0
    assert rules["segment"].cash == 0
    assert rules["terms"].refused[CHURNED].part.deals == 1
    assert rules["terms"].cash == Decimal(60 * 1000) / 365
    trial = rules["trial"]
    assert (trial.counted, trial.refused[WON].part.deals, trial.refused[WON].alone) == (False, 1, 1)
    whole = found.whole
    assert (whole.refused[WON].part.deals, whole.refused[LOST].part.deals) == (2, 1)
    assert found.deals == {"read": 9, "closed": 8, "open_left_out": 1, "other_currency": 0, "without_value": 0}
    assert found.measure is Measure.MARGIN
    assert (found.days[0].days, found.days[1].days) == (Decimal("36.7"), Decimal("30.0"))
    text = " ".join(verdict_on_past(found))
    assert "Of 5 won deals it would have refused 2" in text
    assert "Selling the refused lost deals cost $700." in text


def test_refused_deals_with_an_offer_near_are_counted() -> None:
    deals = [deal(1, discount=Decimal(20)), deal(2, kind="c"), deal(3, payment_days=60)]
    found = backtest(book_of(deals), small())
    assert found.offers is not None
    assert (found.offers.refused, found.offers.found) == (3, 2)
    assert dict(found.offers.moves) == {"discount": 1, "payment_days": 1}


def test_a_profile_against_itself_moves_nothing() -> None:
    found = backtest(book_of(examples()), bundled(), against=bundled())
    assert found.against is not None
    assert (found.against.moved, found.against.moves) == (0, ())
    assert all(cell.before is cell.after for cell in found.against.cells)
    assert all(each.points == 0 for each in found.against.differences)
    assert list(found.plain()["against"]) == ["profile", "moved", "verdicts", "refused_more", "moves", "cut"]


def test_old_against_new_deal_by_deal_with_the_rules_that_did_it() -> None:
    loose = small(a='discount: "<= 10%" -> discount: "<= 50%"', b="up_to: {discount: 15%} -> up_to: {discount: 60%}")
    deals = [deal(1, discount=Decimal(20)), deal(2), deal(3, "Closed Lost", discount=Decimal(40)), deal(4, kind="c")]
    found = backtest(book_of(deals), small(), against=loose)
    assert found.against is not None
    assert [(move.name, move.before, move.after, move.rules) for move in found.against.moves] == [
        ("deal 1", Judgement.FITS, Judgement.DOES_NOT_FIT, ("discount",)),
        ("deal 3", Judgement.FITS, Judgement.DOES_NOT_FIT, ("discount",)),
    ]
    points = {each.outcome: each.points for each in found.against.differences}
    assert (points[WON], points[LOST]) == (Decimal("33.3"), Decimal(100))
    rows = list(deal_rows(found.judged, found.before))
    assert dict(zip(HEAD, rows[0], strict=True)) == {
        "name": "deal 1", "customer": "customer 1", "closed": "2026-02-01", "outcome": "won",
        "verdict": "does_not_fit", "verdict_before": "fits", "segment": "ours", "value": Decimal("1000.00"),
        "margin": Decimal("300.00"), "refused_by": "discount",
    }  # fmt: skip
    assert len(rows) == 4


def test_profiles_with_other_facts_judge_the_same_deals() -> None:
    added = small(
        a="facts:\n ->facts:\n  rank: {type: integer, label: Rank, ask: Which rank?}\n ".replace("->", " -> "),
        b='require: {payment_days: "<= 30"} -> require: {rank: "<= 3"}',
    )
    deals = [deal(1, rank=2), deal(2, rank=9), deal(3)]
    found = backtest(book_of(deals), added, against=small())
    assert found.against is not None
    assert {move.name: move.after for move in found.against.moves} == {
        "deal 2": Judgement.DOES_NOT_FIT,
        "deal 3": Judgement.INCOMPLETE,
    }


def test_what_it_cannot_know_is_said_with_counts() -> None:
    deals = [
        deal(1),
        deal(2, customer=None),
        replace(deal(3), currency="EUR"),
        deal(4, margin=None),
        deal(5, kind=None),
    ]
    found = backtest(book_of(deals), small(a="effective: 2026-01-01 -> effective: 2026-04-02"))
    told = {each.id: each for each in found.cautions}
    assert {"survivorship", "reshaping", "dependence", "small-numbers", "no-customer", "hindsight"} <= told.keys()
    assert "Only 5 won deals" in told["small-numbers"].text
    assert told["small-numbers"].strong
    assert "3 of these deals closed before" in told["hindsight"].text
    assert "Deals in another currency: 1." in told["other-currency"].text
    assert told["missing-facts"].text.startswith("1 of 5 closed deals")
    assert "margin of 1 won" in told["margin-unknown"].text
    bare = [replace(each, facts={n: v for n, v in each.facts.items() if n != "payment_days"}) for each in deals]
    told = {each.id: each for each in backtest(book_of(bare), small()).cautions}
    assert "payment_days" in told["absent-facts"].text


def test_without_a_closed_deal_there_is_nothing_to_look_back_on() -> None:
    with pytest.raises(NothingClosed, match=r"None of the 2 deals.*Closed Won.*stages"):
        backtest(book_of([deal(1, "proposal"), deal(2, None)]), small())  # type: ignore[arg-type]


def test_the_same_deals_in_another_order_give_the_same_exact_figures() -> None:
    def exact(found: Backtest) -> Any:
        plain = found.plain()
        rules = [
            (r["check"], {o: (f["deals"], f["margin"], f["alone"]) for o, f in r["refused"].items()})
            for r in plain["rules"]
        ]
        return plain["verdicts"], plain["segments"], rules

    assert exact(backtest(book_of(reversed(examples())), bundled())) == exact(backtest(book_of(examples()), bundled()))


# The laws hold for whatever the judge may say: these deals are made of codes.

CODE = st.sampled_from([codes.NOT_APPLICABLE, codes.PASS, codes.APPROVABLE, codes.UNKNOWN, codes.OPEN, codes.FATAL])


@functools.cache
def one_judged() -> JudgedDeals:
    return judged_deals(book_of([deal(1)]), small())


@st.composite
def judged(draw: st.DrawFn) -> JudgedDeals:
    made = one_judged()
    size, rules = draw(st.integers(1, 30)), len(made.rules)
    table = np.array([[draw(CODE) for _ in range(size)] for _ in range(rules)], dtype=np.int8)
    counted = [rule.counted for rule in made.rules]
    whole = draw(st.lists(st.integers(-10_000, 10_000), min_size=size, max_size=size))
    customers = draw(st.lists(st.sampled_from([None, *"ABCDEFGHIJKLMNOP"]), min_size=size, max_size=size))
    return replace(
        made,
        rows=pa.array(range(size)),
        names=pa.array([f"deal {n}" for n in range(size)]),
        customers=pa.array(customers, pa.string()),
        closed=np.full(size, np.datetime64("2026-03-01")),
        outcome=np.array(draw(st.lists(st.sampled_from([1, 2, 3]), min_size=size, max_size=size)), dtype=np.int8),
        weight=np.maximum(table[counted].max(axis=0), codes.PASS).astype(np.int8),
        place=np.zeros(size, np.int16),
        codes=table,
        value=Exact(np.abs(np.array(whole)), np.ones(size, np.bool_), 2),
        margin=Exact(np.array(whole), np.ones(size, np.bool_), 2),
        days=Exact(np.full(size, 30), np.ones(size, np.bool_), 0),
        selling=Exact.nothing(size),
        foreign=np.zeros(size, np.bool_),
    )


@settings(max_examples=60)
@given(judged())
def test_the_rules_together_refuse_no_more_than_the_sum_of_each_and_no_less_than_any(deals: JudgedDeals) -> None:
    found = looked_back(deals)
    counted = [rule for rule in found.rules if rule.counted]
    for outcome in CLOSED:
        union = found.whole.refused[outcome].part.deals
        each = [rule.refused[outcome].part.deals for rule in counted]
        assert max(each, default=0) <= union <= sum(each)
        assert sum(rule.refused[outcome].alone for rule in counted) <= union
        assert union == sum(
            1
            for n in range(len(deals))
            if deals.outcome[n] == OUTCOMES.index(outcome) and deals.weight[n] == codes.FATAL
        )
    assert sum(part.deals for row in found.verdicts for part in row.parts.values()) == len(deals)


@settings(max_examples=60)
@given(judged())
def test_every_interval_holds_its_figure(deals: JudgedDeals) -> None:
    found = looked_back(deals, deals)
    shares = [
        share
        for rule in (found.whole, *found.rules)
        for each in rule.refused.values()
        for share in (each.share, each.money_share)
    ]
    for share in shares:
        assert isinstance(share, Share)
        if share.low is not None:
            assert share.percent is not None
            assert share.high is not None
            assert share.low <= share.percent <= share.high
    assert found.against is not None
    assert found.against.moved == 0
    for days in found.days:
        assert days.low is None or days.high is None or days.days is None or days.low <= days.days <= days.high


def test_a_profile_without_margin_counts_in_revenue() -> None:
    text = small().source.decode()
    text = "\n".join(line for line in text.splitlines() if "margin:" not in line and "trial" not in line)
    text = text.replace("    label: On trial\n    mode: dry-run\n    because: We want to see.\n", "")
    text = "\n".join(text.split("\n")[: text.split("\n").index("    because: It is our money.") + 1]) + "\n"
    profile = parse_profile(text.encode(), "revenue.yaml")
    found = backtest(book_of([deal(1), deal(2, discount=Decimal(40))]), profile)
    assert found.measure is Measure.REVENUE
    assert found.whole.refused[WON].money_share.percent == 50


@pytest.mark.parametrize("seed", range(3))
def test_many_profiles_a_line_each_say_what_each_says_alone(seed: int) -> None:
    """The profiles share one pass over the deals, whatever they differ in: limits, rules, segments, or facts."""
    chosen = np.random.default_rng(seed)
    deals = [
        deal(n, str(chosen.choice(["Closed Won", "Closed Lost", "Churned", "proposal"])), customer=f"c{n % 40}",
             discount=None if n % 13 == 0 else Decimal(int(chosen.integers(0, 40))),
             payment_days=int(chosen.choice([30, 45, 60])),
             contract_value=Decimal(int(chosen.integers(0, 10**6))) / 100,
             margin=None if n % 7 == 0 else Decimal(int(chosen.integers(-20, 50))),
             kind=[None, "a", "b", "c"][int(chosen.integers(0, 4))])
        for n in range(150)
    ]  # fmt: skip
    limit, days = int(chosen.integers(1, 40)), int(chosen.choice([30, 45, 59]))
    loose = "up_to: {discount: 15%} -> up_to: {discount: 60%}"
    profiles = [
        small(),
        small(a=f'discount: "<= 10%" -> discount: "<= {limit}%"', b=loose),
        small(a=f'payment_days: "<= 30" -> payment_days: "<= {days}"', b="kind: [a, b]} -> kind: [a, c]}"),
        small(a="mode: dry-run -> mode: enforce"),
        small(a="label: Mandate, ask -> label: A mandate, ask"),
        small(a="choices: [a, b, c, d] -> choices: [a, b, c]"),
        small(),
    ]
    book = book_of(deals)
    compared = compare(book, profiles)
    for profile, line in zip(profiles, compared.candidates, strict=True):
        alone = backtest(book, profile).whole
        assert line.profile == profile.id
        assert line.refused == {outcome: each.part.deals for outcome, each in alone.refused.items()}
        assert (line.approval, line.unknown) == (alone.approval, alone.unknown)
        assert line.amount == alone.refused[WON].part.margin
        assert (line.share, line.money_share) == (alone.refused[WON].share, alone.refused[WON].money_share)
        assert line.spared == alone.refused[LOST].share
    assert compared.plain()["candidates"][1]["profile"]["sha256"] == profiles[1].id.sha256
    assert len({str(line.plain()["refused"]) for line in compared.candidates}) > 2


def test_amounts_too_long_for_64_bits_add_up_exactly_over_many_profiles() -> None:
    deals = [
        deal(n, contract_value=Decimal(10**13) + n, margin=Decimal("33.33"), discount=Decimal(50)) for n in range(60)
    ]
    book = book_of(deals)
    line = compare(book, [small()]).candidates[0]
    assert line.amount == backtest(book, small()).whole.refused[WON].part.margin
    assert line.amount == sum((10**13 + n for n in range(60)), Decimal(0)) * Decimal("0.3333")
