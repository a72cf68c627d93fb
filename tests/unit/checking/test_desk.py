from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot.checking.asker import OPERATOR, Asker
from bot.checking.desk import DealDesk
from bot.deals.deal import Deal
from bot.deals.exchange import Rate, Rates
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import parse_people
from bot.profile.verdict import Judgement
from bot.settings import content_root
from bot.store.database import open_store
from bot.store.records import SavedDeal
from bot.store.urls import sqlite_url

PEOPLE = parse_people(
    b"""\
people:
  dana: {name: Dana Reyes, email: dana@firm.example, roles: [rep], team: East, manager: morgan}
  sam: {name: Sam Okafor, email: sam@firm.example, roles: [rep], manager: dana}
  morgan: {name: Morgan Lee, email: morgan@firm.example, roles: [manager], team: East}
  lena: {name: Lena Fischer, email: lena@firm.example, roles: [rep]}
  chief: {name: Chief Officer, email: chief@firm.example, roles: [manager]}
""",
    "people.yaml",
)


def asker(key: str) -> Asker:
    person = PEOPLE.by_key(key)
    assert person is not None
    return Asker(user=f"U0{key.upper()}", name=person.name, roles=person.roles, person=person)


IMPOSTOR = Asker(user="U0EVIL", name="Dana Reyes")


def saved(owner: str | None, checked_by: str | None = "U0SOMEBODY", key: str = "k1") -> SavedDeal:
    return SavedDeal(
        key, "Mercy", None, owner, None, None, "USD", None, None, "open", Judgement.FITS, "a", "b", 1, checked_by,
        datetime(2026, 11, 1, tzinfo=UTC), "{}", "{}",
    )  # fmt: skip


@pytest.fixture(scope="module")
def judge() -> Judge:
    return Judge(load_profile(Path(content_root() / "profile" / "deal-profile.yaml")))


def desk_with(judge: Judge, *deals: SavedDeal) -> DealDesk:
    store = SimpleNamespace(
        deals=lambda **_of: list(deals), deal=lambda key: next((d for d in deals if d.key == key), None)
    )
    return DealDesk(
        live=SimpleNamespace(current=lambda: judge),  # type: ignore[arg-type]
        people=lambda: PEOPLE,
        library=None,
        store=store,  # type: ignore[arg-type]
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )


@pytest.mark.parametrize("owner", ["Dana Reyes", "dana", "DANA@firm.example"])
def test_a_reps_deals_are_theirs_however_the_owner_is_written(judge, owner):
    desk = desk_with(judge, saved(owner))
    assert [d.key for d in desk.mine(asker("dana"))] == ["k1"]
    assert desk.find("k1", asker("dana")) is not None


def test_whoever_calls_themselves_like_a_rep_in_slack_sees_nothing_of_theirs(judge):
    desk = desk_with(judge, saved("Dana Reyes"))
    assert desk.mine(IMPOSTOR) == []
    assert desk.find("k1", IMPOSTOR) is None


def test_what_a_stranger_checks_is_owned_by_their_id_and_not_by_a_name_they_chose(judge):
    assert desk_with(judge).new_deal("Mercy", asker=IMPOSTOR).owner == "U0EVIL"
    assert desk_with(judge).new_deal("Mercy", asker=asker("dana")).owner == "Dana Reyes"


def test_who_checked_a_deal_sees_it(judge):
    desk = desk_with(judge, saved(None, checked_by="U0EVIL"))
    assert [d.key for d in desk.mine(IMPOSTOR)] == ["k1"]
    assert desk.find("k1", IMPOSTOR) is not None


@pytest.mark.parametrize(
    ("who", "owner", "sees"),
    [
        ("morgan", "Dana Reyes", True),
        ("morgan", "Sam Okafor", True),
        ("morgan", "Lena Fischer", False),
        ("morgan", "Nobody Atall", False),
        ("lena", "Dana Reyes", False),
        ("dana", "Sam Okafor", False),
        ("chief", "Lena Fischer", True),
        ("chief", "Nobody Atall", True),
    ],
)
def test_a_manager_sees_the_whole_team_and_nobody_elses(judge, who, owner, sees):
    assert (desk_with(judge, saved(owner)).find("k1", asker(who)) is not None) is sees


def test_the_operator_sees_everything_and_nobody_sees_what_is_not_there(judge):
    desk = desk_with(judge, saved("Dana Reyes"))
    assert desk.find("k1", OPERATOR) is not None
    assert desk.find("k2", OPERATOR) is None


def test_an_amount_of_another_currency_that_is_said_again_was_reached_once(judge):
    rates = Rates("USD", {"EUR": Rate(Decimal("1.0871"), date(2026, 11, 20))})
    desk = DealDesk(
        live=SimpleNamespace(current=lambda: Judge(replace(judge.profile, rates=rates))),  # type: ignore[arg-type]
        people=lambda: PEOPLE,
        library=None,
        store=None,
        clock=lambda: datetime(2026, 11, 23, tzinfo=UTC),
    )
    first = desk.check_text("Mercy: hospital, 120 beds, EUR 85,000", asker=asker("dana"))
    again = desk.check_text("EUR 85,000 and 8% discount", asker=asker("dana"), previous=first.deal)
    assert again.deal.converted == first.deal.converted
    assert [note for note in again.notices if "1.0871" in note] == list(first.notices)
    dearer = desk.check_text("EUR 90,000", asker=asker("dana"), previous=again.deal)
    assert [made.amount for made in dearer.deal.converted] == [90_000]


@pytest.mark.parametrize("ended", ["won", "lost", "erased"])
def test_a_check_leaves_a_deal_of_that_name_that_is_over_as_it_was(judge, tmp_path, ended):
    now = datetime(2026, 11, 23, tzinfo=UTC)
    store = open_store(sqlite_url(tmp_path / "s.db"), lambda: now)
    old = Deal("Mercy Regional", {"beds": 120, "service_months": 12}, owner="Dana Reyes", source="crm.csv")
    over = store.save_deal(old, verdict=None, status="open" if ended == "erased" else ended)
    if ended == "erased":
        store.personal.erase(deal=over.key)
    before = store.deal(over.key)
    desk = DealDesk(
        live=SimpleNamespace(current=lambda: judge),  # type: ignore[arg-type]
        people=lambda: PEOPLE,
        library=None,
        store=store,
        clock=lambda: now,
    )
    first = desk.check_text("Mercy Regional: hospital, 400 beds, 12% discount", asker=asker("dana"))
    again = desk.check_text("Mercy Regional: net 60", asker=asker("dana"))
    assert store.deal(over.key) == before
    assert first.key == again.key != over.key
    assert [(mine.key, mine.facts_plain["beds"]) for mine in desk.mine(asker("dana"))] == [(again.key, 400)]
    assert "service_months" not in again.deal.facts
    store.close()
