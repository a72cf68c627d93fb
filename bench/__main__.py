"""`make bench`: every measure, as a table and as build/bench.json."""

from __future__ import annotations

from bench import asking, backtests, imports, judging, pipeline_questions, pipelines, starting
from bench.report import Report


def main() -> None:
    report = Report()
    judging.measure(report)
    pipelines.measure(report)
    pipeline_questions.measure(report)
    backtests.measure(report)
    imports.measure(report)
    starting.measure(report)
    asking.measure(report)
    report.show()
    report.write("build/bench.json")


if __name__ == "__main__":
    main()
