"""The queue's library writes through our one handler, and puts none of its own beside it."""

from __future__ import annotations

import json
import subprocess
import sys

CODE = """
import logging, sys
from datetime import UTC, datetime
from bot import logs
from bot.slack.durable import DurableQueue
logs.configure("DEBUG", [], form="json")
queue = DurableQueue(database_url=sys.argv[1], handlers={}, failed=print, workers=1, clock=lambda: datetime.now(UTC))
queue.start()
logger = logging.getLogger("dbos")
assert logger.propagate
assert not [each for each in logger.handlers if isinstance(each, logging.StreamHandler)], logger.handlers
logger.error("a line of the library")
queue.stop()
"""


def test_the_library_adds_no_console_handler_and_its_lines_are_ours(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", CODE, f"sqlite:///{tmp_path / 'work.db'}"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert [line["event"] for line in lines if line["logger"] == "dbos"] == ["a line of the library"]
    assert done.stdout == ""
