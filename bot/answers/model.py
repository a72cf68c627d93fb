"""What goes into an answer and what comes out: the types that this room shares with the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from bot.checking.asker import Asker

__all__ = [
    "NOT_SAID",
    "SCHEMA",
    "Answer",
    "Asker",
    "Author",
    "Citation",
    "Claim",
    "Dropped",
    "Kind",
    "ModelUse",
    "Turn",
    "Way",
]

Kind = Literal["passage", "rule", "verdict"]
Author = Literal["extractive", "model"]
Way = Literal["agent", "single-shot"]

SCHEMA = 1
"""The version of the JSON shape that `Answer.plain` gives."""

NOT_SAID = "The playbooks do not say."
"""What a refusal says; the nearest sources and whom to ask stand beside it."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One message of the thread so far."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a claim comes from. `n` is the number in the text.

    A passage: `path` is under the knowledge folder, `passage` its id, `text` its Markdown. A rule: `path` is the Deal
    Profile's file name, `passage` is `rule:` and the check's id, `text` the rule in sentences. A verdict: `path` is
    that file too, `passage` is `verdict:` and what was judged (JSON), `text` the verdict in sentences. `sha256` is
    always of `text` in UTF-8, in hexadecimal. `heading` is the trail of headings, the
    check's label, or which verdict it is.
    """

    n: int
    kind: Kind
    path: str
    heading: str
    passage: str
    sha256: str
    text: str

    def plain(self) -> dict[str, Any]:
        """The citation as JSON data."""
        return {
            "n": self.n,
            "kind": self.kind,
            "path": self.path,
            "heading": self.heading,
            "passage": self.passage,
            "sha256": self.sha256,
            "text": self.text,
        }


@dataclass(frozen=True, slots=True)
class Claim:
    """One sentence (or list item, or table row) of an answer, without its markers, and the citations it rests on."""

    text: str
    citations: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Dropped:
    """A sentence that the model wrote and the check took out, and why. It is never shown.

    `kind` is the reason in a word, without anything of the text: the log keeps that alone.
    """

    text: str
    reason: str
    kind: str = "fault"

    def plain(self) -> dict[str, Any]:
        """What a log may keep of it: a model's text may repeat a secret or somebody's name, so none of it."""
        return {"kind": self.kind, "characters": len(self.text)}


@dataclass(frozen=True, slots=True)
class ModelUse:
    """What one answer asked of a language model. Tokens are None where the endpoint does not count them.

    `way` says whether the model could look things up itself ("agent") or wrote from what was given ("single-shot");
    `tools` are what it called, in order; `fallback` is why it was not asked as an agent, where that was tried.
    """

    name: str
    tokens_in: int | None
    tokens_out: int | None
    seconds: float
    way: Way = "single-shot"
    tools: tuple[str, ...] = ()
    fallback: str | None = None

    def plain(self) -> dict[str, Any]:
        """The use as JSON data: `tokens` is the sum, or null where nobody counted."""
        counted = [count for count in (self.tokens_in, self.tokens_out) if count is not None]
        return {
            "name": self.name,
            "tokens": sum(counted) if counted else None,
            "way": self.way,
            "tools": list(self.tools),
            "fallback": self.fallback,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """What the asker reads, and everything it rests on.

    `text` is Markdown with markers such as [1]; nothing in it is Slack markup. `nearest` and `ask_whom` are filled when
    the playbooks do not say. `understood` says in words which facts were read from the question or carried over from
    the thread. `notice` is one sentence about the answer itself, such as that the model did not reply. `follow_ups` are
    questions to offer next. `unsaid` are the parts of the question that nothing answers, which the text says of each.
    `decision_id` is where the decision log keeps it, when there is one.
    """

    text: str
    claims: tuple[Claim, ...] = ()
    citations: tuple[Citation, ...] = ()
    refused: bool = False
    composer: Author = "extractive"
    nearest: tuple[Citation, ...] = ()
    ask_whom: str | None = None
    model: ModelUse | None = None
    notice: str | None = None
    understood: tuple[str, ...] = ()
    follow_ups: tuple[str, ...] = ()
    dropped: tuple[Dropped, ...] = ()
    unsaid: tuple[str, ...] = ()
    question: str = ""
    decision_id: int | None = None

    def plain(self) -> dict[str, Any]:
        """The answer as JSON data, in the documented shape (schema 1)."""
        return {
            "schema": SCHEMA,
            "question": self.question,
            "answer": self.text,
            "refused": self.refused,
            "composer": self.composer,
            "citations": [citation.plain() for citation in self.citations],
            "model": None if self.model is None else self.model.plain(),
            "nearest": [citation.plain() for citation in self.nearest],
            "ask_whom": self.ask_whom,
            "understood": list(self.understood),
            "notice": self.notice,
            "follow_ups": list(self.follow_ups),
            "unsaid": list(self.unsaid),
        }
