"""Tables of many rows: the index says what a search test by test says, and goes on where that gives up."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.deals.deal import Deal
from bot.deals.facts import FactSpec, FactType
from bot.profile.compiled_check import CompiledCheck
from bot.profile.conditions import (
    AllOf,
    Among,
    AnyOf,
    Compare,
    Condition,
    Known,
    Measure,
    Order,
    Subject,
    Within,
    facts_of,
    negated,
)
from bot.profile.coverage import coverage
from bot.profile.judge import Judge
from bot.profile.lint import lint
from bot.profile.lint_table import RowTable
from bot.profile.loading import parse_profile
from bot.profile.regions import possible
from bot.profile.verdict import Judgement
from bot.profile.witness import surely_possible
from bot.profile.words import Words

FACTS = {
    "beds": FactSpec("beds", FactType.INTEGER, "Beds", "", minimum=Decimal(0), maximum=Decimal(6)),
    "rate": FactSpec("rate", FactType.PERCENT, "Rate", "", minimum=Decimal(0)),
    "offer": FactSpec("offer", FactType.CHOICE, "Offer", "", choices={"a": (), "b": (), "c": ()}),
    "paid": FactSpec("paid", FactType.YES_NO, "Paid", ""),
    "sku": FactSpec("sku", FactType.TEXT, "SKU", ""),
    "outcomes": FactSpec("outcomes", FactType.OUTCOMES, "Outcomes", ""),
}
_NUMBERS = st.integers(0, 6)
_ORDERED = st.sampled_from([Subject("beds"), Subject("rate"), *(Subject("outcomes", each) for each in Measure)])


def _within(subject: Subject, ends: tuple[int, int], negative: bool) -> Condition:
    return Within(subject, *sorted(ends), negative)


_TESTS: st.SearchStrategy[Condition] = st.one_of(
    st.builds(Compare, _ORDERED, st.sampled_from(Order), _NUMBERS),
    st.builds(_within, _ORDERED, st.tuples(_NUMBERS, _NUMBERS), st.booleans()),
    st.builds(Among, st.just(Subject("beds")), st.lists(_NUMBERS, min_size=1, unique=True).map(tuple), st.booleans()),
    st.builds(
        Among,
        st.just(Subject("offer")),
        st.lists(st.sampled_from("abc"), min_size=1, unique=True).map(tuple),
        st.booleans(),
    ),
    st.builds(Among, st.just(Subject("sku")), st.sampled_from([("x",), ("y",), ("x", "y")]), st.booleans()),
    st.builds(Among, st.just(Subject("paid")), st.sampled_from([(True,), (False,)])),
)
_KNOWN = st.builds(Known, st.sampled_from([Subject("beds"), Subject("paid")]), st.booleans())
_CONDITIONS = st.recursive(
    st.one_of(_TESTS, _TESTS, _TESTS, _TESTS, _KNOWN),
    lambda inner: st.one_of(
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AllOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3).map(tuple)),
    ),
    max_leaves=4,
)
_FEW = st.sampled_from([(Subject("beds"), Subject("rate")), (Subject("beds"), Subject("outcomes", Measure.COUNT))])
_GRIDS = _FEW.flatmap(
    lambda two: st.lists(
        st.tuples(*(st.tuples(_NUMBERS, _NUMBERS).map(lambda ends, s=each: _within(s, ends, False)) for each in two)),  # noqa: FBT003
        min_size=1,
        max_size=7,
    ).map(lambda rows: [AllOf(row) for row in rows])
)
"""Rows that are boxes over two facts: the tables that people write."""

_TABLES = st.one_of(_GRIDS, st.lists(st.one_of(st.none(), _CONDITIONS), min_size=1, max_size=6))


def _not(row: Condition | None) -> Condition:
    return AnyOf(()) if row is None else negated(row)


def _overlaps(when: Condition | None, one: Condition | None, other: Condition | None) -> bool:
    """As the linter says it of two rows that say different things."""
    if one is None or other is None or set(facts_of(one)) != set(facts_of(other)):
        return False
    return all(possible(FACTS, when, *each) for each in ((one, other), (one, _not(other)), (other, _not(one))))


_NOBODY = AllOf((Compare(Subject("beds"), Order.AT_MOST, 0), Among(Subject("beds"), (0,), negative=True)))


@example(when=Known(Subject("beds"), negative=True), rows=[_NOBODY, None], require=_NOBODY, says=[0] * 7)
@settings(max_examples=300, deadline=None)
@given(st.one_of(st.none(), _CONDITIONS), _TABLES, _CONDITIONS, st.lists(st.integers(0, 1), min_size=7, max_size=7))
def test_the_index_answers_as_a_search_over_all_rows(
    when: Condition | None, rows: Sequence[Condition | None], require: Condition, says: Sequence[int]
) -> None:
    """What is left of a row, who takes it alone, whom it overlaps with, and what no row takes: one answer each."""
    table = RowTable(FACTS, when, list(zip(rows, says, strict=False)), [require])
    for number, row in enumerate(rows):
        before = [_not(each) for each in rows[:number]]
        left = possible(FACTS, when, row, *before)
        assert table.left(number) is left
        assert table.left(number, require) is possible(FACTS, when, row, require, *before)
        assert table.left(number, negated(require)) is possible(FACTS, when, row, negated(require), *before)
        if not left and possible(FACTS, when, row):
            alone = [at for at in range(number) if not possible(FACTS, when, row, _not(rows[at]))]
            assert table.takes(number) == (alone[0] if alone else None)
        meeting = list(table.meeting(number))
        others = [at for at in range(number) if says[at] != says[number] and _overlaps(when, rows[at], row)]
        assert set(others) <= {at for at, _ in meeting}
        assert {at for at, certain in meeting if certain} <= set(others)
        assert [at for at, _ in meeting] == sorted(at for at, _ in meeting)
    gap = table.gap()
    assert gap is None or gap is surely_possible(FACTS, when, *(_not(row) for row in rows))


HEAD = """title: Many rows
version: "1"
effective: 2026-11-01
currency: USD
facts:
  beds: {type: integer, unit: beds, minimum: 0, ask: How many beds?}
  term: {type: integer, unit: months, minimum: 0, ask: How many months?}
  discount: {type: percent, negotiable: down, minimum: 0, maximum: 100, ask: What discount?}
