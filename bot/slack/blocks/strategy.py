"""A strategist's answers as messages: where the money comes from, a backtest, and results over time."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from bot.pipeline.strategy.intervals import METHOD
from bot.pipeline.strategy.outcomes import Outcome
from bot.pipeline.strategy.whale import SLACK_STEPS
from bot.pipeline.strategy.wording import headline, money, trend_words, verdict_on_past, whole_money
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    fit_message,
    header,
    inert,
    inline,
    section,
)
from bot.slack.blocks.pipeline_parts import CHART_TITLE, plain_number, table_block

if TYPE_CHECKING:
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.measuring import Measured, Results
    from bot.pipeline.strategy.sources import Kind, Sources
    from bot.profile.verdict import ProfileId

PICTURE = "dealfit.strategy.picture"
MOST_KINDS = 7
MOST_RULES = 8
MOST_PERIODS = 8
MOST_CAUTIONS = 6


def money_blocks(found: Sources) -> list[Block]:
    """Where the money comes from: the story, the curve, and the kinds."""
    if not found.deals.count:
        return [section(f"No {found.scope} deal with a known {found.measure.value}: there is nothing to add up yet.")]
    label = found.measure.value.capitalize()
    story = "\n".join(inline(sentence, 600) for sentence in headline(found))
    blocks = [header(f"Where the {found.measure.value} comes from"), section(story)]
    blocks += _curve(found)
    for _, what, kinds in found.by[:3]:
        if len(kinds) > 1:
            blocks.append(section(f"*By {inline(what, 60)}*"))
            blocks.append(table_block(["", "Deals", "of deals", label, "of it", "Below 0"], _kinds(kinds, found)))
    if found.worst:
        rows = [[each.customer, str(each.deals), whole_money(each.amount, found.currency)] for each in found.worst[:5]]
        blocks += [section("*Customers below zero*"), table_block(["Customer", "Deals", label], rows)]
    blocks.append(actions(button("As a picture", PICTURE, "money", label="Send me the curve as a picture")))
    left_out = [f"{deals:,} deals: {why}." for why, deals in found.left_out if deals]
    return _ended(blocks, [*left_out, *found.notes], found.profile)


def backtest_blocks(found: Backtest) -> list[Block]:
    """What the profile would have said of past deals."""
    title = f"Backtest of version {found.profile.version}"
    blocks = [header(title), section("\n".join(inline(sentence, 600) for sentence in verdict_on_past(found)))]
    refusing = [rule for rule in found.rules if any(each.part.deals for each in rule.refused.values())]
    if refusing:
        head = ["Rule refuses", "Won", "alone", found.measure.value.capitalize(), "its share", "Lost", "Churned"]
        rows = []
        for rule in refusing[:MOST_RULES]:
            won, lost, churned = (rule.refused[each] for each in (Outcome.WON, Outcome.LOST, Outcome.CHURNED))
            name = rule.label if rule.counted else f"{rule.label} (dry run)"
            figures = [str(won.part.deals), str(won.alone), money(won, found), won.money_share.words]
            rows.append([name, *figures, str(lost.part.deals), str(churned.part.deals)])
        blocks.append(table_block(head, rows))
    if found.against is not None:
        against = found.against
        blocks.append(
            section(f"*Against version {inline(against.profile.version, 60)}*: {against.moved:,} deals move.")
        )
        rows = [
            [move.name, move.outcome.value, _said(move.before.value), _said(move.after.value), ", ".join(move.rules)]
            for move in against.moves[:MOST_RULES]
        ]
        if rows:
            blocks.append(table_block(["Deal", "Ended", "Before", "Now", "Because of"], rows, [False] * 5))
    told = "\n".join(
        f"{'⚠️' if each.strong else '•'} {inline(each.text, 400)}" for each in found.cautions[:MOST_CAUTIONS]
    )
    blocks += [divider(), section(f"*What a backtest cannot know*\n{told}")]
    return _ended(blocks, [METHOD, *found.notes], found.profile)


def measured_blocks(found: Measured) -> list[Block]:
    """Results by verdict and over time."""
    blocks = [header("Fit against results")]
    if not found.whole.won + found.whole.lost + found.whole.churned:
        blocks.append(section("No deal is won, lost or churned yet: there are no results to measure."))
        return _ended(blocks, found.notes, found.profile)
    head = ["", "Won", "Lost", "Win rate", "Churn", "Margin", "Days agreed"]
    rows = [_results(_said(row.name), row) for row in (*found.by_verdict, found.whole)]
    blocks += [section("*By what the profile says now*"), table_block(head, rows)]
    if found.periods:
        rows = [_results(row.name, row) for row in found.periods[-MOST_PERIODS:]]
        blocks += [section(f"*By {found.length.value} of the close date*"), table_block(head, rows)]
    no = [each for each in found.said_no if each.does_not_fit or each.declined or each.walked_away]
    if no:
        rows = [[e.period, str(e.does_not_fit), str(e.declined), str(e.walked_away)] for e in no[-MOST_PERIODS:]]
        head = ["We said no", "Found not to fit", "Exceptions declined", "Walked away"]
        blocks.append(table_block(head, rows))
    trends = "\n".join(f"• {inline(trend_words(each, found.length.value), 300)}" for each in found.trends)
    blocks.append(section(trends))
    return _ended(blocks, found.notes, found.profile)


def _curve(found: Sources) -> list[Block]:
    """Slack's own chart of the curve: both series over the same steps."""
    drawn = [("Deals", found.deals), ("Customers", found.customers)]
    series = [
        {
            "name": name,
            "data": [{"label": f"{step}%", "value": plain_number(whale.share_at(step) or 0)} for step in SLACK_STEPS],
        }
        for name, whale in drawn
        if whale.has_shares
    ]
    if not series:
        return []
    axis: dict[str, Any] = {"categories": [f"{step}%" for step in SLACK_STEPS]}
    axis |= {"x_label": "Best deals or customers, %", "y_label": f"{found.measure.value.capitalize()}, %"}
    title = clip(inert(f"Share of the {found.measure.value}, best first"), CHART_TITLE)
    return [
        {"type": "data_visualization", "title": title, "chart": {"type": "line", "series": series, "axis_config": axis}}
    ]


def _kinds(kinds: Sequence[Kind], found: Sources) -> list[list[str]]:
    return [
        [
            kind.name,
            f"{kind.deals:,}",
            _percent(kind.share_of_deals),
            whole_money(kind.amount, found.currency),
            _percent(kind.share),
            str(kind.below),
        ]
        for kind in kinds[:MOST_KINDS]
    ]


def _results(name: str, row: Results) -> list[str]:
    days = "-" if row.days is None else str(row.days)
    return [name, str(row.won), str(row.lost), row.win_rate.words, row.churn.words, row.margin.words, days]


def _said(word: str) -> str:
    return word.replace("_", " ")


def _percent(value: Decimal | None) -> str:
    return "-" if value is None else f"{value}%"


def _ended(blocks: list[Block], notes: Sequence[str], profile: ProfileId) -> list[Block]:
    judged = f"Judged by {inline(profile.title, 120)}, version {inline(profile.version, 60)} ({profile.sha256[:8]})"
    tail = [context(*[inline(note, 500) for note in list(notes)[:8]], judged)]
    return fit_message(blocks, context("The rest has no room in one message; the command line has it all."), tail)
