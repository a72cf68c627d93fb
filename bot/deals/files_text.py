"""JSON lines, a JSON list and YAML as records: read whole, every value as it was written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import yaml

from bot.deals.errors import DealsFileError, shorten
from bot.deals.files import Record
from bot.deals.yaml_events import has_aliases

_MAX_YAML = 20_000_000


def json_records(text: str, filename: str) -> Iterator[Record]:
    """The deals of a JSON list, or of JSON lines. Raises DealsFileError for a list that is no JSON."""
    whole = text.lstrip()[:1] == "["
    return _json_array(text, filename) if whole else _json_lines(text, filename)


def _json_lines(text: str, filename: str) -> Iterator[Record]:
    for line, row in enumerate(text.split("\n"), start=1):
        if row.strip():
            record = _json_record(row, line, filename)
            # A row that is refused goes back as it was written.
            yield record if record.error is None else replace(record, raw=row)


def _json_record(row: str, line: int, filename: str) -> Record:
    try:
        data = json.loads(row, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        return _broken(line, f"{filename}:{line}: not JSON: {shorten(error)}. Each line is one deal.")
    return _as_record(data, line, filename)


def _json_array(text: str, filename: str) -> Iterator[Record]:
    try:
        data = json.loads(text, parse_float=Decimal, parse_constant=_no_constant, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        msg = f"{filename}:{error.lineno}:{error.colno}: not JSON: {error.msg}."
        raise DealsFileError(msg) from None
    except (ValueError, RecursionError) as error:
        msg = f"{filename}: not JSON: {shorten(error)}."
        raise DealsFileError(msg) from None
    # A list has no lines of its own: its deals are counted instead.
    for number, item in enumerate(data, start=1):
        yield _as_record(item, number, filename)


def _no_constant(name: str) -> Any:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            msg = f"'{shorten(name)}' stands twice"
            raise ValueError(msg)
        found[name] = value
    return found


def _as_record(data: Any, line: int, filename: str) -> Record:
    """A deal's cells; `facts` may stand in a mapping of their own."""
    if not isinstance(data, dict):
        return _broken(line, f"{filename}:{line}: a deal is a list of names and values, not '{shorten(data)}'.")
    facts = data.get("facts")
    if not isinstance(facts, dict):
        return Record(line, tuple(data), tuple(data.values()))
    rest = {name: value for name, value in data.items() if name != "facts"}
    if twice := sorted(set(rest) & set(facts)):
        return _broken(line, f"{filename}:{line}: '{shorten(twice[0])}' stands twice. Keep one.")
    merged = {**rest, **facts}
    return Record(line, tuple(merged), tuple(merged.values()))


def yaml_records(text: str, filename: str) -> Iterator[Record]:
    """The deals of a YAML list. Raises DealsFileError."""
    if len(text) > _MAX_YAML:
        msg = f"{filename}: more than 20 MB of YAML. Save so many deals as CSV or JSON lines."
        raise DealsFileError(msg)
    try:
        if has_aliases(text):
            msg = f"{filename}: a file of deals has no aliases (*name). Write the values out."
            raise DealsFileError(msg)
        root = yaml.compose(text, Loader=yaml.BaseLoader)
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"{filename}:{mark.line + 1}:{mark.column + 1}" if mark else filename
        msg = f"{where}: not YAML: {getattr(error, 'problem', None) or 'nested too deep'}."
        raise DealsFileError(msg) from None
    if isinstance(root, yaml.MappingNode):
        root = next((value for name, value in root.value if name.value == "deals"), root)
    if not isinstance(root, yaml.SequenceNode):
        msg = f"{filename}:1: a YAML file of deals is a list: each deal begins with a dash."
        raise DealsFileError(msg)
    for node in root.value:
        line = node.start_mark.line + 1
        try:
            yield _as_record(_yaml_plain(node), line, filename)
        except ValueError as error:
            yield _broken(line, f"{filename}:{line}: {error}. Keep one.")


def _yaml_plain(node: yaml.Node) -> Any:
    """The node with every scalar as the text that stands in the file; the fact's type says what it means."""
    if isinstance(node, yaml.SequenceNode):
        return [_yaml_plain(item) for item in node.value]
    if isinstance(node, yaml.MappingNode):
        return _once([(str(name.value), _yaml_plain(value)) for name, value in node.value])
    empty = isinstance(node, yaml.ScalarNode) and node.style is None and node.value in {"", "~", "null"}
    return None if empty else str(node.value)


def _broken(line: int, told: str) -> Record:
    return Record(line, (), (), told)
