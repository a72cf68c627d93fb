"""The picture at a glance as a message: how much fits, by whom and where, what fails, what to drop, what to get."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.deals.money import money_words
from bot.deals.wording import counted, date_words
from bot.pipeline.fit import Split
from bot.profile.verdict import Judgement
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import (
    Block,
    actions,
    button,
    context,
    divider,
    fit_message,
    header,
    inline,
    joined,
    section,
)
from bot.slack.blocks.pipeline_parts import bar_chart, drill_select, rows_that_fit, stacked_table
from bot.slack.blocks.titles import TITLES

MOST_ROWS = 10
MOST_NOTES = 8
TABLE_ROOM = 1_500
"""Characters of one part at a glance; whoever wants all asks for it, or takes the file."""
PART_HEAD = ("Deals", "Fit", "Fit in %", "Money", "Money that fits", "Money in %")
VERDICT_NAMES = {judgement: title.split(" ", 1)[1] for judgement, title in TITLES.items()}


@dataclass(frozen=True, slots=True)
class Figure:
    """Deals that have something in common. `mark` finds the question that asks for them; None where none can."""

    label: str
    split: Split
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """One way to look at the deals: by rep, by segment. `name` heads the column."""

    name: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Failing:
    """A check that some deals fail, and the money of those deals."""

    label: str
    deals: int
    money: Decimal
    approvable: int
    unknown: int
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """Deals to drop, or facts to get: how many, what they are worth, and why they are named."""

    label: str
    deals: int
    money: Decimal
    why: str = ""
    mark: str | None = None


@dataclass(frozen=True, slots=True)
class Glance:
    """Everything that the message shows.

    `since` are sentences about what changed, and `changes` lead to those deals; `verdicts` lead to the deals of each
    verdict. `settles` names the facts that alone would decide deals, and how many.
    """

    day: date
    whose: str
    profile_words: str
    currency: str
    total: Figure
    parts: tuple[Part, ...] = ()
    failing: tuple[Failing, ...] = ()
    drop: tuple[Concern, ...] = ()
    facts: tuple[Concern, ...] = ()
    settles: tuple[tuple[str, int], ...] = ()
    incomplete: int = 0
    since: tuple[str, ...] = ()
    changes: tuple[tuple[str, str | None], ...] = ()
    verdicts: tuple[tuple[str, str | None], ...] = ()
    notes: tuple[str, ...] = ()
    question: str = "which deals close this quarter"
    """What to ask next in words."""

    @property
    def empty(self) -> bool:
        """Whether there is no deal at all."""
        return self.total.split.total.deals == 0


def glance_blocks(glance: Glance, *, shared_by: str | None = None, title: str = "") -> list[Block]:
    """The message. A shared one can be read and drilled by whoever may see the deals; it cannot be shared again."""
    if glance.empty:
        return empty_blocks()
    blocks = [
        header(f"{title or 'Pipeline fit'} · {date_words(glance.day)}"),
        section(summary(glance), accessory=drill_select(glance.verdicts, "Show the deals that…")),
    ]
    if shared_by:
        blocks.insert(1, context(f"Shared by {inline(shared_by)}: what {inline(glance.whose)} shows."))
    blocks += [block for block in (_by_verdict(glance), _by_part(glance)) if block is not None]
    blocks += _since(glance) + _failing(glance) + _drop(glance) + _facts(glance)
    blocks += _parts(glance)
    notes = [inline(note, 500) for note in glance.notes[:MOST_NOTES]]
    notes += [f"and {len(glance.notes) - MOST_NOTES} more notes"] if len(glance.notes) > MOST_NOTES else []
    tail = [context(*notes, inline(glance.profile_words))]
    tail += [_buttons(shared=shared_by is not None)]
    if shared_by is None:
        tail.append(context(f"Ask in words: `/pipeline {inline(glance.question)}`"))
    rest = context("The picture is larger than one message: ask for a part of it in words, such as `/pipeline by rep`.")
    return fit_message(blocks, rest, tail)


def home_glance(glance: Glance) -> list[Block]:
    """The picture in short, for the Home tab: its figures lead to their deals as well."""
    if glance.empty:
        return [header("Pipeline"), *empty_blocks()[1:2]]
    blocks = [
        header("Pipeline"),
        section(summary(glance), accessory=drill_select(glance.verdicts, "Show the deals that…")),
    ]
    if glance.failing:
        worst = ", ".join(
            f"{inline(check.label, 80)} ({inline(money_words(check.money, glance.currency))})"
            for check in glance.failing[:3]
        )
        figures = [(f"{check.label} ({check.deals:,})", check.mark) for check in glance.failing]
        blocks.append(_titled(f"*What fails most*: {worst}", figures))
    blocks += _drop(glance)
    row = [button("Whole picture", ids.GLANCE, ids.WHOLE), button("Saved questions", ids.SAVED, ids.WHOLE)]
    if glance.since:
        blocks.append(context(*[inline(sentence, 400) for sentence in glance.since[:2]]))
    return [*blocks, actions(*row)]


def summary(glance: Glance) -> str:
    """How much fits, in deals and in money, in mrkdwn of ours."""
    split = glance.total.split
    deals, money = split.share_of_deals, split.share_of_money
    said = f"*{split.fits.deals:,} of {split.total.deals:,}* open deals fit"
    said += f" (*{deals}%*)" if deals is not None else ""
    if split.total.valued:
        said += f", worth *{inline(money_words(split.fits.money, glance.currency))}* of "
        said += inline(money_words(split.total.money, glance.currency))
    return said + (f" (*{money}%*)." if money is not None else ".")


def glance_words(glance: Glance) -> str:
    """What a phone shows, and what a screen reader says of the picture."""
    split = glance.total.split
    return f"Pipeline fit on {date_words(glance.day)}: {split.fits.deals:,} of {split.total.deals:,} open deals fit"


def empty_blocks() -> list[Block]:
    """What somebody without deals reads: where deals come from."""
    return [
        header("Pipeline fit"),
        section(
            "No open deals yet, of yours or of your team. They come from two places:\n"
            "• a deal that is checked with `/deal-check`\n"
            "• a file of deals: `dealfit pipeline map deals.csv` proposes how to read it, "
            "`dealfit pipeline import deals.csv` takes it in"
        ),
        divider(),
        context("A manager sees the deals of their own team; a rep sees their own."),
    ]


def _by_verdict(glance: Glance) -> Block | None:
    part = glance.parts[0] if glance.parts else None
    if part is None or not part.figures:
        return None
    series = [
        (VERDICT_NAMES[judgement], [figure.split.by[judgement].deals for figure in part.figures])
        for judgement in Judgement
        if glance.total.split.by[judgement].deals
    ]
    labels = [figure.label for figure in part.figures]
    return bar_chart(
        f"Open deals by {part.name.lower()} and verdict", labels, series, x_label=part.name, y_label="Deals"
    )


def _by_part(glance: Glance) -> Block | None:
    part = glance.parts[-1] if len(glance.parts) > 1 else None
    if part is None or not glance.total.split.total.money:
        return None
    series = [
        ("Fits", [figure.split.fits.money for figure in part.figures]),
        ("All open deals", [figure.split.total.money for figure in part.figures]),
    ]
    labels = [figure.label for figure in part.figures]
    title = f"Money that fits by {part.name.lower()}"
    return bar_chart(title, labels, series, x_label=part.name, y_label=glance.currency)


def _parts(glance: Glance) -> list[Block]:
    """How much fits by each part, as one table: a message may hold one. The lists under it lead to the deals."""
    parts, left, selects = [], [], []
    for place, part in enumerate(glance.parts):
        rows = [_row(figure, glance.currency) for figure in part.figures]
        kept = rows_that_fit(PART_HEAD, rows, TABLE_ROOM, MOST_ROWS)
        parts.append((part.title, rows[:kept]))
        if kept < len(rows):
            left.append(f"{part.title}: the first {kept} of {len(rows):,}. The list and the CSV have all.")
        figures = [(f"{figure.label} ({figure.split.total.deals:,})", figure.mark) for figure in part.figures]
        found = drill_select(figures, f"Show the deals of a {part.name.lower()}…", place)
        selects += [found] if found else []
    if not any(rows for _, rows in parts):
        return []
    blocks = [section("*How much fits*"), stacked_table(PART_HEAD, parts)]
    blocks += [context(*left)] if left else []
    return [*blocks, actions(*selects)] if selects else blocks


def _row(figure: Figure, currency: str) -> list[str]:
    split = figure.split
    return [
        figure.label,
        f"{split.total.deals:,}",
        f"{split.fits.deals:,}",
        _percent(split.share_of_deals),
        money_words(split.total.money, currency),
        money_words(split.fits.money, currency),
        _percent(split.share_of_money),
    ]


def _since(glance: Glance) -> list[Block]:
    if not glance.since:
        return []
    said = joined([inline(sentence, 400) for sentence in glance.since])
    return [section(said, accessory=drill_select(glance.changes, "Show the deals that…"))]


def _failing(glance: Glance) -> list[Block]:
    if not glance.failing:
        return []
    lines = [
        f"• *{inline(one.label, 120)}*: {counted(one.deals, 'deal')}, "
        f"{inline(money_words(one.money, glance.currency))}{_of_these(one)}"
        for one in glance.failing[:MOST_ROWS]
    ]
    if len(glance.failing) > MOST_ROWS:
        lines.append(f"and {len(glance.failing) - MOST_ROWS} more: the list beside and the CSV have all")
    figures = [(f"{check.label} ({check.deals:,})", check.mark) for check in glance.failing]
    return [_titled("*What fails most*\n" + "\n".join(lines), figures)]


def _of_these(check: Failing) -> str:
    said = [f"{check.approvable:,} may be approved"] if check.approvable else []
    said += [f"not known for {check.unknown:,} more"] if check.unknown else []
    return f" ({'; '.join(said)})" if said else ""


def _drop(glance: Glance) -> list[Block]:
    if not glance.drop:
        return []
    lines = [
        f"• *{inline(one.label, 120)}*: {counted(one.deals, 'deal')}, "
        f"{inline(money_words(one.money, glance.currency))}. {inline(one.why, 200)}"
        for one in glance.drop[:MOST_ROWS]
    ]
    more = len(glance.drop) - len(lines)
    lines += [f"and {more} more: the list beside has all"] if more > 0 else []
    figures = [(f"{one.label} ({one.deals:,})", one.mark) for one in glance.drop]
    return [_titled("*Worth dropping*\n" + "\n".join(lines), figures)]


def _facts(glance: Glance) -> list[Block]:
    if not glance.facts:
        return []
    deals = counted(glance.incomplete, "incomplete deal")
    wanted = ", ".join(f"{inline(one.label, 80)} ({one.deals:,})" for one in glance.facts[:MOST_ROWS])
    more = f", and {len(glance.facts) - MOST_ROWS} more" if len(glance.facts) > MOST_ROWS else ""
    figures = [(f"{one.label} ({one.deals:,})", one.mark) for one in glance.facts]
    said = f"*Facts to get for {deals}*: {wanted}{more}."
    if glance.settles:
        alone = joined([f"{inline(label, 80)} {count:,}" for label, count in glance.settles], 600, ", ")
        said += f"\nOne fact alone decides: {alone}."
    return [_titled(said, figures)]


def _titled(text: str, figures: Sequence[tuple[str, str | None]]) -> Block:
    return section(text, accessory=drill_select(figures, "Show the deals of…"))


def _percent(share: Decimal | None) -> str:
    return "–" if share is None else f"{share}%"


def _buttons(*, shared: bool) -> Block:
    row = [button("As a picture", ids.PICTURE, ids.WHOLE), button("Export CSV", ids.CSV, ids.WHOLE)]
    if not shared:
        row.append(button("Share in channel", ids.SHARE, ids.WHOLE))
        row.append(button("Share picture in channel", ids.SHARE_PICTURE, ids.WHOLE))
        row.append(button("Weekly in a channel", ids.SAVE, ids.WHOLE))
        row.append(button("Saved questions", ids.SAVED, ids.WHOLE))
    return actions(*row)
