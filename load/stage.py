"""A stage for one scenario: a playground, the app's processes on it, and what was measured."""

from __future__ import annotations

import contextlib
import shutil
import socket
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.bootstrap import utc_now
from bot.cli.run_command import manifest
from bot.playground.server import ACK_SECONDS, Playground
from load.depth import depth_of
from load.figures import Figures
from load.process import AppProcess
from load.tally import Tally
from load.traffic import KINDS, Traffic
from load.world import copy_data, make_folder, make_workspace

REDELIVERY = (0.5, 1.0, 2.0, 4.0, 8.0)
"""Slack waits 0, 1 and 5 minutes; here less, so that a run ends. The key of an event does not know the difference."""
REMEMBERED = 4000
START_SECONDS = 90.0


@dataclass
class Stage:
    """What a scenario works with."""

    ground: Playground
    tally: Tally
    settings: list[dict[str, str]]
    folder: Path
    processes: list[AppProcess] = field(default_factory=list)

    def warm(self) -> None:
        """Have every process answer each kind of thing once or more: what it does the first time is not measured."""
        warming = Traffic(self.tally)
        warming.run(5, 3 + len(self.processes))
        self.settle(60)
        self.tally.sent.clear()
        self.tally.acks.clear()
        self.tally.unacked.clear()
        self.tally.redelivered = 0

    def settle(self, seconds: float) -> float:
        """Wait until every accepted event has its answer and nothing is on its way. Returns the seconds it took."""
        start = time.monotonic()
        while time.monotonic() - start < seconds:
            self.tally.look()
            if self.tally.open() == 0 and depth_of(self.settings[0]) == 0:
                break
            time.sleep(0.25)
        time.sleep(0.5)
        self.tally.look()
        return time.monotonic() - start

    def measure(self, rate: float, seconds: float, *, drain: float, kinds: tuple[str, ...] = KINDS) -> Figures:
        """Send at a steady rate, then wait for the answers; memory is that of the processes together."""
        before, used = self._memory(), self._processor()
        traffic = Traffic(self.tally, kinds=kinds)
        start = time.monotonic()
        traffic.run(rate, seconds)
        took = time.monotonic() - start
        depth = depth_of(self.settings[0])
        busy = self._processor() - used
        drained = self.settle(drain)
        return Figures.of(
            self.tally,
            traffic,
            seconds=took,
            depth=depth,
            drained=drained,
            memory=(before, self._memory()),
            processor=busy / took,
        )

    def _memory(self) -> float:
        return sum(process.memory() for process in self.processes)

    def _processor(self) -> float:
        return sum(process.processor() for process in self.processes)


@contextlib.contextmanager
def stage(
    *,
    processes: int = 1,
    http: bool = False,
    extra: dict[str, str] | None = None,
    made: Path | None = None,
    ack_timeout: float = ACK_SECONDS,
) -> Iterator[Stage]:
    """Set a stage. `extra` are more settings of every process; `made` is a folder with an index, to be copied.

    Everything is taken away at the end.
    """
    folder = Path(tempfile.mkdtemp(prefix="dealfit-load-"))
    port = free_port() if http else None
    url = f"http://127.0.0.1:{port}/slack/events" if http else None
    ground = Playground(
        clock=utc_now,
        workspace=make_workspace(),
        manifest=manifest(),
        redelivery=REDELIVERY,
        remembered=REMEMBERED,
        request_url=url,
        ack_timeout=ack_timeout,
    )
    try:
        one = {**make_folder(folder, made), **(extra or {})}
        settings = [one] if processes == 1 else [copy_data(one, folder / f"data-{n}") for n in range(processes)]
        with ground:
            set_up = Stage(ground, Tally(ground), settings, folder)
            for number, one in enumerate(settings):
                set_up.processes.append(start(set_up, one, folder / f"app-{number}.log", port))
            try:
                yield set_up
            finally:
                for process in set_up.processes:
                    process.stop()
                set_up.tally.close()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def start(on: Stage, settings: dict[str, str], log: Path, port: int | None = None) -> AppProcess:
    """Start a process and wait until Slack's traffic reaches it."""
    if port is None:
        process = AppProcess(on.ground, settings, log)
        wanted = on.ground.connected + 1
        process.start()
        wait(lambda: on.ground.connected >= wanted, process, log)
        return process
    served = {"PORT": str(port), "SLACK_SIGNING_SECRET": on.ground.signing_secret, "SLACK_APP_TOKEN": ""}
    process = AppProcess(on.ground, {**settings, **served}, log, "-m", "bot.cli", "run", "--http")
    process.start()
    wait(lambda: _ready(port), process, log)
    return process


def wait(done: Callable[[], bool], process: AppProcess, log: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while not done():
        if not process.alive() or time.monotonic() > deadline:
            message = f"The app did not start. It wrote:\n{log.read_text(encoding='utf-8')[-2000:]}"
            raise RuntimeError(message)
        time.sleep(0.05)


def _ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])
