"""Who is who, live: an edited people file is taken at once, a broken one is refused and the last good one stays."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from bot.profile.live import Log, file_state
from bot.profile.people import People, load_people
from bot.profile.problems import PeopleError, Problem


class LivePeople:
    """Keeps one people file in use. Safe to use from several threads.

    `problem` says why the file as it stands is not what is live; None when it is.
    """

    def __init__(self, path: Path, log: Log) -> None:
        """Load the file. Raises PeopleError or OSError: there is nothing earlier to fall back on yet."""
        self.path = path
        self.problem: PeopleError | None = None
        self._log = log
        self._lock = threading.Lock()
        self._seen = file_state(path)
        self._people = load_people(path)
        self._completed: Callable[[People], People] | None = None

    def use(self, completed: Callable[[People], People]) -> None:
        """Complete the people with this from now on: the surface knows who is in a user group."""
        self._completed = completed

    def __call__(self) -> People:
        """The people as the file has them now, with what the surface adds."""
        if file_state(self.path) != self._seen:
            with self._lock:
                self._reload()
        return self._people if self._completed is None else self._completed(self._people)

    def _reload(self) -> None:
        state = file_state(self.path)
        if state == self._seen:
            return
        self._seen = state
        try:
            self._people, self.problem = load_people(self.path), None
        except PeopleError as error:
            self._refuse(error)
        except OSError as error:
            message = f"The people file cannot be read: {error.strerror or error}."
            self._refuse(PeopleError([Problem(str(self.path), 1, 1, message, "Put the file back.")]))
        else:
            self._log.info("people_live", file=str(self.path))

    def _refuse(self, error: PeopleError) -> None:
        self.problem = error
        self._log.error("people_refused", file=str(self.path), problems=[str(p) for p in error.problems])
