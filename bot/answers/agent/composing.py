"""The composer whose model may look things up; where the endpoint cannot do that, one call without tools answers."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from bot.answers.agent.running import AgentModel, Looked
from bot.answers.agent.support import ToolSupport
from bot.answers.agent.toolbox import Toolbox
from bot.answers.budget import HELD
from bot.answers.compose import Composed, ending, opening, unsaid
from bot.answers.flow import Flow
from bot.answers.model import ModelUse
from bot.answers.prompts import PromptError
from bot.answers.streaming import ChatModel, ModelError
from bot.answers.writing import Written, finished, say, shown_of, take, variables

if TYPE_CHECKING:
    from bot.answers.composing import ModelComposer
    from bot.answers.draft import Draft
    from bot.answers.evidence import Evidence
    from bot.answers.model import Turn
    from bot.answers.prompts import Prompt, Prompts
    from bot.answers.streaming import Counted
    from bot.answers.writing import Shown

SHARE = 0.6
"""The part of an answer's time that the agent gets; what it leaves is for the call without tools."""

SHARE_PROVEN = 0.85
"""The same, once this endpoint has called a tool rightly."""

LEAST_SECONDS = 0.5
"""Never less for the call without tools."""

KNOWN_WITHOUT_TOOLS = frozenset({401, 403})
"""Refusals that a call without tools would meet too."""

UNTOOLED = re.compile(
    r"<\|?/?tool|\bfunction_call\b|[\"']name[\"']\s*:\s*[\"']\w+[\"']|^\s*`{0,3}\w+\([^)]*\)", re.MULTILINE
)
"""A tool call that came as text: the endpoint, or the model, cannot call tools."""


@dataclass(slots=True)
class _Run:
    """One run of the agent: what it has written, and what that looked like before the check."""

    toolbox: Toolbox
    shown: Shown
    written: Written = field(default_factory=Written)
    text: str = ""

    @property
    def came_to_nothing(self) -> bool:
        """Whether it ended without an answer for a reason that a call without tools does not have."""
        written = self.written
        if written.kept or written.declined:
            return False
        return written.fault is not None or not self.text.strip() or bool(UNTOOLED.search(self.text))


class AgentComposer:
    """Writes with a model that has read-only tools. Falls back to `single`, and that to quoting."""

    def __init__(
        self,
        model: ChatModel,
        prompts: Prompts,
        single: ModelComposer,
        *,
        monotonic: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._model = model
        self._agent = AgentModel(model)
        self._prompts = prompts
        self._single = single
        self._monotonic = monotonic
        self._sleep = sleep
        self._support = ToolSupport(monotonic)

    def rewrite(self, question: str, history: Sequence[Turn], counted: Counted) -> str | None:
        """A follow-up that stands alone: one call, without tools."""
        return self._single.rewrite(question, history, counted)

    def compose(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        """Rules and the verdict at hand in the judge's words, and what the model makes of all it finds."""
        opening(evidence, draft)
        if evidence.lookup is None or not (evidence.passages or evidence.asks_of_deals):
            composed = Composed("extractive")
        elif not self._support.may_be_tried():
            composed = _told(self._single.passages(evidence, draft, counted), "tools did not work here lately")
        else:
            composed = self._looking(evidence, draft, counted)
        ending(evidence, draft)
        if composed.model is not None and composed.model.tools:
            return composed  # what a tool brought may answer a part for which the first search found nothing
        return unsaid(evidence, draft, composed)

    def _looking(self, evidence: Evidence, draft: Draft, counted: Counted) -> Composed:
        assert evidence.lookup is not None  # noqa: S101 - compose has looked
        shown = shown_of(evidence)
        run = _Run(Toolbox(evidence.lookup, shown), shown)
        tools = [{"name": tool.name, "does": tool.does} for tool in run.toolbox.tools]
        try:
            prompt = self._prompts.render("agent", {**variables(evidence, shown.citations), "tools": tools})
        except PromptError as error:
            return _told(self._single.passages(evidence, draft, counted), str(error))
        began = self._monotonic()
        whole = self._model.settings.seconds
        draft.paragraph()
        fault = self._run(prompt, run, evidence, draft, counted, whole)
        if run.toolbox.called:
            self._support.works()
        if run.came_to_nothing and (fault is None or fault.status not in KNOWN_WITHOUT_TOOLS):
            left = whole - (self._monotonic() - began)
            return self._without_tools(evidence, draft, counted, fault, left)
        use = ModelUse(
            self._model.settings.name,
            counted.tokens_in,
            counted.tokens_out,
            round(self._monotonic() - began, 3),
            way="agent",
            tools=tuple(run.toolbox.called),
        )
        return finished(evidence, draft, run.written, use)

    def _run(
        self, prompt: Prompt, run: _Run, evidence: Evidence, draft: Draft, counted: Counted, whole: float
    ) -> ModelError | None:
        """Let the agent work; what it writes goes through the check sentence by sentence."""
        shown = run.shown
        seconds = whole * (SHARE_PROVEN if self._support.proven else SHARE)
        events = self._agent.run(
            prompt, run.toolbox.tools, run.toolbox.call, counted, seconds=seconds, tokens=HELD // 2
        )
        flow, written = Flow(), run.written
        try:
            for event in events:
                if isinstance(event, Looked):
                    # What was said on the way to a tool is no answer, and its faults are none.
                    flow, run.text = Flow(), ""
                    written.dropped.clear()
                    continue
                if not run.text and evidence.asks_of_deals:
                    _say_verdicts(run, draft)
                run.text += event
                for piece in flow.add(event):
                    take(piece, shown, draft, written)
                if written.over:
                    counted.cut = True
                    return None
            for piece in flow.end():
                take(piece, shown, draft, written)
        except ModelError as error:
            written.fault = str(error)
            counted.cut = counted.cut or error.status is None
            return error
        if evidence.asks_of_deals:
            _say_verdicts(run, draft)
        return None

    def _without_tools(
        self, evidence: Evidence, draft: Draft, counted: Counted, error: ModelError | None, left: float
    ) -> Composed:
        """One call without tools in the time that is left."""
        pause = (error.retry_after or 0.0) if error is not None else 0.0
        if 0 < pause < left / 2:
            self._sleep(pause)
        composed = self._single.passages(evidence, draft, counted, seconds=max(left - pause, LEAST_SECONDS))
        answered = composed.composer == "model"
        status = error.status if error is not None else None
        if answered or status is None:
            # Also when both came to nothing in time: a slow endpoint gets all of it for the one call then.
            self._support.fails(refused=answered and status is not None and not pause)
        return _told(composed, str(error) if error is not None else "no usable tool call came back")


def _say_verdicts(run: _Run, draft: Draft) -> None:
    """Say the verdicts that were obtained and not said yet."""
    for number in run.toolbox.judged:
        if number in run.shown.own:
            say(number, run.shown, draft, run.written)


def _told(composed: Composed, reason: str) -> Composed:
    """The same, with why no agent wrote it."""
    return composed if composed.model is None else replace(composed, model=replace(composed.model, fallback=reason))
