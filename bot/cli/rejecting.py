"""Rejected rows in a file of their own."""

from __future__ import annotations

import csv
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.pipeline.sources.taking import Rejected


def rejects_file(target: Path, open_files: ExitStack) -> Callable[[Rejected], None]:
    """Writes rejected rows to a file, which is made when there is the first one."""
    writers: list[Any] = []

    def write(rejected: Rejected) -> None:
        if not writers:
            target.parent.mkdir(parents=True, exist_ok=True)
            stream = open_files.enter_context(target.open("w", newline="", encoding="utf-8"))
            writers.append(csv.writer(stream))
            writers[0].writerow(["line", "reason", "row"])
        writers[0].writerow([rejected.line, rejected.reason, rejected.text])

    return write
