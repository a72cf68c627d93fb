"""Salesforce: opportunities, calls and events in the order of their last change, and a field for the verdict."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
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
    import requests
    from simple_salesforce.api import Salesforce

PAGE = 2000
BATCH = 200
TIMEOUT = 60
VERSION = "62.0"
_ALWAYS = ("Id", "SystemModstamp", "IsDeleted", "IsWon", "IsClosed")
_KINDS: Mapping[str, tuple[str, str]] = {
    "Task": ("call", "TaskSubtype = 'Call'"),
    "Event": ("meeting", ""),
}
_NAME = re.compile(r"[A-Za-z]\w*(?:\.[A-Za-z]\w*)*")
_FIELDS = "Id, SystemModstamp, IsDeleted, ActivityDate, Owner.Email, Account.Name, WhatId, Who.Title"


class SalesforceCrm:
    """A Salesforce organisation, over a session's token, or a connected app's client credentials."""

    name = "salesforce"
    defaults: Mapping[str, str] = {
        "id": "Id",
        "name": "Name",
        "customer": "Account.Name",
        "owner": "Owner.Email",
        "stage": "StageName",
        "close_date": "CloseDate",
        "contract_value": "Amount",
    }

    def __init__(
        self,
        base_url: str,
        *,
        token: str | None = None,
        client_id: str | None = None,
        client_secret: str | None = None,
        sleep: Callable[[float], object],
        verdict_field: str | None = None,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._token = token
        self._credentials = (client_id, client_secret) if client_id and client_secret else None
        self._sleep = sleep
        self.verdict_field = verdict_field

    def check(self) -> str:
        """Whose organisation it is, by the calls that are left today."""
        limits = self._call("limits")
        daily = limits.get("DailyApiRequests", {})
        return f"{daily.get('Remaining', '?')} of {daily.get('Max', '?')} calls left today at {self._base_url}"

    def deals(self, properties: Sequence[str], since: Mark) -> Iterator[Page]:
        """Pages of opportunities, those that changed first first; deleted ones among them."""
        for name in properties:
            if not _NAME.fullmatch(name):
                raise CrmError(f"'{name}' is no field of Salesforce. Mend the mapping file's columns.")
        fields = ", ".join(dict.fromkeys((*_ALWAYS, *properties)))
        for found, mark in self._pages(fields, "Opportunity", "", since):
            yield Page(tuple(_deal(each) for each in found), mark)

    def gone(self) -> Iterator[tuple[str, bool]]:
        """The ids of opportunities in the recycle bin that were open. `deals` tells of others when they are deleted."""
        only = "IsDeleted = true AND IsClosed = false"
        for found, _ in self._pages("Id, SystemModstamp", "Opportunity", only, Mark()):
            yield from ((str(each["Id"]), True) for each in found)

    def accounts(self, since: Mark) -> Iterator[Page]:
        """Pages of accounts, those that changed first first; deleted ones among them."""
        for found, mark in self._pages("Id, SystemModstamp, IsDeleted, Name, Owner.Email", "Account", "", since):
            yield Page(tuple(_account(each) for each in found), mark)

    def activities(self, since: Mark) -> Iterator[Page]:
        """Pages of calls, then of events. The mark says of which: its id begins with the kind."""
        begun, _, last = since.id.partition(":")
        kinds = list(_KINDS)
        for kind in kinds[kinds.index(begun) if begun in kinds else 0 :]:
            low = Mark(since.at, last) if kind == begun else Mark(since.at)
            extra = ", CallDisposition, Status" if kind == "Task" else ", Subject"
            for found, mark in self._pages(_FIELDS + extra, kind, _KINDS[kind][1], low):
                records = tuple(_activity(kind, each) for each in found)
                yield Page(records, Mark(mark.at, f"{kind}:{mark.id}"))

    def write(self, verdicts: Mapping[str, str]) -> Mapping[str, str]:
        """Write the verdict's field of opportunities, 200 at a time. Gives why for each that Salesforce refused."""
        records = [
            {"attributes": {"type": "Opportunity"}, "id": number, self.verdict_field: text}
            for number, text in verdicts.items()
        ]
        refused: dict[str, str] = {}
        for at in range(0, len(records), BATCH):
            some = records[at : at + BATCH]
            body = {"allOrNone": False, "records": some}
            answers = self._call("restful", "composite/sobjects", method="PATCH", json=body)
            # The answers come in the order of the records.
            for record, answer in zip(some, answers or (), strict=False):
                if not answer.get("success"):
                    faults = answer.get("errors") or [{}]
                    refused[str(record["id"])] = str(faults[0].get("message", ""))[:300]
        return refused

    def _pages(self, fields: str, table: str, only: str, since: Mark) -> Iterator[tuple[list[dict[str, Any]], Mark]]:
        mark = since
        while True:
            conditions = [only] if only else []
            if mark.at:
                later = f"SystemModstamp > {mark.at}"
                same = f"(SystemModstamp = {mark.at} AND Id > '{_safe(mark.id)}')"
                conditions.append(f"({later} OR {same})")
            where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
            soql = f"SELECT {fields} FROM {table}{where} ORDER BY SystemModstamp, Id LIMIT {PAGE}"  # noqa: S608 - SOQL; names come from the mapping file, values from the CRM itself
            found = self._records(soql)
            if found:
                mark = Mark(_soql_time(found[-1]["SystemModstamp"]), found[-1]["Id"])
                yield found, mark
            if len(found) < PAGE:
                return

    def _records(self, soql: str) -> list[dict[str, Any]]:
        page = self._call("query", soql, include_deleted=True)
        found = list(page["records"])
        while not page.get("done", True):
            rest = str(page["nextRecordsUrl"]).rsplit("/", 1)[-1]
            page = self._call("query_more", rest, include_deleted=True)
            found += page["records"]
        return found

    @cached_property
    def _session(self) -> requests.Session:
        import requests  # the client's own transport

        class Timely(requests.Session):
            """No call waits for ever."""

            def request(self, *arguments: Any, **options: Any) -> requests.Response:
                return super().request(*arguments, **{"timeout": TIMEOUT, **options})

        return Timely()

    @cached_property
    def _client(self) -> Salesforce:
        from simple_salesforce.api import Salesforce  # it takes a second to import

        if self._token is None and self._credentials is not None:
            self._token = self._new_token()
        client = Salesforce(instance_url=self._base_url, session_id=self._token, version=VERSION, session=self._session)
        # The client writes https and drops the path of a proxy; the setting says where the organisation is.
        client.base_url = f"{self._base_url}/services/data/v{VERSION}/"
        return client

    def _new_token(self) -> str:
        client_id, client_secret = self._credentials or ("", "")
        data = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": client_secret}
        answer = self._session.post(f"{self._base_url}/services/oauth2/token", data=data)
        if answer.status_code != 200:  # noqa: PLR2004 - HTTP's own number
            raise CrmError(
                f"Salesforce refuses the connected app ({answer.status_code}). Check DEALFIT_SALESFORCE_CLIENT_ID and "
                "DEALFIT_SALESFORCE_CLIENT_SECRET, and that the app allows the client credentials flow."
            )
        return str(answer.json()["access_token"])

    def _call(self, method: str, /, *arguments: Any, **options: Any) -> Any:
        return patiently(lambda: self._told(method, arguments, options), self._sleep)

    def _told(self, method: str, arguments: tuple[Any, ...], options: dict[str, Any]) -> Any:
        """Do it, and tell what fails in words, without the request in which the token stands."""
        from requests.exceptions import RequestException  # the client's own transport
        from simple_salesforce.exceptions import SalesforceError  # the same

        try:
            return getattr(self._client, method)(*arguments, **options)
        except RequestException as error:
            raise Passing(f"Salesforce cannot be reached at {self._base_url} ({type(error).__name__}).") from None
        except SalesforceError as error:
            fault = self._fault(error)
        raise fault

    def _fault(self, error: Any) -> Exception:
        content = error.content if isinstance(error.content, list) and error.content else [{}]
        code = str(content[0].get("errorCode", "")) if isinstance(content[0], dict) else ""
        message = str(content[0].get("message", ""))[:300] if isinstance(content[0], dict) else ""
        status = int(error.status or 0)
        if code == "REQUEST_LIMIT_EXCEEDED" and "concurrent" not in message.lower():
            return DailyLimit(
                "Salesforce's calls for today are used up. The sync goes on tomorrow from where it stands."
            )
        if status in {429, 503} or status >= 500 or code in {"REQUEST_LIMIT_EXCEEDED", "SERVER_UNAVAILABLE"}:  # noqa: PLR2004 - HTTP's own numbers
            return Passing(f"Salesforce has trouble of its own ({status} {code}).")
        if status == 401:  # noqa: PLR2004 - HTTP's own number
            if self._credentials is not None:
                self.__dict__.pop("_client", None)
                self._token = None
                return Passing("Salesforce ended the session.", 0)
            return CrmError("Salesforce refuses the token. Put a new one into DEALFIT_SALESFORCE_TOKEN.")
        if code == "INVALID_FIELD":
            return CrmError(f"Salesforce has no such field: {message} Mend the mapping file's columns.")
        return CrmError(f"Salesforce refuses what was asked ({status} {code}): {message}")


