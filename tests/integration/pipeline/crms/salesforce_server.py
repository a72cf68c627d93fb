"""Salesforce on loopback, as far as its documentation says how it answers."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from urllib.parse import parse_qs

from .servers import Answer, CrmServer


class SalesforceServer(CrmServer):
    """Query, limits, composite updates and the token of Salesforce's REST API."""

    def __init__(self) -> None:
        super().__init__()
        self.tables: dict[str, list[dict[str, Any]]] = {"Opportunity": [], "Account": [], "Task": [], "Event": []}
        self.rest: dict[str, list[dict[str, Any]]] = {}
        self.batch = 2000
        self.fields: set[str] | None = None

    def refused(self) -> Answer:
        return Answer(401, [{"errorCode": "INVALID_SESSION_ID", "message": "Session expired or invalid"}])

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        if path == "/services/oauth2/token":
            given = parse_qs(body)
            if given.get("grant_type") != ["client_credentials"] or given.get("client_secret") != ["hush"]:
                raise Answer(400, {"error": "invalid_client"})
            return {"access_token": self.token, "instance_url": self.url}
        path = path.removeprefix("/services/data/v62.0")
        if path.rstrip("/") == "/limits":
            return {"DailyApiRequests": {"Max": 15000, "Remaining": 14998}}
        if path.rstrip("/") == "/queryAll":
            return self._first(self._run(query["q"][0]))
        if path.startswith("/queryAll/"):
            return self._first(self.rest.pop(path.rsplit("/", 1)[-1]))
        if path == "/composite/sobjects" and method == "PATCH":
            return [self._update(each) for each in body["records"]]
        return super().answer(method, path, query, body)

    def _first(self, found: list[dict[str, Any]]) -> Any:
        some, rest = found[: self.batch], found[self.batch :]
        if not rest:
            return {"totalSize": len(found), "done": True, "records": some}
        name = f"01gNEXT-{len(self.rest)}{len(rest)}"
        self.rest[name] = rest
        return {
            "totalSize": len(found),
            "done": False,
            "nextRecordsUrl": f"/services/data/v62.0/queryAll/{name}",
            "records": some,
        }

    def _run(self, soql: str) -> list[dict[str, Any]]:
        match = re.fullmatch(r"SELECT (.+) FROM (\w+)(?: WHERE (.+))? ORDER BY SystemModstamp, Id LIMIT (\d+)", soql)
        assert match, soql
        unknown = [name for name in match[1].split(", ") if self.fields is not None and name not in self.fields]
        if unknown:
            raise Answer(400, [{"errorCode": "INVALID_FIELD", "message": f"No such column '{unknown[0]}'"}])
        where = match[3] or ""
        later = re.search(r"\(SystemModstamp > (\S+) OR \(SystemModstamp = (\S+) AND Id > '(\w*)'\)\)", where)
        found = sorted(self.tables[match[2]], key=lambda each: (each["SystemModstamp"], each["Id"]))
        if later:
            mark = (later[1].replace("Z", "+0000"), later[3])
            found = [
                each for each in found if (_stamp(each["SystemModstamp"]), each["Id"]) > (_stamp(mark[0]), mark[1])
            ]
        if "IsDeleted = true AND IsClosed = false" in where:
            found = [each for each in found if each["IsDeleted"] and not each["IsClosed"]]
        if "TaskSubtype = 'Call'" in where:
            found = [each for each in found if each.get("TaskSubtype") == "Call"]
        return found[: int(match[4])]

    def _update(self, each: dict[str, Any]) -> Any:
        held = next((o for o in self.tables["Opportunity"] if o["Id"] == each["id"]), None)
        if held is None or held.get("Locked"):
            return {
                "id": each["id"],
                "success": False,
                "errors": [{"statusCode": "ENTITY_IS_LOCKED", "message": "locked"}],
            }
        held.update({name: value for name, value in each.items() if name not in {"attributes", "id"}})
        return {"id": each["id"], "success": True, "errors": []}


def _stamp(text: str) -> datetime:
    return datetime.fromisoformat(text)
