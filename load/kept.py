"""The newest figures of each scenario, so that a run may be made in parts."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from load.figures import Figures
from load.scenarios import SCENARIOS, Scenario


def keep(path: Path, scenario: Scenario, amount: int, figures: Figures) -> None:
    """Keep these in the place of the scenario's older ones."""
    runs = _read(path)
    runs[scenario.name] = {"amount": amount, "figures": asdict(figures)}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(runs, indent=1) + "\n", encoding="utf-8")


def kept(path: Path) -> list[tuple[Scenario, int, Figures]]:
    """What is kept, in the order of the scenarios. A file that cannot be read is as good as none."""
    runs = _read(path)
    return [(one, int(runs[one.name]["amount"]), _figures(runs[one.name])) for one in SCENARIOS if one.name in runs]


def _read(path: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found


def _figures(run: dict[str, Any]) -> Figures:
    values = run["figures"]
    return Figures(**{**values, "memory": tuple(values["memory"])})
