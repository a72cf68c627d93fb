"""What a picture shows, as plain data: panels of stacked bars under a title that says the date and the profile."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

MOST_BARS = 12
"""Bars a panel shows at most; what is left off is said in its title."""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of part of the bars. The hatch tells it apart where the colour does not."""

    name: str
    colour: str
    hatch: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar: its name, its parts in the order of the series, what stands in each part, and what stands behind it."""

    label: str
    parts: tuple[Decimal, ...]
    words: tuple[str, ...]
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Panel:
    """Some bars under a title. The figures of one panel have one unit, which the title names."""

    title: str
    series: tuple[Series, ...]
    bars: tuple[Bar, ...]

    @property
    def shown(self) -> tuple[Bar, ...]:
        """The bars that are drawn."""
        return self.bars[:MOST_BARS]

    @property
    def heading(self) -> str:
        """The title, with how many bars are not drawn."""
        left = len(self.bars) - MOST_BARS
        return f"{self.title} (the first {MOST_BARS}; {left} more are not drawn)" if left > 0 else self.title


@dataclass(frozen=True, slots=True)
class Sheet:
    """A whole picture. `alternative` says in words what it shows, for whoever cannot see it."""

    title: str
    subtitle: str
    panels: tuple[Panel, ...]
    footer: str
    alternative: str
