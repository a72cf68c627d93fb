"""A question answered end to end without a model: the whole command, and the same inside a warm process."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench.report import Report
from bot.bootstrap import Core
from bot.checking.asker import OPERATOR
from bot.settings import Settings

QUESTIONS = (
    "what discount can I give on a two-month deal?",
    "how do I open a conversation with a CFO?",
    "what do I say when they ask for net 60?",
    "when should I walk away?",
    "who should be in the customer business review?",
)


def measure(report: Report) -> None:
    with tempfile.TemporaryDirectory() as folder:
        core = Core(Settings.load({**os.environ, "DEALFIT_DATA_DIR": folder}))
        core.make_data_dir()
        start = time.perf_counter()
        index = core.library.refresh()
        report.add(
            f"indexing {len(index.added)} playbooks, {index.passages} passages", time.perf_counter() - start, "seconds"
        )
        for question in QUESTIONS:
            core.answers.answer(question, asker=OPERATOR)
        warm, searches = [], []
        for _ in range(5):
            for question in QUESTIONS:
                start = time.perf_counter()
                core.answers.answer(question, asker=OPERATOR)
                warm.append(time.perf_counter() - start)
                start = time.perf_counter()
                core.library.search(question, audience=OPERATOR.audience)
                searches.append(time.perf_counter() - start)
        report.add(
            "a question in a warm process, no model",
            statistics.median(warm) * 1e3,
            "milliseconds",
            "the search alone",
            statistics.median(searches) * 1e3,
        )
        core.close()
        env = {**os.environ, "DEALFIT_DATA_DIR": str(Path(folder))}
        whole = [_ask(env, question) for question in QUESTIONS]
        report.add("dealfit ask, end to end, no model", statistics.median(whole), "seconds")


def _ask(env: dict[str, str], question: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, "-m", "bot.cli", "ask", question], env=env, check=True, capture_output=True)
    return time.perf_counter() - start
