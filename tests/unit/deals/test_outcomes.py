"""Outcomes as text, one a line: read, refused with a remedy, and read back as they were."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import plain_value
from bot.deals.facts import Outcome
from bot.deals.outcomes import EXAMPLE, OutcomeError
from bot.deals.values import FactError, format_outcomes, parse_outcomes, parse_value, value_from_plain
from tests.unit.deals.specs import bundled

WHOLE = Outcome("time to deploy", Decimal(10), Decimal(3), "days", date(2027, 3, 1), "J. Smith", agreed=True)


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        (EXAMPLE, WHOLE),
        ("time to deploy: from 10 days to 3 days by March 1, 2027, owned by J. Smith, agreed", WHOLE),
        ("time to deploy: 10 \u2192 3 days due 1 March 2027, agreed, owner: J. Smith", WHOLE),
        ("- time to deploy", Outcome("time to deploy")),
        ("up-time: 99.9%", Outcome("up-time", target=Decimal("99.9"), unit="%")),
        ("readmissions: 12% -> 9%", Outcome("readmissions", Decimal(12), Decimal(9), "%")),
        ("users: 1,200 -> 3,000 users", Outcome("users", Decimal(1200), Decimal(3000), "users")),
        ("delay: 10 -> ? days", Outcome("delay", baseline=Decimal(10), unit="days")),
        ("delay: ? -> 3 days", Outcome("delay", target=Decimal(3), unit="days")),
        ("delay, not agreed", Outcome("delay", agreed=False)),
        ("delay by 2027-03-01", Outcome("delay", due=date(2027, 3, 1))),
        (": 10 -> 3 days", Outcome(None, Decimal(10), Decimal(3), "days")),
        ('{"metric": "delay; in days", "target": 3.5}', Outcome("delay; in days", target=Decimal("3.5"))),
        ('[{"metric": "delay", "due": "2027-03-01"}]', Outcome("delay", due=date(2027, 3, 1))),
    ],
)
def test_an_outcome_is_read(text: str, outcome: Outcome) -> None:
    assert parse_outcomes(text) == (outcome,)


def test_several_and_none() -> None:
    assert parse_outcomes("a: 1 -> 2; b\n\n c, agreed;") == (
        Outcome("a", Decimal(1), Decimal(2)),
        Outcome("b"),
        Outcome("c", agreed=True),
    )
    assert parse_outcomes([{"metric": "a"}, "b: 3"]) == (Outcome("a"), Outcome("b", target=Decimal(3)))
    assert parse_outcomes("") == parse_outcomes([]) == parse_outcomes("none") == parse_outcomes("[]") == ()


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ("2 outcomes", "Write one outcome a line, such as time to deploy"),
        ("a: 3 -> 4 by 03/04/2027", "Write it as year-month-day"),
        ("a: 3 -> 4 by 2027-02-30", "There is no such day"),
        ("a: soon", "Cannot read 'a: soon' as an outcome"),
        ("a: 10 days -> 3 weeks", "Cannot read"),
        ("a: 3, owner X, owner Y", "Cannot read"),
        ("a, whenever", "Cannot read"),
        ("time to deploy 10 -> 3 days", "Cannot read"),
        ("agreed", "Cannot read"),
        ("12345", "Cannot read"),
        ('{"metric": ', "as JSON"),
        ("[" * 100_000, "as JSON"),
        ({"metrik": 3}, "An outcome has no part 'metrik'. Its parts are metric, baseline"),
        ([{"metric": "a", "target": float("nan")}], "as the target of an outcome"),
        ([{"metric": "a", "target": True}], "as the target of an outcome"),
        ([{"metric": 5}], "as the metric of an outcome"),
        ([{"metric": "a", "agreed": "perhaps"}], "as the agreed of an outcome"),
        ([["a"]], "Cannot read"),
        (7, "as outcomes"),
        (["x"] * 101, "There are 101 outcomes"),
    ],
)
def test_an_unclear_outcome_is_refused(raw: object, says: str) -> None:
    with pytest.raises(OutcomeError) as caught:
        parse_outcomes(raw)
    assert says in str(caught.value)
    with pytest.raises(FactError, match=r"^Agreed outcomes: "):
        parse_value(bundled()["outcomes"], raw)


words = st.text(min_size=1, max_size=40).map(str.strip).filter(bool)
numbers = st.decimals(places=2, min_value=-(10**9), max_value=10**9) | st.integers(-999, 999).map(Decimal)
outcomes = st.builds(
    Outcome,
    metric=st.none() | words,
    baseline=st.none() | numbers,
    target=st.none() | numbers,
    unit=st.none() | words | st.sampled_from(["%", "days", "users"]),
    due=st.none() | st.dates(),
    owner=st.none() | words,
    agreed=st.none() | st.booleans(),
)


@given(st.lists(outcomes, max_size=4).map(tuple))
def test_outcomes_are_read_back_as_they_were(some: tuple[Outcome, ...]) -> None:
    assert parse_outcomes(format_outcomes(some)) == some
    assert value_from_plain(bundled()["outcomes"], plain_value(some)) == some


@given(st.text())
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        some = parse_outcomes(text)
    except OutcomeError as error:
        assert error.remedy  # noqa: PT017 - nothing else is raised
    else:
        assert parse_outcomes(format_outcomes(some)) == some


def test_the_plain_form_is_what_people_see() -> None:
    assert (
        format_outcomes((WHOLE, Outcome("up-time", target=Decimal("99.9"), unit="%"))) == f"{EXAMPLE}\nup-time: 99.9%"
    )
