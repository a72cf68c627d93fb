"""Amounts in another currency: converted with a rate and its day, unknown with the remedy without one."""

from __future__ import annotations

import pickle
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.converting import read_value
from bot.deals.deal import Deal
from bot.deals.errors import FactError, ForeignAmount
from bot.deals.exchange import Conversion, Rate, Rates, conversions_of
from bot.deals.facts import FactSpec, FactType
from bot.deals.reading import SentenceReader
from bot.deals.rows import read_deals
from bot.deals.values import parse_value

DAY = date(2026, 11, 20)
VALUE = FactSpec("contract_value", FactType.MONEY, "Contract value", "?", maximum=Decimal(100_000))
BEDS = FactSpec("beds", FactType.INTEGER, "Staffed beds", "?", unit="beds")
FACTS = {"contract_value": VALUE, "beds": BEDS}
RATES = Rates("USD", {"EUR": Rate(Decimal("1.0871"), DAY), "JPY": Rate(Decimal("0.0064"), DAY)})
EURO = Conversion("contract_value", Decimal(85000), "EUR", Decimal("1.0871"), DAY, Decimal("92403.50"))


@pytest.mark.parametrize("raw", ["€85,000", "EUR 85k", "85 thousand euros", "85,000 EUR"])
def test_an_amount_is_converted_and_says_how(raw: str) -> None:
    assert read_value(VALUE, raw, "USD", RATES) == (Decimal("92403.50"), EURO)
    assert EURO.words("Contract value", "USD") == (
        "Contract value: EUR 85,000 is $92,403.50, at 1.0871 USD for 1 EUR on 2026-11-20."
    )
    assert read_value(VALUE, "$85,000", "USD", RATES) == (Decimal(85000), None)


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (
            "£85,000",
            "'£85,000' is not in USD. rates.yaml has no rate for GBP. Add it there, or write the amount in USD.",
        ),
        ("€92,000", "'100013.20' is above $100,000"),
        ("€5 USD", "It names two currencies: EUR and USD. Name one."),
    ],
)
def test_what_cannot_be_converted_stays_unknown_with_the_remedy(raw: str, told: str) -> None:
    with pytest.raises(FactError) as caught:
        read_value(VALUE, raw, "USD", RATES)
    assert told in str(caught.value)


def test_the_fault_keeps_the_amount_across_processes() -> None:
    with pytest.raises(ForeignAmount) as caught:
        parse_value(VALUE, "€85k", "USD")
    again = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert (again.amount, again.currency, str(again)) == (Decimal(85000), "EUR", str(caught.value))


@given(
    st.decimals(Decimal("-1e9"), Decimal("1e9"), places=2), st.decimals(Decimal("0.0001"), Decimal(10_000), places=4)
)
def test_conversion_is_exact_to_the_cent_and_comes_back_from_json(amount: Decimal, rate: Decimal) -> None:
    made = Rates("USD", {"EUR": Rate(rate, DAY)}).convert("x", amount, "EUR")
    assert made is not None
    assert abs(made.value - amount * rate) <= Decimal("0.005")
    assert made.value == made.value.quantize(Decimal("0.01"))
    assert conversions_of([made.plain()]) == (made,)


def test_a_sentence_in_another_currency() -> None:
    reading = SentenceReader(FACTS, "USD", RATES).read("Mercy: 120 beds, contract value €85k")
    assert (dict(reading.facts), reading.converted) == ({"contract_value": Decimal("92403.50"), "beds": 120}, (EURO,))
    without = SentenceReader(FACTS, "USD").read("Mercy: contract value €85k")
    assert (dict(without.facts), without.converted) == ({}, ())
    assert "has no rate for EUR" in str(without.errors[0])
    twice = SentenceReader(FACTS, "USD", RATES).read("contract value €85k, contract value $90k")
    assert (dict(twice.facts), twice.converted) == ({}, ())


def test_rows_in_another_currency() -> None:
    text = (
        'id,name,contract_value,currency\n1,Euro,"85,000",EUR\n2,Sign,"€85,000",\n3,Both,"€85,000",EUR\n'
        '4,Mixed,"$85,000",EUR\n5,Pound,5,GBP\n6,Ours,"85,000",USD\n7,Yen,"9,000,000",JPY\n8,What,5,XXX\n'
    )
    rows = read_deals(text.encode(), filename="f.csv", facts=FACTS, currency="USD", rates=RATES)
    deals = [row.deal for row in rows]
    values = [None if each is None else each.facts.get("contract_value") for each in deals]
    reached = Decimal("92403.50")
    assert values == [reached, reached, reached, None, None, Decimal(85000), Decimal("57600.00"), None]
    assert [each.converted for each in deals[:3] if each is not None] == [(EURO,), (EURO,), (EURO,)]
    told = [error for row in rows for error in row.errors]
    assert [each.split(": ", 2)[2] for each in told] == [
        "the row is in EUR, and this is not.",
        f"Contract value: 'GBP 5' is not in USD. {RATES.missing('GBP')}",
        "'XXX' is not a currency. Write a code such as USD.",
    ]


def test_what_a_deal_says_of_an_amount_goes_when_the_amount_is_another() -> None:
    deal = Deal("Mercy", {"contract_value": EURO.value, "beds": 120}, converted=(EURO,))
    assert deal.with_facts({"beds": 90}).converted == (EURO,)
    assert deal.with_facts({"contract_value": Decimal(5)}).converted == ()
