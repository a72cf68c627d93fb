"""The facts that the tests read with: those of the bundled profile, and quite different ones."""

from __future__ import annotations

from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from bot.deals.facts import Direction, FactSpec, FactSpecs, FactType

PROFILE = Path(__file__).parents[3] / "profile" / "deal-profile.yaml"


def spec(name: str = "x", type: str = "text", **parts: Any) -> FactSpec:  # noqa: A002 - reads as the profile does
    """A fact from the words of a profile."""
    choices = parts.pop("choices", {})
    usual = parts.pop("usual", ())
    if isinstance(choices, list):
        choices = {choice: (choice,) for choice in choices}
    parts["choices"] = {choice: tuple(words) for choice, words in choices.items()}
    parts["usual"] = tuple(Decimal(str(number)) for number in usual)
    for number in {"step", "minimum", "maximum"} & set(parts):
        parts[number] = Decimal(str(parts[number]))
    for words in {"also", "means_yes", "means_no"} & set(parts):
        parts[words] = tuple(parts[words])
    if "negotiable" in parts:
        parts["negotiable"] = Direction(parts["negotiable"])
    label = parts.pop("label", name.replace("_", " ").capitalize())
    return FactSpec(name=name, type=FactType(type), label=label, ask=parts.pop("ask", f"{label}?"), **parts)


@cache
def bundled() -> FactSpecs:
    """The facts of the profile that ships."""
    facts = yaml.safe_load(PROFILE.read_text(encoding="utf-8"))["facts"]
    return {name: spec(name, **parts) for name, parts in facts.items()}


@cache
def boats() -> FactSpecs:
    """The facts of somebody who sells boats in euros."""
    return {
        "hull": spec("hull", "choice", choices={"steel": ["steel"], "wood": ["wood", "wooden", "oak"], "grp": ["GRP"]}),
        "length": spec("length", "number", label="Length over all", unit="metres", also=["LOA", "long"], minimum=1),
        "berths": spec("berths", "integer", unit="berths", also=["sleeps", "cabins for"], minimum=0, maximum=40),
        "engine": spec("engine", "yes/no", means_yes=["engine", "motor yacht"], means_no=["sails only", "no engine"]),
        "price": spec("price", "money", also=["asking price", "price"], minimum=0),
        "deposit": spec("deposit", "percent", also=["down payment"], minimum=0, maximum=100),
        "warranty": spec("warranty", "integer", unit="years", minimum=0, maximum=30),
        "hours": spec("hours", "integer", label="Engine hours", unit="hours", minimum=0),
        "lead_weeks": spec("lead_weeks", "integer", label="Lead time", unit="weeks", also=["delivery in"], minimum=0),
        "launch": spec("launch", "date", label="Launch", also=["launch date", "launched on"]),
        "berth_name": spec("berth_name", "text", label="Home port", also=["port"]),
        "trials": spec("trials", "integer", label="Sea trials a year", unit="trials a year", minimum=0),
    }
