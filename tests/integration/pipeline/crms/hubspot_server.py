"""HubSpot on loopback, as far as its documentation says how it answers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from zlib import crc32

from .servers import Answer, CrmServer


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
