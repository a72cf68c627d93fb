"""`dealfit profile test`: the cases beside the profile, for people, for scripts, and for a build server."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.console import NOT_ALL_FIT, cell, fail, out, print_json, say
from bot.cli.wiring import core
from bot.cli.writing import write_file
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.profile.cases import CaseReport


def run_tests(
    file: Annotated[
        Path | None, typer.Argument(help="A profile; the live one unless given.", show_default=False)
    ] = None,
    cases: Annotated[Path | None, typer.Option(help="Folder of cases; cases/ beside the profile unless given.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="What the cases leave untried is a failure too.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the report as JUnit XML into this file.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
) -> None:
    """Run the cases that stand beside the profile, and say what they leave untried.

    Untried is a check or a row that no case passes or fails, and a threshold that no case tries on it and just beyond.

    Exit status: 0 when all pass, 1 when some fail, 2 when something could not be read.

    For example:

      dealfit profile test

      dealfit profile test --strict --junit report.xml
    """
    from bot.profile.cases import run_cases
    from bot.profile.judge import Judge
    from bot.profile.junit import junit_bytes
    from bot.profile.loading import load_profile

    with core() as rooms:
        path = file or rooms.settings.profile_path
        judge = Judge(replace(load_profile(path), called=rooms.called))
        folder = cases or path.parent / "cases"
        if not folder.is_dir():
            fail(f"{folder}: there is no such folder. Put cases there, or name another with --cases.")
        report = run_cases(judge, folder)
    if junit is not None:
        write_file(junit, junit_bytes(report, strict=strict), option="--junit")
    if json_:
        print_json(_plain(report))
    else:
        for failure in report.failures:
            out().print(cell(failure), soft_wrap=True)
        for gap in report.gaps:
            out().print(cell(f"coverage: {gap}"), soft_wrap=True)
    failed = len(report.failures)
    untried = f" {counted(len(report.gaps), 'gap')} in what they try." if report.gaps else ""
    say(f"{len(report.results) - failed} cases passed, {failed} failed.{untried}")
    raise typer.Exit(NOT_ALL_FIT if failed or (strict and report.gaps) else 0)


def _plain(report: CaseReport) -> dict[str, Any]:
    results = [
        {
            "name": result.case.name,
            "place": result.case.place,
            "passed": result.passed,
            "differences": [{"what": d.what, "expected": d.expected, "actual": d.actual} for d in result.differences],
        }
        for result in report.results
    ]
    gaps = [{"check": gap.check, "rule": gap.rule, "text": gap.text} for gap in report.gaps]
    return {"schema": 1, "cases": results, "coverage": [str(gap) for gap in report.gaps], "gaps": gaps}
