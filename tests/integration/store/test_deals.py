from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event

from bot.deals.deal import Deal
from bot.deals.exchange import Conversion
from bot.deals.facts import FactSpec, FactType
from bot.profile.verdict import Judgement
from bot.store import imports
from bot.store.database import Store, open_store
from bot.store.errors import RecordError
from bot.store.records import DealMark, DealToSave, NewDecision, SavedDeal
from bot.store.urls import read_url
from tests.integration.store.outside import FixedClock, deal, raw, verdict

NEW = NewDecision("verdict", "U1", "slack:1", {"verdict": "fits"})


def test_a_deal_comes_back_as_it_was_saved(store: Store, clock: FixedClock) -> None:
    mercy = deal(customer="Mercy", stage="proposal", close_date=date(2026, 12, 31), source="hubspot", source_id="42")
    number = store.record(kind="verdict", actor="U1", subject="hubspot:42", body={}).id
    saved = store.save_deal(mercy, verdict=verdict(mercy), decision_id=number, checked_by="U1")
    assert saved == SavedDeal(
        key="hubspot:42",
        name="Mercy Regional",
        customer="Mercy",
        owner="Dana",
        stage="proposal",
        close_date=date(2026, 12, 31),
        currency="USD",
        source="hubspot",
        source_id="42",
        status="open",
        judgement=Judgement.NEEDS_APPROVAL,
        profile_sha256="a" * 64,
        deal_sha256=mercy.sha256,
        decision_id=number,
        checked_by="U1",
        updated_at=clock.now,
        facts_text='{"beds":120,"industry":"hospital"}',
        verdict_text=verdict(mercy).to_bytes().decode(),
    )
    assert store.deal("hubspot:42") == saved
    assert saved.verdict_plain == json.loads(verdict(mercy).to_bytes())


def test_checking_the_same_deal_again_updates_it(store: Store, clock: FixedClock) -> None:
    first = store.save_deal(deal(), verdict=verdict(deal()))
    clock.forward(minutes=1)
    better = deal("MERCY regional", owner="dana", facts={"beds": 130})
    second = store.save_deal(better, verdict=verdict(better, Judgement.FITS), checked_by="U2")
    assert second.key == first.key
    assert store.open_deals() == [second]
    assert (second.judgement, second.facts_plain["beds"], second.checked_by) == (Judgement.FITS, 130, "U2")
    assert second.updated_at > first.updated_at


def test_a_deal_can_be_saved_under_its_old_key(store: Store) -> None:
    first = store.save_deal(deal("Mercy"), verdict=verdict(deal()))
    renamed = store.save_deal(deal("Mercy Regional"), verdict=verdict(deal()), key=first.key)
    assert [(saved.key, saved.name) for saved in store.open_deals()] == [(first.key, "Mercy Regional")]
    assert store.deal(first.key) == renamed


def test_a_verdict_is_recorded_and_the_deal_saved_in_one_step(store: Store) -> None:
    saved = store.save_deal(deal(), verdict=verdict(deal()), decision=NEW)
    assert saved.decision_id == 1
    made = store.decision(1)
    assert made is not None
    assert made.body == {"verdict": "fits"}
    with pytest.raises(RecordError):
        store.save_deals([DealToSave(deal("b"), verdict(deal()), NEW), DealToSave(deal("c"), verdict(deal()), 99)])
    assert store.head().id == 1
    assert len(store.open_deals()) == 1


def test_a_deal_has_one_decision_not_two(store: Store) -> None:
    with pytest.raises(RecordError, match="not with both"):
        store.save_deal(deal(), verdict=verdict(deal()), decision_id=1, decision=NEW)


def test_a_decision_that_is_not_in_the_log_is_refused(store: Store) -> None:
    with pytest.raises(RecordError, match="Record the decision first"):
        store.save_deal(deal(), verdict=verdict(deal()), decision_id=1)
    assert store.open_deals() == []


def test_an_import_is_one_step_and_can_be_repeated(store: Store, url: str) -> None:
    number = store.record(kind="import", actor="U1", subject="deals.csv", body={"rows": 300}).id
    deals = [deal(f"d{n}", owner=f"rep {n % 7}", source="csv:deals.csv", source_id=str(n)) for n in range(300)]
    batch = [DealToSave(each, verdict(each), number, "U1") for each in deals]
    first = store.save_deals(batch)
    assert store.save_deals(batch) == first
    assert [saved.name for saved in first] == [each.name for each in deals]
    assert raw(url, "SELECT count(*) FROM deals") == [(300,)]
    assert sorted(saved.key for saved in first) == [saved.key for saved in store.open_deals()]
    assert store.save_deals([]) == []


