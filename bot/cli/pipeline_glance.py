"""The picture at a glance on a terminal: the same parts in the same order as in Slack."""

from __future__ import annotations

from collections.abc import Iterator

from bot.cli.console import cell, out, table
from bot.deals.money import money_words
from bot.deals.wording import counted, date_words
from bot.pipeline.figures.overview import Overview
from bot.pipeline.figures.telling import groups_of, next_question, since_words, suspects_of
from bot.profile.verdict import Judgement

MOST_ROWS = 10
VERDICTS = {
    Judgement.FITS: "Fits",
    Judgement.NEEDS_APPROVAL: "Needs approval",
    Judgement.DOES_NOT_FIT: "Does not fit",
    Judgement.INCOMPLETE: "Incomplete",
}
EMPTY = (
    "No open deals yet. They come from a file (`dealfit pipeline map deals.csv` proposes how to read it, "
    "`dealfit pipeline import deals.csv` takes it in), from a CRM (`dealfit pipeline sync`), and from `/deal-check`."
)


def show_glance(overview: Overview) -> None:
    """Print how much of the open deals fits, by whom and where, what fails, what to drop and what to get."""
    console, fit = out(), overview.fit
    if fit.empty:
        console.print(EMPTY)
        return
    split, currency = fit.split, overview.currency
    day = f" on {date_words(overview.at.date())}" if overview.at is not None else ""
    console.print(f"[bold]Pipeline fit{day}[/]")
    console.print(
        f"[bold]{split.fits.deals:,} of {split.total.deals:,}[/] open deals fit ({split.share_of_deals}%)"
        + (
            f", worth [bold]{money_words(split.fits.money, currency)}[/] of {money_words(split.total.money, currency)}"
            if split.total.valued
            else ""
        )
        + (f" ({split.share_of_money}%)." if split.share_of_money is not None else ".")
    )
    for sentence in () if overview.since is None else since_words(overview.since, currency):
        console.print(cell(sentence))
    for part in (_verdicts, _groups, _failing, _drop, _facts):
        for line in part(overview):
            console.print(line)
    for note in overview.notes:
        console.print(f"[dim]{cell(note)}[/]")
    console.print(f"[dim]{cell(overview.profile_words)}[/]")
    console.print(f'[dim]Ask in words: dealfit pipeline ask "{cell(next_question(overview))}"[/]')


def _verdicts(overview: Overview) -> Iterator[object]:
    columns = ("Deals", "Money")
    made = table("Verdict", *columns, right=columns, whole=columns)
    for judgement, tally in overview.fit.split.by.items():
        made.add_row(VERDICTS[judgement], f"{tally.deals:,}", money_words(tally.money, overview.currency))
    yield ""
    yield made


def _groups(overview: Overview) -> Iterator[object]:
    currency = overview.currency
    columns = ("Deals", "Fit", "Fit in %", "Money", "Money that fits", "Money in %")
    for name, title, groups in groups_of(overview):
        if not groups:
            continue
        made = table(title, *columns, right=columns, whole=columns)
        for group in groups[:MOST_ROWS]:
            split = group.split
            figures = (f"{split.total.deals:,}", f"{split.fits.deals:,}", _percent(split.share_of_deals))
            money = (money_words(split.total.money, currency), money_words(split.fits.money, currency))
            made.add_row(cell(group.label or "not known"), *figures, *money, _percent(split.share_of_money))
        yield ""
        yield made
        yield from _more(len(groups), f'dealfit pipeline ask "fit by {name.lower()}"')


def _failing(overview: Overview) -> Iterator[object]:
    failing = sorted(overview.fit.failing, key=lambda one: (-one.tally.money, -one.tally.deals, one.check))
    if not failing:
        return
    columns = ("Deals", "Money behind it", "May be approved", "Not known for")
    made = table("What fails most", *columns, right=columns, whole=columns)
    for check in failing[:MOST_ROWS]:
        money = money_words(check.tally.money, overview.currency)
        made.add_row(cell(check.label), f"{check.tally.deals:,}", money, f"{check.approvable:,}", f"{check.unknown:,}")
    yield ""
    yield made
    yield from _more(len(failing), 'dealfit pipeline ask "deals by failing check"')


def _drop(overview: Overview) -> Iterator[object]:
    found = suspects_of(overview)
    if found:
        yield "\n[bold]Better dropped[/]"
    for label, why, suspects in found:
        money = money_words(suspects.amount.money, overview.currency)
        names = ", ".join(deal.name for deal in suspects.largest[:3])
        largest = f" The largest: {names}." if names else ""
        yield f"  {label}: {counted(suspects.amount.deals, 'deal')}, {money}. {cell(why)}{cell(largest)}"


def _facts(overview: Overview) -> Iterator[object]:
    if not overview.facts:
        return
    columns = ("Deals that wait", "Money", "Decided by it alone")
    made = table("Facts to get", *columns, right=columns, whole=columns)
    for fact in overview.facts[:MOST_ROWS]:
        money = money_words(fact.waiting.money, overview.currency)
        made.add_row(cell(fact.label), f"{fact.waiting.deals:,}", money, f"{fact.settles:,}")
    yield ""
    yield made


def _more(number: int, command: str) -> Iterator[str]:
    if number > MOST_ROWS:
        yield f"[dim]... and {number - MOST_ROWS:,} more: {command}[/]"


def _percent(share: object) -> str:
    return "" if share is None else f"{share}%"
