"""Where the money comes from, suggestions and measures, for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table

from bot.cli.console import cell, out, table
from bot.deals.wording import counted, share_words, spoken
from bot.pipeline.strategy.wording import headline, suggestion_notes, suggestion_words, trend_words, whole_money

if TYPE_CHECKING:
    from bot.pipeline.strategy.measuring import Measured, Results
    from bot.pipeline.strategy.sources import Sources
    from bot.pipeline.strategy.suggesting import Suggestion
    from bot.pipeline.strategy.whale import Whale

STEPS = (10, 25, 50, 75, 100)


def show_sources(found: Sources) -> None:
    """Print the story in sentences, the curve, and the kinds."""
    console = out()
    for sentence in headline(found):
        console.print(cell(sentence))
    curve = table("The best", *(f"{step}%" for step in STEPS), right=tuple(f"{step}%" for step in STEPS))
    for name, whale in (("of the deals bring", found.deals), ("of the customers bring", found.customers)):
        curve.add_row(name, *(_share(whale, step) for step in STEPS))
    console.print()
    console.print(curve)
    label = "Margin" if found.measure.value == "margin" else "Revenue"
    for _, what, kinds in found.by:
        if len(kinds) < 2:  # noqa: PLR2004 one kind tells nothing apart
            continue
        right = ("Deals", "of deals", label, f"of {label.lower()}", "Below zero")
        made = table(cell(what), *right, right=right)
        for kind in kinds:
            money = whole_money(kind.amount, found.currency)
            deals, of_deals = f"{kind.deals:,}", share_words(kind.share_of_deals)
            made.add_row(cell(kind.name), deals, of_deals, money, share_words(kind.share), f"{kind.below:,}")
        console.print()
        console.print(made)
    for title, named in (("Customers who bring most", found.best), ("Customers below zero", found.worst)):
        if named:
            made = table(title, "Deals", label, right=("Deals", label))
            for each in named:
                made.add_row(cell(each.customer), str(each.deals), whole_money(each.amount, found.currency))
            console.print()
            console.print(made)
    _notes([*(f"{counted(deals, 'deal')}: {why}." for why, deals in found.left_out if deals), *found.notes])


def show_suggestion(found: Suggestion) -> None:
    """Print what was found, how sure that is, and the YAML to copy."""
    console = out()
    for sentence in suggestion_words(found):
        console.print(cell(sentence))
    if not found.found:
        console.print(f"[bold]{cell(found.why)}[/]")
    else:
        console.print()
        console.print(cell(found.segments), soft_wrap=True)
    _notes(list(suggestion_notes(found)))


def show_measured(found: Measured) -> None:
    """Print results by verdict and over time, and what rises or falls."""
    console = out()
    console.print(_by_verdict(found))
    if found.periods:
        console.print()
        console.print(_by_period(found))
        console.print("[dim]The intervals of these figures are in --format json.[/]")
    if any(each.does_not_fit or each.declined or each.walked_away for each in found.said_no):
        right = ("Found not to fit", "Exceptions declined", "Walked away")
        made = table("How often we said no", *right, right=right)
        for said in found.said_no:
            made.add_row(said.period, str(said.does_not_fit), str(said.declined), str(said.walked_away))
        console.print()
        console.print(made)
    if found.pipeline:
        made = table("Open pipeline at the end", "Deals", "Fit", "Share", right=("Deals", "Fit", "Share"))
        for stood in found.pipeline:
            made.add_row(stood.period, f"{stood.deals:,}", f"{stood.fits:,}", share_words(stood.share))
        console.print()
        console.print(made)
    console.print()
    for each in found.trends:
        console.print(cell(trend_words(each, found.length.value)))
    undated = [f"{found.undated:,} closed deals have no close date: they are in no {found.length.value}."]
    _notes([*(undated if found.undated else []), *found.notes])


def _by_verdict(found: Measured) -> Table:
    right = ("Won", "Lost", "Churned", "Win rate", "Churn", "Margin", "Days")
    made = table("The profile now says", *right, right=right)
    for row in (*found.by_verdict, found.whole):
        shares = (row.win_rate.words, row.churn.words, row.margin.words)
        made.add_row(cell(spoken(row.name)), *_counts(row), *shares, _days(row))
    return made


def _by_period(found: Measured) -> Table:
    right = ("Won", "Lost", "Churned", "Win rate", "Churn", "Value won", "Margin", "Days", "Won that fit")
    made = table(f"Closed in the {found.length.value}", *right, right=right)
    for row in found.periods:
        value = whole_money(row.value_won, found.currency)
        shares = (share_words(row.win_rate.percent), share_words(row.churn.percent))
        more = (value, share_words(row.margin.percent), _days(row), share_words(row.fit.percent))
        made.add_row(row.name, *_counts(row), *shares, *more)
    return made


def _counts(row: Results) -> tuple[str, str, str]:
    return f"{row.won:,}", f"{row.lost:,}", f"{row.churned:,}"


def _days(row: Results) -> str:
    return "-" if row.days is None else str(row.days)


def _share(whale: Whale, percent: int) -> str:
    return share_words(whale.share_of_top(percent))


def _notes(notes: Sequence[str]) -> None:
    if notes:
        out().print()
    for note in notes:
        out().print(f"[dim]{cell(note)}[/]", soft_wrap=True)
