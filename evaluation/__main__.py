"""`make eval`: how passages are found, questions answered and refused, and how fast; a table and build/eval.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.report import Report
from bot.bootstrap import Core
from bot.settings import Settings
from evaluation import answering, refusal, retrieval, speed
from evaluation.collections import Vectors

_EVERY = 250


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evaluation", description=__doc__)
    parser.add_argument(
        "--data",
        type=Path,
        help="folder with the public collections (scifact, mtrag_un_pool), each with corpus.jsonl, queries.jsonl and "
        "qrels.jsonl; without it those measures are left out",
    )
    parser.add_argument(
        "--keep", type=Path, default=Path("build/eval"), help="where vectors are kept from one run to the next"
    )
    parser.add_argument(
        "--playbooks",
        type=int,
        nargs="*",
        default=[14],
        help="how many made-up playbooks to measure speed with; 1000 take some ten minutes to index",
    )
    asked = parser.parse_args()
    report = Report()
    if asked.data is None:
        tell("no folder with public collections was given (make eval DATA=...): retrieval is not measured", 0, 0)
    else:
        for index in retrieval.measure(report, asked.data, Vectors(asked.keep), tell):
            if any("answerability" in question.data for question in index.collection.questions):
                refusal.measure(report, index)
    settings = Settings.load({"DEALFIT_DATA_DIR": str(asked.keep / "data")}, env_file=None)
    core = Core(settings)
    core.make_data_dir()
    core.library.refresh()
    answering.measure(report, core.answers_with(None), tell)
    core.close()
    for playbooks in asked.playbooks:
        speed.measure(report, playbooks, asked.keep / "playbooks", tell)
    report.show()
    report.write("build/eval.json")


def tell(what: str, done: int, total: int) -> None:
    """Progress on standard error, a line for every so many."""
    if done % _EVERY == 0:
        sys.stderr.write(f"{what} {done} of {total}\n" if total else f"{what}\n")


if __name__ == "__main__":
    main()
