"""Deals that a CRM deleted before there was a status for that are put right by the next sync of either."""

from __future__ import annotations

from sqlalchemy import update

from bot.deals.mapping import Mapping
from bot.store.database import Store
from bot.store.tables import deals

from .hubspot_server import HubSpotServer
from .salesforce_server import SalesforceServer
from .syncs import START, force, opportunity, over, sync


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


def test_a_deal_that_is_lost_by_the_mapping_stays_lost_when_its_crm_archives_it(
    store: Store, hubspot: HubSpotServer
) -> None:
    mapping = Mapping.model_validate({"stages": {"lost": ["In talks"], "won": ["Signed"], "open": ["Gone"]}})
    hubspot.put("deals", 1, START, dealname="D1", dealstage="talk")
    sync(store, over(hubspot), mapping)
    hubspot.archived.add("1")
    assert sync(store, over(hubspot), mapping).gone == 0
    assert [deal.status for deal in store.deals()] == ["lost"]
