"""Sentences: every phrasing in phrasings.yaml, and laws that hold for any of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.deals.deal import plain_facts
from bot.deals.reading import SentenceReader, Understood, Unread
from tests.unit.deals.specs import boats, bundled, spec

PHRASINGS = yaml.safe_load(Path(__file__).with_name("phrasings.yaml").read_text(encoding="utf-8"))
READERS = {"bundled": SentenceReader(bundled()), "boats": SentenceReader(boats(), "EUR")}


def test_there_are_enough_phrasings() -> None:
    assert len({(row.get("profile"), row["text"]) for row in PHRASINGS}) == len(PHRASINGS) >= 150


@pytest.mark.parametrize("row", PHRASINGS, ids=[row["text"][:60] or "(empty)" for row in PHRASINGS])
def test_phrasing(row: dict[str, Any]) -> None:
    reading = READERS[row.get("profile", "bundled")].read(row["text"])
    assert {
        "facts": plain_facts(reading.facts),
        "unread": list(reading.unread),
        "conflicts": [conflict.fact for conflict in reading.conflicts],
        "errors": [error.fact for error in reading.errors],
    } == {name: row.get(name, {} if name == "facts" else []) for name in ("facts", "unread", "conflicts", "errors")}
    if "name" in row:
        assert reading.name == reading.customer == row["name"]
    if "hint" in row:
        assert any(row["hint"] in (remark.hint or "") for remark in reading.remarks)
    parts: list[Understood | Unread] = [*reading.understood, *reading.remarks]
    for part in parts:
        assert row["text"][part.start : part.end] == part.words


def test_above_list_price_is_a_discount_below_zero_where_the_profile_keeps_one() -> None:
    """And where a profile has one percentage only, 5% over book price is not taken for a discount of 5%."""
    none_below, below = ({"discount": spec("discount", "percent", minimum=least, maximum=100)} for least in (0, -1000))
    for text, figure in (("5% over book price", -5), ("sold 12% higher than the list price", -12)):
        assert plain_facts(SentenceReader(below).read(text).facts) == {"discount": figure}
        reading = SentenceReader(none_below).read(text)
        assert (plain_facts(reading.facts), len(reading.remarks)) == ({}, 1)
    assert plain_facts(SentenceReader(none_below).read("5% below list price").facts) == {"discount": 5}
    two = none_below | {"volume": spec("volume", "percent", label="Volume discount")}
    assert plain_facts(SentenceReader(two).read("5% below list price").facts) == {}, "which of the two is not said"
