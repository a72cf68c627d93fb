"""A model that hangs is left alone for a while: nobody else should wait for it, and one question tries it again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from bot.answers.compose import Composed, Composer, ExtractiveComposer, Rewriter
from bot.answers.writing import NO_REPLY

if TYPE_CHECKING:
    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence
    from bot.answers.model import Turn
    from bot.answers.streaming import Counted

SLOW_SECONDS = 5.0
"""A model that gives nothing in this time is one to wait for; one that refuses at once keeps nobody waiting."""
REST_SECONDS = 60.0
RESTING = "The language model does not answer at the moment; this is quoted from the playbooks."


class Writer(Composer, Rewriter, Protocol):
    """Composes with a model, and makes follow-ups stand alone."""


class RestingComposer:
    """A composer that lets its model rest after it gave nothing for long. `clock` counts seconds."""

    def __init__(self, writer: Writer, clock: Callable[[], float]) -> None:
        self._writer = writer
        self._clock = clock
        self._quotes = ExtractiveComposer()
        self._lock = threading.Lock()
        self._until: float | None = None

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        """As the writer does; while its model rests, the playbooks are quoted and that is said."""
        if not self._may_try():
            return replace(self._quotes.compose(evidence, draft, counted), notice=RESTING)
        begun = self._clock()
        composed = self._writer.compose(evidence, draft, counted)
        now = self._clock()
        with self._lock:
            if composed.notice != NO_REPLY:  # it wrote, or said slowly and honestly that nothing answers
                self._until = None
            elif now - begun >= SLOW_SECONDS:
                self._until = now + REST_SECONDS
        return composed

    def rewrite(self, question: str, history: Sequence[Turn], counted: Counted) -> str | None:
        """As the writer does; nothing while its model rests."""
        with self._lock:
            if self._until is not None:
                return None
        return self._writer.rewrite(question, history, counted)

    def _may_try(self) -> bool:
        """Whether the model is awake, or this is the one that tries it again."""
        now = self._clock()
        with self._lock:
            if self._until is None:
                return True
            if now < self._until:
                return False
            self._until = now + REST_SECONDS
            return True
