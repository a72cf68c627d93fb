"""HubSpot and Salesforce on loopback, as far as their documentation says how they answer; with the faults of both."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit
from zlib import crc32

TOKEN = "pat-canary-1234567890"


class Answer(Exception):
    """An answer that is no 200."""

    def __init__(self, status: int, body: Any, **headers: str) -> None:
        super().__init__(status)
        self.status, self.body, self.headers = status, body, headers


class CrmServer:
    """Something that answers requests; `faults` are raised one after the other before anything is answered."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Any]] = []
        self.faults: list[Answer | None] = []
        self.url = ""
        self.token = TOKEN

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        raise Answer(404, {"message": f"{method} {path} is not there", "asked": [query, body]})

    def refused(self) -> Answer:
        return Answer(401, {"message": "no"})

    @contextmanager
    def running(self) -> Iterator[CrmServer]:
        crm = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def _serve(self) -> None:
                parts = urlsplit(self.path)
                raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
                body = json.loads(raw) if raw[:1] in {"{", "["} else raw
                headers: dict[str, str] = {}
                try:
                    crm.calls.append((self.command, parts.path, body or parse_qs(parts.query)))
                    fault = crm.faults.pop(0) if crm.faults else None
                    if fault is not None:
                        raise fault
                    if self.headers.get("Authorization") != f"Bearer {crm.token}" and "/oauth2/token" not in parts.path:
                        raise crm.refused()
                    status, data = 200, crm.answer(self.command, parts.path, parse_qs(parts.query), body)
                except Answer as answer:
                    status, data, headers = answer.status, answer.body, answer.headers
                payload = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json;charset=utf-8")
                self.send_header("Content-Length", str(len(payload)))
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                self.end_headers()
                self.wfile.write(payload)

            do_GET = do_POST = do_PATCH = _serve  # noqa: N815 - the names that http.server calls

            def log_message(self, *_: Any) -> None:
                """Nothing is printed."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        self.url = f"http://127.0.0.1:{server.server_address[1]}"
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


class HubSpotServer(CrmServer):
    """Objects, search, batches, associations, owners and pipelines of HubSpot's CRM API, version 3."""

    def __init__(self) -> None:
        super().__init__()
        self.objects: dict[str, dict[str, dict[str, Any]]] = {
            name: {} for name in ("deals", "companies", "contacts", "calls", "meetings")
        }
        self.archived: set[str] = set()
        self.links: dict[tuple[str, str], list[tuple[str, str]]] = {}
        self.late: set[str] = set()
        self.moments: dict[str, int] = {}
        self.on_search: Callable[[], object] | None = None
        self.owners = {"77": "dana@alphatech.example"}
        self.stages = [
            ("talk", "In talks", "false", "0.4"),
            ("won", "Signed", "true", "1.0"),
            ("lost", "Gone", "true", "0.0"),
        ]

    def refused(self) -> Answer:
        return Answer(
            401,
            {
                "status": "error",
                "message": "Authentication credentials not found.",
                "category": "INVALID_AUTHENTICATION",
            },
        )

    def put(self, kind: str, number: int | str, changed: datetime, **properties: Any) -> None:
        text = changed.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        self.objects[kind][str(number)] = {
            "hs_object_id": str(number), "hs_lastmodifieddate": text, **{n: str(v) for n, v in properties.items()},
        }  # fmt: skip

    def link(self, kind: str, number: int | str, other: str, to: int | str, label: str | None = None) -> None:
        self.links.setdefault((f"{kind}/{number}", other), []).append((str(to), label or ""))

    def answer(self, method: str, path: str, query: dict[str, list[str]], body: Any) -> Any:
        if match := re.fullmatch(r"/crm/v3/objects/(\w+)/search", path):
            return self._search(match[1], body)
        if match := re.fullmatch(r"/crm/v3/objects/(\w+)/batch/(read|update)", path):
            return self._batch(match[1], match[2], body)
        if match := re.fullmatch(r"/crm/v3/objects/(\w+)", path):
            return self._page(match[1], query)
        if match := re.fullmatch(r"/crm/v4/associations/(\w+)/(\w+)/batch/read", path):
            return self._linked(match[1], match[2], body)
        if path.rstrip("/") == "/crm/v3/owners":
            archived = query.get("archived", ["false"])[0].lower() == "true"  # the client writes True
            owners = [] if archived else [{"id": number, "email": email} for number, email in self.owners.items()]
            owners += [{"id": "78", "email": "left@alphatech.example"}] if archived else []
            return {
                "results": [
                    {
                        **each,
                        "userId": 1,
                        "archived": archived,
                        "createdAt": "2026-01-01T00:00:00Z",
                        "updatedAt": "2026-01-01T00:00:00Z",
                        "type": "PERSON",
                    }
                    for each in owners
                ]
            }
        if path == "/crm/v3/pipelines/deals":
            return {"results": [self._pipeline()]}
        return super().answer(method, path, query, body)

    def _search(self, kind: str, body: dict[str, Any]) -> Any:
        if self.on_search is not None:
            self.on_search()
        limit, after = body.get("limit", 10), int(body.get("after") or 0)
        if limit > 200 or len(body["sorts"]) > 1 or len(body["filterGroups"]) > 5:
            raise Answer(400, {"status": "error", "category": "VALIDATION_ERROR", "message": "too much was asked for"})
        if after + limit > 10_000:
            raise Answer(400, {"status": "error", "message": "paging through more than 10000 results is not supported"})
        found = [
            held for number, held in self.objects[kind].items()
            if number not in self.archived and number not in self.late
            and all(self._holds(held, each) for each in body["filterGroups"][0]["filters"])
        ]  # fmt: skip
        name = body["sorts"][0]["propertyName"]
        # Records of one moment come in no order that anybody promises.
        found.sort(key=lambda held: (self._value(held, name), crc32(held["hs_object_id"].encode())))
        some = found[after : after + limit]
        results = [
            {
                "id": held["hs_object_id"],
                "properties": {n: held.get(n) for n in body["properties"]},
                "createdAt": "2026-01-01T00:00:00Z",
                "updatedAt": held["hs_lastmodifieddate"],
                "archived": False,
            }
            for held in some
        ]
        paging = {"paging": {"next": {"after": str(after + limit)}}} if after + limit < len(found) else {}
        return {"total": len(found), "results": results, **paging}

    def _holds(self, held: dict[str, Any], each: dict[str, str]) -> bool:
        value, wanted = self._value(held, each["propertyName"]), int(each["value"])
        return {"GTE": value >= wanted, "GT": value > wanted, "EQ": value == wanted}[each["operator"]]

    def _value(self, held: dict[str, Any], name: str) -> int:
        if name == "hs_lastmodifieddate":
            text = held[name]
            if text not in self.moments:
                self.moments[text] = round(datetime.fromisoformat(text).timestamp() * 1000)
            return self.moments[text]
        return int(held[name])

    def _batch(self, kind: str, what: str, body: dict[str, Any]) -> Any:
        inputs = body["inputs"]
        if len(inputs) > 100:
            raise Answer(400, {"status": "error", "message": "a batch has at most 100 inputs"})
        results, errors = [], []
        for each in inputs:
            held = self.objects[kind][each["id"]]
            if what == "update" and "locked" in held:
                fault = {"status": "error", "category": "VALIDATION_ERROR", "message": "locked"}
                errors.append({**fault, "errors": [], "context": {}, "links": {}})
                continue
            if what == "update":
                held.update(each["properties"])
            results.append(
                {
                    "id": each["id"],
                    "properties": held,
                    "createdAt": "2026-01-01T00:00:00Z",
                    "updatedAt": "2026-01-01T00:00:00Z",
                    "archived": False,
                }
            )
        made = {
            "status": "COMPLETE",
            "results": results,
            "startedAt": "2026-01-01T00:00:00Z",
            "completedAt": "2026-01-01T00:00:00Z",
        }
        if errors:
            raise Answer(207, {**made, "numErrors": len(errors), "errors": errors})
        return made

    def _page(self, kind: str, query: dict[str, list[str]]) -> Any:
        assert query["archived"][0].lower() == "true"
        numbers = sorted(self.archived & set(self.objects[kind]), key=int)
        after = int(query.get("after", ["0"])[0])
        some = [number for number in numbers if int(number) > after][: int(query["limit"][0])]
        results = [
            {
                "id": number,
                "properties": {n: self.objects[kind][number].get(n) for n in query.get("properties", [])},
                "createdAt": "2026-01-01T00:00:00Z",
                "updatedAt": "2026-01-01T00:00:00Z",
                "archived": True,
            }
            for number in some
        ]
        more = bool(some) and some[-1] != numbers[-1]
        return {"results": results, **({"paging": {"next": {"after": some[-1]}}} if more else {})}

    def _linked(self, kind: str, other: str, body: dict[str, Any]) -> Any:
        results = []
        for each in body["inputs"]:
            to = self.links.get((f"{kind}/{each['id']}", other))
            if to:
                results.append(
                    {
                        "from": {"id": each["id"]},
                        "to": [
                            {
                                "toObjectId": int(number),
                                "associationTypes": [
                                    {"category": "HUBSPOT_DEFINED", "typeId": 5, "label": label or None}
                                ],
                            }
                            for number, label in to
                        ],
                    }
                )
        return {
            "status": "COMPLETE",
            "results": results,
            "startedAt": "2026-01-01T00:00:00Z",
            "completedAt": "2026-01-01T00:00:00Z",
        }

    def _pipeline(self) -> Any:
        when = {"createdAt": "2026-01-01T00:00:00Z", "updatedAt": "2026-01-01T00:00:00Z", "archived": False}
        made = [
            {
                "id": number,
                "label": label,
                "displayOrder": at,
                "metadata": {"isClosed": closed, "probability": sure},
                "writePermissions": "CRM_PERMISSIONS_ENFORCEMENT",
                **when,
            }
            for at, (number, label, closed, sure) in enumerate(self.stages)
        ]
        return {"id": "default", "label": "Sales", "displayOrder": 0, "stages": made, **when}


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
