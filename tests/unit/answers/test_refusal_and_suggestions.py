from __future__ import annotations

import pytest

from bot.answers.refusal import ANSWER_FROM, read_signals
from bot.answers.suggestions import as_question, follow_ups
from bot.answers.words import covered, question_stems, rarity
from tests.unit.answers.helpers import hit

DISCOUNTS = "A discount off book price is given only together with a term of services."


def test_close_passages_with_the_questions_words_answer() -> None:
    signals = read_signals("when is a discount given?", [hit(DISCOUNTS, cosine=0.7, bm25=4)])
    assert signals.share == 1
    assert signals.answered


def test_a_passage_without_the_questions_words_does_not() -> None:
    signals = read_signals("how many vacation days do I get?", [hit(DISCOUNTS, cosine=0.3, bm25=1)])
    assert not signals.answered


def test_a_bare_number_is_not_answered_by_whatever_has_it() -> None:
    passage = hit("Time to deploy was to be 12 working days after 90 days of service.", cosine=0.25, bm25=4)
    assert not read_signals("is 12% ok?", [passage]).answered
    assert read_signals("is 12% ok?", [passage]).share == 0
    assert read_signals("12 days?", [passage]).share == 1


def test_a_name_that_nobody_wrote_about_counts_against_an_answer() -> None:
    hits = [hit(DISCOUNTS, cosine=0.6, bm25=4)]
    plain = read_signals("what discount is given on book price?", hits)
    named = read_signals("what discount is given on book price at AWS?", hits)
    assert (plain.strangers, named.strangers) == ((), ("AWS",))
    assert named.confidence < plain.confidence - 1


@pytest.mark.parametrize("question", ["Discount on book price?", "What is given? Discount, I think."])
def test_a_first_word_is_not_taken_for_a_name(question: str) -> None:
    assert read_signals(question, [hit(DISCOUNTS)]).strangers == ()


def test_nothing_found_is_neither_answered_nor_near() -> None:
    signals = read_signals("anything", [])
    assert not signals.answered
    assert not signals.near
    assert signals.confidence < ANSWER_FROM


def test_rarity_prefers_what_few_texts_say() -> None:
    weights = rarity([frozenset({"a", "b"}), frozenset({"a"})], ["a", "b", "c"])
    assert weights["a"] < weights["b"] < weights["c"]
    assert covered(weights, frozenset()) == 0
    assert covered(weights, frozenset("abc")) == 1
    assert covered({}, frozenset("abc")) == 0


def test_faint_words_count_only_when_there_are_no_others() -> None:
    assert question_stems("what should I say about discounts?") == ["discount"]
    assert question_stems("what should I say?") == ["say"]


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("How to baseline up-time", "How do I baseline up-time?"),
        ("Why we hold the terms", "Why do we hold the terms?"),
        ("When the customer stops coming", "What do I do when the customer stops coming?"),
        ("What makes an outcome measurable", "What makes an outcome measurable?"),
        ("Showing a missed target", "Tell me about showing a missed target"),
        ("The IT department", None),
        ("Finance", None),
        ("A conversation, before and after", None),
        ("Morning rounds", None),
        ("", None),
    ],
)
def test_only_headings_that_can_be_asked_are(heading: str, question: str | None) -> None:
    assert as_question(heading) == question


def test_follow_ups_come_from_other_sections_of_what_was_cited() -> None:
    cited = hit("x", heading="Terms > How to ask")
    others = [
        cited,
        hit("y", heading="Terms > Why we hold the terms"),
        hit("z", heading="Elsewhere > How to lose", path="other.md"),
        hit("w", heading="Terms > How to ask", at=2),
    ]
    assert follow_ups("how to ask", others, frozenset({cited.passage.id})) == ("Why do we hold the terms?",)
