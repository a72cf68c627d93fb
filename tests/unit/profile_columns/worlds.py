"""Random profiles over facts of every kind, and random deals for them, drawn quickly from a seed."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from bot.deals.deal import Deal
from bot.deals.facts import FactSpec, FactType, FactValue, Outcome
from bot.profile.conditions import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Measure,
    Order,
    Subject,
    Within,
)
from bot.profile.model import Band, Case, Check, Profile, Segment, Stance
from bot.profile.verdict import Part, ProfileId

FULL = Outcome("up-time", Decimal(98), Decimal("99.9"), "percent", date(2027, 6, 1), "R. Jones", agreed=True)
OUTCOMES = (
    FULL,
    Outcome("time to deploy", Decimal(10), Decimal(3), "days", date(2027, 6, 1), "J. Smith"),
    Outcome("calls", agreed=True),
    Outcome("", Decimal(1), Decimal(2), "days", date(2027, 6, 1), "J. Smith", agreed=False),
)
VALUES: Mapping[str, Sequence[FactValue]] = {
    "beds": (0, 1, 2, 3, 400),
    "rate": (Decimal("0.1"), Decimal("0.25"), Decimal("0.125"), Decimal(-1), Decimal("1E+2"), 2),
    "discount": (Decimal(0), Decimal("9.99"), Decimal(10), Decimal("10.0"), Decimal("10.001"), Decimal(15)),
    "worth": (Decimal("-0.01"), Decimal(15000), Decimal("14999.99"), Decimal("15000.01"), Decimal("1E+9")),
    "mandate": (True, False),
    "kind": ("hospital", "clinic", "it's other"),
    "note": ("", "as agreed", "As agreed", " as agreed", 'quote"d %s', "naïve ☃"),
    "start": (date(2026, 12, 31), date(2027, 1, 1), date(2027, 1, 2), date(1, 1, 1)),
    "outcomes": ((), OUTCOMES[:1], OUTCOMES[:2], OUTCOMES[1:], OUTCOMES),
}
TYPES = {
    "beds": FactType.INTEGER,
    "rate": FactType.NUMBER,
    "discount": FactType.PERCENT,
    "worth": FactType.MONEY,
    "mandate": FactType.YES_NO,
    "kind": FactType.CHOICE,
    "note": FactType.TEXT,
    "start": FactType.DATE,
    "outcomes": FactType.OUTCOMES,
}
FACTS = {name: FactSpec(name, kind, name.capitalize(), f"{name}?") for name, kind in TYPES.items()}
# Limits that stand between the values a column can hold, and far outside of them, as well as on them.
LIMITS: Mapping[str, Sequence[Any]] = {
    **VALUES,
    "beds": (0, 1, 2, 3, 400, 10**30, -(10**30)),
    "rate": (Decimal("0.1"), Decimal("0.12"), Decimal("0.12500001"), Decimal(0), 2, Decimal("1E+40")),
    "discount": (Decimal(10), Decimal("9.995"), Decimal("10.0005"), Decimal(0), Decimal(15)),
    "worth": (Decimal(15000), Decimal("14999.995"), Decimal("1E-12"), Decimal("-1E+30")),
}


class World:
    """Everything random from one seed: cheap enough for ten thousand deals."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _subject(self) -> Subject:
        name = self._random.choice(list(TYPES))
        return Subject(name, self._random.choice(list(Measure))) if name == "outcomes" else Subject(name)

    def _limit(self, subject: Subject) -> Any:
        return self._random.randrange(5) if subject.measure else self._random.choice(LIMITS[subject.fact])

    def test(self) -> Condition:
        """One test that the language can say."""
        subject, negative = self._subject(), self._chance(0.3)
        if self._chance(0.08):
            return Known(Subject(subject.fact), negative)
        ordered = subject.measure or TYPES[subject.fact] not in {FactType.YES_NO, FactType.CHOICE, FactType.TEXT}
        shape = self._random.randrange(3)
        if not ordered or shape == 0:
            values = {self._limit(subject) for _ in range(self._random.choice((1, 1, 2, 3)))}
            return Among(subject, tuple(values), negative)
        if shape == 1:
            low, high = sorted((self._limit(subject), self._limit(subject)))
            return Within(subject, low, high, negative)
        return Compare(subject, self._random.choice(list(Order)), self._limit(subject))

    def condition(self, depth: int = 2) -> Condition:
        """A condition that the loader could make, or one with a single part."""
        if depth == 0 or self._chance(0.5):
            return self.test()
        kind = self._random.choice((AllOf, AnyOf))
        count = self._random.choice((1, 2, 2, 3))
        return kind(tuple(self.condition(depth - 1) for _ in range(count)))

    def _bands(self) -> tuple[Band, ...]:
        bands = []
        for authority in self._random.sample(("desk", "finance", "director"), self._random.choice((0, 1, 1, 2, 3))):
            reach = {}
            for subject in (Subject("discount"), Subject("beds"), Subject("worth"), Subject("start")):
                if self._chance(0.5):
                    reach[subject] = self._limit(subject)
            bands.append(Band(authority, reach if self._chance(0.7) else {}, 30, (1, 1)))
        return tuple(bands)

    def check(self, index: int) -> Check:
        """A check with cases, bands, and sometimes in dry run."""
        cases = [
            Case(self.condition(), self.condition(1) if self._chance(0.8) else None, (index, row))
            for row in range(self._random.choice((0, 0, 1, 2)))
        ]
        if self._chance(0.7) or not cases:
            cases.append(Case(None, self.condition(1), (index, 9)))
        return Check(
            id=f"check-{index}",
            part=Part.PRICE,
            label=f"Check {index}",
            when=self.condition(1) if self._chance(0.3) else None,
            cases=tuple(cases),
            because="We say so.",
            exception=self._bands(),
            guidance=None,
            counted=self._chance(0.85),
            place=(index, 1),
        )

    def profile(self) -> Profile:
        """A profile over all facts."""
        segments = [
            Segment(
                f"segment {n}", self._random.choice(list(Stance)), self.condition(1), "So.", None,
                (Band("director", {}, 30, (1, 1)),) if self._chance(0.5) else (), (n + 1, 1),
            )
            for n in range(self._random.choice((0, 1, 2, 3)))
        ]  # fmt: skip
        if segments and self._chance(0.6):
            segments.append(Segment("the others", self._random.choice(list(Stance)), None, "So.", None, (), (9, 1)))
        return Profile(
            title="Random",
            version="1",
            effective=date(2026, 11, 1),
            currency="USD",
            facts=FACTS,
            segments=tuple(segments),
            checks=tuple(self.check(n) for n in range(1, self._random.choice((1, 2, 3, 5)) + 1)),
            id=ProfileId("Random", "1", "0" * 64),
            source=b"",
            filename="random.yaml",
        )

    def deal(self, number: int, *, missing: bool = True) -> Deal:
        """A deal; where facts may be missing, anything from none to all of them is."""
        known = self._random.choice((0.3, 0.7, 0.9, 1.0)) if missing else 1.0
        facts = {name: self._random.choice(values) for name, values in VALUES.items() if self._random.random() < known}
        currency = "EUR" if missing and self._chance(0.1) else "USD"
        return Deal(str(number), facts, owner=self._random.choice(("Dana", None)), currency=currency)
