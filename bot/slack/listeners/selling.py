"""Buttons and forms of proposals and of customer reviews."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from bot.pipeline.proposals.texts import TextsError
from bot.pipeline.reviews.service import NoSuchCustomer, ReviewService
from bot.pipeline.view import AccessDenied
from bot.slack import ids
from bot.slack.blocks.elements import button, inline, section
from bot.slack.blocks.form import FormContext
from bot.slack.blocks.reviews import DAY, OUTCOME, VALUE, value_form
from bot.slack.forms import open_view
from bot.slack.inbox import Work
from bot.slack.listeners.actions import action_payload
from bot.slack.replies import Place
from bot.slack.services import Services

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

MOST_DIGITS = 15
"""Before the decimal point or behind it: 1e999999999 is a number too, and would be written out."""
WORK = {
    ids.PROPOSAL: "proposal",
    ids.REVIEW_AGENDA: "reviews.agenda",
    ids.REVIEW_CALENDAR: "reviews.calendar",
}


def register(app: App, services: Services, put: Put, reviews: ReviewService) -> None:
    """Register the buttons that are handed on as work, and the form for what was measured."""

    def hand_on(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        payload = {**action_payload(body), "value": str(action.get("value") or ""), "text": ""}
        kind = WORK[str(action["action_id"])]
        put(Work(kind, f"action:{body['trigger_id']}:{payload['user']}:{action['action_id']}", payload))
        ack()

    def start_picked(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        _, _, key = str(action.get("block_id") or "").partition("|")
        payload = {**action_payload(body), "value": key, "on": str(action.get("selected_date") or ""), "text": ""}
        if payload["on"]:
            put(Work("proposal.start", f"action:{body['trigger_id']}:{payload['user']}:start", payload))
        ack()

    def open_form(ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        ack()
        user, key = str(body["user"]["id"]), str(action.get("value") or "")
        payload = action_payload(body)
        place = Place.of(payload)
        try:
            customer = reviews.customer(services.askers.of(user), key)
        except (AccessDenied, NoSuchCustomer, TextsError) as error:
            text = inline(str(error), 500)
            services.replies.send(place, text=text, blocks=[section(text)])
            return
        where = FormContext(channel=payload["channel"], response_url=payload["response_url"], key=customer.key)
        states = reviews.states(customer)
        view = value_form(states, name=customer.name, where=where, today=services.clock().date())
        again = button("Record a value", ids.REVIEW_RECORD, customer.key)
        open_view(services, trigger_id=str(body["trigger_id"]), view=view, place=place, again=again)

    def submitted(ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        values = (view.get("state") or {}).get("values") or {}
        where = FormContext.load(str(view.get("private_metadata") or ""))
        user = str(body["user"]["id"])
        number, day = _value(values, VALUE, "value"), _value(values, DAY, "selected_date")
        errors = _errors(number, day, services.clock().date().isoformat())
        chosen = (values.get(OUTCOME, {}).get(ids.INPUT, {}).get("selected_option") or {}).get("value")
        metric = None if errors else _metric(services, reviews, user, str(where.key), str(chosen))
        if not errors and metric is None:
            errors[OUTCOME] = "This outcome is not in the deal any more. Close the form and open it again."
        if errors:
            ack(response_action="errors", errors=errors)
            return
        payload = {
            "team": str((body.get("team") or {}).get("id") or ""),
            "user": user,
            "channel": where.channel or user,
            "response_url": where.response_url,
            "key": where.key,
            "outcome": metric,
            "number": number,
            "on": day,
        }
        put(Work("reviews.note", f"view:{view['id']}:{view.get('hash')}", payload))
        ack()

    for action_id in WORK:
        app.action(action_id)(hand_on)
    app.action(ids.PROPOSAL_START)(start_picked)
    app.action(ids.REVIEW_RECORD)(open_form)
    app.view(ids.REVIEW_FORM)(submitted)


def _errors(number: str, day: str, today: str) -> dict[str, str]:
    errors: dict[str, str] = {}
    try:
        value = Decimal(number)
        good = value.is_finite() and abs(value.adjusted()) <= MOST_DIGITS
    except InvalidOperation:
        good = False
    if not good:
        errors[VALUE] = "Write a number, such as 12 or 98.6."
    if not day:
        errors[DAY] = "Say on which day it was measured."
    elif day > today:
        errors[DAY] = "This day is still to come. Note a value on the day it was measured, or later."
    return errors


def _metric(services: Services, reviews: ReviewService, user: str, key: str, chosen: str) -> str | None:
    """The outcome that an option stands for: its number among those of the deal."""
    try:
        states = reviews.states(reviews.customer(services.askers.of(user), key))
    except (AccessDenied, NoSuchCustomer, TextsError):
        return None
    number = next((n for n in range(len(states)) if str(n) == chosen), None)
    return None if number is None else states[number].outcome.metric


def _value(values: dict[str, Any], block: str, name: str) -> str:
    return str(values.get(block, {}).get(ids.INPUT, {}).get(name) or "")
