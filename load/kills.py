"""200 times `kill -9` at random moments while work flows: nothing that was accepted is lost or answered twice."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import tempfile
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bot.bootstrap import utc_now
from bot.cli.run_command import manifest
from bot.playground.server import Playground
from load.depth import depth_of
from load.figures import Figures
from load.forked import Nursery
from load.stage import REMEMBERED, Stage
from load.tally import Tally
from load.traffic import Traffic
from load.world import make_folder, make_workspace

RATE = 1.5
"""Events a second at each of the workspaces."""
LONGEST_LIFE = 0.8
"""Seconds that a process lives, at most, once it is connected."""
BACK_SECONDS = 120.0
DRAIN_SECONDS = 240.0
AT_ONCE = 3
REDELIVERY = (0.3, 0.7, 1.5, 3.0, 5.0, 8.0, 12.0)


def kills(times: int, *, seed: int = 7, at_once: int = AT_ONCE, made: Path | None = None) -> Figures:
    """So many kills, in a few workspaces with a database each at once; their figures together.

    `made` is a folder with an index, to be copied.
    """
    shares = [times // at_once + (n < times % at_once) for n in range(at_once)]
    with Nursery() as nursery, ThreadPoolExecutor(at_once) as pool:
        runs = [pool.submit(_one, nursery, share, seed + n, made) for n, share in enumerate(shares)]
        return Figures.together([run.result() for run in runs])


_forking = threading.Lock()


def _one(nursery: Nursery, times: int, seed: int, made: Path | None) -> Figures:
    chance = random.Random(seed)
    folder = Path(tempfile.mkdtemp(prefix="dealfit-kills-"))
    log = folder / "app.log"
    ground = Playground(
        clock=utc_now,
        workspace=make_workspace(),
        manifest=manifest(),
        redelivery=REDELIVERY,
        remembered=REMEMBERED,
    )
    try:
        settings = make_folder(folder, made)
        with ground:
            tally = Tally(ground)
            traffic, ended = Traffic(tally), threading.Event()

            def start() -> int:
                with _forking:
                    pid = nursery.fork(ground, settings, log)
                _wait_for_a_socket(ground, log)
                return pid

            pid = start()
            sending = threading.Thread(target=traffic.run, args=(RATE, 3600.0), kwargs={"stop": ended}, daemon=True)
            began = time.monotonic()
            sending.start()
            for _ in range(times):
                time.sleep(chance.uniform(0.0, LONGEST_LIFE))
                _end(pid, signal.SIGKILL)
                _wait_for_no_socket(ground)
                pid = start()
            ended.set()
            sending.join(60)
            took = time.monotonic() - began
            stage = Stage(ground, tally, [settings], folder)
            depth = depth_of(settings)
            drained = stage.settle(DRAIN_SECONDS)
            left = depth_of(settings)
            _end(pid, signal.SIGTERM)
            tally.close()
            figures = Figures.of(
                tally, traffic, seconds=took, depth=depth, drained=drained, memory=(0, 0), processor=0, kills=times
            )
            if left:
                figures.notes.append(f"{left} pieces of work still waited when the run ended: not lost, not done.")
            return figures
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _end(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _wait_for_a_socket(ground: Playground, log: Path) -> None:
    if ground.workspace.wait_for(lambda: ground.connected, BACK_SECONDS) is None:
        message = f"The app did not come back. It wrote:\n{log.read_text(encoding='utf-8')[-3000:]}"
        raise RuntimeError(message)


def _wait_for_no_socket(ground: Playground) -> None:
    ground.workspace.wait_for(lambda: not ground.connected, BACK_SECONDS)
