"""A Slack client for tests that need no Slack."""

from __future__ import annotations

from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError


class Recording(WebClient):
    """A client that sends nothing: it keeps the calls, and refuses what a test tells it to."""

    def __init__(self, **refusals: str | Exception | list[str | None]) -> None:
        super().__init__(token="xoxb-none", base_url="http://127.0.0.1:9/api/")
        self.answers: dict[str, dict[str, Any]] = {}
        self.refusals = refusals
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def api_call(self, api_method: str, **arguments: Any) -> Any:
        sent = {**(arguments.get("params") or {}), **(arguments.get("json") or {})}
        self.calls.append((api_method, sent))
        refusal = self.refusals.get(api_method.replace(".", "_"))
        if isinstance(refusal, list):
            refusal = refusal.pop(0) if refusal else None
        if isinstance(refusal, Exception):
            raise refusal
        if refusal is not None:
            raise SlackApiError("refused", {"ok": False, "error": refusal})
        return self.answers.get(api_method, {"ok": True, "ts": "9.9", "message_ts": "9.9", "channel": {"id": "D1"}})

    @property
    def methods(self) -> list[str]:
        return [method for method, _ in self.calls]
