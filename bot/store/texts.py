"""Texts beside the log: what people wrote, asked and were told. The log holds only their marks: they can be erased."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.store.exception_tables import personal_texts
from bot.store.plain import clean
from bot.store.upsert import inserting

BESIDE, ERASED = "beside", "erased"
"""In the body of a decision: the mark of what stands beside the log; and, for a reader, that it was erased."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class WrittenText:
    """What somebody wrote. `mark` stands for it in the log and in bodies; `text` is None once it was erased."""

    mark: str
    text: str | None
    salt: str | None = None
    author: str = ""

    @classmethod
    def new(cls, text: str, author: str) -> WrittenText:
        """A text with a salt of its own, so that its mark says nothing of it."""
        salt, text = secrets.token_hex(32), clean(text)
        return cls(hashlib.sha256(f"{salt}{text}".encode()).hexdigest(), text, salt, author)


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure took away: texts beside the log, turns of threads, words of feedback, a deal as it stood.

    `requests` are those for exceptions that lost what they said, `questions` those about the pipeline that were kept.
    `owned` are deals and calls that lost the name of their owner or rep, `accounts` those that nobody looks after now.
    """

    texts: int = 0
    turns: int = 0
    feedback: int = 0
    deals: int = 0
    requests: int = 0
    questions: int = 0
    owned: int = 0
    accounts: int = 0

    @property
    def nothing(self) -> bool:
        """Whether there was nothing to erase."""
        return self == Erased()


def put(connection: Connection, texts: Iterable[tuple[WrittenText, str]], at: datetime) -> None:
    """Keeps texts, each with what it is about. Keeping one again changes nothing."""
    rows = [
        {"mark": each.mark, "salt": each.salt, "text": each.text, "about": about, "author": each.author, "at": at}
        | {"erased_at": None}
        for each, about in texts
    ]
    if rows:
        statement = inserting(connection, personal_texts)
        connection.execute(statement.on_conflict_do_nothing(index_elements=[personal_texts.c.mark]), rows)


def with_texts(connection: Connection, bodies: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The bodies of decisions with what stands beside the log put back; `erased` is true where it is gone."""
    marks = [str(body[BESIDE]) for body in bodies if BESIDE in body]
    texts: dict[str, str | None] = {}
    for start in range(0, len(marks), _AT_ONCE):
        some = personal_texts.c.mark.in_(marks[start : start + _AT_ONCE])
        found = connection.execute(select(personal_texts.c.mark, personal_texts.c.text).where(some))
        texts.update((row.mark, row.text) for row in found)
    return [_whole(body, texts) for body in bodies]


def _whole(body: Mapping[str, Any], texts: Mapping[str, str | None]) -> Mapping[str, Any]:
    if BESIDE not in body:
        return body
    rest = {name: value for name, value in body.items() if name != BESIDE}
    text = texts.get(str(body[BESIDE]))
    return {**rest, ERASED: True} if text is None else {**rest, **json.loads(text)}