checks:
  - id: table
    part: price
    label: The table
    because: So it is.
    accept: {cliff: The table says it all.}
    cases:
"""
MANY = 40


def _linted(rows: Sequence[str]) -> list[str]:
    text = HEAD + "".join(f"      - {row}\n" for row in rows)
    return [problem.message for problem in lint(parse_profile(text.encode(), "p.yaml"), frozenset())]


def _grid() -> list[str]:
    """1,600 rows that together take whoever has fewer than 400 beds and 400 months."""
    return [
        f"{{when: {{beds: {10 * i}..{10 * i + 9}, term: {10 * k}..{10 * k + 9}}}, require: {{discount: <= {i}%}}}}"
        for i in range(MANY)
        for k in range(MANY)
    ]


def test_of_many_rows_what_they_take_together_is_found() -> None:
    """A search test by test gave up beyond 200 rows and was silent."""
    rest = ["{when: {beds: 20..390, term: '< 400'}, require: {discount: 0%}}", "{require: {discount: 0%}}"]
    assert "Nobody reaches this case of `table`: those before it together take all of it first." in _linted(
        [*_grid(), *rest]
    )
    wider = ["{when: {beds: 20..400, term: '< 400'}, require: {discount: 0%}}", rest[-1]]
    assert not [text for text in _linted([*_grid(), *wider]) if "Nobody reaches" in text]


def test_of_many_rows_the_gap_the_overlap_and_what_is_always_met_are_found() -> None:
    """Each of them stands behind hundreds of rows that have nothing to do with it."""
    found = _linted([*_grid(), "{when: {beds: '>= 395', term: '< 5'}, require: {discount: 1%}}"])
    assert "Where none of the cases of `table` holds, the check does not apply." in found
    assert any("overlaps with the one in line" in text for text in found)
    rows = [row.replace("discount: <= 39%", "beds: '>= 390'") for row in _grid()]
    always = [text for text in _linted([*rows, "{require: {discount: 0%}}"]) if text.startswith("This is always met")]
    assert len(always) == MANY
    assert all(text.startswith("This is always met: the beds are at least 390, where the beds are") for text in always)


@pytest.mark.parametrize("known", [{}, {"beds": 5}, {"term": 25}, {"beds": 5, "term": 25}, {"discount": Decimal(3)}])
def test_a_check_narrowed_to_its_open_rows_says_the_same(known: dict[str, int | Decimal]) -> None:
    """The rows that what is known of a deal rules out are never the one that applies."""
    rows = [*_grid()[:80], "{when: {term: known}, require: {discount: 7%}}"]
    profile = parse_profile((HEAD + "".join(f"      - {row}\n" for row in rows)).encode(), "p.yaml")
    check = CompiledCheck(profile.checks[0], profile, Words(profile.specs, profile.currency))
    rows_left = check.open_rows(known)
    assert rows_left & 1 << 80
    for beds in (None, 5, 15, 500):
        for term in (None, 25, 500):
            more = {"beds": beds, "term": term, "discount": Decimal(1)}
            facts = {**{name: value for name, value in more.items() if value is not None}, **known}
            assert check.finding_among(rows_left, facts) == check.finding(facts)


@pytest.mark.parametrize("test", ['"<= 9999-12-31"', '">= 0001-01-01"', "9999-12-31", "0001-01-01..9999-12-31"])
def test_the_first_and_the_last_day_of_the_calendar_have_no_neighbour_beyond(test: str) -> None:
    """The linter, the coverage of cases and the counter-offers step from each threshold to the next day."""
    text = HEAD.replace("checks:", "  day: {type: date, negotiable: either, ask: When?}\nchecks:")
    rows = f"      - {{when: {{beds: '> 3'}}, require: {{day: {test}}}}}\n      - {{require: {{beds: 1}}}}\n"
    profile = parse_profile((text + rows).encode(), "p.yaml")
    assert isinstance(lint(profile, frozenset()), list)
    judge = Judge(profile)
    deal = Deal("d", {"beds": 4, "term": 1, "discount": Decimal(1), "day": date(2026, 11, 23)})
    assert judge.judge_fully(deal).judgement in {Judgement.FITS, Judgement.DOES_NOT_FIT}
    assert judge.judge_fully(deal.with_facts({"beds": 2})).counter_offers == ()
    assert coverage(judge, [(deal.facts, judge.judge(deal))])
