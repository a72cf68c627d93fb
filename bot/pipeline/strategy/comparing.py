"""Two profiles over the same deals: who moves, and by how much the new one refuses more or less."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np

from bot.deals.deal import plain_value
from bot.pipeline.strategy.effects import Move, Part
from bot.pipeline.strategy.exact import Exact, cents
from bot.pipeline.strategy.intervals import FEWEST, Draws
from bot.pipeline.strategy.judging import JUDGEMENTS, OUTCOMES, JudgedDeals, verdict_of
from bot.pipeline.strategy.outcomes import CLOSED, Outcome
from bot.pipeline.tables import share
from bot.profile.columns import codes
from bot.profile.verdict import Judgement, ProfileId

MOST_MOVES = 1000


@dataclass(frozen=True, slots=True)
class Difference:
    """By how many percentage points more of the deals with an outcome the new profile refuses, with the interval."""

    outcome: Outcome
    points: Decimal | None
    low: Decimal | None
    high: Decimal | None

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        values = {name: getattr(self, name) for name in ("points", "low", "high")}
        plain = {name: None if value is None else plain_value(value) for name, value in values.items()}
        return {"outcome": self.outcome.value, **plain}


@dataclass(frozen=True, slots=True)
class Cell:
    """The closed deals that went from one verdict to another, by outcome."""

    before: Judgement
    after: Judgement
    parts: Mapping[Outcome, Part]

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        parts = {outcome.value: part.plain() for outcome, part in self.parts.items()}
        return {"from": self.before.value, "to": self.after.value, **parts}


@dataclass(frozen=True)
class Comparison:
    """The old profile against the new one. `moves` holds at most MOST_MOVES of the `moved` deals, the largest first."""

    profile: ProfileId
    moved: int
    cells: tuple[Cell, ...]
    differences: tuple[Difference, ...]
    moves: tuple[Move, ...]

    @property
    def cut(self) -> int:
        """How many moved deals are not in `moves`."""
        return self.moved - len(self.moves)

    def plain(self) -> dict[str, Any]:
        """As JSON data."""
        named = {"title": self.profile.title, "version": self.profile.version, "sha256": self.profile.sha256}
        return {
            "profile": named,
            "moved": self.moved,
            "verdicts": [cell.plain() for cell in self.cells],
            "refused_more": [each.plain() for each in self.differences],
            "moves": [move.plain() for move in self.moves],
            "cut": self.cut,
        }


def compared(new: JudgedDeals, old: JudgedDeals, draws: Draws) -> Comparison:
    """The same deals under two profiles. Only closed deals are looked at."""
    if not new.rows.equals(old.rows):
        message = "the two tables do not hold the same deals"
        raise ValueError(message)
    done = new.ended(*CLOSED)
    before, after = verdict_of(old.weight), verdict_of(new.weight)
    moved = done & (before != after)
    cells = []
    for was in range(len(JUDGEMENTS)):
        for now in range(len(JUDGEMENTS)):
            here = done & (before == was) & (after == now)
            if here.any():
                parts = {outcome: Part.of(new, here & new.ended(outcome)) for outcome in CLOSED}
                cells.append(Cell(JUDGEMENTS[was], JUDGEMENTS[now], parts))
    places = np.nonzero(moved)[0]
    ranked = places[np.argsort(-new.value.floats()[places], kind="stable")][:MOST_MOVES]
    return Comparison(
        profile=old.profile.id,
        moved=int(moved.sum()),
        cells=tuple(cells),
        differences=tuple(_differences(new, old, draws)),
        moves=tuple(_move(new, old, int(place)) for place in ranked),
    )


def _differences(new: JudgedDeals, old: JudgedDeals, draws: Draws) -> list[Difference]:
    found = []
    for outcome in CLOSED:
        there = new.ended(outcome)
        total = int(there.sum())
        refused = [(each.weight == codes.FATAL) & there for each in (new, old)]
        points = share(int(refused[0].sum()) - int(refused[1].sum()), total)
        shown = refused[0].astype(float), refused[1].astype(float), there.astype(float)
        low, high = draws.differences([shown])[0]
        if points is None or draws.customers(there) < FEWEST or not np.isfinite(low) or low == high:
            found.append(Difference(outcome, points, None, None))
            continue
        ends = [Decimal(str(round(end, 1))) for end in (low, high)]
        found.append(Difference(outcome, points, min(ends[0], points), max(ends[1], points)))
    return found


def _move(new: JudgedDeals, old: JudgedDeals, place: int) -> Move:
    customer = new.customers[place].as_py()
    return Move(
        name=new.names[place].as_py() or "",
        customer=customer,
        outcome=OUTCOMES[int(new.outcome[place])],
        before=JUDGEMENTS[int(verdict_of(old.weight)[place])],
        after=JUDGEMENTS[int(verdict_of(new.weight)[place])],
        value=known(new.value, place),
        margin=known(new.margin, place),
        rules=_changed(new, old, place),
    )


def _changed(new: JudgedDeals, old: JudgedDeals, place: int) -> tuple[str, ...]:
    """The rules that say something else now: of both profiles, in the new one's order, the gone ones last."""
    now = {rule.check: _said(new.codes[number, place]) for number, rule in enumerate(new.rules) if rule.counted}
    was = {rule.check: _said(old.codes[number, place]) for number, rule in enumerate(old.rules) if rule.counted}
    quiet = _said(codes.PASS)
    return tuple(check for check in {**now, **was} if now.get(check, quiet) != was.get(check, quiet))


def _said(code: int) -> int:
    return codes.PASS if code == codes.NOT_APPLICABLE else int(code)


def known(column: Exact, place: int) -> Decimal | None:
    """One amount in whole cents; None where it is not known."""
    return cents(column.take(np.array([place])).sum()) if column.known[place] else None
