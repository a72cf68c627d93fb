"""The words for what a model says is wrong with a value: a message and a remedy for each kind of fault."""

from __future__ import annotations

from typing import Any

from bot.profile.remedies import did_you_mean, in_days, slug
from bot.profile.yaml_nodes import Node, Scalar


def in_words(kind: str, context: Any, node: Node, key: str) -> tuple[str, str | None]:
    """The message and the remedy for a kind of fault, at a node under a key."""
    written = node.text if isinstance(node, Scalar) else ""
    if kind == "literal_error":
        known = [part.strip().strip("'") for part in str(context["expected"]).replace(" or ", ", ").split(",")]
        if not isinstance(node, Scalar):
            return f"`{key}` must be one word.", f"Write one of: {', '.join(known)}."
        return f"`{key}` cannot be {written}.", did_you_mean(written, known)
    if kind in {"string_type", "date_type"} and isinstance(node, Scalar) and not node.quoted:
        return _unquoted(kind, key, written)
    if kind in _PLAIN_WORDS:
        message, suggestion = _PLAIN_WORDS[kind]
        return message.format(key, **context), suggestion
    if kind == "string_pattern_mismatch":
        return f"`{key}` cannot be {written}.", _by_pattern(context["pattern"], written)
    return f"`{key}`: {kind.replace('_', ' ')}.", None


def _by_pattern(pattern: str, written: str) -> str:
    rule = PATTERNS.get(pattern, f"It must match {pattern}.")
    if pattern == _ID:
        return named(written, "-", rule)
    if pattern == _DAYS:
        return f"Write a number of days, such as {in_days(written)}."
    if pattern == _GUIDANCE and "#" in written and "://" not in written:
        file, _, heading = written.partition("#")
        made = slug(heading, "-")
        return f"Write {file.strip()}#{made}: the heading in small letters with hyphens." if made else rule
    return rule


def _unquoted(kind: str, key: str, written: str) -> tuple[str, str]:
    if kind == "date_type":
        return f"`{key}` is a date.", "Write it as year-month-day, such as 2026-11-01."
    if key == "expires_in":
        return f"`{key}` names its unit.", f"Write a number of days, such as {in_days(written)}."
    return f"`{key}` is a text, and {written} alone is not.", f'Put it in quotes: "{written}".'


_PLAIN_WORDS = {
    "string_type": ("`{0}` must be a text.", "Write one text, in quotes if it holds : or # or starts with a sign."),
    "date_type": ("`{0}` must be a date.", "Write it without quotes as year-month-day, such as 2026-11-01."),
    "string_too_short": ("`{0}` is empty.", "Write a text, or remove it."),
    "string_too_long": ("`{0}` is longer than {max_length} characters.", "Shorten it."),
    "dict_type": ("`{0}` must be a mapping.", "Write it as `name: value`, one a line and indented, or {name: value}."),
    "list_type": ("`{0}` must be a list.", "Write it as [one, two], or one a line, each after a dash."),
    "list_or_dict": ("`{0}` must be a list or a mapping.", "Write [one, two], or {one: [words that mean it]}."),
    "int_type": ("`{0}` must be a number.", "Write digits alone, without a unit and without quotes."),
    "is_instance_of": ("`{0}` must be a number.", "Write digits alone, without a unit and without quotes."),
    "model_type": ("`{0}` must be a mapping of keys to values.", "Write it as `key: value`, one a line and indented."),
    "too_short": ("`{0}` is empty.", "Write at least one entry."),
}
_ID = r"^[a-z][a-z0-9-]{0,59}$"
_DAYS = r"^[1-9][0-9]{0,3} days?$"
_GUIDANCE = r"^[A-Za-z0-9_./-]+\.[a-z]+(#[\w-]+)?$"
PATTERNS = {
    r"^[a-z][a-z0-9_]{0,39}$": "Use small letters, digits and _, starting with a letter.",
    _ID: "Use small letters, digits and -, starting with a letter.",
    r"^[a-z][a-z0-9_.-]{0,59}$": "Use the person's key under `people`: small letters, digits, - and _.",
    r"^[A-Z]{3}$": "Write the ISO code in capitals, such as USD or EUR.",
    _GUIDANCE: "Write file.md#heading, the heading in small letters with hyphens.",
    r"^[^@\s]+@[^@\s]+\.[^@\s]+$": "Write the whole address, such as dana@firm.example.",
    r"^[UW][A-Z0-9]{2,20}$": "Write the Slack user id, such as U012AB3CD, or leave it out.",
    _DAYS: "Write a number of days, such as 30 days.",
    r"^[1-9][0-9]{0,2} (working )?days?$": "Write a number of days, such as 1 day or 2 working days.",
}


def named(text: str, joint: str, rule: str) -> str:
    """The rule for names, with the name that the text would make."""
    made = slug(text, joint)
    longest = 40 if joint == "_" else 60
    if len(text) > longest:
        return f"Shorten it to at most {longest} characters."
    return f"Write {made}: {rule[:1].lower()}{rule[1:]}" if made and made != text else rule
