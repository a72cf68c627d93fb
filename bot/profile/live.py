"""The profile that is live: an edited file is taken at once, a broken one is refused and the last good one stays."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.problems import Problem, ProfileError
from bot.profile.rates import rates_path


class Log(Protocol):
    """What is logged to: a structlog or a standard logger, or a test's list."""

    def info(self, event: str, **values: object) -> object:
        """Tell of a profile that was taken."""

    def error(self, event: str, **values: object) -> object:
        """Tell of a profile that was refused."""


class LiveProfile:
    """Keeps one profile file in use. Safe to use from several threads.

    `current` looks at the file's state (a stat, microseconds) and reads it again only when that changed. While the file
    is broken, half written or gone, the last good profile keeps judging and `problem` says what is wrong.
    """

    def __init__(
        self,
        path: Path,
        log: Log,
        called: Callable[[str], str | None] | None = None,
    ) -> None:
        """Load the file. Raises ProfileError or OSError: there is no earlier profile to fall back on yet.

        `called` gives the name of an authority by its key, where it has one.
        """
        self.path = path
        self._called = called
        self._rates = rates_path(path)
        self._log = log
        self._lock = threading.Lock()
        self._seen = self._state()
        self._judge = self._load()
        self._problem: ProfileError | None = None

    def current(self) -> Judge:
        """The judge of the profile that is live now."""
        if self._state() != self._seen:
            with self._lock:
                self._reload()
        return self._judge

    @property
    def problem(self) -> ProfileError | None:
        """Why the file as it stands is not the profile that is live; None when it is."""
        return self._problem

    def _state(self) -> tuple[object, object]:
        """What changes when the profile's file or its rates are edited."""
        return file_state(self.path), file_state(self._rates)

    def _load(self) -> Judge:
        return Judge(replace(load_profile(self.path), called=self._called))

    def _reload(self) -> None:
        state = self._state()
        if state == self._seen:
            return
        # The state is taken before the bytes: an edit in between is seen again at the next call, never missed.
        self._seen = state
        try:
            judge = self._load()
        except ProfileError as error:
            self._refuse(error)
        except OSError as error:
            message = f"The profile cannot be read: {error.strerror or error}."
            self._refuse(ProfileError([Problem(str(self.path), 1, 1, message, "Put the file back.")]))
        else:
            self._judge, self._problem = judge, None
            profile = judge.profile.id
            self._log.info("profile_live", file=str(self.path), version=profile.version, sha256=profile.sha256)

    def _refuse(self, error: ProfileError) -> None:
        self._problem = error
        live = self._judge.profile.id
        self._log.error(
            "profile_refused", file=str(self.path), problems=[str(p) for p in error.problems], live=live.sha256
        )


def file_state(path: Path) -> tuple[int, int, int] | None:
    """What changes when a file is edited: its time, its size and its inode; None when it is not there."""
    try:
        found = os.stat(path)  # noqa: PTH116 - half the time of Path.stat, and it runs before every verdict
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
