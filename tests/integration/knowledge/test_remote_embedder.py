"""An OpenAI-compatible embeddings endpoint on loopback: what it is asked, what goes wrong, and the index it makes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import numpy as np
import pytest

from bot.bootstrap import Core
from bot.knowledge.passages import IndexMismatch, ModelUnusable
from bot.knowledge.remote import LONGEST, RemoteEmbedder
from bot.settings import Settings
from tests.unit.knowledge.helpers import REP, WordEmbedder

if TYPE_CHECKING:
    from pathlib import Path

    from bot.knowledge.library import Library


class Endpoint:
    """Gives vectors of counted words, three times too long, last text first; `replies` come first, one a request."""

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        self.replies: list[tuple[int, dict[str, str], object]] = []
        self._words = WordEmbedder()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def answer(self, body: dict[str, Any]) -> tuple[int, dict[str, str], object]:
        self.asked.append(body)
        if self.replies:
            return self.replies.pop(0)
        rows = [
            {"object": "embedding", "index": at, "embedding": (3 * self._words.question(text)).tolist()}
            for at, text in enumerate(body["input"])
        ]
        return 200, {}, {"object": "list", "data": rows[::-1], "model": body["model"]}

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                endpoint.keys.append(self.headers.get("Authorization"))
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers, data = endpoint.answer(body)
                if self.path != "/v1/embeddings":
                    status = 404
                text = json.dumps(data).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(text))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        return Handler


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with Endpoint() as running:
        yield running


def test_texts_go_out_and_vectors_come_back_in_order_and_as_long_as_one(endpoint: Endpoint) -> None:
    embedder = RemoteEmbedder(model="embed-3", url=endpoint.url + "/", key="sk-canary")
    texts = ["a discount", "payment terms", "x" * (LONGEST + 5)]
    found = embedder.passages(texts)
    for text, vector in zip(texts, found, strict=True):
        assert np.allclose(vector, WordEmbedder().question(text[:LONGEST]), atol=1e-6)
    assert endpoint.asked == [
        {"model": "embed-3", "input": [*texts[:2], "x" * LONGEST], "encoding_format": "float"},
    ]
    assert endpoint.keys == ["Bearer sk-canary"]
    assert "canary" not in repr(embedder)
    assert embedder.name == "embed-3 at 127.0.0.1"


def test_another_model_or_address_is_another_maker() -> None:
    makers = [
        RemoteEmbedder(model=model, url=url).sha256 for model in ("a", "b") for url in (None, "http://127.0.0.1:1/v1")
    ]
    assert len(set(makers)) == 4


def test_a_busy_endpoint_is_asked_again_for_passages_and_not_for_a_question(endpoint: Endpoint) -> None:
    busy = (429, {"Retry-After": "7"}, {"error": {"message": "slow down"}})
    waited: list[float] = []
    embedder = RemoteEmbedder(model="m", url=endpoint.url, sleep=waited.append)
    endpoint.replies = [busy, (503, {}, {}), busy]
    assert len(embedder.passages(["a", "b"])) == 2
    assert waited == [7, 4, 7]
    endpoint.replies = [busy] * 4
    with pytest.raises(ModelUnusable, match=r"m at 127\.0\.0\.1 cannot be used \(HTTP 429, slow down\): check DEA"):
        embedder.passages(["a"])
    endpoint.replies = [busy]
    with pytest.raises(ModelUnusable, match="slow down"):
        embedder.question("a")
    assert endpoint.replies == []


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ((401, {}, {"error": {"message": "Incorrect API key"}}), "HTTP 401, Incorrect API key"),
        ((404, {}, "gone"), "HTTP 404, Not Found"),
        ((200, {}, {"data": []}), "sent 1 texts and gave 0 vectors"),
        ((200, {}, {"data": [{"index": 0, "embedding": [[1.0]]}]}), "vectors that fit"),
        ((200, {}, {"data": [{"index": 0, "embedding": [0.0, 0.0]}]}), "without a direction"),
        ((200, {}, {"data": [{"index": 0, "embedding": "AAAA"}]}), "not a list of embeddings"),
        ((200, {}, ["no"]), "not a list of embeddings"),
    ],
)
def test_a_reply_that_cannot_be_used_is_told_and_not_asked_for_again(endpoint: Endpoint, reply, why) -> None:
    endpoint.replies = [reply]
    with pytest.raises(ModelUnusable, match=why):
        RemoteEmbedder(model="m", url=endpoint.url, sleep=_never).passages(["a"])
    assert len(endpoint.asked) == 1


def _never(seconds: float) -> None:
    raise AssertionError(seconds)


def test_an_address_that_is_none_and_a_server_that_is_gone(endpoint: Endpoint) -> None:
    with pytest.raises(ModelUnusable, match="must start with http"):
        RemoteEmbedder(model="m", url="file:///etc").question("a")
    gone = RemoteEmbedder(model="m", url="http://127.0.0.1:1/v1")
    with pytest.raises(ModelUnusable, match="refused"):
        gone.question("a")


def test_the_setting_makes_the_index_anew_and_a_change_of_size_is_told(
    endpoint: Endpoint, folder: Path, tmp_path: Path, make: Callable[..., Library]
) -> None:
    bundled = make()
    bundled.refresh()
    bundled.close()
    given = {
        "DEALFIT_KNOWLEDGE_DIR": str(folder),
        "DEALFIT_DATA_DIR": str(tmp_path),
        "DEALFIT_EMBEDDING_MODEL": "embed-3",
        "OPENAI_BASE_URL": endpoint.url,
        "OPENAI_API_KEY": "sk-canary",
    }
    core = Core(Settings.load(given, env_file=None))
    try:
        assert core.library.refresh().embedded == 4
        assert core.library.status().model == "embed-3 at 127.0.0.1"
        assert "three months" in core.library.search("which discount needs months?", audience=REP)[0].passage.text
        assert set(endpoint.keys) == {"Bearer sk-canary"}
        endpoint.replies = [(200, {}, {"data": [{"index": 0, "embedding": [1.0, 0.0]}]})]
        with pytest.raises(IndexMismatch, match=r"vectors of 64 numbers, and the model now gives 2: run `dealfit"):
            core.library.search("discount", audience=REP)
        elsewhere = Core(Settings.load({**given, "DEALFIT_EMBEDDING_URL": "http://127.0.0.1:1/v1"}, env_file=None))
        with pytest.raises(IndexMismatch, match="made by the model embed-3"):
            elsewhere.library.search("discount", audience=REP)
    finally:
        core.close()
