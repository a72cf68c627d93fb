"""An answer as a file: all its rows as CSV, or the picture at a glance as a PNG. It goes to the person alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bot.checking.asker import Asker
from bot.pipeline.service import AccessDenied
from bot.pipeline.validating import QueryError
from bot.slack.blocks.elements import clip_escaped
from bot.slack.durable import PATIENT, Steps
from bot.slack.private_files import Delivery, send_privately
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.pipeline_messages import GONE, query_of, said, whose

ALTERNATIVE = 1000
"""Characters of an image's description that we give; Slack takes more, a listener does not."""


class PipelineFiles:
    """The handlers of "Export CSV" and "As a picture"."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def csv(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Every row of an answer, as the asker may see it now."""
        self._send(payload, steps, self._csv)

    def picture(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The picture at a glance."""
        self._send(payload, steps, self._picture)

    def _send(self, payload: Mapping[str, Any], steps: Steps, make: Any) -> None:
        # The bytes are made and sent in one step: what a queue keeps of a step should be small.
        done = steps("send", lambda: self._made(payload, make), attempts=PATIENT)
        if done is None:
            return
        message, place = said(done), Place.of(payload)
        steps(
            "post",
            lambda: self._services.replies.send(place, text=message["text"], blocks=message["blocks"]),
            attempts=PATIENT,
        )

    def _made(self, payload: Mapping[str, Any], make: Any) -> str | None:
        """Make and send the file; what has to be said besides, None where the file says it all."""
        asker = self._services.askers.of(str(payload["user"]))
        try:
            delivery = make(payload, asker)
        except AccessDenied as error:
            return str(error)
        except (QueryError, LookupError, ValueError):
            return GONE
        if delivery.problem is not None:
            return f"I could not give you the file: {delivery.problem}."
        return None if delivery.here else "The file is in your direct message with me."

    def _csv(self, payload: Mapping[str, Any], asker: Asker) -> Delivery:
        body = self._services.store.asked.get(str(payload["value"]))
        if body is None:
            raise LookupError
        question = str(body.get("question") or "")
        name = f"pipeline-{self._services.clock().date().isoformat()}.csv"
        data = b"".join(self._services.pipeline.export(query_of(body), asker))
        comment = "Every row, whatever the message shows." + (f" The question: {question}" if question else "")
        return send_privately(
            self._services.client,
            Place.of(payload),
            name=name,
            data=data,
            title=name,
            comment=clip_escaped(comment, 600),
        )

    def _picture(self, payload: Mapping[str, Any], asker: Asker) -> Delivery:
        from bot.pipeline.charts.drawing import png  # noqa: PLC0415 the drawing takes a second to load
        from bot.pipeline.charts.glance import glance_sheet  # noqa: PLC0415 the same

        overview = self._services.pipeline.overview(asker)
        day = self._services.clock().date()
        sheet = glance_sheet(
            overview.fit,
            whose=whose(asker),
            day=day,
            profile=overview.profile_words,
            currency=overview.currency,
            notes=overview.notes,
        )
        alternative = sheet.alternative
        return send_privately(
            self._services.client,
            Place.of(payload),
            name=f"pipeline-fit-{day.isoformat()}.png",
            data=png(sheet),
            title=sheet.title,
            comment=clip_escaped(f"{sheet.title}. {sheet.subtitle}", 600),
            alt=alternative if len(alternative) <= ALTERNATIVE else alternative[: ALTERNATIVE - 1] + "…",
        )
