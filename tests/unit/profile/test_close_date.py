"""The deal's own close date: tested like a date fact, asked for like one, and one thing wherever it came from."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from bot.deals.deal import Deal
from bot.deals.reading import SentenceReader
from bot.deals.rows import read_deals
from bot.profile.explain import describe
from bot.profile.judge import Judge
from bot.profile.loading import ProfileError
from bot.profile.no_offer import Obstacles
from bot.profile.replay import replay
from bot.profile.verdict import Judgement, Result
from tests.unit.profile.samples import HEAD, check, make

DAY = date(2027, 1, 30)
BAND = "exception: {authority: desk, up_to: {close_date: 2027-02-28}}"
SOON = make(check('{close_date: "<= effective + 90 days"}', more=BAND))


def result(profile, deal: Deal) -> tuple[Judgement, Result]:
    verdict = Judge(profile).judge(deal)
    return verdict.judgement, verdict.findings[0].result


@pytest.mark.parametrize(
    ("closes", "expected"),
    [
        (DAY, (Judgement.FITS, Result.PASS)),
        (date(2027, 1, 31), (Judgement.NEEDS_APPROVAL, Result.FAIL)),
        (date(2027, 3, 1), (Judgement.DOES_NOT_FIT, Result.FAIL)),
        (None, (Judgement.INCOMPLETE, Result.UNKNOWN)),
    ],
)
def test_the_close_date_of_a_deal_is_judged(closes: date | None, expected) -> None:
    assert result(SOON, Deal("A", close_date=closes)) == expected
    assert result(SOON, Deal("A", {} if closes is None else {"close_date": closes})) == expected


def test_it_is_asked_for_where_something_rests_on_it_and_nowhere_else() -> None:
    verdict = Judge(SOON).judge(Deal("A"))
    assert [(q.fact, q.question) for q in verdict.ask] == [("close_date", "When is the deal expected to close?")]
    assert "close_date" not in make(check("{beds: known}")).facts
    assert describe(SOON, SOON.checks[0].cases[0].require) == "the close date is on or before 2027-01-30"


def test_where_it_cannot_be_moved_so_far_no_offer_is_looked_for_as_if_it_were_unknown() -> None:
    head = HEAD.replace(
        "start: {type: date,", "close_date: {type: date, negotiable: up, ask: When?}\n  start: {type: date,"
    )
    judge = Judge(make(check('{close_date: "<= effective + 90 days"}'), head=head))
    deal = Deal("A", close_date=date(2027, 1, 31))
    assert judge.usable(deal) == {"close_date": date(2027, 1, 31)}
    told = Obstacles(judge).reason(deal, judge.judge_fully(deal))
    assert (
        told == "No move that is allowed meets “Check c”: close date can be moved in one direction only, or not so far."
    )


def test_the_verdict_holds_it_and_can_be_repeated() -> None:
    verdict = Judge(SOON).judge_fully(Deal("A", close_date=date(2027, 1, 31)))
    assert verdict.facts["close_date"] == date(2027, 1, 31)
    again = replay({"deal": "A", **verdict.plain()}, SOON.source)
    assert again.deviations == ()
    assert again.replayed == verdict.to_bytes()


@pytest.mark.parametrize(
    ("test", "closes", "starts", "expected"),
    [
        ('{start: ">= close_date"}', DAY, DAY, Result.PASS),
        ('{start: ">= close_date + 30 days"}', DAY, date(2027, 2, 28), Result.FAIL),
        ('{close_date: "<= start - 30 days"}', DAY, date(2027, 3, 1), Result.PASS),
        ('{close_date: "<= start - 30 days"}', None, date(2027, 3, 1), Result.UNKNOWN),
    ],
)
def test_other_dates_are_tested_against_it(test: str, closes: date | None, starts: date, expected: Result) -> None:
    assert result(make(check(test)), Deal("A", {"start": starts}, close_date=closes))[1] is expected


def test_something_is_derived_from_it() -> None:
    profile = make(check("{wait: <= 30}"), head=f"{HEAD}derived:\n  wait: start - close_date\n")
    assert list(profile.facts)[-1] == "close_date"
    assert result(profile, Deal("A", {"start": date(2027, 3, 1)}, close_date=DAY))[1] is Result.PASS


def test_the_fact_and_the_field_never_differ() -> None:
    stated = Deal("A", {"close_date": DAY})
    assert stated.close_date == DAY
    moved = stated.with_facts({"close_date": date(2027, 2, 1)})
    assert (moved.close_date, moved.facts["close_date"]) == (date(2027, 2, 1), date(2027, 2, 1))
    assert moved.with_facts({"close_date": None}).close_date is None
    imported = replace(moved, close_date=DAY)  # a later import of the same deal: the deal's own field counts
    assert Judge(SOON).judge(imported).facts["close_date"] == DAY
    assert moved.with_facts({"beds": 5}).close_date == date(2027, 2, 1)


@pytest.mark.parametrize("column", ["close_date", "Close date", "Expected close"])
def test_it_is_read_from_a_file_whether_a_rule_needs_it_or_not(column: str) -> None:
    data = f"name,beds,{column}\nA,5,2027-01-30\n".encode()
    for profile in (SOON, make(check("{beds: known}"))):
        (row,) = read_deals(data, filename="deals.csv", facts=profile.facts, currency="USD")
        assert row.deal is not None
        assert row.deal.close_date == DAY


def test_it_is_read_from_a_sentence_where_a_rule_needs_it() -> None:
    reading = SentenceReader(SOON.facts).read("Mercy: 120 beds, close date 2027-01-30")
    assert reading.facts["close_date"] == DAY


def test_it_can_be_declared_with_words_of_its_own() -> None:
    head = HEAD + "  close_date: {type: date, label: Signature, ask: When is it signed?}\n"
    profile = make(check('{close_date: "<= 2027-01-30"}'), head=head)
    assert profile.facts["close_date"].label == "Signature"
    assert result(profile, Deal("A", close_date=DAY)) == (Judgement.FITS, Result.PASS)


def test_nothing_else_can_have_its_name() -> None:
    with pytest.raises(ProfileError, match="17:22: `close_date` is the day on which the deal is expected to close"):
        make(check("{beds: known}"), head=HEAD + "  close_date: {type: integer, ask: How many?}\n")
