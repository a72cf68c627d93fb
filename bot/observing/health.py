"""Whether this process can do its work, in words: each part is asked, and what is wrong is said."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.observing.deadline import Deadline

LONGEST = 300
SECONDS = 2.0
"""How long a part may take to answer: those who ask for the page wait for few seconds themselves."""

Part = Callable[[], str | None]
"""Asks a part; what is wrong with it, or None. Raising is wrong as well."""


@dataclass(frozen=True, slots=True)
class State:
    """What every part said."""

    wrong: Mapping[str, str]

    @property
    def ready(self) -> bool:
        """Whether nothing is wrong."""
        return not self.wrong

    def words(self) -> str:
        """For people and load balancers: `ready`, or a line for each part that is not."""
        if self.ready:
            return "ready\n"
        return "not ready\n" + "".join(f"{part}: {words}\n" for part, words in self.wrong.items())


class Health:
    """The parts that must be in order before work is sent here."""

    def __init__(self, parts: Mapping[str, Part], *, seconds: float = SECONDS) -> None:
        self._parts = {name: Deadline(ask, seconds) for name, ask in parts.items()}

    def look(self) -> State:
        """Ask every part, all at once."""
        wrong = {}
        begun = {name: part.begin() for name, part in self._parts.items()}
        since = time.monotonic()
        for name, part in self._parts.items():
            try:
                words = part.wait(begun[name], time.monotonic() - since)
            except Exception as error:  # noqa: BLE001 whatever it is, the part is not in order
                words = str(error) or type(error).__name__
            if words is not None:
                wrong[name] = " ".join(words.split())[:LONGEST]
        return State(wrong)
