"""The golden questions, and how an answer is held against them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import yaml

from bot.answers.model import Answer

NOT_A_FACT = "playbooks do not say"
"""The gold of a part that has no answer: the words that say so, which no passage holds."""


@dataclass(frozen=True)
class Golden:
    """A question. `gold` are groups of alternatives, one of each of which the answer must hold; none: refuse it.

    `places` are the sections or rules of which one must be cited. `tuning` says which half it is in, `why` what makes a
    trap of it.
    """

    text: str
    kind: str
    gold: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    before: tuple[str, ...]
    tuning: bool
    why: str = ""

    @property
    def facts(self) -> tuple[tuple[str, ...], ...]:
        """The gold that has to stand in a passage or a rule."""
        return tuple(group for group in self.gold if NOT_A_FACT not in group)

    @property
    def answerable(self) -> bool:
        """Whether the playbooks or the profile say it."""
        return bool(self.gold)


@dataclass(frozen=True)
class Marked:
    """An answer as it was marked.

    `right`: it holds the gold; `grounded`: a cited text holds it too; `placed`: it cites one of the places.
    """

    question: Golden
    answer: Answer
    right: bool
    grounded: bool
    placed: bool


def read_golden() -> list[Golden]:
    """All golden questions, answerable ones first. Every second one is for tuning."""
    return [*_read("answerable"), *_read("unanswerable")]


def read_traps() -> list[Golden]:
    """Questions in the playbooks' own words about what they do not say. Every second one is for tuning."""
    return _read("traps")


def sample(questions: Sequence[Golden], most: int) -> list[Golden]:
    """So many questions of the held-out half, spread evenly over it; all of that half when it has no more."""
    held = [question for question in questions if not question.tuning]
    if most >= len(held):
        return held
    return [held[at * len(held) // most] for at in range(most)]


def _read(name: str) -> list[Golden]:
    rows: list[dict[str, Any]] = yaml.safe_load(files("evaluation").joinpath("golden", f"{name}.yaml").read_text())
    return [_golden(row, tuning=at % 2 == 0) for at, row in enumerate(rows)]


def _golden(row: dict[str, Any], *, tuning: bool) -> Golden:
    return Golden(
        text=row["q"],
        kind=row.get("kind", "unanswerable"),
        gold=tuple(tuple(group.split("|")) for group in row.get("gold", ())),
        places=tuple(row.get("in", ())),
        before=tuple(row.get("before", ())),
        tuning=tuning,
        why=row.get("why", ""),
    )


def mark(question: Golden, answer: Answer) -> Marked:
    """Hold an answer against its question."""
    right = not answer.refused and holds(answer.text, question.gold)
    cited = "\n".join(citation.text for citation in answer.citations)
    links = {_place(citation.passage) for citation in answer.citations}
    return Marked(
        question, answer, right, right and holds(cited, question.facts), bool(links & set(map(_place, question.places)))
    )


def holds(text: str, gold: Sequence[Sequence[str]]) -> bool:
    """Whether the text holds one alternative of each group, whatever the case and the kind of its dashes and quotes."""
    plain = _plain(text)
    return all(any(_plain(one) in plain for one in group) for group in gold)


def _plain(text: str) -> str:
    return " ".join(text.casefold().replace("‑", "-").replace("–", "-").replace("’", "'").replace("**", "").split())


def _place(passage: str) -> str:
    """A passage's section without its ordinal; anchors are compared by their letters alone."""
    section = passage if passage.startswith("rule:") else passage.partition("/")[0]
    return "".join(character for character in section.casefold() if character.isalnum() or character in ":#")
