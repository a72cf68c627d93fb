"""Sentences: every phrasing in phrasings.yaml, and laws that hold for any of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.deals.deal import plain_facts
from bot.deals.reading import SentenceReader, Understood, Unread
from tests.unit.deals.specs import boats, bundled

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
