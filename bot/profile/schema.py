"""The JSON Schema of a Deal Profile, made from the loader's models: editors complete and check the file with it."""

from __future__ import annotations

import json
from typing import Any

from bot.profile.derived import Match
from bot.profile.shape import CONDITION, ProfileShape

_FORMS = (
    'true, a word, a list, "<= 10%", ">= 3", "!= x", 25..400, known, "<= start + 30 days", {contains: word}, '
    'or {measurable: ">= 2"}'
)
_SCALAR: dict[str, Any] = {"type": ["string", "number", "boolean"]}
_NUMBER_TEST: dict[str, Any] = {"type": ["string", "integer"]}


def profile_schema() -> dict[str, Any]:
    """The schema as JSON data (draft 2020-12)."""
    schema: dict[str, Any] = _tidied(ProfileShape.model_json_schema())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Deal Profile"
    schema["$defs"].update({"Condition": _condition(), "Test": _test()})
    derived = schema["properties"]["derived"]["patternProperties"]
    for name, shape in derived.items():
        derived[name] = {"anyOf": [{"type": "string", "minLength": 1}, shape]}
    for name in ("CheckShape", "SegmentShape"):
        many = schema["$defs"][name]["properties"]["exception"]
        schema["$defs"][name]["properties"]["exception"] = {"anyOf": [many["items"], many]}
    return schema


def schema_bytes() -> bytes:
    """The schema as the committed file holds it."""
    return (json.dumps(profile_schema(), indent=2, ensure_ascii=False) + "\n").encode()


def _tidied(data: Any) -> Any:
    """References for conditions, and no null: a key without a value is refused, so editors must not offer it."""
    if isinstance(data, list):
        return [_tidied(item) for item in data]
    if not isinstance(data, dict):
        return data
    if all(data.get(key) == value for key, value in CONDITION.items()):
        kept = {key: value for key, value in data.items() if key not in CONDITION}
        return {"$ref": "#/$defs/Condition", **kept}
    tidy = {key: _tidied(value) for key, value in data.items() if not (key == "default" and value is None)}
    branches = [branch for branch in tidy.get("anyOf", []) if branch != {"type": "null"}]
    if len(branches) == 1:
        return {**branches[0], **{key: value for key, value in tidy.items() if key != "anyOf"}}
    return {**tidy, "anyOf": branches} if branches else tidy


def _condition() -> dict[str, Any]:
    many = {"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/Condition"}}
    return {
        "title": "Condition",
        "description": "Facts with their tests: all must hold. Or all, any and not around further conditions.",
        "type": "object",
        "minProperties": 1,
        "properties": {"all": many, "any": many, "not": {"$ref": "#/$defs/Condition"}},
        "additionalProperties": {"$ref": "#/$defs/Test"},
    }


def _test() -> dict[str, Any]:
    text = {"type": "string", "minLength": 1}
    matches = {match.value: {"anyOf": [text, {"type": "array", "minItems": 1, "items": text}]} for match in Match}
    measures = dict.fromkeys(("count", "measurable", "agreed"), _NUMBER_TEST)
    return {
        "title": "Test",
        "description": _FORMS,
        "anyOf": [
            _SCALAR,
            {"type": "array", "minItems": 1, "items": _SCALAR},
            {"type": "object", "minProperties": 1, "properties": measures, "additionalProperties": False},
            {"type": "object", "minProperties": 1, "properties": matches, "additionalProperties": False},
        ],
    }
