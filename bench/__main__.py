"""`make bench`: every measure, as a table and as build/bench.json. Exit status 1 when promise 5 is not held."""

from __future__ import annotations

import sys
import time

from bench import asking, backtests, imports, judging, pipeline_questions, pipelines, starting
from bench.report import Report

ROOMS = (judging, pipelines, pipeline_questions, backtests, imports, starting, asking)


def main() -> int:
    report = Report()
    for room in ROOMS:
        start = time.perf_counter()
        room.measure(report)
        print(f"{room.__name__}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    report.show()
    report.write("build/bench.json")
    return 1 if report.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
