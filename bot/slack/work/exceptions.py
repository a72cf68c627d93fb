"""Exceptions as work: asked, decided, withdrawn, talked about, and what time brings. The service checks rights."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from bot.checking.asker import Asker
from bot.exceptions.model import Choice, ExceptionRequest, NotThere, PartState, Refused
from bot.profile.verdict import Judgement
from bot.slack.blocks import exceptions as drawing
from bot.slack.blocks.elements import Block, context, divider, fit_message, header, inline, section
from bot.slack.blocks.titles import TITLES
from bot.slack.durable import PATIENT, Handler, Steps
from bot.slack.replies import Place
from bot.slack.schedules import Job
from bot.slack.services import Services
from bot.slack.work.exception_cards import CARDED, ExceptionCards
from bot.store.records import SavedDeal

DUE = Job("exceptions:due", "*/5 * * * *", "exception.due")
"""Every five minutes: reminders, escalations, ends."""
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
            "exception.history": self.history,
            "exception.due": self.due,
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
        """One card more, for somebody who decides and lost sight of theirs."""

        def post() -> Outcome:
            service = self._services.exceptions
            number, authority = int(payload["number"]), str(payload["authority"])
            request, part = service.part(number, authority, self._asker(payload))
            self._cards.fresh_card(request, part, str(payload["user"]))
            return {"number": request.number}

        self._refused(payload, steps, steps("show", lambda: self._tried(post), attempts=PATIENT))

    def history(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """`/deal-check history`: my deals, my exceptions, and what waits for me."""
        blocks = steps("draw", lambda: self.history_blocks(self._asker(payload)))
        place = Place.of(payload)
        text = "Your deals and exceptions"
        steps("post", lambda: self._services.replies.send(place, text=text, blocks=blocks), attempts=PATIENT)

    def due(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """What is due now, over all requests."""
        del payload
        for number in steps("due", self._services.exceptions.due):
            told = steps(f"pursue:{number}", lambda number=number: self._pursue(number))  # type: ignore[misc]
            if not told:
                continue
            self._cards.show(number, steps, f"show:{number}")
            for turn, (part, text) in enumerate(told):
                self._cards.tell(number, steps, part=part, text=text, name=f"tell:{number}:{turn}")

    # What the handlers do

    def history_blocks(self, asker: Asker) -> list[Block]:
        """Everything of one person in one message."""
        service, services = self._services.exceptions, self._services
        blocks: list[Block] = [header("Your deals and exceptions")]
        waiting = service.to_decide(asker)
        if waiting:
            blocks += [section(f"*{len(waiting)} wait for your decision*")]
            blocks += [drawing.to_decide_block(each) for each in waiting[:10]]
            blocks.append(divider())
        mine = service.mine(asker, 15)
        blocks += [section("*Exceptions you asked for*"), *(section(drawing.line_of(request)) for request in mine)]
        if not mine:
            blocks.append(section("None yet. A verdict that needs approval has the button *Ask for an exception*."))
        decided = service.decided_by(asker)
        if decided:
            lines = [drawing.line_of(each.request) for each in decided]
            blocks += [divider(), section("*Exceptions you decided*"), *(section(line) for line in lines)]
        blocks += [divider(), section("*Your deals*")]
        deals = services.desk.mine(asker)
        words = covered_words(services, deals)
        lines = [_deal_line(saved, words.get(saved.key)) for saved in deals]
        blocks.append(section("\n".join(lines) if lines else "None yet. `/deal-check` checks one."))
        return fit_message(blocks, context(drawing.MORE))

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

    def _pursue(self, number: int) -> list[list[str]]:
        done = self._services.exceptions.pursue(number)
        if done is None:
            return []
        request, events = done
        told: list[list[str]] = []
        deal = inline(request.subject.deal, 80)
        for event in events:
            part = request.part(str(event.body["authority"]))
            if part is None:
                continue
            match event.kind:
                case "exception.reminded":
                    asked = drawing.day(part.opened_at or request.asked_at)
                    told.append([part.authority, f"⏰ Exception {number} on {deal} waits since {asked}."])
                case "exception.escalated":
                    told.append(["", f"⏫ Exception {number}: {inline(part.name)} has not decided, so it has gone up."])
                case "exception.expired":
                    told.append(["", f"⌛ The approval of {inline(part.name)} for {deal} has ended."])
        return told

    def _asked_words(self, number: int) -> str:
        request = self._services.exceptions.known(number)
        if request is None:
            return "Asked."
        open_ = [p for p in request.parts if p.state is PartState.OPEN]
        who = "; ".join(
            f"*{inline(p.name)}* ({drawing.names(self._services.exceptions.deciders(request, p))})" for p in open_
        )
        return f"Exception {number} is asked for. To decide: {who}. Our direct message shows where it stands."

    def _decided_words(self, number: int, authority: str) -> str:
        request = self._services.exceptions.known(number)
        part = request.part(authority) if request is not None else None
        if request is None or part is None or part.decision is None:
            return f"Exception {number} has changed."
        return (
            f"{inline(part.decision.by.name, 80)} for {inline(part.name, 80)}: {part.state.value}. "
            f"{drawing.notification(request)}"
        )

    def _question_message(self, number: int, authority: str) -> dict[str, Any]:
        request = self._services.exceptions.known(number)
        asked = [r for r in request.talk if r.authority == authority and r.asks] if request is not None else []
        if request is None or not asked:
            return {"text": f"Somebody asks about exception {number}.", "blocks": None}
        text = f"{inline(asked[-1].by.name, 80)} asks about exception {number}"
        return {"text": text, "blocks": drawing.question_card(request, asked[-1])}

    # Shared

    def _asker(self, payload: Mapping[str, Any]) -> Asker:
        return self._services.askers.of(str(payload["user"]))

    def _fresh(self, payload: Mapping[str, Any]) -> Asker:
        """Who presses, as Slack knows them now: a right to decide never rests on what was known earlier."""
        from slack_sdk.errors import SlackApiError  # noqa: PLC0415 loaded with the client

        from bot.slack.outages import is_temporary  # noqa: PLC0415

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
            blocks.append(section("You wrote:\n" + "\n".join(f"> {inline(line, 1500)}" for line in typed.splitlines())))
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


def covered_words(services: Services, deals: Sequence[SavedDeal]) -> dict[str, str]:
    """What approvals say of saved deals, by key: those that fit with exception."""
    judge = services.desk.judge
    found: dict[str, str] = {}
    for saved in deals:
        if saved.judgement is Judgement.NEEDS_APPROVAL:
            deal = services.desk.deal_of(saved)
            words = services.exceptions.coverage(saved.key, deal, judge.judge(deal)).words
            if words is not None:
                found[saved.key] = words
    return found


def _deal_line(saved: SavedDeal, covered: str | None) -> str:
    verdict = TITLES[saved.judgement] if saved.judgement is not None else "not judged"
    return " · ".join(filter(None, (f"*{inline(saved.name)}*: {verdict}", covered, drawing.day(saved.updated_at))))
