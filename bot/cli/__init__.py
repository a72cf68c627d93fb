"""The command line, `dealfit`: a module a command, or a family of them; `app` puts them together."""

from __future__ import annotations

INTERRUPTED = 130
"""The exit status after Ctrl-C, as shells know it."""


def main() -> None:
    """Run the command line; faults that we expect become one clear message and exit status 2."""
    try:
        from bot.cli.app import run  # `import bot.cli` stays light
    except KeyboardInterrupt:  # Ctrl-C before there is anything to stop
        raise SystemExit(INTERRUPTED) from None

    run()
