"""The facts that are known before the sale, as columns that a decision tree can split, unknown ones kept unknown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from bot.deals.facts import FactSpec, FactType
from bot.pipeline.strategy.exact import Exact
from bot.pipeline.strategy.roles import MoneyFacts
from bot.pipeline.strategy.sources import Unreadable
from bot.profile.conditions import facts_of
from bot.profile.model import Profile
from bot.profile.verdict import Part

Floats = npt.NDArray[np.float64]

_NUMBERS = frozenset({FactType.INTEGER, FactType.NUMBER, FactType.PERCENT, FactType.MONEY})
_USABLE = _NUMBERS | {FactType.CHOICE, FactType.YES_NO}


@dataclass(frozen=True, slots=True)
class Feature:
    """One column: a number, or (with `value`) whether a fact has this value. `column` is not-a-number where unknown."""

    fact: str
    value: str | bool | None
    column: Floats


def known_before(profile: Profile, named: Sequence[str] = ()) -> tuple[str, ...]:
    """The facts known before the sale, in the profile's order; those `named`, where somebody named them.

    A fact that the segments test is known before. So is any other that nobody negotiates, that plays no part in the
    economics and that no check outside the customer's part requires: what those ask for comes about while selling.

    Raises Unreadable for a name that is no fact, or a fact that cannot be split by: a text, a date, outcomes.
    """
    usable = [name for name, spec in profile.facts.items() if spec.type in _USABLE]
    for name in named:
        if name not in usable:
            raise Unreadable(f"{name!r} is no fact that deals can be told apart by. There are: {', '.join(usable)}.")
    if named:
        return tuple(name for name in usable if name in set(named))
    tested = {fact for segment in profile.segments for fact in facts_of(segment.when)}
    earned = {
        fact
        for check in profile.checks
        if check.part is not Part.CUSTOMER
        for case in check.cases
        for fact in facts_of(case.require)
    }
    money = set(MoneyFacts.of(profile).all)
    return tuple(name for name in usable if name in tested or _of_customer(profile.facts[name], money | earned))


def _of_customer(spec: FactSpec, taken: set[str]) -> bool:
    return spec.negotiable is None and spec.name not in taken and spec.type is not FactType.MONEY


def features(profile: Profile, facts: Sequence[str], columns: dict[str, pa.Array], fewest: int) -> list[Feature]:
    """The columns of these facts; a value that fewer than `fewest` deals have gets none of its own."""
    return [each for name in facts for each in _columns(profile.facts[name], columns[name], fewest)]


def _columns(spec: FactSpec, column: pa.Array, fewest: int) -> Iterator[Feature]:
    if spec.type in _NUMBERS:
        numbers = Exact.of(column)
        yield Feature(spec.name, None, np.where(numbers.known, numbers.floats(), np.nan))
        return
    known = pc.is_valid(column).to_numpy(zero_copy_only=False)
    if spec.type is FactType.YES_NO:
        holds = pc.fill_null(column, fill_value=False).to_numpy(zero_copy_only=False)
        yield Feature(spec.name, value=True, column=np.where(known, holds.astype(float), np.nan))
        return
    numbered = column.dictionary_encode()
    of = pc.fill_null(numbered.indices, -1).to_numpy(zero_copy_only=False)
    for number, word in enumerate(numbered.dictionary.to_pylist()):
        if int((of == number).sum()) >= fewest:
            yield Feature(spec.name, word, np.where(known, (of == number).astype(float), np.nan))
