"""From `derived` in the file to derived facts: each expression is read, and its faults are told at their place."""

from __future__ import annotations

from collections.abc import Mapping

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.formulas import FormulaFault, Kind, read_formula
from bot.profile.derived import Derived, names_of
from bot.profile.read_conditions import WORDS_OF_THE_LANGUAGE
from bot.profile.shape import DerivedShape
from bot.profile.shape_errors import did_you_mean
from bot.profile.yaml_nodes import Node, Place, Problems, Scalar, Table


def read_derived(
    shapes: Mapping[str, DerivedShape], table: Table, facts: FactSpecs, problems: Problems
) -> tuple[Derived, ...]:
    """The derived facts, in the order of the file. Faults are reported, and the fact is then left out."""
    found: dict[str, Derived] = {}
    for name, shape in shapes.items():
        key = table.keys[name]
        if name in facts:
            problems.refuse(key, f"`{name}` is a fact already.", "Give the derived one another name.")
            continue
        if name in WORDS_OF_THE_LANGUAGE:
            problems.refuse(key, f"`{name}` is a word of the language.", "Give it another name.")
            continue
        inner = table.entries[name]
        node = inner.entries["value"] if isinstance(inner, Table) else inner
        text = shape.value
        try:
            specs = {**facts, **{each.name: each.spec for each in found.values()}}
            expression, kind = read_formula(text, specs, did_you_mean)
        except FormulaFault as fault:
            place = _place(node, fault.offset)
            node.refused = True
            problems.add(place, fault.message, fault.remedy)
            continue
        needs = dict.fromkeys(
            base for each in names_of(expression) for base in (found[each].needs if each in found else (each,))
        )
        found[name] = Derived(_spec(name, shape, kind), expression, tuple(needs))
    return tuple(found.values())


def _place(node: Node, offset: int) -> Place:
    line, column = node.place
    quoted = isinstance(node, Scalar) and node.quoted
    return line, column + offset + (1 if quoted else 0)


def _spec(name: str, shape: DerivedShape, kind: Kind) -> FactSpec:
    label = shape.label or name.replace("_", " ").capitalize()
    type_ = FactType(shape.type) if shape.type else kind.type
    unit = shape.unit or kind.unit
    return FactSpec(name, type_, label, "", unit=unit if type_ is FactType.NUMBER else None)
