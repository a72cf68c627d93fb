"""Rejected rows in a file of their own."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from bot.deals.csv_text import csv_text

if TYPE_CHECKING:
    from bot.pipeline.sources.taking import Rejected


def rejects_file(target: Path, open_files: ExitStack) -> Callable[[Rejected], None]:
    """Writes rejected rows to a file, which is made when there is the first one."""
    streams: list[TextIO] = []

    def write(rejected: Rejected) -> None:
        if not streams:
            target.parent.mkdir(parents=True, exist_ok=True)
            streams.append(open_files.enter_context(target.open("w", newline="", encoding="utf-8")))
            streams[0].write(csv_text([["line", "reason", "row"]]))
        streams[0].write(csv_text([[rejected.line, rejected.reason, rejected.text]]))

    return write
