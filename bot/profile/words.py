"""Conditions and limits in words, made from the facts' labels, units and types."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from decimal import Context, localcontext

from bot.deals.facts import FactSpec, FactSpecs, FactType, FactValue
from bot.deals.money import money_words
from bot.deals.numbers import tidy
from bot.deals.units import singular
from bot.deals.values import format_value
from bot.profile.conditions import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Measure,
    Order,
    Ordered,
    Subject,
    Test,
    Within,
)
from bot.profile.model import Band, Profile
from bot.profile.read_conditions import measure_spec
from bot.profile.verdict import Finding

_AFTER_NOUN = re.compile(" (?:of|off|a|in|for|per|from) ")
# Words are the same whatever the caller's decimal context says.
_EXACT = Context(prec=60)
_MEASURED = {Measure.COUNT: "outcomes", Measure.MEASURABLE: "measurable outcomes", Measure.AGREED: "agreed outcomes"}
_ORDERS = {Order.AT_MOST: "at most", Order.BELOW: "below", Order.AT_LEAST: "at least", Order.ABOVE: "above"}
_DAYS = {Order.AT_MOST: "on or before", Order.BELOW: "before", Order.AT_LEAST: "on or after", Order.ABOVE: "after"}


class Words:
    """Says conditions over these facts, with money in this currency."""

    def __init__(self, facts: FactSpecs, currency: str, called: Callable[[str], str | None] | None = None) -> None:
        """`called` gives the name of an authority by its key, where it has one."""
        self._facts = facts
        self._currency = currency
        self._called = called

    @classmethod
    def of(cls, profile: Profile) -> Words:
        """The words for a profile's conditions and authorities."""
        return cls(profile.specs, profile.currency, profile.called)

    def authority(self, key: str) -> str:
        """What an authority is called: its name in people.yaml, else its key as a name."""
        return (self._called(key) if self._called is not None else None) or authority_name(key)

    def spec(self, subject: Subject) -> FactSpec:
        """The fact behind a subject; a count over outcomes as the whole number that it is."""
        spec = self._facts[subject.fact]
        return spec if subject.measure is None else replace(measure_spec(spec), unit=_MEASURED[subject.measure])

    def value(self, subject: Subject, value: FactValue) -> str:
        """A value of the subject: "10%", "3 months", "$15,000", "yes"."""
        return self._format(self.spec(subject), value)

    def _format(self, spec: FactSpec, value: FactValue) -> str:
        with localcontext(_EXACT):
            return format_value(spec, value, self._currency)

    def unit(self, subject: Subject) -> str | None:
        """The unit in which a gap to a limit is told."""
        spec = self.spec(subject)
        match spec.type:
            case FactType.PERCENT:
                return "percentage points"
            case FactType.MONEY:
                return self._currency
            case FactType.DATE:
                return "days"
            case _:
                return spec.unit

    def limit(self, test: Test) -> str:
        """What the test asks for, without its subject: "at most 10%", "25 to 400 beds", "one of CEO, CFO", "yes"."""
        subject = test.subject
        match test:
            case Compare(_, order, limit):
                words = _DAYS if isinstance(limit, date) else _ORDERS
                return f"{words[order]} {self.value(subject, limit)}"
            case Within(_, low, high, negative):
                return f"outside {self._range(subject, low, high)}" if negative else self._range(subject, low, high)
            case Among(_, (bool() as value,), negative) if subject.needs:
                return self._phrase(test, holds=value is not negative)
            case Among(_, values, negative):
                return self._among(subject, [self.value(subject, value) for value in values], negative=negative)
            case Known(_, negative):
                return "unknown" if negative else "known"

    def _range(self, subject: Subject, low: Ordered, high: Ordered) -> str:
        spec = self.spec(subject)
        bare = replace(spec, unit=None)
        return f"{self._format(bare, low)} to {self._format(spec, high)}"

    def _among(self, subject: Subject, values: list[str], *, negative: bool) -> str:
        if len(values) > 1:
            return f"none of {', '.join(values)}" if negative else f"one of {', '.join(values)}"
        if negative and self.spec(subject).type is FactType.YES_NO:
            return "no" if values[0] == "yes" else "yes"
        return f"not {values[0]}" if negative else values[0]

    def label(self, subject: Subject) -> str:
        """The fact's label as it stands inside a sentence: "service term", "CFO", "own IT staff"."""
        return inside_sentence(self._facts[subject.fact].label)

    def test(self, test: Test, *, must: bool = False) -> str:
        """The test as a clause: "the service term is at least 3 months"; with `must`: "... must be ..."."""
        label = self.label(test.subject)
        spec = self.spec(test.subject)
        plural = "must be" if must else "are"
        if isinstance(test, Known):
            return f"the {label} {plural if _is_plural(label) else 'must be' if must else 'is'} {self.limit(test)}"
        if spec.type is FactType.YES_NO and isinstance(test, Among) and test.subject.needs:
            return f"the {label} {self._phrase(test, holds=(True in test.values) is not test.negative, must=must)}"
        if spec.type is FactType.YES_NO:
            return f'"{label}" {"must be" if must else "is"} {self.limit(test)}'
        if test.subject.measure is not None:
            limit = self.limit(test)
            return f"there {plural if limit.endswith('s') or must else 'is'} {limit}"
        verb = plural if _is_plural(label) else "must be" if must else "is"
        return f"the {label} {verb} {self._beside(label, self.limit(test), spec)}"

    def _phrase(self, test: Test, *, holds: bool, must: bool = False) -> str:
        """What is asked of a text that is searched: "contains “mandate”"."""
        spec = self.spec(test.subject)
        return (spec.means_yes if holds else spec.means_no)[must]

    def limit_beside(self, test: Test) -> str:
        """What the test asks for, as it stands after its subject: "at least 3 months"; of staffed beds "25 to 400"."""
        return self._beside(self.label(test.subject), self.limit(test), self.spec(test.subject))

    def value_beside(self, subject: Subject, value: FactValue) -> str:
        """A value as it stands after the subject's label: "3 months", and of staffed beds "25"."""
        if subject.measure is not None:
            return self.value(subject, value)
        return self._beside(self.label(subject), self.value(subject, value), self.spec(subject))

    @staticmethod
    def _beside(label: str, limit: str, spec: FactSpec) -> str:
        """The limit without a unit that the label already says: staffed beds are 25 to 400."""
        if spec.unit and spec.unit.lower() in label.lower():
            return limit.removesuffix(f" {spec.unit}").removesuffix(f" {singular(spec.unit)}")
        return limit

    def condition(self, condition: Condition, *, must: bool = False) -> str:
        """The whole condition as clauses joined by and, or; with `must` as something demanded."""
        match condition:
            case AllOf(parts):
                return " and ".join(self._inner(part, must=must) for part in parts) if parts else "always"
            case AnyOf(parts):
                return " or ".join(self._inner(part, must=must) for part in parts)
            case _:
                return self.test(condition, must=must)

    def _inner(self, part: Condition, *, must: bool) -> str:
        text = self.condition(part, must=must)
        return f"({text})" if isinstance(part, AllOf | AnyOf) and len(part.parts) > 1 else text

    def requirement(self, condition: Condition) -> str:
        """The condition as something asked for: "at most 10% discount off book price", "sponsor: one of CEO, CFO"."""
        match condition:
            case AllOf(parts):
                return ", and ".join(self.requirement(part) for part in parts) if parts else "nothing"
            case AnyOf(parts):
                return ", or ".join(self.requirement(part) for part in parts)
            case Compare(subject) | Within(subject) if self.spec(subject).type is FactType.PERCENT:
                return f"{self.limit(condition)} {self.label(subject)}"
            case Compare(subject) | Within(subject) if subject.measure is not None:
                return self.limit(condition)
            case Compare(subject) | Within(subject):
                label = self.label(subject)
                spec = self.spec(subject)
                bare = self._beside(label, self.limit(condition), spec)
                return f"{bare} {label}" if bare != self.limit(condition) else f"{label} of {bare}"
            case _:
                return f"{self.label(condition.subject)}: {self.limit(condition)}"

    def band(self, band: Band, tests: Sequence[Test]) -> str:
        """Who may approve how much: "Deal desk may approve up to 15%"."""
        name = self.authority(band.authority)
        if not band.up_to:
            return f"{name} may approve an exception"
        reaches = [self._reach(subject, value, tests) for subject, value in band.up_to.items()]
        if len(band.up_to) > 1:
            reaches = [f"{reach} ({self.label(subject)})" for reach, subject in zip(reaches, band.up_to, strict=True)]
        return f"{name} may approve {' and '.join(reaches)}"

    def _reach(self, subject: Subject, value: Ordered, tests: Sequence[Test]) -> str:
        limits = [test.limit for test in tests if isinstance(test, Compare) and test.subject == subject]
        upward = any(test.order.upward for test in tests if isinstance(test, Compare) and test.subject == subject)
        return f"{'down' if upward and limits else 'up'} to {self.value(subject, value)}"


