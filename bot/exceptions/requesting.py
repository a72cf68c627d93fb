"""The use cases of the one who asks: what asking would ask, asking, withdrawing, answering; and what holds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.checking.access import Action, needs
from bot.checking.asker import Asker
from bot.checking.desk import CheckedDeal
from bot.deals.deal import Deal
from bot.exceptions import changing
from bot.exceptions.asking import needs_asking, parts_of, subject_of
from bot.exceptions.coverage import NONE, Coverage, covering
from bot.exceptions.keeping import LEAST_WORDS, MOST_WORDS, Keeping, already, refused
from bot.exceptions.model import ExceptionRequest, NotThere, Part, Refused, RequestState, Who
from bot.exceptions.plain import from_row
from bot.profile.people import Person
from bot.profile.verdict import Verdict
from bot.store.exceptions import WrittenText


@dataclass(frozen=True, slots=True)
class Draft:
    """What a form shows before somebody asks: what each authority would be asked, who decides, and what holds already.

    `standing` is a request on this deal that is open now: asking again takes its place.
    """

    checked: CheckedDeal
    key: str
    parts: tuple[Part, ...]
    deciders: Mapping[str, tuple[Person, ...]]
    coverage: Coverage
    standing: ExceptionRequest | None


class Requesting(Keeping):
    """Asking, and what belongs to the one who asked."""

    # What holds

    def coverage(self, key: str | None, deal: Deal, verdict: Verdict) -> Coverage:
        """Which standing approvals hold for this deal and its verdict."""
        rows = self._book.find(deal_key=key) if key else []
        if not rows:
            return NONE
        judge = self._live.current()
        if judge.profile.id.sha256 != verdict.profile.sha256:
            judge = self._judges.of(verdict.profile.sha256) or judge
        return covering([from_row(row) for row in rows], deal, verdict, judge, self._judges.of, self._clock())

    # Asking

    @needs(Action.ASK_EXCEPTION, instead=refused)
    def draft(self, key: str, asker: Asker) -> Draft:
        """What asking for an exception on this deal would ask, and of whom."""
        who = self._who(asker)
        saved = self._desk.find(key, asker)
        if saved is None:
            raise NotThere
        checked = self._desk.check(self._desk.deal_of(saved), asker=asker, record=False)
        needs_asking(checked.verdict, self._routing.people)
        coverage = self.coverage(key, checked.deal, checked.verdict)
        if coverage.granted:
            raise Refused(f"This deal {coverage.words}: it needs no further exception.")
        specs = self._live.current().profile.specs
        parts = parts_of(checked.verdict, specs, self._routing.people, self.plan, coverage.covered)
        trial = self._trial(checked, key, who, parts)
        parts = tuple(self._routed(trial, part) for part in parts)
        deciders = {part.authority: self._routing.deciders(trial, part, self._clock()) for part in parts}
        return Draft(checked, key, parts, deciders, coverage, self.waiting_on(key))

    @needs(Action.ASK_EXCEPTION, instead=refused)
    def ask(
        self, key: str, asker: Asker, *, why: str, gives: str, origin: str, seen: str | None = None
    ) -> ExceptionRequest:
        """Ask for an exception. `seen` is the hash of the deal that the form showed; `origin` makes it happen once.

        A request that is open on the same deal is superseded.
        """
        known = self._book.by_origin(origin)
        if known is not None:
            return self._visible(from_row(known), asker)
        return self._retried(lambda: self._ask(key, asker, why, gives, origin, seen))

    def _ask(self, key: str, asker: Asker, why: str, gives: str, origin: str, seen: str | None) -> ExceptionRequest:
        draft, who, now = self.draft(key, asker), self._who(asker), self._clock()
        if seen is not None and seen != draft.checked.verdict.deal_sha256:
            raise Refused("The deal has changed since the form was opened. Look at it again, and then ask.")
        request = self._trial(draft.checked, key, who, draft.parts)
        request = replace(
            request,
            origin=origin,
            why=changing.written(why, who, least=LEAST_WORDS, most=MOST_WORDS, what="The reason"),
            gives=changing.written(
                gives, who, least=LEAST_WORDS, most=MOST_WORDS, what="What the customer gives in return"
            ),
            replaces=draft.standing.number if draft.standing else None,
            salt=secrets.token_hex(16),
        )
        request = changing.begun(request, self.plan, now)
        self._keep_profile(draft.checked)
        changes = []
        if draft.standing is not None:
            changes.append(self._change(*changing.superseded(draft.standing, origin, who)))
        changes.append(self._change(request, changing.asked(request)))
        return from_row(self._saved(changes))

    def _trial(self, checked: CheckedDeal, key: str, who: Who, parts: tuple[Part, ...]) -> ExceptionRequest:
        specs = self._live.current().profile.specs
        owner = self._routing.people.by_name(checked.deal.owner) if checked.deal.owner else None
        nothing = WrittenText("", None)
        return ExceptionRequest(
            origin="",
            subject=subject_of(checked, key, specs),
            requester=who,
            owner_key=None if owner is None else owner.key,
            why=nothing,
            gives=nothing,
            order=self.plan.order,
            asked_at=self._clock(),
            parts=parts,
        )

    def _routed(self, request: ExceptionRequest, part: Part) -> Part:
        """The part, gone up at once where nobody but the one who asks could decide it. Refuses where nobody can."""
        now, upper = self._clock(), self.plan.escalate_to
        if self._routing.deciders(request, part, now) or not self._routing.can_be_told(part.authority):
            return part
        raised = replace(part, escalated_to=upper)
        if upper is None or not (self._routing.deciders(request, raised, now) or not self._routing.can_be_told(upper)):
            raise Refused(
                f"Nobody but you could decide for {part.name}, and nobody decides their own. Ask whoever runs Dealfit "
                "to name a second person in people.yaml, or an authority in `escalate_to` of the Deal Profile."
            )
        return raised

    def _keep_profile(self, checked: CheckedDeal) -> None:
        profile = checked.judged_by or self._live.current().profile
        self._store.keep_profile(profile.id.sha256, profile.title, profile.version, profile.source)

    # After asking

    @needs(Action.ASK_EXCEPTION, instead=refused)
    def withdraw(self, number: int, asker: Asker) -> ExceptionRequest:
        """Take a request back; what was approved of it goes with it. Only the one who asked can."""
        return self._retried(lambda: self._withdraw(number, asker))

    def _withdraw(self, number: int, asker: Asker) -> ExceptionRequest:
        request, who = self.view(number, asker), self._who(asker)
        if not request.requester.is_same(who):
            raise Refused("Only the one who asked can withdraw it.")
        if request.state is RequestState.WITHDRAWN:
            return request
        return from_row(self._saved([self._change(*changing.withdrawn(request, who))]))

    @needs(Action.ASK_EXCEPTION, instead=refused)
    def answer(self, number: int, authority: str, asker: Asker, text: str, *, origin: str) -> ExceptionRequest:
        """The one who asked answers an approver's question."""
        return self._retried(lambda: self._answer(number, authority, asker, text, origin))

    def _answer(self, number: int, authority: str, asker: Asker, text: str, origin: str) -> ExceptionRequest:
        who = self._who(asker)
        request = self.view(number, asker)
        if any(remark.origin == origin for remark in request.talk):
            return request
        part = request.part(authority)
        if part is None:
            raise NotThere
        if not request.requester.is_same(who):
            raise Refused("The question is for the one who asked.")
        if not part.state.undecided:
            raise Refused(already(part, asker))
        return self._remarked(request, authority, who, text, origin, asks=False)
