"""The core, for a command: settings read, logs quiet unless asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from bot.bootstrap import Core, configure_logs
from bot.settings import Settings


@contextmanager
def core(*, quiet: bool = True) -> Iterator[Core]:
    """The rooms behind a command, closed at its end."""
    settings = Settings.load()
    if quiet and settings.log_level == "INFO":
        settings = settings.model_copy(update={"log_level": "WARNING"})
    configure_logs(settings)
    built = Core(settings)
    try:
        yield built
    finally:
        built.close()
