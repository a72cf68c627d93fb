"""A backtest for a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cli.console import cell, out, table
from bot.deals.wording import spoken
from bot.pipeline.strategy.effects import Effect
from bot.pipeline.strategy.intervals import METHOD
from bot.pipeline.strategy.outcomes import Outcome
from bot.pipeline.strategy.wording import money, verdict_on_past, whole_money

if TYPE_CHECKING:
    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.candidates import Candidates
    from bot.pipeline.strategy.comparing import Comparison

MOST_MOVES = 20


def show_backtest(found: Backtest) -> None:
    """Print the whole in sentences, then rule by rule, by verdict and by segment, and what it cannot know."""
    console = out()
    console.print(f"[bold]{cell(found.profile.title)}, version {cell(found.profile.version)}[/]")
    for sentence in verdict_on_past(found):
        console.print(cell(sentence), soft_wrap=True)
    _rules(found)
    if found.silent:
        console.print(f"[dim]{cell('No effect on these deals: ' + ', '.join(found.silent) + '.')}[/]", soft_wrap=True)
    _verdicts(found)
    if found.against is not None:
        _against(found.against, found.currency)
    console.print()
    console.print("[bold]What a backtest cannot know[/]")
    for caution in found.cautions:
        mark = "!" if caution.strong else "-"
        console.print(cell(f"{mark} {caution.text}"), soft_wrap=True)
    for note in (METHOD, *found.notes):
        console.print(f"[dim]{cell(note)}[/]", soft_wrap=True)


def _rules(found: Backtest) -> None:
    """The rules that refuse, then those that ask somebody or cannot be decided."""
    refusing = [rule for rule in found.rules if any(each.part.deals for each in rule.refused.values())]
    asking = [rule for rule in found.rules if sum(rule.approval.values()) or sum(rule.unknown.values())]
    right = ("Won", "alone", found.measure.value.capitalize(), "its share", "Lost", "Churned")
    made = table("Rule refuses", *right, right=right)
    for rule in refusing:
        won, lost, churned = (rule.refused[each] for each in (Outcome.WON, Outcome.LOST, Outcome.CHURNED))
        counts = (f"{won.part.deals:,}", f"{won.alone:,}", money(won, found), won.money_share.words)
        made.add_row(_label(rule), *counts, f"{lost.part.deals:,}", f"{churned.part.deals:,}")
    if refusing:
        out().print()
        out().print(made)
    asked = ("Won to approve", "Lost to approve", "Not known")
    made = table("Rule asks", *asked, right=asked)
    for rule in asking:
        approve = [f"{rule.approval[each]:,}" for each in (Outcome.WON, Outcome.LOST)]
        made.add_row(_label(rule), *approve, f"{sum(rule.unknown.values()):,}")
    if asking:
        out().print()
        out().print(made)


def _label(rule: Effect) -> str:
    return cell(rule.label if rule.counted else f"{rule.label} (dry run)")


def _verdicts(found: Backtest) -> None:
    console = out()
    right = ("Won", "Lost", "Churned", "Value won", "Margin won")
    made = table("Verdict", *right, right=right)
    for row in found.verdicts:
        won = row.parts[Outcome.WON]
        counts = [f"{row.parts[each].deals:,}" for each in (Outcome.WON, Outcome.LOST, Outcome.CHURNED)]
        amounts = [whole_money(amount, found.currency) for amount in (won.value, won.margin)]
        made.add_row(spoken(row.name), *counts, *amounts)
    console.print()
    console.print(made)
    if found.segments:
        sides = ("Won", "refused", "Lost", "refused ", "Churned", "Margin won")
        made = table("Segment", "Stance", *sides, right=sides)
        for row in found.segments:
            won = row.parts[Outcome.WON]
            made.add_row(
                cell(row.name),
                row.stance or "",
                f"{won.deals:,}",
                f"{row.refused[Outcome.WON]:,}",
                f"{row.parts[Outcome.LOST].deals:,}",
                f"{row.refused[Outcome.LOST]:,}",
                f"{row.parts[Outcome.CHURNED].deals:,}",
                whole_money(won.margin, found.currency),
            )
        console.print()
        console.print(made)


def _against(found: Comparison, currency: str) -> None:
    console = out()
    console.print()
    console.print(f"[bold]Against {cell(found.profile.title)}, version {cell(found.profile.version)}[/]")
    console.print(f"{found.moved:,} closed deals get another verdict.")
    for each in found.differences:
        if each.points is not None:
            reach = "" if each.low is None else f" ({each.low} to {each.high})"
            console.print(f"Refused of the {each.outcome.value} deals: {each.points:+} points{reach}.")
    if not found.moves:
        return
    made = table("Deal", "Ended", "Before", "Now", "Value", "Because of", right=("Value",))
    for move in found.moves[:MOST_MOVES]:
        made.add_row(
            cell(move.name),
            move.outcome.value,
            spoken(move.before.value),
            spoken(move.after.value),
            "-" if move.value is None else whole_money(move.value, currency),
            cell(", ".join(move.rules)),
        )
    console.print(made)
    if found.moved > MOST_MOVES:
        console.print(f"[dim]The {MOST_MOVES} largest of {found.moved:,}; --format csv has them all.[/]")


def show_candidates(found: Candidates) -> None:
    """Print one line for each profile."""
    ended = ", ".join(f"{count:,} {outcome.value}" for outcome, count in found.closed.items())
    out().print(f"Closed deals: {ended}.")
    right = (
        "Won refused",
        "their share",
        found.measure.value.capitalize(),
        "Its share",
        "Lost",
        "Churned",
        "To approve",
    )
    made = table("Profile", *right, right=right)
    for each in found.candidates:
        made.add_row(
            cell(f"{each.profile.title} {each.profile.version} ({each.profile.sha256[:8]})"),
            f"{each.refused[Outcome.WON]:,}",
            each.share.words,
            whole_money(each.amount, found.currency),
            each.money_share.words,
            f"{each.refused[Outcome.LOST]:,}",
            f"{each.refused[Outcome.CHURNED]:,}",
            f"{sum(each.approval.values()):,}",
        )
    out().print(made)
