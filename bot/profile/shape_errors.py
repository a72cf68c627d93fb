"""What a model says is wrong with a file's shape, told at the place in the file and in plain words."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError

from bot.profile.remedies import did_you_mean, nearest, slug
from bot.profile.shape_words import PATTERNS, in_words, named
from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar, Table

__all__ = ["did_you_mean", "read_shape"]

Model = TypeVar("Model", bound=BaseModel)
_CONDITIONS = frozenset({"when", "require"})
_MAPPINGS = {
    "up_to": ("`up_to` names the fact that may go further.", "Write {fact: VALUE}."),
    "accept": ("`accept` gives a reason for each warning.", "Write {cliff: The law draws this line.}."),
}
_PERCENTS = frozenset({"cost_of_capital", "monthly", "rate"})
_TEXT_TEST = re.compile(r"([a-z_][a-z0-9_]*)\s*(<=|>=|!=|<|>|=|is|:)\s*(\S.*)")


def read_shape(model: type[Model], root: Node, problems: Problems) -> Model | None:
    """The file's data as the model, or None when it does not have the shape: the problems say why and where."""
    if not isinstance(root, Table):
        problems.refuse(root, "The file must be a mapping of keys to values.", "Write `key: value`, one a line.")
        return None
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        # Unknown keys come first: a key that is missing because it is misspelt is told once.
        faults = _told_once(error.errors(include_url=False))
        for fault in sorted(faults, key=lambda fault: fault["type"] != "extra_forbidden"):
            _report(model, root, fault, problems)
    return None


def _told_once(faults: Sequence[Any]) -> list[Any]:
    """The faults without those of a form that was not meant: a list that is wrong inside is not "no mapping" too."""
    steps = [_steps(fault) for fault in faults]
    kept = []
    for index, (fault, place) in enumerate(zip(faults, steps, strict=True)):
        others = [other for at, other in enumerate(steps) if at != index]
        inner = any(len(other) > len(place) and other[: len(place)] == place for other in others)
        twin = next((at for at, other in enumerate(steps) if other == place), index) < index
        if not (fault["type"] in {"dict_type", "list_type"} and (inner or twin)):
            kept.append({**fault, "type": "list_or_dict"} if _both_forms(fault, faults, place) else fault)
    return kept


def _both_forms(fault: Any, faults: Sequence[Any], place: Sequence[int | str]) -> bool:
    kinds = {each["type"] for each in faults if _steps(each) == place}
    return fault["type"] == "dict_type" and "list_type" in kinds


def _steps(fault: Any) -> list[int | str]:
    return [step for step in fault["loc"] if not _is_branch(step)]


def _report(model: type[BaseModel], root: Node, fault: Any, problems: Problems) -> None:
    kind, location = fault["type"], _steps(fault)
    if location and location[-1] == "[key]":
        return _bad_key(root, location[-2], _at(root, location[:-2]), fault, problems)
    if kind == "extra_forbidden":
        return _unknown_key(model, root, location, problems)
    node = _at(root, location[:-1] if kind == "missing" else location)
    if kind == "missing":
        return _missing(root, location, node, problems)
    key = next((step for step in reversed(location) if isinstance(step, str)), "the file")
    told = _meant(node, location, key, kind) or in_words(kind, fault.get("ctx", {}), node, key)
    return None if isinstance(node, Listing | Table) and problems.inside(node) else problems.refuse(node, *told)


def _meant(node: Node, location: Sequence[int | str], key: str, kind: str) -> tuple[str, str] | None:
    """What was meant where a value has the wrong form at a place that says so; None where nothing better is known."""
    written = node.text if isinstance(node, Scalar) else ""
    if kind == "too_short":
        return None
    if key in _CONDITIONS and kind == "dict_type":
        test = _TEXT_TEST.fullmatch(written)
        sign = {"=": "", "is": "", ":": ""}.get(test[2], f"{test[2]} ") if test else ""
        remedy = f'Write {{{test[1]}: "{sign}{test[3]}"}}.' if test and sign else "Write {fact: test, fact: test}."
        remedy = f"Write {{{test[1]}: {test[3]}}}." if test and not sign else remedy
        more = " For alternatives write {any: [{...}, {...}]}." if isinstance(node, Listing) else ""
        return f"`{key}` must be a mapping of facts to tests.", remedy + more
    if kind == "dict_type" and key in _MAPPINGS:
        message, remedy = _MAPPINGS[key]
        return message, remedy.replace("VALUE", written or "value")
    if location[-1:] == ["exception"] and kind == "list_type":
        name = slug(written, "-") if written and written not in {"true", "false"} else None
        return "`exception` says who may approve.", f"Write {{authority: {name or 'deal-desk'}}}."
    if key in _PERCENTS and location[0] == "economics":
        return f"`{key}` must be a percent.", "Write a number of percent, such as 8%."
    if key == "currency" and written:
        return f"`currency` cannot be {written}.", "Write the ISO code in capitals, such as USD or EUR."
    if len(location) == 2 and location[0] == "derived" and kind == "model_type":  # noqa: PLR2004 derived, and a name
        remedy = "Write facts and numbers joined by + - * /, such as contract_value / beds."
        return f"`{location[1]}` must be worked out from facts.", remedy
    if isinstance(location[-1], int) and kind in {"model_type", "dict_type"}:
        remedy = "Write {key: value, ...}, or keys one a line and indented behind the dash."
        return f"Each entry of `{key}` must be a mapping of keys to values.", remedy
    return None


