"""A rep's scorecard as a message: a table with its counts, and what to coach with the passages that say how."""

from __future__ import annotations

from bot.deals.wording import date_words
from bot.pipeline.scorecard.card import Line, Scorecard, figure_words
from bot.slack import ids
from bot.slack.blocks.elements import Block, button, context, flow_message, header, inline, section
from bot.slack.blocks.pipeline_parts import table_block

HEADER = ["Measure", "Now", "n", "Before", "Team's median"]
RIGHT = [False, True, True, True, True]


def scorecard_blocks(card: Scorecard) -> list[Block]:
    """The scorecard of one rep, for one person."""
    period, before = card.period, card.before
    blocks: list[Block] = [
        header(f"Scorecard: {card.person.name}"),
        context(
            f"{date_words(period.since)} to {date_words(period.until)}, beside {date_words(before.since)} to "
            f"{date_words(before.until)}"
        ),
        table_block(HEADER, [_row(line) for line in card.lines], RIGHT),
    ]
    if card.coaching:
        steps = "\n".join(
            f"• {inline(step.text, 500)} {''.join(f'[{n}]' for n in step.sources)}".rstrip() for step in card.coaching
        )
        blocks.append(section(f"*What to coach*\n{steps}"))
    else:
        blocks.append(section("*What to coach*\nNothing stands out: no figure with enough deals is on the worse side."))
    for source in card.sources:
        text = f"[{source.n}] *{inline(source.heading, 150)}*\n{inline(source.says, 450)}"
        label = f"Read: {source.heading}"
        blocks.append(section(text, accessory=button("Read", ids.OPEN_PASSAGE, source.passage, label=label)))
    profile = card.profile
    blocks.append(context(*[inline(note, 500) for note in card.notes]))
    blocks.append(
        context(f"Judged by {inline(profile['title'])} {inline(profile['version'])} ({profile['sha256'][:8]})")
    )
    return flow_message(blocks)


def scorecard_notification(card: Scorecard) -> str:
    """What a phone shows."""
    return f"Scorecard of {inline(card.person.name, 100)}"


def _row(line: Line) -> list[str]:
    measure = line.measure
    small = " (few)" if line.small and line.now.value is not None else ""
    before = figure_words(line.before.value, measure.unit)
    past = f"{before} (n = {line.before.n})" if line.before.value is not None else before
    team = figure_words(line.team, measure.unit)
    middle = f"{team} ({line.reps} reps)" if line.team is not None else team
    return [measure.label, f"{figure_words(line.now.value, measure.unit)}{small}", str(line.now.n), past, middle]
