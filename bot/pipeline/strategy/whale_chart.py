"""The whale curve as a PNG to share. Only matplotlib's object interface is used: nothing global."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING

from bot.deals.wording import counted
from bot.pipeline.strategy.sources import Sources
from bot.pipeline.strategy.wording import headline, whole_money

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDTH, HEIGHT, DPI = 10.0, 5.6, 110
DEALS, CUSTOMERS, INK, SOFT, LINE = "#1f6f5c", "#b4581d", "#1b211e", "#55605a", "#d5dad2"
POINTS = 201


def whale_png(found: Sources) -> bytes:
    """The curves over deals and over customers; the same figures give the same bytes."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # it takes half a second to import
    from matplotlib.figure import Figure  # the same

    figure = Figure(figsize=(WIDTH, HEIGHT), dpi=DPI, facecolor="#ffffff")
    FigureCanvasAgg(figure)
    axes = figure.add_axes((0.08, 0.16, 0.88, 0.66))
    _curves(axes, found)
    total = whole_money(found.deals.total, found.currency)
    figure.text(0.03, 0.93, f"Where the {found.measure.value} comes from", size=17, weight="bold", color=INK)
    figure.text(
        0.03,
        0.875,
        f"{counted(found.deals.count, f'{found.scope} deal')}, {total} in all",
        size=11,
        color=SOFT,
        parse_math=False,
    )
    told = f"Judged by version {found.profile.version} ({found.profile.sha256[:8]})"
    figure.text(0.03, 0.03, told, size=9, color=SOFT, parse_math=False)
    made = BytesIO()
    figure.savefig(made, format="png", dpi=DPI, metadata={"Software": None, "Title": "Whale curve"})
    return made.getvalue()


def alternative(found: Sources) -> str:
    """What the picture shows, in words, for whoever cannot see it."""
    told = " ".join(headline(found))
    return f"Whale curve: cumulative share of {found.measure.value} over deals, the best first. {told}"


def _curves(axes: Axes, found: Sources) -> None:
    axes.axhline(100, color=LINE, linewidth=1)
    axes.plot([0, 100], [0, 100], color=LINE, linewidth=1, linestyle=":")
    drawn = [(found.deals, "Deals", DEALS, "-"), (found.customers, "Customers", CUSTOMERS, "--")]
    top = 100.0
    for whale, name, colour, dashes in drawn:
        points = whale.points(POINTS)
        if not points:
            continue
        across, up = [float(p.deals) for p in points], [float(p.money) for p in points]
        axes.plot(across, up, color=colour, linewidth=2.2, linestyle=dashes, label=name)
        top = max(top, *up)
    quarter = found.deals.share_of_top(25)
    if quarter is not None:
        axes.plot([25, 25], [0, float(quarter)], color=SOFT, linewidth=0.9, linestyle="--")
        axes.annotate(
            f"the best quarter of the deals: {quarter}%",
            (25, float(quarter)),
            (29, float(quarter) - 12),
            color=INK,
            size=10.5,
        )
    else:
        axes.text(50, 50, "The total is not above zero: no shares to draw", ha="center", color=SOFT, size=12)
    axes.set_xlim(0, 100)
    axes.set_ylim(min(0.0, *axes.get_ylim()), top * 1.06)
    axes.set_xlabel("Percent of deals or customers, the best first", color=SOFT, size=10)
    axes.set_ylabel(f"Percent of {found.measure.value}", color=SOFT, size=10)
    axes.tick_params(colors=SOFT, labelsize=9)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    for side in ("left", "bottom"):
        axes.spines[side].set_color(LINE)
    if found.deals.has_shares:
        axes.legend(loc="lower right", frameon=False, fontsize=10, labelcolor=INK)
