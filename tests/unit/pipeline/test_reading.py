from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.pipeline.meanings import Meaning
from bot.pipeline.query import WordFilter
from bot.pipeline.reading import EXAMPLES, QuestionReader, Understanding
from bot.pipeline.validating import check_query
from bot.pipeline.vocabulary import Seen, vocabulary
from bot.profile.loading import load_profile
from bot.profile.people import People, Person, Role

from .support import ROOT, TODAY, deal, judge, people, read, record

PIECES = [
    "Dana's",
    "Sam",
    "deals",
    "break",
    "the",
    "payment",
    "terms",
    "or",
    "and",
    "not",
    "without",
    "over",
    "10%",
    "50k",
    "between",
    "3",
    "12",
    "months",
    "by",
    "rep",
    "quarter",
    "top",
    "10",
    "how",
    "much",
    "average",
    "discount",
    "fit",
    "fits",
    "closing",
    "before",
    "March",
    "next",
    "last",
    "Q1",
    "hospital",
    "margin",
    "unknown",
    "zebra",
    "who",
    "which",
    "most",
    "net",
    "60",
    "highest",
    "total",
    "my",
    "-",
    "%",
    "$",
    "2027",
    "1",
    "of",
    "to",
    "in",
    "at",
    "below",
    "above",
    "list price",
    "12/01/2026",
    "did",
    "we",
    "give",
    "sold",
    "closed",
]


def chips(reading: Understanding) -> list[tuple[str, str]]:
    return [(chip.text, chip.words) for chip in reading.understood]


def test_every_part_of_the_understanding_shows_its_words() -> None:
    reading = read("Which of Dana's hospitals closing this quarter break the payment terms? Top 5 by margin")
    assert chips(reading) == [
        ("owner: Dana Reyes", "Dana's"),
        ("Industry is hospital", "hospitals"),
        ("closes this quarter: 1 October 2026 to 31 December 2026", "this quarter"),
        ("fails: Payment terms", "break the payment terms"),
        ("status: open", ""),
        ("highest Margin first", "by margin"),
        ("first 5", "5"),
    ]


def test_measures_and_groups_are_said_too() -> None:
    reading = read("average discount by rep under 3 months of service, not in the West")
    assert chips(reading) == [
        ("average of Discount off book price", "average discount"),
        ("Service term under 3 months", "under 3 months of service"),
        ("not (team: West)", "not in the West"),
        ("status: open", ""),
        ("by owner", "by rep"),
    ]


def test_unknown_words_come_with_what_was_perhaps_meant() -> None:
    reading = read("Dnaa's deals that brake the discount")
    assert [(word.words, word.near) for word in reading.unknown] == [("Dnaa's", ("Dana",)), ("brake", ("break",))]
    assert reading.query is None
    assert reading.asks[0].options == ("Dana",)


def test_where_nothing_is_understood_there_are_questions_to_begin_with() -> None:
    reading = read("asdf qwer")
    assert reading.query is None
    assert all(f"“{example}”" in reading.asks[0].question for example in EXAMPLES)
    assert [read(example).unknown for example in EXAMPLES] == [()] * len(EXAMPLES)
    assert all(read(example).query is not None for example in EXAMPLES)


def test_a_range_may_be_said_from_its_end_and_a_third_group_is_named_with_the_reason() -> None:
    assert read("deals between 50k and 20k").query == read("deals between 20k and 50k").query
    [third] = read("fit by rep by segment by stage").unknown
    assert (third.words, third.near) == ("by stage", ())
    assert third.words_for_people == "“by stage” (a table has at most two groups)"


def test_a_part_of_a_name_brings_the_names_that_have_it() -> None:
    names = Seen(customers=("Lakeside Community Hospital", "Mercy Regional"), deals=("Riverside one-off migration",))
    room = replace(vocabulary(judge().profile, people(), people().all), near=lambda: (*names.customers, *names.deals))
    reader = QuestionReader(room, person=None, today=TODAY)
    found = [reader.read(f"deals of {word}").unknown[0].near for word in ("Lakeside", "riverside", "side", "Lake")]
    assert found == [("Lakeside Community Hospital",), ("Riverside one-off migration",), (), ()]
    assert [word.near for word in read("who may approve the deals").unknown] == [()]


def test_a_slip_of_the_pen_in_one_word_of_a_phrase_is_put_right_and_other_words_are_left() -> None:
    reading = read("deals that brake the paymnet terms")
    assert [(word.words, word.near) for word in reading.unknown] == [("brake", ("break",)), ("paymnet", ("payment",))]
    mended = [near for words in ("by galaxy", "weather", "asdf qwer", "moon phase") for near in read(words).unknown]
    assert [word.near for word in mended] == [()] * 4


def test_a_name_that_two_people_share_is_asked_back() -> None:
    two_sams = People(
        (*people().all, Person("sam2", "Sam Larsen", "s.larsen@alphatech.example", roles=frozenset({Role.REP}))),
        people().authorities,
    )
    words = vocabulary(judge().profile, two_sams, two_sams.all)
    reader = QuestionReader(words, person=None, today=TODAY)
    reading = reader.read("Sam's deals that fit")
    assert reading.query is None
    assert [(ask.words, ask.options) for ask in reading.asks] == [("Sam's", ("Sam Okafor", "Sam Larsen"))]
    assert reader.read("Sam Larsen's deals").query is not None


