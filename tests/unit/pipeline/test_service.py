from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest

from bot.checking.asker import OPERATOR, Asker
from bot.deals.deal import Deal, canonical_json, plain_facts
from bot.pipeline.service import AccessDenied, PipelineAnswer, PipelineService
from bot.profile.judge import Judge
from bot.profile.loading import parse_profile
from bot.profile.people import People, Person, Role
from bot.store.records import SavedDeal, deal_key

from .support import ROOT, clock, deal, judge, people


def saved(a_deal: Deal, profile_sha256: str | None = None, checked_by: str | None = None) -> SavedDeal:
    verdict = judge().judge(a_deal)
    return SavedDeal(
        key=deal_key(a_deal), name=a_deal.name, customer=a_deal.customer, owner=a_deal.owner, stage=a_deal.stage,
        close_date=a_deal.close_date, currency=a_deal.currency, source=a_deal.source, source_id=a_deal.source_id,
        status="open", judgement=verdict.judgement, profile_sha256=profile_sha256 or verdict.profile.sha256,
        deal_sha256=verdict.deal_sha256, decision_id=None, checked_by=checked_by, updated_at=clock(),
        facts_text=canonical_json(plain_facts(a_deal.facts)).decode(), verdict_text=verdict.to_bytes().decode(),
    )  # fmt: skip


@dataclass
class Shelf:
    """The store as the service sees it."""

    deals: list[SavedDeal]

    def open_deals(self) -> list[SavedDeal]:
        return self.deals


@dataclass
class Live:
    judge: Judge

    def current(self) -> Judge:
        return self.judge


DEALS = [
    saved(deal("Mercy", "Dana Reyes", payment_days=60)),
    saved(deal("Hope", "dana@alphatech.example", payment_days=30)),
    saved(deal("Grace", "Sam Okafor", payment_days=90)),
    saved(deal("Faith", "Lena Fischer", payment_days=60)),
    saved(deal("Orphan", None)),
    saved(deal("Stranger", "Zoe Nobody")),
]


def service(
    deals: list[SavedDeal] | None = None, who: People | None = None, live: Judge | None = None
) -> PipelineService:
    return PipelineService(
        live=Live(live or judge()), people=lambda: who or people(), store=Shelf(deals or DEALS), clock=clock
    )


def asker(key: str) -> Asker:
    person = people().by_key(key)
    assert person is not None
    return Asker(user=f"U{key.upper()}", name=person.name, roles=person.roles, person=person)


def names(answer: PipelineAnswer) -> list[str]:
    assert answer.table is not None
    return sorted(str(row[0]) for row in answer.table.rows)


@pytest.mark.parametrize(
    ("who", "seen"),
    [
        ("morgan", ["Grace", "Hope", "Mercy"]),
        ("chris", ["Faith"]),
        ("dana", ["Hope", "Mercy"]),
        ("tom", []),
        ("victor", ["Faith", "Grace", "Hope", "Mercy", "Orphan", "Stranger"]),
    ],
)
def test_everybody_sees_only_what_is_theirs(who: str, seen: list[str]) -> None:
    assert names(service().ask("show me all deals", asker(who))) == seen
    picture = service().overview(asker(who)).fit
    assert picture.split.total.deals == len(seen)


def test_the_operator_of_the_machine_sees_everything() -> None:
    assert len(names(service().ask("deals", OPERATOR))) == len(DEALS)


@pytest.mark.parametrize(
    "nobody",
    [
        asker("ruth"),
        asker("grace"),
        Asker(user="U1", name="Somebody"),
        Asker("U2", "Left", roles=frozenset({Role.MANAGER}), person=Person("gone", "Gone", "gone@alphatech.example")),
    ],
    ids=["approver", "head of service", "stranger", "no longer in the file"],
)
def test_everybody_else_is_denied_in_plain_words(nobody: Asker) -> None:
    for call in (lambda: service().overview(nobody), lambda: service().ask("deals", nobody)):
        with pytest.raises(AccessDenied) as denied:
            call()
        assert "pipeline is for" in str(denied.value)


def test_a_manager_s_question_is_answered_with_how_it_was_understood() -> None:
    answer = service().ask("which of Dana's deals break the payment terms", asker("morgan"))
    assert names(answer) == ["Mercy"]
    assert [chip.text for chip in answer.understood] == ["owner: Dana Reyes", "fails: Payment terms", "status: open"]
    assert answer.unknown == ()
    assert answer.profile == judge().profile.id


