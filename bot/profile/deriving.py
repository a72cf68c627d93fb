"""Working out derived facts for a deal, and telling findings about them in the deal's own facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, DecimalException

from bot.deals.facts import FactType, FactValue
from bot.profile.derived import Derived, Expression, Joined, Literal, Match, Operator, TextMatch
from bot.profile.verdict import Finding, Result

CENTS = Decimal("0.01")
FINE = Decimal("0.0001")
"""Money is worked out to the cent, everything else to four decimals: what people see is what is judged."""

# Figures are the same whatever the caller's decimal context says.
_FIGURES = Context(prec=60, rounding=ROUND_HALF_EVEN)


class Deriving:
    """Works out a profile's derived facts for a deal. A missing part or a division by zero leaves one unknown."""

    def __init__(self, derived: Sequence[Derived]) -> None:
        self._makers = tuple((each.name, _maker(each)) for each in derived)
        self._needs = {each.name: each.needs for each in derived}
        self._texts = {each.name: each.needs[0] for each in derived if isinstance(each.expression, TextMatch)}

    def complete(self, facts: Mapping[str, FactValue]) -> dict[str, FactValue]:
        """The facts together with those that follow from them. A derived fact is never taken from the deal itself."""
        known = {name: value for name, value in facts.items() if name not in self._needs}
        for name, make in self._makers:
            value = make(known)
            if value is not None:
                known[name] = value
        return known

    def told(self, finding: Finding, facts: Mapping[str, FactValue]) -> Finding:
        """The finding with the deal's own facts as what is missing, and with the text that a text test looked at."""
        missing = self.needed(finding.missing, facts) if finding.missing else ()
        fact, actual = finding.fact, finding.actual
        if fact in self._texts:
            fact = self._texts[fact]
            actual = facts.get(fact)
        elif fact in self._needs and finding.result is Result.UNKNOWN and missing:
            fact = missing[0]
        if (missing, fact) == (finding.missing, finding.fact):
            return finding
        return replace(finding, missing=missing, fact=fact, actual=actual)

    def needed(self, missing: Sequence[str], facts: Mapping[str, FactValue]) -> tuple[str, ...]:
        """The facts to ask for: in place of a derived one those that it lacks, or all its parts when they cannot do."""
        found: dict[str, None] = {}
        for name in missing:
            needs = self._needs.get(name, (name,))
            open_ones = [each for each in needs if each not in facts]
            found.update(dict.fromkeys(open_ones or needs))
        return tuple(found)


def _maker(derived: Derived) -> Callable[[Mapping[str, FactValue]], FactValue | None]:
    expression = derived.expression
    if isinstance(expression, TextMatch):
        return _matcher(expression)
    figure = _figure(expression)
    whole = derived.spec.type is FactType.INTEGER
    grain = CENTS if derived.spec.type is FactType.MONEY else FINE

    def make(facts: Mapping[str, FactValue]) -> FactValue | None:
        try:
            value = figure(facts)
            if value is None:
                return None
            return int(value) if whole else _FIGURES.add(_FIGURES.quantize(value, grain), 0)
        except (DecimalException, OverflowError):
            return None

    return make


def _matcher(match: TextMatch) -> Callable[[Mapping[str, FactValue]], bool | None]:
    texts = tuple(text.lower() for text in match.texts)

    def matches(facts: Mapping[str, FactValue]) -> bool | None:
        value = facts.get(match.fact)
        if not isinstance(value, str):
            return None
        text = value.lower()
        match match.how:
            case Match.CONTAINS:
                return any(each in text for each in texts)
            case Match.STARTS_WITH:
                return text.startswith(texts)
            case Match.ENDS_WITH:
                return text.endswith(texts)

    return matches


def _figure(expression: Expression) -> Callable[[Mapping[str, FactValue]], Decimal | None]:
    if isinstance(expression, Literal):
        value = expression.value
        return lambda _facts: value
    if isinstance(expression, Joined):
        return _joined(expression)
    name = expression.fact
    return lambda facts: _number(facts.get(name))


def _joined(joined: Joined) -> Callable[[Mapping[str, FactValue]], Decimal | None]:
    left, right, apply = _figure(joined.left), _figure(joined.right), _APPLY[joined.operator]

    def figure(facts: Mapping[str, FactValue]) -> Decimal | None:
        one = left(facts)
        if one is None:
            return None
        other = right(facts)
        return None if other is None else apply(one, other)

    return figure


def _over(one: Decimal, other: Decimal) -> Decimal | None:
    return None if other == 0 else _FIGURES.divide(one, other)


_APPLY: Mapping[Operator, Callable[[Decimal, Decimal], Decimal | None]] = {
    Operator.PLUS: _FIGURES.add,
    Operator.MINUS: _FIGURES.subtract,
    Operator.TIMES: _FIGURES.multiply,
    Operator.OVER: _over,
    Operator.LEAST: min,
    Operator.GREATEST: max,
}


def _number(value: FactValue | None) -> Decimal | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, date):
        return Decimal(value.toordinal())
    return Decimal(value) if isinstance(value, int | Decimal) else None
