"""Random conditions, profiles and deals over a few facts of each kind."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from functools import cache
from types import MappingProxyType

from hypothesis import strategies as st

from bot.deals.facts import Direction, FactSpec, FactType, FactValue
from bot.profile.conditions import AllOf, Among, AnyOf, Compare, Condition, Known, Order, Subject, Within
from bot.profile.model import Band, Case, Check, Profile, Segment, Stance
from bot.profile.verdict import Part, ProfileId

NUMBERS = range(6)
FACTS: Mapping[str, FactSpec] = MappingProxyType(
    {
        "a": FactSpec(
            "a", FactType.INTEGER, "A", "A?", negotiable=Direction.UP, minimum=Decimal(0), maximum=Decimal(5)
        ),
        "b": FactSpec(
            "b", FactType.INTEGER, "B", "B?", negotiable=Direction.DOWN, minimum=Decimal(0), maximum=Decimal(5)
        ),
        "c": FactSpec(
            "c", FactType.CHOICE, "C", "C?", choices={"x": (), "y": (), "z": ()}, negotiable=Direction.EITHER
        ),
        "d": FactSpec("d", FactType.YES_NO, "D", "D?", negotiable=Direction.UP),
        "e": FactSpec("e", FactType.INTEGER, "E", "E?", minimum=Decimal(0), maximum=Decimal(5)),
    }
)
VALUES: Mapping[str, tuple[FactValue, ...]] = MappingProxyType(
    {"a": tuple(NUMBERS), "b": tuple(NUMBERS), "c": ("x", "y", "z"), "d": (True, False), "e": tuple(NUMBERS)}
)
_numbers = st.sampled_from(NUMBERS)
_names = st.sampled_from(sorted(FACTS))
_few_numbers = st.lists(_numbers, min_size=1, max_size=3, unique=True)
_few_words = {name: st.lists(st.sampled_from(VALUES[name]), min_size=1, max_size=2, unique=True) for name in ("c", "d")}
_orders = st.sampled_from(Order)
_stances = st.sampled_from(Stance)
_authorities = st.lists(st.sampled_from(("desk", "director")), max_size=2, unique=True)
_limits = st.dictionaries(st.sampled_from([Subject("a"), Subject("b"), Subject("e")]), _numbers, max_size=2)


@st.composite
def single(draw: st.DrawFn, *, known: bool) -> Condition:
    name = draw(_names)
    subject = Subject(name)
    negative = draw(st.booleans())
    if known and draw(st.integers(0, 7)) == 0:
        return Known(subject, negative)
    if name in {"c", "d"}:
        values = draw(_few_words[name])
        return Among(subject, tuple(values), negative)
    kind = draw(st.integers(0, 3))
    if kind == 0:
        low, high = sorted((draw(_numbers), draw(_numbers)))
        return Within(subject, low, high, negative)
    if kind == 1:
        return Among(subject, tuple(draw(_few_numbers)), negative)
    return Compare(subject, draw(_orders), draw(_numbers))


@cache
def conditions(*, known: bool = False) -> st.SearchStrategy[Condition]:
    return st.recursive(
        single(known=known),
        lambda inner: st.builds(
            lambda kind, parts: kind(tuple(parts)),
            st.sampled_from((AllOf, AnyOf)),
            st.lists(inner, min_size=1, max_size=3),
        ),
        max_leaves=4,
    )


@cache
def maybe() -> st.SearchStrategy[Condition | None]:
    return st.none() | conditions()


@cache
def facts() -> st.SearchStrategy[dict[str, FactValue]]:
    """Some of the facts, each with a value or missing."""
    return st.fixed_dictionaries({}, optional={name: st.sampled_from(values) for name, values in VALUES.items()})


@cache
def all_facts() -> st.SearchStrategy[dict[str, FactValue]]:
    return st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


@st.composite
def bands(draw: st.DrawFn) -> tuple[Band, ...]:
    found = []
    for authority in draw(_authorities):
        limits = draw(_limits)
        found.append(Band(authority, limits, 30, (1, 1)))
    return tuple(found)


@st.composite
def checks(draw: st.DrawFn, index: int) -> Check:
    rows = [Case(draw(conditions()), draw(maybe()), (10 * index + row, 1)) for row in range(draw(st.integers(0, 2)))]
    if draw(st.booleans()) or not rows:
        rows.append(Case(None, draw(conditions()), (10 * index + 9, 1)))
    return Check(
        id=f"check-{index}",
        part=Part.PRICE,
        label=f"Check {index}",
        when=draw(maybe()),
        cases=tuple(rows),
        because="We say so.",
        exception=draw(bands()),
        guidance=None,
        counted=draw(st.integers(0, 4)) > 0,
        place=(10 * index, 1),
    )


@st.composite
def profiles(draw: st.DrawFn, max_checks: int = 4) -> Profile:
    segments = tuple(
        Segment(f"segment {n}", draw(_stances), draw(conditions()), "So.", None, (), (n + 1, 1))
        for n in range(draw(st.integers(0, 2)))
    )
    if segments and draw(st.booleans()):
        segments = (*segments, Segment("others", draw(_stances), None, "So.", None, (), (9, 1)))
    return Profile(
        title="Random",
        version="1",
        effective=date(2026, 11, 1),
        currency="USD",
        facts=FACTS,
        segments=segments,
        checks=tuple(draw(checks(index)) for index in range(1, draw(st.integers(1, max_checks)) + 1)),
        id=ProfileId("Random", "1", "0" * 64),
        source=b"",
        filename="random.yaml",
    )
