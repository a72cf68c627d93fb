"""Public retrieval collections, read from a folder and searched by the product's own code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.knowledge.embedding import Embedder, MiniLM
from bot.knowledge.keywords import Keywords, Tokens, words
from bot.knowledge.manifest import Contents, Row
from bot.knowledge.passages import DEFAULT_AUDIENCE, Hit, Passage
from bot.knowledge.readers.document import Block, Section
from bot.knowledge.refresh import embedded_text
from bot.knowledge.snapshot import Snapshot
from bot.knowledge.splitting import cut

_LOOKED_AT = 100

Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Question:
    """A question of a collection, with the ids of the documents that answer it and how well."""

    id: str
    text: str
    relevant: Mapping[str, int]
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Collection:
    """A corpus and its questions."""

    name: str
    documents: tuple[tuple[Passage, ...], ...]
    wholes: tuple[str, ...]
    questions: tuple[Question, ...]

    @cached_property
    def judged(self) -> tuple[Question, ...]:
        """The questions of which some document is relevant."""
        return tuple(question for question in self.questions if any(question.relevant.values()))


def read_collection(folder: Path) -> Collection:
    """Read `corpus.jsonl`, `queries.jsonl` and `qrels.jsonl`. Raises FileNotFoundError when one is absent."""
    relevant: dict[str, dict[str, int]] = {}
    for row in _lines(folder / "qrels.jsonl"):
        relevant.setdefault(row["q"], {})[row["d"]] = int(row["s"])
    corpus = list(_lines(folder / "corpus.jsonl"))
    documents = tuple(tuple(_document(row)) for row in corpus)
    wholes = tuple(f"{row['title']}\n{row['text']}" for row in corpus)
    questions = [
        Question(row["_id"], row["text"], relevant.get(row["_id"], {}), row) for row in _lines(folder / "queries.jsonl")
    ]
    return Collection(folder.name, documents, wholes, tuple(questions))


def _lines(file: Path) -> Iterable[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        yield from (json.loads(line) for line in lines)


def _document(row: Mapping[str, Any]) -> list[Passage]:
    """A document of a collection as one section, cut into passages as the product cuts it."""
    whole = Section(0, "", (Block(row["text"], prose=True),))
    return [
        Passage(
            id=f"{row['_id']}/{ordinal}",
            path=row["_id"],
            title=row["title"],
            heading=row["title"],
            anchor="",
            text=text,
            sha256=hashlib.sha256(f"{row['_id']}\0{text}".encode()).hexdigest(),  # a double is judged by its own id
            part=None,
            audience=DEFAULT_AUDIENCE,
            owner="",
            updated=None,
            position=ordinal,
        )
        for ordinal, text in enumerate(cut(whole) or [""], start=1)
    ]


class Vectors:
    """Vectors of texts, made by the bundled model unless told otherwise, and kept in a folder between two runs."""

    def __init__(self, folder: Path, model: Embedder | None = None) -> None:
        self._folder = folder
        self._model = model or MiniLM()

    def of(self, name: str, texts: Sequence[str], progress: Progress) -> NDArray[np.float32]:
        """One row a text; those that were made before come from the folder."""
        if not texts:
            return np.zeros((0, 0), dtype=np.float32)
        key = hashlib.sha256("\0".join([self._model.sha256, *texts]).encode()).hexdigest()[:16]
        file = self._folder / f"{name}-{key}.npy"
        if file.exists():
            known: NDArray[np.float32] = np.load(file)
            return known
        made = []
        for at, text in enumerate(texts):
            progress(f"{name}: embedding", at, len(texts))
            made.append(self._model.question(text))
        matrix = np.stack(made)
        self._folder.mkdir(parents=True, exist_ok=True)
        np.save(file, matrix)
        return matrix


class Index:
    """A collection in the product's own search; a document stands where the best of its passages stands."""

    def __init__(self, collection: Collection, vectors: Vectors, progress: Progress) -> None:
        self.collection = collection
        self._whole = vectors.of(collection.name, collection.wholes, progress)
        parts = [passage for document in collection.documents if len(document) > 1 for passage in document]
        cut_ = iter(vectors.of(f"{collection.name}-passages", [embedded_text(passage) for passage in parts], progress))
        self._vectors, self._progress = vectors, progress
        self._asked: dict[str, NDArray[np.float32]] = {}
        self.prepare("questions", [question.text for question in collection.questions])
        rows, kept = [], {}
        for document, whole in zip(collection.documents, self._whole, strict=True):
            kept[document[0].path] = whole.tobytes()
            for passage in document:
                key = passage.path if len(document) == 1 else passage.id
                kept[key] = whole.tobytes() if len(document) == 1 else next(cut_).tobytes()
                rows.append(Row(passage, passage.id, key, passage.path))
        self._snapshot = Snapshot("evaluation", Contents({"revision": "1"}, rows, kept), Tokens())
        self._keywords = Keywords(words(collection.wholes))

    def prepare(self, name: str, texts: Sequence[str]) -> None:
        """Make the vectors of questions, which are kept under this name."""
        made = self._vectors.of(f"{self.collection.name}-{name}", texts, self._progress)
        self._asked |= dict(zip(texts, made, strict=True))

    def hits(self, text: str, limit: int = 10) -> list[Hit]:
        """What the product finds for a prepared question, best first."""
        return self._snapshot.search(text, self._asked[text], DEFAULT_AUDIENCE, limit, None)

    def ours(self, text: str) -> list[str]:
        """The documents in the order that the product finds them."""
        return list(dict.fromkeys(hit.passage.path for hit in self.hits(text, limit=_LOOKED_AT)))

    def dense(self, text: str) -> list[str]:
        """By the vectors of whole documents alone, as the published figures are made."""
        return self._ordered(self._whole @ self._asked[text])

    def words(self, text: str) -> list[str]:
        """By BM25 over whole documents alone."""
        return self._ordered(self._keywords.scores(text))

    def _ordered(self, scores: NDArray[np.float32]) -> list[str]:
        order = np.argsort(-scores, kind="stable")[:_LOOKED_AT]
        return [self.collection.documents[place][0].path for place in order if scores[place] > 0]
