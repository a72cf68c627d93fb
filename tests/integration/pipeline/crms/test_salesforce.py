"""Salesforce over its own library, against a server that answers as the vendor documents."""

from __future__ import annotations

from typing import Any

import pytest

from bot.deals.mapping import Mapping
from bot.pipeline.sources.crm import CrmError
from bot.store.database import Store

from .salesforce_server import SalesforceServer
from .servers import TOKEN, Answer
from .syncs import Waits, assigned, force, opportunity, sync


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
    salesforce.tables["Opportunity"].append(opportunity(999, "2026-11-20T09:00:00.000+0000"))
    report = sync(store, force(salesforce, verdict_field="Dealfit__c"))
    assert report.written_back == 1, "one that is locked holds up no other"
    (note,) = report.notes
    assert note.startswith("The verdict of 1 deal was not taken by salesforce, such as of 006000001: locked. Check")
    state = store.sources.get("salesforce")
    assert state is not None
    assert (state.state, state.problem) == ("done", note)
    del salesforce.tables["Opportunity"][0]["Locked"]
    assert sync(store, force(salesforce, verdict_field="Dealfit__c")).written_back == 1
    assert [each.kind for each in store.activities.find()] == ["meeting"]
