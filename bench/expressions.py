"""The conditions of a profile in the words of other engines, so that they judge by the very same rules."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from bot.profile.conditions import AllOf, Among, AnyOf, Compare, Condition, Known, Measure, Subject, Within, relaxed
from bot.profile.model import Check, Profile, Stance

PLACES = 20  # beyond 10^20 the engines' own numbers end; no value of a deal comes near


def plain(value: Any) -> Any:
    """A value as the engines take it: dates as day numbers, decimals as the nearest float."""
    if isinstance(value, bool | str):
        return value
    if isinstance(value, date):
        return value.toordinal()
    if isinstance(value, int | Decimal):
        if abs(value) >= 10**PLACES:
            return 10**PLACES if value > 0 else -(10**PLACES)
        return int(value) if value == int(value) else float(value)
    return [_outcome(outcome) for outcome in value]


def _outcome(outcome: Any) -> dict[str, Any]:
    names = ("metric", "baseline", "target", "unit", "due", "owner", "agreed")
    values = {name: getattr(outcome, name) for name in names}
    return {name: None if value is None else plain(value) for name, value in values.items()}


def as_written(value: Any) -> str:
    data = plain(value)
    return format(Decimal(repr(data)), "f") if isinstance(data, float) else json.dumps(data)


@dataclass(frozen=True)
class Dialect:
    """How an engine joins conditions and counts outcomes."""

    both: str
    either: str
    negate: Callable[[str], str]
    counts: dict[Measure, str]
    literal: Callable[[Any], str] = as_written

    def truth(self, condition: Condition) -> str:
        match condition:
            case AllOf(parts):
                return f"({f' {self.both} '.join(map(self.truth, parts))})" if parts else "true"
            case AnyOf(parts):
                return f"({f' {self.either} '.join(map(self.truth, parts))})" if parts else "false"
            case Known(_, negative):
                return "false" if negative else "true"  # no fact is missing where these engines are asked
            case Compare(subject, order, limit):
                return f"({self._subject(subject)} {order} {self.literal(limit)})"
            case Within(subject, low, high, negative):
                name = self._subject(subject)
                text = f"({name} >= {self.literal(low)} {self.both} {name} <= {self.literal(high)})"
                return self.negate(text) if negative else text
            case Among(subject, values, negative):
                name, written = self._subject(subject), [self.literal(value) for value in values]
                one = f"({name} == {written[0]})"
                text = one if len(written) == 1 else f"({name} in [{', '.join(written)}])"
                return self.negate(text) if negative else text

    def _subject(self, subject: Subject) -> str:
        return self.counts[subject.measure] if subject.measure else subject.fact

    def holds(self, check: Check) -> str:
        """Whether the deal meets the check, or the check does not apply: all that most engines are asked."""
        text = "true"
        for case in reversed(check.cases):
            required = "true" if case.require is None else self.truth(case.require)
            text = required if case.when is None else f"({self.truth(case.when)} ? {required} : {text})"
        return text if check.when is None else f"({self.truth(check.when)} ? {text} : true)"

    def code(self, check: Check) -> str:
        """What the check says as a number: 0 not applicable, 1 pass, 2 fail that somebody may approve, 5 fail."""
        text = "0"
        for case in reversed(check.cases):
            said = "0"
            if case.require is not None:
                said = "5"
                for band in reversed(check.exception):
                    reached = relaxed(case.require, dict(band.up_to)) if band.up_to else AllOf(())
                    said = f"({self.truth(reached)} ? 2 : {said})"
                said = f"({self.truth(case.require)} ? 1 : {said})"
            text = said if case.when is None else f"({self.truth(case.when)} ? {said} : {text})"
        return text if check.when is None else f"({self.truth(check.when)} ? {text} : 0)"

    def segment(self, profile: Profile) -> str:
        """The place of the deal's segment, counted from 0; -1 where there is none."""
        text = "-1"
        for place, segment in reversed(list(enumerate(profile.segments))):
            text = str(place) if segment.when is None else f"({self.truth(segment.when)} ? {place} : {text})"
        return text


def segment_codes(profile: Profile) -> list[int]:
    """The code of the check that the segments make, for each place; the last is for nowhere."""
    codes = [
        1 if segment.stance is not Stance.DECLINE else 2 if segment.exception else 5 for segment in profile.segments
    ]
    return [*codes, 5]


_PARTS = ("metric", "unit", "owner", "baseline", "target", "due")
ZEN = Dialect(
    "and",
    "or",
    lambda text: f"not ({text})",
    {
        Measure.COUNT: "len(outcomes)",
        Measure.MEASURABLE: f"count(outcomes, {' and '.join(f'#.{part} != null' for part in _PARTS)})",
        Measure.AGREED: "count(outcomes, #.agreed == true)",
    },
)
CEL = Dialect(
    "&&",
    "||",
    lambda text: f"!({text})",
    {
        Measure.COUNT: "size(outcomes)",
        Measure.MEASURABLE: f"size(outcomes.filter(o, {' && '.join(f'o.{part} != null' for part in _PARTS)}))",
        Measure.AGREED: "size(outcomes.filter(o, o.agreed == true))",
    },
)
RULE_ENGINE = Dialect(
    "and",
    "or",
    lambda text: f"(not {text})",
    {
        Measure.COUNT: "outcomes.length",
        Measure.MEASURABLE: f"[o for o in outcomes if {' and '.join(f'o.{part} != null' for part in _PARTS)}].length",
        Measure.AGREED: "[o for o in outcomes if o.agreed == true].length",
    },
)
