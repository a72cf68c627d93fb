"""Promise 1: the same deal and profile give the same bytes, whatever the process, its seed, its locale and its zone."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
RUNS = 2500
SETTINGS = (
    {"PYTHONHASHSEED": "0", "LC_ALL": "C", "TZ": "UTC"},
    {"PYTHONHASHSEED": "1", "LC_ALL": "C.UTF-8", "TZ": "Asia/Kathmandu"},
    {"PYTHONHASHSEED": "4242", "LC_ALL": "POSIX", "TZ": "America/St_Johns"},
    {"PYTHONHASHSEED": "random", "LC_ALL": "C.UTF-8", "TZ": "Pacific/Kiritimati", "PYTHONUTF8": "1"},
)


def run(index: int, settings: dict[str, str]) -> str:
    command = [sys.executable, "-m", "tests.integration.profile.shuffler", "profile", str(RUNS), str(index)]
    done = subprocess.run(
        command, cwd=ROOT, env={**os.environ, **settings}, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_ten_thousand_runs_in_four_kinds_of_process_give_the_same_bytes() -> None:
    assert RUNS * len(SETTINGS) >= 10_000
    found = {run(index, settings) for index, settings in enumerate(SETTINGS)}
    assert len(found) == 1
    assert int(found.pop().split()[0]) >= 100
