"""The fit of a pipeline, worked out deal by deal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import TypeVar

from bot.pipeline.deal_table.layout import words_of
from bot.pipeline.fit import FailingCheck, Fit, FitGroup, IncompleteDeal, Split, Tally
from bot.pipeline.periods import quarter
from bot.pipeline.records import Record
from bot.profile.verdict import Judgement, Part, Result

K = TypeVar("K", bound=Hashable)


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
        by_stage=_groups(records, lambda r: r.stage and words_of(r.stage), lambda r: r.stage),
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


def grouped(records: Iterable[Record], key: Callable[[Record], K]) -> dict[K, list[Record]]:
    """The records by key, in the order in which each key first comes."""
    groups: dict[K, list[Record]] = {}
    for record in records:
        groups.setdefault(key(record), []).append(record)
    return groups


def _groups(
    records: Sequence[Record], key: Callable[[Record], str | None], label: Callable[[Record], str | None]
) -> tuple[FitGroup, ...]:
    groups = [
        FitGroup(
            value, min((found for found in map(label, members) if found is not None), default=None), Split.of(members)
        )
        for value, members in grouped(records, key).items()
    ]
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
