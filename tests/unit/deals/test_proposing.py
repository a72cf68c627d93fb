"""A proposed mapping: the right columns, how sure, what is left; and it always reads back."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.deals.mapping import Mapping, load_mapping
from bot.deals.proposal_text import mapping_text
from bot.deals.proposing import SURE, Proposal, propose
from tests.unit.deals.specs import bundled


def proposed(table: dict[str, list[Any]], **options: Any) -> Proposal:
    rows = [list(row) for row in zip(*table.values(), strict=True)]
    return propose(list(table), rows, filename="x.csv", facts=bundled(), currency="USD", **options)


def back(proposal: Proposal) -> Mapping:
    return load_mapping(mapping_text(proposal).encode(), filename="x.yaml", facts=bundled())


@pytest.mark.parametrize(
    ("column", "values", "target"),
    [
        ("Opportunity ID", ["006A", "006B"], "id"),
        ("hs_object_id", ["1", "2"], "id"),
        ("dealname", ["A", "B"], "name"),
        ("Account Name", ["A", "B"], "customer"),
        ("hubspot_owner_id", ["77", "78"], "owner"),
        ("sales_agent", ["Dana", "Sam"], "owner"),
        ("StageName", ["Won", "Talk"], "stage"),
        ("CloseDate", ["2026-12-01", "2027-01-05"], "close_date"),
        ("Amount", ["85,000", "$12k"], "contract_value"),
        ("Disc %", ["8", "5"], "discount"),
        ("Gross Margin", ["31%", "40%"], "margin"),
        ("Payment Terms (days)", ["30", "45"], "payment_days"),
        ("No. of beds", ["120", "80"], "beds"),
        ("Discount__c", ["8", "5"], "discount"),
        ("Sponser", ["CFO", "CEO"], "sponsor"),
    ],
)
def test_columns_of_other_systems_are_found(column: str, values: list[str], target: str) -> None:
    (guess,) = proposed({column: values}).guesses
    assert (guess.target, guess.score >= 55) == (target, True)
    assert guess.why


def test_values_decide_where_names_do_not() -> None:
    found = proposed({"county": ["Kings", "Ventura"], "value": ["high", "low"], "id": ["1", "1"], "beds": ["a", "b"]})
    assert found.guesses == ()
    assert {each.column for each in found.unmapped} == {"county", "value", "id", "beds"}


def test_words_shares_sentinels_and_stages_are_proposed_too() -> None:
    found = proposed(
        {
            "industry": ["Hospitals", "Zoo", "hospital"],
            "beds": ["120", "-999", "-999"],
            "discount": ["0.08", "0.1", "0"],
            "stage": ["Closed Won", "Talking", "Dead"],
            "prepaid": ["1", "0", "1"],
        }
    )
    assert all(guess.score >= SURE for guess in found.guesses)
    mapping = back(found)
    assert mapping.values == {"industry": {"Hospitals": "hospital", "Zoo": None}, "prepaid": {"1": "yes", "0": "no"}}
    assert mapping.missing == {"beds": ["-999"]}
    assert mapping.multiply == {"discount": "100"}
    assert mapping.stages == {"open": ["Talking"], "won": ["Closed Won"], "lost": ["Dead"]}


def test_what_a_person_refused_is_not_proposed_again() -> None:
    table = {"Gross Margin": ["31%", "40%"], "Amount": ["1", "2"]}
    again = proposed(table, refused=frozenset({("Amount", "contract_value")}))
    assert [guess.target for guess in again.guesses] == ["margin"]
    assert [guess.target for guess in proposed(table).guesses] == ["contract_value", "margin"]


def test_the_text_says_how_sure_each_line_is_and_what_is_left() -> None:
    text = mapping_text(proposed({"Amount": ["5", "6"], "Mood": ["fine", "bad"], "Deal: Owner #1": ["Dana", "Sam"]}))
    assert "contract_value: Amount" in text
    assert "# perhaps (" in text or "# likely (" in text
    assert "#   Mood: like no fact; holds fine, bad" in text
    assert '"Deal: Owner #1"' in text
    assert "industry, beds" in text


texts = st.text(max_size=12)


@given(st.dictionaries(texts, st.lists(texts, min_size=2, max_size=2), min_size=1, max_size=6))
def test_every_proposal_reads_back_as_a_mapping(table: dict[str, list[str]]) -> None:
    found = proposed(table)
    mapping = back(found)
    assert mapping.column_of() == {guess.target: guess.column for guess in found.guesses}
    assert len({guess.column for guess in found.guesses}) == len(found.guesses)
