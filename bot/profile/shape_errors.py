"""What a model says is wrong with a file's shape, told at the place in the file and in plain words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, get_args, get_origin

from pydantic import BaseModel, ValidationError
from rapidfuzz import fuzz, process

from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar, Table

Model = TypeVar("Model", bound=BaseModel)
_CLOSE = 60
_LONGEST = 100


def did_you_mean(word: str, known: Sequence[str]) -> str:
    """A remedy for a word that is not known: the nearest that is, or all of them when they are few."""
    near = (
        process.extractOne(word[:_LONGEST].lower(), known, scorer=fuzz.WRatio, score_cutoff=_CLOSE) if known else None
    )
    if near:
        return f"Did you mean {near[0]}?"
    return f"Known are: {', '.join(known)}." if known else "None is declared."


def read_shape(model: type[Model], root: Node, problems: Problems) -> Model | None:
    """The file's data as the model, or None when it does not have the shape: the problems say why and where."""
    if not isinstance(root, Table):
        problems.refuse(root, "The file must be a mapping of keys to values.", "Write `key: value`, one a line.")
        return None
    try:
        return model.model_validate(root.plain())
    except ValidationError as error:
        # Unknown keys come first: a key that is missing because it is misspelt is told once.
        faults = error.errors(include_url=False)
        for fault in sorted(faults, key=lambda fault: fault["type"] != "extra_forbidden"):
            _report(model, root, fault, problems)
    return None


def _report(model: type[BaseModel], root: Node, fault: Any, problems: Problems) -> None:
    kind, location = fault["type"], [step for step in fault["loc"] if not _is_branch(step)]
    if location and location[-1] == "[key]":
        return _bad_key(root, location[-2], _at(root, location[:-2]), fault, problems)
    if kind == "extra_forbidden":
        return _unknown_key(model, root, location, problems)
    node = _at(root, location[:-1] if kind == "missing" else location)
    if kind == "missing":
        return _missing(root, location, node, problems)
    key = next((step for step in reversed(location) if isinstance(step, str)), "the file")
    message, suggestion = _in_words(kind, fault.get("ctx", {}), node, key)
    return problems.refuse(node, message, suggestion)


def _missing(root: Node, location: Sequence[int | str], node: Node, problems: Problems) -> None:
    key = str(location[-1])
    misspelt = f"Did you mean {key}?"
    if isinstance(node, Table):
        lines = {each.place for each in node.keys.values() if each.refused}
        if node.partial or any((p.line, p.column) in lines and p.suggestion == misspelt for p in problems.found):
            return
    if not node.refused:
        problems.add(node.place, f"{_thing(root, location[:-1])} needs `{key}`.", f"Add `{key}: ...`.")


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
    suggestion = "Use small letters, digits and _, starting with a letter." if pattern else "Shorten it."
    problems.refuse(node or root, f"`{key}` cannot be a name here.", suggestion)


def _unknown_key(model: type[BaseModel], root: Node, location: list[int | str], problems: Problems) -> None:
    table = _at(root, location[:-1])
    key = str(location[-1])
    if isinstance(table, Table) and key in table.keys:
        known = list(_model_at(model, location[:-1]).model_fields)
        message = f"`{key}` is not a key of {_thing(root, location[:-1], short=True)}."
        problems.refuse(table.keys[key], message, did_you_mean(key, known))


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
    "checks": "check",
    "segments": "segment",
    "cases": "case",
    "exception": "exception",
    "people": "person",
    "authorities": "authority",
}


def _thing(root: Node, location: Sequence[int | str], *, short: bool = False) -> str:
    """What stands at the location, as a person would call it: "The check `discount`"."""
    if not location:
        return "the file" if short else "The file"
    steps = [step for step in location if isinstance(step, str)]
    last = steps[-1] if steps else ""
    kind = _NAMES.get(last)
    name: object = None
    if kind is None and len(location) > 1 and isinstance(location[-1], str):
        kind, name = _NAMES.get(str(location[-2]), "entry"), location[-1]
    node = _at(root, location)
    if name is None and isinstance(node, Table):
        names = [node.get(key) for key in ("id", "name", "authority")]
        name = next((n.value for n in names if isinstance(n, Scalar) and n.value), None)
    article = "a" if short else "The"
    if short:
        return f"{article}{'n' if kind and kind[0] in 'aeiou' else ''} {kind or 'entry'}"
    return f"{article} {kind or 'entry'} `{name}`" if name is not None else f"This {kind or 'entry'}"


def _in_words(kind: str, context: Any, node: Node, key: str) -> tuple[str, str | None]:
    written = node.text if isinstance(node, Scalar) else ""
    if kind == "literal_error":
        known = [part.strip().strip("'") for part in str(context["expected"]).replace(" or ", ", ").split(",")]
        return f"`{key}` cannot be {written or 'this'}.", did_you_mean(written, known)
    if kind in {"string_type", "date_type"} and isinstance(node, Scalar) and not node.quoted:
        return _unquoted(kind, key, written)
    if kind in _PLAIN_WORDS:
        message, suggestion = _PLAIN_WORDS[kind]
        return message.format(key, **context), suggestion
    if kind == "string_pattern_mismatch":
        return f"`{key}` cannot be {written}.", _PATTERNS.get(
            context["pattern"], f"It must match {context['pattern']}."
        )
    return f"`{key}`: {kind.replace('_', ' ')}.", None


def _unquoted(kind: str, key: str, written: str) -> tuple[str, str]:
    if kind == "date_type":
        return f"`{key}` is a date.", "Write it as year-month-day, such as 2026-11-01."
    if key == "expires_in":
        return f"`{key}` names its unit.", "Write a number of days, such as 30 days."
    return f"`{key}` is a text, and {written} alone is not.", f'Put it in quotes: "{written}".'


_PLAIN_WORDS = {
    "string_type": ("`{0}` must be a text.", "Write one text, in quotes if it holds : or # or starts with a sign."),
    "date_type": ("`{0}` must be a date.", "Write it without quotes as year-month-day, such as 2026-11-01."),
    "string_too_short": ("`{0}` is empty.", "Write a text, or remove it."),
    "string_too_long": ("`{0}` is longer than {max_length} characters.", "Shorten it."),
    "dict_type": ("`{0}` must be a mapping.", "Write it as `name: value`, one a line and indented, or {name: value}."),
    "list_type": ("`{0}` must be a list.", "Write it as [one, two], or one a line, each after a dash."),
    "int_type": ("`{0}` must be a number.", "Write digits alone, without a unit and without quotes."),
    "is_instance_of": ("`{0}` must be a number.", "Write digits alone, without a unit and without quotes."),
    "model_type": ("`{0}` must be a mapping of keys to values.", "Write it as `key: value`, one a line and indented."),
    "too_short": ("`{0}` is empty.", "Write at least one entry."),
}
_PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": "Use small letters, digits and _, starting with a letter.",
    r"^[a-z][a-z0-9-]{0,59}$": "Use small letters, digits and -, starting with a letter.",
    r"^[A-Z]{3}$": "Write the ISO code in capitals, such as USD or EUR.",
    r"^[A-Za-z0-9_./-]+\.[a-z]+(#[\w-]+)?$": "Write file.md#heading, the heading in small letters with hyphens.",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "Write the whole address, such as dana@firm.example.",
    r"^[UW][A-Z0-9]{2,20}$": "Write the Slack user id, such as U012AB3CD, or leave it out.",
    r"^[1-9][0-9]{0,3} days?$": "Write a number of days, such as 30 days.",
    r"^[1-9][0-9]{0,2} (working )?days?$": "Write a number of days, such as 1 day or 2 working days.",
}
