"""The cards of a request: posted to whom it concerns, and drawn anew for everybody when something changes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from bot.exceptions.model import ExceptionRequest, Part, PartState
from bot.exceptions.service import ExceptionService
from bot.profile.people import Person
from bot.slack.blocks.elements import inline, section
from bot.slack.blocks.exception_status import status_card
from bot.slack.blocks.exceptions import approver_card, notification
from bot.slack.durable import PATIENT, Steps
from bot.slack.effects import mark_of
from bot.slack.replies import Place, Then
from bot.slack.services import Services
from bot.store.exceptions import Card

CARDED = "exception.carded"
Message = dict[str, Any]


class ExceptionCards:
    """Posts and updates the cards of requests."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._directory = services.directory
        services.replies.outbox.after(CARDED, self._carded, instead=self._not_carded)

    @property
    def _exceptions(self) -> ExceptionService:
        return self._services.exceptions

    def show(self, number: int, steps: Steps, name: str = "show") -> None:
        """Bring every card of a request up to date, and post those that are missing."""
        for turn, task in enumerate(steps(f"{name}:plan", lambda: self._plan(number))):
            steps(f"{name}:{turn}", lambda task=task: self._card(number, task), attempts=PATIENT)  # type: ignore[misc]

    def lacks(self, number: int) -> bool:
        """Whether a card is missing that can be sent now: of whom Slack did not reach before, and knows again."""
        request = self._exceptions.known(number)
        if request is None:
            return False
        there = {(card.part, card.reader) for card in self._services.store.exceptions.cards(number)}
        missing = (each for each in self._wanted(request) if each not in there)
        return any(not self._services.store.outgoing.is_known(self._mark(number, *each)) for each in missing)

    def tell(self, number: int, steps: Steps, *, part: str, text: str, name: str, blocks: Any = None) -> None:
        """Say something in the thread of each card of a part (of the one who asked: ""), so that phones show it."""
        cards = steps(f"{name}:cards", lambda: [[c.channel, c.ts] for c in self._cards(number, part)])
        for turn, (channel, ts) in enumerate(cards):
            place = Place(channel, "", ts, private=False)
            steps(f"{name}:{turn}", partial(self._services.replies.send, place, text=text, blocks=blocks))

    def fresh_card(self, request: ExceptionRequest, part: str, user: str) -> None:
        """Post one more card of a part (of the one who asked: "") to somebody who asked to see it."""
        self._card(request.number, {"part": part, "to": user}, again=True)

    def approver_message(self, request: ExceptionRequest, part: Part) -> Message:
        """The approver's card as a message."""
        service = self._exceptions
        blocks = approver_card(
            request,
            part,
            others=self._deciders(request),
            precedents=service.precedents(request, part),
            changed=self._changed(request),
        )
        return {"text": notification(request, part), "blocks": blocks}

    def status_message(self, request: ExceptionRequest) -> Message:
        """The card of the one who asked, as a message."""
        deciders = self._deciders(request)
        unreached = {
            authority: [person.name for person in people if self._directory.account(person) is None]
            for authority, people in deciders.items()
            if self._channel(request, authority) is None
        }
        blocks = status_card(request, deciders=deciders, unreached=unreached)
        return {"text": notification(request), "blocks": blocks}

    def _plan(self, number: int) -> list[dict[str, str]]:
        """What there is to do: cards to draw anew, and cards to post."""
        request = self._exceptions.known(number)
        if request is None:
            return []
        cards = self._services.store.exceptions.cards(number)
        tasks = [{"part": c.part, "channel": c.channel, "ts": c.ts} for c in cards]
        there = {(card.part, card.reader) for card in cards}
        tasks += [{"part": part, "to": to} for part, to in self._wanted(request) if (part, to) not in there]
        return tasks

    def _wanted(self, request: ExceptionRequest) -> Iterator[tuple[str, str]]:
        yield "", request.requester.user
        for part in request.parts:
            if part.state is not PartState.OPEN:
                continue
            channel = self._exceptions.channel(part)
            if channel is not None:
                yield part.authority, channel
            for person in self._exceptions.deciders(request, part) if channel is None or part.escalated_to else ():
                account = self._directory.account(person)
                if account is not None and account != request.requester.user:
                    yield part.authority, account

    def _card(self, number: int, task: Mapping[str, str], *, again: bool = False) -> None:
        request = self._exceptions.known(number)
        part = request.part(task["part"]) if request is not None and task["part"] else None
        if request is None or (task["part"] and part is None):
            return
        message = self.status_message(request) if part is None else self.approver_message(request, part)
        if "ts" in task:
            self._services.replies.update(task["channel"], task["ts"], **message)
            now = self._exceptions.known(number)
            if now is not None and now.version != request.version:
                # Whoever changed it meanwhile may have put theirs before ours: what is put last is what stands.
                self._card(number, task)
            return
        to = task["to"]
        seen = {"number": number, "part": task["part"], "to": to, "version": request.version}
        user = to if to.startswith(("U", "W")) else ""
        self._services.replies.send(
            Place(to, user, private=False),
            text=message["text"],
            blocks=message["blocks"],
            then=Then(CARDED, seen),
            # However many pieces of work find that a card is missing while it waits to be sent: it is one card.
            mark=None if again else self._mark(number, task["part"], to),
        )

    def _mark(self, number: int, part: str, to: str) -> str:
        """The mark of a card. One that Slack refused is tried again as another, once a day."""
        name = f"exception:{number}:{part}:{to}"
        refused = self._services.store.outgoing.is_refused(mark_of(name))
        return mark_of(f"{name}:{self._services.clock().date()}") if refused else mark_of(name)

    def _carded(self, payload: Mapping[str, Any]) -> bool:
        """A card stands in Slack now: remember it. Whether the request has changed since it was drawn."""
        number, part = int(payload["number"]), str(payload["part"])
        card = Card(number, part, str(payload["to"]), str(payload["channel"]), str(payload["ts"]))
        self._services.store.exceptions.remember_card(card)
        request = self._exceptions.known(number)
        return request is not None and request.version != payload["version"]

    def _not_carded(self, payload: Mapping[str, Any], reason: str) -> None:
        """A card can never stand where it should: the one who asked hears of it, so that nothing waits unseen."""
        number, to = int(payload["number"]), str(payload["to"])
        request = self._exceptions.known(number)
        part = request.part(str(payload["part"])) if request is not None else None
        if request is None or part is None:
            return
        where = "them" if to.startswith(("U", "W")) else "their channel"
        text = (
            f"Exception {number}: I could not ask {inline(part.name, 80)}, because Slack does not let me write to "
            f"{where} ({inline(reason, 60)}). Please speak to them yourself; "
            "whoever runs Dealfit sees it in `dealfit doctor`."
        )
        user = request.requester.user
        mark = mark_of(f"exception:{number}:unreached:{part.authority}:{to}")
        self._services.replies.send(Place(user, user), text=text, blocks=[section(text)], mark=mark)

    def draw_anew(self, payload: Mapping[str, Any], steps: Steps) -> None:
        """A card that was out of date when it came to stand in Slack."""
        task = {"part": str(payload["part"]), "channel": str(payload["channel"]), "ts": str(payload["ts"])}
        steps("draw", lambda: self._card(int(payload["number"]), task), attempts=PATIENT)

    def _cards(self, number: int, part: str) -> list[Card]:
        return [card for card in self._services.store.exceptions.cards(number) if card.part == part]

    def _deciders(self, request: ExceptionRequest) -> dict[str, tuple[Person, ...]]:
        open_ = (part for part in request.parts if part.state is PartState.OPEN)
        return {part.authority: self._exceptions.deciders(request, part) for part in open_}

    def _channel(self, request: ExceptionRequest, authority: str) -> str | None:
        part = request.part(authority)
        return None if part is None else self._exceptions.channel(part)

    def _changed(self, request: ExceptionRequest) -> bool:
        saved = self._services.store.deal(request.subject.deal_key)
        return saved is not None and saved.deal_sha256 != request.subject.deal_sha256
