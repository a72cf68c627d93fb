"""A worker process for a test: keeps a job that comes round each second, and writes each turn down."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.slack.durable import DurableQueue, Steps
from bot.slack.schedules import Job


def main(url: str, log: Path) -> None:
    def handle(payload: Mapping[str, Any], steps: Steps) -> None:
        def write() -> None:
            with log.open("a", encoding="utf-8") as stream:
                stream.write(f"{payload['job']} {payload['due']} {payload['note']}\n")

        steps("write", write)

    queue = DurableQueue(
        database_url=url,
        handlers={"tick": handle},
        failed=lambda *_: None,
        workers=2,
        clock=lambda: datetime.now(UTC),
    )
    queue.start()
    queue.schedules.put(Job("test:tick", "* * * * * *", "tick", {"note": "hello"}))
    print("ready", flush=True)
    sys.stdin.read()  # until the test closes it
    queue.stop()


if __name__ == "__main__":
    threading.current_thread().name = "scheduled-worker"
    main(sys.argv[1], Path(sys.argv[2]))
