"""A worker process for a test. A word says what it does with the one piece of work that it takes in.

"hang": it begins and never ends. "leave": a step runs until SIGTERM has come. "stay": the step never ends.
"""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.slack.durable import DurableQueue, Steps
from bot.slack.inbox import Work


def main(url: str, log: Path, word: str) -> None:
    """Start, take the piece in unless there is no word, and work until SIGTERM."""
    ended = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: ended.set())

    def write(line: str) -> None:
        with log.open("a", encoding="utf-8") as stream:
            stream.write(line + "\n")

    def wait_long() -> None:
        write("waiting")
        if word == "stay":
            threading.Event().wait()
        while word == "leave" and not queue._running._leaving:
            threading.Event().wait(0.02)
        write("waited")

    def handle(_: Mapping[str, Any], steps: Steps) -> None:
        name = word or "steady"
        steps("begin", lambda: write(f"begun worker {name}"))
        if word == "hang":
            threading.Event().wait()
        steps("wait", wait_long)
        steps("end", lambda: write(f"done worker {name}"))

    queue = DurableQueue(
        database_url=url,
        handlers={"question": handle},
        failed=lambda *_: write("failed"),
        workers=1,
        clock=lambda: datetime.now(UTC),
    )
    queue.start()
    if word:
        queue.put(Work("question", "one", {}))
        while not log.read_text(encoding="utf-8"):
            threading.Event().wait(0.05)
    print("ready", flush=True)
    ended.wait()
    print(f"left {queue.stop(1.0 if word == 'stay' else 20.0)}", flush=True)
    if word == "stay":
        threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), "".join(sys.argv[3:]))
