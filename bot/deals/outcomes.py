"""Agreed outcomes as text: one a line, such as "time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed"."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.deals.deal import plain_outcome
from bot.deals.errors import shorten
from bot.deals.facts import Outcome
from bot.deals.numbers import DATE, NUMERAL, DateError, NumberError, checked, parse_date, parse_number
from bot.deals.text import plain_text

EXAMPLE = "time to deploy: 10 -> 3 days by 2027-03-01, owner J. Smith, agreed"
_PARTS = ("metric", "baseline", "target", "unit", "due", "owner", "agreed")
_MAX_OUTCOMES = 100
LONGEST = 250_000
_MAX_TEXT = 300

_NUMBER = rf"-?(?:{NUMERAL})"
_ARROW = r"\s*(?:->|=>|\u2192|\bto\b)\s*"
_UNIT = r"(?:%|[^\W\d][^,;\d]*?)"
_CHANGE = re.compile(
    rf"(?:from )?(?P<baseline>{_NUMBER}|\?)(?: ?(?P<unit1>{_UNIT}))?{_ARROW}"
    rf"(?P<target>{_NUMBER}|\?)(?: ?(?P<unit>{_UNIT}))?"
)
_TARGET = re.compile(rf"(?:to |target )?(?P<target>{_NUMBER})(?: ?(?P<unit>{_UNIT}))?")
_DUE = re.compile(rf"(?:^|,|\s)\s*(?:by|due)(?: on)?:? (?P<due>{DATE})(?=\s*(?:,|$))", re.IGNORECASE)
_DUE_WORD = re.compile(r"(?:^|\s)(?:by|due)\s+\S*\d", re.IGNORECASE)
_OWNER = re.compile(r"(?:owner|owned by):?\s+(?P<owner>.+)", re.IGNORECASE)
_LOST = re.compile(
    r"\d[^:]*?(?:->|=>|\u2192|\bto\b)|\d\s?%?$"
)  # a change without the colon that says where the metric ends
_COUNT = re.compile(r"\d+ (?:agreed )?outcomes?", re.IGNORECASE)
_AGREED = {"agreed": True, "not agreed": False, "not agreed yet": False, "not yet agreed": False}


_WRITE = f"Write one outcome a line, such as {EXAMPLE}."


class OutcomeError(ValueError):
    """An outcome that cannot be read: `problem` names its words, `remedy` the form that is expected."""

    def __init__(self, problem: str, remedy: str = _WRITE) -> None:
        """`problem` is a clause without a full stop."""
        self.problem = problem
        self.remedy = remedy
        super().__init__(f"{problem[:1].upper()}{problem[1:]}. {remedy}")


def parse_outcomes(raw: object) -> tuple[Outcome, ...]:
    """Outcomes from text (one a line, or separated by semicolons), from JSON text, or from a list of mappings.

    "none", an empty text and an empty list are no outcomes. Raises OutcomeError.
    """
    if isinstance(raw, str):
        if len(raw) > LONGEST:
            msg = f"more than {LONGEST:,} characters of outcomes"
            raise OutcomeError(msg)
        return _limited([_from_segment(segment) for segment in _segments(plain_text(raw).strip())])
    if isinstance(raw, Mapping):
        return (_from_mapping(raw),)
    if isinstance(raw, Sequence) and not isinstance(raw, bytes | bytearray):
        return _limited([outcome for item in raw for outcome in _from_item(item)])
    msg = f"cannot read '{shorten(raw)}' as outcomes"
    raise OutcomeError(msg)


def format_outcomes(outcomes: Sequence[Outcome]) -> str:
    """The outcomes one a line, in the form that `parse_outcomes` reads back to the same outcomes."""
    return "\n".join(_line(outcome) for outcome in outcomes) if outcomes else "none"


def _limited(outcomes: list[Outcome]) -> tuple[Outcome, ...]:
    if len(outcomes) > _MAX_OUTCOMES:
        msg = f"there are {len(outcomes)} outcomes"
        raise OutcomeError(msg, f"Name at most {_MAX_OUTCOMES}, those that matter most.")
    return tuple(outcomes)


def _from_item(item: object) -> tuple[Outcome, ...]:
    if isinstance(item, Outcome):
        return (item,)
    if isinstance(item, str | Mapping):
        return parse_outcomes(item)
    msg = f"cannot read '{shorten(item)}' as an outcome"
    raise OutcomeError(msg)


def _segments(text: str) -> Iterator[Any]:
    """The pieces of a text: a JSON value as data, everything else as text."""
    decoder = json.JSONDecoder(parse_float=Decimal)
    while text:
        if text[0] in "[{":
            try:
                data, end = decoder.raw_decode(text)
            except (ValueError, RecursionError):
                msg = f"cannot read '{shorten(text)}' as JSON"
                raise OutcomeError(msg) from None
            yield from data if isinstance(data, list) else (data,)
            text = text[end:].lstrip(" ;\n,")
            continue
        cut = min((at for at in (text.find(";"), text.find("\n")) if at >= 0), default=len(text))
        piece = text[:cut].strip(" -*\u2022")
        if piece and piece.casefold() not in {"none", "no outcomes"}:
            yield piece
        text = text[cut + 1 :].lstrip()


def _from_segment(segment: object) -> Outcome:
    if isinstance(segment, str):
        return _from_line(segment)
    if isinstance(segment, Mapping):
        return _from_mapping(segment)
    msg = f"cannot read '{shorten(segment)}' as an outcome"
    raise OutcomeError(msg)


def _from_line(line: str) -> Outcome:
    body = " ".join(line.split())
    if len(body) > _MAX_TEXT or _COUNT.fullmatch(body) or not any(char.isalpha() for char in body):
        raise _unread(line)
    due, body = _take_due(body, line)
    pieces = [piece.strip() for piece in re.split(r",(?!\d{3})", body)]
    head = pieces[0]
    parts: dict[str, Any] = {"due": due}
    for piece in pieces[1:]:
        if not piece:
            continue
        name, value = _tail(piece, line)
        if parts.get(name) is not None:
            raise _unread(line)
        parts[name] = value
    metric, colon, change = head.partition(":")
    metric, change = metric.strip(), change.strip()
    if not colon and (_OWNER.fullmatch(metric) or metric.casefold() in _AGREED or _LOST.search(metric)):
        raise _unread(line)
    found = _values(change, line) if change else {}
    if metric:
        parts["metric"] = metric
    return Outcome(**{**parts, **found})


def _take_due(body: str, line: str) -> tuple[date | None, str]:
    match = _DUE.search(body)
    if match is None:
        if _DUE_WORD.search(body):
            msg = f"cannot read the date in '{shorten(line)}'"
            raise OutcomeError(msg, "Write it as year-month-day, such as by 2027-03-01.")
        return None, body
    try:
        due = parse_date(match["due"])
    except DateError as error:
        msg = f"cannot read the date in '{shorten(line)}'"
        raise OutcomeError(msg, str(error)) from None
    return due, body[: match.start()] + body[match.end() :]


def _tail(piece: str, line: str) -> tuple[str, Any]:
    agreed = _AGREED.get(piece.casefold())
    if agreed is not None:
        return "agreed", agreed
    if owner := _OWNER.fullmatch(piece):
        return "owner", owner["owner"].strip()
    raise _unread(line)


def _values(change: str, line: str) -> dict[str, Any]:
    match = _CHANGE.fullmatch(change) or _TARGET.fullmatch(change)
    if match is None:
        raise _unread(line)
    found = match.groupdict()
    unit, other = found.get("unit"), found.get("unit1")
    if other and unit and other.strip().casefold() != unit.strip().casefold():
        raise _unread(line)
    try:
        numbers = {
            name: parse_number(found[name]) for name in ("baseline", "target") if found.get(name) not in {None, "?"}
        }
    except NumberError:
        raise _unread(line) from None
    text = (unit or other or "").strip()
    return {**numbers, "unit": text} if text else numbers


def _from_mapping(data: Mapping[Any, Any]) -> Outcome:
    unknown = [str(name) for name in data if name not in _PARTS]
    if unknown:
        msg = f"an outcome has no part '{shorten(unknown[0])}'"
        raise OutcomeError(msg, f"Its parts are {', '.join(_PARTS)}.")
    return Outcome(**{name: _part(name, value) for name, value in data.items() if value is not None})


def _part(name: str, value: object) -> Any:
    bad = OutcomeError(f"cannot read '{shorten(value)}' as the {name} of an outcome")
    try:
        if name == "agreed":
            words = {"yes": True, "true": True, "no": False, "false": False, **_AGREED}
            return value if isinstance(value, bool) else words[str(value).casefold()]
        if name == "due":
            return value if type(value) is date else parse_date(str(value))
        if name in {"baseline", "target"}:
            if isinstance(value, str):
                return parse_number(plain_text(value))
            if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
                raise bad
            return checked(Decimal(str(value)))
    except (NumberError, DateError, KeyError):
        raise bad from None
    if not isinstance(value, str) or not value.strip() or len(value) > _MAX_TEXT:
        raise bad
    return value.strip()


def _line(outcome: Outcome) -> str:
    text = _plain_line(outcome)
    try:
        same = parse_outcomes(text) == (outcome,)
    except OutcomeError:
        same = False
    # What the plain form cannot carry (a comma in a name, say) is written as JSON on one line instead.
    return text if same else json.dumps(plain_outcome(outcome), ensure_ascii=True)


def _plain_line(outcome: Outcome) -> str:
    before, after = (str(n) if n is not None else "?" for n in (outcome.baseline, outcome.target))
    change = f"{before} -> {after}" if outcome.baseline is not None else after if outcome.target is not None else ""
    unit = outcome.unit or ""
    change += unit if unit == "%" else f" {unit}" if unit else ""
    due = f" by {outcome.due.isoformat()}" if outcome.due else ""
    head = f"{outcome.metric or ''}{':' if change else ''} {change}".strip() + due
    owner = f"owner {outcome.owner}" if outcome.owner else ""
    agreed = {True: "agreed", False: "not agreed", None: ""}[outcome.agreed]
    return ", ".join(part for part in (head, owner, agreed) if part)


def _unread(line: str) -> OutcomeError:
    return OutcomeError(f"cannot read '{shorten(line)}' as an outcome")
