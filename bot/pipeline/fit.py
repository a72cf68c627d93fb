"""How much of a pipeline the profile accepts: in deals and in money, overall, by kind of group and by failing check."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import TypeVar

from bot.pipeline.records import Record
from bot.pipeline.tables import share
from bot.profile.verdict import Judgement, Part, Result

K = TypeVar("K", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tally:
    """Some deals: how many, their contract value in all, and how many of them have none that can be summed."""

    deals: int
    money: Decimal
    without_value: int

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
    """The deals that have one thing in common. `key` is None for those of which it is not known."""

    key: str | None
    label: str | None
    split: Split


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


def fit(records: Sequence[Record]) -> Fit:
    """How much of these deals fits."""
    incomplete = sorted(
        (r for r in records if r.judgement is Judgement.INCOMPLETE),
        key=lambda r: (r.contract_value is None, -(r.contract_value or 0), r.name, r.key),
    )
    facts = Counter(fact for record in incomplete for fact in record.ask)
    return Fit(
        split=Split.of(records),
        by_owner=_groups(records, lambda r: r.owner, lambda r: r.owner_name),
        by_segment=_groups(records, lambda r: r.segment, lambda r: r.segment),
        by_stage=_groups(records, lambda r: r.stage and r.stage.casefold(), lambda r: r.stage),
        by_quarter=tuple(
            sorted(
                _groups(records, lambda r: quarter(r.close_date), lambda r: quarter(r.close_date)),
                key=lambda group: (group.key is None, group.key or ""),
            )
        ),
        failing=_failing(records),
        incomplete=tuple(IncompleteDeal(r.key, r.name, r.owner_name, r.contract_value, r.ask) for r in incomplete),
        facts_to_get=tuple(sorted(facts.items(), key=lambda item: (-item[1], item[0]))),
        other_currency=sum(record.other_currency for record in records),
    )


def quarter(day: date | None) -> str | None:
    """The calendar quarter of a day, "2026 Q4"; as text it sorts in order of time."""
    return None if day is None else f"{day.year:04} Q{(day.month + 2) // 3}"


def grouped(records: Iterable[Record], key: Callable[[Record], K]) -> dict[K, list[Record]]:
    """The records by key, in the order in which each key first comes."""
    groups: dict[K, list[Record]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


def _groups(
    records: Sequence[Record], key: Callable[[Record], str | None], label: Callable[[Record], str | None]
) -> tuple[FitGroup, ...]:
    groups = [FitGroup(value, label(members[0]), Split.of(members)) for value, members in grouped(records, key).items()]
    return tuple(sorted(groups, key=lambda g: (g.key is None, -g.split.total.deals, g.label or "")))


def _failing(records: Sequence[Record]) -> tuple[FailingCheck, ...]:
    failing: dict[str, list[Record]] = {}
    named: dict[str, tuple[str, Part]] = {}
    approvable: Counter[str] = Counter()
    for record in records:
        for broken in record.broken:
            failing.setdefault(broken.check, []).append(record)
            named[broken.check] = (broken.label, broken.part)
            approvable[broken.check] += broken.authority is not None
    unknown = Counter(check for r in records for check, result in r.results.items() if result is Result.UNKNOWN)
    checks = [
        FailingCheck(check, *named[check], Tally.of(members), approvable[check], unknown[check])
        for check, members in failing.items()
    ]
    return tuple(sorted(checks, key=lambda c: (-c.tally.deals, -c.tally.money, c.check)))
