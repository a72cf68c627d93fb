"""What Dealfit tells people to type is about their own firm, and is understood by the readers that it will meet."""

from __future__ import annotations

import pytest

from bot.checking.examples import Examples
from bot.checking.what_if import WhatIfReader
from bot.cli.playing import HINTS, hints_of, whom_to_act_as, workspace_of
from bot.deals.reading import SentenceReader
from bot.playground.workspace import Workspace
from bot.profile.loading import load_profile, parse_profile
from bot.profile.model import Profile
from bot.profile.people import load_people, parse_people
from bot.settings import HERE, content_root
from bot.slack.listeners.commands import EXAMPLE, deal_check_help
from bot.slack.listeners.events import prompts
from bot.slack.subcommands import pipeline_help
from bot.slack.work.questions import help_words

SHIPPED = content_root() / "profile"
STARTER = HERE / "profile" / "starter"
FILTERS = b"""
title: Filters for breweries
version: "1"
effective: 2026-10-01
currency: EUR
facts:
  sector: {type: choice, choices: [brewery, dairy], ask: What does the customer make?}
  output: {type: integer, label: Yearly output, unit: hectolitres, minimum: 0, ask: How many hectolitres a year?}
  rebate: {type: percent, minimum: 0, maximum: 60, negotiable: down, ask: What rebate?}
  value: {type: money, label: Order value, minimum: 0, ask: What is the order worth?}
  visited: {type: yes/no, label: Plant visited, means_yes: [visited the plant], ask: Have we been there?}
segments:
  - {name: breweries, stance: pursue, when: {sector: brewery, output: 20000..500000}, because: So.}
checks:
  - {id: rebate, part: price, label: Rebate, require: {rebate: <= 12%}, because: So.}
  - {id: worth, part: customer, label: Worth the trip, require: {value: ">= 8,000"}, because: So.}
"""
PEOPLE = b"""
authorities:
  vertrieb: {name: Vertriebsleitung, people: [karin]}
people:
  jonas: {name: Jonas Br\xc3\xbcck, email: jonas@nordfilter.example, roles: [rep], team: Nord, manager: karin}
  karin: {name: Karin \xc3\x96zt\xc3\xbcrk, email: karin@nordfilter.example, roles: [manager, approver]}
"""


def filters() -> Profile:
    return parse_profile(FILTERS, "deal-profile.yaml")


def test_the_shipped_profile_keeps_the_examples_that_the_documentation_shows():
    examples = Examples(load_profile(SHIPPED / "deal-profile.yaml"))
    assert EXAMPLE in deal_check_help(examples)
    assert "they prepay and take 6 months" in deal_check_help(examples)
    assert "two-month deal" in help_words(examples)
    assert "break the payment terms" in pipeline_help(examples.breaking())
    people = load_people(SHIPPED / "people.yaml")
    there = workspace_of(people, "Alphatech")
    assert set(there.users) == set(Workspace.alphatech().users)
    assert hints_of(load_profile(SHIPPED / "deal-profile.yaml"), there) is HINTS


@pytest.mark.parametrize(
    "profile", [filters(), load_profile(STARTER / "deal-profile.yaml")], ids=["filters", "starter"]
)
def test_what_another_firm_is_told_to_type_is_read_without_a_word_left(profile: Profile):
    examples = Examples(profile)
    reader = SentenceReader(profile.facts, profile.currency)
    reading = reader.read(examples.deal())
    assert (len(reading.facts) >= 4, reading.unread, reading.conflicts) == (True, (), ())
    supposed = WhatIfReader(profile.facts, reader, profile.currency).read(examples.what_if())
    assert supposed is not None
    assert (len(supposed.facts), supposed.unread) == (1, ())


def test_another_firm_is_told_nothing_of_hospitals():
    profile = filters()
    examples = Examples(profile)
    people = parse_people(PEOPLE, "people.yaml")
    there = workspace_of(people, "Nordfilter")
    hints = hints_of(profile, there)
    told = [
        deal_check_help(examples), pipeline_help(examples.breaking()), help_words(examples), str(prompts(examples)),
        str(hints),
    ]  # fmt: skip
    for text in told:
        assert not [word for word in ("Mercy", "hospital", "beds", "CFO", "payment terms", "Dana") if word in text]
    assert "brewery, 20,000 hectolitres, 12% rebate, order value €8,000, visited the plant" in told[0]
    assert there.team_name == "Nordfilter"
    assert whom_to_act_as(there) == "Jonas Brück (Rep, Nord) or Karin Öztürk (Manager, Vertriebsleitung)"
    assert {user.email for user in there.users.values() if not user.is_bot} == {one.email for one in people.all}
    assert set(hints) == set(there.channels)


def test_a_large_firm_shows_somebody_of_each_kind():
    rows = "".join(f"  rep{n}: {{name: Rep {n}, email: rep{n}@f.example, roles: [rep]}}\n" for n in range(60))
    many = PEOPLE + rows.encode()
    there = workspace_of(parse_people(many, "people.yaml"), "Firm")
    people = [user for user in there.users.values() if not user.is_bot]
    assert len(people) == 12
    assert {"jonas", "karin"} <= {user.name for user in people}
