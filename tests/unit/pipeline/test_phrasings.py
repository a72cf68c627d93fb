from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.pipeline.query import Query
from bot.pipeline.validating import check_query

from .support import deal, judge, read, record

HERE = Path(__file__).parent
CASES: list[dict[str, Any]] = [
    case
    for name in ("phrasings.yaml", "phrasings_more.yaml")
    for case in yaml.safe_load((HERE / name).read_text("utf-8"))
]
RECORDS = (
    record(deal("Mercy Regional", customer="Mercy Regional", stage="Negotiation")),
    record(deal("St. Mary's renewal", customer="St. Mary's", stage="Proposal")),
)


def test_there_are_enough_phrasings_and_none_twice() -> None:
    questions = [case["ask"].casefold() for case in CASES]
    assert len(questions) >= 120
    assert len(set(questions)) == len(questions)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["ask"])
def test_a_question_becomes_its_query(case: dict[str, Any]) -> None:
    reading = read(case["ask"], asker=case.get("as", "victor"), records=RECORDS)
    assert [word.words for word in reading.unknown] == case.get("unknown", [])
    assert [ask.words for ask in reading.asks] == case.get("ask_back", [])
    if "query" not in case:
        assert reading.query is None
        return
    wanted = _query(case)
    assert reading.query is not None
    assert _plain(reading.query) == _plain(wanted)
    check_query(reading.query, judge().profile)


def _query(case: dict[str, Any]) -> Query:
    data = case["query"]
    filters = list(data.get("filters", []))
    if not case.get("any_status") and not any(f["by"] == "status" for f in filters):
        filters.append({"by": "status", "any_of": ["open"]})
    text = json.dumps({**data, "filters": filters}, default=lambda day: day.isoformat() if isinstance(day, date) else 0)
    return Query.model_validate_json(text)


def _plain(query: Query) -> dict[str, Any]:
    """The query as data, with its filters in one order: they all hold, in whatever order they were said."""
    plain = query.plain()
    plain["filters"] = sorted(json.dumps(each, sort_keys=True) for each in plain["filters"])
    return plain
