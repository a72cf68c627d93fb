"""`make eval`: how well passages are found and questions refused, as a table and as build/eval.json."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from bench.report import Report
from evaluation import refusal, retrieval
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
    asked = parser.parse_args()
    report = Report()
    if asked.data is None:
        tell("no folder with public collections was given (make eval DATA=...): retrieval is not measured", 0, 0)
    else:
        for index in retrieval.measure(report, asked.data, Vectors(asked.keep), tell):
            if any("answerability" in question.data for question in index.collection.questions):
                refusal.measure(report, index)
    report.show()
    report.write("build/eval.json")


def tell(what: str, done: int, total: int) -> None:
    """Progress on standard error, a line for every so many."""
    if done % _EVERY == 0:
        sys.stderr.write(f"{what} {done} of {total}\n" if total else f"{what}\n")


if __name__ == "__main__":
    main()
