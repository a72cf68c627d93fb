"""The use cases of those who decide: which part they may decide now, deciding it, asking the rep."""

from __future__ import annotations

from datetime import datetime

from bot.checking.access import Action, needs
from bot.checking.asker import Asker
from bot.exceptions import changing
from bot.exceptions.keeping import LEAST_WORDS, MOST_WORDS, Keeping, already, refused
from bot.exceptions.looking import not_there
from bot.exceptions.model import Choice, Decision, ExceptionRequest, NotThere, Part, PartState, Refused
from bot.exceptions.plain import from_row
from bot.profile.people import Person

OWN = "Nobody decides their own exception, nor one on their own deal: it waits for the others."


class Deciding(Keeping):
    """Deciding, and what belongs to an authority."""

    @needs(Action.DECIDE, instead=refused)
    def decide(
        self,
        number: int,
        authority: str,
        asker: Asker,
        choice: Choice,
        *,
        origin: str,
        words: str = "",
        until: datetime | None = None,
    ) -> ExceptionRequest:
        """Decide one authority's part. Of all who decide at once one decision counts; the others are told whose.

        `words` are the conditions or the reason; a decision that comes again from the same origin changes nothing.
        """
        return self._retried(lambda: self._decide(number, authority, asker, choice, origin, words, until))

    @needs(Action.SEE_EXCEPTIONS, instead=not_there)
    def part(self, number: int, authority: str, asker: Asker) -> tuple[ExceptionRequest, Part]:
        """A request and one part of it. Raises NotThere where the asker may not see it, or there is none."""
        request = self.view(number, asker)
        part = request.part(authority)
        if part is None:
            raise NotThere
        return request, part

    @needs(Action.DECIDE, instead=refused)
    def may_decide(self, number: int, authority: str, asker: Asker) -> tuple[ExceptionRequest, Part]:
        """The part, when the asker may decide it now. Raises NotThere or Refused as `decide` does."""
        request = self.view(number, asker)
        return request, self._decidable(request, authority, asker)[0]

    def check_end(self, part: Part, until: datetime) -> None:
        """Raises Refused for an end that an approval of this part cannot have."""
        changing.ends_of(part, self._clock(), until)

    def _decidable(self, request: ExceptionRequest, authority: str, asker: Asker) -> tuple[Part, str]:
        part = request.part(authority)
        if part is None or asker.person is None:
            raise NotThere
        if self._routing.is_own(request, asker.person, asker.user) or self._owns_now(request, asker.person):
            raise Refused(OWN)
        right = self._routing.right(part, asker, self._clock())
        if right is None:
            raise Refused(f"{part.name} decides this, and you do not decide for {part.name}.")
        if part.state is not PartState.OPEN:
            raise Refused(already(part, asker))
        return part, right

    def _owns_now(self, request: ExceptionRequest, person: Person) -> bool:
        """Whether the deal has become this person's since it was asked for."""
        saved = self._store.deal(request.subject.deal_key)
        owner = self._routing.people.by_name(saved.owner) if saved is not None and saved.owner else None
        return owner is not None and owner.key == person.key

    def _decide(
        self,
        number: int,
        authority: str,
        asker: Asker,
        choice: Choice,
        origin: str,
        words: str,
        until: datetime | None,
    ) -> ExceptionRequest:
        who, now = self._who(asker), self._clock()
        request = self.view(number, asker)
        known = request.part(authority)
        if known is not None and known.decision is not None and known.decision.origin == origin:
            return request
        part, right = self._decidable(request, authority, asker)
        what = {Choice.CONDITIONS: "The condition", Choice.DECLINE: "The reason"}.get(choice)
        decision = Decision(
            choice=choice,
            by=who,
            at=now,
            as_=right,
            origin=origin,
            ends={} if choice is Choice.DECLINE else changing.ends_of(part, now, until),
            words=None if what is None else changing.written(words, who, least=LEAST_WORDS, most=MOST_WORDS, what=what),
        )
        changed, events = changing.decided(request, authority, decision, self.plan)
        return from_row(self._saved([self._change(changed, events)]))

    @needs(Action.DECIDE, instead=refused)
    def ask_rep(self, number: int, authority: str, asker: Asker, text: str, *, origin: str) -> ExceptionRequest:
        """An approver asks the one who asks. The authority's time runs anew."""
        return self._retried(lambda: self._ask_rep(number, authority, asker, text, origin))

    def _ask_rep(self, number: int, authority: str, asker: Asker, text: str, origin: str) -> ExceptionRequest:
        who, request = self._who(asker), self.view(number, asker)
        if any(remark.origin == origin for remark in request.talk):
            return request
        self._decidable(request, authority, asker)
        return self._remarked(request, authority, who, text, origin, asks=True)
