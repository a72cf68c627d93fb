"""How much of a pipeline the profile accepts: in deals and in money, overall, by kind of group and by failing check."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from bot.pipeline.periods import quarter
from bot.pipeline.query import Query
from bot.pipeline.records import Record
from bot.pipeline.tables import share
from bot.profile.verdict import Judgement, Part

__all__ = ["FailingCheck", "Fit", "FitGroup", "IncompleteDeal", "Split", "Tally", "quarter"]


@dataclass(frozen=True, slots=True)
class Tally:
    """Some deals: how many, their contract value in all, and how many of them have none that can be summed."""

    deals: int
    money: Decimal
    without_value: int

    @property
    def valued(self) -> bool:
        """Whether the value of any of them is known: else a sum of 0 would say that they are worth nothing."""
        return self.without_value < self.deals

    @classmethod
    def of(cls, records: Iterable[Record]) -> Tally:
        """The tally of these records."""
        values = [record.contract_value for record in records]
        known = [value for value in values if value is not None]
        return cls(len(values), sum(known, Decimal(0)), len(values) - len(known))


@dataclass(frozen=True, slots=True)
class Split:
    """Some deals, split by judgement. Every judgement is in `by`, with nothing where there is nothing."""

    total: Tally
    by: Mapping[Judgement, Tally]

    @classmethod
    def of(cls, records: Sequence[Record]) -> Split:
        """The split of these records."""
        return cls(
            Tally.of(records),
            MappingProxyType({j: Tally.of([r for r in records if r.judgement is j]) for j in Judgement}),
        )

    @property
    def fits(self) -> Tally:
        """The deals that fit as they stand."""
        return self.by[Judgement.FITS]

    @property
    def share_of_deals(self) -> Decimal | None:
        """Percent of the deals that fit, to a tenth, half up; None without deals."""
        return share(self.fits.deals, self.total.deals)

    @property
    def share_of_money(self) -> Decimal | None:
        """Percent of the known contract value that fits, to a tenth, half up; None without any."""
        return share(self.fits.money, self.total.money)


@dataclass(frozen=True, slots=True)
class FitGroup:
    """The deals that have one thing in common. `key` is None for those of which it is not known.

    `query` shows these deals.
    """

    key: str | None
    label: str | None
    split: Split
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class FailingCheck:
    """A check that some deals fail.

    `approvable` of them lie within somebody's authority; of `unknown` further deals the check cannot be decided yet.
    """

    check: str
    label: str
    part: Part
    tally: Tally
    approvable: int
    unknown: int
    query: Query | None = None


@dataclass(frozen=True, slots=True)
class IncompleteDeal:
    """A deal that cannot be decided yet, with the facts to get, those that settle it soonest first."""

    key: str
    name: str
    owner_name: str | None
    contract_value: Decimal | None
    ask: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Fit:
    """The picture at a glance.

    Groups come with the most deals first, quarters in order of time, and what is not known last.
    `failing` comes with the most deals first; a deal that fails two checks counts in both. `facts_to_get` counts, for
    each fact, the incomplete deals that wait for it. `other_currency` deals count, and their money does not.
    """

    split: Split
    by_owner: tuple[FitGroup, ...]
    by_segment: tuple[FitGroup, ...]
    by_stage: tuple[FitGroup, ...]
    by_quarter: tuple[FitGroup, ...]
    failing: tuple[FailingCheck, ...]
    incomplete: tuple[IncompleteDeal, ...]
    facts_to_get: tuple[tuple[str, int], ...]
    other_currency: int

    @property
    def empty(self) -> bool:
        """Whether there is no deal at all."""
        return self.split.total.deals == 0
