"""The front matter of a playbook: a small strict YAML block between two lines of three hyphens.

A PDF or an Office document has it in a file beside it, `pricing.pdf.yaml` for `pricing.pdf`, without the hyphens.
Keys: title, part, audience, owner, updated; all may be left out. A playbook without `audience` is for reps, managers
and approvers: never for everybody, because somebody outside the firm could be asking. An unknown key is refused,
since `audiance: [approver]`, passed over in silence, would open the playbook to the wrong people.
"""

from __future__ import annotations

import difflib
from datetime import date, datetime

import yaml

from bot.knowledge.passages import DEFAULT_AUDIENCE, PARTS, DocumentRefused
from bot.knowledge.readers.document import FrontMatter

_FENCE = "---"
_KEYS = ("title", "part", "audience", "owner", "updated")
_LARGEST = 16_384
_LONGEST_TEXT = 200


def split_front_matter(text: str) -> tuple[FrontMatter, str, int]:
    """The front matter, the body, and the number of lines before the body. Raises DocumentRefused with its line."""
    lines = text.split("\n")
    if lines[0].rstrip() != _FENCE:
        return FrontMatter(), text, 0
    for number, line in enumerate(lines[1:], start=1):
        if line.rstrip() in {_FENCE, "..."}:
            return _read("\n".join(lines[1:number])), "\n".join(lines[number + 1 :]), number + 1
    reason = "the front matter opens with --- and is never closed"
    raise DocumentRefused(reason, "Close it with a line of three hyphens.", 1)


def side_notes(text: str) -> FrontMatter:
    """The front matter of a document that cannot carry one, from a file of its own. Raises DocumentRefused."""
    try:
        return _read(text)
    except DocumentRefused as refused:
        line = None if refused.line is None else max(1, refused.line - 1)  # here no line of hyphens comes first
        raise DocumentRefused(refused.reason, refused.remedy, line) from refused


def _read(block: str) -> FrontMatter:
    if len(block) > _LARGEST:
        reason = f"the front matter is longer than {_LARGEST} characters"
        raise DocumentRefused(reason, "Keep it to title, part, audience, owner and updated.", 1)
    try:
        loader = yaml.SafeLoader(block)
        root = loader.get_single_node()
        if root is None:
            return FrontMatter()
        if not isinstance(root, yaml.MappingNode):
            reason = "the front matter is not a list of `key: value` lines"
            raise DocumentRefused(reason, "Write it like `title: Price conversations`.", _line(root))
        values, lines = _values(loader, root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        reason = f"the front matter is not valid YAML: {error.problem or error.context}"
        raise DocumentRefused(
            reason, "Put a value with a colon in it in quotes.", mark.line + 2 if mark else 1
        ) from error
    except RecursionError as error:
        reason = "the front matter is nested too deep"
        raise DocumentRefused(reason, "Write it flat: one `key: value` a line.", 1) from error
    except yaml.YAMLError as error:
        reason = f"the front matter cannot be read: {error}"
        raise DocumentRefused(reason, "Take out what is no plain text.", 1) from error
    return FrontMatter(
        title=_text(values, lines, "title"),
        part=_part(values, lines),
        audience=_audience(values, lines),
        owner=_text(values, lines, "owner") or "",
        updated=_date(values, lines),
    )


def _line(node: yaml.Node) -> int:
    """The line in the document: the block starts on its second line, and marks count from 0."""
    return int(node.start_mark.line) + 2


def _values(loader: yaml.SafeLoader, root: yaml.MappingNode) -> tuple[dict[str, object], dict[str, int]]:
    values: dict[str, object] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in root.value:
        key, line = str(key_node.value), _line(key_node)
        if key not in _KEYS:
            close = difflib.get_close_matches(key.lower(), _KEYS, n=1)
            remedy = f"Did you mean `{close[0]}`?" if close else f"The keys are {', '.join(_KEYS)}."
            reason = f"the front matter has an unknown key `{key}`"
            raise DocumentRefused(reason, remedy, line)
        if key in values:
            reason = f"the front matter has `{key}` twice, first on line {lines[key]}"
            raise DocumentRefused(reason, "Keep one of them.", line)
        lines[key] = line
        try:
            values[key] = loader.construct_object(value_node, deep=True)
        except ValueError as error:
            reason = f"`{key}` cannot be read: {error}"
            raise DocumentRefused(reason, "Write dates like 2026-11-02.", line) from error
    return values, lines


def _text(values: dict[str, object], lines: dict[str, int], key: str) -> str | None:
    value = values.get(key)
    if value is None:
        return None
    if not isinstance(value, str) or not value.strip():
        reason = f"`{key}` must be text, and is {value!r}"
        raise DocumentRefused(reason, f'Put it in quotes: {key}: "{value}"', lines[key])
    text = " ".join(value.split())
    if any("\ud800" <= character <= "\udfff" for character in text):
        reason = f"`{key}` holds half of a character ({value!r}), which no file can keep"
        raise DocumentRefused(reason, "Write the character itself instead of its \\u code.", lines[key])
    if len(text) > _LONGEST_TEXT:
        reason = f"`{key}` is longer than {_LONGEST_TEXT} characters"
        raise DocumentRefused(reason, "Shorten it.", lines[key])
    return text


def _part(values: dict[str, object], lines: dict[str, int]) -> str | None:
    part = _text(values, lines, "part")
    if part is not None and part not in PARTS:
        reason = f"`part` is {part!r}, which is no part of the Deal Profile"
        raise DocumentRefused(reason, f"Use one of {', '.join(PARTS)}.", lines["part"])
    return part


def _audience(values: dict[str, object], lines: dict[str, int]) -> frozenset[str]:
    if "audience" not in values:
        return DEFAULT_AUDIENCE
    value = values["audience"]
    names = [value] if isinstance(value, str) else value
    known = ", ".join(sorted(DEFAULT_AUDIENCE))
    if not isinstance(names, list) or not names:
        reason = f"`audience` must be a list of roles, and is {value!r}"
        raise DocumentRefused(reason, f"Write `audience: [rep, manager]`; the roles are {known}.", lines["audience"])
    for name in names:
        if name not in DEFAULT_AUDIENCE:
            reason = f"`audience` has {name!r}, which is no role"
            raise DocumentRefused(reason, f"The roles are {known}.", lines["audience"])
    return frozenset(names)


def _date(values: dict[str, object], lines: dict[str, int]) -> date | None:
    value = values.get("updated")
    if value is None:
        return None
    if isinstance(value, datetime) or not isinstance(value, date):
        reason = f"`updated` must be a date, and is {value!r}"
        raise DocumentRefused(reason, "Write it like 2026-11-02, without quotes.", lines["updated"])
    return value
