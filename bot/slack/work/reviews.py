"""Calls and reviews: the dates ahead, an agenda, what was measured, a calendar file, and reminders to owners."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import structlog

from bot.pipeline.proposals.texts import TextsError
from bot.pipeline.reviews.agenda import state_words
from bot.pipeline.reviews.calendar import Meeting
from bot.pipeline.reviews.service import CannotNote, NoSuchCustomer, Reminder, ReviewService
from bot.pipeline.view import AccessDenied
from bot.slack.blocks import reviews as drawing
from bot.slack.blocks.elements import inline, section
from bot.slack.durable import PATIENT, Steps, one_by_one
from bot.slack.private_files import send_privately
from bot.slack.refusals import NOBODY, reason_of
from bot.slack.replies import Place
from bot.slack.schedules import Job

if TYPE_CHECKING:
    from bot.profile.people import Person
    from bot.slack.services import Services

REMIND = Job("reviews:remind", "0 * * * *", "reviews.remind")
"""Every hour: whoever has a date coming hears of it when their own working day begins, wherever they are."""
ICS = "reviews.ics"
BROKEN = "The texts of calls and reviews cannot be read; whoever runs Dealfit finds the reason in the log."
OTHERS = "The calendar file is in your direct messages with me: a file in a channel would be for everybody."


class ReviewWork:
    """The handlers of `/pipeline reviews`, of its buttons, and of the daily reminder."""

    def __init__(self, services: Services, reviews: ReviewService) -> None:
        self._services = services
        self._reviews = reviews

    def ahead(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """`/pipeline reviews`."""
        self._answer(payload, steps, lambda: self._ahead(payload))

    def agenda(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The agenda of a customer's next date: `/pipeline agenda <customer>`, or a button with the deal's key."""
        self._answer(payload, steps, lambda: self._agenda(payload))

    def note(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A submitted form: what an outcome was measured at."""
        typed = f"{payload['number']} on {payload['on']}"
        self._answer(payload, steps, lambda: self._note(payload), typed=typed)

    def calendar(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The button "Calendar file"."""
        made = steps("make", lambda: self._told(lambda: self._ics(payload)))
        place = Place.of(payload)
        if "ics" in made:
            sent = steps("upload", lambda: self._upload(place, made["ics"]), attempts=PATIENT)
            if sent is None:
                return
            made = {"text": sent, "blocks": [section(inline(sent, 500))]}
        self._post(place, made, steps)

    def remind(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The hourly turn: each owner hears of what comes, once for each date, when their day has begun.

        What fails is due again in an hour, and keeps nobody else's from being sent.
        """
        turn = payload.get("due")
        at = datetime.fromisoformat(str(turn)) if turn else None
        one_by_one(steps("due", lambda: self._due(at)), lambda due: self._remind(due, steps))

    def _remind(self, due: Mapping[str, Any], steps: Steps) -> None:
        who = steps(f"who {due['uid']}", lambda: self._address(str(due["owner"])), attempts=3)
        if who is not None:
            message = steps(f"draw {due['uid']}", lambda: self._reminder(due, who), attempts=3)
            if message is not None:
                steps(f"post {due['uid']}", lambda: self._send(who, message), attempts=PATIENT)
        steps(f"done {due['uid']}", lambda: self._done(due))

    def _due(self, at: datetime | None) -> list[dict[str, Any]]:
        try:
            return [_plain(reminder) for reminder in self._reviews.due(at=at)]
        except TextsError:
            structlog.get_logger("dealfit.reviews").exception("texts cannot be used")
            return []

    def _done(self, due: Mapping[str, Any]) -> None:
        self._reviews.reminded(str(due["uid"]), date.fromisoformat(str(due["on"])))

    def _reminder(self, due: Mapping[str, Any], user: str) -> dict[str, Any] | None:
        asker = self._services.askers.named(user)
        try:
            customer = self._reviews.customer(asker, str(due["key"]))
        except (NoSuchCustomer, AccessDenied):
            return None  # it changed hands, or was taken back, since it became due
        kind, number = Meeting(str(due["kind"])), int(due["number"])
        event = next((e for e in customer.events if (e.kind, e.number) == (kind, number)), None)
        if event is None:
            return None
        agenda = self._reviews.agenda(asker, customer.key, event=event)
        return {"text": drawing.agenda_notification(agenda), "blocks": drawing.agenda_blocks(agenda, reminder=True)}

    def _address(self, key: str) -> str | None:
        """The Slack user of somebody in people.yaml; None where the workspace does not know them.

        Raises Slack's other refusals: those that the operator mends (a token, a scope) lose nobody their reminder.
        """
        from slack_sdk.errors import SlackApiError  # loaded with the client

        person: Person | None = self._services.people().by_key(key)
        if person is None or person.slack:
            return person.slack if person else None
        try:
            return str(self._services.client.users_lookupByEmail(email=person.email)["user"]["id"])
        except SlackApiError as error:
            if reason_of(error) not in NOBODY:
                raise
            structlog.get_logger("dealfit.reviews").warning("reminder not sent", person=key, reason=reason_of(error))
            return None

    def _send(self, user: str, message: Mapping[str, Any]) -> None:
        self._services.replies.send(Place(channel=user, user=user), text=message["text"], blocks=message["blocks"])

    def _ahead(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        asker = self._services.askers.of(str(payload["user"]))
        customers = self._reviews.customers(asker)
        blocks = drawing.reviews_blocks(customers, self._services.clock().date())
        return {"text": "Calls and reviews ahead", "blocks": blocks}

    def _agenda(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        asker = self._services.askers.of(str(payload["user"]))
        agenda = self._reviews.agenda(asker, str(payload.get("value") or payload.get("text") or ""))
        return {"text": drawing.agenda_notification(agenda), "blocks": drawing.agenda_blocks(agenda)}

    def _note(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        asker = self._services.askers.of(str(payload["user"]))
        value, on = Decimal(str(payload["number"])), date.fromisoformat(str(payload["on"]))
        state = self._reviews.note(asker, str(payload["key"]), str(payload["outcome"]), value, on)
        name = self._reviews.customer(asker, str(payload["key"])).name
        return {"text": f"Noted. {inline(state_words(state), 300)}", "blocks": drawing.noted_blocks(name, state)}

    def _ics(self, payload: Mapping[str, Any]) -> dict[str, Any]:
        asker = self._services.askers.of(str(payload["user"]))
        key = str(payload["value"])
        return {"ics": self._reviews.calendar(asker, None if key == "all" else key).decode()}

    def _upload(self, place: Place, ics: str) -> str | None:
        delivery = send_privately(
            self._services.client,
            place,
            name=ICS,
            data=ics.encode(),
            title="Calls and reviews",
            comment="The dates from today on. Importing it again changes what moved and takes off what is gone.",
            alt="A calendar file",
        )
        if delivery.problem is not None:
            return f"The calendar file could not be sent: {delivery.problem}."
        return None if delivery.here else OTHERS

    def _answer(
        self, payload: Mapping[str, Any], steps: Steps, make: Callable[[], dict[str, Any]], *, typed: str = ""
    ) -> None:
        self._post(Place.of(payload), steps("compute", lambda: self._told(make, typed)), steps)

    def _told(self, make: Callable[[], dict[str, Any]], typed: str = "") -> dict[str, Any]:
        """What it makes, or the reason in words for the person who asked, with what they had typed."""
        try:
            return make()
        except (AccessDenied, NoSuchCustomer, CannotNote) as error:
            text = str(error)
        except TextsError:
            structlog.get_logger("dealfit.reviews").exception("texts cannot be used")
            text = BROKEN
        text += f" You entered: {typed}" if typed else ""
        return {"text": inline(text, 300), "blocks": [section(inline(text, 1500))]}

    def _post(self, place: Place, message: Mapping[str, Any], steps: Steps) -> None:
        send = self._services.replies.send
        steps("post", lambda: send(place, text=message["text"], blocks=message["blocks"]), attempts=PATIENT)


def _plain(reminder: Reminder) -> dict[str, Any]:
    event = reminder.event
    return {
        "uid": reminder.uid,
        "key": reminder.key,
        "owner": reminder.owner.key,
        "kind": event.kind.value,
        "number": event.number,
        "on": event.on.isoformat(),
    }
