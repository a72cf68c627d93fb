"""Prompt templates: Jinja2 files with a system part and a user part; a missing variable is an error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateError, TemplateNotFound

BLOCKS = ("system", "user")
"""The two parts that every template has."""


class PromptError(ValueError):
    """A template that is missing, broken, or was not given what it needs. The message names the file and the remedy."""


@dataclass(frozen=True, slots=True)
class Prompt:
    """What a model is told: how to work, and what to work on."""

    system: str
    user: str


class Prompts:
    """The templates of one folder. They are read when first used, and again when their file changes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._environment = Environment(
            loader=FileSystemLoader(folder),
            undefined=StrictUndefined,
            autoescape=False,  # noqa: S701 - prompts are not HTML; texts go through `data`, which keeps them apart
            trim_blocks=False,
            keep_trailing_newline=False,
        )
        self._environment.filters["data"] = as_data
        self._environment.filters["line"] = as_line

    def render(self, job: str, variables: Mapping[str, Any]) -> Prompt:
        """The prompt for a job ("answer", "rewrite"). Raises PromptError."""
        path = self._folder / f"{job}.md"
        try:
            template = self._environment.get_template(f"{job}.md")
            absent = [name for name in BLOCKS if name not in template.blocks]
            if absent:
                message = f"{path}: the block {absent[0]!r} is missing; a prompt has the blocks system and user"
                raise PromptError(message)
            system, user = (
                "".join(template.blocks[name](template.new_context(dict(variables)))).strip() for name in BLOCKS
            )
        except TemplateNotFound as error:
            message = f"{path}: the prompt is not there; restore it, or set DEALFIT_PROMPTS_DIR to a folder that has it"
            raise PromptError(message) from error
        except TemplateError as error:
            line = getattr(error, "lineno", None)
            place = f"{path}:{line}" if line else str(path)
            message = f"{place}: {error}. Mend the template, or restore the one that Dealfit came with"
            raise PromptError(message) from error
        return Prompt(system, user)


def as_data(text: str) -> str:
    """Each line behind a bar, so that a text can neither end its own quotation nor begin another part of the prompt."""
    return "\n".join(f"| {line}".rstrip() for line in (str(text).splitlines() or [""]))


def as_line(text: str) -> str:
    """A title on one line."""
    return " ".join(str(text).split())
