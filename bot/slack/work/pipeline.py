"""The pipeline: the picture at a glance, or a question in words, for those who may see it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.pipeline.service import AccessDenied
from bot.slack.blocks import pipeline as drawing
from bot.slack.blocks.elements import inline, section
from bot.slack.durable import PATIENT, Steps
from bot.slack.replies import Place
from bot.slack.services import Services


class PipelineWork:
    """The handler of `/pipeline`."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def answer(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Answer the person who asked; only they see it."""
        message = steps("compute", lambda: self._compute(payload))
        place = Place.of(payload)
        steps(
            "post",
            lambda: self._services.replies.send(place, text=message["text"], blocks=message["blocks"]),
            attempts=PATIENT,
        )

    def _compute(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        asker = self._services.askers.of(str(payload["user"]))
        question = str(payload.get("text") or "").strip()
        try:
            if not question:
                overview = self._services.pipeline.overview(asker)
                return {"text": drawing.notification_of(overview.fit), "blocks": drawing.overview_blocks(overview)}
            answer = self._services.pipeline.ask(question, asker)
        except AccessDenied as error:
            return {"text": str(error), "blocks": [section(inline(str(error), 500))]}
        return {"text": f"Answer to: {inline(question, 200)}", "blocks": drawing.answer_blocks(answer)}
