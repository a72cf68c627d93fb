"""`python -m bot.cli` is `dealfit`."""

from bot.cli import main

main()
