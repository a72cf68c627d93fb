"""The composer with a model: it writes from numbered evidence, and only sentences that pass the check are shown."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from bot.answers.compose import Composed, ending, opening, quote, unsaid
from bot.answers.flow import pieces
from bot.answers.model import Dropped, ModelUse
from bot.answers.prompts import PromptError
from bot.answers.streaming import ChatModel, Counted, ModelError
from bot.answers.words import content_stems
from bot.answers.writing import UNREADY, Written, finished, shown_of, take, variables

if TYPE_CHECKING:
    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence
    from bot.answers.flow import Piece
    from bot.answers.model import Turn
    from bot.answers.prompts import Prompt, Prompts

TRIES = 2
"""One call and one retry."""

REWRITE_SECONDS = 5.0
"""How long a follow-up's rewriting may take of an answer's time."""

_PAUSE = 0.2
_WORTH_WAITING = 0.5
_OWN_WORDS = 0.2
_LONGEST_REWRITE = 300


class ModelComposer:
    """Writes with a model, sentence by sentence through the check; whatever fails, the playbooks are quoted instead."""

    def __init__(
        self,
        model: ChatModel,
        prompts: Prompts,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model = model
        self._prompts = prompts
        self._monotonic = monotonic
        self._sleep = sleep

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        """Rules in the judge's words, and what the model makes of the passages. Without passages no model is called."""
        opening(evidence, draft)
        composed = self.passages(evidence, draft, counted)
        ending(evidence, draft)
        return unsaid(evidence, draft, composed)

    def passages(self, evidence: Evidence, draft: Draft, counted: Counted, *, seconds: float | None = None) -> Composed:
        """What the model makes of the passages, in a single call. `seconds` are left; all of its time without."""
        if not evidence.passages:
            return Composed("extractive")
        shown = shown_of(evidence)
        try:
            prompt = self._prompts.render("answer", variables(evidence, shown.citations))
        except PromptError as error:
            quote(evidence, draft)
            return Composed("extractive", dropped=(Dropped("", str(error)),), notice=UNREADY)
        began = self._monotonic()
        written = Written()
        draft.paragraph()
        for piece in self._pieces(prompt, counted, written, seconds or self._model.settings.seconds):
            take(piece, shown, draft, written)
            if written.over:
                break
        use = ModelUse(
            self._model.settings.name, counted.tokens_in, counted.tokens_out, round(self._monotonic() - began, 3)
        )
        return finished(evidence, draft, written, use)

    def rewrite(self, question: str, history: Sequence[Turn], counted: Counted) -> str | None:
        """A follow-up that stands alone, when the model gives one made of the conversation's own words."""
        try:
            prompt = self._prompts.render("rewrite", {"question": question, "turns": list(history)})
            written = "".join(self._model.stream(prompt, counted, REWRITE_SECONDS))
        except (ModelError, PromptError):
            return None
        lines = [line.strip() for line in written.strip().splitlines() if line.strip()]
        if len(lines) != 1 or len(lines[0]) > _LONGEST_REWRITE:
            return None
        known = {stem for text in (question, *(turn.text for turn in history)) for stem in content_stems(text)}
        mine = content_stems(lines[0])
        strange = [stem for stem in mine if stem not in known]
        return lines[0] if mine and len(strange) <= _OWN_WORDS * len(mine) else None

    def _pieces(self, prompt: Prompt, counted: Counted, written: Written, seconds: float) -> Iterator[Piece]:
        """The model's sentences; a call that fails before its first one is tried once more, within the same time."""
        deadline = self._monotonic() + seconds
        for attempt in range(1, TRIES + 1):
            begun = False
            left = deadline - self._monotonic()
            # The first call leaves time for a second one, so that a hanging endpoint can be asked again.
            share = left if attempt == TRIES else left * 0.6
            try:
                for piece in pieces(self._model.stream(prompt, counted, share)):
                    begun = True
                    yield piece
            except ModelError as error:
                written.fault = str(error)
                pause = error.retry_after if error.retry_after is not None else _PAUSE
                left = deadline - self._monotonic()
                if begun or attempt == TRIES or not error.retry or pause > left * _WORTH_WAITING:
                    return
                self._sleep(pause)
            else:
                written.fault = None
                return
