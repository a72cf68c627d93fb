"""Which deals' figures are others under another Deal Profile, and by how much."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from bot.deals.deal import Deal
from bot.profile.economics import Economist
from bot.profile.economics_figures import Figure
from bot.profile.judge import Judge
from bot.profile.reach import typed

MOST_NAMED = 3
_LABELS = {"terms_beyond": "Cost of terms beyond the limit"}


@dataclass(frozen=True, slots=True)
class MovedFigure:
    """One figure of one deal under both profiles; None where a profile does not tell it."""

    deal: str
    place: str
    before: Figure | None
    after: Figure | None

    @property
    def figure(self) -> Figure:
        """The figure as it is told now, or as it was where it is gone."""
        told = self.after or self.before
        if told is None:
            message = "a figure that moves is told by one of the profiles"
            raise RuntimeError(message)
        return told

    @property
    def by(self) -> Decimal:
        """How far it moves."""
        sides = [each.amount if each and each.amount is not None else Decimal(0) for each in (self.before, self.after)]
        return abs(sides[1] - sides[0])

    def __str__(self) -> str:
        sides = [each.words if each is not None else "-" for each in (self.before, self.after)]
        return f"{self.deal} {sides[0]} -> {sides[1]}"


def moved_figures(old: Judge, new: Judge, deals: Iterable[tuple[str, Deal]]) -> list[MovedFigure]:
    """The figures that the two profiles tell otherwise, deal by deal. What neither of them can tell is none."""
    if old.profile.economics is None and new.profile.economics is None:
        return []
    sides = (Economist(old), Economist(new))
    found: list[MovedFigure] = []
    for place, deal in deals:
        before, after = (dict(_figures(judge, one, deal)) for judge, one in zip((old, new), sides, strict=True))
        for name in dict.fromkeys((*after, *before)):
            one, other = before.get(name), after.get(name)
            if (one.amount if one else None) != (other.amount if other else None):
                found.append(MovedFigure(deal.name, place, one, other))
    return found


def _figures(judge: Judge, economist: Economist, deal: Deal) -> Iterator[tuple[str, Figure]]:
    known = typed(judge, deal)
    told = economist.of(known, judge.judge(known))
    for figure in told.proposed.figures if told else ():
        yield figure.name, figure


def summary(moved: Sequence[MovedFigure], of: int, what: str) -> Iterator[str]:
    """A line for each figure: how often it moves, and where the most."""
    by_name: dict[str, list[MovedFigure]] = {}
    for each in moved:
        by_name.setdefault(each.figure.name, []).append(each)
    for group in by_name.values():
        most = sorted(group, key=lambda each: -Fraction(each.by))[:MOST_NAMED]
        named = "; ".join(str(each) for each in most)
        more = f"; and {len(group) - len(most)} more" if len(group) > len(most) else ""
        label = _LABELS.get(group[0].figure.name, group[0].figure.label)
        yield f"{label}: {len(group)} of {of} {what}. {named}{more}"
