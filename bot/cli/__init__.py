"""The command line, `dealfit`: a module a command, or a family of them; `app` puts them together."""

from __future__ import annotations


def main() -> None:
    """Run the command line; faults that we expect become one clear message and exit status 2."""
    from bot.cli.app import run  # `import bot.cli` stays light

    run()
