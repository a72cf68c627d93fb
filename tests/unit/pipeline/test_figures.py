"""Every figure over columns is the figure that is worked out deal by deal."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from bot.checking.asker import OPERATOR
from bot.pipeline.query import (
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
    Select,
    WordFilter,
)
from bot.pipeline.records import Record, judge_records
from bot.pipeline.tables import Table
from bot.profile.verdict import Judgement

from .deals import some_deals
from .oracle.fit import fit
from .oracle.grouping import LABELS
from .oracle.running import run
from .support import TODAY, judge, people
from .table import House, house

SEEDS = 3
NO_SHRINKING = (Phase.explicit, Phase.reuse, Phase.generate)
"""An example is as small as it was drawn: to make it smaller costs minutes, and a query is readable as it is."""

WORDS: dict[str, list[str]] = {
    "owner": ["dana", "zoe nobody", "tom"], "team": ["East", "west"],
    "customer": ["Mercy Regional", "st mary's", "Deal 3"],
    "name": ["deal 7", "Deal 11"], "stage": ["PROPOSAL", "closed won"], "status": ["open", "won", "lost"],
    "segment": ["regional hospital", "Everyone else"], "stance": ["pursue", "decline"],
    "verdict": [judgement.value for judgement in Judgement], "authority": ["finance", "deal-desk"],
}  # fmt: skip
CHECKS = ["segment", "discount", "margin", "payment-terms", "customer-reviews", "long-term-sponsor"]
RESULTS = ["pass", "fail", "unknown", "not_applicable"]
NUMBERS = ["contract_value", "discount", "margin", "service_months", "payment_days"]


@cache
def houses() -> list[House]:
    folder = Path(FOLDERS[-1])
    return [house(folder / str(seed), some_deals(seed)) for seed in range(SEEDS)]


FOLDERS: list[Path] = []


@pytest.fixture(scope="module", autouse=True)
def _folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    FOLDERS.append(tmp_path_factory.mktemp("figures"))
    yield
    for each in houses():
        each.tables.close()


@cache
def records(seed: int) -> tuple[Record, ...]:
    return judge_records(houses()[seed].shelf.kept.values(), judge(), people()).records


@st.composite
def filters(draw: st.DrawFn) -> Filter:
    negate = draw(st.booleans())
    kind = draw(st.sampled_from(["word", "word", "check", "part", "number", "choice", "missing", "closes", "kind"]))
    match kind:
        case "word":
            by = draw(st.sampled_from(sorted(WORDS)))
            words = draw(st.lists(st.sampled_from(WORDS[by]), min_size=1, max_size=2, unique=True))
            return WordFilter.model_validate({"by": by, "any_of": tuple(words), "negate": negate})
        case "check":
            checks = tuple(draw(st.lists(st.sampled_from(CHECKS), max_size=3, unique=True)))
            result = draw(st.sampled_from(RESULTS))
            return CheckFilter.model_validate({"any_of": checks, "result": result, "negate": negate})
        case "part":
            part = draw(st.sampled_from(["customer", "price", "payment", "process"]))
            result = draw(st.sampled_from(RESULTS))
            return PartFilter.model_validate({"any_of": (part,), "result": result, "negate": negate})
        case "number":
            fact = draw(st.sampled_from([*NUMBERS, "outcomes"]))
            op = draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="]))
            return FactFilter(fact=fact, op=op, value=draw(st.sampled_from([0, 2, 12, 15, 30, 85_000])), negate=negate)
        case "choice":
            if draw(st.booleans()):
                return FactFilter(fact="prepaid", value=draw(st.booleans()), negate=negate)
            return FactFilter(fact="industry", op="in", value=("hospital", "clinic"), negate=negate)
        case "missing":
            names = ["margin", "outcomes", "close_date", "customer", "owner", "team", "stage", "segment"]
            return MissingFilter(fact=draw(st.sampled_from(names)), negate=negate)
        case "kind":
            return KindFilter(any_of=(draw(st.sampled_from(["false_positive", "negative_value"])),), negate=negate)
        case _:
            period = draw(st.sampled_from(["this quarter", "overdue", "next year", "last month", "today"]))
            return CloseDateFilter.model_validate({"period": period, "negate": negate})


@st.composite
def queries(draw: st.DrawFn) -> Query:
    found = tuple(draw(st.lists(filters(), max_size=3)))
    what = draw(st.sampled_from(["deals", "count", "fit", "sum", "average"]))
    if what == "deals":
        by = draw(st.sampled_from([None, "value", "close_date", "name", "fact", "gap"]))
        fact = draw(st.sampled_from(NUMBERS)) if by == "fact" else None
        order = (
            None if by is None else Order.model_validate({"by": by, "fact": fact, "descending": draw(st.booleans())})
        )
        show = tuple(draw(st.lists(st.sampled_from(["margin", "industry", "outcomes"]), max_size=2, unique=True)))
        return Query(filters=found, order_by=order, limit=draw(st.sampled_from([None, 1, 7])), show=show)
    of = None if what in {"count", "fit"} else draw(st.sampled_from(["contract_value", "service_months"]))
    dimensions = [*(Group.model_validate({"by": by}) for by in LABELS)]
    dimensions += [Group(by="fact", fact="industry"), Group(by="fact", fact="prepaid")]
    groups = tuple(draw(st.lists(st.sampled_from(dimensions), max_size=2, unique=True)))
    by = draw(st.sampled_from([None, "measure", "deals", "name", "value"]))
    order = None if by is None else Order.model_validate({"by": by, "descending": draw(st.booleans())})
    select = Select.model_validate({"what": what, "of": of})
    return Query(select=select, filters=found, group_by=groups, order_by=order, limit=draw(st.sampled_from([None, 3])))


@settings(max_examples=60, phases=NO_SHRINKING, suppress_health_check=[HealthCheck.too_slow])
@given(queries(), st.integers(0, SEEDS - 1))
def test_a_query_over_columns_is_the_query_deal_by_deal(query: Query, seed: int) -> None:
    found = houses()[seed].service.run(query, OPERATOR).table
    expected = run(query, records(seed), profile=judge().profile, today=TODAY)
    assert found is not None
    assert _shown(found) == _shown(expected)


def _shown(table: Table) -> dict[str, Any]:
    shown = {each.name: getattr(table, each.name) for each in dataclasses.fields(table) if each.name != "drill"}
    return shown | {"totals": dict(table.totals)}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_the_picture_at_a_glance_is_the_one_made_deal_by_deal(seed: int) -> None:
    found = houses()[seed].service.overview(OPERATOR)
    mine, other = found.fit, fit([each for each in records(seed) if each.status.value == "open"])
    assert mine.split == other.split
    for name in ("by_owner", "by_segment", "by_stage", "by_quarter"):
        shown = [[(g.label, g.split) for g in getattr(one, name)] for one in (mine, other)]
        assert shown[0] == shown[1], name
    assert [dataclasses.replace(each, query=None) for each in mine.failing] == list(other.failing)
    assert mine.incomplete == other.incomplete[: len(mine.incomplete)]
    assert mine.other_currency == other.other_currency


def test_every_figure_of_the_picture_leads_to_its_deals() -> None:
    service = houses()[0].service
    found = service.overview(OPERATOR)
    figures = [(found.query, found.fit.split.total.deals)]
    figures += [
        (g.query, g.split.total.deals) for g in (*found.fit.by_owner, *found.fit.by_quarter, *found.fit.by_stage)
    ]
    figures += [(check.query, check.tally.deals) for check in found.fit.failing]
    figures += [(s.amount.query, s.amount.deals) for s in (found.false_positives, found.negative_value) if s]
    figures += [(fact.waiting.query, None) for fact in found.facts]
    for query, deals in figures:
        assert query is not None
        table = service.run(query, OPERATOR).table
        assert table is not None
        assert deals is None or table.matched == deals, query
    assert any(fact.settles for fact in found.facts)
    waits = {fact.fact: fact for fact in found.facts}
    assert all(0 <= fact.settles <= fact.waiting.deals for fact in waits.values())


def test_every_group_of_a_table_leads_to_its_deals() -> None:
    service = houses()[0].service
    for by in LABELS:
        query = Query(select=Select(what="count"), group_by=(Group.model_validate({"by": by}),))
        table = service.run(query, OPERATOR).table
        assert table is not None
        behind_rows = list(zip(table.rows, table.drill, strict=True))
        for row, drill in (*behind_rows[:2], *behind_rows[2:][-2:]):
            if drill is not None:
                behind = service.run(drill, OPERATOR).table
                assert behind is not None
                assert behind.matched == row[1], (by, row)
