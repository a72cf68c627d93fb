"""Passages and hits for the tests of answers, and small recording stand-ins."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.answers.model import Citation
from bot.knowledge.passages import Hit, KnowledgeError, Passage

REP = frozenset({"rep"})


def passage(
    text: str,
    *,
    path: str = "pricing.md",
    heading: str = "Price talks > Discounts",
    at: int = 1,
    owner: str = "Alex Kim",
) -> Passage:
    anchor = heading.rsplit(" > ", 1)[-1].lower().replace(" ", "-")
    return Passage(
        id=f"{path}#{anchor}/{at}",
        path=path,
        title=heading.split(" > ", 1)[0],
        heading=heading,
        anchor=anchor,
        text=text,
        sha256=hashlib.sha256(text.encode()).hexdigest(),
        part=None,
        audience=REP,
        owner=owner,
        updated=None,
        position=at,
    )


def hit(text: str, *, score: float = 1.0, cosine: float = 0.7, bm25: float = 5.0, **more: Any) -> Hit:
    return Hit(passage(text, **more), score, cosine, bm25)


def citation(text: str, n: int = 1, kind: str = "passage", heading: str = "Price talks > Discounts") -> Citation:
    name = f"p{n}" if kind == "passage" else f"rule:r{n}"
    return Citation(n, kind, "pricing.md", heading, name, hashlib.sha256(text.encode()).hexdigest(), text)  # type: ignore[arg-type]


@dataclass
class FakeLibrary:
    """Gives the hits it was made with, and remembers what it was asked."""

    hits: list[Hit] = field(default_factory=list)
    problem: KnowledgeError | None = None
    asked: list[tuple[str, frozenset[str]]] = field(default_factory=list)

    def search(self, question: str, *, audience: frozenset[str], limit: int = 8) -> list[Hit]:
        self.asked.append((question, audience))
        if self.problem is not None:
            raise self.problem
        return [one for one in self.hits if one.passage.audience & audience][:limit]


@dataclass
class FakeDecision:
    id: int


@dataclass
class FakeStore:
    """Keeps what was recorded; refuses when told to."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    broken: bool = False

    def record(
        self, *, kind: str, actor: str, subject: str, body: Mapping[str, Any], beside: Mapping[str, Any], **_: str
    ) -> FakeDecision:
        if self.broken:
            message = "disk full"
            raise OSError(message)
        self.rows.append({"kind": kind, "actor": actor, "subject": subject, "body": {**body, **beside}})
        return FakeDecision(len(self.rows))