def test_an_import_records_a_decision_for_each_deal_in_the_order_of_the_rows(store: Store) -> None:
    deals = [deal(f"d{n}") for n in (3, 1, 2)]
    batch = [DealToSave(each, verdict(each), NewDecision("verdict", "U1", each.name, {})) for each in deals]
    saved = store.save_deals(batch)
    assert [each.decision_id for each in saved] == [1, 2, 3]
    assert [made.subject for made in reversed(store.decisions())] == ["d3", "d1", "d2"]


def test_twice_the_same_key_in_one_batch_is_one_deal_and_the_last_counts(store: Store) -> None:
    saved = store.save_deals([DealToSave(deal(facts={"beds": beds}), verdict(deal())) for beds in (1, 2, 3)])
    assert len({each.key for each in saved}) == 1
    assert [each.facts_plain["beds"] for each in store.open_deals()] == [3]


def test_open_deals_are_those_neither_won_nor_lost(store: Store) -> None:
    for status in ("open", "won", "lost", "removed"):
        store.save_deal(deal(status), verdict=verdict(deal()), status=status)  # type: ignore[arg-type]
    assert [saved.name for saved in store.open_deals()] == ["open"]
    won = store.deal(store.save_deal(deal("open"), verdict=verdict(deal()), status="won").key)
    assert won is not None
    assert won.status == "won"
    assert store.open_deals() == []
    with pytest.raises(RecordError, match="open, won, lost or removed"):
        store.save_deal(deal(), verdict=verdict(deal()), status="closed")  # type: ignore[arg-type]


def test_a_deal_that_is_checked_again_stays_what_its_source_said(store: Store) -> None:
    kept = store.save_deal(deal("won"), verdict=verdict(deal()), status="won")
    assert store.save_deal(deal("won"), verdict=verdict(deal()), checked_by="U1").status == "won"
    found = store.deal(kept.key)
    assert found is not None
    assert (found.status, found.checked_by) == ("won", "U1")
    assert store.save_deal(deal("new"), verdict=verdict(deal())).status == "open"


def test_how_an_amount_was_converted_stays_with_its_deal(store: Store) -> None:
    reached = Conversion("contract_value", Decimal(85000), "EUR", Decimal("1.0871"), date(2026, 11, 20), Decimal(92403))
    made = Deal("Mercy", {"contract_value": Decimal(92403)}, converted=(reached,))
    saved = store.deal(store.save_deal(made, verdict=verdict(made)).key)
    assert saved is not None
    value = FactSpec("contract_value", FactType.MONEY, "Contract value", "?")
    again = saved.deal({"contract_value": value})
    assert again.converted == (reached,)
    assert again.sha256 == replace(made, converted=()).sha256, "the facts decide, not how they were reached"


def test_open_deals_of_some_owners(store: Store) -> None:
    for owner in ("Dana Whitfield", "Sam", "Élodie", None):
        store.save_deal(deal("x", owner=owner), verdict=verdict(deal()))

    def owners(*wanted: str) -> set[str | None]:
        return {saved.owner for saved in store.open_deals(wanted)}

    assert owners("dana  whitfield ", "SAM") == {"Dana Whitfield", "Sam"}
    assert owners("ÉLODIE") == {"Élodie"}
    assert owners("nobody") == owners() == set()
    assert len(store.open_deals()) == 4


def test_there_is_no_such_deal(store: Store) -> None:
    assert store.deal("hubspot:42") is None
    assert store.deal("\0") is None


def test_texts_that_a_database_cannot_hold_are_cleaned(store: Store) -> None:
    odd = deal("Mer\0cy", owner="Da\ud800na", customer="\0", source="a\0", source_id="1\0", facts={"note": "x\0"})
    saved = store.save_deal(odd, verdict=verdict(odd), checked_by="U\0")
    assert (saved.name, saved.owner, saved.facts_plain["note"]) == ("Mer\ufffdcy", "Da\ufffdna", "x\ufffd")
    assert store.open_deals(["da\ud800NA"]) == [saved]
    assert store.deal(saved.key) == saved


@pytest.mark.parametrize("value", ["NaN", "Infinity", "sNaN"])
def test_a_fact_that_is_not_a_number_is_refused(store: Store, value: str) -> None:
    odd = deal(facts={"discount": Decimal(value)})
    with pytest.raises(RecordError):
        store.save_deal(odd, verdict=verdict(deal()))
    assert store.open_deals() == []