def test_a_person_called_like_a_plain_word_needs_a_capital_or_a_possessive() -> None:
    will = Person("will", "Will Price", "will@alphatech.example", roles=frozenset({Role.REP}))
    everybody = People((*people().all, will), {})
    reader = QuestionReader(vocabulary(judge().profile, everybody, everybody.all), person=None, today=TODAY)

    def owners(question: str) -> list[tuple[str, ...]]:
        query = reader.read(question).query
        assert query is not None
        return [each.any_of for each in query.filters if each.by == "owner"]

    assert owners("which deals will fit") == []
    assert owners("which of will's deals fit") == [("will",)]
    assert owners("deals of Will that fit") == [("will",)]
    assert owners("deals that fail on price") == []


def test_owners_and_customers_of_the_deals_are_known_by_name() -> None:
    records = (record(deal("Renewal", "Ingrid Bergström", customer="Sankt Göran")),)
    reading = read("Ingrid's deals with Sankt Göran", records=records)
    assert chips(reading)[:2] == [("owner: Ingrid Bergström", "Ingrid's"), ("customer: Sankt Göran", "Sankt Göran")]


def test_a_customer_named_like_a_person_is_asked_back() -> None:
    records = (record(deal("Renewal", "Sam Okafor", customer="Dana")),)
    reading = read("deals for Dana", records=records)
    assert reading.asks[0].options == ("Dana Reyes (a person)", "Dana (a customer)")


def test_my_deals_are_a_rep_s_own_and_what_a_manager_sees() -> None:
    assert ("owner: Sam Okafor", "my") in chips(read("my deals", asker="sam"))
    assert ("the deals that you see", "my") in chips(read("my deals", asker="morgan"))


def test_the_same_words_mean_a_check_after_breaking_and_a_fact_before_a_figure() -> None:
    breaking = read("deals that break the discount").query
    figure = read("deals with discount over 5%").query
    assert breaking is not None
    assert figure is not None
    assert breaking.filters[0].by == "check"
    assert figure.filters[0].by == "fact"


def test_vocabulary_is_the_profile_s_own() -> None:
    words = vocabulary(judge().profile, people(), people().all)
    found: list[Meaning] = [meaning for meanings in words.stemmed.values() for meaning in meanings]
    named = {getattr(meaning, "fact", None) for meaning in found}
    assert named >= set(judge().profile.facts)
    checked = {getattr(meaning, "check", None) for meaning in found}
    assert checked >= {check.id for check in judge().profile.checks}


@pytest.mark.parametrize("question", ["", "   ", "?!", "the", "all", "please show me everything we have"])
def test_empty_words_ask_for_every_open_deal(question: str) -> None:
    reading = read(question)
    assert reading.query is not None
    assert chips(reading) == [("status: open", "")]


@settings(deadline=None, max_examples=150)
@given(
    st.lists(
        st.sampled_from(PIECES),
        max_size=14,
    ).map(" ".join)
    | st.text(max_size=60)
)
@example("between between 3 and and")
@example("by by by")
@example("over over 10% %")
@example("not not Dana")
@example("2027 Q1 to 2027")
@example("<!channel> *Dana* `or 1=1; drop table deals`")
def test_any_words_are_read_to_a_query_the_profile_can_answer_or_asked_back(question: str) -> None:
    reading = read(question)
    assert (reading.query is None) == bool(reading.asks)
    if reading.query is not None:
        check_query(reading.query, judge().profile)


def test_a_very_long_question_is_read_as_far_as_it_makes_sense() -> None:
    reading = read("Dana's deals " * 5000)
    assert reading.query is not None
    assert reading.query.filters[0] == WordFilter(by="owner", any_of=("dana",))


def test_an_owner_with_a_number_for_a_name_takes_no_figure() -> None:
    words = vocabulary(judge().profile, people(), people().all, Seen(strangers=(("agent 3", "Agent 3"),)))
    reader = QuestionReader(words, person=None, today=TODAY)
    found = reader.read("deals below 3 months of service").query
    assert found is not None
    assert [each.by for each in found.filters] == ["fact", "status"]
    of_agent = reader.read("deals of Agent 3").query
    assert of_agent is not None
    assert of_agent.filters[0] == WordFilter(by="owner", any_of=("agent 3",))


def test_a_day_that_two_readers_read_differently_is_asked_back_with_both() -> None:
    (ask,) = read("deals closing before 12/01/2026").asks
    assert ask.question == "'12/01/2026' may be 1 December 2026 or 12 January 2026. Which day is it?"
    assert ask.options == ("2026-12-01", "2026-01-12")
    for option, day in zip(ask.options, ("30 November 2026", "11 January 2026"), strict=True):
        answer = read(f"deals closing before {option}")
        assert ("closes by " + day, f"before {option}") in chips(answer)


def test_above_list_price_is_a_discount_below_zero_where_the_profile_keeps_one() -> None:
    (ask,) = read("won deals above list price").asks
    assert "keeps no Discount off book price under 0%" in ask.question
    assert read(f"won deals {ask.options[0]}").query is not None
    profile = load_profile(ROOT / "examples" / "maven-crm" / "deal-profile.yaml")
    words = vocabulary(profile, people(), people().all)
    for asked, said in (
        ("won deals above list price", ["Discount off list price under 0%"]),
        ("won deals more than 5% above the list price", ["Discount off list price under -5%"]),
        (
            "won deals between 5% and 10% above list price",
            ["Discount off list price at most -5%", "Discount off list price at least -10%"],
        ),
        ("won deals with a list price above 500", ["List price over $500"]),
    ):
        reading = QuestionReader(words, person=None, today=TODAY).read(asked)
        assert not reading.unknown
        assert [text for text, _ in chips(reading) if "list price" in text.lower()] == said
