"""HubSpot over its own library, against a server that answers as the vendor documents."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bot.deals.mapping import Mapping
from bot.pipeline.sources.crm import CrmError, DailyLimit
from bot.store.activities import Assignment
from bot.store.database import Store

from .hubspot_server import HubSpotServer
from .servers import TOKEN, Answer
from .syncs import ROLES, START, Waits, assigned, one_deal, over, searches, sync


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


def test_owners_and_stages_that_are_new_since_the_last_sync_are_known(store: Store, hubspot: HubSpotServer) -> None:
    """An app syncs for months with one client."""
    crm = over(hubspot)
    one_deal(hubspot)
    sync(store, crm)
    hubspot.owners["79"] = "sam@alphatech.example"
    hubspot.stages.append(("renewed", "Renewed", "true", "1.0"))
    hubspot.put("deals", 2, START, dealname="New", dealstage="renewed", hubspot_owner_id=79, amount="5")
    assert crm.check().startswith("4 stages")
    sync(store, crm)
    new = {deal.source_id: deal for deal in store.deals()}["2"]
    assert (new.owner, new.stage, new.status) == ("sam@alphatech.example", "Renewed", "won")


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


def test_a_deal_that_does_not_take_its_verdict_holds_up_no_other_and_is_tried_again(
    store: Store, hubspot: HubSpotServer
) -> None:
    hubspot.put("deals", 1, START, dealname="D1", dealstage="talk", amount=5, locked="yes")
    hubspot.put("deals", 2, START, dealname="D2", dealstage="talk", amount=5)
    report = sync(store, over(hubspot, field="dealfit_verdict"))
    assert (report.written_back, hubspot.objects["deals"]["2"]["dealfit_verdict"]) == (1, "does_not_fit")
    (note,) = report.notes
    assert note.startswith("The verdict of 1 deal was not taken by hubspot, such as of 1: locked. Check")
    del hubspot.objects["deals"]["1"]["locked"]
    again = sync(store, over(hubspot, field="dealfit_verdict"))
    assert (again.written_back, again.notes) == (1, ())
    assert hubspot.objects["deals"]["1"]["dealfit_verdict"] == "does_not_fit"


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
