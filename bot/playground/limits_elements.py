"""Which elements may stand where, and what each must be."""

from __future__ import annotations

from collections.abc import Callable

from bot.playground.checker import ID_MAX, URL_MAX, Checker
from bot.playground.model import Json

SELECTS = {"static_select", "external_select", "users_select", "conversations_select", "channels_select"}
MULTI_SELECTS = {f"multi_{name}" for name in SELECTS}
PICKERS = {"datepicker", "timepicker", "datetimepicker"}
CHOICES = {"checkboxes", "radio_buttons"}
TYPED = {"plain_text_input", "number_input", "email_text_input", "url_text_input", "rich_text_input"}

IN_INPUT = SELECTS | MULTI_SELECTS | PICKERS | CHOICES | TYPED
IN_ACTIONS = SELECTS | PICKERS | CHOICES | {"button", "overflow", "workflow_button"}
IN_SECTION = (
    SELECTS | MULTI_SELECTS | {"datepicker", "timepicker", "button", "image", "overflow", "workflow_button"} | CHOICES
)
IN_CONTEXT_ACTIONS = {"feedback_buttons", "icon_button"}

_ANY_TEXT = ("plain_text", "mrkdwn")
_OPTIONS_MAX = {"radio_buttons": 10, "checkboxes": 10, "overflow": 5}


def check_element(checker: Checker, element: object, pointer: str, allowed: set[str]) -> None:
    """Check one element of a block that takes the `allowed` kinds."""
    if not isinstance(element, dict):
        checker.problem("must provide an object", pointer)
        return
    kind = str(element.get("type"))
    if kind not in allowed:
        checker.problem(f"unsupported type: {kind}", f"{pointer}/type")
        return
    checker.string(element, "action_id", pointer, ID_MAX, minimum=1)
    checker.text(element, "placeholder", pointer, 150, required=False)
    checker.confirm(element, pointer)
    check = _CHECKS.get(kind)
    if check is not None:
        check(checker, element, pointer)


def _button(checker: Checker, element: Json, pointer: str) -> None:
    checker.text(element, "text", pointer, 75)
    checker.string(element, "value", pointer, 2000)
    checker.string(element, "url", pointer, URL_MAX)
    checker.choice(element, "style", pointer, ("primary", "danger"))
    checker.string(element, "accessibility_label", pointer, 75)


def _image(checker: Checker, element: Json, pointer: str) -> None:
    if element.get("slack_file") is None:
        checker.string(element, "image_url", pointer, URL_MAX, required=True, minimum=1)
    checker.string(element, "alt_text", pointer, 2000, required=True)


def _all_options(checker: Checker, element: Json, pointer: str) -> list[object]:
    kind = str(element.get("type"))
    maximum = _OPTIONS_MAX.get(kind, 100)
    kinds = _ANY_TEXT if kind in CHOICES else ("plain_text",)
    if element.get("option_groups") is not None:
        everything: list[object] = []
        for number, group in enumerate(checker.items(element, "option_groups", pointer, 100)):
            here = f"{pointer}/option_groups/{number}"
            if not isinstance(group, dict):
                checker.problem("must provide an object", here)
                continue
            checker.text(group, "label", here, 75)
            everything += _options(checker, group, here, maximum, kinds)
        return everything
    return _options(checker, element, pointer, maximum, kinds)


def _options(checker: Checker, owner: Json, pointer: str, maximum: int, kinds: tuple[str, ...]) -> list[object]:
    options = checker.items(owner, "options", pointer, maximum)
    values: set[object] = set()
    for number, option in enumerate(options):
        here = f"{pointer}/options/{number}"
        checker.option(option, here, kinds)
        value = option.get("value") if isinstance(option, dict) else None
        if value is not None and value in values:
            checker.problem("option values must be unique", f"{here}/value")
        values.add(value)
    return options


def _choosing(checker: Checker, element: Json, pointer: str) -> None:
    options = _all_options(checker, element, pointer)
    initial = element.get("initial_option")
    if initial is not None and initial not in options:
        checker.problem("initial_option must be one of the options", f"{pointer}/initial_option")
    chosen = element.get("initial_options")
    if chosen is not None:
        for number, option in enumerate(checker.items(element, "initial_options", pointer, 100)):
            if option not in options:
                checker.problem("initial_options must be among the options", f"{pointer}/initial_options/{number}")


def _plain_text_input(checker: Checker, element: Json, pointer: str) -> None:
    low, high = element.get("min_length"), element.get("max_length")
    for name, value in (("min_length", low), ("max_length", high)):
        if value is not None and (not isinstance(value, int) or not 0 <= value <= 3000):  # noqa: PLR2004 - Slack's number
            checker.problem("must be between 0 and 3000", f"{pointer}/{name}")
    if isinstance(low, int) and isinstance(high, int) and low > high:
        checker.problem("min_length must not exceed max_length", f"{pointer}/min_length")
    checker.string(element, "initial_value", pointer, high if isinstance(high, int) else 3000)


def _number_input(checker: Checker, element: Json, pointer: str) -> None:
    if not isinstance(element.get("is_decimal_allowed"), bool):
        checker.missing("is_decimal_allowed", pointer)
    for name in ("initial_value", "min_value", "max_value"):
        value = element.get(name)
        if value is None:
            continue
        try:
            float(str(value))
        except ValueError:
            checker.problem("must be a number in a string", f"{pointer}/{name}")


def _feedback(checker: Checker, element: Json, pointer: str) -> None:
    for name in ("positive_button", "negative_button"):
        button = element.get(name)
        if not isinstance(button, dict):
            checker.missing(name, pointer)
            continue
        checker.text(button, "text", f"{pointer}/{name}", 75)
        checker.string(button, "value", f"{pointer}/{name}", 2000, required=True)
        checker.string(button, "accessibility_label", f"{pointer}/{name}", 75)


def _icon_button(checker: Checker, element: Json, pointer: str) -> None:
    checker.string(element, "icon", pointer, 75, required=True, minimum=1)
    checker.text(element, "text", pointer, 75)
    checker.string(element, "value", pointer, 2000)


_CHECKS: dict[str, Callable[[Checker, Json, str], None]] = {
    "button": _button,
    "image": _image,
    "overflow": _choosing,
    "static_select": _choosing,
    "multi_static_select": _choosing,
    "radio_buttons": _choosing,
    "checkboxes": _choosing,
    "plain_text_input": _plain_text_input,
    "number_input": _number_input,
    "feedback_buttons": _feedback,
    "icon_button": _icon_button,
}
