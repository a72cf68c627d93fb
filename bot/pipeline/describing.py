"""A typed query in words: one short phrase for each of its parts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from bot.deals.facts import FactSpec
from bot.deals.values import format_value
from bot.deals.wording import date_words
from bot.pipeline.grouping import LABELS
from bot.pipeline.periods import span
from bot.pipeline.query import (
    NOT_FACTS,
    Against,
    ChangeFilter,
    CheckFilter,
    CloseDateFilter,
    FactFilter,
    Filter,
    Group,
    KindFilter,
    MissingFilter,
    Order,
    PartFilter,
    Query,
    WordFilter,
)
from bot.profile.model import Profile
from bot.profile.verdict import Result

_VERDICTS = {
    "fits": "fits",
    "needs_approval": "needs approval",
    "does_not_fit": "does not fit",
    "incomplete": "incomplete",
}
_RESULTS = {
    Result.FAIL: "fails", Result.PASS: "passes", Result.UNKNOWN: "cannot be decided yet",
    Result.NOT_APPLICABLE: "does not apply",
}  # fmt: skip
_OPS = {"=": "is", "!=": "is not", "<": "under", "<=": "at most", ">": "over", ">=": "at least", "in": "is one of"}


_KINDS = {"false_positive": "false positives", "negative_value": "negative value"}
_CHANGES = {"came_in": "came in", "went_out": "went out", "new_verdict": "has another verdict"}


class Describer:
    """Says parts of a query in words; `labels` are the names of owners, authorities and segments by their keys."""

    def __init__(
        self, profile: Profile, today: date, labels: Mapping[tuple[str, str], str], checks: Mapping[str, str]
    ) -> None:
        self._profile = profile
        self._today = today
        self._labels = labels
        self._checks = checks

    def query(self, query: Query) -> list[str]:
        """Every part of the query, the selection first."""
        parts = [self.select(query), *(self.filter(each) for each in query.filters)]
        parts += [self.group(group) for group in query.group_by]
        parts += [self.against(query.compare)] if query.compare else []
        parts += [self.order(query.order_by)] if query.order_by else []
        return parts + ([f"first {query.limit}"] if query.limit else [])

    def select(self, query: Query) -> str:
        """What is shown."""
        match query.select.what:
            case "deals":
                return "show the deals"
            case "count":
                return "count the deals"
            case "fit":
                return "how many deals and how much money fit"
            case "given_away":
                return "money given away in discounts"
            case "win_rate":
                return "win rate"
            case what:
                return f"{what} of {self._fact(query.select.of or '').label}"

    def filter(self, each: Filter) -> str:
        """One condition."""
        words = self._condition(each)
        return f"not ({words})" if each.negate else words

    def group(self, group: Group) -> str:
        """One grouping."""
        name = self._fact(group.fact).label if group.fact else LABELS[group.by]
        return f"by {name.lower() if not group.fact else name}"

    def order(self, order: Order) -> str:
        """The order of the rows."""
        if order.by == "close_date":
            return "latest close date first" if order.descending else "earliest close date first"
        names = {
            "value": "contract value",
            "deals": "number of deals",
            "measure": "figure",
            "gap": "gap",
            "name": "name",
        }
        name = self._fact(order.fact).label if order.fact else names[order.by]
        return f"{'highest' if order.descending else 'lowest'} {name} first"

    def _condition(self, each: Filter) -> str:
        match each:
            case WordFilter():
                return self._word(each)
            case CheckFilter():
                names = [self._checks.get(check, check) for check in each.any_of]
                return f"{_RESULTS[Result(each.result)]}: {' or '.join(names) or 'any check'}"
            case PartFilter():
                return f"{_RESULTS[Result(each.result)]} a check of: {' or '.join(each.any_of)}"
            case FactFilter():
                return self._comparison(each)
            case MissingFilter():
                label = self._fact(each.fact).label if each.fact not in NOT_FACTS else each.fact.replace("_", " ")
                return f"{label[:1].upper()}{label[1:]} is not known"
            case CloseDateFilter():
                return self._closes(each)
            case KindFilter():
                return " or ".join(_KINDS[kind] for kind in each.any_of)
            case ChangeFilter():
                return f"{' or '.join(_CHANGES[what] for what in each.any_of)} since {_moment(each.since)}"

    def _word(self, each: WordFilter) -> str:
        words = [self._labels.get((each.by, word.casefold()), word) for word in each.any_of]
        if each.by == "verdict":
            words = [_VERDICTS[word] for word in each.any_of]
        return f"{'deal' if each.by == 'name' else LABELS[each.by].lower()}: {' or '.join(words)}"

    def _comparison(self, each: FactFilter) -> str:
        spec = self._fact(each.fact)
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        said = " or ".join(self._value(spec, value) for value in values)
        return f"{spec.label} {_OPS[each.op]} {said}"

    def _value(self, spec: FactSpec, value: object) -> str:
        if spec.type.value == "outcomes":
            return str(value)
        if isinstance(value, bool | int | Decimal | str | date):
            return format_value(spec, value, self._profile.currency)
        return str(value)

    def against(self, compare: Against) -> str:
        """The other period that is compared with."""
        filled = CloseDateFilter(period=compare.period, first=compare.first, last=compare.last)
        return f"against: {self._closes(filled)}"

    def _closes(self, each: CloseDateFilter) -> str:
        first, last = (each.first, each.last) if each.period is None else span(each.period, self._today)
        name = f"{each.period}: " if each.period else ""
        if first and last:
            return (
                f"closes {name}{date_words(first)}"
                if first == last
                else f"closes {name}{date_words(first)} to {date_words(last)}"
            )
        if first:
            return f"closes {name}on {date_words(first)} or later"
        return f"closes {name}by {date_words(last)}" if last else "closes at any time"

    def _fact(self, fact: str) -> FactSpec:
        return self._profile.facts[fact]


def _moment(snapshot: str) -> str:
    """The day of a snapshot, which its id begins with: 20261116T090000-1a2b."""
    digits = snapshot[:8]
    return f"{digits[:4]}-{digits[4:6]}-{digits[6:]}" if digits.isdigit() and len(digits) == 8 else snapshot  # noqa: PLR2004 - 20261123
