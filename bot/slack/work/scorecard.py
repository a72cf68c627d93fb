"""A rep's scorecard, for themself or for their manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from bot.pipeline.scorecard.service import NoSuchRep, ScorecardService
from bot.pipeline.view import AccessDenied
from bot.slack.blocks.elements import inline, section
from bot.slack.blocks.scorecard import scorecard_blocks, scorecard_notification
from bot.slack.durable import PATIENT, Steps
from bot.slack.replies import Place

if TYPE_CHECKING:
    from bot.slack.services import Services


class ScorecardWork:
    """The handler of `/pipeline scorecard`. Only the person who asked sees the answer."""

    def __init__(self, services: Services, scorecards: ScorecardService) -> None:
        self._services = services
        self._scorecards = scorecards

    def show(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """`/pipeline scorecard [rep]`."""
        message = steps("compute", lambda: self._compute(payload))
        place, send = Place.of(payload), self._services.replies.send
        steps("post", lambda: send(place, text=message["text"], blocks=message["blocks"]), attempts=PATIENT)

    def _compute(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        asker = self._services.askers.of(str(payload["user"]))
        try:
            card = self._scorecards.of(asker, str(payload.get("text") or ""))
        except (AccessDenied, NoSuchRep) as error:
            text = str(error)
        else:
            return {"text": scorecard_notification(card), "blocks": scorecard_blocks(card)}
        return {"text": inline(text, 300), "blocks": [section(inline(text, 1500))]}
