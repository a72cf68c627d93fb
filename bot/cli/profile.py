"""`dealfit profile`: look after the Deal Profile."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli import profile_diff, profile_replay
from bot.cli.console import cell, count, fail, out, print_json, say
from bot.cli.wiring import core

if TYPE_CHECKING:
    from bot.profile.cases import CaseReport
    from bot.profile.problems import Problem

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help="Look after the Deal Profile: find mistakes, run its cases, explain a check, compare two, judge again.",
)
app.command("diff")(profile_diff.diff)
app.command("replay")(profile_replay.replay)


@app.command("lint")
def lint(
    file: Annotated[
        Path | None, typer.Argument(help="A profile; the live one unless given.", show_default=False)
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="The problems as JSON on standard output.")] = False,
) -> None:
    """Find mistakes in the profile, each with file:line:column and a remedy.

    Exit status: 0 without problems, 1 with warnings only, 2 with errors.
    """
    from bot.profile.lint import lint as find  # noqa: PLC0415
    from bot.profile.loading import load_profile  # noqa: PLC0415
    from bot.profile.problems import ProfileError  # noqa: PLC0415

    with core() as rooms:
        path = file or rooms.settings.profile_path
        try:
            profile = load_profile(path)
        except ProfileError as error:
            problems: tuple[Problem, ...] = tuple(error.problems)
        else:
            anchors, people = rooms.library.anchors(), rooms.people()
            problems = tuple(find(profile, anchors, authorities=people.authorities, today=rooms.clock().date()))
    if json_:
        shape = ("file", "line", "column", "severity", "message", "suggestion")
        print_json({"schema": 1, "problems": [{name: getattr(p, name) for name in shape} for p in problems]})
    else:
        for problem in problems:
            out().print(cell(problem), soft_wrap=True)
    errors = sum(p.severity == "error" for p in problems)
    found = f"{count(errors, 'error')}, {count(len(problems) - errors, 'warning')}" if problems else "no problems"
    say(f"{path}: {found}.")
    raise typer.Exit(2 if errors else 1 if problems else 0)


@app.command("test")
def run_tests(
    file: Annotated[
        Path | None, typer.Argument(help="A profile; the live one unless given.", show_default=False)
    ] = None,
    cases: Annotated[Path | None, typer.Option(help="Folder of cases; cases/ beside the profile unless given.")] = None,
    json_: Annotated[bool, typer.Option("--json", help="The report as JSON on standard output.")] = False,
) -> None:
    """Run the cases that stand beside the profile, and say which checks they leave untried.

    Exit status: 0 when all pass, 1 when some fail, 2 when something could not be read.
    """
    from bot.profile.cases import run_cases  # noqa: PLC0415
    from bot.profile.judge import Judge  # noqa: PLC0415
    from bot.profile.loading import load_profile  # noqa: PLC0415

    with core() as rooms:
        path = file or rooms.settings.profile_path
        folder = cases or path.parent / "cases"
        if not folder.is_dir():
            fail(f"{folder}: there is no such folder. Put cases there, or name another with --cases.")
        report = run_cases(Judge(load_profile(path)), folder)
    if json_:
        print_json(_plain(report))
    else:
        for failure in report.failures:
            out().print(cell(failure), soft_wrap=True)
        for gap in _gaps(report):
            out().print(cell(f"coverage: {gap}"), soft_wrap=True)
    failed = len(report.failures)
    say(f"{len(report.results) - failed} cases passed, {failed} failed.")
    raise typer.Exit(0 if not failed else 1)


def _gaps(report: CaseReport) -> list[str]:
    told = {
        "is passed by no case": report.never_passed,
        "is failed by no case": report.never_failed,
        "is unknown in no case": report.never_unknown,
        "is tried by no case": report.untried_rules,
    }
    return [f"{name} {what}" for what, names in told.items() for name in names]


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
    return {"schema": 1, "cases": results, "coverage": _gaps(report)}


@app.command("explain")
def explain(
    check: Annotated[str, typer.Argument(help="The id of a check, such as discount.", show_default=False)],
) -> None:
    """Say a check in sentences: the rule, its reason, who may approve, and what to read."""
    from rapidfuzz import process  # noqa: PLC0415

    from bot.profile.explain import explain_check  # noqa: PLC0415

    with core() as rooms:
        profile = rooms.live.current().profile
        ids = ["segment", *(c.id for c in profile.checks)]
        if check not in ids:
            match = process.extractOne(check, ids, score_cutoff=60)
            fail(
                f"The profile has no check {check!r}."
                + (f" Did you mean {match[0]}?" if match else f" It has: {', '.join(ids)}.")
            )
        out().print(cell(explain_check(profile, check)))
