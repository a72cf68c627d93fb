"""Working out derived facts for a deal, and telling findings about them in the deal's own facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from bot.deals.arithmetic import figure_maker
from bot.deals.facts import FactValue
from bot.profile.derived import Derived, Match, TextMatch
from bot.profile.verdict import Finding, Result


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
    return figure_maker(expression, derived.spec.type)


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
