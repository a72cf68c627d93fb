"""A query held against a profile: what it names must exist there, and what it compares must have an order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from rapidfuzz import process

from bot.deals.facts import FactSpec, FactType
from bot.pipeline.query import NOT_FACTS, CheckFilter, FactFilter, Filter, KindFilter, MissingFilter, Query
from bot.pipeline.records import discount_fact, margin_fact, value_fact
from bot.profile.model import SEGMENT_CHECK, Profile

_GROUPED = frozenset({FactType.CHOICE, FactType.YES_NO, FactType.TEXT})


class QueryError(ValueError):
    """A query that this profile cannot answer; the message names the word and what may stand there instead."""


def check_query(query: Query, profile: Profile) -> None:
    """Hold the query against the profile.

    Raises:
        QueryError: an unknown fact or check, a comparison that has no meaning, a sum of what has no sum.
    """
    for each in query.filters:
        _filter(each, profile)
    for group in query.group_by:
        if group.fact and _spec(group.fact, profile).type not in _GROUPED:
            raise QueryError(f"Deals cannot be grouped by '{group.fact}': only by a choice, a text or a yes/no fact.")
    for fact in (*query.show, *filter(None, [query.order_by.fact if query.order_by else None])):
        _spec(fact, profile)
    if query.select.of is not None:
        kind = _spec(query.select.of, profile).type
        if not kind.is_numeric or (query.select.what == "sum" and kind is FactType.PERCENT):
            raise QueryError(f"'{query.select.of}' has no {query.select.what}. Percentages have an average, not a sum.")
    if query.select.what == "given_away" and None in {discount_fact(profile), value_fact(profile.facts)}:
        raise QueryError("What was given away follows from a contract value and a discount in percent: one is no fact.")
    kinds = {kind for each in query.filters if isinstance(each, KindFilter) for kind in each.any_of}
    if "negative_value" in kinds and margin_fact(profile) is None:
        raise QueryError("Negative value shows in the margin, and the profile has no margin in percent.")


def _filter(each: Filter, profile: Profile) -> None:
    if isinstance(each, FactFilter):
        _comparison(each, _spec(each.fact, profile))
    elif isinstance(each, MissingFilter) and each.fact not in NOT_FACTS:
        _spec(each.fact, profile)
    elif isinstance(each, CheckFilter):
        for check in each.any_of:
            _known(check, "check", [SEGMENT_CHECK, *(c.id for c in profile.checks)])


def _spec(fact: str, profile: Profile) -> FactSpec:
    _known(fact, "fact", profile.facts)
    return profile.facts[fact]


def _known(name: str, kind: str, names: Iterable[str]) -> None:
    names = list(names)
    if name not in names:
        near = [match[0] for match in process.extract(name, names, limit=3, score_cutoff=60)]
        said = f" Did you mean {' or '.join(near)}?" if near else f" Known are: {', '.join(names)}."
        raise QueryError(f"The profile has no {kind} '{name}'.{said}")


def _comparison(each: FactFilter, spec: FactSpec) -> None:
    numeric = spec.type.is_numeric or spec.type is FactType.OUTCOMES
    if each.op in {"<", "<=", ">", ">="} and not (numeric or spec.type is FactType.DATE):
        raise QueryError(f"'{each.fact}' has no order; compare it with = or 'in'.")
    values = each.value if isinstance(each.value, tuple) else (each.value,)
    for value in values:
        if not _fits_type(spec, value, numeric=numeric):
            raise QueryError(f"'{each.fact}' is compared with {value!r}, which is no {spec.type.value} value.")
        if spec.type is FactType.CHOICE and value not in spec.choices:
            _known(str(value), f"choice of '{each.fact}'", spec.choices)


def _fits_type(spec: FactSpec, value: object, *, numeric: bool) -> bool:
    if spec.type is FactType.YES_NO:
        return isinstance(value, bool)
    if numeric:
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    return isinstance(value, date) if spec.type is FactType.DATE else isinstance(value, str)
