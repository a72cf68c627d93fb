"""A sheet as a PNG. Only matplotlib's object interface is used: nothing global, so that threads can draw at once."""

from __future__ import annotations

import re
from decimal import Decimal
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.pipeline.charts.sheet import Bar, Panel, Sheet

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

WIDTH, DPI = 13.0, 110
"""Inches, and dots an inch: 1430 dots wide, which a phone and a slide both show well."""
BAR, HEAD, LEGEND = 0.37, 0.85, 0.28
"""Inches for a bar, for what stands around the bars of a panel, and for its legend."""
INK, SOFT, LINE, PAPER = "#1b211e", "#55605a", "#d5dad2", "#ffffff"
LONGEST = 160
SMALLEST = 8.5
"""Points: smaller than this nobody reads, so longer words are cut."""
MARGIN = 0.02
LABELS, BARS = 0.155, 0.225
"""Shares of the width: for the names of bars beside the margin, and for the bars."""
ROOM_FOR_WORDS = 0.011
"""How much of a panel's width one letter in a bar takes."""
ABSENT = "\ufffd"


def png(sheet: Sheet) -> bytes:
    """The picture's bytes; the same sheet gives the same bytes."""
    made = BytesIO()
    figure(sheet).savefig(made, format="png", dpi=DPI, metadata={"Software": None, "Title": drawable(sheet.title)})
    return made.getvalue()


