"""The figures of one run: printed as a table, written in the documented shape."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from rich.console import Console
from rich.table import Table

NONE_PROMISED: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True)
class Measure:
    """One figure, and its peer's where there is one: `ratio` is ours divided by the peer's."""

    name: str
    value: float
    unit: str
    peer: str | None = None
    peer_value: float | None = None
    by_round: float | None = None
    """The median of the ratios within each round, where ours and the peer's were measured in turn."""
    most: float | None = None
    """The greatest ratio that keeps promise 5, where this measure belongs to it."""

    @property
    def held(self) -> bool | None:
        """Whether the promise is kept; None where none was made, or where the peer is absent."""
        return None if self.most is None or self.ratio is None else self.ratio <= self.most

    @property
    def ratio(self) -> float | None:
        if self.by_round is not None:
            return self.by_round
        return self.value / self.peer_value if self.peer_value else None

    def plain(self) -> dict[str, Any]:
        shown = {"name": self.name, "value": round(self.value, 3), "unit": self.unit, "peer": self.peer}
        ratio = None if self.ratio is None else round(self.ratio, 2)
        peer_value = None if self.peer_value is None else round(self.peer_value, 3)
        return {**shown, "peer_value": peer_value, "ratio": ratio, "promised": self.most, "held": self.held}


class Report:
    """Collects measures."""

    def __init__(self) -> None:
        self.measures: list[Measure] = []

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        peer: str | None = None,
        peer_value: float | None = None,
        *,
        by_round: float | None = None,
        most: float | None = None,
    ) -> None:
        self.measures.append(Measure(name, value, unit, peer, peer_value, by_round, most))

    def add_peers(
        self, name: str, rounds: Rounds, unit: str, times: float, promised: Mapping[str, float] = NONE_PROMISED
    ) -> None:
        """A row for each peer of the first that was measured; `promised` holds the greatest ratio to a peer."""
        ours, *peers = rounds.times
        for peer in peers:
            self.add(
                name, rounds.median(ours) * times, unit, peer, rounds.median(peer) * times,
                by_round=rounds.ratio(ours, peer), most=promised.get(peer),
            )  # fmt: skip

    def broken(self) -> list[str]:
        """The promises that this run did not hold, in words."""
        return [
            f"{each.name}, next to {each.peer}: {each.ratio:.2f} times, promised at most {each.most:g}"
            for each in self.measures
            if each.held is False and each.ratio is not None
        ]

    def show(self) -> None:
        table = Table(title=f"Medians on {machine()}", title_justify="left")
        for column in ("Measure", "Value", "Unit", "Peer", "Peer's value", "Ratio", "Promise 5"):
            table.add_column(column, justify="right" if column in {"Value", "Peer's value", "Ratio"} else "left")
        for measure in self.measures:
            plain = measure.plain()
            cells = [plain[k] for k in ("name", "value", "unit", "peer", "peer_value", "ratio")]
            table.add_row(*["" if cell is None else str(cell) for cell in cells], _kept(measure))
        console = Console(width=160)
        console.print(table)
        promised = [measure for measure in self.measures if measure.held is not None]
        if promised:
            console.print(f"Promise 5: {sum(bool(each.held) for each in promised)} of {len(promised)} ratios are held.")
        for told in self.broken():
            console.print(f"Not held: {told}.")

    def write(self, path: str) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = {"machine": machine(), "measures": [measure.plain() for measure in self.measures]}
        target.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


def _kept(measure: Measure) -> str:
    if measure.most is None:
        return ""
    return f"{'held' if measure.held else 'NOT HELD'} (at most {measure.most:g})"


def machine() -> str:
    return f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}, {platform.system()}"


@dataclass(frozen=True)
class Rounds:
    """The seconds of each, round by round: in every round all in turn, so that load on the machine meets all alike."""

    times: dict[str, list[float]]

    def median(self, name: str) -> float:
        return statistics.median(self.times[name])

    def ratio(self, one: str, other: str) -> float:
        """The median over the rounds of what the one took divided by what the other took in the same round."""
        return statistics.median(a / b for a, b in zip(self.times[one], self.times[other], strict=True))


def in_turn(
    runs: dict[str, tuple[Callable[[], object], int]],
    *,
    rounds: int,
    clock: Callable[[], float] = time.process_time,
) -> Rounds:
    """The seconds per call of each, so many calls at a time, all in turn in every round, each round in another order.

    Processor time, unless another clock is given: a machine that others use as well takes a wall clock's burst away
    from anybody.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    order = list(runs.items())
    for _ in range(rounds):
        order = [*order[1:], order[0]]
        for name, (do, inner) in order:
            start = clock()
            for _ in range(inner):
                do()
            times[name].append((clock() - start) / inner)
    return Rounds(times)
