"""Whether this process can do its work, in words: each part is asked, and what is wrong is said."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

LONGEST = 300

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

    def __init__(self, parts: Mapping[str, Part]) -> None:
        self._parts = dict(parts)

    def look(self) -> State:
        """Ask every part."""
        wrong = {}
        for name, ask in self._parts.items():
            try:
                words = ask()
            except Exception as error:  # noqa: BLE001 whatever it is, the part is not in order
                words = str(error) or type(error).__name__
            if words is not None:
                wrong[name] = " ".join(words.split())[:LONGEST]
        return State(wrong)
