"""Exceptions as work: asked, decided, withdrawn, talked about. The service checks every right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from bot.checking.asker import Asker
from bot.exceptions.model import Choice, ExceptionRequest, NotThere, PartState, Refused
from bot.slack.blocks.elements import inline, section, sections
from bot.slack.blocks.exception_parts import QUOTE, names
from bot.slack.blocks.exception_status import question_card
from bot.slack.blocks.exceptions import notification
from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.replies import Place
from bot.slack.services import Services
from bot.slack.work.exception_cards import CARDED, ExceptionCards
from bot.slack.work.exception_due import ExceptionsDue
from bot.slack.work.exception_history import ExceptionHistory

Outcome = dict[str, Any]


class ExceptionWork:
    """Handlers of everything about exceptions."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._cards = ExceptionCards(services)

    def handlers(self) -> dict[str, Handler]:
        """By kind of work."""
        return {
            "exception.ask": self.ask,
            "exception.decide": self.decide,
            "exception.withdraw": self.withdraw,
            "exception.question": self.question,
            "exception.answer": self.answer,
            "exception.show": self.show,
            **ExceptionHistory(self._services).handlers(),
            **ExceptionsDue(self._services, self._cards).handlers(),
            CARDED: self._cards.draw_anew,
        }

    def ask(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A submitted form: the request, its cards, and a word where the form was opened."""
        outcome = steps("ask", lambda: self._tried(lambda: self._ask(payload)))
        if self._refused(payload, steps, outcome, typed=f"{payload['why']}\n\n{payload['gives']}"):
            return
        number = outcome["number"]
        if outcome.get("replaces"):
            self._cards.show(outcome["replaces"], steps, "older")
        self._cards.show(number, steps)
        text = steps("said", lambda: self._asked_words(number))
        self._say(payload, steps, text)

    def decide(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Approve, approve with conditions, or decline."""
        outcome = steps("decide", lambda: self._tried(lambda: self._decide(payload)), attempts=PATIENT)
        number = int(payload["number"])
        if self._refused(payload, steps, outcome, typed=str(payload.get("words") or "")):
            if outcome.get("stale"):
                self._cards.show(number, steps)
            return
        self._cards.show(number, steps)
        text = steps("words", lambda: self._decided_words(number, str(payload["authority"])))
        self._cards.tell(number, steps, part="", text=text, name="tell")

    def withdraw(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """Take a request back."""
        service, number = self._services.exceptions, int(payload["number"])
        outcome = steps("withdraw", lambda: self._tried(lambda: service.withdraw(number, self._asker(payload))))
        if not self._refused(payload, steps, outcome):
            self._cards.show(number, steps)

    def question(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """An approver asks; the one who asked for the exception gets it with a button to answer."""
        number = int(payload["number"])
        outcome = steps("question", lambda: self._tried(lambda: self._remark(payload, asks=True)), attempts=PATIENT)
        if self._refused(payload, steps, outcome, typed=str(payload["words"])):
            return
        self._cards.show(number, steps)
        message = steps("words", lambda: self._question_message(number, str(payload["authority"])))
        self._cards.tell(number, steps, part="", name="tell", **message)

    def answer(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """The answer goes to the cards of those who decide."""
        number, authority = int(payload["number"]), str(payload["authority"])
        outcome = steps("answer", lambda: self._tried(lambda: self._remark(payload, asks=False)))
        if self._refused(payload, steps, outcome, typed=str(payload["words"])):
            return
        self._cards.show(number, steps)
        text = f"{inline(outcome['by'], 80)} answered about exception {number}: {inline(str(payload['words']), 300)}"
        self._cards.tell(number, steps, part=authority, text=text, name="tell")

    def show(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """One card more, for somebody who decides, or asked, and lost sight of theirs."""

        def post() -> Outcome:
            service = self._services.exceptions
            number, authority = int(payload["number"]), str(payload["authority"])
            if authority:
                request, part = service.part(number, authority, self._asker(payload))
                self._cards.fresh_card(request, part.authority, str(payload["user"]))
            else:
                request = service.own(number, self._asker(payload))
                self._cards.fresh_card(request, "", str(payload["user"]))
            return {"number": request.number}

        self._refused(payload, steps, steps("show", lambda: self._tried(post), attempts=PATIENT))

    # What the handlers do

    def _ask(self, payload: Mapping[str, Any]) -> ExceptionRequest:
        return self._services.exceptions.ask(
            str(payload["key"]),
            self._asker(payload),
            why=str(payload["why"]),
            gives=str(payload["gives"]),
            origin=str(payload["origin"]),
            seen=str(payload["seen"]) or None,
        )

    def _decide(self, payload: Mapping[str, Any]) -> ExceptionRequest:
        return self._services.exceptions.decide(
            int(payload["number"]),
            str(payload["authority"]),
            self._fresh(payload),
            Choice(payload["choice"]),
            origin=str(payload["origin"]),
            words=str(payload.get("words") or ""),
            until=end_of(str(payload.get("until") or "")),
        )

    def _remark(self, payload: Mapping[str, Any], *, asks: bool) -> ExceptionRequest:
        service = self._services.exceptions
        do = service.ask_rep if asks else service.answer
        asker = self._fresh(payload) if asks else self._asker(payload)
        number, authority = int(payload["number"]), str(payload["authority"])
        return do(number, authority, asker, str(payload["words"]), origin=str(payload["origin"]))

    # What is said

    def _asked_words(self, number: int) -> str:
        request = self._services.exceptions.known(number)
        if request is None:
            return "Asked."
        open_ = [p for p in request.parts if p.state is PartState.OPEN]
        who = "; ".join(f"*{inline(p.name)}* ({names(self._services.exceptions.deciders(request, p))})" for p in open_)
        return f"Exception {number} is asked for. To decide: {who}. Our direct message shows where it stands."

    def _decided_words(self, number: int, authority: str) -> str:
        request = self._services.exceptions.known(number)
        part = request.part(authority) if request is not None else None
        if request is None or part is None or part.decision is None:
            return f"Exception {number} has changed."
        words = part.decision.words
        said = f": “{inline(words.text)}”" if words is not None and words.text else "."
        decided = f"{inline(part.decision.by.name, 80)} for {inline(part.name, 80)}: {part.state.value}{said}"
        return f"{decided} {notification(request)}"

    def _question_message(self, number: int, authority: str) -> dict[str, Any]:
        request = self._services.exceptions.known(number)
        asked = [r for r in request.talk if r.authority == authority and r.asks] if request is not None else []
        if request is None or not asked:
            return {"text": f"Somebody asks about exception {number}.", "blocks": None}
        text = f"{inline(asked[-1].by.name, 80)} asks about exception {number}, {inline(request.subject.deal, 80)}"
        text += f": {inline(asked[-1].text.text)}" if asked[-1].text.text else ""
        return {"text": text, "blocks": question_card(request, asked[-1])}

    # Shared

    def _asker(self, payload: Mapping[str, Any]) -> Asker:
        return self._services.askers.of(str(payload["user"]))

    def _fresh(self, payload: Mapping[str, Any]) -> Asker:
        """Who presses, as Slack knows them now: a right to decide never rests on what was known earlier."""
        from slack_sdk.errors import SlackApiError  # loaded with the client

        from bot.slack.outages import is_temporary

        user = str(payload["user"])
        try:
            return self._services.askers.fresh(user)
        except SlackApiError as error:
            if is_temporary(error):
                raise
            return Asker(user, user)

    @staticmethod
    def _tried(do: Callable[[], Any]) -> Outcome:
        """What came of it, as data that a step can keep: the number, or the words of a refusal."""
        try:
            done = do()
        except NotThere as error:
            return {"refused": str(error)}
        except Refused as error:
            return {"refused": str(error), "stale": True}
        if isinstance(done, ExceptionRequest):
            by = done.talk[-1].by.name if done.talk else done.requester.name
            return {"number": done.number, "replaces": done.replaces, "by": by}
        return dict(done)

    def _refused(self, payload: Mapping[str, Any], steps: Steps, outcome: Outcome, *, typed: str = "") -> bool:
        """Tell of a refusal, with what was typed, so that nothing is lost. Whether there was one."""
        if "refused" not in outcome:
            return False
        blocks = [section(inline(outcome["refused"], 1500))]
        if typed.strip():
            blocks += sections(["You wrote:", *(f"> {inline(line, QUOTE)}" for line in typed.splitlines())])
        place = replace(Place.of(payload), private=True)
        text = inline(str(outcome["refused"]), 300)
        steps("refuse", lambda: self._services.replies.send(place, text=text, blocks=blocks), attempts=PATIENT)
        return True

    def _say(self, payload: Mapping[str, Any], steps: Steps, text: str) -> None:
        place = replace(Place.of(payload), private=True)
        if place.is_direct:
            return
        steps("say", lambda: self._services.replies.send(place, text=text, blocks=[section(text)]), attempts=PATIENT)


def end_of(day: str) -> datetime | None:
    """The end of a day that somebody picked; None where none was, or what came is no day."""
    try:
        return datetime.combine(date.fromisoformat(day), time(23, 59, 59), UTC)
    except ValueError:
        return None
