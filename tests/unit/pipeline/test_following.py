from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.pipeline.changing import changed, chips_of
from bot.pipeline.query import Query
from bot.pipeline.reading import QuestionReader
from bot.pipeline.validating import QueryError, check_query
from bot.pipeline.vocabulary import vocabulary

from .support import TODAY, judge, people
from .test_phrasings import _plain, _query

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("follow_ups.yaml").read_text("utf-8"))
WORDS = vocabulary(judge().profile, people(), people().all)
READER = QuestionReader(WORDS, person=people().by_key("victor"), today=TODAY)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['after']} / {case['say']}")
def test_what_is_said_in_a_thread_edits_the_query_before(case: dict[str, Any]) -> None:
    before = READER.read(case["after"])
    assert before.query is not None
    after = READER.read(case["say"], before.query)
    assert (after.unknown, after.asks) == ((), ())
    assert after.query is not None
    assert _plain(after.query) == _plain(_query(case))
    check_query(after.query, judge().profile)
    if case.get("fresh"):
        assert after.query == (READER.read(case["say"]).query)


def test_unknown_words_of_a_follow_up_are_named_and_change_nothing() -> None:
    before = READER.read("deals that need approval").query
    after = READER.read("only zebras", before)
    assert [word.words for word in after.unknown] == ["zebras"]


QUESTIONS = [
    "which of Dana's deals closing this quarter break the payment terms",
    "top 10 hospitals that do not fit, lowest margin first",
    "fit by rep and segment this month against last",
    "average discount of won deals by stage",
    "projects that are not prepaid",
    "deals where the margin is unknown",
    "show discount and margin of Sam's deals",
    "false positives over 50k",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_every_option_of_every_chip_makes_a_query_that_can_be_asked(question: str) -> None:
    query = READER.read(question).query
    assert query is not None
    chips = chips_of(query, WORDS, TODAY)
    assert {chip.path.split("/")[0] for chip in chips} >= {"select", "filters"}
    for chip in chips:
        assert chip.options
        assert len({option.key for option in chip.options}) == len(chip.options)
        for option in chip.options:
            made = changed(query, chip.path, option.key)
            assert made != query, (chip.text, option)
            check_query(made, judge().profile)
            assert made == Query.model_validate_json(json.dumps(made.plain()))
            if option.key == "remove":
                assert len(made.filters) <= len(query.filters)


def test_a_chip_can_be_changed_and_taken_away() -> None:
    query = READER.read("deals of Dana that fit").query
    assert query is not None
    owner = next(chip for chip in chips_of(query, WORDS, TODAY) if chip.text == "owner: Dana Reyes")
    sam = next(option for option in owner.options if option.label == "owner: Sam Okafor")
    assert changed(query, owner.path, sam.key) == READER.read("deals of Sam that fit").query
    assert changed(query, owner.path, "remove") == READER.read("deals that fit").query


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("filters/9", "remove"), ("filters/-1", "remove"), ("nothing", "remove"), ("filters/0", "{"),
        ("filters/0", '{"by": "owner"}'), ("limit", "-3"), ("select", '"x"'), ("", ""), ("filters/x", "remove"),
    ],
)  # fmt: skip
def test_a_forged_change_is_refused(path: str, key: str) -> None:
    query = READER.read("deals of Dana that fit").query
    assert query is not None
    with pytest.raises(QueryError):
        changed(query, path, key)
