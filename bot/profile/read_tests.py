"""One test of one fact: `true`, a word, a list, "<= 10%", 25..400. What the fact's type does not allow is refused."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from decimal import Decimal

from bot.deals.facts import FactSpec, FactSpecs, FactType
from bot.deals.values import FactError, format_value, parse_value
from bot.profile.conditions import Among, Compare, Condition, Order, Ordered, Subject, TestValue, Within
from bot.profile.misread_tests import meant_choice, meant_number
from bot.profile.remedies import did_you_mean
from bot.profile.yaml_nodes import Listing, Node, Problems, Scalar

_OPERATOR = re.compile(r"(<=|>=|!=|<|>)\s*(.*)", re.DOTALL)
_RANGE = re.compile(r"(.*?)\s*\.\.\s*(.*)", re.DOTALL)
_LONGEST = 500
_WRONG = {"=<": "<=", "=>": ">=", "==": "", "=": "", "<>": "!=", "\u2264": "<=", "\u2265": ">=", "\u2260": "!="}


class TestReader:
    """Reads the tests of facts that are not lists."""

    __test__ = False

    def __init__(self, currency: str, problems: Problems, specs: FactSpecs | None = None) -> None:
        self._currency = currency
        self._specs = {} if specs is None else specs
        self._problems = problems

    def read(self, spec: FactSpec, subject: Subject, node: Node) -> Condition | None:
        """The test of the subject that stands at the node, or None when it was refused."""
        if isinstance(node, Listing):
            return self._listed(spec, subject, node)
        if not isinstance(node, Scalar):
            remedy = f"Write a value, a list, {self._example(spec)}."
            self._problems.refuse(node, f"This is not a test of `{spec.name}`.", remedy)
            return None
        if node.refused:
            return None
        if isinstance(node.value, str) and len(node.value) > _LONGEST:
            self._problems.refuse(node, f"A test has at most {_LONGEST} characters.", "Shorten it.")
            return None
        if isinstance(node.value, str) and node.value not in spec.choices:
            return self._written(spec, subject, node, node.value.strip())
        value = self._value(spec, node, node.value)
        return None if value is None else self._possible(spec, node, Among(subject, (value,)))

    def ordered_value(self, spec: FactSpec, node: Node) -> Ordered | None:
        """A plain value of an ordered fact, as `up_to` takes it, or None when it was refused."""
        if not isinstance(node, Scalar) or node.refused:
            self._problems.refuse(node, "`up_to` takes one value for a fact.", f"Write {{{spec.name}: value}}.")
            return None
        if not _is_ordered(spec):
            self._problems.refuse(node, f"`{spec.name}` has no order, so `up_to` cannot reach further.", "Remove it.")
            return None
        if isinstance(node.value, str) and (_OPERATOR.match(node.value) or ".." in node.value):
            self._problems.refuse(node, "`up_to` takes a value, not a test.", "Write the value alone.")
            return None
        return self._ordered(spec, node, node.value)

    def _written(self, spec: FactSpec, subject: Subject, node: Scalar, text: str) -> Condition | None:
        if _is_ordered(spec) and not self._readable(spec, text) and (told := meant_number(spec, text, self._specs)):
            self._problems.refuse(node, *told)
            return None
        for wrong, right in _WRONG.items():
            if text.startswith(wrong):
                remedy = f'Write "{right} {text[len(wrong) :].strip()}".'.replace('" ', '"')
                self._problems.refuse(node, f"{wrong} is not an operator here.", remedy)
                return None
        if match := _OPERATOR.fullmatch(text):
            return self._operated(spec, subject, node, match[1], match[2])
        if (match := _RANGE.fullmatch(text)) and spec.type not in {FactType.TEXT, FactType.CHOICE}:
            return self._range(spec, subject, node, match[1], match[2])
        value = self._value(spec, node, text)
        return None if value is None else self._possible(spec, node, Among(subject, (value,)))

    def _readable(self, spec: FactSpec, text: str) -> bool:
        """Whether the values in the test can be read, so that nothing else was meant."""
        operated, ranged = _OPERATOR.fullmatch(text), _RANGE.fullmatch(text)
        ends = (operated[2],) if operated else ranged.groups() if ranged else (text,)
        try:
            for end in ends:
                parse_value(_bare(spec), end, self._currency)
        except FactError:
            return not all(ends)
        return True

    def _operated(self, spec: FactSpec, subject: Subject, node: Scalar, sign: str, operand: str) -> Condition | None:
        if not operand:
            self._problems.refuse(node, f"A value is missing after {sign}.", f"Write {self._example(spec)}.")
            return None
        if sign == "!=":
            value = self._value(spec, node, operand)
            return None if value is None else self._possible(spec, node, Among(subject, (value,), negative=True))
        if not _is_ordered(spec):
            message = f"`{spec.name}` is a {_kind(spec)}: it is not less or more than anything."
            self._problems.refuse(node, message, f"Write {self._example(spec)}.")
            return None
        limit = self._ordered(spec, node, operand)
        return None if limit is None else self._possible(spec, node, Compare(subject, Order(sign), limit))

    def _range(self, spec: FactSpec, subject: Subject, node: Scalar, low: str, high: str) -> Condition | None:
        if not _is_ordered(spec):
            message = f"`{spec.name}` is a {_kind(spec)}: it has no range."
            self._problems.refuse(node, message, f"Write {self._example(spec)}.")
            return None
        if not low or not high:
            remedy = f'Write "{">=" if low else "<="} {low or high or 25}".'
            self._problems.refuse(node, "A range needs both ends.", remedy)
            return None
        first, last = self._ordered(spec, node, low), self._ordered(spec, node, high)
        if first is None or last is None:
            return None
        if first > last:  # type: ignore[operator]
            message = f"The range {low}..{high} is empty: its first value is the greater."
            self._problems.refuse(node, message, f"Write {high}..{low}.")
            return None
        return self._possible(spec, node, Within(subject, first, last))

    def _listed(self, spec: FactSpec, subject: Subject, node: Listing) -> Condition | None:
        if not node.items:
            self._problems.refuse(node, "An empty list: the test can never hold.", "List at least one value.")
        found: dict[TestValue, None] = {}
        for item in node.items:
            value = self._listed_value(spec, item)
            if value is not None and value in found:
                self._problems.refuse(item, "This value is listed twice.", "Remove one.")
            elif value is not None:
                found[value] = None
        values = list(found)
        if node.refused or len(values) < len(node.items):
            return None
        if spec.type is FactType.YES_NO and len(values) > 1:
            self._problems.refuse(
                node, "true or false always holds.", f"Write {{{spec.name}: known}} if that is meant."
            )
            return None
        return self._possible(spec, node, Among(subject, tuple(values)))

    def _listed_value(self, spec: FactSpec, item: Node) -> TestValue | None:
        if not isinstance(item, Scalar):
            self._problems.refuse(item, "A list in a test holds plain values.", "For alternatives use any: [...].")
            return None
        if isinstance(item.value, str) and (_OPERATOR.match(item.value) or ".." in item.value):
            remedy = f"Write any: [{{{spec.name}: ...}}, {{{spec.name}: ...}}]."
            self._problems.refuse(item, "A list in a test holds plain values, no further tests.", remedy)
            return None
        return self._value(spec, item, item.value)

    def _value(self, spec: FactSpec, node: Scalar, raw: object) -> TestValue | None:
        if node.refused:
            return None
        match spec.type:
            case FactType.YES_NO:
                return self._truth(spec, node, raw)
            case FactType.CHOICE:
                return self._choice(spec, node, raw)
            case FactType.TEXT:
                if isinstance(raw, str):
                    return raw
                self._problems.refuse(node, f"`{spec.name}` is a text.", f'Put it in quotes: "{node.text}".')
                return None
            case _:
                return self._ordered(spec, node, raw)

    def _truth(self, spec: FactSpec, node: Scalar, raw: object) -> bool | None:
        if raw in {"true", "false"} and not isinstance(raw, bool):
            raw = raw == "true" if not node.quoted or node.text not in {"true", "false"} else raw
        if isinstance(raw, bool):
            return raw
        self._problems.refuse(node, f"`{spec.name}` is a yes/no fact.", "Write true or false, without quotes.")
        return None

    def _choice(self, spec: FactSpec, node: Scalar, raw: object) -> str | None:
        if isinstance(raw, str) and raw in spec.choices:
            return raw
        meant = [name for name, words in spec.choices.items() if str(raw).lower() in {w.lower() for w in words}]
        remedy = f"Write {meant[0]}." if meant else did_you_mean(str(raw), tuple(spec.choices))
        remedy = meant_choice(spec, str(raw)) or remedy
        self._problems.refuse(node, f"{node.text} is not a choice of `{spec.name}`.", remedy)
        return None

    def _ordered(self, spec: FactSpec, node: Scalar, raw: object) -> Ordered | None:
        if isinstance(raw, bool):
            self._problems.refuse(node, f"`{spec.name}` is a {_kind(spec)}, not a yes/no fact.", self._write(spec))
            return None
        try:
            value = parse_value(_bare(spec), raw, self._currency)
        except FactError as error:
            if isinstance(raw, str) and raw.endswith("%") and spec.type is not FactType.PERCENT:
                message, remedy = f"`{spec.name}` is a {_kind(spec)}, not a percent.", f"Write {raw[:-1].strip()}."
            else:
                message, remedy = f"`{spec.name}`: {error.problem}.", error.remedy
            self._problems.refuse(node, message, remedy)
            return None
        return value if isinstance(value, int | Decimal | date) and not isinstance(value, bool) else None

    def _possible(self, spec: FactSpec, node: Node, test: Condition) -> Condition | None:
        """The test, unless no value in the fact's range can ever pass it."""
        low, high = spec.minimum, spec.maximum
        match test:
            case Compare(_, order, int() | Decimal() as limit):
                never = (order is Order.AT_LEAST and high is not None and limit > high) or (
                    order is Order.ABOVE and high is not None and limit >= high
                )
                never = never or (order is Order.AT_MOST and low is not None and limit < low)
                never = never or (order is Order.BELOW and low is not None and limit <= low)
            case Among(_, values, False):
                never = all(
                    isinstance(v, int | Decimal)
                    and not isinstance(v, bool)
                    and ((low is not None and v < low) or (high is not None and v > high))
                    for v in values
                )
            case Within(_, int() | Decimal() as first, int() | Decimal() as last):
                never = (low is not None and last < low) or (high is not None and first > high)
            case _:
                never = False
        if not never:
            return test
        bounds = [
            f"{word} {format_value(spec, bound, self._currency)}"
            for word, bound in (("at least", low), ("at most", high))
            if bound is not None
        ]
        message = f"This can never hold: `{spec.name}` is {' and '.join(bounds)}."
        self._problems.refuse(node, message, "Change the test, or the fact's minimum or maximum.")
        return None

    def _write(self, spec: FactSpec) -> str:
        return f"Write a {'date' if spec.type is FactType.DATE else 'number'}, such as {self._example(spec)}."

    @staticmethod
    def _example(spec: FactSpec) -> str:
        match spec.type:
            case FactType.YES_NO:
                return "true or false"
            case FactType.CHOICE:
                return f"{next(iter(spec.choices), 'a choice')}, or [one, another]"
            case FactType.TEXT:
                return '"the very words", or ["one", "another"]'
            case FactType.DATE:
                return '"<= 2026-12-31" or 2026-01-01..2026-12-31'
            case FactType.PERCENT:
                return '"<= 10%" or 0%..10%'
            case _:
                return '">= 3" or 3..12'


def _bare(spec: FactSpec) -> FactSpec:
    """The fact for reading a value alone: its range is looked at afterwards."""
    return replace(spec, minimum=None, maximum=None, also=())


def _is_ordered(spec: FactSpec) -> bool:
    return spec.type.is_numeric or spec.type is FactType.DATE


def _kind(spec: FactSpec) -> str:
    return {FactType.INTEGER: "whole number", FactType.MONEY: "money amount"}.get(spec.type, f"{spec.type} fact")
