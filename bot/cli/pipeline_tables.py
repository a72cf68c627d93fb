"""The pipeline's picture, for a terminal and for scripts."""

from __future__ import annotations

from typing import Any

from bot.cli.console import cell, out, table
from bot.deals.deal import plain_value
from bot.deals.money import money_words
from bot.pipeline.fit import FitGroup, Split
from bot.pipeline.service import Overview
from bot.profile.verdict import Judgement

MOST_CHECKS = 12


def show_overview(overview: Overview) -> None:
    """Print how many deals fit, by rep and by failing check."""
    console, fit, currency = out(), overview.fit, overview.currency
    if fit.empty:
        console.print("No open deals yet. Import some: dealfit pipeline import deals.csv")
        return
    split = fit.split
    console.print(
        f"[bold]{split.fits.deals} of {split.total.deals}[/] open deals fit ({split.share_of_deals}%), worth "
        f"[bold]{money_words(split.fits.money, currency)}[/] of {money_words(split.total.money, currency)}"
        + (f" ({split.share_of_money}%)." if split.share_of_money is not None else ".")
    )
    counts = ("Deals", "Fit", "Need approval", "Do not fit", "Incomplete", "Money", "Money that fits")
    by_rep = table("Rep", *counts, right=counts)
    for group in fit.by_owner:
        by_rep.add_row(cell(group.label or "not known"), *_counts(group, currency))
    console.print(by_rep)
    if fit.failing:
        checks = table(
            "Failing check", "Deals", "Money", "May be approved", right=("Deals", "Money", "May be approved")
        )
        for check in fit.failing[:MOST_CHECKS]:
            money = money_words(check.tally.money, currency)
            checks.add_row(cell(check.label), str(check.tally.deals), money, str(check.approvable))
        console.print(checks)
    for note in overview.notes:
        console.print(cell(note))
    console.print(f"[dim]{cell(overview.profile_words)}[/]")


def overview_plain(overview: Overview) -> dict[str, Any]:
    """The picture as JSON data (schema 1)."""
    fit = overview.fit
    return {
        "schema": 1,
        "currency": overview.currency,
        "fit": _split(fit.split),
        "by_rep": [{"rep": g.label, **_split(g.split)} for g in fit.by_owner],
        "by_segment": [{"segment": g.label, **_split(g.split)} for g in fit.by_segment],
        "by_stage": [{"stage": g.label, **_split(g.split)} for g in fit.by_stage],
        "by_close_quarter": [{"quarter": g.label, **_split(g.split)} for g in fit.by_quarter],
        "failing": [
            {"check": c.check, "deals": c.tally.deals, "money": plain_value(c.tally.money), "approvable": c.approvable}
            for c in fit.failing
        ],
        "facts_to_get": dict(fit.facts_to_get),
        "notes": list(overview.notes),
        "profile": {
            "title": overview.profile.title,
            "version": overview.profile.version,
            "sha256": overview.profile.sha256,
        },
    }


def _counts(group: FitGroup, currency: str) -> list[str]:
    split = group.split
    money = [money_words(split.total.money, currency), money_words(split.fits.money, currency)]
    return [str(split.total.deals), *[str(split.by[judgement].deals) for judgement in Judgement], *money]


def _split(split: Split) -> dict[str, Any]:
    return {
        "deals": split.total.deals,
        "money": plain_value(split.total.money),
        "by_verdict": {j.value: {"deals": t.deals, "money": plain_value(t.money)} for j, t in split.by.items()},
        "share_of_deals": None if split.share_of_deals is None else plain_value(split.share_of_deals),
        "share_of_money": None if split.share_of_money is None else plain_value(split.share_of_money),
    }
