from __future__ import annotations

import json
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings

from bot.deals.deal import Deal
from bot.profile.judge import Judge
from bot.profile.loading import ProfileError, load_profile
from bot.profile.replay import NoReplay, replay
from bot.profile.verdict import JUDGE
from tests.unit.profile.samples import BUNDLED, FULL, check, make
from tests.unit.profile.strategies import facts

TERMS = """
- id: discount
  part: price
  label: Discount
  cases:
    - {when: {months: ">= 3"}, require: {discount: <= 10%}}
    - {require: {discount: 0%}}
  because: We say so.
  exception: {authority: desk, up_to: {discount: 15%}}
""" + check('{worth: ">= 1000"}', id_="worth")
DEAL = Deal(
    "Mercy",
    {
        "kind": "hospital",
        "months": 2,
        "discount": Decimal("12.5"),
        "worth": Decimal(2000),
        "start": date(2027, 1, 1),
        "note": "as is",
        "call": False,
        "outcomes": (FULL,),
    },
)


def recorded(judge: Judge, deal: Deal) -> dict[str, object]:
    """What the decision log gives back: JSON data, read again."""
    return json.loads(json.dumps({"deal": deal.name, **judge.judge_fully(deal).plain()}))


def test_a_record_gives_the_same_bytes() -> None:
    judge = Judge(make(TERMS))
    found = replay(recorded(judge, DEAL), judge.profile.source)
    assert found.same
    assert found.deviations == ()
    assert found.other_judge is None
    assert found.recorded == judge.judge_fully(DEAL).to_bytes()
    assert judge.judge_fully(DEAL).counter_offers != ()


def test_a_record_of_an_older_judge_is_told_by_its_version() -> None:
    judge = Judge(make(TERMS))
    older = recorded(judge, DEAL)
    del older["judge"]  # the first version did not say who it was
    found = replay(older, judge.profile.source)
    assert not found.same
    assert found.deviations == ()
    assert found.other_judge == (
        f"The record was made by version 1 of the judge, and this is version {JUDGE}. Nothing else is different."
    )
    older["ask"] = [{"fact": "beds", "question": "How many beds?"}]
    found = replay(older, judge.profile.source)
    assert [each.where for each in found.deviations] == ["ask"]
    assert "may come from that" in str(found.other_judge)
    with pytest.raises(NoReplay, match="version 'two' of the judge"):
        replay({**older, "judge": "two"}, judge.profile.source)


@pytest.mark.parametrize("currency", ["USD", "EUR", "CHF"])
def test_the_currency_is_found_by_the_hash(currency: str) -> None:
    judge = Judge(make(TERMS))
    deal = Deal("Mercy", DEAL.facts, currency=currency)
    assert judge.judge(deal).of() == ()
    assert replay(recorded(judge, deal), judge.profile.source).same


def test_facts_that_the_profile_does_not_know_keep_their_form() -> None:
    judge = Judge(make(TERMS))
    more = {"colour": "red", "weight": Decimal("2.5"), "tall": True, "aims": (FULL,), "since": date(2026, 1, 2)}
    assert replay(recorded(judge, Deal("Mercy", {**DEAL.facts, **more})), judge.profile.source).same


def test_a_profile_of_another_name_cites_that_name() -> None:
    text = BUNDLED.read_bytes()
    judge = Judge(load_profile(BUNDLED))
    found = replay(recorded(judge, Deal("x", {"beds": 120})), text)
    assert found.same
    assert b'"rule":"deal-profile.yaml:' in found.replayed


def test_another_profile_gives_other_bytes_and_says_where() -> None:
    judge = Judge(make(TERMS))
    other = make(TERMS.replace("<= 10%", "<= 9%"))
    deal = DEAL.with_facts({"months": 3, "discount": Decimal("9.5")})
    found = replay(recorded(judge, deal), other.source)
    assert not found.same
    said = [str(deviation) for deviation in found.deviations]
    assert said[0] == 'verdict: recorded "fits", now "needs_approval"'
    assert 'findings[discount].limit: recorded "at most 10%", now "at most 9%"' in said
    assert any(line.startswith("profile.sha256: ") for line in said)


@pytest.mark.parametrize(
    ("change", "where"),
    [
        (lambda body: body.update(verdict="fits"), "verdict"),
        (lambda body: body["facts"].update(discount=3), "deal_sha256"),
        (lambda body: body["findings"].pop(), "findings"),
        (lambda body: body.update(extra=1), "extra"),
        (lambda body: body.pop("stance"), "stance"),
        (lambda body: body["findings"][0].update(because="Because."), "findings[discount].because"),
    ],
)
def test_any_change_of_the_record_is_found(change, where: str) -> None:
    judge = Judge(make(TERMS))
    body = recorded(judge, DEAL)
    change(body)
    found = replay(body, judge.profile.source)
    assert not found.same
    assert where in {deviation.where for deviation in found.deviations}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"deal": "x", "question": "why?"},
        {"facts": {}, "findings": "none"},
        {"facts": {"months": "x"}, "findings": []},
    ],
)
def test_a_record_without_a_verdict_is_refused(body: dict[str, object]) -> None:
    with pytest.raises(NoReplay):
        replay(body, make(TERMS).source)


def test_a_profile_that_cannot_be_read_any_more_is_told() -> None:
    body = recorded(Judge(make(TERMS)), DEAL)
    with pytest.raises(ProfileError):
        replay(body, b"title: x\n")


@given(facts())
@settings(max_examples=60)
def test_every_deal_replays(some: dict[str, object]) -> None:
    names = {"a": "beds", "b": "months", "d": "call"}
    judge = Judge(make(TERMS + check('{any: [{beds: ">= 2"}, {call: true}]}', id_="size")))
    deal = Deal("Any", {names[name]: value for name, value in some.items() if name in names})
    assert replay(recorded(judge, deal), judge.profile.source).same
