"""An answer as a file: its rows or figures as CSV, the picture at a glance as a PNG.

It goes to the person alone, or, where they say so, the picture to their channel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.checking.asker import Asker
from bot.pipeline.service import AccessDenied
from bot.pipeline.validating import QueryError
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import clip_escaped
from bot.slack.durable import PATIENT, Steps
from bot.slack.private_files import Delivery, Upload, send_privately, send_to
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.pipeline_messages import GONE, query_of, said, whose
from bot.slack.work.pipeline_places import why_not_shown

ALTERNATIVE = 1000
"""Characters of an image's description that we give; Slack takes more, a listener does not."""


class PipelineFiles:
    """The handlers of "Export CSV", "As a picture" and "Share picture in channel"."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def csv(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Every row of an answer, as the asker may see it now."""
        self._send(payload, steps, self._csv)

    def picture(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The picture at a glance."""
        self._send(payload, steps, self._picture)

    def share(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The picture at a glance in the channel where it was asked for, for all who read there."""
        place = Place.of(payload)
        refused = steps("allowed", lambda: why_not_shown(self._services.client, place.channel, place.user), attempts=3)
        told = refused or steps("send", lambda: self._shared(payload, place), attempts=PATIENT)
        if told is not None:
            message = said(told)
            steps(
                "post",
                lambda: self._services.replies.send(place, text=message["text"], blocks=message["blocks"]),
                attempts=PATIENT,
            )

    def _shared(self, payload: Mapping[str, Any], place: Place) -> str | None:
        """Draw it with what the sharer sees now and post it; what has to be said to them, None where all went well."""
        asker = self._services.askers.of(str(payload["user"]))
        try:
            file = self._drawn(asker, shared_by=asker.name)
        except AccessDenied as error:
            return str(error)
        problem = send_to(self._services.client, place.channel, file)
        return None if problem is None else f"I could not share the picture: {problem}."

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
        day = self._services.clock().date().isoformat()
        if str(payload["value"]) == ids.WHOLE:
            from bot.pipeline.exporting import overview_csv  # loads Arrow

            data, name = overview_csv(self._services.pipeline.overview(asker)), f"pipeline-fit-{day}.csv"
            comment = f"Every figure of the picture at a glance: {whose(asker)}."
        else:
            body = self._services.store.asked.get(str(payload["value"]))
            if body is None:
                raise LookupError
            question = str(body.get("question") or "")
            data, name = b"".join(self._services.pipeline.export(query_of(body), asker)), f"pipeline-{day}.csv"
            comment = "Every row, whatever the message shows." + (f" The question: {question}" if question else "")
        place, comment = Place.of(payload), clip_escaped(comment, 600)
        return send_privately(self._services.client, place, name=name, data=data, title=name, comment=comment)

    def _picture(self, payload: Mapping[str, Any], asker: Asker) -> Delivery:
        file, place = self._drawn(asker), Place.of(payload)
        return send_privately(self._services.client, place, **asdict(file))

    def _drawn(self, asker: Asker, *, shared_by: str | None = None) -> Upload:
        from bot.pipeline.charts.drawing import png  # the drawing takes a second to load
        from bot.pipeline.charts.glance import glance_sheet  # the same

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
        who = f" Shared by {shared_by}, who may see these deals." if shared_by else ""
        return Upload(
            name=f"pipeline-fit-{day.isoformat()}.png",
            data=png(sheet),
            title=sheet.title,
            comment=clip_escaped(f"{sheet.title}. {sheet.subtitle}{who}", 600),
            alt=alternative if len(alternative) <= ALTERNATIVE else alternative[: ALTERNATIVE - 1] + "…",
        )
