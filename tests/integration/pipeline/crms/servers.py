"""A CRM on loopback: requests in, answers and faults out. HubSpot and Salesforce stand in modules of their own."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

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
