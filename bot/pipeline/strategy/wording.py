"""The figures of a strategist in sentences, the same on the command line, in Slack and as a picture's alternative."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from typing import TYPE_CHECKING

from bot.deals.money import money_words
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.effects import Refused
    from bot.pipeline.strategy.sources import Sources
    from bot.pipeline.strategy.suggesting import Suggestion
    from bot.pipeline.strategy.trends import Trend

FIGURES = {
    "win_rate": ("Win rate", "points"),
    "margin": ("Margin", "points"),
    "churn": ("Churn", "points"),
    "payment_days": ("Agreed payment days", "days"),
    "won_that_fit": ("Won deals that fit or needed approval", "points"),
    "said_no": ("How often we said no", "times"),
    "open_that_fit": ("Open deals that fit", "points"),
}


def headline(found: Sources) -> Iterator[str]:
    """Where the money comes from, in sentences."""
    deals, customers, measure = found.deals, found.customers, found.measure.value
    total = whole_money(deals.total, found.currency)
    bring = counted(deals.count, f"{found.scope} deal brings", f"{found.scope} deals bring")
    yield f"{bring} {total} of {measure} ({found.why})."
    if not deals.has_shares:
        yield f"In all that is not above zero, so no share of it can be given. {_below(deals.below, 'deal')}."
        return
    needed = deals.needed(75)
    if needed is not None:
        part = (Decimal(100 * needed) / deals.count).quantize(Decimal("0.1"))
        yield f"75% of the {measure} comes from {needed:,} of {deals.count:,} deals ({part}%)."
    yield (
        f"The best quarter of the deals ({deals.top(25):,} of them) brings {deals.share_of_top(25)}% of it"
        + (f", the best quarter of the customers {customers.share_of_top(25)}%." if customers.has_shares else ".")
    )
    if deals.below:
        lost = whole_money(-deals.lost, found.currency)
        yield f"{_below(deals.below, 'deal')}: together they cost {lost}."
    if customers.below:
        lost = whole_money(-customers.lost, found.currency)
        yield f"{_below(customers.below, 'customer')}: together they cost {lost}."


def _below(number: int, what: str) -> str:
    return counted(number, f"{what} is below zero", f"{what}s are below zero")


def trend_words(found: Trend, period: str) -> str:
    """One trend in a sentence."""
    name, unit = FIGURES[found.figure]
    if found.slope is None:
        return f"{name}: too few {period}s with a figure ({found.periods}) to speak of a trend."
    reach = f"{found.low} to {found.high}"
    if found.direction == "unclear":
        return f"{name}: no trend that could be told from chance ({found.slope} {unit} a {period}, {reach})."
    return f"{name}: {found.direction} by {abs(found.slope)} {unit} a {period} ({reach})."


def verdict_on_past(found: Backtest) -> Iterator[str]:
    """What the profile would have done in all, in sentences."""
    from bot.pipeline.strategy.outcomes import Outcome  # keeps this module quick to load

    whole = found.whole
    won, lost, churned = (whole.refused[each] for each in (Outcome.WON, Outcome.LOST, Outcome.CHURNED))
    yield (
        f"Of {found.closed[Outcome.WON].deals:,} won deals it would have refused {won.part.deals:,}"
        f" ({won.share.inside}), which carry {money(won, found)} of {found.measure.value} ({won.money_share.inside})."
    )
    yield (
        f"Of {found.closed[Outcome.LOST].deals:,} lost deals it would have spared {lost.part.deals:,}"
        f" ({lost.share.inside}), and of {found.closed[Outcome.CHURNED].deals:,} that were won and lost again "
        f"{churned.part.deals:,} ({churned.share.inside})."
    )
    if whole.selling_cost is not None:
        yield f"Selling the refused lost deals cost {whole_money(whole.selling_cost, found.currency)}."
    asked = ", ".join(f"{whole.approval[each]:,} {each.value}" for each in whole.approval)
    yield f"Somebody would have had to approve: {asked}. These are counted as neither refused nor accepted."
    before, after = found.days
    if before.days is not None and after.days is not None:
        yield (
            f"Won deals were to be paid in {before.days} days on average by value; those not refused in "
            f"{after.days} days."
        )
    if whole.cash is not None:
        yield f"The refused won and churned deals kept {whole_money(whole.cash, found.currency)} outstanding."
    if found.offers is not None and found.offers.refused:
        offers = found.offers
        seen = "" if offers.looked_at == offers.refused else f" (the first {offers.looked_at:,} were looked at)"
        near = f"{offers.found:,} of the {offers.refused:,} refused won deals{seen} had a counter-offer that fits"
        price = f", {offers.better_price:,} more would have fitted at a lower discount" if offers.better_price else ""
        yield f"{near}{price}."


def suggestion_words(found: Suggestion) -> Iterator[str]:
    """What was looked for, and how far it holds on customers that the rules had not seen, in sentences."""
    base = f"{100 * found.good / found.deals:.1f}%" if found.deals else "-"
    yield f"Good means: {found.good_means}. {found.good:,} of {found.deals:,} deals were good ({base})."
    if found.held_out is not None and found.chance is not None:
        figures = found.held_out
        yield (
            f"On customers that the rules had not seen: they pick {figures.called:.1f}% of the deals, and "
            f"{_one(figures.precision)} of those were good (lowest {_one(figures.low)}, highest {_one(figures.high)}), "
            f"against {base} of all. They find {figures.found:.1f}% of the good deals; "
            f"{figures.undecided:.1f}% cannot be placed because a fact is unknown."
        )
        yield f"Labels dealt out at random do as well in {100 * found.chance:.1f}% of tries."


def suggestion_notes(found: Suggestion) -> Iterator[str]:
    """What has to be known beside a suggestion."""
    yield f"Facts known before the sale: {', '.join(found.facts)}."
    unknown = [f"{fact} is unknown for {count:,}" for fact, count in found.unknown]
    if unknown:
        yield f"{'; '.join(unknown)} of {found.deals:,} deals."
    yield from found.notes


def _one(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}%"


def money(refused: Refused, found: Backtest) -> str:
    """The money of refused deals: the margin, or the value where the backtest counts in revenue."""
    part = refused.part
    return whole_money(part.margin if found.measure.value == "margin" else part.value, found.currency)


def whole_money(amount: Decimal, currency: str) -> str:
    """Money without its cents, for people: halves away from zero."""
    return money_words(amount.quantize(Decimal(1), rounding=ROUND_HALF_UP), currency)
