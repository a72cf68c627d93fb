"""The figures of one run: printed as a table, written in the documented shape."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table


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

    @property
    def ratio(self) -> float | None:
        if self.by_round is not None:
            return self.by_round
        return self.value / self.peer_value if self.peer_value else None

    def plain(self) -> dict[str, Any]:
        shown = {"name": self.name, "value": round(self.value, 3), "unit": self.unit, "peer": self.peer}
        ratio = None if self.ratio is None else round(self.ratio, 2)
        peer_value = None if self.peer_value is None else round(self.peer_value, 3)
        return {**shown, "peer_value": peer_value, "ratio": ratio}


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
    ) -> None:
        self.measures.append(Measure(name, value, unit, peer, peer_value, by_round))

    def add_peers(self, name: str, rounds: Rounds, unit: str, times: float) -> None:
        """A row for each peer of the first that was measured."""
        ours, *peers = rounds.times
        for peer in peers:
            ratio = rounds.ratio(ours, peer)
            self.add(name, rounds.median(ours) * times, unit, peer, rounds.median(peer) * times, by_round=ratio)

    def show(self) -> None:
        table = Table(title=f"Medians on {machine()}", title_justify="left")
        for column in ("Measure", "Value", "Unit", "Peer", "Peer's value", "Ratio"):
            table.add_column(column, justify="right" if column in {"Value", "Peer's value", "Ratio"} else "left")
        for measure in self.measures:
            plain = measure.plain()
            cells = [plain[k] for k in ("name", "value", "unit", "peer", "peer_value", "ratio")]
            table.add_row(*["" if cell is None else str(cell) for cell in cells])
        Console(width=140).print(table)

    def write(self, path: str) -> None:
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        data = {"machine": machine(), "measures": [measure.plain() for measure in self.measures]}
        target.write_text(json.dumps(data, indent=2) + "\n", encoding="utf-8")


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
