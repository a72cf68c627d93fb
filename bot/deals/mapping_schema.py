"""The JSON Schema of a mapping file, made from its model: editors complete and check the file with it."""

from __future__ import annotations

import json
from typing import Any

from bot.deals.mapping import Mapping

_WORD: dict[str, Any] = {"type": ["string", "number", "boolean"]}


def mapping_schema() -> dict[str, Any]:
    """The schema as JSON data (draft 2020-12)."""
    schema: dict[str, Any] = _tidied(Mapping.model_json_schema())
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "Mapping file"
    # A word in YAML may look like a number or a yes; the loader reads what stands there as text.
    values = schema["properties"]["values"]["additionalProperties"]
    values["additionalProperties"] = {"type": ["string", "number", "boolean", "null"]}
    schema["properties"]["constants"]["additionalProperties"] = _WORD
    schema["properties"]["multiply"]["additionalProperties"] = {"type": ["string", "number"]}
    words = {"type": "array", "items": _WORD}
    for part in ("missing", "stages", "only"):
        schema["properties"][part]["additionalProperties"] = words
    for part in ("roles", "kinds"):
        schema["$defs"]["ActivityMapping"]["properties"][part]["additionalProperties"] = words
    return schema


def schema_bytes() -> bytes:
    """The schema as the committed file holds it."""
    return (json.dumps(mapping_schema(), indent=2, ensure_ascii=False) + "\n").encode()


def _tidied(data: Any) -> Any:
    """Without null for a key that may be left out, and without the titles that pydantic makes of names."""
    if isinstance(data, list):
        return [_tidied(item) for item in data]
    if not isinstance(data, dict):
        return data
    tidy = {
        name: _tidied(value)
        for name, value in data.items()
        if not (name == "title" and isinstance(value, str)) and not (name == "default" and value in (None, {}, []))
    }
    branches = [branch for branch in tidy.get("anyOf", []) if branch != {"type": "null"}]
    if "anyOf" in tidy and len(branches) == 1:
        return {**branches[0], **{name: value for name, value in tidy.items() if name != "anyOf"}}
    return tidy
