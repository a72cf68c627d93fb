"""Vectors from an OpenAI-compatible endpoint, where one is set: the texts of playbooks and questions go there."""

from __future__ import annotations

import hashlib
import json
import math
import time
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from bot.knowledge.passages import ModelUnusable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.knowledge.embedding import Vector

OPENAI = "https://api.openai.com/v1"
"""Where a model is asked for when no address is set."""

LONGEST = 20_000
"""Characters of a text that are sent; the rest of a longer one is found by its words only."""

_ASKED = 8.0  # seconds for a question: somebody waits for the answer
_INDEXED = 60.0  # seconds for a batch of passages
_TRIES = 4  # for a batch; a question is tried once
_PAUSE = 1.0
_LONGEST_PAUSE = 30.0
_BUSY = frozenset({408, 409, 429, 500, 502, 503, 504})
_REMEDY = "check DEALFIT_EMBEDDING_MODEL, DEALFIT_EMBEDDING_URL and OPENAI_API_KEY"


class RemoteEmbedder:
    """A model behind `POST {url}/embeddings`. Another model or another address is another maker of vectors."""

    def __init__(
        self, *, model: str, url: str | None = None, key: str | None = None, sleep: Callable[[float], None] = time.sleep
    ) -> None:
        """Nothing is asked yet. `key` is sent as a bearer token where one is set; `sleep` waits between tries."""
        self._model = model
        self._url = (url or OPENAI).rstrip("/")
        self._key = key
        self._sleep = sleep

    @property
    def name(self) -> str:
        """The model's name and where it is asked, which the index keeps."""
        return f"{self._model} at {urlsplit(self._url).hostname or self._url}"

    @property
    def sha256(self) -> str:
        """The hash of the address and the name: nobody can see the weights."""
        return hashlib.sha256(f"{self._url}\0{self._model}".encode()).hexdigest()

    def passages(self, texts: Sequence[str]) -> Sequence[Vector]:
        """One vector a text. A busy endpoint is asked again, after as long as it wishes. Raises ModelUnusable."""
        for attempt in range(1, _TRIES + 1):
            try:
                return self._vectors(texts, _INDEXED)
            except HTTPError as error:
                if error.code not in _BUSY or attempt == _TRIES:
                    raise self._failed(_said(error)) from error
                self._sleep(min(_wish(error) or _PAUSE * 2**attempt, _LONGEST_PAUSE))
        raise AssertionError  # pragma: no cover - the last try returns or raises

    def question(self, text: str) -> Vector:
        """The vector of a question, asked for once. Raises ModelUnusable."""
        try:
            return self._vectors([text], _ASKED)[0]
        except HTTPError as error:
            raise self._failed(_said(error)) from error

    def _vectors(self, texts: Sequence[str], seconds: float) -> list[Vector]:
        body = {"model": self._model, "input": [text[:LONGEST] for text in texts], "encoding_format": "float"}
        headers = {"Content-Type": "application/json"}
        if self._key:
            headers["Authorization"] = f"Bearer {self._key}"
        if not self._url.startswith(("http://", "https://")):
            raise self._failed("the address must start with http:// or https://")
        request = Request(f"{self._url}/embeddings", json.dumps(body).encode(), headers)  # noqa: S310 - looked at above
        try:
            with urlopen(request, timeout=seconds) as reply:  # noqa: S310 - the same
                data = json.load(reply)
        except HTTPError:
            raise
        except (OSError, ValueError) as error:
            raise self._failed(str(getattr(error, "reason", None) or error)) from error
        return self._read(data, len(texts))

    def _read(self, data: Any, wanted: int) -> list[Vector]:
        """The vectors of a reply, in the order of the texts, each made as long as 1."""
        import numpy as np  # needed by a search only

        try:
            rows = sorted(data["data"], key=lambda row: int(row["index"]))
            found = [np.asarray(row["embedding"], dtype=np.float32) for row in rows]
            lengths = [float(np.linalg.norm(vector)) for vector in found]
            shapes = {vector.shape for vector in found}
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed("its reply is not a list of embeddings") from error
        if len(found) != wanted or len(shapes) != 1 or len(next(iter(shapes))) != 1:
            raise self._failed(f"it was sent {wanted} texts and gave {len(found)} vectors that fit")
        if not all(math.isfinite(length) and length > 0 for length in lengths):
            raise self._failed("it gave a vector without a direction")
        return [vector / np.float32(length) for vector, length in zip(found, lengths, strict=True)]

    def _failed(self, why: str) -> ModelUnusable:
        return ModelUnusable(f"the embedding model {self.name} cannot be used ({why}): {_REMEDY}")


def _said(error: HTTPError) -> str:
    """The endpoint's own words, as far as they are a sentence."""
    try:
        said = json.load(error)["error"]["message"]
    except (OSError, ValueError, KeyError, TypeError):
        said = error.reason
    return f"HTTP {error.code}, {' '.join(str(said).split())[:200]}"


def _wish(error: HTTPError) -> float | None:
    """How many seconds the endpoint asks to wait."""
    try:
        return max(0.0, float(error.headers.get("Retry-After", "")))
    except ValueError:
        return None
