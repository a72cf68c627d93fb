"""What /readyz asks of a running app: also whether the threads live that nobody would otherwise miss."""

from __future__ import annotations

from types import SimpleNamespace as Stands
from typing import Any

import pytest

from bot.bootstrap.observed import SEAT_LOST, health

NO_QUEUE, NO_OUTBOX = "the queue does not run.", "nothing is sent: the outbox does not run."


@pytest.mark.parametrize(
    ("works", "sends", "lost", "wrong"),
    [
        (True, True, False, {}),
        (False, True, False, {"queue": NO_QUEUE}),
        (True, False, False, {"outbox": NO_OUTBOX}),
        (True, True, True, {"queue": SEAT_LOST}),
    ],
)
def test_a_process_whose_threads_ended_is_not_ready(works, sends, lost, wrong):
    core = Stands(
        store=Stands(ping=lambda: None),
        live=Stands(current=lambda: None),
        library=Stands(status=lambda: Stands(exists=True)),
    )
    queue = Stands(waiting=lambda: 0, running=works, seat_lost=lost)
    replies = Stands(outbox=Stands(running=sends))
    slack: Any = Stands(core=core, queue=queue, services=Stands(replies=replies))
    assert health(slack, None).look().wrong == wrong
