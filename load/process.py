"""The app as a process: started, watched, killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import IO

from bot.playground.server import Playground

KEPT = ("PATH", "HOME", "LANG")


class AppProcess:
    """`dealfit run` with a playground as its Slack. What it writes goes to a file."""

    def __init__(self, ground: Playground, settings: dict[str, str], log: Path, *arguments: str) -> None:
        self._ground = ground
        self._settings = settings
        self._log = log
        self._arguments = arguments
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        env = {
            **{name: os.environ[name] for name in KEPT if name in os.environ},
            "SLACK_API_URL": self._ground.api_url,
            "SLACK_BOT_TOKEN": self._ground.bot_token,
            "SLACK_APP_TOKEN": self._ground.app_token,
            **self._settings,
        }
        command = [sys.executable, *self._arguments] if self._arguments else [sys.executable, "-m", "bot.cli", "run"]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=env, stdout=log, stderr=log)

    @property
    def pid(self) -> int:
        return self._running().pid

    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def kill(self) -> None:
        """End it as a power cut would."""
        self._running().kill()
        self._running().wait(30)

    def stop(self) -> None:
        """End it as an operator would."""
        if self.alive():
            self._running().send_signal(signal.SIGTERM)
            try:
                self._running().wait(30)
            except subprocess.TimeoutExpired:
                self.kill()

    def memory(self) -> float:
        """Resident memory in MB."""
        return _status(self.pid, "VmRSS:") / 1024

    def processor(self) -> float:
        """Processor seconds used so far."""
        with Path(f"/proc/{self.pid}/stat").open(encoding="ascii") as stat:
            fields = _after_name(stat)
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None:
            message = "the app was not started"
            raise RuntimeError(message)
        return self._process


def _status(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines():
        if line.startswith(name):
            return float(line.split()[1])
    message = f"/proc does not say {name}"
    raise RuntimeError(message)


def _after_name(stat: IO[str]) -> list[str]:
    return stat.read().rpartition(")")[2].split()
