from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, date, datetime
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from bot.deals.deal import Deal, canonical_json, plain_facts
from bot.deals.facts import FactSpec, FactType, Outcome
from bot.profile.verdict import Judgement
from bot.store.records import SavedDeal, deal_key

FACTS = {
    name: FactSpec(name=name, type=kind, label=name, ask=f"{name}?")
    for name, kind in {
        "beds": FactType.INTEGER,
        "discount": FactType.PERCENT,
        "contract_value": FactType.MONEY,
        "prepaid": FactType.YES_NO,
        "industry": FactType.CHOICE,
        "note": FactType.TEXT,
        "start": FactType.DATE,
        "outcomes": FactType.OUTCOMES,
    }.items()
}
DEAL = Deal(
    name="Mercy Regional",
    customer="Mercy",
    owner="Dana",
    stage="proposal",
    close_date=date(2026, 12, 31),
    facts={
        "beds": 120,
        "discount": Decimal("8.5"),
        "contract_value": Decimal(85000),
        "prepaid": False,
        "industry": "hospital",
        "note": "as agreed",
        "start": date(2027, 1, 1),
        "outcomes": (Outcome("time to deploy", Decimal(9), Decimal(3), "days", date(2027, 3, 1), "CFO", agreed=True),),
    },
)


def saved(deal: Deal) -> SavedDeal:
    return SavedDeal(
        key="k",
        name=deal.name,
        customer=deal.customer,
        owner=deal.owner,
        stage=deal.stage,
        close_date=deal.close_date,
        currency=deal.currency,
        source=deal.source,
        source_id=deal.source_id,
        status="open",
        judgement=Judgement.FITS,
        profile_sha256="0" * 64,
        deal_sha256=deal.sha256,
        decision_id=1,
        checked_by="U1",
        updated_at=datetime(2026, 11, 23, tzinfo=UTC),
        facts_text=canonical_json(plain_facts(deal.facts)).decode(),
        verdict_text="{}",
    )


def test_a_saved_deal_gives_back_the_deal_with_real_values() -> None:
    back = saved(DEAL).deal(FACTS)
    assert back == DEAL
    assert {name: type(value) for name, value in back.facts.items()} == {
        name: type(value) for name, value in DEAL.facts.items()
    }
    assert back.sha256 == DEAL.sha256
    assert saved(DEAL).dropped(FACTS) == ()


def test_facts_that_the_profile_no_longer_knows_are_left_out_and_named() -> None:
    fewer = {name: spec for name, spec in FACTS.items() if name not in {"beds", "note"}}
    back, dropped = saved(DEAL).restore(fewer)
    assert dropped == ("beds", "note")
    assert set(back.facts) == set(DEAL.facts) - {"beds", "note"}


def test_a_fact_whose_kind_has_changed_is_left_out_and_named() -> None:
    changed = {**FACTS, "outcomes": FACTS["prepaid"], "industry": FACTS["beds"], "prepaid": FACTS["start"]}
    back, dropped = saved(DEAL).restore(changed)
    assert set(dropped) == {"outcomes", "industry", "prepaid"}
    assert not set(dropped) & set(back.facts)


def test_what_was_saved_stands_as_json_data() -> None:
    assert saved(DEAL).facts_plain == json.loads(canonical_json(plain_facts(DEAL.facts)))
    assert saved(DEAL).verdict_plain == {}


def test_the_id_at_the_source_is_the_key() -> None:
    assert deal_key(Deal(name="a", owner="b", source="hubspot", source_id="42")) == "hubspot:42"
    assert deal_key(Deal(name="x", source="hubspot", source_id="42")) == "hubspot:42"
    assert deal_key(Deal(name="x", source_id="42")) == "unknown:42"


def test_without_an_id_a_deal_is_who_owns_it_and_what_it_is_called() -> None:
    key = deal_key(Deal(name="Mercy Regional", owner="Dana"))
    assert key == deal_key(Deal(name=" mercy  REGIONAL", owner="dana ", source="slack", stage="x"))
    assert key != deal_key(Deal(name="Mercy Regional", owner="Sam"))
    assert key != deal_key(Deal(name="Mercy Regional"))
    assert deal_key(Deal(name="b", owner="a")) != deal_key(Deal(name="a", owner="b"))


@given(st.text(st.characters()), st.text(st.characters()), st.text(st.characters()))
def test_every_deal_has_a_key_that_fits(name: str, owner: str, source_id: str) -> None:
    key = deal_key(Deal(name=name, owner=owner, source="csv:" + name, source_id=source_id * 40))
    assert 0 < len(key) <= 300
    key.encode()


def test_naming_the_room_loads_nothing_heavy() -> None:
    heavy = "{'sqlalchemy', 'alembic', 'psycopg'}"
    code = f"import sys, bot.store, bot.store.errors; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
