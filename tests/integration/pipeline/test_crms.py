"""HubSpot and Salesforce over their own libraries, against servers that answer as the vendors document."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from bot.deals.mapping import Mapping
from bot.pipeline.sources.calls import calls_to_buyers
from bot.pipeline.sources.crm import CrmError, DailyLimit
from bot.pipeline.sources.hubspot import HubSpotCrm
from bot.pipeline.sources.salesforce import SalesforceCrm
from bot.pipeline.sources.syncing import Sync, SyncReport
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.store.activities import Assignment
from bot.store.database import Store, open_store
from bot.store.tables import deals
from bot.store.urls import sqlite_url

from .conftest import Ticking
from .crm_servers import TOKEN, Answer, HubSpotServer, SalesforceServer

FOLDER = Path(__file__).parents[3] / "profile"
JUDGE = Judge(load_profile(FOLDER / "deal-profile.yaml"))
PEOPLE = load_people(FOLDER / "people.yaml")
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ROLES = Mapping.model_validate({"activities": {"roles": {"CFO": ["VP Finance"]}}})

pytestmark = pytest.mark.timeout(120)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:  # SQLite only: what differs between databases is tested with the store
    opened = open_store(sqlite_url(tmp_path / "dealfit.sqlite"), Ticking())
    yield opened
    opened.close()


@pytest.fixture
def hubspot() -> Iterator[HubSpotServer]:
    server = HubSpotServer()
    with server.running():
        yield server


@pytest.fixture
def salesforce() -> Iterator[SalesforceServer]:
    server = SalesforceServer()
    with server.running():
        yield server


class Waits:
    def __init__(self) -> None:
        self.seconds: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.seconds.append(seconds)


def sync(store: Store, crm: Any, mapping: Mapping | None = None) -> SyncReport:
    return Sync(crm, judge=JUDGE, store=store, people=PEOPLE, mapping=mapping, clock=Ticking()).run()


def over(server: HubSpotServer, waits: Waits | None = None, field: str | None = None) -> HubSpotCrm:
    return HubSpotCrm(TOKEN, server.url, sleep=waits or Waits(), verdict_field=field)


def searches(server: HubSpotServer, kind: str = "deals") -> list[Any]:
    return [body for _, path, body in server.calls if path == f"/crm/v3/objects/{kind}/search"]


def one_deal(server: HubSpotServer) -> None:
    server.put("companies", 500, START, name="Mercy Regional")
    server.put("companies", 501, START, name="Parent")
    server.put(
        "deals", 1, START, dealname="Mercy 2027", dealstage="talk", pipeline="default", hubspot_owner_id=77,
        closedate="2026-12-15T17:00:00Z", amount="85000", deal_currency_code="USD",
    )  # fmt: skip
    server.link("deals", 1, "companies", 501)
    server.link("deals", 1, "companies", 500, "Primary")


def test_a_deal_of_hubspot_with_its_owner_company_and_stage(store: Store, hubspot: HubSpotServer) -> None:
    one_deal(hubspot)
    hubspot.put(
        "deals", 2, START, dealname="Old", dealstage="won", hubspot_owner_id=78, amount="5", deal_currency_code="EUR"
    )
    hubspot.put("deals", 3, START, dealname="No", dealstage="lost", amount="n/a")
    report = sync(store, over(hubspot))
    assert report.deals == {"read": 3, "imported": 3, "updated": 0, "unchanged": 0}
    deals = {deal.source_id: deal for deal in store.deals()}
    mercy = deals["1"]
    assert (mercy.name, mercy.customer, mercy.owner, mercy.stage) == (
        "Mercy 2027", "Mercy Regional", "dana@alphatech.example", "In talks",
    )  # fmt: skip
    assert (mercy.close_date, mercy.facts_plain, mercy.status) == (
        date(2026, 12, 15),
        {"contract_value": 85000},
        "open",
    )
    assert (deals["2"].status, deals["2"].owner, deals["2"].facts_plain) == ("won", "left@alphatech.example", {})
    assert deals["3"].status == "lost"
    (note,) = report.notes
    assert note.startswith("hubspot deal 2: amount: Contract value: 'EUR 5' is not in USD. rates.yaml has no rate")
    assert dict(report.unknown_owners) == {"left@alphatech.example": 1}
    assert over(hubspot).check().startswith("3 stages")


def test_more_deals_than_a_search_may_give_come_in_windows(store: Store, hubspot: HubSpotServer) -> None:
    """10,450 deals, 450 of them changed in one millisecond, as an import of theirs does it."""
    for number in range(1, 10_001):
        hubspot.put("deals", number, START + timedelta(milliseconds=7 * (number // 3)), dealname=f"D{number}")
    for number in range(20_001, 20_451):
        hubspot.put("deals", number, START + timedelta(hours=1), dealname=f"D{number}")
    report = sync(store, over(hubspot))
    assert (report.deals["read"] >= 10_450, report.deals["imported"]) == (True, 10_450)
    assert all("after" not in body for body in searches(hubspot))
    assert len(searches(hubspot)) < 70
    # The next sync reads the last quarter of an hour again, and nothing has changed.
    hubspot.calls.clear()
    again = sync(store, over(hubspot))
    assert (again.deals["imported"], again.deals["updated"], again.deals["unchanged"]) == (0, 0, 450)


def test_what_the_search_shows_late_is_found_by_looking_back(store: Store, hubspot: HubSpotServer) -> None:
    one_deal(hubspot)
    hubspot.put("deals", 2, START - timedelta(minutes=5), dealname="Late")
    hubspot.late.add("2")
    assert sync(store, over(hubspot)).deals["imported"] == 1
    hubspot.late.clear()
    hubspot.put("deals", 1, START, dealname="Mercy 2028", dealstage="talk")
    report = sync(store, over(hubspot))
    assert (report.deals["imported"], report.deals["updated"]) == (1, 1)
    assert {deal.name for deal in store.deals()} == {"Mercy 2028", "Late"}


def test_a_sync_that_broke_off_goes_on_at_the_page_where_it_stood(store: Store, hubspot: HubSpotServer) -> None:
    for number in range(1, 601):
        hubspot.put("deals", number, START + timedelta(seconds=number), dealname=f"D{number}")
    asked = []

    def third_search_fails() -> None:
        asked.append(1)
        if len(asked) == 3:
            raise Answer(400, {"message": "the network has gone mad"})

    hubspot.on_search = third_search_fails
    with pytest.raises(CrmError, match="the network has gone mad"):
        sync(store, over(hubspot))
    state = store.sources.get("hubspot")
    assert state is not None
    assert (state.state, state.problem is not None, len(store.deals())) == ("failed", True, 399)
    hubspot.on_search = None
    hubspot.calls.clear()
    report = sync(store, over(hubspot))
    assert len(store.deals()) == 600
    assert (report.deals["imported"], report.deals["unchanged"]) == (201, 1)
    first = int(searches(hubspot)[0]["filterGroups"][0]["filters"][0]["value"])
    assert first == round((START + timedelta(seconds=399)).timestamp() * 1000)
    ended = store.sources.get("hubspot")
    assert ended is not None
    assert (ended.state, ended.problem, ended.counts["deals_imported"]) == ("done", None, 201)
    assert store.verify().ok


def test_archived_and_merged_deals_leave_the_pipeline(store: Store, hubspot: HubSpotServer) -> None:
    for number in range(1, 5):
        hubspot.put("deals", number, START, dealname=f"D{number}", dealstage="talk")
    sync(store, over(hubspot))
    hubspot.archived |= {"2"}
    hubspot.put("deals", 3, START + timedelta(hours=1), dealname="D3", dealstage="talk", hs_merged_object_ids="4")
    hubspot.archived |= {"4"}
    report = sync(store, over(hubspot))
    assert {deal.source_id: deal.status for deal in store.deals()} == {
        "1": "open", "2": "removed", "3": "open", "4": "removed",
    }  # fmt: skip
    assert report.gone == 1, "the merged one went with the deal that took it up"


def as_it_was_kept_before(store: Store, *keys: str) -> None:
    """What deleted deals were made before there was the status "removed"."""
    with store._database.writing() as connection:
        connection.execute(update(deals).where(deals.c.key.in_(keys)).values(status="lost", stage="Closed lost"))


def test_deals_that_were_kept_as_lost_when_their_crm_deleted_them_are_put_right(
    store: Store, hubspot: HubSpotServer, salesforce: SalesforceServer
) -> None:
    for number, stage in ((1, "talk"), (2, "lost"), (3, "lost"), (4, "talk")):
        hubspot.put("deals", number, START, dealname=f"D{number}", dealstage=stage)
    sync(store, over(hubspot))
    stamp = "2026-11-20T08:00:00.000+0000"
    gone = [opportunity(n, stamp, IsClosed=n == 2) for n in (1, 2)]
    salesforce.tables["Opportunity"] = gone
    sync(store, force(salesforce))
    as_it_was_kept_before(store, "hubspot:1", "salesforce:006000001")
    hubspot.archived |= {"1", "2"}
    for each in gone:
        each["IsDeleted"] = True  # and no new stamp: the next sync does not read it among the changes
        each["SystemModstamp"] = "2026-11-01T08:00:00.000+0000"
    assert sync(store, over(hubspot)).gone == 1
    assert sync(store, force(salesforce)).gone == 1
    assert {deal.key: deal.status for deal in store.deals()} == {
        "hubspot:1": "removed", "hubspot:2": "lost", "hubspot:3": "lost", "hubspot:4": "open",
        "salesforce:006000001": "removed", "salesforce:006000002": "lost",
    }  # fmt: skip
    assert sync(store, over(hubspot)).gone == 0, "once"


def test_faults_that_pass_are_waited_for_and_others_are_told(store: Store, hubspot: HubSpotServer) -> None:
    one_deal(hubspot)
    waits = Waits()
    busy = {"status": "error", "errorType": "RATE_LIMIT", "policyName": "SECONDLY", "message": "secondly limit"}
    hubspot.faults = [Answer(429, busy, Retry_After="7"), Answer(429, busy), Answer(502, {}), None]
    assert sync(store, over(hubspot, waits)).deals["imported"] == 1
    assert waits.seconds[0] == 7
    second, third = waits.seconds[1:]
    assert 1.6 <= second <= 2.4
    assert 3.2 <= third <= 4.8
    daily = {**busy, "policyName": "DAILY", "message": "You have reached your daily limit."}
    hubspot.faults = [Answer(429, daily)]
    with pytest.raises(DailyLimit, match="goes on tomorrow"):
        sync(store, over(hubspot))
    for status, says in ((401, "DEALFIT_HUBSPOT_TOKEN"), (403, "lacks a scope"), (400, "refuses what was asked")):
        hubspot.faults = [Answer(status, {"message": "because"})]
        with pytest.raises(CrmError, match=says) as caught:
            sync(store, over(hubspot))
        assert TOKEN not in str(caught.value)
    hubspot.faults = [Answer(503, {})] * 6
    with pytest.raises(CrmError, match="tried 6 times"):
        sync(store, over(hubspot))


def test_verdicts_are_written_back_when_they_changed_and_only_by_setting(store: Store, hubspot: HubSpotServer) -> None:
    for number in range(1, 251):
        hubspot.put(
            "deals", number, START, dealname=f"D{number}", dealstage="talk" if number < 250 else "won", amount=5
        )
    assert sync(store, over(hubspot)).written_back == 0
    report = sync(store, over(hubspot, field="dealfit_verdict"))
    assert report.written_back == 249
    batches = [body for _, path, body in hubspot.calls if path.endswith("/deals/batch/update")]
    assert [len(body["inputs"]) for body in batches] == [100, 100, 49]
    assert hubspot.objects["deals"]["1"]["dealfit_verdict"] == "does_not_fit"
    assert "dealfit_verdict" not in hubspot.objects["deals"]["250"]
    assert sync(store, over(hubspot, field="dealfit_verdict")).written_back == 0
    hubspot.put("deals", 1, START + timedelta(hours=1), dealname="D1", dealstage="talk", amount=90000)
    assert sync(store, over(hubspot, field="dealfit_verdict")).written_back == 1
    assert hubspot.objects["deals"]["1"]["dealfit_verdict"] == "incomplete"


def test_a_mapping_file_names_further_properties(store: Store, hubspot: HubSpotServer) -> None:
    hubspot.put(
        "deals", 1, START, dealname="A", dealstage="talk", beds__c="120", mkt="General", acv="90000", amount="1"
    )
    mapping = Mapping(
        columns={"beds": "beds__c", "industry": "mkt", "contract_value": "acv"},
        values={"industry": {"General": "hospital"}},
        stages={"won": ["In talks"]},
    )
    sync(store, over(hubspot), mapping)
    (deal,) = store.deals()
    assert deal.facts_plain == {"beds": 120, "industry": "hospital", "contract_value": 90000}
    assert deal.status == "won"
    with pytest.raises(CrmError, match="there is no fact or field 'bedz'"):
        sync(store, over(hubspot), Mapping(columns={"bedz": "x"}))


def test_calls_and_meetings_of_hubspot_with_the_role_of_who_was_met(store: Store, hubspot: HubSpotServer) -> None:
    hubspot.put("companies", 500, START, name="Mercy Regional")
    hubspot.put("contacts", 601, START, jobtitle="IT administrator")
    hubspot.put("contacts", 602, START, jobtitle="VP Finance, Mercy")
    when = {"hs_timestamp": "2026-11-19T10:00:00Z", "hubspot_owner_id": 77}
    hubspot.put("calls", 1, START, **when, hs_call_status="COMPLETED")
    hubspot.put("meetings", 1, START, **when, hs_meeting_outcome="COMPLETED")
    hubspot.put("meetings", 2, START, hubspot_owner_id=77)
    hubspot.link("calls", 1, "companies", 500)
    hubspot.link("calls", 1, "contacts", 601)
    hubspot.link("calls", 1, "contacts", 602)
    hubspot.link("meetings", 1, "deals", 9)
    report = sync(store, over(hubspot), ROLES)
    assert report.activities == {"read": 3, "imported": 2, "updated": 0, "left_out": 1}
    call, meeting = sorted(store.activities.find(), key=lambda each: each.kind)
    assert (call.kind, call.day, call.rep) == ("call", date(2026, 11, 19), "dana@alphatech.example")
    assert (call.customer, call.role, call.title, call.outcome) == (
        "Mercy Regional", "CFO", "VP Finance, Mercy", "COMPLETED",
    )  # fmt: skip
    assert (meeting.kind, meeting.deal, meeting.role) == ("meeting", "9", None)
    assert sync(store, over(hubspot), ROLES).activities["imported"] == 0


def assigned(store: Store) -> dict[str, list[str]]:
    found = calls_to_buyers(store.activities, profile=JUDGE.profile, people=PEOPLE, deals=store.open_deals())
    return {rep.rep: [each.account for each in rep.accounts if each.assigned] for rep in found}


def test_an_account_of_hubspot_is_its_owner_s_and_not_the_deal_s(store: Store, hubspot: HubSpotServer) -> None:
    one_deal(hubspot)
    assert sync(store, over(hubspot)).accounts == 2
    assert assigned(store) == {"dana": ["Mercy Regional"]}, "nobody owns the account: it goes with the deal"
    # Only the company changes, not the deal.
    hubspot.put("companies", 500, START + timedelta(hours=1), name="Mercy Regional", hubspot_owner_id=78)
    assert sync(store, over(hubspot)).accounts == 2, "the company, and what is looked back on"
    assert assigned(store) == {"left@alphatech.example": ["Mercy Regional"]}
    # Another company of the same name is the seller's own: the deal is with that one.
    hubspot.put("companies", 502, START + timedelta(hours=2), name="Mercy  regional", hubspot_owner_id=77)
    sync(store, over(hubspot))
    assert assigned(store) == {"dana": ["Mercy Regional"]}
    # Merged into one, it is that one's owner's.
    hubspot.objects["companies"].pop("502")
    later = START + timedelta(hours=3)
    hubspot.put("companies", 500, later, name="Mercy Regional", hubspot_owner_id=78, hs_merged_object_ids="502")
    sync(store, over(hubspot))
    assert assigned(store) == {"left@alphatech.example": ["Mercy Regional"]}
    assert not any(body.get("after") for body in searches(hubspot, "companies"))
    # What a file says comes first, for the reps that it names.
    store.activities.assign([Assignment("left@alphatech.example", "Faith")])
    assert assigned(store) == {"left@alphatech.example": ["Faith"]}


def test_an_account_of_salesforce_is_its_owner_s(store: Store, salesforce: SalesforceServer) -> None:
    def account(number: int, stamp: str, **fields: Any) -> dict[str, Any]:
        owner = {"attributes": {"type": "User"}, "Email": "sam@alphatech.example"}
        name = "Mercy Regional"
        return {
            "Id": f"001{number:06}",
            "SystemModstamp": stamp,
            "IsDeleted": False,
            "Name": name,
            "Owner": owner,
            **fields,
        }

    first, later = "2026-11-20T08:00:00.000+0000", "2026-11-20T09:00:00.000+0000"
    salesforce.tables["Opportunity"] = [opportunity(1, first)]
    salesforce.tables["Account"] = [account(1, first), account(2, first, Name="Nobody's", Owner=None)]
    report = sync(store, force(salesforce))
    assert (report.accounts, report.counts["accounts_read"]) == (2, 2)
    assert assigned(store) == {"sam": ["Mercy Regional"]}
    salesforce.tables["Account"] = [account(1, later, IsDeleted=True)]
    assert sync(store, force(salesforce)).accounts == 1
    assert assigned(store) == {"dana": ["Mercy Regional"]}


def opportunity(number: int, stamp: str, **fields: Any) -> dict[str, Any]:
    return {
        "attributes": {"type": "Opportunity"},
        "Id": f"006{number:06}",
        "SystemModstamp": stamp,
        "IsDeleted": False,
        "IsWon": False,
        "IsClosed": False,
        "Name": f"Opp {number}",
        "StageName": "Talks",
        "CloseDate": "2026-12-15",
        "Amount": 85000.0,
        "Owner": {"attributes": {"type": "User"}, "Email": "dana@alphatech.example"},
        "Account": {"attributes": {"type": "Account"}, "Name": "Mercy Regional"},
        **fields,
    }


def force(server: SalesforceServer, waits: Waits | None = None, **options: Any) -> SalesforceCrm:
    given = {"token": TOKEN, **options}
    return SalesforceCrm(server.url, sleep=waits or Waits(), **given)


def test_opportunities_come_in_their_order_over_pages(store: Store, salesforce: SalesforceServer) -> None:
    salesforce.batch = 700
    same = "2026-11-20T08:00:00.000+0000"
    salesforce.tables["Opportunity"] = [opportunity(n, same) for n in range(1, 4501)]
    report = sync(store, force(salesforce))
    assert (report.deals["read"], report.deals["imported"]) == (4500, 4500)
    (first,) = store.deals(keys=["salesforce:006000001"])
    assert (first.name, first.customer, first.owner, first.stage, first.facts_plain) == (
        "Opp 1", "Mercy Regional", "dana@alphatech.example", "Talks", {"contract_value": 85000},
    )  # fmt: skip
    assert force(salesforce).check().startswith("14998 of 15000 calls left today")
    # The next sync reads what changed: one won, one deleted, one new.
    later = "2026-11-20T09:00:00.000+0000"
    salesforce.tables["Opportunity"][0] = opportunity(1, later, IsWon=True, IsClosed=True, StageName="Closed Won")
    salesforce.tables["Opportunity"][1] = opportunity(2, later, IsDeleted=True)
    salesforce.tables["Opportunity"].append(opportunity(9000, later, Amount=None, Account=None))
    report = sync(store, force(salesforce))
    assert (report.deals["imported"], report.deals["updated"]) == (1, 1)
    states = {
        deal.source_id: deal.status for deal in store.deals(keys=["salesforce:006000001", "salesforce:006000002"])
    }
    assert states == {"006000001": "won", "006000002": "removed"}


def test_salesforce_s_faults(store: Store, salesforce: SalesforceServer) -> None:
    salesforce.tables["Opportunity"] = [opportunity(1, "2026-11-20T08:00:00.000+0000")]
    waits = Waits()
    salesforce.faults = [Answer(503, [{"errorCode": "SERVER_UNAVAILABLE", "message": "x"}])]
    assert sync(store, force(salesforce, waits)).deals["imported"] == 1
    assert len(waits.seconds) == 1
    limit = [{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests Limit exceeded."}]
    for fault, says in (
        (Answer(403, limit), "goes on tomorrow"),
        (Answer(401, [{"errorCode": "INVALID_SESSION_ID", "message": "expired"}]), "DEALFIT_SALESFORCE_TOKEN"),
        (Answer(400, [{"errorCode": "MALFORMED_QUERY", "message": "odd"}]), "refuses what was asked"),
    ):
        salesforce.faults = [fault]
        with pytest.raises(CrmError, match=says) as caught:
            sync(store, force(salesforce))
        assert TOKEN not in str(caught.value)
    salesforce.fields = {"Id"}
    with pytest.raises(CrmError, match=r"no such field: No such column 'SystemModstamp'"):
        sync(store, force(salesforce))
    with pytest.raises(CrmError, match="is no field of Salesforce"):
        sync(store, force(salesforce), Mapping(columns={"beds": "Beds FROM User--"}))


def test_client_credentials_get_a_token_and_a_new_one_when_it_ends(store: Store, salesforce: SalesforceServer) -> None:
    salesforce.tables["Opportunity"] = [opportunity(1, "2026-11-20T08:00:00.000+0000")]
    crm = force(salesforce, token=None, client_id="app", client_secret="hush")
    assert sync(store, crm).deals["imported"] == 1
    salesforce.token = "another"
    assert sync(store, crm).deals["unchanged"] == 1
    assert sum(path.endswith("/oauth2/token") for _, path, _ in salesforce.calls) == 2
    with pytest.raises(CrmError, match="refuses the connected app"):
        sync(store, force(salesforce, token=None, client_id="app", client_secret="wrong"))


def test_salesforce_s_verdicts_calls_and_events(store: Store, salesforce: SalesforceServer) -> None:
    stamp = "2026-11-20T08:00:00.000+0000"
    salesforce.tables["Opportunity"] = [opportunity(n, stamp, Amount=5) for n in range(1, 302)]
    base = {
        "SystemModstamp": stamp, "IsDeleted": False, "ActivityDate": "2026-11-19", "WhatId": "006000001",
        "Owner": {"Email": "dana@alphatech.example"}, "Account": {"Name": "Mercy Regional"}, "Status": "Completed",
    }  # fmt: skip
    salesforce.tables["Task"] = [
        {
            **base,
            "Id": "00T1",
            "TaskSubtype": "Call",
            "Who": {"Title": "chief financial officer"},
            "CallDisposition": None,
        },
        {**base, "Id": "00T2", "TaskSubtype": "Email"},
    ]
    salesforce.tables["Event"] = [{**base, "Id": "00U1", "Who": None, "Subject": "Visit"}]
    report = sync(store, force(salesforce, verdict_field="Dealfit__c"))
    assert report.written_back == 301
    assert salesforce.tables["Opportunity"][0]["Dealfit__c"] == "does_not_fit"
    sizes = [len(body["records"]) for method, _, body in salesforce.calls if method == "PATCH"]
    assert sizes == [200, 101]
    call, event = sorted(store.activities.find(), key=lambda each: each.kind)
    assert (call.role, call.customer, call.deal, call.kind) == ("CFO", "Mercy Regional", "006000001", "call")
    assert (event.kind, event.role) == ("meeting", None)
    salesforce.tables["Task"][0] = {
        **salesforce.tables["Task"][0],
        "IsDeleted": True,
        "SystemModstamp": "2026-11-20T09:00:00.000+0000",
    }
    salesforce.tables["Opportunity"][0] = opportunity(1, "2026-11-20T09:00:00.000+0000", Locked=True, Amount=90000)
    with pytest.raises(CrmError, match="refused the verdict of 1 opportunities: locked"):
        sync(store, force(salesforce, verdict_field="Dealfit__c"))
    assert [each.kind for each in store.activities.find()] == ["meeting"]
