"""The budget for language models: tokens a day for each person and for all. Over it, no call is made."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Protocol

from bot.answers.streaming import Counted

if TYPE_CHECKING:
    from collections.abc import Callable

HELD = 24_000
"""Tokens set aside for one answer: a rewriting, an agent's turns over six passages and what it looks up, and a call
without tools in its place. What is left goes back."""

PER_MILLION = Decimal(1_000_000)


class Ledger(Protocol):
    """Where tokens are counted, for all processes."""

    def hold(self, user: str, tokens: int, *, per_person: int | None, in_all: int | None) -> date | None:
        """Set tokens aside; None when a limit of the day forbids it."""

    def settle(self, day: date, user: str, *, held: int, tokens_in: int, tokens_out: int, cost: Decimal) -> None:
        """Put what was really used in the place of what was held."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Tokens a day, in and out together; None is no limit. Prices are money for a million tokens."""

    per_person: int | None = None
    in_all: int | None = None
    price_in: Decimal = Decimal(0)
    price_out: Decimal = Decimal(0)

    def cost(self, tokens_in: int, tokens_out: int) -> Decimal:
        """What so many tokens cost."""
        return (tokens_in * self.price_in + tokens_out * self.price_out) / PER_MILLION


@dataclass(slots=True)
class Spending:
    """The leave to call a model for one answer. `counted` is filled while it replies; `end` must be called."""

    user: str
    day: date
    held: int
    close: Callable[[Spending], None]
    counted: Counted = field(default_factory=Counted)

    def end(self) -> None:
        """Say what was used. An endpoint that does not count is taken to have used what was held, if it was called."""
        self.close(self)


class Budget:
    """Grants spendings."""

    def __init__(self, ledger: Ledger, limits: Limits) -> None:
        self._ledger = ledger
        self._limits = limits

    def begin(self, user: str) -> Spending | None:
        """The leave to call a model for one answer of this user; None when the budget is used up or cannot be read.

        Without an account of what was used there is no call: a model that cannot be counted cannot be limited.
        """
        limits = self._limits
        try:
            day = self._ledger.hold(user, HELD, per_person=limits.per_person, in_all=limits.in_all)
        except Exception:  # noqa: BLE001 - the answer is quoted instead, and the store's own checks say what is wrong
            return None
        return None if day is None else Spending(user, day, HELD, self._end)

    def _end(self, spending: Spending) -> None:
        counted = spending.counted
        tokens_in, tokens_out = counted.tokens_in or 0, counted.tokens_out or 0
        if counted.called and (counted.cut or (counted.tokens_in is None and counted.tokens_out is None)):
            tokens_in = max(tokens_in, spending.held - tokens_out)
        try:
            self._ledger.settle(
                spending.day,
                spending.user,
                held=spending.held,
                tokens_in=tokens_in,
                tokens_out=tokens_out,
                cost=self._limits.cost(tokens_in, tokens_out),
            )
        except Exception:  # noqa: BLE001 - what was held stays counted, which errs on the careful side
            return
