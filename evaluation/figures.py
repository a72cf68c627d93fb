"""What was measured, in sections: each with the day and the machine, kept in one file from one run to the next."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bench.report import machine

SCHEMA = 1
"""The version of the file's shape."""


@dataclass(frozen=True)
class Figure:
    """One cell of a section's table. `unit` is "share" (0 to 1), "ms", "s", "MB", "" for a measure of the field, ..."""

    row: str
    column: str
    value: float
    unit: str = ""


@dataclass
class Section:
    """A table. `ours` names the row that the others are peers of, where there is one; `about` says what was asked."""

    key: str
    title: str
    about: str = ""
    ours: str | None = None
    figures: list[Figure] = field(default_factory=list)
    measured: str = ""
    machine: str = ""

    def add(self, row: str, column: str, value: float, unit: str = "") -> None:
        """Add a cell, rounded to what can be meant."""
        self.figures.append(Figure(row, column, round(float(value), 3), unit))

    def value(self, row: str, column: str) -> float:
        """A cell. Raises KeyError when there is none."""
        for figure in self.figures:
            if (figure.row, figure.column) == (row, column):
                return figure.value
        raise KeyError(f"{self.key}: no figure for {row!r}, {column!r}")

    def measures(self) -> list[dict[str, Any]]:
        """The figures in the shape that all benchmarks write: ours beside each peer, or each by itself."""
        if self.ours is None:
            return [_measure(f"{self.title}: {one.row}, {one.column}", one.value, one.unit) for one in self.figures]
        told = [(one, self.value(self.ours, one.column)) for one in self.figures if one.row != self.ours]
        return [
            _measure(f"{self.title}: {peer.column}, {self.ours}", ours, peer.unit, peer.row, peer.value)
            for peer, ours in told
        ]

    def plain(self) -> dict[str, Any]:
        """The section as JSON data."""
        return {
            "title": self.title,
            "about": self.about,
            "measured": self.measured,
            "machine": self.machine,
            "ours": self.ours,
            "figures": [
                {"row": one.row, "column": one.column, "value": one.value, "unit": one.unit} for one in self.figures
            ],
        }


def _measure(
    name: str, value: float, unit: str, peer: str | None = None, peer_value: float | None = None
) -> dict[str, Any]:
    ratio = round(value / peer_value, 2) if peer_value else None
    return {"name": name, "value": value, "unit": unit, "peer": peer, "peer_value": peer_value, "ratio": ratio}


def write_measures(file: Path, sections: Iterable[Section]) -> None:
    """What this run measured, for scripts."""
    file.parent.mkdir(parents=True, exist_ok=True)
    data = {"machine": machine(), "measures": [one for section in sections for one in section.measures()]}
    file.write_text(json.dumps(data, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def read_summary(file: Path) -> dict[str, Section]:
    """The sections of earlier runs by key; none when there is no file yet."""
    if not file.exists():
        return {}
    data = json.loads(file.read_text(encoding="utf-8"))
    if data.get("schema") != SCHEMA:
        raise ValueError(f"{file} has another shape than this version writes: remove it and run `make eval` again")
    return {key: _section(key, found) for key, found in data["sections"].items()}


def write_summary(file: Path, sections: Iterable[Section], today: date) -> dict[str, Section]:
    """Put new sections in the place of those of the same key, keep the others, and write the file."""
    kept = read_summary(file)
    for section in sections:
        section.measured, section.machine = today.isoformat(), machine()
        kept[section.key] = section
    ordered = dict(sorted(kept.items()))
    data = {"schema": SCHEMA, "sections": {key: section.plain() for key, section in ordered.items()}}
    file.write_text(json.dumps(data, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return ordered


def _section(key: str, data: dict[str, Any]) -> Section:
    figures = [Figure(**figure) for figure in data["figures"]]
    return Section(
        key, data["title"], data["about"], data["ours"], figures, measured=data["measured"], machine=data["machine"]
    )