def figure(sheet: Sheet) -> Figure:
    """The drawing itself."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # it takes half a second to import
    from matplotlib.figure import Figure  # the same

    columns = _columns(sheet.panels)
    tallest = max((sum(_height(panel) for panel in column) for column in columns), default=1.0)
    height = tallest + 1.5
    made = Figure(figsize=(WIDTH, height), dpi=DPI, facecolor=PAPER)
    FigureCanvasAgg(made)
    _words(made, MARGIN, 1 - 0.38 / height, sheet.title, size=19, weight="bold")
    _words(made, MARGIN, 1 - 0.70 / height, sheet.subtitle, size=11.5, color=SOFT)
    for number, column in enumerate(columns):
        left = MARGIN + number * 0.5
        top = 1 - 1.0 / height
        for panel in column:
            share = _height(panel) / height
            bottom = top - share
            tall = BAR * max(1, len(panel.shown)) / height
            under = top - (0.42 + (LEGEND if len(panel.series) > 1 else 0)) / height
            inner = made.add_axes((left + LABELS, under - tall, BARS, tall))
            _panel(made, inner, panel, left=left, top=top, height=height)
            top = bottom
    _words(made, MARGIN, 0.16 / height, sheet.footer, size=9.5, color=SOFT)
    return made


def drawable(text: object, limit: int = LONGEST) -> str:
    """The text on one line, with a mark for each letter that the font does not have."""
    line = re.sub(r"\s+", " ", str(text)).strip()
    line = "".join(letter if ord(letter) in _letters() else ABSENT for letter in line)
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"


@lru_cache(maxsize=1)
def _letters() -> frozenset[int]:
    from matplotlib.font_manager import FontProperties, findfont  # slow to import
    from matplotlib.ft2font import FT2Font  # the same

    return frozenset(FT2Font(findfont(FontProperties(family="DejaVu Sans"))).get_charmap())


def _columns(panels: tuple[Panel, ...]) -> tuple[list[Panel], list[Panel]]:
    """The panels in two columns, each put where there is more room, in their order."""
    columns: tuple[list[Panel], list[Panel]] = ([], [])
    for panel in panels:
        shorter = min(columns, key=lambda column: sum(_height(one) for one in column))
        shorter.append(panel)
    return columns


def _height(panel: Panel) -> float:
    return HEAD + BAR * max(1, len(panel.shown)) + (LEGEND if len(panel.series) > 1 else 0)


def _panel(figure: Figure, axes: Axes, panel: Panel, *, left: float, top: float, height: float) -> None:
    _words(figure, left, top - 0.2 / height, panel.heading, size=12.5, weight="bold", room=0.47)
    widest = max((sum(bar.parts, Decimal(0)) for bar in panel.shown), default=Decimal(0)) or Decimal(1)
    for row, bar in enumerate(panel.shown):
        _bar(axes, panel, bar, row, float(widest))
    axes.set_xlim(0, 1)
    axes.set_ylim(max(1, len(panel.shown)) - 0.5, -0.5)
    axes.set_axis_off()
    if len(panel.series) > 1:
        _legend(figure, panel, left, top - (0.2 + LEGEND) / height, height)


def _bar(axes: Axes, panel: Panel, bar: Bar, row: int, widest: float) -> None:
    common: dict[str, Any] = {"va": "center", "parse_math": False, "family": "DejaVu Sans"}
    name, size = _name(bar.label)
    axes.text(-0.03, row, name, ha="right", size=size, color=INK, linespacing=1.05, **common)
    start, caption = 0.0, bar.caption
    for series, part, words in zip(panel.series, bar.parts, bar.words, strict=True):
        width = float(part) / widest
        if width <= 0:
            continue
        axes.barh(
            row, width, left=start, height=0.72, color=series.colour, hatch=series.hatch, edgecolor=PAPER, linewidth=0.8
        )
        shown = drawable(words, 16)
        if shown and width > ROOM_FOR_WORDS * 2.6 * (len(shown) + 1):
            axes.text(
                start + width / 2, row, shown, ha="center", size=9.5, color=_on(series.colour), weight="bold",
                bbox={"boxstyle": "square,pad=0.12", "facecolor": series.colour, "linewidth": 0}, **common,
            )  # fmt: skip
        elif shown and len(panel.series) == 1:
            caption = f"{shown}, {caption}" if caption else shown
        start += width
    axes.text(start + 0.02, row, drawable(caption, 34), ha="left", size=9.5, color=SOFT, **common)


def _legend(figure: Figure, panel: Panel, left: float, top: float, height: float) -> None:
    from matplotlib.patches import Rectangle  # loaded with the figure

    at = left
    for series in panel.series:
        box = Rectangle(
            (at, top - 0.05 / height), 0.16 / WIDTH, 0.13 / height, transform=figure.transFigure,
            facecolor=series.colour, hatch=series.hatch, edgecolor=PAPER, linewidth=0.6,
        )  # fmt: skip
        figure.add_artist(box)
        _words(figure, at + 0.018, top, series.name, size=9.5, color=SOFT)
        at += 0.034 + 0.0066 * len(series.name)


def _words(figure: Figure, x: float, y: float, text: str, *, room: float = 1 - 2 * MARGIN, **style: Any) -> None:
    """One line from `x` on, made smaller, then cut, until it stays in its room (a share of the width)."""
    style = {"color": INK, "weight": "normal", **style}
    line, size = drawable(text), style.pop("size")
    wide = room * WIDTH
    size = max(SMALLEST, min(size, size * wide / max(_inches(line, size, style["weight"]), 0.01)))
    line = _cut(line, size, wide, style["weight"])
    figure.text(x, y, line, va="center", ha="left", parse_math=False, family="DejaVu Sans", size=size, **style)


def _name(label: str) -> tuple[str, float]:
    """The name of a bar in the room beside it, on one line or on two smaller ones, and its size in points."""
    room, line = (LABELS - 0.03 * BARS) * WIDTH, drawable(label)
    if _inches(line, 10.5) <= room:
        return line, 10.5
    words = line.split(" ")
    fitting = [n for n in range(1, len(words)) if _inches(" ".join(words[:n]), 9) <= room]
    if not fitting:
        return _cut(line, 9, room), 9
    first, rest = " ".join(words[: fitting[-1]]), " ".join(words[fitting[-1] :])
    return f"{first}\n{_cut(rest, 9, room)}", 9


def _cut(line: str, size: float, room: float, weight: str = "normal") -> str:
    """The line, or as much of it as the room in inches has place for."""
    if _inches(line, size, weight) <= room:
        return line
    kept = line
    while kept and _inches(f"{kept}…", size, weight) > room:
        kept = kept[:-1]
    return f"{kept.rstrip()}…"


def _inches(line: str, size: float, weight: str = "normal") -> float:
    """How wide a line is."""
    from matplotlib.font_manager import FontProperties  # slow to import
    from matplotlib.textpath import text_to_path  # the same

    font = FontProperties(family="DejaVu Sans", size=size, weight=weight)
    return float(text_to_path.get_text_width_height_descent(line, font, ismath=False)[0]) / 72


def _on(colour: str) -> str:
    """Black or white, whichever is easier to read on a colour."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return "#111111" if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else "#ffffff"  # noqa: PLR2004 half-way bright
