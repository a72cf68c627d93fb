"""The small tools that the limit checks are written with: a list of problems, and what each text object must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.playground.model import Json

ID_MAX = 255
OPTION_TEXT_MAX = 75
URL_MAX = 3000


@dataclass(frozen=True)
class Problem:
    """One thing that Slack refuses, and where it stands in the payload."""

    message: str
    pointer: str

    def __str__(self) -> str:
        """Return it as Slack lists it under `errors`."""
        return f"{self.message} [json-pointer:{self.pointer}]"

    def as_message(self) -> str:
        """Return it as Slack lists it under `response_metadata.messages`."""
        return f"[ERROR] {self}"


class Checker:
    """Collects problems. Each method says what a value must be, and goes on whatever it finds."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def problem(self, message: str, pointer: str) -> None:
        """Note a problem."""
        self.problems.append(Problem(message, pointer))

    def length(self, value: str, pointer: str, maximum: int, minimum: int = 0) -> None:
        """Check a text's length in characters."""
        if len(value) > maximum:
            self.problem(f"must be less than {maximum + 1} characters", pointer)
        if len(value) < minimum:
            self.problem(f"must be more than {minimum - 1} characters", pointer)

    def string(
        self, owner: Json, name: str, pointer: str, maximum: int, *, required: bool = False, minimum: int = 0
    ) -> None:
        """Check a field that is a plain string."""
        value = owner.get(name)
        if value is None:
            if required:
                self.missing(name, pointer)
        elif not isinstance(value, str):
            self.problem("must be a valid string", f"{pointer}/{name}")
        else:
            self.length(value, f"{pointer}/{name}", maximum, minimum)

    def missing(self, name: str, pointer: str) -> None:
        """Note a field that must be there and is not."""
        self.problem(f"missing required field: {name}", pointer)

    def choice(self, owner: Json, name: str, pointer: str, allowed: Sequence[str], *, required: bool = False) -> None:
        """Check a field that takes one of a few words."""
        value = owner.get(name)
        if value is None:
            if required:
                self.missing(name, pointer)
        elif value not in allowed:
            self.problem(f"must be one of: {', '.join(allowed)}", f"{pointer}/{name}")

    def items(
        self, owner: Json, name: str, pointer: str, maximum: int, minimum: int = 1, *, required: bool = True
    ) -> list[object]:
        """Check a field that is a list, and return it (an empty list when it is not one)."""
        value = owner.get(name)
        if value is None:
            if required:
                self.missing(name, pointer)
            return []
        if not isinstance(value, list):
            self.problem("must be an array", f"{pointer}/{name}")
            return []
        if len(value) > maximum:
            self.problem(f"no more than {maximum} items allowed", f"{pointer}/{name}")
        if len(value) < minimum:
            self.problem(f"no fewer than {minimum} items allowed", f"{pointer}/{name}")
        return value

    def text(
        self,
        owner: Json,
        name: str,
        pointer: str,
        maximum: int,
        *,
        kinds: Sequence[str] = ("plain_text",),
        required: bool = True,
    ) -> None:
        """Check a field that is a text object."""
        value = owner.get(name)
        if value is None:
            if required:
                self.missing(name, pointer)
            return
        self.text_object(value, f"{pointer}/{name}", maximum, kinds)

    def text_object(self, value: object, pointer: str, maximum: int, kinds: Sequence[str] = ("plain_text",)) -> None:
        """Check a text object itself: its kind, that it says something, and its length."""
        if not isinstance(value, dict):
            self.problem("must provide an object", pointer)
            return
        if value.get("type") not in kinds:
            self.problem(f"must be one of: {', '.join(kinds)}", f"{pointer}/type")
        if not isinstance(value.get("text"), str):
            self.missing("text", pointer)
            return
        self.length(value["text"], f"{pointer}/text", maximum, 1)

    def option(self, value: object, pointer: str, kinds: Sequence[str] = ("plain_text",)) -> None:
        """Check one option of a select, a group of radio buttons or checkboxes, or an overflow menu."""
        if not isinstance(value, dict):
            self.problem("must provide an object", pointer)
            return
        self.text(value, "text", pointer, OPTION_TEXT_MAX, kinds=kinds)
        self.string(value, "value", pointer, 150, required=True, minimum=1)
        self.text(value, "description", pointer, OPTION_TEXT_MAX, kinds=kinds, required=False)
        self.string(value, "url", pointer, URL_MAX)

    def confirm(self, owner: Json, pointer: str) -> None:
        """Check an element's confirmation dialog."""
        value = owner.get("confirm")
        if value is None:
            return
        here = f"{pointer}/confirm"
        if not isinstance(value, dict):
            self.problem("must provide an object", here)
            return
        self.text(value, "title", here, 100)
        self.text(value, "text", here, 300, kinds=("plain_text", "mrkdwn"))
        self.text(value, "confirm", here, 30)
        self.text(value, "deny", here, 30)
        self.choice(value, "style", here, ("primary", "danger"))
