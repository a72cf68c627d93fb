"""What is taken for a question about deals, and what stays with the playbooks."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.pipeline.deciding import asks_of_deals, could_ask_of_deals
from bot.pipeline.reading import QuestionReader
from bot.pipeline.vocabulary import vocabulary
from evaluation.golden import read_golden

from .support import TODAY, deal, judge, people, record, seen
from .test_phrasings import CASES as PHRASINGS
from .test_phrasings import RECORDS

CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("deciding.yaml").read_text("utf-8"))
TRULY_OF_DEALS = {"What was our revenue last quarter?", "How many deals did we win in October?"}
"""Golden questions that the playbooks do not answer, for they are about the deals."""
NORTHMERE = record(deal("Northmere", customer="Northmere", stage="Closed Won"))


@cache
def reader(asker: str) -> QuestionReader:
    """One for each who asks: making a vocabulary takes longer than reading with it."""
    person = people().by_key(asker)
    assert person is not None
    persons = people().team_of(person) if person.team and person.manager is None else people().all
    words = vocabulary(judge().profile, people(), persons, seen((*RECORDS, NORTHMERE)))
    return QuestionReader(words, person=person, today=TODAY)


def taken(message: str, asker: str = "victor") -> bool:
    if not could_ask_of_deals(message):
        return False  # no table is looked at for it
    return asks_of_deals(message, reader(asker).read(message))


def test_there_are_enough_phrasings_of_each_kind_and_none_twice() -> None:
    kinds = [case["is"] for case in CASES]
    assert len(CASES) >= 60
    assert min(kinds.count(kind) for kind in ("deals", "policy", "neither")) >= 15
    assert len({(case["ask"].casefold(), case.get("as")) for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['ask']} ({case.get('as', 'victor')})")
def test_only_what_asks_about_the_deals_that_there_are_leaves_the_playbooks(case: dict[str, Any]) -> None:
    assert taken(case["ask"], case.get("as", "victor")) == (case["is"] == "deals")


def test_no_golden_question_is_taken_for_one_about_deals_but_those_that_are() -> None:
    questions = {question.text for question in read_golden()}
    assert len(questions) > 200
    assert questions >= TRULY_OF_DEALS
    assert {question for question in questions if taken(question)} == TRULY_OF_DEALS


def test_most_of_what_managers_type_after_pipeline_needs_no_command() -> None:
    """Half-sentences such as "hospitals without remote access" could be said of any deal: the playbooks have those."""
    found = [taken(case["ask"], case.get("as", "victor")) for case in PHRASINGS]
    assert sum(found) >= 0.8 * len(found)


def test_a_manager_may_name_somebody_whose_deals_they_do_not_see_and_hears_that_nobody_was_understood() -> None:
    asked = "which deals of Lena close this quarter and do not fit?"
    reading = reader("morgan").read(asked)
    assert [unknown.words for unknown in reading.unknown] == ["Lena"]
    assert asks_of_deals(asked, reading)


def test_words_that_change_an_answer_are_the_readers_to_follow() -> None:
    asked = "which of my deals are overdue?"
    assert not asks_of_deals(asked, replace(reader("dana").read(asked), follows=True))
