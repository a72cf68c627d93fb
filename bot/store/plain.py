"""What may be kept: JSON data only, and texts that every database can hold."""

from __future__ import annotations

import hashlib
import math
import re
from collections.abc import Mapping
from typing import Any

from bot.store.errors import RecordError

_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_DEEPEST = 60


def clean(text: str) -> str:
    """The text with each NUL and lone surrogate, which no database can hold, as the replacement character."""
    return _UNSTORABLE.sub("\ufffd", str.__str__(text))


def label(text: str, longest: int) -> str:
    """A cleaned text that fits an index: a longer one is cut and ends in a hash of the whole, to stay unique."""
    text = clean(text)
    if len(text) <= longest:
        return text
    return f"{text[: longest - 17]}~{hashlib.sha256(text.encode()).hexdigest()[:16]}"


def json_data(data: object, place: str = "body", depth: int = 0) -> Any:
    """A copy of `data` made of dict, list, str, int, float, bool and None. Raises RecordError naming the place."""
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, int):
        return int(data)
    if isinstance(data, float):
        if math.isfinite(data):
            return float(data)
        message = f"{place} is {data}, which JSON cannot hold. Leave it out, or write null."
        raise RecordError(message)
    if depth > _DEEPEST:
        message = f"{place} lies more than {_DEEPEST} levels deep. Record flatter data."
        raise RecordError(message)
    if isinstance(data, Mapping):
        return _mapping(data, place, depth)
    if isinstance(data, list | tuple):
        return [json_data(item, f"{place}[{number}]", depth + 1) for number, item in enumerate(data)]
    message = f"{place} is of the type {type(data).__name__}, which is not JSON data. Turn it into plain data first."
    raise RecordError(message)


def _mapping(data: Mapping[Any, Any], place: str, depth: int) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for key, value in data.items():
        if not isinstance(key, str):
            message = f"{place} has the key {key!r}, which is not text. JSON objects have text keys only."
            raise RecordError(message)
        copy[clean(key)] = json_data(value, f"{place}.{key}", depth + 1)
    return copy
