"""What every deal has without its being declared: the day on which it is expected to close."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from bot.deals.deal import CLOSE_DATE
from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.profile.conditions import Condition, facts_of
from bot.profile.derived import Derived
from bot.profile.shape import FactShape
from bot.profile.yaml_nodes import Problems, Table

CLOSES = FactSpec(
    CLOSE_DATE,
    FactType.DATE,
    "Close date",
    "When is the deal expected to close?",
    also=("closes", "closing date", "expected close"),
)


def with_close_date(facts: FactSpecs) -> FactSpecs:
    """The facts that conditions can name: those of the file, and the close date where the file does not declare it."""
    return facts if CLOSE_DATE in facts else MappingProxyType({**facts, CLOSE_DATE: CLOSES})


def used_facts(facts: FactSpecs, conditions: Iterable[Condition | None], derived: Iterable[Derived]) -> FactSpecs:
    """The facts of the profile: with the close date when something rests on it, so that it is asked for."""
    needed = {name for each in derived for name in each.needs}
    needed.update(name for condition in conditions for name in facts_of(condition))
    return with_close_date(facts) if CLOSE_DATE in needed else facts


def check_close_date(shapes: dict[str, FactShape], table: Table, problems: Problems) -> None:
    """Refuse a fact that has the name of the close date and is something else."""
    shape, node = shapes.get(CLOSE_DATE), table.get(CLOSE_DATE)
    if shape is not None and shape.type != FactType.DATE.value and isinstance(node, Table):
        message = f"`{CLOSE_DATE}` is the day on which the deal is expected to close."
        problems.refuse(node.entries["type"], message, "Write type: date, or give the fact another name.")
