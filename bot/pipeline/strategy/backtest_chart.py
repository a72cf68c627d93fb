"""A backtest as a PNG to share: what each rule refuses of the won money, and of the lost deals, with intervals."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.pipeline.charts.drawing import drawable
from bot.pipeline.strategy.outcomes import Outcome
from bot.pipeline.strategy.wording import verdict_on_past

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from bot.pipeline.strategy.backtest import Backtest
    from bot.pipeline.strategy.effects import Effect
    from bot.pipeline.strategy.intervals import Share

MOST = 10
WIDTH, BAR, DPI = 10.0, 0.62, 110
COST, GAIN, INK, SOFT, LINE = "#b4581d", "#1f6f5c", "#1b211e", "#55605a", "#d5dad2"


def backtest_png(found: Backtest) -> bytes:
    """The rules that refuse most, and all rules together; the same figures give the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # it takes half a second to import
    from matplotlib.figure import Figure  # the same

    rows = shown(found)
    height = 2.3 + BAR * len(rows)
    figure = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor="#ffffff")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.34, 0.85 / height, 0.62, BAR * len(rows) / height))
    _bars(axes, rows)
    title = f"What version {found.profile.version} would have said of {found.deals['closed']:,} closed deals"
    figure.text(0.03, 1 - 0.45 / height, drawable(title), size=15, weight="bold", color=INK, parse_math=False)
    legend = (
        f"Percent of the won {found.measure.value} refused, and percent of the lost deals spared; lines: 95% intervals"
    )
    figure.text(0.03, 1 - 0.8 / height, legend, size=10, color=SOFT)
    figure.text(
        0.03, 0.16 / height, drawable(f"{found.profile.title} ({found.profile.sha256[:8]})"), size=9, color=SOFT
    )
    made = BytesIO()
    figure.savefig(made, format="png", dpi=DPI, metadata={"Software": None, "Title": "Backtest"})
    return made.getvalue()


def backtest_alternative(found: Backtest) -> str:
    """What the picture shows, in words."""
    return "Backtest, rule by rule. " + " ".join(verdict_on_past(found))


def shown(found: Backtest) -> list[Effect]:
    """The effects that are drawn, the whole first."""
    refusing = [rule for rule in found.rules if any(each.part.deals for each in rule.refused.values())]
    return [found.whole, *refusing[:MOST]]


def _bars(axes: Axes, rows: list[Effect]) -> None:
    for place, rule in enumerate(rows):
        _bar(axes, place - 0.18, rule.refused[Outcome.WON].money_share, COST)
        _bar(axes, place + 0.18, rule.refused[Outcome.LOST].share, GAIN)
    axes.set_yticks(range(len(rows)))
    labels = [drawable(rule.label if rule.counted else f"{rule.label} (dry run)", 40) for rule in rows]
    axes.set_yticklabels(labels, fontsize=10, color=INK, parse_math=False)
    axes.set_ylim(len(rows) - 0.5, -0.5)
    low, high = axes.get_xlim()
    axes.set_xlim(min(low, 0), max(high, 10) * 1.08)
    axes.axvline(0, color=SOFT, linewidth=0.9)
    axes.tick_params(axis="x", colors=SOFT, labelsize=9)
    axes.tick_params(axis="y", length=0)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(LINE)


def _bar(axes: Axes, at: float, share: Share, colour: str) -> None:
    if share.percent is None:
        return
    value = float(share.percent)
    axes.barh(at, value, height=0.32, color=colour, linewidth=0)
    end: Any = value
    if share.low is not None and share.high is not None:
        axes.plot([float(share.low), float(share.high)], [at, at], color=INK, linewidth=1.1)
        end = max(value, float(share.high))
    axes.text(end + 0.8, at, f"{share.percent}%", va="center", size=9, color=SOFT)
