"""`dealfit run` as a process of its own, on Socket Mode, with the playground as its Slack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import Any, Self

from bot.cli.run_command import manifest
from tests.e2e.spoken import silent
from tests.playgrounds import patient


class AppProcess:
    """The real command in a real process, which a test may kill and start again."""

    def __init__(self, settings: dict[str, str], **ground: Any) -> None:
        options = {"redelivery": (0.0, 0.3, 1.0, 2.0), **ground}
        self.ground = patient(manifest=manifest(), **options)
        self._settings = settings
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        self.ground.start()
        self.start()
        return self

    def start(self) -> None:
        env = {
            **{name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ},
            **self._settings,
            "SLACK_API_URL": self.ground.api_url,
            "SLACK_BOT_TOKEN": self.ground.bot_token,
            "SLACK_APP_TOKEN": self.ground.app_token,
        }
        self._process = subprocess.Popen(
            [sys.executable, "-m", "bot.cli", "run"], env=env, stderr=subprocess.PIPE, text=True
        )
        self.ground.wait_connected(120)

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self._process is not None
        self._process.kill()
        self._process.wait(60)
        assert self._process.stderr is not None
        self._process.stderr.close()

    def stop(self) -> str:
        """End it as an operator would; what it wrote to standard error."""
        assert self._process is not None
        self._process.send_signal(signal.SIGTERM)
        _, written = self._process.communicate(timeout=60)
        return written

    def __exit__(self, *_: object) -> None:
        if self._process is not None and self._process.poll() is None:
            self.stop()
        self.ground.stop()
        assert silent(self.ground) == []
