from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.checking.asker import OPERATOR, Asker
from bot.checking.desk import DealDesk
from bot.deals.deal import Deal
from bot.pipeline.proposals.approvals import NoApprovals
from bot.pipeline.proposals.document import Granted
from bot.pipeline.proposals.live_texts import LiveTexts
from bot.pipeline.proposals.service import NoProposal, NoSuchDeal, ProposalService
from bot.pipeline.proposals.texts import FILE
from bot.pipeline.view import AccessDenied
from bot.profile.judge import Judge
from bot.profile.verdict import Verdict
from bot.settings import content_root
from bot.store.database import Store, open_store
from tests.unit.proposals.support import TODAY, deal, judge, people

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Silent:
    def info(self, event: str, **_: object) -> None:
        """Nothing."""

    def error(self, event: str, **_: object) -> None:
        """Nothing."""


class Live:
    def current(self) -> Judge:
        return judge()


class Approving:
    """Grants what it was told to, and remembers whom it was asked about."""

    def __init__(self, granted: Granted | None) -> None:
        self.granted = granted
        self.asked: list[tuple[str, str | None]] = []

    def covering(self, deal: Deal, verdict: Verdict, *, key: str | None) -> Granted | None:
        assert deal.sha256 == verdict.deal_sha256
        self.asked.append((verdict.deal_sha256, key))
        return self.granted


@pytest.fixture
def store(tmp_path):
    made = open_store(f"sqlite:///{tmp_path / 's.db'}", lambda: NOW)
    yield made
    made.close()


def service(store: Store | None, approvals: Any = None) -> ProposalService:
    desk = DealDesk(live=Live(), people=people, library=None, store=store, clock=lambda: NOW)
    texts = LiveTexts(content_root() / "profile" / FILE, Silent())
    return ProposalService(
        desk=desk, texts=texts, people=people, approvals=approvals or NoApprovals(), log=store, clock=lambda: NOW
    )


def test_a_proposal_is_recorded_with_what_makes_it_again(store: Store):
    made = service(store).of_deal(deal(), OPERATOR)
    (entry,) = store.decisions(kind="proposal")
    assert entry.id == made.decision_id
    body: Mapping[str, Any] = entry.body
    assert body["document"] == {"name": made.name, "sha256": made.sha256, "bytes": len(made.docx)}
    assert body["deal"]["sha256"] == deal().sha256
    assert body["profile"]["sha256"] == judge().profile.id.sha256
    assert store.profile_source(body["profile"]["sha256"]) is not None
    later = service(None).of_deal(deal(), OPERATOR, issued=TODAY)
    assert later.sha256 == body["document"]["sha256"]
    assert store.verify().ok


def test_a_deal_that_does_not_fit_gets_none_and_hears_what_to_do():
    with pytest.raises(NoProposal) as refused:
        service(None).of_deal(deal(discount=Decimal(12)), OPERATOR)
    said = str(refused.value)
    assert "Discount earned by services, limit at most 10%: Deal desk may approve it." in said
    assert "Reshape it: discount off book price 10% makes it fit." in said
    assert "ask for an exception: Deal desk can grant it" in said
    with pytest.raises(NoProposal, match="nobody may approve it"):
        service(None).of_deal(deal(discount=Decimal(20)), OPERATOR)
    with pytest.raises(NoProposal, match="Find out: What discount off book price is proposed"):
        service(None).of_deal(deal(discount=None), OPERATOR)


def test_an_exception_that_covers_every_failed_check_opens_the_way_and_no_other():
    outside = deal(discount=Decimal(12), payment_days=60)
    both = frozenset({"discount", "payment-terms"})
    until = NOW + timedelta(days=9)
    approving = Approving(Granted(both, until, ("exception 7",)))
    made = service(None, approving).of_deal(outside, OPERATOR, key="k")
    assert made.proposal.valid_until == until.date()
    assert approving.asked == [(outside.sha256, "k")]
    for short in (
        Granted(frozenset({"discount"}), until, ("exception 7",)),
        Granted(both, NOW, ("exception 7",)),
        Granted(frozenset(), None, ()),
        None,
    ):
        with pytest.raises(NoProposal) as refused:
            service(None, Approving(short)).of_deal(outside, OPERATOR)
        assert "Payment terms, limit at most 45 days" in str(refused.value)
    with pytest.raises(NoProposal):
        service(None, Approving(Granted(both, until))).of_deal(deal(discount=None), OPERATOR)


def test_a_saved_deal_is_for_those_who_may_see_it(store: Store):
    made = service(store)
    verdict = judge().judge(deal())
    key = store.save_deal(deal(), verdict=verdict).key
    persons = people()

    def asker(name: str) -> Asker:
        person = persons.by_key(name)
        return Asker(user=name, name=person.name, roles=person.roles, person=person)

    assert made.of_key(key, asker("dana")).proposal.deal_key == key
    assert made.of_key(key, asker("morgan")).decision_id
    for nobody in (asker("alex"), Asker(user="U9", name="Guest")):
        with pytest.raises(AccessDenied, match="reps and managers"):
            made.of_key(key, nobody)
        with pytest.raises(AccessDenied):
            made.start_on(key, nobody, TODAY)
    for other in ("sam", "chris"):
        with pytest.raises(NoSuchDeal) as hidden:
            made.of_key(key, asker(other))
        with pytest.raises(NoSuchDeal) as absent:
            made.of_key("nothing", asker(other))
        assert str(hidden.value) == str(absent.value)
