"""A scorecard: each measure with its n, against the rep's own past and the team's median, and what to coach."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from bot.deals.deal import plain_value
from bot.pipeline.reviews.agenda import Source, Step
from bot.pipeline.scorecard.counted import Around, Book, Counted, Period, median
from bot.pipeline.scorecard.measures import MEASURES, Better, Measure
from bot.profile.people import Person

SCHEMA = 1
LEAST = 5
"""Below so many deals a figure is shown and compared with nothing: chance would speak, not the rep."""
LEAST_REPS = 3
"""A median of fewer people would say what one of them did."""
MOST_WEAK = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One measure. `team` is the median over `reps` people, the rep among them; None when they are too few.

    `small`: it rests on so few deals that it is compared with nothing. `gap` is how far it is on the worse side of the
    median (else of the rep's own past), as a share of that; None when it is not, or cannot be compared.
    """

    measure: Measure
    now: Counted
    before: Counted
    team: Decimal | None
    reps: int
    gap: Decimal | None = None

    @property
    def small(self) -> bool:
        """Whether the number of deals is too small to judge by."""
        return self.now.n < LEAST

    def plain(self) -> dict[str, Any]:
        """The line as JSON data."""
        return {
            "measure": self.measure.id,
            "label": self.measure.label,
            "unit": self.measure.unit,
            "better": self.measure.better.value,
            "value": _plain(self.now.value),
            "n": self.now.n,
            "n_of": self.measure.of,
            "small": self.small,
            "before": {"value": _plain(self.before.value), "n": self.before.n},
            "team": {"median": _plain(self.team), "reps": self.reps},
        }


@dataclass(frozen=True)
class Scorecard:
    """A rep's scorecard for a period that ends today."""

    person: Person
    period: Period
    before: Period
    lines: tuple[Line, ...]
    coaching: tuple[Step, ...]
    sources: tuple[Source, ...]
    notes: tuple[str, ...]
    profile: dict[str, str]

    def plain(self) -> dict[str, Any]:
        """The scorecard as JSON data, in the documented shape (schema 1)."""
        return {
            "schema": SCHEMA,
            "person": {"key": self.person.key, "name": self.person.name, "team": self.person.team},
            "period": {"since": self.period.since.isoformat(), "until": self.period.until.isoformat()},
            "before": {"since": self.before.since.isoformat(), "until": self.before.until.isoformat()},
            "least": {"deals": LEAST, "reps": LEAST_REPS},
            "lines": [line.plain() for line in self.lines],
            "coaching": [{"text": step.text, "sources": list(step.sources)} for step in self.coaching],
            "citations": [
                {"n": s.n, "path": s.path, "heading": s.heading, "passage": s.passage, "sha256": s.sha256,
                 "text": s.says}
                for s in self.sources
            ],
            "notes": list(self.notes),
            "profile": self.profile,
        }  # fmt: skip


def lines_of(book: Book, team: Sequence[Book], period: Period, before: Period, around: Around) -> tuple[Line, ...]:
    """Every measure of one rep; `team` holds the books of all reps of the team, the rep's among them."""
    return tuple(_line(measure, book, team, period, before, around) for measure in MEASURES)


def weakest(lines: Sequence[Line]) -> list[Line]:
    """The up to three lines that are furthest on the worse side; of small numbers none."""
    worse = [line for line in lines if line.gap is not None]
    return sorted(worse, key=lambda line: -(line.gap or Decimal(0)))[:MOST_WEAK]


def figure_words(value: Decimal | None, unit: str) -> str:
    """A figure as people read it: 40.5%, 12 months, 1.5 an account; a dash where there is none."""
    if value is None:
        return "-"
    text = f"{value.normalize() if value else Decimal(0):,f}"
    return f"{text}%" if unit == "%" else f"{text} {unit}"


def _line(measure: Measure, book: Book, team: Sequence[Book], period: Period, before: Period, around: Around) -> Line:
    now, then = measure.now(book, period, around), measure.before(book, before, around)
    figures = [measure.now(each, period, around) for each in team]
    enough = [each.value for each in figures if each.value is not None and each.n >= LEAST]
    middle = median(enough) if len(enough) >= LEAST_REPS else None
    past = then.value if then.n >= LEAST else None
    return Line(measure, now, then, middle, len(enough), _gap(measure, now, middle if middle is not None else past))


def _gap(measure: Measure, now: Counted, against: Decimal | None) -> Decimal | None:
    if now.value is None or now.n < LEAST or not against or measure.better is Better.NEITHER:
        return None
    away = against - now.value if measure.better is Better.HIGHER else now.value - against
    return away / abs(against) if away > 0 else None


def _plain(value: Decimal | None) -> Any:
    return None if value is None else plain_value(value)
