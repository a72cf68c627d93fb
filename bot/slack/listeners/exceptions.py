"""Buttons and forms of exceptions. A form opens when its reader may use it; what it says is done as work."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from bot.exceptions.model import Choice, ExceptionRequest, NotThere, Part, Refused
from bot.exceptions.service import LEAST_WORDS, MOST_WORDS
from bot.profile.exceptions_language import Asking
from bot.slack import exception_ids as ids
from bot.slack.blocks import exception_forms as forms
from bot.slack.blocks.elements import button, inline, section
from bot.slack.blocks.exception_forms import FormPlace, given
from bot.slack.forms import open_view
from bot.slack.inbox import Work
from bot.slack.listeners.actions import action_payload
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.exceptions import end_of

if TYPE_CHECKING:
    from slack_bolt import Ack, App

    from bot.slack.listeners import Put

LONGEST_NUMBER = 15
Form = Callable[[ExceptionRequest, Part, FormPlace], dict[str, Any]]
FORMS: Mapping[str, tuple[Form, str]] = {
    ids.CONDITIONS: (forms.conditions_form, "Approve with conditions"),
    ids.DECLINE: (forms.decline_form, "Decline"),
    ids.ASK_REP: (forms.question_form, "Ask the rep"),
    ids.ANSWER: (forms.answer_form, "Answer"),
}
SUBMITTED = {
    ids.CONDITIONS_FORM: ("exception.decide", Choice.CONDITIONS),
    ids.DECLINE_FORM: ("exception.decide", Choice.DECLINE),
    ids.QUESTION_FORM: ("exception.question", None),
    ids.ANSWER_FORM: ("exception.answer", None),
}
PRESSED = {
    ids.APPROVE: ("exception.decide", Choice.APPROVE),
    ids.WITHDRAW: ("exception.withdraw", None),
    ids.SHOW: ("exception.show", None),
}


def register(app: App, services: Services, put: Put) -> None:
    """Register every button and form of exceptions."""
    doing = ExceptionListeners(services, put)
    app.action(ids.ASK)(doing.open_ask_form)
    app.view(ids.ASK_FORM)(doing.asked)
    for action_id in FORMS:
        app.action(action_id)(doing.open_form)
    for callback in SUBMITTED:
        app.view(callback)(doing.submitted)
    for action_id in PRESSED:
        app.action(action_id)(doing.pressed)


class ExceptionListeners:
    """What Slack calls. Nothing here gives a right: the service checks each, here for words and then for good."""

    def __init__(self, services: Services, put: Put) -> None:
        self._services = services
        self._put = put

    def open_ask_form(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Open the form that asks for an exception, filled with the findings."""
        ack()
        services, payload = self._services, action_payload(body)
        place, key = Place.of(payload), str(action.get("value") or "")
        try:
            draft = services.exceptions.draft(key, services.askers.of(payload["user"]))
        except (NotThere, Refused) as refused:
            self._tell(place, refused)
            return
        where = FormPlace(
            channel=payload["channel"],
            response_url=payload["response_url"] or "",
            key=draft.key,
            seen=draft.checked.verdict.deal_sha256,
        )
        again = button("Open the form", ids.ASK, draft.key)
        view = forms.ask_form(draft, where, in_order=services.exceptions.plan.order is Asking.IN_ORDER)
        open_view(services, trigger_id=str(body["trigger_id"]), view=view, place=place, again=again)

    def asked(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """The form was submitted. What would be refused stands at its field, and what was typed stays."""
        services, where = self._services, FormPlace.load(str(view.get("private_metadata") or ""))
        user, why, gives = str(body["user"]["id"]), given(view, ids.WHY), given(view, ids.GIVES)
        errors = {block: words for block, text in ((ids.WHY, why), (ids.GIVES, gives)) if (words := _length(text))}
        if not errors:
            try:
                draft = services.exceptions.draft(where.key, services.askers.of(user))
                if where.seen != draft.checked.verdict.deal_sha256:
                    errors[ids.WHY] = "The deal has changed since. Copy your text, and open the form anew."
            except (NotThere, Refused) as refused:
                errors[ids.WHY] = str(refused)[:300]
        if errors:
            ack(response_action="errors", errors=errors)
            return
        origin = _origin(view)
        payload = {**_payload(body, where), "key": where.key, "seen": where.seen, "why": why, "gives": gives}
        self._put(Work("exception.ask", origin, {**payload, "origin": origin}))
        ack()

    def open_form(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """Open one of the small forms, for who may use it."""
        ack()
        services, payload = self._services, action_payload(body)
        place, value = Place.of(payload), str(action.get("value") or "")
        number, authority = _named(value)
        make, label = FORMS[str(action["action_id"])]
        asker = services.askers.of(payload["user"])
        try:
            if str(action["action_id"]) == ids.ANSWER:
                request, part = services.exceptions.part(number, authority, asker)
            else:
                request, part = services.exceptions.may_decide(number, authority, asker)
        except (NotThere, Refused) as refused:
            self._tell(place, refused)
            return
        where = FormPlace(
            channel=payload["channel"],
            response_url=payload["response_url"] or "",
            number=request.number,
            authority=authority,
        )
        again = button(label, str(action["action_id"]), value)
        view = make(request, part, where)
        open_view(services, trigger_id=str(body["trigger_id"]), view=view, place=place, again=again)

    def submitted(self, ack: Ack, body: dict[str, Any], view: dict[str, Any]) -> None:
        """A small form was submitted. A decision that cannot be any more is told in the form."""
        kind, choice = SUBMITTED[str(view["callback_id"])]
        where = FormPlace.load(str(view.get("private_metadata") or ""))
        words, until = given(view, ids.WORDS), given(view, ids.UNTIL)
        errors = {ids.WORDS: told} if (told := _length(words, least=1 if choice is None else LEAST_WORDS)) else {}
        if not errors:
            errors = self._refusals(str(body["user"]["id"]), where, kind, until)
        if errors:
            ack(response_action="errors", errors=errors)
            return
        origin = _origin(view)
        payload = {**_payload(body, where), "number": where.number, "authority": where.authority, "words": words}
        payload |= {"origin": origin, "until": until, "choice": choice.value if choice is not None else None}
        self._put(Work(kind, origin, payload))
        ack()

    def pressed(self, ack: Ack, body: dict[str, Any], action: dict[str, Any]) -> None:
        """A button that needs no form."""
        kind, choice = PRESSED[str(action["action_id"])]
        number, authority = _named(str(action.get("value") or ""))
        payload = action_payload(body)
        origin = f"action:{body['trigger_id']}:{payload['user']}:{action['action_id']}"
        payload |= {"number": number, "authority": authority, "origin": origin}
        payload["choice"] = choice.value if choice is not None else None
        self._put(Work(kind, origin, payload))
        ack()

    def _refusals(self, user: str, where: FormPlace, kind: str, until: str) -> dict[str, str]:
        services = self._services
        asker = services.askers.of(user)
        try:
            if kind == "exception.answer":
                services.exceptions.part(where.number, where.authority, asker)
                return {}
            _, part = services.exceptions.may_decide(where.number, where.authority, asker)
        except (NotThere, Refused) as refused:
            return {ids.WORDS: str(refused)[:300]}
        end = end_of(until)
        if end is None:
            return {}
        try:
            services.exceptions.check_end(part, end)
        except Refused as refused:
            return {ids.UNTIL: str(refused)[:300]}
        return {}

    def _tell(self, place: Place, refused: Exception) -> None:
        text = inline(str(refused), 1500)
        self._services.replies.send(place, text=text, blocks=[section(text)])


def _length(text: str, least: int = LEAST_WORDS) -> str | None:
    words = text.strip()
    if len(words) < least:
        return "Write a sentence." if least > 1 else "Write something."
    return f"{MOST_WORDS} characters are the most." if len(words) > MOST_WORDS else None


def _named(value: str) -> tuple[int, str]:
    """What a button carries. What no button of ours carries names nothing."""
    number, _, authority = value.partition("|")
    if number.isascii() and number.isdigit() and len(number) <= LONGEST_NUMBER:
        return int(number), authority[:100]
    return 0, ""


def _origin(view: Mapping[str, Any]) -> str:
    return f"view:{view['id']}:{view.get('hash')}"


def _payload(body: Mapping[str, Any], where: FormPlace) -> dict[str, Any]:
    user = str(body["user"]["id"])
    return {
        "team": str((body.get("team") or {}).get("id") or ""),
        "user": user,
        "channel": where.channel or user,
        "response_url": where.response_url or None,
    }
