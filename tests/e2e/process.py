"""`dealfit run` as a process of its own, on Socket Mode, with the playground as its Slack."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path
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
        self.running: subprocess.Popen[bytes] | None = None
        self._log = Path()
        self._logs: list[Path] = []

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
        # A file and no pipe: nobody reads while it runs, and a pipe that is full would stop the app at its next line.
        with tempfile.NamedTemporaryFile(prefix="dealfit-process-", delete=False) as log:
            self._log = Path(log.name)
            self._logs.append(self._log)
            self.running = subprocess.Popen([sys.executable, "-m", "bot.cli", "run"], env=env, stderr=log)
        self.ground.wait_connected()

    @property
    def written(self) -> str:
        """What the one started last has written to standard error."""
        return self._log.read_text(encoding="utf-8")

    def kill(self) -> None:
        """End it as a power cut would."""
        assert self.running is not None
        self.running.kill()
        self.running.wait(150)

    def stop(self) -> str:
        """End it as an operator would; what it wrote to standard error."""
        assert self.running is not None
        self.running.send_signal(signal.SIGTERM)
        self.running.wait(150)
        return self.written

    def __exit__(self, *_: object) -> None:
        if self.running is not None and self.running.poll() is None:
            self.stop()
        for log in self._logs:
            log.unlink()
        self.ground.stop()
        assert silent(self.ground) == []
