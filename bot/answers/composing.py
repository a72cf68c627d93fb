"""The composer with a model: it writes from numbered evidence, and only sentences that pass the check are shown."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.answers.compose import Composed, quote, write_rules
from bot.answers.flow import pieces
from bot.answers.model import Dropped, ModelUse
from bot.answers.prompts import PromptError
from bot.answers.streaming import ChatModel, Counted, ModelError
from bot.answers.verification import check_sentence
from bot.answers.words import content_stems

if TYPE_CHECKING:
    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence
    from bot.answers.flow import Piece
    from bot.answers.model import Citation, Turn
    from bot.answers.prompts import Prompt, Prompts

MOST_PASSAGES = 6
"""How many passages a model is shown."""

MOST_SENTENCES = 12
"""A model that writes on is cut off here."""

TRIES = 2
"""One call and one retry."""

REWRITE_SECONDS = 5.0
"""How long a follow-up's rewriting may take of an answer's time."""

NO_REPLY = "The model did not answer; this is quoted from the playbooks."
UNCARRIED = "What the model wrote was not carried by the playbooks; this is quoted from them."
CUT_SHORT = "The model stopped before the end; the rest is quoted from the playbooks."
UNREADY = "The prompt for the model cannot be used; this is quoted from the playbooks."

_NOT_IN_EVIDENCE = re.compile(r"\bnot in (?:the )?evidence\b", re.IGNORECASE)
_PAUSE = 0.2
_WORTH_WAITING = 0.5
_OWN_WORDS = 0.2
_LONGEST_REWRITE = 300


@dataclass(slots=True)
class _Written:
    """What a model has written so far, after the check."""

    kept: int = 0
    used: set[str] = field(default_factory=set)
    dropped: list[Dropped] = field(default_factory=list)
    fault: str | None = None
    declined: bool = False


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
        if not evidence.hits:
            write_rules(evidence, draft)
            return Composed("extractive")
        if evidence.rules_lead:
            write_rules(evidence, draft)
        composed = self._passages(evidence, draft, counted)
        if not evidence.rules_lead:
            write_rules(evidence, draft)
        return composed

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

    def _passages(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        shown = {citation.n: citation for citation in evidence.citations()[: len(evidence.rules) + MOST_PASSAGES]}
        statements = {at: rule.statements for at, rule in enumerate(evidence.rules, start=1)}
        try:
            prompt = self._prompts.render("answer", _variables(evidence, shown))
        except PromptError as error:
            quote(evidence, draft)
            return Composed("extractive", dropped=(Dropped("", str(error)),), notice=UNREADY)
        began = self._monotonic()
        written = _Written()
        draft.paragraph()
        for piece in self._pieces(prompt, counted, written):
            _take(piece, shown, statements, draft, written)
            if written.declined or written.kept >= MOST_SENTENCES:
                break
        use = ModelUse(
            self._model.settings.name, counted.tokens_in, counted.tokens_out, round(self._monotonic() - began, 3)
        )
        return _finished(evidence, draft, written, use)

    def _pieces(self, prompt: Prompt, counted: Counted, written: _Written) -> Iterator[Piece]:
        """The model's sentences; a call that fails before its first one is tried once more, within the same time."""
        deadline = self._monotonic() + self._model.settings.seconds
        for attempt in range(1, TRIES + 1):
            begun = False
            left = deadline - self._monotonic()
            # The first call leaves time for a second one, so that a hanging endpoint can be asked again.
            seconds = left if attempt == TRIES else left * 0.6
            try:
                for piece in pieces(self._model.stream(prompt, counted, seconds)):
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


def _variables(evidence: Evidence, shown: dict[int, Citation]) -> dict[str, object]:
    return {
        "question": evidence.question,
        "rules": [
            {"n": at, "label": rule.label, "statements": [f"{one}." for one in rule.statements]}
            for at, rule in enumerate(evidence.rules, start=1)
        ],
        "passages": [
            {"n": one.n, "heading": one.heading, "text": one.text} for one in shown.values() if one.kind == "passage"
        ],
    }


def _take(
    piece: Piece,
    shown: dict[int, Citation],
    statements: dict[int, tuple[str, ...]],
    draft: Draft,
    written: _Written,
) -> None:
    """Check a sentence of the model, and add it or keep the reason why not."""
    if _NOT_IN_EVIDENCE.search(piece.text) and not written.kept:
        written.declined = True
        return
    checked = check_sentence(piece.text, shown, statements)
    if checked.reason is not None:
        written.dropped.append(Dropped(piece.text, checked.reason))
        return
    if piece.starts and written.kept:
        draft.paragraph()
    sources = tuple(shown[number] for number in checked.citations)
    draft.add(checked.text, sources, layout=piece.layout, number=piece.number)
    written.kept += 1
    written.used |= {source.passage for source in sources}


def _finished(evidence: Evidence, draft: Draft, written: _Written, use: ModelUse) -> Composed:
    """Complete from the playbooks what the model left out, and say so."""
    dropped = tuple(written.dropped)
    if written.fault is not None:
        dropped = (*dropped, Dropped("", written.fault))
    enough = written.kept > 0 and written.kept >= len(written.dropped)
    if enough and written.fault is None:
        return Composed("model", use, dropped)
    quote(evidence, draft, skip=frozenset(written.used))
    if written.kept:
        return Composed("model", use, dropped, CUT_SHORT if written.fault else UNCARRIED)
    if written.fault is not None:
        return Composed("extractive", use, dropped, NO_REPLY)
    return Composed("extractive", use, dropped, None if written.declined else UNCARRIED)
