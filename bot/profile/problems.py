"""What is wrong with a content file, and where: line, column, the line with a caret, and what to write instead."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

_SHOWN = 100
_LONGEST = 500
_LINE_BREAK = re.compile(r"\r\n|\n|\r")
MAX_PROBLEMS = 50
"""A file with more problems than this is reported up to here: nobody mends more at once."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in a file. `line` and `column` count from 1; `snippet` is the source line with a caret under it."""

    file: str
    line: int
    column: int
    message: str
    suggestion: str | None = None
    snippet: str | None = None
    severity: Literal["error", "warning"] = "error"
    kind: str | None = None
    """What sort of warning it is, by the word that `accept` names it with; None for what cannot be accepted."""

    @property
    def place(self) -> str:
        """Where it stands, as editors and terminals link it."""
        return f"{self.file}:{self.line}:{self.column}"

    def __str__(self) -> str:
        kind = "warning: " if self.severity == "warning" else ""
        lines = [f"{self.place}: {kind}{self.message}"]
        if self.snippet:
            lines.append(self.snippet)
        if self.suggestion:
            lines.append(f"  {self.suggestion}")
        return "\n".join(lines)


class ContentError(Exception):
    """A content file that cannot be taken. `problems` says everything that was found, in the order of the file."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def __reduce__(self) -> tuple[type[ContentError], tuple[tuple[Problem, ...]]]:
        """Keep the problems when the error crosses a process."""
        return type(self), (self.problems,)


class ProfileError(ContentError):
    """A Deal Profile that cannot be taken; one that is live stays as it is."""


class PeopleError(ContentError):
    """A people file that cannot be taken."""


class CasesError(ContentError):
    """A file of cases that cannot be taken."""


class SourceText:
    """A file's text with its name: makes problems that show the line they speak of."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self.lines = _LINE_BREAK.split(text)

    def line(self, number: int) -> str:
        """The line with this number, counted from 1; empty beyond the end."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def problem(
        self,
        place: tuple[int, int],
        message: str,
        suggestion: str | None = None,
        *,
        severity: Literal["error", "warning"] = "error",
        kind: str | None = None,
    ) -> Problem:
        """A problem at (line, column), both counted from 1."""
        line, column = place
        message, suggestion = _shortened(message), _shortened(suggestion) if suggestion else None
        return Problem(self.file, line, column, message, suggestion, self._snippet(line, column), severity, kind)

    def _snippet(self, number: int, column: int) -> str | None:
        line = self.line(number)
        start = max(0, column - 1 - _SHOWN // 2) if len(line) > _SHOWN else 0
        shown = "".join(char if char.isprintable() else " " for char in line[start : start + _SHOWN])
        return f"  {shown}\n  {' ' * (column - 1 - start)}^" if shown.strip() else None


def _shortened(text: str) -> str:
    """A message that cannot be drowned by what the file holds."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 3]}..."
