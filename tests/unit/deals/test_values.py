"""One value from a form, a cell or data: read when it is certain, refused with a remedy when it is not."""

from __future__ import annotations

import pickle
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import plain_value
from bot.deals.facts import FactSpec, Outcome
from bot.deals.values import FactError, format_value, parse_value, value_from_plain
from tests.unit.deals.specs import boats, bundled, spec

DISCOUNT = spec("discount", "percent", label="Discount", also=["off"], minimum=0, maximum=100)
VALUE = spec("contract_value", "money", label="Contract value", also=["worth"], minimum=0)
MONTHS = spec("service_months", "integer", label="Service term", unit="months", also=["term"], minimum=0, maximum=120)
DAYS = spec("payment_days", "integer", label="Payment terms", unit="days", also=["net"], minimum=0, maximum=365)
STAFF = spec("it_staff", "integer", label="Own IT staff", unit="people", also=["IT staff"])
MANDATE = spec("mandate", "yes/no", label="Mandate", means_yes=["records mandate"], means_no=["no mandate"])
SPONSOR = spec("sponsor", "choice", label="Sponsor", choices={"CFO": ["CFO", "finance chief"], "none": ["no sponsor"]})
DAY = spec("launch", "date", label="Launch")
NOTE = spec("note", "text", label="Note")


@pytest.mark.parametrize(
    ("fact", "raw", "value"),
    [
        (DISCOUNT, "8", Decimal(8)),
        (DISCOUNT, "8%", Decimal(8)),
        (DISCOUNT, " 8 % ", Decimal(8)),
        (DISCOUNT, "8.50 percent", Decimal("8.5")),
        (DISCOUNT, "8 per cent", Decimal(8)),
        (DISCOUNT, "eight percent", Decimal(8)),
        (DISCOUNT, "twenty-five", Decimal(25)),
        (DISCOUNT, "8% off", Decimal(8)),
        (DISCOUNT, "discount: 8%", Decimal(8)),
        (DISCOUNT, "\uff18\uff05", Decimal(8)),
        (DISCOUNT, "\u0668", Decimal(8)),
        (DISCOUNT, 8, Decimal(8)),
        (DISCOUNT, 8.5, Decimal("8.5")),
        (DISCOUNT, Decimal("8.0"), Decimal(8)),
        (VALUE, "85000", Decimal(85000)),
        (VALUE, "85,000", Decimal(85000)),
        (VALUE, "85\u00a0000", Decimal(85000)),
        (VALUE, "85\u202f000", Decimal(85000)),
        (VALUE, "$85k", Decimal(85000)),
        (VALUE, "$ 85 K", Decimal(85000)),
        (VALUE, "1.2M", Decimal(1200000)),
        (VALUE, "$1.250 million", Decimal(1250000)),
        (VALUE, "USD 85 000", Decimal(85000)),
        (VALUE, "85,000 usd", Decimal(85000)),
        (VALUE, "US$85,000.50", Decimal("85000.5")),
        (VALUE, "85 thousand dollars", Decimal(85000)),
        (VALUE, "worth 85k", Decimal(85000)),
        (MONTHS, "3", 3),
        (MONTHS, "3 months", 3),
        (MONTHS, "3-month", 3),
        (MONTHS, "3mo", 3),
        (MONTHS, "1 year", 12),
        (MONTHS, "two years", 24),
        (MONTHS, "2 quarters", 6),
        (MONTHS, "0.5 years", 6),
        (MONTHS, 3.0, 3),
        (DAYS, "net 60", 60),
        (DAYS, "net60", 60),
        (DAYS, "Net-60", 60),
        (DAYS, "2 weeks", 14),
        (STAFF, "4 people", 4),
        (STAFF, "1 person", 1),
        (STAFF, "1,200", 1200),
        (STAFF, "IT staff: 4", 4),
        (MANDATE, "yes", True),
        (MANDATE, "N", False),
        (MANDATE, "TRUE", True),
        (MANDATE, "Records Mandate", True),
        (MANDATE, "no mandate", False),
        (MANDATE, False, False),
        (SPONSOR, "cfo", "CFO"),
        (SPONSOR, "Finance  Chief", "CFO"),
        (SPONSOR, "none", "none"),
        (SPONSOR, "no sponsor", "none"),
        (DAY, "2027-03-01", date(2027, 3, 1)),
        (DAY, "March 1 2027", date(2027, 3, 1)),
        (DAY, "Mar. 1st, 2027", date(2027, 3, 1)),
        (DAY, "1 March 2027", date(2027, 3, 1)),
        (DAY, "2027-03-01T00:00:00Z", date(2027, 3, 1)),
        (DAY, date(2027, 3, 1), date(2027, 3, 1)),
        (DAY, datetime(2027, 3, 1), date(2027, 3, 1)),  # noqa: DTZ001 - what a YAML timestamp gives
        (NOTE, "=cmd()  |x", "=cmd() |x"),
        (NOTE, 12, "12"),
    ],
)
def test_what_is_certain_is_read(fact: FactSpec, raw: object, value: object) -> None:
    read = parse_value(fact, raw)
    assert read == value
    assert type(read) is type(value)


