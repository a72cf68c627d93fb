"""The golden questions are split cleanly, agree with the playbooks, and are marked as they say."""

from __future__ import annotations

import pytest

from bot.answers.model import NOT_SAID, Answer, Citation
from bot.profile.loading import load_profile
from bot.settings import Settings
from evaluation.answering import counted, shares
from evaluation.golden import Golden, holds, mark, read_golden, read_traps, sample

QUESTIONS = read_golden()


def test_there_are_enough_and_no_question_is_in_both_halves() -> None:
    halves = [{(one.text, one.before) for one in QUESTIONS if one.tuning is tuning} for tuning in (True, False)]
    assert not halves[0] & halves[1]
    assert sum(map(len, halves)) == len(QUESTIONS), "each question stands once"
    answerable = [one for one in QUESTIONS if one.answerable]
    assert len(answerable) >= 120
    assert len(QUESTIONS) - len(answerable) >= 60
    for kind in ("plain", "numeric", "rule", "multi", "follow-up"):
        assert {one.tuning for one in answerable if one.kind == kind} == {True, False}, kind


def test_each_trap_says_why_it_is_one_and_stands_in_one_half_alone() -> None:
    traps = read_traps()
    assert [sum(one.tuning is tuning for one in traps) for tuning in (True, False)] == [20, 20]
    assert all(one.why and not one.answerable for one in traps)
    texts = {one.text for one in traps}
    assert len(texts) == len(traps)
    assert not texts & {one.text for one in QUESTIONS}


def test_the_places_are_there_and_hold_the_gold_facts() -> None:
    settings = Settings.load({}, env_file=None)
    rules = {f"rule:{check.id}" for check in load_profile(settings.profile_path).checks} | {"rule:segment"}
    texts = {file.name: file.read_text(encoding="utf-8") for file in settings.knowledge_dir.glob("*.md")}
    for one in QUESTIONS:
        files = {place.partition("#")[0] for place in one.places if not place.startswith("rule:")}
        assert files <= set(texts), one.text
        assert {place for place in one.places if place.startswith("rule:")} <= rules, one.text
        if not any(place.startswith("rule:") for place in one.places):
            assert holds("\n".join(texts.values()), one.facts), one.text


def test_a_sample_is_of_the_held_out_half_alone_and_spread_over_it() -> None:
    some = sample(QUESTIONS, 20)
    assert len(some) == len({id(one) for one in some}) == 20
    assert not any(one.tuning for one in some)
    assert {one.answerable for one in some} == {True, False}
    assert sample(QUESTIONS, 10_000) == [one for one in QUESTIONS if not one.tuning]


def question(*gold: str, place: str = "pricing.md#discounts") -> Golden:
    return Golden("?", "plain", tuple(tuple(one.split("|")) for one in gold), (place,) if gold else (), (), tuning=True)


def answer(text: str, *cited: tuple[str, str], refused: bool = False) -> Answer:
    citations = tuple(
        Citation(at, "passage", "pricing.md", "Price", passage, "0" * 64, said)
        for at, (passage, said) in enumerate(cited, start=1)
    )
    return Answer(text, citations=citations, refused=refused)


@pytest.mark.parametrize(
    ("gold", "text", "held"),
    [
        (("10%",), "At most 10% of it.", True),
        (("10%|ten",), "At most TEN.", True),
        (("10%", "net 30"), "At most 10%.", False),
        (("may I come",), "“May I come”", True),
        (("two-page report",), "a **two‑page** report", True),
        ((), "anything", True),
    ],
)
def test_gold_is_held_whatever_the_case_and_the_kind_of_dash(gold: tuple[str, ...], text: str, held: bool) -> None:
    assert holds(text, [one.split("|") for one in gold]) is held


def test_an_answer_is_marked_by_its_words_its_sources_and_their_places() -> None:
    right = mark(question("10%"), answer("At most 10%.", ("pricing.md#discounts/2", "At most 10%.")))
    assert (right.right, right.grounded, right.placed) == (True, True, True)
    unfounded = mark(question("10%"), answer("At most 10%.", ("pricing.md#trades/1", "Trade first.")))
    assert (unfounded.right, unfounded.grounded, unfounded.placed) == (True, False, False)
    refused = mark(question("say"), answer(NOT_SAID, refused=True))
    assert (refused.right, refused.grounded, refused.placed) == (False, False, False)


def test_shares_by_hand() -> None:
    good = ("pricing.md#discounts/1", "At most 10%.")
    marked = [
        mark(question("10%"), answer("At most 10%.", good)),
        mark(question("10%"), answer("At most 10%.", ("pricing.md#discounts/1", "No figure."))),
        mark(question("10%"), answer("Nothing of it.", good)),
        mark(question("10%"), answer(NOT_SAID, refused=True)),
        mark(question(), answer(NOT_SAID, refused=True)),
        mark(question(), answer(NOT_SAID, refused=True)),
        mark(question(), answer("Paris.", good)),
    ]
    assert shares(marked) == {
        "gold fact in the answer": 2 / 4,
        "gold fact in a cited passage too": 1 / 4,
        "cites the right place": 3 / 4,
        "refusal precision": 2 / 3,
        "refusal recall": 2 / 3,
    }
    assert shares([])["refusal precision"] == 0
    assert counted([one.question for one in marked]) == "4 answerable and 3 unanswerable questions"


def test_a_part_without_an_answer_is_to_be_said_as_such_and_needs_no_passage() -> None:
    asked = question("10%", "playbooks do not say")
    passage = ("pricing.md#discounts/1", "Up to 10% is allowed.")
    whole = mark(asked, answer("Up to 10%. [1] On the hotel, the playbooks do not say.", passage))
    assert (whole.right, whole.grounded) == (True, True)
    assert not mark(asked, answer("Up to 10%. [1]", passage)).right
