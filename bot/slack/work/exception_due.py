"""What time brings to exceptions, every five minutes: reminders, escalations, warnings before an end, ends.

And the cards of a deal that has changed meanwhile, however it came to: by a form, in a thread, from a CRM, in a shell.
And those of people who decide and could not be sent theirs: they get it once Slack knows them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from bot.exceptions.model import ExceptionRequest, Part, RequestState
from bot.slack.blocks.elements import inline
from bot.slack.blocks.exception_parts import day
from bot.slack.durable import Handler, Steps, one_by_one
from bot.slack.schedules import Job
from bot.slack.services import Services
from bot.slack.work.exception_cards import ExceptionCards
from bot.store.exceptions import Event
from bot.store.records import OPEN

KIND = "exception.due"
DUE = Job("exceptions:due", "*/5 * * * *", KIND)
LATELY = timedelta(minutes=11)
"""Two rounds and a little: a change that fell between two rounds is seen by one of them."""


class ExceptionsDue:
    """The handler of the job."""

    def __init__(self, services: Services, cards: ExceptionCards) -> None:
        self._services = services
        self._cards = cards

    def handlers(self) -> dict[str, Handler]:
        """By kind of work."""
        return {KIND: self.due}

    def due(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """What is due now, over all requests; one that breaks keeps no other from what is due of it."""
        del payload
        rounds: tuple[tuple[str, Callable[[], list[int]], Callable[[int, Steps], None]], ...] = (
            ("due", self._services.exceptions.due, self._pursue),
            ("changed", self._changed, lambda number, steps: self._cards.show(number, steps, f"changed:{number}")),
            ("lacking", self._lacking, lambda number, steps: self._cards.show(number, steps, f"lacking:{number}")),
        )

        def go(name: str, find: Callable[[], list[int]], do: Callable[[int, Steps], None]) -> None:
            one_by_one(steps(name, find), lambda number: do(number, steps))

        one_by_one(rounds, lambda each: go(*each))

    def _pursue(self, number: int, steps: Steps) -> None:
        told = steps(f"pursue:{number}", lambda: self._demanded(number))
        if told:
            self._cards.show(number, steps, f"show:{number}")
        for turn, (part, text) in enumerate(told):
            self._cards.tell(number, steps, part=part, text=text, name=f"tell:{number}:{turn}")

    def _changed(self) -> list[int]:
        """The requests that wait and whose deal was saved lately: their cards say whether it has changed since."""
        services = self._services
        since = services.clock() - LATELY
        found = []
        for row in services.store.exceptions.find(state=RequestState.OPEN.value):
            saved = services.store.deal(row.deal_key)
            if saved is not None and saved.updated_at > max(since, row.asked_at):
                found.append(row.number)
        return found

    def _lacking(self) -> list[int]:
        """The requests that wait and that somebody who decides has no card of, though Slack knows their account now.

        The account was closed or not known when the card was due, or they decide since then only.
        """
        waiting = self._services.store.exceptions.find(state=RequestState.OPEN.value)
        return [row.number for row in waiting if self._cards.lacks(row.number)]

    def _demanded(self, number: int) -> list[list[str]]:
        """Do what is due of one request; what to say of it, each with the part whose cards it belongs to."""
        done = self._services.exceptions.pursue(number)
        if done is None:
            return []
        request, events = done
        saved = self._services.store.deal(request.subject.deal_key)
        sold = saved is None or saved.status not in OPEN
        people = self._services.people()
        told = (said_of(request, event, sold=sold, name_of=people.authority_name) for event in events)
        return [list(each) for each in told if each is not None]


def said_of(
    request: ExceptionRequest, event: Event, *, sold: bool = False, name_of: Callable[[str], str] = str
) -> tuple[str, str] | None:
    """The part whose cards hear of an event ("": those of the one who asked), and the words; None where nobody does.

    `sold`: the deal is not open any more, so that the end of an approval changes nothing. `name_of` says what people
    call an authority.
    """
    part = request.part(str(event.body["authority"]))
    if part is None:
        return None
    number, deal, name = request.number, inline(request.subject.deal, 80), inline(part.name)
    upper = inline(name_of(str(event.body.get("to") or "")), 80)
    match event.kind:
        case "exception.reminded":
            since = day(part.opened_at or request.asked_at)
            return part.authority, f"⏰ Exception {number} on {deal} waits since {since}."
        case "exception.escalated":
            return "", f"⏫ Exception {number}: {name} has not decided on {deal}, so it has gone up to {upper}."
        case "exception.warned" if not sold:
            return "", f"⌛ The approval of {name} for {deal} ends {_end(part)}. Close the deal by then, or ask again."
        case "exception.expired" if not sold:
            return "", f"⌛ The approval of {name} for {deal} has ended. If the deal still needs it, ask again."
        case _:
            return None


def _end(part: Part) -> str:
    until = part.decision.until if part.decision is not None else None
    return "soon" if until is None else f"on {day(until)}"
