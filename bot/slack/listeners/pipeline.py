"""The buttons, selects and forms of pipeline answers: handed on as work before the ack, but for the form that opens."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.deals.wording import WEEKDAYS
from bot.slack import pipeline_ids as ids
from bot.slack.blocks.elements import button, section
from bot.slack.blocks.pipeline_saved import LONGEST_TITLE, SaveContext, save_form
from bot.slack.forms import open_view
from bot.slack.inbox import Work
from bot.slack.listeners.actions import action_payload
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.pipeline_messages import GONE

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

WORK = {
    ids.NEAR: "pipeline.again",
    ids.CHIP: "pipeline.change",
    ids.DRILL: "pipeline.drill",
    ids.DEAL: "pipeline.deal",
    ids.PAGE: "pipeline.page",
    ids.SHARE: "pipeline.share",
    ids.CSV: "pipeline.csv",
    ids.PICTURE: "pipeline.picture",
    ids.SHARE_PICTURE: "pipeline.share_picture",
    ids.SAVED: "pipeline.saved",
    ids.FORGET: "pipeline.forget",
    ids.GLANCE: "pipeline",
}
ONCE_A_MESSAGE = frozenset({"pipeline.share", "pipeline.share_picture"})
"""A second click would show it twice: there the message is the key, not the click."""
CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")
TIMEZONE = re.compile(r"[A-Za-z0-9_+\-/]{1,60}")


def register(app: App, services: Services, put: Put) -> None:
    """Register all of them."""

    def hand_on(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        name, _, place = str(action["action_id"]).partition("|")[0].rpartition(".")
        name, place = (name, place) if name in WORK else (str(action["action_id"]), "")
        kind = WORK[name]
        chosen = action.get("selected_option") or {}
        payload = {
            **action_payload(body),
            "value": str(action.get("value") or chosen.get("value") or ""),
            "place": place,
            "mark": str(action.get("block_id") or "").partition("|")[2],
            "text": "",
            "private": True,
        }
        stamp = (body.get("container") or {}).get("message_ts") if kind in ONCE_A_MESSAGE else None
        put(Work(kind, f"action:{stamp or body['trigger_id']}:{payload['user']}:{action['action_id']}", payload))
        ack()

    def open_form(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        payload = action_payload(body)
        mark = str(action.get("value") or "")
        asked = None if mark == ids.WHOLE else services.store.asked.get(mark)
        if mark != ids.WHOLE and asked is None:
            services.replies.send(Place.of(payload), text=GONE, blocks=[section(GONE)])
            return
        question = str((asked or {}).get("question") or "")
        where = SaveContext(mark, payload["channel"], _timezone(services, payload["user"]), payload["response_url"])
        view = save_form(where, title=question or "Pipeline fit", asked=question)
        again = button("Open the form", ids.SAVE, mark)
        open_view(services, trigger_id=str(body["trigger_id"]), view=view, place=Place.of(payload), again=again)

    def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        where = SaveContext.load(str(view.get("private_metadata") or ""))
        entered, errors = read_form((view.get("state") or {}).get("values") or {})
        if errors:
            ack(response_action="errors", errors=errors)
            return
        user = str(body["user"]["id"])
        payload = {
            "team": str((body.get("team") or {}).get("id") or ""),
            "user": user,
            "channel": where.channel or user,
            "response_url": where.response_url,
            "mark": where.mark,
            "timezone": where.timezone if TIMEZONE.fullmatch(where.timezone) else "UTC",
            **entered,
        }
        put(Work("pipeline.save", f"view:{view['id']}:{view.get('hash')}", payload))
        ack()

    for action_id in WORK:
        app.action(re.compile(rf"^{re.escape(action_id)}(\.\d+)?$"))(hand_on)
    app.action(ids.SAVE)(open_form)
    app.view(ids.SAVE_FORM)(submitted)


def read_form(values: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    """What was entered, and what is wrong with it by field. A forged value is wrong like any other."""
    title = " ".join(str(_entered(values, ids.FORM_TITLE, "value") or "").split())
    channel = str(_entered(values, ids.FORM_CHANNEL, "selected_conversation") or "")
    day = str((_entered(values, ids.FORM_DAY, "selected_option") or {}).get("value") or "")
    hour = str((_entered(values, ids.FORM_HOUR, "selected_option") or {}).get("value") or "")
    errors: dict[str, str] = {}
    if not title or len(title) > LONGEST_TITLE:
        errors[ids.FORM_TITLE] = f"Give it a title of at most {LONGEST_TITLE} characters."
    if not CHANNEL.fullmatch(channel):
        errors[ids.FORM_CHANNEL] = "Choose a channel."
    if day not in {str(number) for number in range(len(WEEKDAYS))}:
        errors[ids.FORM_DAY] = "Choose a weekday."
    if hour not in {str(number) for number in range(24)}:
        errors[ids.FORM_HOUR] = "Choose an hour."
    if errors:
        return {}, errors
    return {"title": title, "to": channel, "day": int(day), "hour": int(hour)}, {}


def _entered(values: dict[str, Any], block: str, name: str) -> Any:
    return ((values.get(block) or {}).get("value") or {}).get(name)


def _timezone(services: Services, user: str) -> str:
    """The time zone of somebody's account; UTC where Slack does not say."""
    from slack_sdk.errors import SlackClientError  # loaded with the client

    try:
        found = str((services.client.users_info(user=user)["user"] or {}).get("tz") or "")
    except (SlackClientError, OSError):
        return "UTC"
    return found if TIMEZONE.fullmatch(found) else "UTC"
