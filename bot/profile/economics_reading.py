"""From the file's nodes to the economics plan; every name is checked against the facts and the segments."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.values import FactError, parse_value
from bot.profile.conditions import Condition, facts_of
from bot.profile.economics_plan import ChurnRow, CommissionPlan, EconomicsPlan, FactorRow, Roles
from bot.profile.economics_shape import ChurnShape, CommissionShape, EconomicsShape, FactorShape
from bot.profile.shape_errors import did_you_mean
from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar, Table

ROLE_TYPES: dict[str, frozenset[FactType]] = {
    "contract_value": frozenset({FactType.MONEY}),
    "discount": frozenset({FactType.PERCENT}),
    "margin": frozenset({FactType.PERCENT}),
    "service_months": frozenset({FactType.INTEGER, FactType.NUMBER}),
    "payment_days": frozenset({FactType.INTEGER, FactType.NUMBER}),
    "prepaid": frozenset({FactType.YES_NO}),
}
_NEEDS = {"cost_of_capital": "payment_days", "churn": "service_months", "commission": "margin"}
_PERCENT = FactSpec("rate", FactType.PERCENT, "Rate", "", minimum=Decimal(0), maximum=Decimal(1000))
_CHURN = FactSpec("monthly", FactType.PERCENT, "Churn", "", minimum=Decimal(0), maximum=Decimal(100))

Conditions = Callable[[Table, str], Condition | None]


class EconomicsReader:
    """Reads the part. Problems are reported; the plan is then not to be used."""

    def __init__(
        self, facts: FactSpecs, segments: Sequence[str], condition: Conditions, problems: Problems, *, sound: bool
    ) -> None:
        self._facts, self._segments = facts, tuple(dict.fromkeys(segments))
        self._condition, self._problems, self._sound = condition, problems, sound

    def read(self, shape: EconomicsShape, node: Table) -> EconomicsPlan:
        """The plan that stands at the node."""
        roles = Roles(**shape.facts.model_dump())
        if self._sound:
            self._roles(_table(node.get("facts")))
        for key, role in _NEEDS.items():
            if key in node.entries and getattr(roles, role) is None:
                self._problems.refuse(
                    _table(node.get("facts")), f"`{key}` needs the fact `{role}`.", f"Add `{role}: ...` to facts."
                )
        return EconomicsPlan(
            facts=roles,
            cost_of_capital=self._percent(node, "cost_of_capital", _PERCENT),
            churn=self._churn(shape.churn or [], _items(node.get("churn"))),
            commission=None
            if shape.commission is None
            else self._commission(shape.commission, _table(node.get("commission")), roles),
            place=node.place,
        )

    def _roles(self, node: Table) -> None:
        taken: dict[str, str] = {}
        for role, inner in node.entries.items():
            name = inner.value if isinstance(inner, Scalar) else None
            spec = self._facts.get(str(name))
            fitting = [each.name for each in self._facts.values() if each.type in ROLE_TYPES[role]]
            if spec is None:
                self._problems.refuse(inner, f"There is no fact `{name}`.", did_you_mean(str(name), fitting))
            elif spec.type not in ROLE_TYPES[role]:
                wanted = " or ".join(sorted(ROLE_TYPES[role]))
                message = f"`{name}` is a fact of type {spec.type}, and `{role}` takes one of type {wanted}."
                self._problems.refuse(inner, message, did_you_mean(role, fitting))
            elif (first := taken.setdefault(spec.name, role)) != role:
                message = f"`{name}` plays two parts: `{first}` and `{role}`."
                self._problems.refuse(inner, message, "Name another fact, or leave one of the two out.")

    def _percent(self, node: Table, key: str, spec: FactSpec) -> Decimal | None:
        inner = node.get(key)
        if inner is None or inner.refused or not isinstance(inner, Scalar):
            return None
        try:
            value = parse_value(spec, inner.value)
        except FactError as error:
            self._problems.refuse(inner, f"`{key}` cannot be {inner.text}.", error.remedy)
            return None
        return Decimal(value) if isinstance(value, int | Decimal) else None

    def _churn(self, shapes: Sequence[ChurnShape], nodes: Sequence[Node]) -> tuple[ChurnRow, ...]:
        rows = []
        for shape, each in zip(shapes, nodes, strict=False):
            node = _table(each)
            if shape.segment is not None and shape.segment not in self._segments:
                message = f"There is no segment `{shape.segment}`."
                self._problems.refuse(node.entries["segment"], message, did_you_mean(shape.segment, self._segments))
            monthly = self._percent(node, "monthly", _CHURN)
            if monthly == 0:
                message = "With a churn of 0% a customer would stay for ever."
                self._problems.refuse(node.entries["monthly"], message, "Write the least that you expect: 0.5%.")
            rows.append(ChurnRow(monthly or Decimal(100), shape.segment, self._condition(node, "when"), node.place))
        self._reached([shape.when is None and shape.segment is None for shape in shapes], nodes)
        return tuple(rows)

    def _commission(self, shape: CommissionShape, node: Table, roles: Roles) -> CommissionPlan:
        return CommissionPlan(
            rate=self._percent(node, "rate", _PERCENT) or Decimal(0),
            service_mix=self._factors(shape.service_mix or [], _items(node.get("service_mix")), roles),
            subscription=self._factors(shape.subscription or [], _items(node.get("subscription")), roles),
        )

    def _factors(self, shapes: Sequence[FactorShape], nodes: Sequence[Node], roles: Roles) -> tuple[FactorRow, ...]:
        rows = []
        bookings = {roles.contract_value, roles.discount} - {None}
        for shape, each in zip(shapes, nodes, strict=False):
            node = _table(each)
            when = self._condition(node, "when")
            tested = [name for name in facts_of(when) if name in bookings]
            if tested:
                message = f"The commission cannot depend on `{tested[0]}`: it is paid on margin, never on bookings."
                remedy = "Test what is sold, or for how long."
                self._problems.refuse(node.entries["when"], message, remedy)
            if shape.times < 0:
                self._problems.refuse(node.entries["times"], "`times` is below 0.", "Write 0 or more.")
            rows.append(FactorRow(Decimal(shape.times), when, node.place))
        self._reached([shape.when is None for shape in shapes], nodes)
        return tuple(rows)

    def _reached(self, always: Sequence[bool], nodes: Sequence[Node]) -> None:
        """Refuse rows behind one that takes every deal."""
        for index, takes_all in enumerate(always[:-1]):
            if takes_all:
                message = f"Nobody reaches this row: the one in line {nodes[index].place[0]} takes every deal."
                self._problems.refuse(nodes[index + 1], message, "Put the row without `when` last.")
                return


def _table(node: Node | None) -> Table:
    return node if isinstance(node, Table) else Table((1, 1))


def _items(node: Node | None) -> list[Node]:
    return node.items if isinstance(node, Listing) else []
