"""The fit of a pipeline as a picture: by verdict, by rep, by what fails, by segment, stage and close quarter."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from bot.deals.money import money_words
from bot.deals.wording import counted, date_words
from bot.pipeline.charts.sheet import Bar, Panel, Series, Sheet
from bot.pipeline.fit import Fit, FitGroup, Split
from bot.profile.verdict import Judgement

VERDICTS = (
    (Judgement.FITS, Series("fits", "#009e73")),
    (Judgement.NEEDS_APPROVAL, Series("needs approval", "#e69f00", "/")),
    (Judgement.DOES_NOT_FIT, Series("does not fit", "#d55e00", "x")),
    (Judgement.INCOMPLETE, Series("incomplete", "#8a94a0", ".")),
)
"""Colours of Okabe and Ito, which people with any kind of colour vision tell apart, each with a hatch of its own."""
MONEY = Series("money", "#0072b2")
UNKNOWN = "not known"


def glance_sheet(fit: Fit, *, whose: str, day: date, profile: str, currency: str, notes: Sequence[str]) -> Sheet:
    """What the picture of this fit shows. `whose` names the deals, `profile` the profile that judged."""
    total = fit.split
    series = tuple(one for _, one in VERDICTS)
    panels = [
        Panel("Open deals and their money, by verdict (% of each)", series, _whole(total, currency)),
        Panel("By rep, deals", series, _bars(fit.by_owner)),
        Panel(f"What fails, money behind each check ({currency})", (MONEY,), _failing(fit, currency)),
        Panel("By close quarter, deals", series, _bars(fit.by_quarter)),
        Panel("By segment, deals", series, _bars(fit.by_segment)),
        Panel("By stage, deals", series, _bars(fit.by_stage)),
    ]
    when = date_words(day)
    fits = f"{total.fits.deals:,} of {total.total.deals:,} open deals fit"
    if total.total.valued:
        fits += f", worth {money_words(total.fits.money, currency)} of {money_words(total.total.money, currency)}"
    return Sheet(
        title=f"Pipeline fit: {fits}",
        subtitle=f"{whose} · {when} · {profile}",
        panels=tuple(panel for panel in panels if panel.bars),
        footer=" ".join(notes),
        alternative=_alternative(fit, f"Pipeline fit of {whose} on {when}. {fits}.", currency),
    )


def _whole(split: Split, currency: str) -> tuple[Bar, ...]:
    deals = [Decimal(split.by[judgement].deals) for judgement, _ in VERDICTS]
    money = [split.by[judgement].money for judgement, _ in VERDICTS]
    bars = [
        Bar("deals", _shares(deals), tuple(f"{count:,}" for count in deals), f"{split.total.deals:,}"),
        Bar(
            "money",
            _shares(money),
            tuple(money_words(sum_, currency) for sum_ in money),
            money_words(split.total.money, currency),
        ),
    ]
    return tuple(bar for bar in bars if any(bar.parts))


def _shares(values: Sequence[Decimal]) -> tuple[Decimal, ...]:
    whole = sum(values, Decimal(0))
    return tuple(max(Decimal(0), value) * 100 / whole if whole > 0 else Decimal(0) for value in values)


def _bars(groups: Sequence[FitGroup]) -> tuple[Bar, ...]:
    return tuple(_bar(group) for group in groups if group.split.total.deals)


def _bar(group: FitGroup) -> Bar:
    split = group.split
    counts = [split.by[judgement].deals for judgement, _ in VERDICTS]
    share = split.share_of_deals
    caption = f"{split.total.deals:,}" + (f", {share}% fit" if share is not None else "")
    return Bar(group.label or UNKNOWN, tuple(map(Decimal, counts)), tuple(f"{count:,}" for count in counts), caption)


def _failing(fit: Fit, currency: str) -> tuple[Bar, ...]:
    ordered = sorted(fit.failing, key=lambda check: (-check.tally.money, -check.tally.deals, check.check))
    return tuple(
        Bar(
            check.label,
            (max(Decimal(0), check.tally.money),),
            (money_words(check.tally.money, currency),),
            f"{counted(check.tally.deals, 'deal')}",
        )
        for check in ordered
    )


def _alternative(fit: Fit, said: str, currency: str) -> str:
    """The picture in words. Slack allows an image a few hundred letters; the figures that matter come first."""
    by = [f"{fit.split.by[judgement].deals:,} {series.name}" for judgement, series in VERDICTS]
    words = f"{said} By verdict: {', '.join(by)}."
    if fit.failing:
        worst = max(fit.failing, key=lambda check: (check.tally.money, check.check))
        money = money_words(worst.tally.money, currency)
        words += f" Most money stands behind the check {worst.label}: {money} in {counted(worst.tally.deals, 'deal')}."
    reps = [f"{g.label or UNKNOWN} {g.split.fits.deals:,} of {g.split.total.deals:,}" for g in fit.by_owner[:8]]
    return f"{words} Fit by rep: {', '.join(reps)}." if reps else words
