"""Saved questions: kept as jobs that come round, posted weekly with what the saver may see at that moment."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from bot.deals.wording import WEEKDAYS
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import actions, button, inline, section
from bot.slack.blocks.pipeline_saved import SavedQuestion, saved_blocks
from bot.slack.durable import PATIENT, Steps
from bot.slack.replies import Place
from bot.slack.schedules import Job, Kept, ScheduleError
from bot.slack.services import Services
from bot.slack.work.pipeline import PipelineWork
from bot.slack.work.pipeline_messages import GONE, Message, said
from bot.slack.work.pipeline_places import why_not_shown

GROUP = "pipeline"
KIND = "pipeline.weekly"
MOST = 20
"""Questions that one person may have posted."""
HOURS = 24


class SavedQuestions:
    """The handlers of the form, of the list, and of each week's turn."""

    def __init__(self, services: Services, pipeline: PipelineWork) -> None:
        self._services = services
        self._pipeline = pipeline

    def save(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A submitted form: keep the question, and say when it comes first."""
        user, channel = str(payload["user"]), str(payload["to"])
        refused = steps("allowed", lambda: why_not_shown(self._services.client, channel, user), attempts=3)
        if refused is None:
            number = steps("number", lambda: secrets.token_hex(8))
            name = steps("name", lambda: self._name_of(channel), attempts=3)
            message = steps("keep", lambda: self._keep(payload, number, name))
        else:
            message = said(f"Not saved. {refused} You wrote the title “{payload['title']}”.")
        self._tell(payload, message, steps)

    def show(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The asker's own saved questions."""
        self._tell(payload, steps("list", lambda: self._list(str(payload["user"]))), steps)

    def forget(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Delete one of one's own. Somebody else's reads like one that is not there."""

        def deleted() -> Message:
            user = str(payload["user"])
            kept = self._find(str(payload["value"]), user)
            if kept is None:
                return self._list(user, "That saved question is not there any more.")
            self._services.schedules.drop(kept.job.name)
            return self._list(user, f"Deleted: {kept.job.payload['title']}")

        message = steps("delete", deleted)
        place = replace(Place.of(payload), private=True)
        replace_it = self._services.replies.replace
        steps("post", lambda: replace_it(place, text=message["text"], blocks=message["blocks"]), attempts=PATIENT)

    def post(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A week's turn: post it in its channel, or tell the saver why it cannot be."""
        if self._find(str(payload["id"]), str(payload["user"])) is None:
            return
        user, channel = str(payload["user"]), str(payload["channel"])
        refused = steps("allowed", lambda: why_not_shown(self._services.client, channel, user), attempts=PATIENT)
        message = said(refused) if refused else steps("compute", lambda: self._drawn(payload), attempts=PATIENT)
        if message["ok"]:
            self._pipeline.post_shared(Place(channel, user, private=False), message, steps)
            return
        steps("stop", lambda: self._services.schedules.drop(_name(str(payload["id"]))))
        steps("tell", lambda: self._tell_why(payload, message), attempts=PATIENT)

    def _drawn(self, payload: Mapping[str, Any]) -> Message:
        # Whoever Slack does not name for now may see nothing: that must not end what they have saved.
        asker = self._services.askers.named(str(payload["user"]))
        return self._pipeline.drawn(payload.get("asked"), asker, title=str(payload["title"]))

    def _keep(self, payload: Mapping[str, Any], number: str, channel_name: str) -> Message:
        user, mark = str(payload["user"]), str(payload["mark"])
        asked = None if mark == ids.WHOLE else self._services.store.asked.get(mark)
        if mark != ids.WHOLE and asked is None:
            return said(GONE)
        asker = self._services.askers.of(user)
        message = self._pipeline.drawn(asked, asker, title="")
        if not message["ok"]:
            return message
        if len(self._mine(user)) >= MOST:
            return said(f"You have {MOST} saved questions, which is the most. Delete one first: /pipeline saved")
        job = Job(
            name=_name(number),
            cron=f"0 {int(payload['hour']) % HOURS} * * {(int(payload['day']) + 1) % len(WEEKDAYS)}",
            kind=KIND,
            payload={
                "id": number,
                "user": user,
                "title": str(payload["title"]),
                "channel": str(payload["to"]),
                "channel_name": channel_name,
                "day": int(payload["day"]) % len(WEEKDAYS),
                "hour": int(payload["hour"]) % HOURS,
                "asked": asked,
            },
            timezone=str(payload["timezone"]),
            catch_up=False,
        )
        try:
            kept = self._services.schedules.put(job)
        except ScheduleError as error:
            return said(f"Not saved. {error}")
        first = f"{kept.next.astimezone(ZoneInfo(job.timezone)):%d %B %Y, %H:%M}".lstrip("0") + f" ({job.timezone})"
        return self._list(user, f"Saved: {payload['title']}. It is posted first on {first}.")

    def _name_of(self, channel: str) -> str:
        return str(self._services.client.conversations_info(channel=channel)["channel"].get("name") or channel)

    def _mine(self, user: str) -> list[Kept]:
        return [kept for kept in self._services.schedules.all(GROUP) if kept.job.payload.get("user") == user]

    def _find(self, number: str, user: str) -> Kept | None:
        return next((kept for kept in self._mine(user) if kept.job.payload.get("id") == number), None)

    def _list(self, user: str, note: str = "") -> Message:
        saved = [_question(kept) for kept in self._mine(user)]
        text = inline(note, 500) or "Your saved questions"
        return {"text": text, "blocks": saved_blocks(saved, note), "mark": "", "ok": True}

    def _tell(self, payload: Mapping[str, Any], message: Message, steps: Steps) -> None:
        place = replace(Place.of(payload), private=True)
        send = self._services.replies.send
        steps("post", lambda: send(place, text=message["text"], blocks=message["blocks"]), attempts=PATIENT)

    def _tell_why(self, payload: Mapping[str, Any], message: Message) -> None:
        user = str(payload["user"])
        title, name = inline(payload["title"], 150), inline(payload["channel_name"], 90)
        text = f"Your saved question “{title}” was not posted in #{name}, and is posted no more."
        blocks = [section(text), *message["blocks"], actions(button("Saved questions", ids.SAVED, "list"))]
        self._services.replies.send(Place(user, user), text=text, blocks=blocks)


def _name(number: str) -> str:
    return f"{GROUP}:{number}"


def _question(kept: Kept) -> SavedQuestion:
    data = kept.job.payload
    return SavedQuestion(
        id=str(data["id"]),
        title=str(data["title"]),
        channel_name=str(data["channel_name"]),
        day=int(data["day"]),
        hour=int(data["hour"]),
        timezone=kept.job.timezone,
    )
