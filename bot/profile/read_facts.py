"""The facts of a profile: what each type allows, checked, with defaults for what was left out."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType

from bot.deals.facts import Direction, FactSpec, FactType
from bot.profile.read_conditions import WORDS_OF_THE_LANGUAGE
from bot.profile.shape import FactShape
from bot.profile.yaml_nodes import Listing, Node, Problems, Table

_UNITS = frozenset({FactType.INTEGER, FactType.NUMBER})
_ONLY_NUMBERS = ("usual", "step", "minimum", "maximum")


def read_facts(
    shapes: Mapping[str, FactShape], table: Table, problems: Problems, currency: str
) -> Mapping[str, FactSpec]:
    """The facts by name, in the order of the file. Faults are reported; the specs are then not to be used."""
    specs: dict[str, FactSpec] = {}
    for name, shape in shapes.items():
        node = table.entries[name]
        if name in WORDS_OF_THE_LANGUAGE:
            problems.refuse(table.keys[name], f"`{name}` is a word of the language.", "Give the fact another name.")
        if isinstance(node, Table):
            _check(name, shape, node, problems)
        specs[name] = _spec(name, shape, currency)
    return MappingProxyType(specs)


def _spec(name: str, shape: FactShape, currency: str) -> FactSpec:
    label = shape.label or name.replace("_", " ").capitalize()
    choices = shape.choices or {}
    return FactSpec(
        name=name,
        type=FactType(shape.type),
        currency=currency if shape.type == FactType.MONEY.value else None,
        label=label,
        ask=shape.ask or f"What is the {label[0].lower()}{label[1:]}?",
        unit=shape.unit,
        also=tuple(shape.also),
        choices=MappingProxyType(
            {word: tuple(words) for word, words in choices.items()}
            if isinstance(choices, dict)
            else {word: (word,) for word in choices}
        ),
        usual=tuple(Decimal(value) for value in shape.usual or ()),
        negotiable=Direction(shape.negotiable) if shape.negotiable else None,
        step=None if shape.step is None else Decimal(shape.step),
        minimum=None if shape.minimum is None else Decimal(shape.minimum),
        maximum=None if shape.maximum is None else Decimal(shape.maximum),
        means_yes=tuple(shape.means_yes),
        means_no=tuple(shape.means_no),
    )


def _check(name: str, shape: FactShape, node: Table, problems: Problems) -> None:
    kind = FactType(shape.type)
    if shape.unit is not None and kind not in _UNITS:
        _refuse(node, "unit", f"{_a(kind).capitalize()} fact has no unit of its own.", problems, "Remove it.")
    if shape.choices is not None and kind is not FactType.CHOICE:
        remedy = "For the values that a form offers write `usual`." if kind.is_numeric else "Set type: choice."
        _refuse(node, "choices", f"`choices` belong to a choice, and `{name}` is {_a(kind)} fact.", problems, remedy)
    if kind is FactType.CHOICE:
        _check_choices(name, shape, node, problems)
    for key in ("means_yes", "means_no"):
        if getattr(shape, key) and kind is not FactType.YES_NO:
            _refuse(node, key, f"`{key}` belongs to a yes/no fact.", problems, "Remove it.")
    for index, word in enumerate(shape.means_no):
        if word.lower() in _lower(shape.means_yes):
            message = f"'{word}' means both yes and no."
            problems.refuse(_item(node.entries["means_no"], index), message, "Remove it from one of the lists.")
    _check_negotiable(shape, kind, node, problems)
    _check_numbers(shape, kind, node, problems)


def _a(kind: FactType) -> str:
    return f"an {kind}" if kind[0] in "aeiou" else f"a {kind}"


def _lower(words: list[str]) -> set[str]:
    return {word.lower() for word in words}


def _check_choices(name: str, shape: FactShape, node: Table, problems: Problems) -> None:
    if not shape.choices:
        problems.refuse(
            node.get("choices") or node,
            f"The choice `{name}` has no choices.",
            "Add choices: {value: [words that mean it]}.",
        )
        return
    written = node.entries["choices"]
    meaning: dict[str, str] = {}
    plain = shape.choices if isinstance(shape.choices, list) else list(shape.choices)
    seen: set[str] = set()
    for index, choice in enumerate(plain):
        place = written.keys[choice] if isinstance(written, Table) else _item(written, index)
        if choice in seen:
            problems.refuse(place, f"The choice {choice} is listed twice.", "Remove one.")
            continue
        seen.add(choice)
        if choice in {"known", "unknown"}:
            problems.refuse(place, f"`{choice}` cannot be a choice: it is a test.", "Use another word.")
        _take(choice, choice, meaning, place, problems)
        for at, word in enumerate(shape.choices[choice] if isinstance(shape.choices, dict) else ()):
            words = written.entries[choice] if isinstance(written, Table) else written
            _take(word, choice, meaning, _item(words, at), problems)


def _take(word: str, choice: str, meaning: dict[str, str], node: Node, problems: Problems) -> None:
    """Let the word mean the choice, unless it means another one already."""
    if (first := meaning.setdefault(word.lower(), choice)) != choice:
        problems.refuse(node, f"'{word}' means both {first} and {choice}.", "Remove it from one of them.")


def _item(node: Node, index: int) -> Node:
    """The item of a list, or the node itself when it is none."""
    return node.items[index] if isinstance(node, Listing) and index < len(node.items) else node


def _check_negotiable(shape: FactShape, kind: FactType, node: Table, problems: Problems) -> None:
    if shape.negotiable is None:
        return
    if kind in {FactType.TEXT, FactType.OUTCOMES}:
        _refuse(node, "negotiable", f"{_a(kind).capitalize()} fact cannot be moved by a rule.", problems, "Remove it.")
    elif kind is FactType.CHOICE and shape.negotiable != "either":
        _refuse(node, "negotiable", "A choice has no up or down.", problems, "Write either.")


def _check_numbers(shape: FactShape, kind: FactType, node: Table, problems: Problems) -> None:
    for key in _ONLY_NUMBERS:
        value = getattr(shape, key)
        if value is None:
            continue
        values = value if key == "usual" else [value]
        fraction = next((at for at, each in enumerate(values) if not isinstance(each, int)), None)
        if not kind.is_numeric:
            _refuse(node, key, f"`{key}` belongs to a number, and this is {_a(kind)} fact.", problems, "Remove it.")
        elif kind is FactType.INTEGER and fraction is not None:
            place = _item(node.entries[key], fraction)
            problems.refuse(place, f"`{key}` must be whole: the fact is an integer.", "Write a whole number.")
    if not kind.is_numeric:
        return
    low, high = shape.minimum, shape.maximum
    if low is not None and high is not None and low > high:
        _refuse(node, "maximum", "The maximum is below the minimum.", problems, "Exchange the two.")
    if shape.step is not None and shape.step <= 0:
        _refuse(
            node, "step", "A step must be more than 0.", problems, "Write the size of a move; negotiable says where."
        )
    seen: set[Decimal] = set()
    for index, value in enumerate(shape.usual or ()):
        place = _item(node.entries["usual"], index)
        if (low is not None and value < low) or (high is not None and value > high):
            problems.refuse(place, f"The usual value {value} is out of the fact's range.", "Remove it.")
        elif value in seen:
            problems.refuse(place, f"The usual value {value} is listed twice.", "Remove one.")
        seen.add(Decimal(value))


def _refuse(node: Table, key: str, message: str, problems: Problems, suggestion: str) -> None:
    """Report a fault at the value of the key."""
    problems.refuse(node.entries[key], message, suggestion)
