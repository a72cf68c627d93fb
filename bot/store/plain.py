"""What may be kept: JSON data only, and texts that every database can hold."""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import Any

from bot.deals.deal import canonical_json
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


def json_bytes(data: object, place: str = "body") -> bytes:
    """JSON data in canonical form, with every text cleaned. Raises RecordError that names the place of what is not."""
    try:
        text = canonical_json(data)
    except (TypeError, ValueError, RecursionError):
        text = b""
    if text and b"\\u0000" not in text:
        return text
    return canonical_json(_copied(data, place, 0))  # slow, and only for what the fast way cannot take or must not keep


def _copied(data: object, place: str, depth: int) -> Any:
    """A copy of `data` made of dict, list, str, int, float, bool and None."""
    if data is None or isinstance(data, bool):
        return data
    if isinstance(data, str):
        return clean(data)
    if isinstance(data, int):
        return int(data)
    if isinstance(data, float):
        if math.isfinite(data):
            return float(data)
        raise RecordError(f"{place} is {data}, which JSON cannot hold. Leave it out, or write null.")
    if depth > _DEEPEST:
        raise RecordError(f"{place} lies more than {_DEEPEST} levels deep. Record flatter data.")
    if isinstance(data, Mapping):
        return _mapping(data, place, depth)
    if isinstance(data, list | tuple):
        return [_copied(item, f"{place}[{number}]", depth + 1) for number, item in enumerate(data)]
    kind = type(data).__name__
    raise RecordError(f"{place} is of the type {kind}, which is not JSON data. Turn it into plain data first.")


def _mapping(data: Mapping[Any, Any], place: str, depth: int) -> dict[str, Any]:
    copy: dict[str, Any] = {}
    for key, value in data.items():
        if key is not None and not isinstance(key, str | int | float):
            raise RecordError(f"{place} has the key {key!r}, which is not text. JSON objects have text keys only.")
        name = clean(key) if isinstance(key, str) else json.dumps(key)
        if name in copy:
            raise RecordError(f"{place} has two keys that read the same: {name!r}. Give each its own name.")
        copy[name] = _copied(value, f"{place}.{name}", depth + 1)
    return copy
