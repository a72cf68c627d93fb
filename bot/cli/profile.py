"""`dealfit profile`: look after the Deal Profile."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli import profile_cases, profile_diff, profile_init, profile_replay, strategy_backtest
from bot.cli.console import cell, fail, out, print_json, say
from bot.cli.wiring import core
from bot.deals.wording import counted

if TYPE_CHECKING:
    from bot.profile.model import Profile
    from bot.profile.problems import Problem

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode="markdown",
    help=(
        "Look after the Deal Profile: start one, find mistakes, run its cases, explain, compare, backtest, judge again."
        "\n\n"
        "The profile is one YAML file that a person in sales operations writes: docs/tutorial-first-profile.md leads "
        "through it, docs/profile-language.md is the reference. After each edit: `dealfit profile lint`, then "
        "`dealfit profile test`; before it goes live: `dealfit profile diff OLD`.\n\n"
        "For example:\n\n  dealfit profile explain discount"
    ),
)


def lint(
    file: Annotated[
        Path | None, typer.Argument(help="A profile; the live one unless given.", show_default=False)
    ] = None,
    json_: Annotated[bool, typer.Option("--json", help="The problems as JSON on standard output.")] = False,
) -> None:
    """Find mistakes in the profile, each with file:line:column and a remedy.

    Errors keep a profile from being used; warnings are what loads and is hardly meant: gaps, overlaps, cliffs, facts
    that nothing uses. A warning that is meant so is silenced with `accept` in the file, with the reason.
    Authorities are looked up in the people.yaml beside the file, or else in the live one. The exchange rates beside it
    (rates.yaml) and the standing texts of proposals (proposal.yaml) are looked over too.

    Exit status: 0 without problems, 1 with warnings only, 2 with errors.

    For example:

      dealfit profile lint

      dealfit profile lint drafts/deal-profile.yaml --json
    """
    from bot.profile.lint import lint as find
    from bot.profile.loading import load_profile
    from bot.profile.people import load_people
    from bot.profile.problems import PeopleError, ProfileError
    from bot.profile.rates import look_over

    with core() as rooms:
        path = file or rooms.settings.profile_path
        try:
            profile = load_profile(path)
        except ProfileError as error:
            problems: tuple[Problem, ...] = tuple(error.problems)
        else:
            beside = path.parent / "people.yaml"
            authorities: Collection[str] | None = None
            try:
                authorities = (load_people(beside) if beside.is_file() else rooms.people()).authorities
            except PeopleError as error:
                say(f"The authorities that the profile names are not looked up. {error}")
            anchors, today = rooms.library.anchors(), rooms.clock().date()
            rates = () if profile.rates is None else look_over(profile.rates, today)
            problems = (*find(profile, anchors, authorities=authorities, today=today), *rates)
            problems += _texts(path.parent, profile, anchors)
    if json_:
        shape = ("file", "line", "column", "severity", "message", "suggestion")
        print_json({"schema": 1, "problems": [{name: getattr(p, name) for name in shape} for p in problems]})
    else:
        for problem in problems:
            out().print(cell(problem), soft_wrap=True)
    errors = sum(p.severity == "error" for p in problems)
    found = f"{counted(errors, 'error')}, {counted(len(problems) - errors, 'warning')}" if problems else "no problems"
    say(f"{path}: {found}.")
    raise typer.Exit(2 if errors else 1 if problems else 0)


def _texts(folder: Path, profile: Profile, anchors: frozenset[str]) -> tuple[Problem, ...]:
    """What is wrong with the texts of proposals beside the profile; nothing where there are none."""
    from bot.pipeline.proposals.linting import lint_texts
    from bot.pipeline.proposals.texts import FILE
    from bot.profile.people import load_people
    from bot.profile.problems import PeopleError

    texts, people = folder / FILE, folder / "people.yaml"
    if not texts.is_file():
        return ()
    try:
        keys = [person.key for person in load_people(people).all] if people.is_file() else None
    except PeopleError:
        keys = None  # told where the authorities are looked up
    return tuple(lint_texts(texts.read_bytes(), str(texts), facts=profile.facts, anchors=anchors, people=keys))


def explain(
    check: Annotated[
        str | None,
        typer.Argument(help="The id of a check, `segment`, or `economics`; all unless given.", show_default=False),
    ] = None,
) -> None:
    """Say a check in sentences: the rule, its reason, who may approve, and what to read.

    `segment` says whom we sell to, and `economics` how the figures of a deal come about.

    For example:

      dealfit profile explain

      dealfit profile explain discount

      dealfit profile explain economics
    """
    from rapidfuzz import process

    from bot.profile.economics_words import ECONOMICS, explain_economics
    from bot.profile.explain import explain_check

    with core() as rooms:
        profile = rooms.live.current().profile
        ids = ["segment", *(c.id for c in profile.checks)]
        if check is None:
            segment = [explain_check(profile, "segment")] if profile.segments else []
            told = [*segment, *(explain_check(profile, each.id) for each in profile.checks), explain_economics(profile)]
            out().print(cell("\n\n".join(told)), soft_wrap=True)
            return
        if check == ECONOMICS and check not in ids:
            out().print(cell(explain_economics(profile)), soft_wrap=True)
            return
        if check not in ids:
            match = process.extractOne(check, ids, score_cutoff=60)
            fail(
                f"The profile has no check {check!r}."
                + (f" Did you mean {match[0]}?" if match else f" It has: {', '.join(ids)}; and `economics`.")
            )
        out().print(cell(explain_check(profile, check)), soft_wrap=True)


app.command("init")(profile_init.init)
app.command("lint")(lint)
app.command("test")(profile_cases.run_tests)
app.command("explain")(explain)
app.command("diff")(profile_diff.diff)
app.command("backtest")(strategy_backtest.backtest)
app.command("replay")(profile_replay.replay)