@pytest.mark.parametrize(
    ("fact", "raw", "says"),
    [
        (DISCOUNT, "abc", "Discount: cannot read 'abc'. Write a number of percent from 0 to 100, such as 8 or 8%."),
        (DISCOUNT, "8,5", "write a decimal with a point (8.5)"),
        (DISCOUNT, "-3", "'-3' is below 0%"),
        (DISCOUNT, "120%", "'120%' is above 100%"),
        (DISCOUNT, "nan", "cannot read 'nan'"),
        (DISCOUNT, "inf", "cannot read 'inf'"),
        (DISCOUNT, float("nan"), "cannot read 'nan'"),
        (DISCOUNT, float("-inf"), "cannot read '-inf'"),
        (DISCOUNT, Decimal("NaN"), "cannot read 'NaN'"),
        (DISCOUNT, "1e1", "cannot read '1e1'"),
        (DISCOUNT, "0.1234567890123456", "at most 15 digits"),
        (DISCOUNT, Decimal("1E-5000"), "at most 15 digits"),
        pytest.param(DISCOUNT, 10**6000, "cannot read 'a huge number'", id="huge"),
        (DISCOUNT, True, "cannot read 'True'"),
        (DISCOUNT, None, "cannot read 'None'"),
        (DISCOUNT, "", "Discount: is empty"),
        (DISCOUNT, " \u00a0", "is empty"),
        (DISCOUNT, "5-10%", "cannot read '5-10%'"),
        (DISCOUNT, "8% or 10%", "cannot read"),
        (DISCOUNT, "12\u00bd", "cannot read"),
        (DISCOUNT, "8\u00b2", "cannot read"),
        (VALUE, "EUR 5,000", "The profile is in USD; convert EUR 5,000 first."),
        (VALUE, "\u20ac5k", "The profile is in USD; convert \u20ac5k first."),
        (VALUE, "5000 pounds", "The profile is in USD; convert 5000 pounds first."),
        (VALUE, "C$5", "Write an amount in USD"),
        (VALUE, "1.200", "write a thousand as 1,000 or 1000"),
        (VALUE, "1.200.000", "write a thousand as 1,000 or 1000"),
        (VALUE, "12,34", "A comma separates thousands here"),
        (VALUE, "1,2345", "A comma separates thousands here"),
        (VALUE, "-5", "is below $0"),
        (VALUE, "5 months", "Write an amount in USD"),
        (VALUE, "about 5k", "Write an amount in USD"),
        (VALUE, 1e300, "at most 15 digits"),
        (MONTHS, "3.5", "'3.5' is not a whole number"),
        (MONTHS, "1.000", "write a thousand as 1,000 or 1000"),
        (MONTHS, "90 days", "Write a whole number of months from 0 to 120"),
        (MONTHS, "8%", "Write a whole number of months"),
        (MONTHS, "11 years", "is above 120 months"),
        (DAYS, "2 months", "Write a whole number of days"),
        (MANDATE, "maybe", "Mandate: cannot read 'maybe'. Write yes or no."),
        (MANDATE, 1, "Write yes or no."),
        (SPONSOR, "janitor", "Choose one of: CFO, none."),
        (SPONSOR, True, "Choose one of"),
        (DAY, "03/04/2027", "It may mean two different days."),
        (DAY, "3.4.27", "It may mean two different days."),
        (DAY, "2027-02-30", "There is no such day."),
        (DAY, "next spring", "such as 2027-03-01"),
        (DAY, datetime(2027, 3, 1, 9), "such as 2027-03-01"),  # noqa: DTZ001 - what a YAML timestamp gives
        (NOTE, "x" * 3000, "has 3,000 characters"),
        (NOTE, [1], "Write up to 2,000 characters."),
    ],
)
def test_what_is_not_certain_is_refused_with_a_remedy(fact: FactSpec, raw: object, says: str) -> None:
    with pytest.raises(FactError) as caught:
        parse_value(fact, raw)
    assert says in str(caught.value)
    assert caught.value.fact == fact.name
    assert str(caught.value).startswith(f"{fact.label}: ")
    assert caught.value.remedy.endswith((".", "!"))


