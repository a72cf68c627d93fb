"""What Slack itself refuses in a form before the app hears of it: empty required fields, bad numbers, bad addresses."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from typing import Any

from bot.playground.model import Json, View

REQUIRED = "Please complete this required field."
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_URL = re.compile(r"https?://\S+")


def entry_errors(view: View) -> dict[str, str]:
    """Return block id -> error for what a person may not submit."""
    errors: dict[str, str] = {}
    for block in view.blocks:
        if block.get("type") != "input":
            continue
        element: Json = block["element"]
        value = value_of(view.values.get(str(block["block_id"]), {}).get(str(element.get("action_id")), {}))
        if value in (None, "", []):
            if not block.get("optional"):
                errors[str(block["block_id"])] = REQUIRED
            continue
        check = _CHECKS.get(str(element["type"]))
        error = check(element, value) if check else None
        if error:
            errors[str(block["block_id"])] = error
    return errors


def value_of(state: Json) -> Any:
    """Return the one value inside an element's state."""
    return next((value for name, value in state.items() if name != "type"), None)


def _text(element: Json, value: str) -> str | None:
    low, high = element.get("min_length") or 0, element.get("max_length") or 3000
    if len(value) < low:
        return f"Must be at least {low} characters."
    if len(value) > high:
        return f"Must be at most {high} characters."
    return None


def _number(element: Json, value: str) -> str | None:
    try:
        number = Decimal(value)
    except InvalidOperation:
        number = Decimal("NaN")
    if not number.is_finite():
        return "Must be a number."
    if not element.get("is_decimal_allowed") and number != number.to_integral_value():
        return "Must be a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and number < Decimal(str(low)):
        return f"Must be {low} or more."
    if high is not None and number > Decimal(str(high)):
        return f"Must be {high} or less."
    return None


def _email(_element: Json, value: str) -> str | None:
    return None if _EMAIL.fullmatch(value) else "Must be an e-mail address."


def _url(_element: Json, value: str) -> str | None:
    return None if _URL.fullmatch(value) else "Must be a link, such as https://example.com."


_CHECKS: dict[str, Callable[[Json, str], str | None]] = {
    "plain_text_input": _text,
    "number_input": _number,
    "email_text_input": _email,
    "url_text_input": _url,
}
