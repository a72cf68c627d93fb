"""A CRM's server, a client over its own library, and a sync of it: what the tests of both CRMs share."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.deals.mapping import Mapping
from bot.pipeline.sources.calls import calls_to_buyers
from bot.pipeline.sources.hubspot import HubSpotCrm
from bot.pipeline.sources.salesforce import SalesforceCrm
from bot.pipeline.sources.syncing import Sync, SyncReport
from bot.profile.judge import Judge
from bot.profile.loading import load_profile
from bot.profile.people import load_people
from bot.store.database import Store
from tests.integration.pipeline.conftest import Ticking

from .hubspot_server import HubSpotServer
from .salesforce_server import SalesforceServer
from .servers import TOKEN

FOLDER = Path(__file__).parents[4] / "profile"
JUDGE = Judge(load_profile(FOLDER / "deal-profile.yaml"))
PEOPLE = load_people(FOLDER / "people.yaml")
START = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
ROLES = Mapping.model_validate({"activities": {"roles": {"CFO": ["VP Finance"]}}})


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


def assigned(store: Store) -> dict[str, list[str]]:
    found = calls_to_buyers(store.activities, profile=JUDGE.profile, people=PEOPLE, deals=store.open_deals())
    return {rep.rep: [each.account for each in rep.accounts if each.assigned] for rep in found}


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
