"""What an unquoted word in YAML means. One reading only: a word that YAML versions read differently is refused."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_MAX_DIGITS = 18
_LONGEST_SURPRISE = 100
_ASIDE = re.compile(r"(?:~|null)", re.IGNORECASE)
_NOT_SO_PLAIN_TRUTH = re.compile(r"(?:yes|no|on|off|y|n)", re.IGNORECASE)
_TRUTH = re.compile(r"(?:true|false)", re.IGNORECASE)
_INTEGER = re.compile(r"-?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")

_QUOTES = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a word is refused, and what to write."""

    message: str
    suggestion: str


def resolve_plain(text: str) -> str | int | Decimal | bool | date | Refusal | None:
    """The value of an unquoted scalar: None for an empty one, a Refusal for one that is read in more than one way."""
    if not text or _ASIDE.fullmatch(text):
        return None
    if text in {"true", "false"}:
        return text == "true"
    if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
        return _number(text)
    if _DATE.fullmatch(text):
        return _date(text)
    return text if len(text) > _LONGEST_SURPRISE else _surprise(text) or text


def _number(text: str) -> int | Decimal | Refusal:
    if len(text.lstrip("-").replace(".", "")) > _MAX_DIGITS:
        return Refusal(f"A number of more than {_MAX_DIGITS} digits is not a figure of a deal.", "Check the number.")
    return Decimal(text) if "." in text else int(text)


def _date(text: str) -> date | Refusal:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return Refusal(f"{text} is not a day of the calendar.", "Write a date as year-month-day, such as 2026-11-01.")


def _surprise(text: str) -> Refusal | None:
    if _NOT_SO_PLAIN_TRUTH.fullmatch(text):
        return Refusal(
            f"An unquoted {text} is read as a truth value by some YAML readers and as text by others.",
            f'Write true or false if that is meant, or put it in quotes: "{text}".',
        )
    if _TRUTH.fullmatch(text):
        return Refusal(f"{text} is not written in small letters.", f"Write {text.lower()}.")
    for pattern, message, suggestion in _SURPRISES:
        if match := pattern.fullmatch(text):
            return Refusal(message.format(text), suggestion.format(*(match.groups() or (text,))))
    return None


_SURPRISES = tuple(
    (re.compile(pattern, re.IGNORECASE), message, suggestion)
    for pattern, message, suggestion in (
        (
            r"-?0+([0-9]+)",
            "{} starts with 0: some YAML readers take it as an octal number.",
            "Write {}, or put it in quotes if it is text.",
        ),
        (
            r"([-+]?[0-9]+(?::[0-9]{1,2})+(?:\.[0-9]*)?)",
            "{} is read as a number to the base of 60 by some YAML readers.",
            'Put it in quotes: "{}".',
        ),
        (r"([-+]?0[xob][0-9a-f_]+)", "{} is not a decimal number.", 'Write it in decimal, or in quotes: "{}".'),
        (
            r"[-+]?[0-9]+(?:_[0-9]*)+(?:\.[0-9]*)?",
            "{} holds an underscore: some YAML readers take it as a number.",
            "Write the number without it.",
        ),
        (r"\+([0-9.]+)", "{} has a plus sign.", "Write {}."),
        (r"(-?)(\.[0-9]+)", "{} has no digit before the point.", "Write {}0{}."),
        (r"(-?[0-9]+)\.", "{} has no digit after the point.", "Write {}."),
        (
            r"[-+]?[0-9][0-9.]*e[-+]?[0-9]+",
            "{} is a number in powers of ten, which YAML readers take differently.",
            "Write the number out.",
        ),
        (r"[-+]?\.?(?:inf|nan|infinity)", "{} is not a number that a deal can have.", "Write a finite number."),
        (
            r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}",
            "{} is not a date in the form year-month-day with two digits each.",
            "Write it such as 2026-11-01.",
        ),
        (
            r"([0-9]{4}-[0-9]{2}-[0-9]{2})(?:T|t| +)[0-9].*",
            "{} is a time of day; the profile speaks of days.",
            "Write the date alone: {}.",
        ),
        (
            rf"[{_QUOTES}](.*?)[{_QUOTES}]?",
            "{} starts with a typographic quotation mark, which YAML takes as a letter.",
            'Use straight quotes: "{}".',
        ),
    )
)
