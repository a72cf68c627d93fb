"""Cold start and memory at rest, of whole processes."""

from __future__ import annotations

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Report

DEAL = "Mercy Regional: hospital, 120 beds, 8% discount, net 60"
DEALFIT = [sys.executable, "-m", "bot.cli"]


def measure(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "DEALFIT_DATA_DIR": folder, "DEALFIT_PLAYGROUND_PORT": "0"}
        subprocess.run([*DEALFIT, "index"], env=env, check=True, capture_output=True)
        check = [_seconds([*DEALFIT, "check", DEAL], env) for _ in range(5)]
        python = [_seconds([sys.executable, "-c", "pass"], env) for _ in range(5)]
        report.add(
            "dealfit check, cold start to verdict",
            statistics.median(check),
            "seconds",
            "python -c pass",
            statistics.median(python),
        )
        starts, memory = zip(*[_run(env) for _ in range(3)], strict=True)
        report.add("dealfit run, start to address printed (index built)", statistics.median(starts), "seconds")
        report.add("memory at rest, playground running 10 s", statistics.median(memory), "MB")


def _seconds(command: list[str], env: dict[str, str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, env=env, check=False, capture_output=True)
    return time.perf_counter() - start


def _run(env: dict[str, str]) -> tuple[float, float]:
    start = time.perf_counter()
    process = subprocess.Popen([*DEALFIT, "run"], env=env, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    for line in process.stderr:
        if "playground" in line and "http://" in line:
            break
    seconds = time.perf_counter() - start
    time.sleep(10)
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="utf-8")
    resident = re.search(r"VmRSS:\s+(\d+) kB", status)
    process.send_signal(signal.SIGINT)
    process.stderr.close()
    process.wait(30)
    return seconds, int(resident[1]) / 1024 if resident else float("nan")