def _missing(root: Node, location: Sequence[int | str], node: Node, problems: Problems) -> None:
    key = str(location[-1])
    misspelt = f"Did you mean {key}?"
    if isinstance(node, Table):
        lines = {each.place for each in node.keys.values() if each.refused}
        if node.partial or any((p.line, p.column) in lines and p.suggestion == misspelt for p in problems.found):
            return
    if not node.refused:
        who = _thing(root, location[:-1])
        verb = "need" if " facts " in who or who.endswith("exceptions") else "needs"
        problems.add(node.place, f"{who} {verb} `{key}`.", f"Add `{key}: ...`.")


def _is_branch(step: object) -> bool:
    """Whether a step of a location names a branch of a union or a type instead of a place in the file."""
    return isinstance(step, str) and (step in {"int", "decimal", "str"} or step.startswith(("list[", "dict[")))


def _at(root: Node, location: Sequence[int | str]) -> Node:
    node = root
    for step in location:
        if isinstance(node, Table):
            node = node.entries.get(str(step), node)
        elif isinstance(node, Listing) and isinstance(step, int) and step < len(node.items):
            node = node.items[step]
    return node


def _bad_key(root: Node, key: int | str, table: Node, fault: Any, problems: Problems) -> None:
    node = table.keys.get(str(key)) if isinstance(table, Table) else None
    pattern = fault.get("ctx", {}).get("pattern")
    if fault["type"] == "literal_error":
        known = [part.strip().strip("'") for part in str(fault["ctx"]["expected"]).replace(" or ", ", ").split(",")]
        problems.refuse(
            node or root, f"`{key}` is not a warning that can be accepted here.", did_you_mean(str(key), known)
        )
        return
    suggestion = (
        named(str(key), "_" if "0-9_]" in pattern else "-", PATTERNS.get(pattern, "")) if pattern else "Shorten it."
    )
    problems.refuse(node or root, f"`{key}` cannot be a name here.", suggestion)


def _unknown_key(model: type[BaseModel], root: Node, location: list[int | str], problems: Problems) -> None:
    table = _at(root, location[:-1])
    key = str(location[-1])
    if isinstance(table, Table) and key in table.keys:
        fields = _model_at(model, location[:-1]).model_fields
        known = [field.alias or name for name, field in fields.items()]
        near = nearest(key, [name for name in known if name not in table.entries])
        message = f"`{key}` is not a key of {_thing(root, location[:-1], short=True)}."
        problems.refuse(table.keys[key], message, f"Did you mean {near}?" if near else did_you_mean(key, known))


def _model_at(model: Any, location: Sequence[int | str]) -> type[BaseModel]:
    current = model
    for step in location:
        if isinstance(current, type) and issubclass(current, BaseModel) and str(step) in current.model_fields:
            current = current.model_fields[str(step)].annotation
        current = _inside(current)
    return current  # type: ignore[no-any-return]


def _inside(annotation: Any) -> Any:
    """The model that an annotation holds: within Optional, a list, a mapping or Annotated."""
    while not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        arguments = [a for a in get_args(annotation) if a is not type(None)]
        if not arguments:
            return annotation
        annotation = arguments[-1] if get_origin(annotation) is dict else arguments[0]
    return annotation


_NAMES = {
    "facts": "fact",
    "derived": "derived fact",
    "checks": "check",
    "segments": "segment",
    "cases": "case",
    "exception": "exception",
    "people": "person",
    "authorities": "authority",
    "churn": "row of churn",
    "service_mix": "row of service_mix",
    "subscription": "row of subscription",
}
_PARTS = {
    ("economics",): "the economics",
    ("economics", "facts"): "the facts of the economics",
    ("economics", "commission"): "the commission",
    ("exceptions",): "the exceptions",
}


def _thing(root: Node, location: Sequence[int | str], *, short: bool = False) -> str:
    """What stands at the location, as a person would call it: "The check `discount`"."""
    if not location:
        return "the file" if short else "The file"
    if part := _PARTS.get(tuple(str(step) for step in location)):
        return part if short else f"{part[:1].upper()}{part[1:]}"
    steps = [step for step in location if isinstance(step, str)]
    kind = _NAMES.get(steps[-1] if steps else "") if isinstance(location[-1], int) or len(location) == 1 else None
    kind = kind or (_NAMES.get(steps[-1]) if steps and steps[-1] == "exception" else None)
    name: object = None
    if kind is None and len(location) > 1 and isinstance(location[-1], str):
        kind, name = _NAMES.get(str(location[-2]), "entry"), location[-1]
    node = _at(root, location)
    if name is None and isinstance(node, Table):
        names = [node.get(key) for key in ("id", "name", "authority")]
        name = next((n.value for n in names if isinstance(n, Scalar) and n.value), None)
    kind = kind or "entry"
    if short:
        return f"a{'n' if kind[0] in 'aeiou' else ''} {kind}"
    return f"The {kind} `{name}`" if name is not None else f"This {kind}"
