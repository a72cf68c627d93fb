"""Proposals, reviews and scorecards as messages: within Slack's limits, and nothing of a deal is live in them."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.deals.facts import Outcome
from bot.pipeline.proposals.docx_file import docx_name
from bot.pipeline.proposals.markdown import markdown
from bot.pipeline.proposals.service import Made, NoProposal
from bot.pipeline.reviews.agenda import Agenda, Source, Step
from bot.pipeline.reviews.calendar import Event, Meeting, Promise, Rhythm, events_of
from bot.pipeline.reviews.service import Customer
from bot.pipeline.reviews.standing import states_of
from bot.pipeline.scorecard.card import Line, Scorecard
from bot.pipeline.scorecard.counted import Counted, Period
from bot.pipeline.scorecard.measures import MEASURES
from bot.playground.limits import check_message, check_view
from bot.profile.people import Person
from bot.slack.blocks.form import FormContext
from bot.slack.blocks.proposal import proposal_blocks, proposal_notification, refusal_blocks
from bot.slack.blocks.reviews import (
    agenda_blocks,
    agenda_notification,
    noted_blocks,
    reviews_blocks,
    value_form,
)
from bot.slack.blocks.scorecard import scorecard_blocks, scorecard_notification
from bot.store.records import folded
from bot.store.review_book import OutcomeValue
from tests.unit.proposals.support import deal, judge, proposal
from tests.unit.slack.test_limits import LIVE_MARK, NASTY, live

TODAY = date(2026, 11, 23)
UGLY = st.lists(st.sampled_from(NASTY), min_size=1, max_size=60).map("".join) | st.sampled_from(["x" * 5000, "é" * 900])
OUTCOME = st.builds(
    Outcome,
    metric=UGLY,
    baseline=st.decimals(-9, 9, places=1),
    target=st.decimals(-9, 9, places=1),
    unit=UGLY,
    due=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    owner=UGLY,
    agreed=st.none() | st.booleans(),
)


def sound(blocks: list, text: str) -> None:
    assert check_message(text, blocks) == []
    assert live(blocks) == []
    assert not LIVE_MARK.search(text)


@settings(max_examples=25)
@given(UGLY, UGLY, st.lists(OUTCOME, max_size=20).map(tuple))
def test_a_proposal_and_a_refusal_keep_the_limits_whatever_the_deal_holds(name, owner, outcomes):
    made_of = deal(name=name, customer=name, owner=owner, outcomes=outcomes)
    one = proposal(made_of)
    made = Made(one, b"", markdown(one))
    sound(proposal_blocks(made, where="Here."), proposal_notification(one))
    assert len(docx_name(one)) <= 90
    refusal = NoProposal(judge().judge(made_of), [name] * 30, [owner] * 30)
    sound(refusal_blocks(name, refusal, "k"), "No proposal")


@settings(max_examples=25)
@given(UGLY, st.lists(OUTCOME, max_size=12).map(tuple), st.integers(0, 30))
def test_agendas_forms_and_lists_keep_the_limits(name, outcomes, number):
    made_of = deal(name=name, customer=name, outcomes=outcomes)
    values = [OutcomeValue("k", folded(o.metric), TODAY, Decimal("1.5"), "x", datetime.now(UTC)) for o in outcomes[::2]]
    states = states_of(outcomes, values, start=TODAY - timedelta(days=100), today=TODAY)
    sources = tuple(Source(n, name, name, f"{n}.md#x/1", "0" * 64, name) for n in range(1, 6))
    agenda = Agenda(
        "k", name, name, name, Event(Meeting.REVIEW, 1, TODAY, TODAY), name[:100], (name,) * 5, (name,), (name,) * 8,
        states, (Step(name, (1, 2)),) * 4, sources, TODAY, TODAY, (name,),
    )  # fmt: skip
    sound(agenda_blocks(agenda, reminder=True), agenda_notification(agenda))
    promise = Promise(TODAY, 12, monthly_call=True, reviews_a_year=4)
    customer = Customer("k", made_of, None, promise, events_of(promise, Rhythm()))
    sound(reviews_blocks([customer] * number, TODAY), "Calls")
    sound(reviews_blocks([replace(customer, promise=Promise(None, None, None, None), events=())] * number, TODAY), "x")
    if states:
        sound(noted_blocks(name, states[0]), "Noted")
        view = value_form(states, name=name, where=FormContext(key="k"), today=TODAY)
        assert check_view(view) == []
        assert live(view) == []


@settings(max_examples=40)
@given(UGLY, st.decimals(-1000, 1000, places=2) | st.none(), st.integers(0, 9))
def test_scorecards_keep_the_limits(name, value, n):
    lines = tuple(Line(m, Counted(value, n), Counted(value, n), value, 3) for m in MEASURES)
    sources = tuple(Source(k, name, name, f"{k}.md#x/1", "0" * 64, name) for k in range(1, 4))
    profile = {"title": name, "version": name, "sha256": "0" * 64}
    period = Period(TODAY - timedelta(days=89), TODAY)
    person = Person("k", name, "a@b.example")
    card = Scorecard(person, period, period, lines, (Step(name, (1,)),) * 3, sources, (name,) * 4, profile)
    sound(scorecard_blocks(card), scorecard_notification(card))
    shown = json.dumps(scorecard_blocks(card))
    assert ("(few)" in shown) == (value is not None and n < 5)
