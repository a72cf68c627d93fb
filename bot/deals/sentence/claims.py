"""What a clause says of a fact, before it is made a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.deals.sentence.elements import Quantity


@dataclass(slots=True)
class Claim:
    """A fact that the clause states: its value or the quantity to make it from, and the elements that say so."""

    fact: str
    first: int
    last: int
    quantity: Quantity | None = None
    value: str | bool | None = None
    date: int | None = None
    bare: bool = False
    refused: str | None = None
    also_value: list[Claim] = field(default_factory=list)

    def covers(self, at: int) -> bool:
        """Whether the element at this place is a part of the claim."""
        return self.first <= at < self.last
