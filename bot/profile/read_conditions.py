"""From the file's nodes to the condition tree; every test is checked against its fact."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.profile.conditions import Condition, Known, Measure, Subject, all_of, any_of, negated
from bot.profile.derived import Derived
from bot.profile.read_relations import Relation, RelationReader
from bot.profile.read_tests import TestReader
from bot.profile.remedies import did_you_mean, nearest_fact
from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar, Table

WORDS_OF_THE_LANGUAGE = frozenset({"all", "any", "not"})
_MEASURES = tuple(measure.value for measure in Measure)


class ConditionReader:
    """Reads `when` and `require`. Problems are reported, and the condition is then None."""

    def __init__(
        self,
        facts: FactSpecs,
        currency: str,
        problems: Problems,
        derived: Sequence[Derived] = (),
        effective: date | None = None,
        barred: Collection[str] = (),
    ) -> None:
        """`barred` are derived facts that exist and cannot be tested here."""
        self._problems = problems
        self._barred = barred
        self._relations = RelationReader(facts, problems, effective)
        self.derived = {each.name: each for each in derived}
        """The derived facts that conditions rest on: those that were given, and those that the conditions made."""
        self.specs: FactSpecs = {**facts, **{each.name: each.spec for each in derived}}
        """What conditions can speak of."""
        self._tests = TestReader(currency, problems, self.specs)

    def read(self, node: Node) -> Condition | None:
        """The condition that stands at the node."""
        if not isinstance(node, Table):
            self._problems.refuse(node, "A condition must be a mapping of facts to tests.", "Write {fact: test}.")
            return None
        if not node.entries:
            self._problems.refuse(node, "The condition is empty.", "Write {fact: test}, or remove it.")
            return None
        parts = [self._entry(node, key, value) for key, value in node.entries.items()]
        good = tuple(part for part in parts if part is not None)
        return all_of(good) if len(good) == len(parts) else None

    def _entry(self, table: Table, key: str, value: Node) -> Condition | None:
        if key == "not":
            inner = self.read(value)
            return None if inner is None else negated(inner)
        if key in {"all", "any"}:
            return self._group(key, value)
        spec = self.specs.get(key)
        if spec is None and key in self._barred:
            message = f"`{key}` is derived, and here only the deal's own facts are tested."
            self._problems.refuse(table.keys[key], message, "Test a fact that it is worked out from.")
            return None
        if spec is None:
            remedy = nearest_fact(key, self.specs, sorted(WORDS_OF_THE_LANGUAGE))
            self._problems.refuse(table.keys[key], f"There is no fact `{key}`.", remedy)
            return None
        return self._test(spec, value)

    def _group(self, key: str, value: Node) -> Condition | None:
        if not isinstance(value, Listing) or not value.items:
            self._problems.refuse(value, f"`{key}` takes a list of conditions.", f"Write {key}: [{{fact: test}}, ...].")
            return None
        parts = [self.read(item) for item in value.items]
        good = tuple(part for part in parts if part is not None)
        if len(good) != len(parts):
            return None
        return all_of(good) if key == "all" else any_of(good)

    def _test(self, spec: FactSpec, value: Node) -> Condition | None:
        subject = self._subject(spec.name)
        if isinstance(value, Scalar) and value.value == "known" and not value.quoted:
            return Known(subject)
        if (
            isinstance(value, Scalar)
            and value.value == "unknown"
            and not value.quoted
            and "unknown" not in spec.choices
        ):
            self._problems.refuse(value, "`unknown` is not a test.", f"Write not: {{{spec.name}: known}}.")
            return None
        if spec.type is FactType.OUTCOMES:
            return self._outcomes(spec, value)
        if spec.type is FactType.TEXT and isinstance(value, Table):
            return self._related(self._relations.text(spec, value))
        if spec.type is FactType.DATE and (relation := self._relations.days(spec, subject, value)) is not None:
            return self._related(relation)
        return self._tests.read(spec, subject, value)

    def _subject(self, name: str) -> Subject:
        return Subject(name, needs=self.derived[name].needs if name in self.derived else ())

    def _related(self, relation: Relation) -> Condition | None:
        self.derived.update({each.name: each for each in relation.derived})
        return relation.condition

    def _outcomes(self, spec: FactSpec, value: Node) -> Condition | None:
        if not isinstance(value, Table) or not value.entries:
            remedy = f"Write {spec.name}: {{measurable: '>= 2'}}; counted are {', '.join(_MEASURES)}."
            self._problems.refuse(value, f"`{spec.name}` is a list of outcomes: say what is counted.", remedy)
            return None
        parts: list[Condition | None] = []
        for key, inner in value.entries.items():
            if key not in _MEASURES:
                message = f"`{key}` is not counted in outcomes."
                self._problems.refuse(value.keys[key], message, did_you_mean(key, _MEASURES))
                parts.append(None)
            else:
                parts.append(self._tests.read(measure_spec(spec), Subject(spec.name, Measure(key)), inner))
        good = tuple(part for part in parts if part is not None)
        return all_of(good) if len(good) == len(parts) else None


def measure_spec(spec: FactSpec) -> FactSpec:
    """A count over a fact's outcomes, as a fact of its own: a whole number that is not negative."""
    return FactSpec(name=spec.name, type=FactType.INTEGER, label=spec.label, ask=spec.ask, minimum=Decimal(0))
