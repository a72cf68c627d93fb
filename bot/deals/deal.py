"""The deal itself: who, with whom, and the facts that are known about it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from bot.deals.exchange import Conversion
from bot.deals.facts import FactValue, Outcome

CLOSE_DATE = "close_date"
"""The name of the fact that a deal's own close date is: the two never differ."""


@dataclass(frozen=True, slots=True)
class Deal:
    """A proposed sale to one customer. A fact that is not in `facts` is unknown, which is not the same as no or zero.

    `owner` is the name or e-mail of the sales rep as the source writes it; `source` and `source_id` say where the
    deal came from ("slack", "csv:deals.csv", "hubspot") and its id there, so that an import can be repeated.
    `converted` says how amounts that were stated in another currency were reached; the facts hold the amounts.
    """

    name: str
    facts: Mapping[str, FactValue] = field(default_factory=lambda: MappingProxyType({}))
    customer: str | None = None
    owner: str | None = None
    stage: str | None = None
    close_date: date | None = None
    currency: str = "USD"
    source: str | None = None
    source_id: str | None = None
    converted: tuple[Conversion, ...] = field(default=(), repr=False)

    def __post_init__(self) -> None:
        """Take the close date from the fact of that name where the source gave it as a fact."""
        if self.close_date is None and isinstance(stated := self.facts.get(CLOSE_DATE), date):
            object.__setattr__(self, "close_date", stated)

    def with_facts(self, changes: Mapping[str, FactValue | None]) -> Deal:
        """The same deal with some facts changed; a change to None makes the fact unknown.

        An amount that stays as it was stays with how it was reached.
        """
        merged = {**self.facts, **changes}
        closes = changes.get(CLOSE_DATE, self.close_date)
        return replace(
            self,
            facts=MappingProxyType({k: v for k, v in merged.items() if v is not None}),
            close_date=closes if isinstance(closes, date) else None,
            converted=tuple(
                each for each in self.converted if each.fact not in changes or changes[each.fact] == each.value
            ),
        )

    def with_close_date(self) -> Deal:
        """The same deal with its close date among its facts, where it is known."""
        if self.close_date is None or self.facts.get(CLOSE_DATE) == self.close_date:
            return self
        return self.with_facts({CLOSE_DATE: self.close_date})

    @property
    def sha256(self) -> str:
        """The hash of what the verdict depends on: the facts and the currency, in canonical form."""
        return hashlib.sha256(canonical_json({"currency": self.currency, "facts": plain_facts(self.facts)})).hexdigest()


def plain_value(value: FactValue) -> Any:
    """A fact's value as JSON data: a Decimal becomes an integer or a float of the same digits, a date ISO text."""
    if isinstance(value, bool | str | int):
        return value
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, date):
        return value.isoformat()
    return [plain_outcome(outcome) for outcome in value]


def plain_outcome(outcome: Outcome) -> dict[str, Any]:
    """An outcome as JSON data, with only the parts that are known."""
    names = ("metric", "baseline", "target", "unit", "due", "owner", "agreed")
    parts = {name: getattr(outcome, name) for name in names}
    return {name: plain_value(value) for name, value in parts.items() if value is not None}


def plain_facts(facts: Mapping[str, FactValue]) -> dict[str, Any]:
    """All known facts as JSON data, ordered by name."""
    return {name: plain_value(facts[name]) for name in sorted(facts)}


def canonical_json(data: Any) -> bytes:
    """The one byte form of JSON data that hashes and replays rest on: sorted keys, no spaces, UTF-8."""
    text = json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    # Half a surrogate pair is no character: JSON may carry one, UTF-8 may not.
    return text.encode("utf-8", "replace")
