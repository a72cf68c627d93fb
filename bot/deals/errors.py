"""What is wrong with a value that somebody gave for a fact, and what to write instead."""

from __future__ import annotations

from decimal import Decimal

_SHOWN = 60
_HUGE = 10**50


class FactError(ValueError):
    """A value that cannot be taken as a fact: nothing is guessed, and the remedy says what to write.

    `fact` is the fact's name, `label` what people call it, `raw` the value as it was given (shortened), `problem`
    what is wrong in a clause, `remedy` one sentence or two. The text is "label: problem. remedy".
    """

    def __init__(self, *, fact: str, label: str, raw: object, remedy: str, problem: str | None = None) -> None:
        """`problem` is left out when the value simply cannot be read."""
        self.fact = fact
        self.label = label
        self.raw = shorten(raw)
        self.problem = problem or f"cannot read '{self.raw}'"
        self.remedy = remedy
        super().__init__(f"{label}: {self.problem}. {remedy}")

    def __reduce__(self) -> tuple[object, ...]:
        """Keep all the parts when the error crosses a process."""
        return _rebuild, (self.fact, self.label, self.raw, self.remedy, self.problem)


class ForeignAmount(FactError):
    """An amount in another currency than the profile's: exchange rates may make it one that can be taken.

    `amount` is what was stated, in `currency`.
    """

    def __init__(self, error: FactError, amount: Decimal, currency: str) -> None:
        """The fault as it is where there is no rate."""
        super().__init__(
            fact=error.fact, label=error.label, raw=error.raw, remedy=error.remedy, problem=error.problem
        )  # fmt: skip
        self.amount = amount
        self.currency = currency

    def __reduce__(self) -> tuple[object, ...]:
        """Keep all the parts when the error crosses a process."""
        return ForeignAmount, (_rebuild(self.fact, self.label, self.raw, self.remedy, self.problem), self.amount,
                               self.currency)  # fmt: skip


def _rebuild(fact: str, label: str, raw: str, remedy: str, problem: str) -> FactError:
    return FactError(fact=fact, label=label, raw=raw, remedy=remedy, problem=problem)


def shorten(raw: object) -> str:
    """Any value as one short line that is safe to print: no line breaks, no control characters."""
    if isinstance(raw, int) and abs(raw) >= _HUGE:
        return "a huge number"
    text = raw[: _SHOWN * 4] if isinstance(raw, str) else str(raw)[: _SHOWN * 4]
    line = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    return line if len(line) <= _SHOWN else line[: _SHOWN - 3] + "..."


class DealsFileError(ValueError):
    """A whole file that cannot be read: the text names the file, the line where there is one, and the remedy."""