def test_another_team_s_rep_reads_like_nobody() -> None:
    """A forbidden name and one that does not exist give the same answer, but for the name itself."""
    for template in ("which of {}'s deals break the payment terms", "deals of {}", "how many deals does {} have"):
        lena = service().ask(template.format("Lena"), asker("morgan"))
        nobody = service().ask(template.format("Nena"), asker("morgan"))
        said = json.dumps(lena.plain()).replace("Lena", "Nena")
        assert said == json.dumps(nobody.plain())
    assert "Lena" not in json.dumps(service().ask("deals by rep", asker("morgan")).plain())


def test_near_matches_never_name_what_the_asker_may_not_see() -> None:
    answer = service().ask("Lenas deals in Wst with Fath", asker("morgan"))
    said = json.dumps(answer.plain())
    assert not any(name in said for name in ("Lena Fischer", "West", "Faith"))


def test_a_verdict_of_another_profile_is_made_again_and_said() -> None:
    stale = [replace(DEALS[0], profile_sha256="0" * 64), *DEALS[1:3]]
    overview = service(stale).overview(asker("morgan"))
    assert overview.notes == (
        "1 deal was last checked under another version of the profile, and judged again by this one.",
    )


def test_the_live_profile_judges_even_when_it_is_stricter() -> None:
    source = (ROOT / "profile" / "deal-profile.yaml").read_bytes()
    strict = Judge(parse_profile(source.replace(b'payment_days: "<= 45"', b'payment_days: "<= 10"'), "strict.yaml"))
    assert strict.profile.id != judge().profile.id
    question = "which of Dana's deals break the payment terms"
    assert names(service().ask(question, asker("morgan"))) == ["Mercy"]
    answer = service(live=strict).ask(question, asker("morgan"))
    assert names(answer) == ["Hope", "Mercy"]
    assert answer.profile == strict.profile.id


def test_what_is_asked_back_comes_as_a_note_and_without_a_table() -> None:
    answer = service().ask("deals over 10%", asker("morgan"))
    assert answer.table is None
    assert answer.query is None
    (note,) = answer.notes
    assert note.startswith("What is 'over 10%' a figure of? Write the name of the fact beside it.")
    assert note.endswith("For instance: Discount off book price, Margin.")


def test_closed_deals_are_not_said_to_be_none() -> None:
    answer = service().ask("won deals last year", asker("victor"))
    assert answer.notes == ("Only open deals are looked at here: won and lost ones are kept, and not yet asked about.",)


def test_the_answer_as_json() -> None:
    plain = service().ask("which of Dana's deals break the paymnet terms by 50k", asker("morgan")).plain()
    assert list(plain) == [
        "schema", "understood", "chips", "unknown", "near", "ask", "columns", "rows", "totals", "matched", "undecided",
        "cut", "currency", "notes", "profile",
    ]  # fmt: skip
    good = json.loads(json.dumps(service().ask("which of Dana's deals break the payment terms", OPERATOR).plain()))
    assert good["schema"] == 1
    assert good["understood"] == {
        "select": {"what": "deals"},
        "filters": [
            {"by": "owner", "any_of": ["dana"]},
            {"by": "check", "any_of": ["payment-terms"]},
            {"by": "status", "any_of": ["open"]},
        ],
    }
    assert good["unknown"] == []
    assert [column["name"] for column in good["columns"]][:3] == ["deal", "owner", "verdict"]
    assert good["rows"] == [
        ["Mercy", "Dana Reyes", "needs_approval", 85000, "2026-12-15", "Proposal", 60, "at most 45 days", 15, "finance"]
    ]
    assert good["totals"] == {"contract_value": 85000}
    assert (good["matched"], good["undecided"], good["cut"], good["currency"]) == (1, 0, 0, "USD")
    assert good["profile"]["sha256"] == judge().profile.id.sha256


def test_the_overview_of_nothing_is_empty_not_an_error() -> None:
    overview = PipelineService(live=Live(judge()), people=people, store=Shelf([]), clock=clock).overview(
        asker("morgan")
    )
    assert overview.fit.empty
    assert overview.notes == ()
    assert overview.label_of("margin") == "Margin"
    assert overview.profile_words.startswith("Managed services for regional hospitals, version 2026.11")
