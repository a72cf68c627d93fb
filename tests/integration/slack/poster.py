"""One of several processes that send what waits in one database. A test starts it, and may kill it."""

from __future__ import annotations

import sys
from datetime import UTC, datetime

from bot.slack.client import posting_client
from bot.slack.delivery import Courier
from bot.slack.outbox import Outbox, Pace
from bot.store.database import open_store


def main(database: str, api_url: str, token: str, name: str, seconds: float) -> None:
    """Send until standard input ends."""
    store = open_store(database, lambda: datetime.now(UTC))
    courier = Courier(posting_client(token, api_url), lambda: datetime.now(UTC))
    # Longer than a busy machine keeps a living process from its post: else another would take it up, and post twice.
    outbox = Outbox(store.outgoing, courier, Pace(seconds, senders=3, held=8000))
    outbox.start(name, lambda _: None)
    print("ready", flush=True)
    sys.stdin.read()
    outbox.stop()
    store.close()


if __name__ == "__main__":
    main(*sys.argv[1:5], float(sys.argv[5]))
