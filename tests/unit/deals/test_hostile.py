"""Input made to hurt: nested without end, separators without end, half a character. Each ends at once, in words."""

from __future__ import annotations

import pytest

from bot.deals.deal import Deal
from bot.deals.errors import DealsFileError
from bot.deals.mapping import load_mapping
from bot.deals.outcomes import OutcomeError, parse_outcomes
from bot.deals.rows import read_deals
from tests.unit.deals.specs import bundled


@pytest.mark.processor(20)
@pytest.mark.parametrize("bomb", ["[" * 100_000, "{a: " * 50_000, "- " * 100_000 + "x", "? " * 50_000])
def test_yaml_nested_without_end_is_refused_by_its_place(bomb):
    with pytest.raises(DealsFileError, match=r"deals.yaml:1.*nested too deep"):
        read_deals(bomb.encode(), filename="deals.yaml", facts=bundled(), currency="USD")
    with pytest.raises(DealsFileError, match=r"map.yaml:1.*nested too deep"):
        load_mapping(bomb.encode(), filename="map.yaml", facts=bundled())


@pytest.mark.processor(20)
def test_a_million_separators_are_refused():
    with pytest.raises(OutcomeError, match="ore than 250,000 characters"):
        parse_outcomes(";" * 1_000_000)


def test_half_a_character_in_an_outcome_has_a_hash():
    data = b'{"name": "A", "outcomes": [{"metric": "\\ud800"}]}\n'
    for row in read_deals(data, filename="deals.jsonl", facts=bundled(), currency="USD"):
        assert row.deal is None or len(row.deal.sha256) == 64
    assert len(Deal(name="A", facts={"industry": "\ud800"}).sha256) == 64
