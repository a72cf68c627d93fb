"""What a verdict's card and its findings say, beside the limits that they keep."""

from __future__ import annotations

from bot.checking.desk import CheckedDeal
from bot.deals.deal import Deal
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import People
from bot.settings import content_root
from bot.slack.blocks.verdict import findings_view, verdict_card

JUDGE = Judge(load_profile(content_root() / "profile" / "deal-profile.yaml"))
FACTS = JUDGE.profile.facts


def checked(**facts: object) -> CheckedDeal:
    deal = Deal("Mercy", facts)  # type: ignore[arg-type]
    return CheckedDeal(deal, JUDGE.judge_fully(deal), None, {}, key="k")


def test_an_unknown_finding_names_the_missing_facts_as_people_call_them() -> None:
    shown = str(findings_view(checked(industry="hospital", beds=120), facts=FACTS, people=People((), {})))
    assert f"not known: {FACTS['service_months'].label}" in shown
    assert "not known: service_months" not in shown


def test_the_card_counts_what_passes_and_what_is_not_known() -> None:
    found = checked(industry="hospital", beds=120, sponsor="IT administrator")
    results = [finding.result.value for finding in found.verdict.findings]
    passed, unknown, failed = (results.count(each) for each in ("pass", "unknown", "fail"))
    assert failed
    shown = str(verdict_card(found, facts=FACTS, people=People((), {})))
    assert f"{passed} of {passed + unknown + failed} checks pass, {unknown} not known yet" in shown
