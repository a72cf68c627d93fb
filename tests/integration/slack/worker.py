"""A worker process for a test: with "hang" it takes in one piece of work, begins it, and never ends it."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.slack.durable import DurableQueue, Steps
from bot.slack.inbox import Work


def main(url: str, log: Path, *, hang: bool) -> None:
    def write(line: str) -> None:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def handle(_: Mapping[str, Any], steps: Steps) -> None:
        name = "hang" if hang else "steady"
        steps("begin", lambda: write(f"begun worker {name}"))
        if hang:
            threading.Event().wait()
        steps("end", lambda: write(f"done worker {name}"))

    queue = DurableQueue(
        database_url=url,
        handlers={"question": handle},
        failed=lambda *_: None,
        workers=1,
        clock=lambda: datetime.now(UTC),
    )
    queue.start()
    if hang:
        queue.put(Work("question", "one", {}))
        while not log.read_text(encoding="utf-8"):
            threading.Event().wait(0.05)
    print("ready", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), hang=sys.argv[3:] == ["hang"])