def test_an_imported_deal_needs_no_verdict_and_keeps_one_while_its_facts_are_the_same(store: Store) -> None:
    imported = store.save_deals([DealToSave(deal("new", source="crm", source_id="1"))])[0]
    assert (imported.judgement, imported.profile_sha256, imported.verdict_plain) == (None, None, None)
    assert imported.deal_sha256 == deal("new").sha256
    checked = store.save_deal(deal("new", source="crm", source_id="1"), verdict=verdict(deal("new")), checked_by="U1")
    assert len(store.save_deals([DealToSave(deal("new", source="crm", source_id="1", stage="Proposal"))])) == 1
    again = store.deal(checked.key)
    assert again is not None
    assert (again.stage, again.judgement, again.checked_by) == ("Proposal", Judgement.NEEDS_APPROVAL, "U1")
    store.save_deals([DealToSave(deal("new", source="crm", source_id="1", facts={"beds": 7}), checked_by="importer")])
    changed = store.deal(checked.key)
    assert changed is not None
    assert (changed.judgement, changed.verdict_plain, changed.checked_by) == (None, None, "importer")


def test_deals_of_any_status_are_found_by_what_they_are(store: Store) -> None:
    for name, owner, status in (("a", "Dana", "open"), ("b", "Sam", "won"), ("c", "dana ", "lost")):
        batch = [DealToSave(deal(name, owner=owner, source="crm", source_id=name), checked_by="U9", status=status)]  # type: ignore[arg-type]
        store.save_deals(batch)

    def found(**what: object) -> str:
        return "".join(saved.name for saved in store.deals(**what))  # type: ignore[arg-type]

    assert found() == "abc"
    assert found(statuses=["won", "lost"]) == "bc"
    assert found(owners=["DANA"]) == "ac"
    assert found(owners=["DANA"], statuses=["open"]) == "a"
    assert found(keys=["crm:b", "crm:nothing"]) == "b"
    assert found(keys=[]) == found(statuses=[]) == found(owners=[]) == ""
    assert found(owners=["sam"], checked_by="U9") == "abc"
    assert found(checked_by="U1") == ""


def test_what_changed_since_is_read_in_turn_and_misses_nothing(store: Store) -> None:
    assert (store.deals_version(), store.changed_deals(DealMark())) == (0, [])
    for some in (range(5), range(3, 8)):
        store.save_deals([DealToSave(deal(f"d{n}", source="crm", source_id=str(n))) for n in some])
    mark, seen = DealMark(), []
    while rows := store.changed_deals(mark, limit=3):
        seen += [row.key for row in rows]
        mark = DealMark(rows[-1].version, rows[-1].key)
    assert seen == [f"crm:{n}" for n in (0, 1, 2, 3, 4, 5, 6, 7)]
    assert store.deals_version() == mark.version == 2
    store.save_deal(deal("d1", source="crm", source_id="1"), verdict=verdict(deal()), status="won")
    (row,) = store.changed_deals(mark)
    assert (row.key, row.status, row.version, row.facts_text) == (
        "crm:1", "won", 3, '{"beds":120,"industry":"hospital"}',
    )  # fmt: skip


def test_a_database_of_the_first_version_keeps_its_deals(url: str, clock: FixedClock) -> None:
    from alembic import command
    from alembic.config import Config

    from bot.store.connections import connect
    from bot.store.migrating import VERSION_TABLE
    from bot.store.urls import read_url

    database = connect(read_url(url))
    with database.writing() as connection:
        config = Config(attributes={"connection": connection, "version_table": VERSION_TABLE})
        config.set_main_option("script_location", "bot.store:migrations")
        config.set_main_option("path_separator", "os")
        command.upgrade(config, "0001")
    database.close()
    row = {
        "key": "k", "name": "Mercy", "owner_folded": "", "currency": "USD", "status": "open", "judgement": "fits",
        "profile_sha256": "a" * 64, "deal_sha256": "b" * 64, "updated_at": "2026-11-23T09:30:00.000000Z",
        "facts": "{}", "verdict": "{}",
    }  # fmt: skip
    values = ", ".join(f"'{value}'" for value in row.values())
    raw(url, f"INSERT INTO deals ({', '.join(row)}) VALUES ({values})")  # noqa: S608 - our own values
    store = open_store(url, clock)
    (saved,) = store.deals()
    assert (saved.name, saved.judgement, saved.version) == ("Mercy", Judgement.FITS, 1)
    store.close()


def test_the_pages_of_open_keys_are_read_in_the_order_of_the_keys_and_never_sorted(store: Store, url: str) -> None:
    """By the index of the status each page would sort every open deal: minutes, for a million."""
    if read_url(url).path is None:
        pytest.skip("PostgreSQL plans by what it knows of the table")
    asked: list[str] = []
    with store._database.reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *told: asked.append(told[2]))
        imports.open_keys(connection, "crm", "", 10)
        query = asked[-1]
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {query}", ("",) * query.count("?"))]
    assert len(plan) == 1
    assert "key>?" in plan[0]
