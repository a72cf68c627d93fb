"""Buttons. Those that open a view do it at once; those that post are handed on as work before the ack."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from bot.checking.desk import CheckedDeal
from bot.slack import ids
from bot.slack.blocks.elements import section
from bot.slack.blocks.form import FormContext
from bot.slack.forms import kept_in, open_form, open_view, same_again
from bot.slack.inbox import Work
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.sources import source_view
from bot.slack.work.deals import GONE
from bot.slack.work.feedback import KIND as FEEDBACK
from bot.slack.work.messages import MessageWork

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

WORK = {
    ids.APPLY_OFFER: "deal.offer",
    ids.KEEP_CHANGE: "deal.keep",
    ids.SHARE_DEAL: "deal.share",
    ids.PIPELINE: "pipeline",
}
LONGEST_NUMBER = 15
"""Digits of a decision's number; a longer one was not made by us."""


def register(app: App, services: Services, put: Put) -> None:  # noqa: C901, PLR0915 a list of buttons, each a few lines
    """Register every button."""

    def hand_on(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        payload = {**action_payload(body), "value": str(action.get("value") or ""), "text": ""}
        kind = WORK[str(action["action_id"])]
        if kind == "deal.share":  # a second click posts nothing more: the work knows the card by this
            payload["card"] = str((body.get("container") or {}).get("message_ts") or body["trigger_id"])
        put(Work(kind, f"action:{body['trigger_id']}:{payload['user']}:{action['action_id']}", payload))
        ack()

    def new_deal(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        trigger, user = str(body["trigger_id"]), str(body["user"]["id"])
        kept = kept_in(services, str(action.get("value") or ""))
        if kept.words:
            view = MessageWork(services).form({**action_payload(body), "text": kept.words}, alone=True)
            open_view(services, trigger_id=trigger, view=view, place=_place(body), again=same_again(action))
            return
        open_form(services, trigger_id=trigger, user=user, where=_where(body, kept.key), deal=kept.deal)

    def edit_deal(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        user = str(body["user"]["id"])
        saved = services.desk.find(str(action.get("value") or ""), services.askers.of(user))
        if saved is None:
            services.replies.send(_place(body), text=GONE, blocks=[section(GONE)])
            return
        deal = services.desk.deal_of(saved)
        open_form(services, trigger_id=str(body["trigger_id"]), user=user, where=_where(body, saved.key), deal=deal)

    def show_checked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        asker = services.askers.of(str(body["user"]["id"]))
        saved = services.desk.find(str(action.get("value") or ""), asker)
        if saved is None:
            services.replies.send(_place(body), text=GONE, blocks=[section(GONE)])
            return
        checked = services.desk.check(services.desk.deal_of(saved), asker=asker, record=False)
        view = _view_of(str(action["action_id"]), checked, services)
        open_view(services, trigger_id=str(body["trigger_id"]), view=view, place=_place(body), again=same_again(action))

    def open_passage(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        asker = services.askers.of(str(body["user"]["id"]))
        view = source_view(services, str(action.get("value") or ""), asker)
        open_view(services, trigger_id=str(body["trigger_id"]), view=view, place=_place(body), again=same_again(action))

    def ask_again(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        message = body.get("message") or {}
        payload = {
            **action_payload(body),
            "ts": str(message.get("ts") or ""),
            "thread_ts": str(message.get("thread_ts") or message.get("ts") or ""),
            "text": str(action.get("value") or ""),
            "direct": True,
        }
        put(Work("question", f"action:{body['trigger_id']}", payload))
        ack()

    def feedback(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        number, _, value = str(action.get("value") or "").partition("|")
        if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER and value in {"up", "down"}:
            payload = {"decision": int(number), "user": str(body["user"]["id"]), "value": value}
            put(Work(FEEDBACK, f"action:{body['trigger_id']}", payload))
        ack()

    for action_id in WORK:
        app.action(action_id)(hand_on)
    app.action(ids.CHECK_DEAL)(new_deal)
    app.action(ids.EDIT_DEAL)(edit_deal)
    app.action(ids.SHOW_FINDINGS)(show_checked)
    app.action(ids.SHOW_WORTH)(show_checked)
    app.action(ids.SHOW_WORDS)(show_checked)
    app.action(re.compile(rf"^{re.escape(ids.OPEN_PASSAGE)}(\.\d+)?$"))(open_passage)
    app.action(re.compile(rf"^{re.escape(ids.ASK_AGAIN)}\.\d+$"))(ask_again)
    app.action(ids.FEEDBACK)(feedback)


def _view_of(action_id: str, checked: CheckedDeal, services: Services) -> dict[str, object]:
    """The modal that a button of the card opens."""
    from bot.answers.coaching import coach  # keeps the table of listeners readable
    from bot.slack.blocks.coaching import words_view  # the same
    from bot.slack.blocks.economics import worth_view  # the same
    from bot.slack.blocks.verdict import findings_view  # the same

    facts = services.live.current().profile.specs
    if action_id == ids.SHOW_WORTH:
        return worth_view(checked, facts=facts)
    if action_id == ids.SHOW_WORDS:
        return words_view(checked.deal.name, coach(checked.verdict, checked.guidance))
    return findings_view(checked, facts=facts, people=services.people())


def action_payload(body: dict[str, Any]) -> dict[str, Any]:
    """What work needs of a pressed button."""
    user = str(body["user"]["id"])
    container = body.get("container") or {}
    channel = (body.get("channel") or {}).get("id") or container.get("channel_id") or user
    thread = container.get("thread_ts") or (body.get("message") or {}).get("thread_ts")
    return {
        "team": str((body.get("team") or {}).get("id") or ""),
        "user": user,
        "channel": str(channel),
        "thread_ts": thread,
        "response_url": body.get("response_url"),
    }


def _place(body: dict[str, Any]) -> Place:
    return Place.of(action_payload(body))


def _where(body: dict[str, Any], key: str | None = None) -> FormContext:
    payload = action_payload(body)
    return FormContext(channel=payload["channel"], response_url=payload["response_url"], key=key)
