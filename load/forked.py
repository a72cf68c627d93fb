"""Processes that start fast, to be killed often: forked from one that has imported everything and done nothing else.

A fork runs `dealfit run` from its first line to its end: settings, database, queue, index, Slack. Only the seconds of
importing are saved, which the 200 kills of a run could not wait for.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any, Self

from bot.playground.server import Playground
from load.process import KEPT

IMPORTED = (
    "bot.cli.app", "bot.bootstrap", "bot.slack.app", "bot.slack.connecting", "slack_bolt.adapter.socket_mode", "dbos",
    "chromadb", "onnxruntime", "tokenizers", "bm25s", "alembic.command", "ibis", "bot.knowledge.library",
    "bot.answers.service", "bot.pipeline.service", "bot.store.database", "watchfiles", "uvicorn",
)  # fmt: skip


class Nursery:
    """The process that forks."""

    def __enter__(self) -> Self:
        env = {name: os.environ[name] for name in KEPT if name in os.environ}
        env |= {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
        command = [sys.executable, "-m", "load.forked"]
        self._process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self._say_and_hear({})
        return self

    def __exit__(self, *_: object) -> None:
        self._process.stdin.close()  # type: ignore[union-attr]
        self._process.wait(30)
        self._process.stdout.close()  # type: ignore[union-attr]

    def fork(self, ground: Playground, settings: dict[str, str], log: Path) -> int:
        """Start the app; its process id."""
        slack = {
            "SLACK_API_URL": ground.api_url,
            "SLACK_BOT_TOKEN": ground.bot_token,
            "SLACK_APP_TOKEN": ground.app_token,
        }
        return int(self._say_and_hear({"env": {**slack, **settings}, "log": str(log)})["pid"])

    def _say_and_hear(self, said: dict[str, Any]) -> dict[str, Any]:
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            message = "the nursery has no ears"
            raise RuntimeError(message)
        stdin.write(json.dumps(said) + "\n")
        stdin.flush()
        heard: dict[str, Any] = json.loads(stdout.readline())
        return heard


def main() -> None:
    """Import, then fork whenever a line asks for it."""
    for name in IMPORTED:
        __import__(name)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the dead need no burial
    for line in sys.stdin:
        asked = json.loads(line)
        pid = os.fork() if asked else 0
        if asked and pid == 0:
            _be_the_app(asked["env"], asked["log"])
        print(json.dumps({"pid": pid}), flush=True)


def _be_the_app(env: dict[str, str], log: str) -> None:
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    os.environ.update(env)
    out = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.dup2(out, 1)
    os.dup2(out, 2)
    sys.argv = ["dealfit", "run"]
    from bot.cli import main as run  # imported already

    status = 0
    try:
        run()
    except SystemExit as end:
        status = int(end.code or 0) if isinstance(end.code, int | None) else 1
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
        import traceback

        traceback.print_exc()
        status = 1
    finally:
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
