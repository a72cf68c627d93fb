"""One of several app processes on one database: it takes deliveries in, and counts the effects. A test starts it."""

from __future__ import annotations

import json
import random
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import psycopg

from bot.slack.durable import DurableQueue, Steps
from bot.slack.inbox import Inbox


def main(url: str, seed: int, ids: int, copies: int) -> None:
    """Deliver every id several times in a random order, and wait until nothing is left to do."""

    def effect(payload: Mapping[str, Any], steps: Steps) -> None:
        def once() -> None:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("INSERT INTO effects (ts, process) VALUES (%s, %s)", (payload["ts"], seed))
                for _ in range(0 if shared else 1200):  # the first effects wait for one of another process
                    if connection.execute("SELECT count(DISTINCT process) > 1 FROM effects").fetchone() == (True,):
                        shared.append(True)
                        break
                    time.sleep(0.05)

        steps("effect", once)

    shared: list[bool] = []
    failed: list[str] = []
    queue = DurableQueue(
        database_url=url,
        handlers={"question": effect},
        failed=lambda work, _error: failed.append(work.key),
        workers=4,
        clock=lambda: datetime.now(UTC),
    )
    queue.start()
    print("ready", flush=True)
    sys.stdin.readline()
    inbox = Inbox(queue.put)
    deliveries = [number for number in range(ids) for _ in range(copies)]
    random.Random(seed).shuffle(deliveries)
    acknowledged = 0
    for n, number in enumerate(deliveries):
        event = {"type": "app_mention", "user": "U1", "channel": "C1", "ts": f"1.{number}", "text": "x"}
        body = {"type": "event_callback", "team_id": "T1", "event_id": f"Ev{seed}-{n}", "event": event}
        inbox.keep(body, next=lambda: None)
        acknowledged += 1
    deadline = time.monotonic() + 120
    while queue.waiting() and time.monotonic() < deadline:
        time.sleep(0.1)
    print(json.dumps({"acknowledged": acknowledged, "waiting": queue.waiting(), "failed": failed}), flush=True)
    queue.stop()


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:5]))
