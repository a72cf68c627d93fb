from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from bot.pipeline.remembering import Memory
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.people import People
from bot.profile.verdict import Judgement

from .support import ROOT, clock, deal, judge, people
from .test_service import saved


def test_an_unchanged_deal_is_the_same_record_and_a_changed_one_is_not() -> None:
    memory = Memory()
    one, other = saved(deal("Mercy")), saved(deal("Hope"))
    first = memory.records([one, other], judge(), people()).records
    edited = replace(saved(deal("Hope", payment_days=60, margin=None)), updated_at=clock() + timedelta(seconds=1))
    second = memory.records([one, edited], judge(), people()).records
    assert second[0] is first[0]
    assert second[1] is not first[1]
    assert second[1].judgement is Judgement.INCOMPLETE


def test_a_deal_that_is_no_longer_shown_is_not_remembered_into_a_view() -> None:
    memory = Memory()
    one, other = saved(deal("Mercy")), saved(deal("Hope", "Sam Okafor"))
    memory.records([one, other], judge(), people())
    assert [record.name for record in memory.records([one], judge(), people()).records] == ["Mercy"]


def test_another_profile_or_other_people_start_anew() -> None:
    memory = Memory()
    kept = saved(deal("Mercy", payment_days=45))
    (before,) = memory.records([kept], judge(), people()).records
    source = (ROOT / "profile" / "deal-profile.yaml").read_bytes()
    strict = Judge(parse_profile(source.replace(b'payment_days: "<= 45"', b'payment_days: "<= 10"'), "strict.yaml"))
    judged = memory.records([kept], strict, people())
    assert (before.judgement, judged.records[0].judgement) == (Judgement.FITS, Judgement.NEEDS_APPROVAL)
    assert judged.rejudged == 1
    nobody = People((), {})
    assert memory.records([kept], judge(), nobody).records[0].owner == "dana reyes"


def test_a_vocabulary_is_made_once_for_the_same_deals_and_persons() -> None:
    memory = Memory()
    records = memory.records([saved(deal("Mercy", customer="Mercy"))], judge(), people()).records
    everybody = people().all
    first = memory.vocabulary(judge(), people(), everybody, records)
    assert memory.vocabulary(judge(), people(), everybody, records) is first
    fewer = memory.vocabulary(judge(), people(), everybody[:1], records)
    assert fewer is not first
    assert ("sam",) not in fewer.written
    more = memory.records([saved(deal("Mercy")), saved(deal("Hope"))], judge(), people()).records
    assert ("hope",) in memory.vocabulary(judge(), people(), everybody, more).written
