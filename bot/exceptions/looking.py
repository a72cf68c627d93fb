"""What can be seen of requests, by whom: one's own, those to decide, earlier ones like it, and counts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bot.checking.access import AccessDenied, Action, NotKnown, needs
from bot.checking.asker import Asker
from bot.exceptions.model import (
    AskedFinding,
    Choice,
    ExceptionRequest,
    NotThere,
    Part,
    PartState,
    Refused,
    RequestState,
)
from bot.exceptions.plain import from_row
from bot.exceptions.routing import Routing
from bot.profile.people import Person
from bot.store.exceptions import ExceptionBook

LOOKED_AT = 400
"""How many of the newest requests are looked through for earlier ones like it."""
SAID = {
    Choice.APPROVE: PartState.APPROVED,
    Choice.CONDITIONS: PartState.CONDITIONS,
    Choice.DECLINE: PartState.DECLINED,
}


@dataclass(frozen=True, slots=True)
class Precedent:
    """An earlier decision on the same check: how far out that deal was, what was decided, and what became of it.

    `state` is what was decided, also where the part has been withdrawn or has ended since: that is `since`.
    """

    number: int
    deal: str
    check: str
    label: str
    actual: str
    gap: str
    state: PartState
    by: str
    at: datetime
    words: str | None
    since: PartState | None = None


@dataclass(frozen=True, slots=True)
class ToDecide:
    """A part that somebody may decide now."""

    request: ExceptionRequest
    part: Part


def not_there(denied: AccessDenied) -> ExceptionRequest:
    """Who may see no exception hears of each what they would hear of one that does not exist."""
    if isinstance(denied, NotKnown):
        raise Refused(str(denied))
    raise NotThere from denied


class Looking:
    """Reading requests. What an asker may not see is as if it were not there."""

    def __init__(self, *, book: ExceptionBook, routing: Routing, clock: Callable[[], datetime]) -> None:
        self._book = book
        self._routing = routing
        self._clock = clock

    @needs(Action.SEE_EXCEPTIONS, instead=not_there)
    def view(self, number: int, asker: Asker) -> ExceptionRequest:
        """One request. Raises NotThere when there is none, or the asker may not see it: both read alike."""
        row = self._book.get(number)
        if row is None:
            raise NotThere
        return self._visible(from_row(row), asker)

    def _visible(self, request: ExceptionRequest, asker: Asker) -> ExceptionRequest:
        if not self._routing.may_see(request, asker, self._clock()):
            raise NotThere
        return request

    @needs(Action.SEE_EXCEPTIONS, instead=not_there)
    def own(self, number: int, asker: Asker) -> ExceptionRequest:
        """A request that the asker asked for. Raises NotThere for any other."""
        request = self.view(number, asker)
        if asker.person is None or request.requester.key != asker.person.key:
            raise NotThere
        return request

    def known(self, number: int) -> ExceptionRequest | None:
        """One request for the program itself: to draw cards for those whom it concerns."""
        row = self._book.get(number)
        return None if row is None else from_row(row)

    def deciders(self, request: ExceptionRequest, part: Part) -> tuple[Person, ...]:
        """Those whom the part goes to now."""
        return self._routing.deciders(request, part, self._clock())

    def channel(self, part: Part) -> str | None:
        """The channel where the part is announced."""
        return self._routing.channel(part.authority)

    @needs(Action.SEE_EXCEPTIONS, instead=lambda _: [])
    def mine(self, asker: Asker, limit: int = 20) -> list[ExceptionRequest]:
        """What the asker asked for, the newest first."""
        if asker.person is None:
            return []
        return [from_row(row) for row in self._book.find(requesters=[asker.person.key], limit=limit)]

    def waiting_on(self, key: str) -> ExceptionRequest | None:
        """The request on a deal that is not decided yet. For those who may see the deal."""
        rows = self._book.find(deal_key=key, state=RequestState.OPEN.value)
        return from_row(rows[0]) if rows else None

    @needs(Action.DECIDE, instead=lambda _: [])
    def to_decide(self, asker: Asker) -> list[ToDecide]:
        """What waits for the asker's decision, what was asked first first."""
        person, now = asker.person, self._clock()
        if person is None:
            return []
        found = []
        for row in reversed(self._book.find(state=RequestState.OPEN.value)):
            request = from_row(row)
            if self._routing.is_own(request, person, asker.user):
                continue
            found += [
                ToDecide(request, part)
                for part in request.parts
                if part.state is PartState.OPEN and self._routing.right(part, asker, now) is not None
            ]
        return found

    @needs(Action.SEE_EXCEPTIONS, instead=lambda _: [])
    def decided_by(self, asker: Asker, limit: int = 10) -> list[ToDecide]:
        """What the asker decided, the newest first."""
        if asker.person is None:
            return []
        found = [
            ToDecide(request, part)
            for request in map(from_row, self._book.find(limit=LOOKED_AT))
            for part in request.parts
            if part.decision is not None and part.decision.by.key == asker.person.key
        ]
        return sorted(found, key=_decided_at, reverse=True)[:limit]

    def precedents(self, request: ExceptionRequest, part: Part, limit: int = 3) -> list[Precedent]:
        """The nearest earlier decisions of the same authority: the same check, the same segment, a like gap.

        Whoever decides the part may see what its authority decided before.
        """
        ranked: list[tuple[tuple[bool, Decimal, int], Precedent]] = []
        asked = {finding.check: finding for finding in part.findings}
        for row in self._book.find(limit=LOOKED_AT):
            earlier = from_row(row)
            if earlier.number >= request.number > 0:
                continue
            for other in earlier.parts:
                if other.authority != part.authority or other.decision is None:
                    continue
                for finding in other.findings:
                    if finding.check in asked:
                        rank = (
                            earlier.subject.segment != request.subject.segment,
                            _apart(finding, asked[finding.check]),
                            -earlier.number,
                        )
                        ranked.append((rank, _precedent(earlier, other, finding)))
        ranked.sort(key=lambda each: each[0])
        return [precedent for _, precedent in ranked[:limit]]

    def between(self, start: datetime, end: datetime) -> list[ExceptionRequest]:
        """Every request that was asked for in a period, the newest first: for the digest and the operator."""
        return [from_row(row) for row in self._book.find(since=start, until=end, limit=100_000)]


def _precedent(request: ExceptionRequest, part: Part, finding: AskedFinding) -> Precedent:
    decision = part.decision
    state = SAID[decision.choice] if decision is not None else part.state
    return Precedent(
        number=request.number,
        deal=request.subject.deal,
        check=finding.check,
        label=finding.label,
        actual=finding.actual,
        gap=finding.gap,
        state=state,
        by=decision.by.name if decision else "",
        at=decision.at if decision else request.asked_at,
        words=decision.words.text if decision and decision.words else None,
        since=part.state if part.state is not state else None,
    )


def _apart(one: AskedFinding, other: AskedFinding) -> Decimal:
    return abs(Decimal(one.far or 0) - Decimal(other.far or 0))


def _decided_at(each: ToDecide) -> datetime:
    return each.part.decision.at if each.part.decision is not None else each.request.asked_at
