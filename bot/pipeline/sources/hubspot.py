"""HubSpot: deals, calls and meetings in the order of their last change, and a property for the verdict.

HubSpot's search gives at most 10,000 results and sorts by one property. Each page is therefore a window of its own:
from the last change that was read, without what was read of that moment. A moment with more changes than a page holds
is read by id. Search shows a change some moments late, so a sync begins a while before the last one ended
(`syncing.LOOK_BACK`).
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from bot.pipeline.sources.crm import (
    CrmAccount,
    CrmActivity,
    CrmDeal,
    CrmError,
    DailyLimit,
    Mark,
    Page,
    Passing,
    patiently,
)

if TYPE_CHECKING:
    from hubspot import HubSpot

PAGE = 200
BATCH = 100
TIMEOUT = 30
CHANGED = "hs_lastmodifieddate"
_ALWAYS = ("hs_object_id", CHANGED, "dealstage", "pipeline", "hubspot_owner_id", "hs_merged_object_ids")
_OURS = frozenset({"owner_email", "company", "stage_label", "pipeline_label"})
_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "calls": ("call", ("hs_timestamp", "hubspot_owner_id", "hs_call_disposition", "hs_call_status", CHANGED)),
    "meetings": ("meeting", ("hs_timestamp", "hubspot_owner_id", "hs_meeting_outcome", CHANGED)),
}


class HubSpotCrm:
    """A HubSpot account, over a private app's token."""

    name = "hubspot"
    defaults: Mapping[str, str] = {
        "id": "hs_object_id",
        "name": "dealname",
        "customer": "company",
        "owner": "owner_email",
        "stage": "stage_label",
        "close_date": "closedate",
        "currency": "deal_currency_code",
        "contract_value": "amount",
    }

    def __init__(
        self, token: str, base_url: str, *, sleep: Callable[[float], object], verdict_field: str | None = None
    ) -> None:
        self._token = token
        self._base_url = base_url.rstrip("/")
        self._sleep = sleep
        self.verdict_field = verdict_field

    @cached_property
    def _client(self) -> HubSpot:
        from hubspot import HubSpot  # it takes a second to import

        return HubSpot(access_token=self._token, host=self._base_url, retry=False)

    def check(self) -> str:
        """Whether the token works, by the pipelines that it can see."""
        self._look_up_anew()
        return f"{len(self._pipelines)} stages of deals at {self._base_url}"

    def deals(self, properties: Sequence[str], since: Mark) -> Iterator[Page]:
        """Pages of deals, those that changed first first. A sync begins here, and looks up owners and stages anew."""
        self._look_up_anew()
        wanted = [name for name in dict.fromkeys((*_ALWAYS, *properties)) if name not in _OURS]
        for found, mark in self._windows("deals", wanted, since):
            companies = self._names("deals", "companies", [each["id"] for each in found], "name")
            yield Page(tuple(self._deal(each, companies) for each in found), mark)

    def gone(self) -> Iterator[tuple[str, bool]]:
        """The ids of archived deals, and whether each was open. HubSpot keeps them for 90 days, in no order of time."""
        after: str | None = None
        api = self._client.crm.objects.basic_api
        while True:
            more = {} if after is None else {"after": after}
            page = self._call(api.get_page, "deals", limit=BATCH, archived=True, properties=["dealstage"], **more)
            for each in page.results:
                stage = self._pipelines.get(str((each.properties or {}).get("dealstage") or ""), {})
                yield str(each.id), stage.get("status") == "open"
            after = _next(page)
            if after is None:
                return

    def accounts(self, since: Mark) -> Iterator[Page]:
        """Pages of companies, those that changed first first. An archived one is not told of: it keeps its owner."""
        wanted = ["name", "hubspot_owner_id", "hs_merged_object_ids", CHANGED]
        for found, mark in self._windows("companies", wanted, since):
            yield Page(tuple(self._account(each) for each in found), mark)

    def activities(self, since: Mark) -> Iterator[Page]:
        """Pages of calls, then of meetings. The mark says of which: its id begins with the kind."""
        begun, _, last = since.id.partition(":")
        kinds = list(_KINDS)
        for kind in kinds[kinds.index(begun) if begun in kinds else 0 :]:
            low = Mark(since.at, last) if kind == begun or begun not in kinds else Mark(since.at)
            for found, mark in self._windows(kind, list(_KINDS[kind][1]), low):
                ids = [each["id"] for each in found]
                customers = self._names(kind, "companies", ids, "name")
                titles = self._all(kind, "contacts", ids, "jobtitle")
                deals = self._linked(kind, "deals", ids)
                records = tuple(self._activity(kind, each, customers, titles, deals) for each in found)
                yield Page(records, Mark(mark.at, f"{kind}:{mark.id}"))

    def write(self, verdicts: Mapping[str, str]) -> Mapping[str, str]:
        """Write the verdict's property of deals, 100 at a time. Gives why for each that HubSpot refused."""
        api = self._client.crm.objects.batch_api
        items = [{"id": number, "properties": {self.verdict_field: text}} for number, text in verdicts.items()]
        refused: dict[str, str] = {}
        for at in range(0, len(items), BATCH):
            some = items[at : at + BATCH]
            page = self._call(api.update, "deals", {"inputs": some})
            # A batch of which some are refused is no error to HubSpot (207): it lists those that it took.
            taken = {str(each.id) for each in page.results}
            faults = [str(each.message) for each in getattr(page, "errors", None) or ()]
            why = "; ".join(faults)[:300]
            refused |= {number: why for number in map(str, (each["id"] for each in some)) if number not in taken}
        return refused

    # Windows

    def _windows(self, kind: str, properties: list[str], since: Mark) -> Iterator[tuple[list[dict[str, Any]], Mark]]:
        at, seen = _millis(since.at), frozenset[str]()
        while True:
            found = self._search(kind, properties, [_filter(CHANGED, "GTE", at)], CHANGED)
            if len(found) == PAGE and _moment(found[0]) == _moment(found[-1]):
                at = _moment(found[0])
                yield from self._one_moment(kind, properties, at)
                at, seen = at + 1, frozenset()
                continue
            new = [each for each in found if not (_moment(each) == at and each["id"] in seen)]
            if new:
                last = max(_moment(each) for each in new)
                kept = seen if last == at else frozenset()
                at, seen = last, kept | {each["id"] for each in found if _moment(each) == last}
                yield new, Mark(_iso(at), max(seen))
            if len(found) < PAGE:
                return

    def _one_moment(self, kind: str, properties: list[str], at: int) -> Iterator[tuple[list[dict[str, Any]], Mark]]:
        """More changes of one millisecond than a page holds, as an import makes them: by id."""
        last = "0"
        while True:
            filters = [_filter(CHANGED, "EQ", at), {"propertyName": "hs_object_id", "operator": "GT", "value": last}]
            found = self._search(kind, properties, filters, "hs_object_id")
            if found:
                last = found[-1]["id"]
                yield found, Mark(_iso(at), last)
            if len(found) < PAGE:
                return

    def _search(self, kind: str, properties: list[str], filters: list[Any], sort: str) -> list[dict[str, Any]]:
        body = {
            "filterGroups": [{"filters": filters}],
            "sorts": [{"propertyName": sort, "direction": "ASCENDING"}],
            "properties": properties,
            "limit": PAGE,
        }
        api = self._client.crm.objects.search_api
        page = self._call(api.do_search, kind, body)
        return [{"id": str(each.id), "properties": dict(each.properties)} for each in page.results]

    # What ids stand for

    def _look_up_anew(self) -> None:
        """Forget owners and stages: an app runs for months, and HubSpot gets new ones meanwhile."""
        for known in ("_owners", "_pipelines"):
            self.__dict__.pop(known, None)

    def _deal(self, found: Mapping[str, Any], companies: Mapping[str, str]) -> CrmDeal:
        held = {name: _plain(value) for name, value in found["properties"].items()}
        stage = self._pipelines.get(str(held.get("dealstage") or ""), {})
        owner = str(held.get("hubspot_owner_id") or "")
        return CrmDeal(
            id=found["id"],
            modified=_iso(_moment(found)),
            properties={
                **held,
                "owner_email": self._owners.get(owner) or owner or None,
                "company": companies.get(found["id"]),
                "stage_label": stage.get("label") or held.get("dealstage"),
                "pipeline_label": stage.get("pipeline"),
            },
            status=stage.get("status"),
            merged=_merged(held),
        )

    def _account(self, found: Mapping[str, Any]) -> CrmAccount:
        held = found["properties"]
        owner = str(held.get("hubspot_owner_id") or "")
        return CrmAccount(
            id=found["id"],
            modified=_iso(_moment(found)),
            name=str(held.get("name") or "").strip() or None,
            owner=self._owners.get(owner) or owner or None,
            merged=_merged(held),
        )

    def _activity(
        self,
        kind: str,
        found: Mapping[str, Any],
        customers: Mapping[str, str],
        titles: Mapping[str, tuple[str, ...]],
        deals: Mapping[str, tuple[str, ...]],
    ) -> CrmActivity:
        held = found["properties"]
        when = held.get("hs_timestamp")
        owner = str(held.get("hubspot_owner_id") or "")
        outcome = held.get("hs_meeting_outcome") or held.get("hs_call_status")
        return CrmActivity(
            id=f"{kind}/{found['id']}",
            modified=_iso(_moment(found)),
            kind=_KINDS[kind][0],
            day=None if not when else _time(str(when)).date(),
            owner=self._owners.get(owner) or owner or None,
            customer=customers.get(found["id"]),
            deal=next(iter(deals.get(found["id"], ())), None),
            titles=titles.get(found["id"], ()),
            outcome=None if not outcome else str(outcome),
        )

    @cached_property
    def _owners(self) -> dict[str, str]:
        """The e-mail address of each owner, of those who left too."""
        found: dict[str, str] = {}
        api = self._client.crm.owners.owners_api
        for archived in (True, False):
            after: str | None = None
            while True:
                more = {} if after is None else {"after": after}
                page = self._call(api.get_page, limit=500, archived=archived, **more)
                found.update({str(each.id): str(each.email) for each in page.results if each.email})
                after = _next(page)
                if after is None:
                    break
        return found

    @cached_property
    def _pipelines(self) -> dict[str, dict[str, str]]:
        """Each stage by its id: its label, its pipeline, and whether it means open, won or lost."""
        page = self._call(self._client.crm.pipelines.pipelines_api.get_all, "deals")
        return {
            str(stage.id): {"label": stage.label, "pipeline": each.label, "status": _status(stage.metadata or {})}
            for each in page.results
            for stage in each.stages
        }

    def _names(self, kind: str, other: str, ids: list[str], name: str) -> dict[str, str]:
        return {each: found[0] for each, found in self._all(kind, other, ids, name).items() if found}

    def _all(self, kind: str, other: str, ids: list[str], name: str) -> dict[str, tuple[str, ...]]:
        """A property of the records that each of these is associated with."""
        linked = self._linked(kind, other, ids)
        wanted = sorted({number for numbers in linked.values() for number in numbers})
        names: dict[str, str] = {}
        api = self._client.crm.objects.batch_api
        for at in range(0, len(wanted), BATCH):
            inputs = [{"id": number} for number in wanted[at : at + BATCH]]
            body = {"inputs": inputs, "properties": [name], "propertiesWithHistory": []}
            page = self._call(api.read, other, body)
            names.update({str(each.id): each.properties.get(name) or "" for each in page.results})
        return {each: tuple(text for n in numbers if (text := names.get(n))) for each, numbers in linked.items()}

    def _linked(self, kind: str, other: str, ids: list[str]) -> dict[str, tuple[str, ...]]:
        """The associated records of each, the primary one first."""
        found: dict[str, tuple[str, ...]] = {}
        api = self._client.crm.associations.v4.batch_api
        for at in range(0, len(ids), BATCH):
            body = {"inputs": [{"id": number} for number in ids[at : at + BATCH]]}
            page = self._call(api.get_page, kind, other, body)
            for each in page.results:
                to = sorted(each.to, key=lambda one: not any(t.label == "Primary" for t in one.association_types))
                found[str(each._from.id)] = tuple(str(one.to_object_id) for one in to)  # noqa: SLF001 - `from` is a word of Python
        return found

    def _call(self, do: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
        call = partial(do, *arguments, _request_timeout=TIMEOUT, **options)
        return patiently(lambda: _told(call, self._base_url), self._sleep)


def _told(do: Callable[[], Any], base_url: str) -> Any:
    """Do it, and tell what fails in words, without the request in which the token stands."""
    from urllib3.exceptions import HTTPError  # the client's own transport

    try:
        return do()
    except HTTPError as error:
        raise Passing(f"HubSpot cannot be reached at {base_url} ({type(error).__name__}).") from None
    except Exception as error:
        status = getattr(error, "status", None)
        if not isinstance(status, int):
            raise
        raise _fault(status, error) from None


def _fault(status: int, error: Any) -> Exception:
    try:
        body = json.loads(error.body)
    except (TypeError, ValueError):
        body = {}
    message = str(body.get("message") or error.reason or "")[:300]
    if status == 429:  # noqa: PLR2004 - HTTP's own number
        if "DAILY" in str(body.get("policyName", "")).upper() or "daily" in message.lower():
            return DailyLimit("HubSpot's calls for today are used up. The sync goes on tomorrow from where it stands.")
        wait = {str(k).lower(): v for k, v in dict(error.headers or {}).items()}.get("retry-after")
        return Passing("HubSpot asks for fewer calls a second.", float(wait) if wait else None)
    if status >= 500:  # noqa: PLR2004 - HTTP's own number
        return Passing(f"HubSpot has trouble of its own ({status}).")
    if status == 401:  # noqa: PLR2004 - HTTP's own number
        return CrmError("HubSpot refuses the token. Put a private app's access token into DEALFIT_HUBSPOT_TOKEN.")
    if status == 403:  # noqa: PLR2004 - HTTP's own number
        return CrmError(f"HubSpot's token lacks a scope: {message} docs/data-in.md lists the scopes.")
    return CrmError(f"HubSpot refuses what was asked ({status}): {message}")


def _merged(held: Mapping[str, Any]) -> tuple[str, ...]:
    """The ids of the records that were merged into this one."""
    written = str(held.get("hs_merged_object_ids") or "").replace(",", ";")
    return tuple(each.strip() for each in written.split(";") if each.strip())


def _filter(name: str, operator: str, at: int) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(at)}


def _next(page: Any) -> str | None:
    paging = getattr(page, "paging", None)
    return str(paging.next.after) if paging is not None and paging.next is not None else None


def _status(metadata: Mapping[str, Any]) -> str:
    closed = str(metadata.get("isClosed", "")).lower() == "true"
    sure = float(metadata.get("probability") or 0) == 1.0
    return "won" if sure else "lost" if closed else "open"


def _time(text: str) -> datetime:
    if text.isdigit():
        return datetime.fromtimestamp(int(text) / 1000, UTC)
    return datetime.fromisoformat(text).astimezone(UTC)


def _moment(found: Mapping[str, Any]) -> int:
    return _millis(str(found["properties"].get(CHANGED) or ""))


def _millis(text: str) -> int:
    return round(_time(text).timestamp() * 1000) if text else 0


def _iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat(timespec="milliseconds")


def _plain(value: Any) -> Any:
    """A property's text; a moment becomes its day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = str(value) if value is not None else None
    if text is not None and len(text) > 10 and text[4:5] == "-" and text[10:11] == "T":  # noqa: PLR2004 - 2026-11-23T
        try:
            return _time(text).date()
        except ValueError:
            return text
    return text
