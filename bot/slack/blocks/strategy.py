"""A strategist's answers as messages: where the money comes from, a backtest, and results over time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from bot.deals.wording import counted, share_words, spoken
from bot.pipeline.strategy.intervals import METHOD
from bot.pipeline.strategy.outcomes import Outcome
from bot.pipeline.strategy.whale import SLACK_STEPS
from bot.pipeline.strategy.wording import (
    headline,
    money,
    suggestion_notes,
    suggestion_words,
    trend_words,
    verdict_on_past,
    whole_money,
)
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    flow_message,
    header,
    inert,
    inline,
    section,
    sections,
)
from bot.slack.blocks.pipeline_parts import CHART_TITLE, plain_number, stacked_table, table_block

if TYPE_CHECKING:
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.comparing import Comparison
    from bot.pipeline.strategy.measuring import Measured, Results, Said
    from bot.pipeline.strategy.sources import Kind, Sources
    from bot.pipeline.strategy.suggesting import Suggestion
    from bot.profile.verdict import ProfileId

PICTURE = "dealfit.strategy.picture"
FILE = "dealfit.strategy.file"
MOST_KINDS = 7
MOST_RULES = 8
MOST_PERIODS = 8
MOST_WORST = 5
MOST_NOTES = 8
YAML = 2_400
"""Characters of suggested segments that the message shows; the file has them all."""
RESULTS = ("Won", "Lost", "Churned", "Win rate", "Churn", "Margin", "Days agreed")


def money_blocks(found: Sources) -> list[Block]:
    """Where the money comes from: the story, the curve, and the kinds."""
    if not found.deals.count:
        return [section(f"No {found.scope} deal with a known {found.measure.value}: there is nothing to add up yet.")]
    label = found.measure.value.capitalize()
    story = "\n".join(inline(sentence, 600) for sentence in headline(found))
    blocks = [header(f"Where the {found.measure.value} comes from"), section(story)]
    blocks += _curve(found)
    parts, left = [], []
    for _, what, kinds in found.by[:3]:
        if len(kinds) > 1:
            parts.append((what, _kinds(kinds, found)))
            left += _left(what, MOST_KINDS, len(kinds))
    if parts:
        blocks.append(stacked_table(["Deals", "of deals", label, "of it", "Below 0"], parts))
    blocks += [context(*left)] if left else []
    if found.worst:
        lines = [
            f"• *{inline(each.customer, 120)}*: {inline(whole_money(each.amount, found.currency))} "
            f"from {counted(each.deals, 'deal')}"
            for each in found.worst[:MOST_WORST]
        ]
        more = found.customers.below - len(lines)
        lines += [f"and {more:,} more: the file names the worst of them"] if more > 0 else []
        blocks.append(section("*Customers below zero*\n" + "\n".join(lines)))
    left_out = [f"{counted(deals, 'deal')}: {why}." for why, deals in found.left_out if deals]
    picture = button("As a picture", PICTURE, "money", label="Send me the curve as a picture")
    return _ended(blocks, [*left_out, *found.notes], found.profile, picture, _file("money"))


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
        left = _left("Rules", MOST_RULES, len(refusing))
        blocks += [table_block(head, rows), *([context(*left)] if left else [])]
    if found.against is not None:
        blocks.append(section(_moves(found.against)))
    told = [f"{'⚠️' if each.strong else '•'} {inline(each.text, 400)}" for each in found.cautions]
    blocks += [divider(), *sections(["*What a backtest cannot know*", *told])]
    return _ended(blocks, [METHOD, *found.notes], found.profile)


def suggestion_blocks(found: Suggestion) -> list[Block]:
    """Which customers to look for, as profile language to copy; nothing is applied from here."""
    said = "\n".join(inline(sentence, 800) for sentence in suggestion_words(found))
    blocks = [header("Which customers to look for"), section(said)]
    if not found.found:
        blocks.append(section(f"*{inline(found.why, 1500)}*"))
        return _ended(blocks, list(suggestion_notes(found)), found.profile)
    head = ["Customers", "Stance", "Deals", "Good", "in %"]
    rows = [
        [leaf.name, leaf.stance.value, f"{leaf.deals:,}", f"{leaf.good:,}", _share(leaf.good, leaf.deals)]
        for leaf in found.leaves
    ]
    blocks.append(table_block(head, rows, [False, False, True, True, True]))
    if len(found.segments) <= YAML:
        blocks.append(section("*To copy into a candidate profile*"))
        code = {"type": "text", "text": inert(found.segments).strip() or " "}
        blocks.append({"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [code]}]})
    else:
        blocks.append(
            section("The segments to copy into a candidate profile are too long for a message: the file has them.")
        )
    blocks.append(
        context(
            "Nothing is applied. Read it, change it, put it beside the live profile as `candidates/NAME.yaml`, then "
            "`/pipeline backtest NAME`."
        )
    )
    return _ended(blocks, list(suggestion_notes(found)), found.profile)


def measured_blocks(found: Measured) -> list[Block]:
    """Results by verdict and over time."""
    blocks = [header("Fit against results")]
    if not found.whole.won + found.whole.lost + found.whole.churned:
        blocks.append(section("No deal is won, lost or churned yet: there are no results to measure."))
        return _ended(blocks, found.notes, found.profile)
    of_time = f"By {found.length.value} of the close date"
    periods = [_results(row.name, row) for row in found.periods[-MOST_PERIODS:]]
    by_verdict = [_results(spoken(row.name), row) for row in (*found.by_verdict, found.whole)]
    blocks.append(stacked_table(RESULTS, [("By what the profile says now", by_verdict), (of_time, periods)]))
    if len(found.periods) > MOST_PERIODS:
        blocks.append(
            context(f"The last {MOST_PERIODS} of {len(found.periods):,} {found.length.value}s. The file has all.")
        )
    no = [each for each in found.said_no if each.does_not_fit or each.declined or each.walked_away]
    if no:
        lines = [_no(each) for each in no[-MOST_PERIODS:]]
        lines += [f"and in {len(no) - MOST_PERIODS} {found.length.value}s before"] if len(no) > MOST_PERIODS else []
        blocks.append(section("*How often we said no*\n" + "\n".join(lines)))
    trends = "\n".join(f"• {inline(trend_words(each, found.length.value), 300)}" for each in found.trends)
    blocks.append(section(f"*What rises and falls*\n{trends}"))
    return _ended(blocks, found.notes, found.profile, _file(f"measure {found.length.value}"))


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
            share_words(kind.share_of_deals),
            whole_money(kind.amount, found.currency),
            share_words(kind.share),
            str(kind.below),
        ]
        for kind in kinds[:MOST_KINDS]
    ]


def _results(name: str, row: Results) -> list[str]:
    days = "-" if row.days is None else str(row.days)
    return [
        name,
        str(row.won),
        str(row.lost),
        str(row.churned),
        row.win_rate.words,
        row.churn.words,
        row.margin.words,
        days,
    ]


def _no(said: Said) -> str:
    parts = ((said.does_not_fit, "found not to fit"), (said.declined, "declined"), (said.walked_away, "walked away"))
    return f"• {inline(said.period, 40)}: {', '.join(f'{count:,} {what}' for count, what in parts if count)}"


def _moves(found: Comparison) -> str:
    moved = counted(found.moved, "deal moves", "deals move")
    lines = [f"*Against version {inline(found.profile.version, 60)}*: {moved}."]
    for move in found.moves[:MOST_RULES]:
        rules = f" because of {inline(', '.join(move.rules), 120)}" if move.rules else ""
        change = f"{spoken(move.before.value)} → {spoken(move.after.value)}"
        lines.append(f"• *{inline(move.name, 80)}* ({move.outcome.value}): {change}{rules}")
    more = found.moved - len(lines) + 1
    return "\n".join([*lines, *([f"and {more:,} more: the files have them"] if more > 0 else [])])


def _share(part: int, whole: int) -> str:
    return f"{100 * part / whole:.1f}%" if whole else "-"


def _left(what: str, shown: int, there: int) -> list[str]:
    """What a table leaves off, said; nothing where it has all."""
    return [f"{inline(what, 60)}: the first {shown} of {there:,}. The file has all."] if there > shown else []


def _file(what: str) -> dict[str, Any]:
    return button("All as a file", FILE, what, label="Send me all figures as a file")


def _ended(blocks: list[Block], notes: Sequence[str], profile: ProfileId, *buttons: dict[str, Any]) -> list[Block]:
    judged = f"Judged by {inline(profile.title, 120)}, version {inline(profile.version, 60)} ({profile.sha256[:8]})"
    said = [inline(note, 500) for note in notes]
    *more, last = [said[at : at + MOST_NOTES] for at in range(0, len(said), MOST_NOTES)] or [[]]
    tail = [context(*last, judged), *([actions(*buttons)] if buttons else [])]
    return flow_message([*blocks, *(context(*some) for some in more)], tail)
