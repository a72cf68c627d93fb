"""From `derived` in the file to derived facts: each expression is read, and its faults are told at their place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.formulas import FormulaFault, Kind, read_formula
from bot.profile.derived import Derived, names_of
from bot.profile.read_conditions import WORDS_OF_THE_LANGUAGE
from bot.profile.remedies import nearest_fact
from bot.profile.shape import DerivedShape
from bot.profile.yaml_nodes import Node, Place, Problems, Scalar, Table


def read_derived(
    shapes: Mapping[str, DerivedShape], table: Table, facts: FactSpecs, problems: Problems, currency: str
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
        if shape.unit is not None and shape.type in {"money", "percent"}:
            problems.refuse(_unit(inner), f"A derived {shape.type} fact has no unit of its own.", "Remove it.")
            continue
        try:
            specs = {**facts, **{each.name: each.spec for each in found.values()}}
            expression, kind = read_formula(text, specs, partial(_meant, name=name, specs=specs, shapes=shapes))
        except FormulaFault as fault:
            place = _place(node, fault.offset)
            node.refused = True
            problems.add(place, fault.message, fault.remedy)
            continue
        if shape.unit is not None and shape.type is None and kind.type is not FactType.NUMBER:
            problems.refuse(_unit(inner), f"This gives {kind}, which has no unit of its own.", "Remove it.")
            continue
        needs = dict.fromkeys(
            base for each in names_of(expression) for base in (found[each].needs if each in found else (each,))
        )
        found[name] = Derived(_spec(name, shape, kind, currency), expression, tuple(needs))
    return tuple(found.values())


def _unit(node: Node) -> Node:
    return node.entries["unit"] if isinstance(node, Table) else node


def _meant(word: str, _: Sequence[str], *, name: str, specs: FactSpecs, shapes: Mapping[str, DerivedShape]) -> str:
    """What to do about a fact that an expression names and that is not there yet."""
    if word == name:
        return "A derived fact cannot rest on itself: name what it is worked out from."
    if word in shapes:
        return f"`{word}` is derived further down: move it above `{name}`. A circle of two cannot be worked out."
    return nearest_fact(word, specs)


def _place(node: Node, offset: int) -> Place:
    line, column = node.place
    quoted = isinstance(node, Scalar) and node.quoted
    return line, column + offset + (1 if quoted else 0)


def _spec(name: str, shape: DerivedShape, kind: Kind, currency: str) -> FactSpec:
    label = shape.label or name.replace("_", " ").capitalize()
    type_ = FactType(shape.type) if shape.type else kind.type
    unit = shape.unit or kind.unit
    unit = unit if type_ is FactType.NUMBER else None
    return FactSpec(name, type_, label, "", unit=unit, currency=currency if type_ is FactType.MONEY else None)
