"""`make bench`: every measure as a table and as build/bench.json; exit status 1 where one fails or is not held."""

from __future__ import annotations

import sys
import time
import traceback

from bench import asking, backtests, imports, judging, pipeline_questions, pipelines, starting
from bench.report import Report

ROOMS = (judging, pipelines, pipeline_questions, backtests, imports, starting, asking)


def main() -> int:
    report, failed = Report(), False
    for room in ROOMS:
        start = time.perf_counter()
        try:
            room.measure(report)
        except Exception:  # noqa: BLE001 what the others measured in minutes is shown all the same
            traceback.print_exc()
            failed = True
        print(f"{room.__name__}: {time.perf_counter() - start:.0f} s", file=sys.stderr, flush=True)
    report.show()
    report.write("build/bench.json")
    return 1 if failed or report.broken() else 0


if __name__ == "__main__":
    sys.exit(main())
