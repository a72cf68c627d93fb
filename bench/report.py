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

    @property
    def ratio(self) -> float | None:
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

    def add(self, name: str, value: float, unit: str, peer: str | None = None, peer_value: float | None = None) -> None:
        self.measures.append(Measure(name, value, unit, peer, peer_value))

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


def in_turn(runs: dict[str, tuple[Callable[[], object], int]], *, rounds: int) -> dict[str, float]:
    """Medians of the processor seconds per call of each, so many calls at a time, all in turn in every round.

    Processor time, because a machine that others use as well takes a wall clock's burst away from anybody.
    """
    times: dict[str, list[float]] = {name: [] for name in runs}
    for _ in range(rounds):
        for name, (do, inner) in runs.items():
            start = time.process_time()
            for _ in range(inner):
                do()
            times[name].append((time.process_time() - start) / inner)
    return {name: statistics.median(each) for name, each in times.items()}