def gap_words(finding: Finding, facts: FactSpecs) -> str:
    """How far a finding's value is from the limit: "$100", "8 percentage points", "1 month"; nothing where no gap is.

    `facts` are the profile's, the derived ones among them.
    """
    gap, unit, spec = finding.gap, finding.unit, facts.get(finding.fact or "")
    if not gap:
        return ""
    if unit is not None and spec is not None and spec.type is FactType.MONEY:
        return money_words(gap, unit)
    number = f"{tidy(gap):,f}"
    return f"{number} {singular(unit) if gap == 1 else unit}" if unit else number


def authority_name(authority: str) -> str:
    """An authority's key as a name, where no other is known: "Deal desk"."""
    words = authority.replace("-", " ")
    return words[:1].upper() + words[1:]


def inside_sentence(label: str) -> str:
    """A label as it stands within a sentence: its first letter small, unless the label is a name or an acronym."""
    first, *rest = label.split(" ")
    is_name = any(word[:1].isupper() and not word.isupper() for word in rest)
    return label if is_name or first.isupper() or (not first[1:].islower() and "-" not in first) else _small(label)


def _small(label: str) -> str:
    return label[:1].lower() + label[1:]


def _is_plural(label: str) -> bool:
    noun = _AFTER_NOUN.split(label, maxsplit=1)[0]
    return noun.endswith("s") and not noun.endswith(("ss", "us", "is"))