def test_the_currency_is_the_profiles() -> None:
    assert parse_value(VALUE, "\u20ac85k", "EUR") == Decimal(85000)
    assert parse_value(VALUE, "$85k", "CAD") == Decimal(85000)
    with pytest.raises(FactError, match=r"The profile is in EUR; convert \$85k first"):
        parse_value(VALUE, "$85k", "EUR")
    with pytest.raises(FactError, match=r"The profile is in CAD; convert US\$85k first"):
        parse_value(VALUE, "US$85k", "CAD")


def test_a_remedy_shows_no_line_break_and_no_control_character() -> None:
    with pytest.raises(FactError) as caught:
        parse_value(SPONSOR, "x\n\x1b[31m" + "y" * 500)
    assert "\n" not in str(caught.value)
    assert "\x1b" not in str(caught.value)
    assert len(caught.value.raw) <= 60


def test_an_error_survives_pickling() -> None:
    with pytest.raises(FactError) as caught:
        parse_value(DISCOUNT, "abc")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (str(again), again.fact, again.remedy) == (str(caught.value), "discount", caught.value.remedy)


@pytest.mark.parametrize(
    ("fact", "value", "words"),
    [
        (DISCOUNT, Decimal("8.5"), "8.5%"),
        (DAYS, 60, "60 days"),
        (DAYS, 1, "1 day"),
        (STAFF, 1, "1 person"),
        (STAFF, 4, "4 people"),
        (bundled()["reviews_per_year"], 1, "1 review a year"),
        (VALUE, Decimal(85000), "$85,000"),
        (VALUE, Decimal("85000.5"), "$85,000.50"),
        (VALUE, Decimal(-5), "-$5"),
        (MANDATE, True, "yes"),
        (SPONSOR, "CFO", "CFO"),
        (DAY, date(2027, 3, 1), "2027-03-01"),
        (bundled()["outcomes"], (), "no outcomes"),
        (bundled()["outcomes"], (Outcome("a", agreed=True), Outcome("b")), "2 outcomes, 1 agreed"),
    ],
)
def test_values_in_words(fact: FactSpec, value: Any, words: str) -> None:
    assert format_value(fact, value) == words


def test_money_in_the_profiles_currency() -> None:
    assert format_value(VALUE, Decimal(85000), "EUR") == "\u20ac85,000"
    assert format_value(VALUE, Decimal(85000), "CHF") == "CHF 85,000"


def values(fact: FactSpec) -> st.SearchStrategy[Any]:
    """Any value that the fact may have, outcomes apart."""
    low, high = fact.minimum, fact.maximum
    least = int(low) if low is not None else -(10**9)
    most = int(high) if high is not None else 10**9
    match fact.type.value:
        case "integer":
            return st.integers(least, most)
        case "number" | "percent" | "money":
            return st.decimals(least, most, places=2)
        case "yes/no":
            return st.booleans()
        case "choice":
            return st.sampled_from(list(fact.choices))
        case "date":
            return st.dates()
        case _:
            return st.text("abc xyz-'", min_size=1).map(lambda text: " ".join(text.split())).filter(bool)


FACTS = [fact for fact in (*bundled().values(), *boats().values()) if fact.type.value != "outcomes"]


@given(st.data(), st.sampled_from(FACTS), st.sampled_from(["USD", "EUR", "CHF", "CAD"]))
def test_what_is_written_is_read_back(data: st.DataObject, fact: FactSpec, currency: str) -> None:
    value = data.draw(values(fact))
    assert parse_value(fact, format_value(fact, value, currency), currency) == value


@given(st.data(), st.sampled_from(FACTS))
def test_what_is_stored_is_read_back(data: st.DataObject, fact: FactSpec) -> None:
    value = data.draw(values(fact))
    again = value_from_plain(fact, plain_value(value))
    assert again == value
    assert plain_value(again) == plain_value(value)


@given(st.sampled_from([*bundled().values(), *boats().values()]), st.text() | st.floats() | st.integers() | st.none())
def test_nothing_but_a_fact_error_is_raised(fact: FactSpec, raw: object) -> None:
    try:
        value = parse_value(fact, raw)
    except FactError as error:
        assert error.fact == fact.name  # noqa: PT017 - nothing else is raised
    else:
        assert value_from_plain(fact, plain_value(value)) == value
