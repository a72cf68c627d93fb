"""The picture at a glance in sentences, for whatever surface shows it."""

from __future__ import annotations

from collections.abc import Sequence

from bot.deals.money import money_words
from bot.deals.wording import date_words, spoken
from bot.pipeline.figures.overview import Amount, Overview, Since, Suspects
from bot.pipeline.fit import FitGroup
from bot.profile.model import SEGMENT_CHECK
from bot.profile.words import inside_sentence

_MOVES = 5


def groups_of(overview: Overview) -> list[tuple[str, str, Sequence[FitGroup]]]:
    """The ways to look at the deals: what heads the column, the title, the groups."""
    fit = overview.fit
    return [
        ("Rep", "By rep", fit.by_owner),
        ("Segment", "By segment", fit.by_segment),
        ("Stage", "By stage", fit.by_stage),
        ("Close quarter", "By close quarter", fit.by_quarter),
    ]


def suspects_of(overview: Overview) -> list[tuple[str, str, Suspects]]:
    """The deals that are better dropped: their kind, why, and which; only kinds of which there are any."""
    found = [
        ("False positives", "No check of price or value fails, and the customer is wrong.", overview.false_positives),
        ("Negative value", "The margin is below zero once the payment terms are paid for.", overview.negative_value),
    ]
    return [(label, why, one) for label, why, one in found if one is not None and one.amount.deals]


def next_question(overview: Overview) -> str:
    """A question to ask next in words, about a rule that this firm has and these deals break."""
    failing = sorted(overview.fit.failing, key=lambda one: (-one.tally.money, -one.tally.deals, one.check))
    labels = [one.label for one in failing if one.check != SEGMENT_CHECK]
    if "Payment terms" in labels:
        return "which deals break the payment terms"
    return f"which deals fail on {inside_sentence(labels[0])}" if labels else "deals that close this quarter"


def since_words(since: Since, currency: str) -> tuple[str, ...]:
    """What changed, in a sentence or two."""

    def worth(amount: Amount) -> str:
        return f"{amount.deals:,} ({money_words(amount.money, currency)})"

    came, went, new = worth(since.came_in), worth(since.went_out), worth(since.new_verdict)
    day = date_words(since.snapshot.at.date())
    has = "has" if since.new_verdict.deals == 1 else "have"
    said = f"Since {day}: {came} came in, {went} went out, {new} {has} another verdict."
    moves = [f"{spoken(before)} → {spoken(after)}: {deals:,}" for before, after, deals, _ in since.moves[:_MOVES]]
    return (said, f"{'; '.join(moves)}.") if moves else (said,)
