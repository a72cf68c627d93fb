"""The commands, put together."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bot import __version__
from bot.cli import (
    ask,
    audit,
    check,
    doctor,
    exceptions,
    index,
    pipeline,
    profile,
    proposal,
    reviews,
    run_command,
    scorecard,
)
from bot.cli.console import fail
from bot.cli.faults import expected
from bot.cli.streams import prepare

app = typer.Typer(
    name="dealfit",
    no_args_is_help=True,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help=(
        "Tells whether a proposed deal fits the firm's Deal Profile, why, how to reshape it, and what to say next.\n\n"
        "Start with `dealfit run` (a Slack-like playground in your browser, no token needed) or "
        '`dealfit check "Mercy Regional: hospital, 120 beds, 8% discount, net 60"`.\n\n'
        "Settings come from the environment or a `.env` file; `dealfit doctor` checks them, `--settings` lists them."
    ),
)
app.command("run")(run_command.run)
app.command("check")(check.check)
app.command("ask")(ask.ask)
app.command("proposal")(proposal.proposal)
app.command("index")(index.index)
app.command("doctor")(doctor.doctor)
pipeline.app.command("scorecard")(scorecard.scorecard)
app.add_typer(pipeline.app, name="pipeline")
app.add_typer(profile.app, name="profile")
app.add_typer(reviews.app, name="reviews")
app.add_typer(exceptions.app, name="exceptions")
app.add_typer(audit.app, name="audit")


def _version(value: bool) -> None:
    if value:
        print(f"dealfit {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version.")
    ] = False,
) -> None:
    del version


def run() -> None:
    """Run, and turn the faults that we expect into one message on standard error."""
    prepare()
    try:
        app()
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(1)
    except Exception as error:
        message = expected(error)
        if message is None:
            raise
        fail(message)