def _deal(found: Mapping[str, Any]) -> CrmDeal:
    status = "won" if found.get("IsWon") else "lost" if found.get("IsClosed") else "open"
    return CrmDeal(
        id=found["Id"],
        modified=_soql_time(found["SystemModstamp"]),
        properties=_flat(found),
        status=status,
        deleted=bool(found.get("IsDeleted")),
    )


def _account(found: Mapping[str, Any]) -> CrmAccount:
    held = _flat(found)
    return CrmAccount(
        id=found["Id"],
        modified=_soql_time(found["SystemModstamp"]),
        name=str(held.get("Name") or "").strip() or None,
        owner=held.get("Owner.Email"),
        deleted=bool(found.get("IsDeleted")),
    )


def _activity(kind: str, found: Mapping[str, Any]) -> CrmActivity:
    held = _flat(found)
    day, title = held.get("ActivityDate"), held.get("Who.Title")
    outcome = held.get("CallDisposition") or held.get("Status")
    return CrmActivity(
        id=f"{kind}/{found['Id']}",
        modified=_soql_time(found["SystemModstamp"]),
        kind=_KINDS[kind][0],
        day=date.fromisoformat(str(day)[:10]) if day else None,
        owner=held.get("Owner.Email"),
        customer=held.get("Account.Name"),
        deal=held.get("WhatId"),
        titles=(str(title),) if title else (),
        outcome=None if outcome is None else str(outcome),
        deleted=bool(found.get("IsDeleted")),
    )


def _flat(found: Mapping[str, Any], before: str = "") -> dict[str, Any]:
    """The fields by the path that SOQL writes: Account.Name."""
    flat: dict[str, Any] = {}
    for name, value in found.items():
        if name == "attributes":
            continue
        if isinstance(value, dict):
            flat.update(_flat(value, f"{before}{name}."))
        else:
            flat[f"{before}{name}"] = value
    return flat


def _soql_time(text: str) -> str:
    """2026-11-23T08:00:00.000+0000 as SOQL takes it back."""
    return text.replace("+0000", "Z")


def _safe(text: str) -> str:
    return "".join(char for char in text if char.isalnum())
