"""What to say next: the playbook's own words, few of them, that stand alone, with their source."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.answers.coaching import LEAST_SENTENCES, MOST_SENTENCES, coach, words_to_say
from bot.answers.sentences import units
from bot.deals.deal import Deal
from bot.deals.values import parse_value
from bot.knowledge.folder import scan
from bot.knowledge.passages import Passage
from bot.knowledge.readers.registry import read_document
from bot.knowledge.splitting import split
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.verdict import Result

ROOT = Path(__file__).parents[3]


def test_words_for_the_customer_come_first() -> None:
    text = (
        "A contract has its price. The smallest contract stands in the Deal Profile. "
        'Say: "For what you need today, our way of working would cost you more than it gives you." '
        "Then suggest a later date."
    )
    assert words_to_say(text) == (
        'Say: "For what you need today, our way of working would cost you more than it gives you."',
        "Then suggest a later date.",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", ()),
        ("- an item\n- another", ()),
        ("|---|---|", ()),  # a table of which only the line under its head is there
        ("One thing first. Another thing next. A third.", ("One thing first.", "Another thing next.")),
        ("It leans on what is not there.", ()),
        (
            'Ask for the range. It helps them. Say it so: "Between fifteen and twenty-five thousand a month, all in."',
            (
                "Ask for the range.",
                "It helps them.",  # it does not stand alone, and comes with the sentence that it leans on
                'Say it so: "Between fifteen and twenty-five thousand a month, all in."',
            ),
        ),
    ],
)
def test_sentences_that_stand_alone(text: str, said: tuple[str, ...]) -> None:
    assert words_to_say(text) == said


def _passages() -> dict[str, Passage]:
    """The first passage of each section of the bundled playbooks, by its link."""
    found: dict[str, Passage] = {}
    for source in scan(ROOT / "knowledge"):
        document = split(source.path, read_document(source.read(), source.path))
        by_id = {passage.id: passage for passage in document.passages}
        found |= {f"{source.path}#{anchor}": by_id[first] for anchor, first in document.anchors.items() if first}
    return found


def test_every_rule_of_the_bundled_profile_has_words_and_they_stand_in_its_passage() -> None:
    profile = load_profile(ROOT / "profile" / "deal-profile.yaml")
    passages = _passages()
    guidance = {check.id: passages[check.guidance] for check in profile.checks if check.guidance}
    verdict = Judge(profile).judge(Deal(name="Nothing is known", facts={}))
    coached = coach(verdict, guidance)
    assert {one.result for one in coached} == {Result.UNKNOWN}
    assert [one.citation.n for one in coached] == list(range(1, len(coached) + 1))
    told = {one.citation.passage for one in coached}
    asked = {guidance[finding.check].id for finding in verdict.of(Result.UNKNOWN) if finding.check in guidance}
    assert told == asked
    for one in coached:
        known = [unit.text for unit in units(one.citation.text)]
        places = [known.index(sentence) for sentence in one.sentences]
        assert places == sorted(places)
        assert 1 <= len(one.sentences) <= MOST_SENTENCES
    assert sum(len(one.sentences) >= LEAST_SENTENCES for one in coached) >= 0.8 * len(coached)


def test_what_fails_comes_before_what_is_unknown_and_a_passage_is_told_once() -> None:
    profile = load_profile(ROOT / "profile" / "deal-profile.yaml")
    deal = Deal(
        name="A", facts={n: parse_value(profile.facts[n], v) for n, v in (("discount", 20), ("service_months", 0))}
    )
    verdict = Judge(profile).judge(deal)
    passages = _passages()
    guidance = {check.id: passages[check.guidance] for check in profile.checks if check.guidance}
    coached = coach(verdict, guidance)
    results = [one.result for one in coached]
    assert results[0] is Result.FAIL
    assert results == sorted(results, key=[Result.FAIL, Result.UNKNOWN].index)
    assert len({one.citation.passage for one in coached}) == len(coached)
    assert coach(verdict, {}) == ()
